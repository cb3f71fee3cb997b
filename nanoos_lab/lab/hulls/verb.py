"""The verb ``lab.hull``: gathers, places, stores."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.hulls.facts import (
    FORMATION,
    Facts,
    asked_of,
    elements_of,
    likeness,
    rivals_in,
)
from nanoos_lab.lab.hulls.placed import Placing, gathered, sets_of
from nanoos_lab.lab.hulls.records import HullRecord, HullSet
from nanoos_lab.lab.workspace import StructureLike, Workspace
from nanoos_lab.store import artifacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nanoos_lab.lab.hulls.facts import Asked, Likeness
    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.ml.hull import CompetingSet, Ends
    from nanoos_lab.store.schema import PropertyValueRow


class Stability(Workspace):
    """The verbs about stability."""

    def hull(
        self,
        structures: Any,  # noqa: ANN401 - records, ids, runs or predictions, one or several
        competing: str | Path | Iterable[StructureLike] = "lab",
        *,
        method: str = "",
        predictor: str = "",
        ends: Ends = "given",
        mixed: bool = False,
        store: bool = True,
    ) -> HullRecord | HullSet:
        """Return energies above the hull of competing phases, with what each would decompose into.

        Args:
            structures: Structures, or predictions of their formation energies.
            competing: ``"lab"`` for everything in the lab with a formation energy of like method; a file of computed
                entries (JSON as pymatgen writes it, or CSV); or the structures that compete.
            method: Whose formation energies are meant, such as ``"PBE"`` or ``"nanoos-gnn 1.1"``; needed where the
                candidates have several. For a file that does not say so, also its method.
            predictor: A predictor that is asked for the formation energies of candidates and of the competing
                structures of the lab: a predicted hull.
            ends: ``"given"``: every element must be among the competing phases; ``"reference"``: the reference
                phases stand for them too, with the formation energy 0 that they have by definition.
            mixed: Whether candidates and competing phases may be of different methods; the answer says so.
            store: Whether the answers are stored as values of ``energy_above_hull``, by runs of the task ``hull``: the
                same asked again is answered by the same run.

        Returns:
            A record of one structure; of several a set, whose ``problems`` names what could not be placed.

        Raises:
            InvalidInputError: Values are missing or of several methods, methods differ, or an elemental end is
                missing; the message says which and what to do.

        Example:
            >>> lab.hull(candidate, predictor="nanoos-gnn", ends="reference")  # doctest: +SKIP
        """
        asked = asked_of(self, structures)
        file = _file_of(competing)
        rivals = None if file or isinstance(competing, str) else list(self.structures(competing))  # type: ignore[arg-type]
        if predictor and not file and rivals is None:
            rivals = rivals_in(self, asked.records)
        rows = self._formation_energies(asked, rivals or (), predictor)
        facts = Facts(self, rows)
        like = _method(facts, asked, method, file=file is not None, mixed=mixed)
        if file is not None:
            several = _read(file, method, like)
        elif rivals is not None and not predictor:
            several = facts.competing_of(rivals, like)
        else:
            several = facts.competing(like, {elements_of(r) for r in asked.records}, self)
        found, problems = gathered(self, asked, facts, like, several)
        placing = Placing(self, several, ends=ends, mixed=mixed, store=store)
        placed, refused = placing.place(found, single=asked.single)
        if asked.single:
            return placed[0]
        return HullSet(placed, several, [*problems, *refused])

    def competing_phases(self, sha256: str) -> str:
        """Return a competing set that stored energies above hull name, as JSON lines, after checking its bytes.

        Args:
            sha256: Its hash, or the beginning of it, as their conditions hold it.

        Raises:
            InvalidInputError: There is no such set, or there are several.
        """
        if not re.fullmatch(r"[0-9a-f]{6,64}", sha256):
            raise InvalidInputError(f"{sha256!r} is no hash: give at least 6 of its hexadecimal digits")
        scope = self.store.scope
        with self.store.read() as session:
            found = {row.sha256: row for row in session.scalars(sets_of(scope.project_id, sha256))}
            if len(found) != 1:
                raise InvalidInputError(
                    f"{len(found) or 'no'} competing sets have a hash that begins with {sha256}"
                )
            return artifacts.read_artifact(scope, next(iter(found.values())), session=session).decode("utf-8")

    def _formation_energies(
        self, asked: Asked, rivals: Sequence[StructureRecord], predictor: str
    ) -> list[PropertyValueRow]:
        """Return the values among which method and phases are chosen."""
        if not predictor:
            known = self.value_rows(property=FORMATION)
            return [row for row in known if not asked.rows or likeness(row) == likeness(asked.rows[0])]
        records = {r.id: r for r in (*asked.records, *rivals)}
        said: Any = self.predict(list(records.values()), [FORMATION], predictor=predictor)  # type: ignore[attr-defined]
        rows = [row for _, values in said.groups for row in values if row.property == FORMATION]
        if asked.single and asked.records[0].id not in {row.structure_id for row in rows}:
            raise InvalidInputError(
                f"{predictor} states no formation energy of {asked.records[0].name}: {said!r}".strip()
            )
        return rows


def _file_of(competing: object) -> Path | None:
    if isinstance(competing, Path):
        return competing
    if not isinstance(competing, str) or competing == "lab":
        return None
    if not Path(competing).expanduser().is_file():
        raise InvalidInputError(
            f"competing={competing!r} is no file: give 'lab', a file of computed entries (.json or .csv), or structures"
        )
    return Path(competing)


def _method(facts: Facts, asked: Asked, method: str, *, file: bool, mixed: bool) -> Likeness:
    """Return the method of the candidates; what a mixture names may be the file's."""
    if file and mixed:
        try:
            return facts.chosen(asked.records, method)
        except InvalidInputError:
            return facts.chosen(asked.records, "")
    return facts.chosen(asked.records, method)


def _read(file: Path, method: str, like: Likeness) -> CompetingSet:
    from nanoos_lab.ml.hull import read_competing  # noqa: PLC0415 - where a file is given

    name = f"{like[1]} {like[2]}".strip()
    return read_competing(file, otherwise=name if method.casefold() == like[1].casefold() else method)
