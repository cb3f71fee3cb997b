"""Placing through runs of the task ``hull``: what is asked of it, and what it left, as records."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nanoos_lab.errors import InvalidInputError, RunFailedError
from nanoos_lab.lab.hulls.facts import elements_of, likeness, lines_of
from nanoos_lab.lab.hulls.records import HullRecord
from nanoos_lab.store import artifacts
from nanoos_lab.store.schema import ArtifactRow, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nanoos_lab.lab.hulls.facts import Asked, Facts, Likeness
    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.ml.hull import CompetingSet, Placement
    from nanoos_lab.ml.hull.placing import Diagram
    from nanoos_lab.ml.hull.task import Candidate, HullParams
    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.store.schema import PropertyValueRow

PIECE = 200
"""Structures that one run places."""
PROFILE = "here"
"""Where the runs are: a hull takes milliseconds."""
_FILE = "competing-phases-"

Problems = list[tuple[str, str]]


@dataclass(frozen=True)
class Gathered:
    """One structure with everything that its place depends on."""

    record: StructureRecord
    candidate: Candidate
    trusted: Mapping[str, bool | None]
    """Whether competing phases are inside their model's domain, by id; the same for all."""


def gathered(
    lab: Workspace, asked: Asked, facts: Facts, like: Likeness, several: CompetingSet
) -> tuple[list[Gathered], Problems]:
    """Return what is to be placed, and of what no formation energy is known.

    Args:
        lab: The lab.
        asked: What was asked for.
        facts: The formation energies.
        like: The method that is meant.
        several: The competing phases.

    Raises:
        InvalidInputError: One structure alone was asked for, and its formation energy is not known.
    """
    families: dict[str, set[str]] = {}
    lines = lines_of(lab, {p.id for p in several.phases} | {r.id for r in asked.records})
    for key, first in lines.items():
        families.setdefault(first, set()).add(key)
    trusted = {
        row.structure_id or row.material_id or "": row.in_domain
        for row in facts.rows
        if likeness(row) == like
    }
    found: list[Gathered] = []
    problems: Problems = []
    for record in {one.id: one for one in asked.records}.values():
        row = facts.latest(record, like)
        if row is None:
            reason = f"no formation energy by {' '.join(like[1:3]).strip()} of {record.name}"
            if asked.single:
                raise InvalidInputError(reason)
            problems.append((record.name, reason))
            continue
        own = {record.id, record.name, record.row.material_id or "", *families.get(lines[record.id], ())}
        found.append(Gathered(record, _candidate(record, row, own), trusted))
    return found, problems


def _candidate(record: StructureRecord, row: PropertyValueRow, own: Iterable[str]) -> Candidate:
    from nanoos_lab.ml.hull.task import Candidate  # noqa: PLC0415 - not needed before

    assert row.value is not None  # noqa: S101 - arrays were left out
    return Candidate(
        formula=record.formula, formation_energy=row.value, half_width=row.uncertainty, kind=row.uncertainty_kind,
        id=row.structure_id or row.material_id or "", in_domain=row.in_domain, own=tuple(sorted(filter(None, own))),
        origin=str(row.origin), conditions=dict(row.conditions), converged=row.converged, synthetic=row.synthetic,
        method={"name": row.method_name, "version": row.method_version, "recipe": row.method_recipe},
    )  # fmt: skip


