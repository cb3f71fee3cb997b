"""Which records an archive takes along: a whole project, or structures with everything that explains them.

Chosen structures bring their parents, the runs that made them and those runs' inputs, and everything that is
said of any structure that comes along: its values, its samples, and the runs and files these come from, and the
models that any of these runs trained. What was
made of a structure afterwards does not come along, and unfinished runs never do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nanoos_lab.store.rows import chunks
from nanoos_lab.store.schema import (
    FINAL_STATES,
    ArtifactRow,
    Base,
    BatchRow,
    MaterialRow,
    ModelRow,
    PropertyValueRow,
    RunInputRow,
    RunRow,
    SampleRow,
    StructureRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope

_TABLES: dict[str, type[Base]] = {
    "material": MaterialRow,
    "structure": StructureRow,
    "run": RunRow,
    "sample": SampleRow,
    "artifact": ArtifactRow,
    "model": ModelRow,
    "property_value": PropertyValueRow,
    "batch": BatchRow,
}


@dataclass
class Selection:
    """Ids of the records that are taken along, by kind."""

    whole: bool
    ids: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in _TABLES})
    unfinished: set[str] = field(default_factory=set)
    """Runs that are left out because they have not ended."""


def whole_project(session: Session, scope: Scope) -> Selection:
    """Return everything that a project holds, apart from unfinished runs.

    Args:
        session: An open session.
        scope: The project.
    """
    chosen = Selection(whole=True)
    for kind, table in _TABLES.items():
        t = table.__table__
        chosen.ids[kind] = set(session.scalars(select(t.c.id).where(t.c.project_id == scope.project_id)))
    _leave_out_unfinished(session, scope, chosen)
    return chosen


def with_provenance(session: Session, scope: Scope, structure_ids: Iterable[str]) -> Selection:
    """Return structures and everything that explains them.

    Args:
        session: An open session.
        scope: The project.
        structure_ids: Full ids of the chosen ones.
    """
    closure = _Closure(session, scope, structure_ids)
    closure.walk()
    chosen = closure.chosen
    of_runs = closure.ids(ArtifactRow, "run_id", chosen.ids["run"])
    chosen.ids["artifact"] |= of_runs | closure.ids(ArtifactRow, "sample_id", chosen.ids["sample"])
    chosen.ids["model"] = closure.ids(ModelRow, "run_id", chosen.ids["run"])
    chosen.ids["artifact"] |= closure.named(ModelRow, "artifact_id", chosen.ids["model"])
    _leave_out_unfinished(session, scope, chosen)
    return chosen


def _leave_out_unfinished(session: Session, scope: Scope, chosen: Selection) -> None:
    query = select(RunRow.id).where(
        RunRow.project_id == scope.project_id, RunRow.state.not_in(list(FINAL_STATES))
    )
    chosen.unfinished = set(session.scalars(query)) & chosen.ids["run"]
    chosen.ids["run"] -= chosen.unfinished


class _Closure:
    """A selection that grows until everything it names is in it."""

    def __init__(self, session: Session, scope: Scope, structure_ids: Iterable[str]) -> None:
        self._session, self._scope = session, scope
        self.chosen = Selection(whole=False)
        self._new: dict[str, set[str]] = {kind: set() for kind in _TABLES}
        self._new["structure"] = set(structure_ids)

    def walk(self) -> None:
        """Follow what is new until nothing is."""
        steps = {
            "structure": self._follow_structures,
            "run": self._follow_runs,
            "material": self._follow_materials,
            "sample": self._follow_samples,
            "property_value": self._follow_values,
        }
        while any(self._new.values()):
            for kind in _TABLES:
                fresh, self._new[kind] = self._new[kind] - self.chosen.ids[kind], set()
                self.chosen.ids[kind] |= fresh
                if fresh and kind in steps:
                    steps[kind](fresh)

    def ids(self, table: type[Base], column: str, among: Iterable[str]) -> set[str]:
        """Return the ids of the rows whose column is one of some values."""
        return {row[0] for row in self._select(table, ["id"], column, among)}

    def named(self, table: type[Base], column: str, ids: Iterable[str]) -> set[str]:
        """Return what a column of some rows names."""
        return {row[0] for row in self._select(table, [column], "id", ids)}

    def _follow_structures(self, ids: set[str]) -> None:
        for material, parent, run in self._select(
            StructureRow, ["material_id", "parent_id", "run_id"], "id", ids
        ):
            self._want(material=material, structure=parent, run=run)
        self._new["property_value"] |= self.ids(PropertyValueRow, "structure_id", ids)
        self._new["sample"] |= self.ids(SampleRow, "structure_id", ids)

    def _follow_runs(self, ids: set[str]) -> None:
        for (parent,) in self._select(RunRow, ["parent_id"], "id", ids):
            self._want(run=parent)
        for (structure,) in self._select(RunInputRow, ["structure_id"], "run_id", ids):
            self._want(structure=structure)

    def _follow_materials(self, ids: set[str]) -> None:
        of_material = self._select(PropertyValueRow, ["id", "structure_id", "sample_id"], "material_id", ids)
        self._new["property_value"] |= {
            value for value, structure, sample in of_material if structure is None and sample is None
        }
        for sample, structure in self._select(SampleRow, ["id", "structure_id"], "material_id", ids):
            if structure is None:
                self._want(sample=sample)

    def _follow_samples(self, ids: set[str]) -> None:
        for material, structure, parent in self._select(
            SampleRow, ["material_id", "structure_id", "parent_id"], "id", ids
        ):
            self._want(material=material, structure=structure, sample=parent)
        self._new["property_value"] |= self.ids(PropertyValueRow, "sample_id", ids)

    def _follow_values(self, ids: set[str]) -> None:
        columns = ["material_id", "structure_id", "sample_id", "run_id", "artifact_id"]
        for material, structure, sample, run, artifact in self._select(PropertyValueRow, columns, "id", ids):
            self._want(material=material, structure=structure, sample=sample, run=run, artifact=artifact)

    def _want(self, **wanted: str | None) -> None:
        for kind, one in wanted.items():
            if one is not None:
                self._new[kind].add(one)

    def _select(
        self, table: type[Base], columns: list[str], column: str, among: Iterable[str]
    ) -> Iterator[tuple[Any, ...]]:
        t = table.__table__
        query = select(*(t.c[name] for name in columns)).where(t.c.project_id == self._scope.project_id)
        for part in chunks(sorted(among)):
            for row in self._session.execute(query.where(t.c[column].in_(part))):
                yield tuple(row)
