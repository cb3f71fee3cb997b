"""Which formation energies of the lab are meant: those of the candidates, and those of like method."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.records import StructureRecord
from nanoos_lab.lab.runs import Run
from nanoos_lab.ml.hull.phases import CompetingSet, Phase
from nanoos_lab.store.rows import chunks
from nanoos_lab.store.schema import MaterialRow, StructureRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.store.schema import PropertyValueRow

FORMATION = "formation_energy"
_NUMBERS = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_FEW_SYSTEMS = 64
"""Up to so many chemical systems are looked for one by one; beyond, all structures are looked through."""
_NAMED = 5
Likeness = tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What was asked for."""

    records: tuple[StructureRecord, ...]
    rows: tuple[PropertyValueRow, ...]
    """The formation energies that came with them; empty where the lab's are meant."""
    single: bool
    """Whether one structure alone was given."""


def asked_of(lab: Workspace, given: Any) -> Asked:  # noqa: ANN401 - records, ids, runs or predictions
    """Return what was asked for.

    Args:
        lab: The lab.
        given: Structures, or predictions of their formation energies.

    Raises:
        InvalidInputError: Nothing was given, or predictions without formation energies.
    """
    if isinstance(given, (str, StructureRecord, Run)):
        return Asked((lab.structure(given),), (), single=True)
    groups = getattr(given, "groups", None)
    if groups is None:
        records = tuple(lab.structure(one) for one in given)
        if not records:
            raise InvalidInputError("no structure was given: give those whose energy above hull is wanted")
        return Asked(records, (), single=False)
    rows = tuple(row for _, values in groups for row in values if row.property == FORMATION)
    if not rows:
        raise InvalidInputError(
            "these predictions hold no formation energy: ask for it, as in lab.predict(..., ['formation_energy'])"
        )
    return Asked(tuple(lab.structure(record) for record, _ in groups), rows, single=len(groups) == 1)


def rivals_in(lab: Workspace, records: Iterable[StructureRecord]) -> list[StructureRecord]:
    """Return the crystals of the lab within the chemical systems of others.

    Args:
        lab: The lab.
        records: The others.
    """
    wanted = {part for system in {elements_of(r) for r in records} for part in _parts(system)}
    if len(wanted) <= _FEW_SYSTEMS:
        found = [r for part in sorted(wanted) for r in lab.find(chemical_system=part)]
    else:
        found = [r for r in lab.find() if "-".join(sorted(elements_of(r))) in wanted]
    return [r for r in found if r.row.space_group]


def elements_of(record: StructureRecord) -> frozenset[str]:
    """Return the elements of a structure.

    Args:
        record: The structure.
    """
    return Phase(record.formula, 0.0).elements


def _parts(system: frozenset[str]) -> Iterator[str]:
    """Yield a chemical system and all that it contains, as texts."""
    from itertools import combinations  # noqa: PLC0415 - here alone

    symbols = sorted(system)
    for count in range(1, len(symbols) + 1):
        for chosen in combinations(symbols, count):
            yield "-".join(chosen)


def likeness(row: PropertyValueRow) -> Likeness:
    """Return what values of like method have in common; numbers in their recipes may differ.

    Args:
        row: A value.
    """
    conditions = json.dumps(row.conditions, sort_keys=True)
    recipe = _NUMBERS.sub("#", row.method_recipe)
    return (str(row.origin), row.method_name, row.method_version, recipe, conditions)


def method_of(row: PropertyValueRow) -> str:
    """Return the method of a value by name and version.

    Args:
        row: The value.
    """
    return f"{row.method_name} {row.method_version}".strip()