class Placing:
    """One call of ``lab.hull`` on its way.

    Args:
        lab: The lab.
        several: The competing phases.
        ends: As of ``lab.hull``.
        mixed: As of ``lab.hull``.
        store: Whether runs are recorded, and values with them.
    """

    def __init__(self, lab: Workspace, several: CompetingSet, *, ends: str, mixed: bool, store: bool) -> None:
        self._lab, self._several = lab, several
        self._ends, self._mixed, self._store = ends, mixed, store

    def place(self, found: Sequence[Gathered], *, single: bool) -> tuple[list[HullRecord], Problems]:
        """Return where structures stand, and why of some that cannot be said.

        Args:
            found: The structures.
            single: Whether one alone was asked for, whose problem is an error.

        Raises:
            InvalidInputError: The one structure cannot be placed; the message says why.
        """
        placed: list[HullRecord] = []
        problems: Problems = []
        for start in range(0, len(found), PIECE):
            piece = found[start : start + PIECE]
            params = self._params(piece)
            if single:
                self._check(params)
            answers, rows = self._run(piece, params) if self._store else (self._here(params), {})
            for one, answer in zip(piece, answers, strict=True):
                if isinstance(answer, str):
                    problems.append((one.record.name, answer))
                    continue
                made = self._record(one, answer, params)
                made.row = rows.get(one.record.id)
                placed.append(made)
        self._name(placed)
        return placed, problems

    def _params(self, piece: Sequence[Gathered]) -> HullParams:
        from nanoos_lab.ml.hull.task import GivenPhase, HullParams  # noqa: PLC0415 - not needed before

        systems = {elements_of(one.record) for one in piece}
        fits = {system: any(system <= other for other in systems) for system in self._systems}
        trusted = piece[0].trusted
        phases = [
            GivenPhase(
                formula=p.formula, formation_energy=p.formation_energy, half_width=p.half_width, id=p.id,
                kind=p.kind, in_domain=trusted.get(p.id),
            )
            for p in self._several.phases
            if fits[p.elements]
        ]  # fmt: skip
        return HullParams(
            candidates=tuple(one.candidate for one in piece),
            phases=tuple(sorted(phases, key=lambda p: (p.formula, p.id, p.formation_energy))),
            method=self._several.method,
            source=self._several.source,
            competing=self._several.title,
            ends=self._ends,
            mixed=self._mixed,
        )

    @functools.cached_property
    def _systems(self) -> frozenset[frozenset[str]]:
        return frozenset(phase.elements for phase in self._several.phases)

    def _here(self, params: HullParams) -> list[Placement | str]:
        from nanoos_lab.ml.hull.task import place  # noqa: PLC0415 - not needed before

        return [
            answer if isinstance(answer, str) else replace(answer, competing=self._several)
            for answer in place(params)
        ]

    def _check(self, params: HullParams) -> None:
        """Refuse one structure that cannot be placed before anything is recorded."""
        (answer,) = self._here(params)
        if isinstance(answer, str):
            raise InvalidInputError(answer)

    def _run(
        self, piece: Sequence[Gathered], params: HullParams
    ) -> tuple[list[Placement | str], dict[str, PropertyValueRow]]:
        """Let a run place a piece, or take what an earlier one left; return places, and stored values by structure."""
        from nanoos_lab.ml.hull.task import PLACEMENTS, hull, read_placements  # noqa: PLC0415

        self._keep()
        asked = self._lab.engine.submit(
            hull,
            {"structures": [one.record.row for one in piece]},
            params.model_dump(mode="json"),
            on=PROFILE,
        )
        (run,) = self._lab.engine.wait([asked.run.id])
        if run.state != RunState.COMPLETED:
            raise RunFailedError(run.id, str(run.state), str((run.error or {}).get("message", "")))
        left = self._lab.artifacts_of(run.id)[PLACEMENTS.removesuffix(".json")]
        answers = read_placements(left.read_text(encoding="utf-8"), params, self._several)
        values = self._lab.value_rows(run_id=[run.id], include_synthetic=True)
        return answers, {row.structure_id: row for row in values if row.structure_id}

    def _keep(self) -> None:
        """Keep the competing set as a file of its own, by its hash."""
        scope = self._lab.store.scope
        with self._lab.store.read() as session:
            if session.scalars(sets_of(scope.project_id, self._several.sha256)).first():
                return
        payload = artifacts.place(scope, self._several.text().encode())
        with self._lab.store.write() as session:
            if not session.scalars(sets_of(scope.project_id, payload.sha256)).first():
                artifacts.record_file(session, scope, f"{_FILE}{payload.sha256[:12]}.jsonl", payload)

    def _record(self, one: Gathered, answer: Placement, params: HullParams) -> HullRecord:
        estimate = self._estimate(one, answer)

        def diagram() -> Diagram:
            from nanoos_lab.ml.hull.task import hulls_of  # noqa: PLC0415 - when a hull is drawn

            return hulls_of(params).diagram_of(answer, one.candidate.own)

        return HullRecord(self._lab, one.record, answer, estimate, diagram=diagram)

    def _estimate(self, one: Gathered, answer: Placement) -> PropertyEstimate:
        from nanoos_lab.ml.hull.stating import estimate_of  # noqa: PLC0415 - not needed before

        return estimate_of(answer, one.candidate, one.trusted, ends=self._ends, competing=self._several.title)

    def _name(self, placed: Sequence[HullRecord]) -> None:
        """Tell the records what the lab calls the phases of their decompositions."""
        ids = {part.phase.id for one in placed for part in one.placement.parts} - {""}
        known = lines_of(self._lab, ids)
        names = {record.id: record.name for record in self._lab.structures(sorted(ids & known.keys()))}
        for one in placed:
            one.names = names


def sets_of(project: str, beginning: str) -> Any:  # noqa: ANN401 - a query
    """Return the query for kept competing sets.

    Args:
        project: Id of the project.
        beginning: How the hash begins.
    """
    return select(ArtifactRow).where(
        ArtifactRow.project_id == project, ArtifactRow.sha256.startswith(beginning), ArtifactRow.name.startswith(_FILE)
    )  # fmt: skip
