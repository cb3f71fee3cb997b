"""How much is in a project, and what finished lately: what a lab shows of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nanoos_lab.store.schema import (
    FINAL_STATES,
    Base,
    MaterialRow,
    PropertyValueRow,
    RunRow,
    RunState,
    StructureRow,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope


@dataclass(frozen=True)
class LabSummary:
    """Counts of one project."""

    structures: int
    materials: int
    runs: Mapping[RunState, int]
    """By state, in the order of a run's life; states without runs are absent."""
    values: Mapping[str, int]
    """By origin, synthetic ones apart under ``"synthetic"``."""
    recent_runs: tuple[RunRow, ...]
    """The runs that finished last, newest first."""

    @property
    def n_runs(self) -> int:
        """How many runs there are in all."""
        return sum(self.runs.values())

    @property
    def n_values(self) -> int:
        """How many values there are in all."""
        return sum(self.values.values())


def summarize(session: Session, scope: Scope, *, recent: int = 5) -> LabSummary:
    """Count what a project holds.

    Args:
        session: An open session.
        scope: The project.
        recent: How many of the runs that finished last are wanted.
    """
    states = _counts(session, scope, RunRow, RunRow.state)
    values = _counts(session, scope, PropertyValueRow, PropertyValueRow.origin, PropertyValueRow.synthetic)
    by_origin: dict[str, int] = {}
    for (origin, synthetic), count in sorted(values.items()):
        name = "synthetic" if synthetic else origin
        by_origin[name] = by_origin.get(name, 0) + count
    finished = (
        select(RunRow)
        .where(RunRow.project_id == scope.project_id, RunRow.state.in_(sorted(FINAL_STATES)))
        .order_by(RunRow.finished_at.desc(), RunRow.id)
        .limit(recent)
    )
    return LabSummary(
        structures=_counts(session, scope, StructureRow).get((), 0),
        materials=_counts(session, scope, MaterialRow).get((), 0),
        runs={state: states[(state,)] for state in RunState if (state,) in states},
        values=by_origin,
        recent_runs=tuple(session.scalars(finished)),
    )


def _counts(session: Session, scope: Scope, table: type[Base], *by: Any) -> dict[tuple[Any, ...], int]:
    """Return how many rows there are by the values of some columns."""
    t = table.__table__
    query = select(*by, func.count()).select_from(t).where(t.c.project_id == scope.project_id).group_by(*by)
    return {tuple(row[:-1]): row[-1] for row in session.execute(query)}