class Facts:
    """Formation energies of a lab, by structure and by material.

    Args:
        lab: The lab.
        rows: The values.
    """

    def __init__(self, lab: Workspace, rows: Iterable[PropertyValueRow]) -> None:
        self.rows = [row for row in rows if row.converged and row.value is not None]
        materials = {row.material_id for row in self.rows if row.material_id}
        self.formulas: dict[str, str] = {}
        with lab.store.read() as session:
            for part in chunks(sorted(materials)):
                query = select(MaterialRow.id, MaterialRow.reduced_formula).where(
                    MaterialRow.project_id == lab.store.scope.project_id, MaterialRow.id.in_(part)
                )
                self.formulas |= {key: formula for key, formula in session.execute(query)}  # noqa: C416 - rows are no pairs
        self._by_structure: dict[str, list[PropertyValueRow]] = {}
        self._by_material: dict[str, list[PropertyValueRow]] = {}
        for row in self.rows:
            if row.structure_id:
                self._by_structure.setdefault(row.structure_id, []).append(row)
            elif row.material_id:
                self._by_material.setdefault(row.material_id, []).append(row)

    def of(self, record: StructureRecord) -> list[PropertyValueRow]:
        """Return the values of a structure, or else of its material as such.

        Args:
            record: The structure.
        """
        return self._by_structure.get(record.id) or self._by_material.get(record.row.material_id or "", [])

    def chosen(self, records: Sequence[StructureRecord], method: str) -> Likeness:
        """Return the one method whose values of the candidates are meant.

        Args:
            records: The candidates.
            method: Its name, with or without version; empty where there is one alone.

        Raises:
            InvalidInputError: There is no such value, or there are several methods; the message names them.
        """
        found: dict[Likeness, PropertyValueRow] = {}
        for record in records:
            for row in self.of(record):
                found.setdefault(likeness(row), row)
        words = " ".join(method.casefold().split())
        fitting = {k: row for k, row in found.items() if words in {"", *_names(row)}}
        names = "one of these structures" if len(records) > 1 else records[0].name
        if not fitting:
            there = f"; there are values by {_listed(found.values())}" if found else ""
            by = f" by {method}" if method else ""
            raise InvalidInputError(
                f"no formation energy{by} of {names} is known{there}. Predict it: lab.hull(..., "
                "predictor='nanoos-gnn'); or record a computed one: lab.record(structure, 'formation_energy', ..., "
                "origin='computed', method=...)"
            )
        if len(fitting) > 1:
            raise InvalidInputError(
                f"the formation energies of {names} are by several methods, which do not compete with each other: "
                f"{_listed(fitting.values())}. Say which: method={method_of(next(iter(fitting.values())))!r}"
            )
        return next(iter(fitting))

    def latest(self, record: StructureRecord, like: Likeness) -> PropertyValueRow | None:
        """Return the last value of a structure by a method, or None.

        Args:
            record: The structure.
            like: The method.
        """
        return next((row for row in reversed(self.of(record)) if likeness(row) == like), None)

    def competing(self, like: Likeness, systems: Iterable[frozenset[str]], lab: Workspace) -> CompetingSet:
        """Return the lab's phases by a method within chemical systems.

        Args:
            like: The method.
            systems: The chemical systems.
            lab: The lab, for its name.
        """
        wanted, fits = set(systems), {}
        latest: dict[str, PropertyValueRow] = {}
        for row in self.rows:
            if likeness(row) == like and (formula := self.formulas.get(row.material_id or "")):
                inside = Phase(formula, 0.0).elements
                if inside not in fits:
                    fits[inside] = any(inside <= system for system in wanted)
                if fits[inside]:
                    latest[row.structure_id or row.material_id or ""] = row
        phases = [phase_of(row, self.formulas[row.material_id or ""]) for row in latest.values()]
        return CompetingSet.of(
            phases, source=f"the lab {lab.store.info.name}", method=method_of(next(iter(latest.values())))
        )

    def competing_of(self, records: Sequence[StructureRecord], like: Likeness) -> CompetingSet:
        """Return chosen structures as competing phases.

        Args:
            records: The structures.
            like: The method.

        Raises:
            InvalidInputError: One has no value by this method.
        """
        found = {record.id: (record, self.latest(record, like)) for record in records}
        if missing := [record.name for record, row in found.values() if row is None]:
            more = ", ..." if len(missing) > _NAMED else ""
            raise InvalidInputError(
                f"{len(missing)} of {len(found)} competing structures have no formation energy by "
                f"{' '.join(like[1:3]).strip()}: {', '.join(missing[:_NAMED])}{more}. Leave them out, or predict all "
                "alike with predictor="
            )
        rows = [(record, row) for record, row in found.values() if row is not None]
        phases = [phase_of(row, record.formula) for record, row in rows]
        return CompetingSet.of(
            phases, source=f"{len(phases)} chosen structures", method=" ".join(like[1:3]).strip()
        )


def phase_of(row: PropertyValueRow, formula: str) -> Phase:
    """Return a stored formation energy as a phase.

    Args:
        row: The value.
        formula: What it is of.
    """
    assert row.value is not None  # noqa: S101 - arrays were left out
    return Phase(
        formula, row.value, row.uncertainty, row.structure_id or row.material_id or "", row.uncertainty_kind
    )


def _names(row: PropertyValueRow) -> set[str]:
    head = method_of(row)
    full = f"{head} · {row.method_recipe}" if row.method_recipe else head
    return {row.method_name.casefold(), head.casefold(), full.casefold()}


def _listed(rows: Iterable[PropertyValueRow]) -> str:
    said = {
        f"{method_of(row)}{f' · {row.method_recipe}' if row.method_recipe else ''} ({row.origin})"
        for row in rows
    }
    return ", ".join(sorted(said))


def lines_of(lab: Workspace, ids: Iterable[str]) -> Mapping[str, str]:
    """Return the first structure of the line of one formula that each structure was derived from.

    Args:
        lab: The lab.
        ids: Full ids of structures.
    """
    parents: dict[str, tuple[str | None, str]] = {}
    wanted = set(ids)
    with lab.store.read() as session:
        while wanted:
            for part in chunks(sorted(wanted)):
                query = select(StructureRow.id, StructureRow.parent_id, StructureRow.reduced_formula).where(
                    StructureRow.project_id == lab.store.scope.project_id, StructureRow.id.in_(part)
                )
                parents |= {key: (parent, formula) for key, parent, formula in session.execute(query)}
            above = {parents[key][0] for key in wanted if key in parents}
            wanted = {key for key in above if key is not None} - parents.keys()
    return {key: _first(key, parents) for key in parents}


def _first(key: str, parents: Mapping[str, tuple[str | None, str]]) -> str:
    formula, seen = parents[key][1], {key}
    while (above := parents[key][0]) is not None and above not in seen:
        if above not in parents or parents[above][1] != formula:
            break
        key = above
        seen.add(key)
    return key
