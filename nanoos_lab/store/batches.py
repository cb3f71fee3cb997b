"""Questions about a batch as a whole: thousands of runs in a few narrow queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, func, select

from nanoos_lab.store.schema import BatchRow, BatchRunRow, PropertyValueRow, RunInputRow, RunRow, StructureRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope

_B, _R, _S, _I, _V = BatchRunRow, RunRow, StructureRow, RunInputRow, PropertyValueRow


class Member(NamedTuple):
    """A run of a batch with the first structure that it works on."""

    run: str
    reused: bool
    structure: str | None
    name: str
    formula: str


class Stand(NamedTuple):
    """Where a run stands."""

    run: str
    state: str
    started_at: float | None
    finished_at: float | None


class BatchValue(NamedTuple):
    """A number that a run of a batch gave."""

    run: str
    property: str
    value: float
    uncertainty: float | None
    method: str
    converged: bool
    synthetic: bool


def members(session: Session, scope: Scope, batch_id: str) -> list[Member]:
    """Return a batch's runs in order, each once; they never change.

    Args:
        session: An open session.
        scope: The project.
        batch_id: Its full id.
    """
    first = (
        select(_I.run_id, func.min(_I.structure_id).label("structure_id"))
        .where(_I.project_id == scope.project_id, _I.position.in_([0, 1]))
        .group_by(_I.run_id)
        .subquery()
    )
    query = (
        select(_B.run_id, _B.reused, _S.id, _S.name, _S.reduced_formula)
        .outerjoin(first, first.c.run_id == _B.run_id)
        .outerjoin(_S, and_(_S.project_id == _B.project_id, _S.id == first.c.structure_id))
        .where(_B.project_id == scope.project_id, _B.batch_id == batch_id)
        .order_by(_B.position)
    )
    found: dict[str, Member] = {}
    for run, reused, structure, name, formula in session.execute(query):
        found.setdefault(run, Member(run, reused, structure, name or "", formula or ""))
    return list(found.values())


def stands(session: Session, scope: Scope, batch_id: str) -> dict[str, Stand]:
    """Return where each run of a batch stands, by run.

    Args:
        session: An open session.
        scope: The project.
        batch_id: Its full id.
    """
    query = (
        select(_R.id, _R.state, _R.started_at, _R.finished_at)
        .join(_B, and_(_B.project_id == _R.project_id, _B.run_id == _R.id))
        .where(_B.project_id == scope.project_id, _B.batch_id == batch_id)
    )
    return {row.id: Stand(*row) for row in session.execute(query)}


def values_of_batch(
    session: Session, scope: Scope, batch_id: str, properties: Sequence[str]
) -> list[BatchValue]:
    """Return the numbers that a batch's runs gave of some properties.

    Args:
        session: An open session.
        scope: The project.
        batch_id: Its full id.
        properties: Names of the vocabulary.
    """
    query = (
        select(
            _V.run_id, _V.property, _V.value, _V.uncertainty, _V.origin, _V.method_name, _V.method_version,
            _V.method_recipe, _V.converged, _V.synthetic,
        )
        .join(_B, and_(_B.project_id == _V.project_id, _B.run_id == _V.run_id))
        .where(
            _B.project_id == scope.project_id, _B.batch_id == batch_id, _V.property.in_(properties),
            _V.value.is_not(None),
        )
    )  # fmt: skip
    return [
        BatchValue(
            v.run_id, v.property, v.value, v.uncertainty,
            " · ".join(filter(None, [v.origin, f"{v.method_name} {v.method_version}".strip(), v.method_recipe])),
            v.converged, v.synthetic,
        )
        for v in session.execute(query)
    ]  # fmt: skip


def properties_of_batch(session: Session, scope: Scope, batch_id: str) -> dict[str, int]:
    """Return of which properties a batch's runs gave numbers, and how many.

    Args:
        session: An open session.
        scope: The project.
        batch_id: Its full id.
    """
    query = (
        select(_V.property, func.count())
        .join(_B, and_(_B.project_id == _V.project_id, _B.run_id == _V.run_id))
        .where(_B.project_id == scope.project_id, _B.batch_id == batch_id, _V.value.is_not(None))
        .group_by(_V.property)
    )
    return {str(name): int(count) for name, count in session.execute(query)}


def batch_row(session: Session, scope: Scope, batch_id: str) -> BatchRow:
    """Return a batch by its full id.

    Args:
        session: An open session.
        scope: The project.
        batch_id: Its full id.
    """
    return session.scalars(
        select(BatchRow).where(BatchRow.project_id == scope.project_id, BatchRow.id == batch_id)
    ).one()
