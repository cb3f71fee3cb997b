"""Questions about runs, their attempts, inputs and batches.

Every function takes part in the caller's transaction and changes nothing; :mod:`nanoos_lab.store.run_changes`
holds what does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import Table, and_, bindparam, distinct, func, select

from nanoos_lab.errors import UnknownNameError
from nanoos_lab.store.rows import as_list, chunks, get_row
from nanoos_lab.store.schema import (
    FINAL_STATES,
    AttemptRow,
    BatchRow,
    BatchRunRow,
    EventRow,
    RunInputRow,
    RunRow,
    RunState,
    StructureRow,
)
from nanoos_lab.store.wide import read_wide

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

UNFINISHED = frozenset(RunState) - FINAL_STATES
IN_FLIGHT = UNFINISHED - {RunState.PENDING}

_RUN, _ATTEMPT = cast("Table", RunRow.__table__), cast("Table", AttemptRow.__table__)

# Built once: they are asked for every run, and building a statement costs more than running it.
_OF_PROJECT = select(RunRow).where(RunRow.project_id == bindparam("project"))
_BY_ID = _OF_PROJECT.where(RunRow.id.in_(bindparam("ids", expanding=True)))
_ACTIVE = select(_RUN.c.active_key, _RUN.c.id).where(
    _RUN.c.project_id == bindparam("project"), _RUN.c.active_key.in_(bindparam("keys", expanding=True))
)


class InputEdge(NamedTuple):
    """A structure that a run uses under a name; position 0 for a single one, 1, 2, … in a set."""

    name: str
    position: int
    structure_id: str


class InFlight(NamedTuple):
    """A run that somebody works on or has promised to, with its current attempt."""

    id: str
    state: str
    attempt: int
    profile: str
    executor: str
    owner: str | None
    cancel_requested: bool
    folder: str
    job_id: str | None
    begun_at: float
    """When the attempt was recorded."""
    task: str


def find_active(session: Session, scope: Scope, keys: Collection[str]) -> dict[str, RunRow]:
    """Return the runs that answer for these keys: unfinished or COMPLETED, by key."""
    ids: dict[str, str] = {}
    for some in chunks(list(keys)):
        which = {"project": scope.project_id, "keys": list(some)}
        ids |= {str(key): str(run) for key, run in session.connection().execute(_ACTIVE, which)}
    found = {run.id: run for run in get_runs(session, scope, list(ids.values()))}
    return {key: found[run] for key, run in ids.items()}


def spent_attempts(session: Session, scope: Scope, run_id: str, *, after: int = 0) -> int:
    """Return how many attempts of a run began their work and failed or were lost.

    Args:
        session: The open transaction.
        scope: Project and author.
        run_id: The run.
        after: Only attempts with a higher number count.
    """
    query = select(func.count()).where(
        AttemptRow.project_id == scope.project_id,
        AttemptRow.run_id == run_id,
        AttemptRow.number > after,
        AttemptRow.started_at.is_not(None),
        AttemptRow.ended.in_([RunState.FAILED, RunState.LOST]),
    )
    return session.scalar(query) or 0


def get_run(session: Session, scope: Scope, run_id: str) -> RunRow | None:
    """Return a run by its full id."""
    query = select(RunRow).where(RunRow.project_id == scope.project_id, RunRow.id == run_id)
    return session.scalars(query).one_or_none()


def get_runs(session: Session, scope: Scope, run_ids: Sequence[str]) -> list[RunRow]:
    """Return runs in the order of their ids given; unknown ids are left out."""
    found: dict[str, RunRow] = {}
    for some in chunks(run_ids):
        which = {"project": scope.project_id, "ids": list(some)}
        found |= {row.id: row for row in session.scalars(_BY_ID, which)}
    return [found[i] for i in run_ids if i in found]


def find_runs(
    session: Session,
    scope: Scope,
    *,
    state: str | Iterable[str] | None = None,
    task: str | Iterable[str] | None = None,
    batch: str | None = None,
    structure: str | None = None,
    parent: str | None = None,
    limit: int | None = None,
) -> list[RunRow]:
    """Return runs that meet all given conditions, the newest first.

    Args:
        session: An open session.
        scope: The project.
        state: Only runs in this state, or these.
        task: Only runs of this task, or these.
        batch: Only runs of this batch.
        structure: Only runs that used this structure.
        parent: Only runs asked for inside this one.
        limit: At most so many.

    Raises:
        UnknownNameError: There is no such state.
    """
    query = _narrowed(
        select(RunRow), scope, state=state, task=task, batch=batch, structure=structure, parent=parent
    )
    return list(session.scalars(query.order_by(RunRow.created_at.desc(), RunRow.id).limit(limit)))


def count_states(session: Session, scope: Scope, **filters: Any) -> dict[str, int]:
    """Return how many runs are in each state, in the order of a run's life; absent states are left out.

    Args:
        session: An open session.
        scope: The project.
        filters: As for :func:`find_runs`, without ``limit``.
    """
    states = cast("Select[Any]", select(RunRow.state, func.count()))
    query = _narrowed(states, scope, **filters).group_by(RunRow.state)
    counted = {str(state): int(count) for state, count in session.execute(query)}
    return {state.value: counted[state.value] for state in RunState if state.value in counted}


def current_attempts(session: Session, scope: Scope, run_ids: Sequence[str]) -> dict[str, AttemptRow]:
    """Return the attempt that each of some runs stands at, by run; those never begun have none."""
    found: dict[str, AttemptRow] = {}
    for some in chunks(run_ids):
        query = (
            select(AttemptRow)
            .join(RunRow, _current_attempt())
            .where(AttemptRow.project_id == scope.project_id, AttemptRow.run_id.in_(some))
        )
        found |= {row.run_id: row for row in session.scalars(query)}
    return found


def _narrowed(
    query: Select[Any],
    scope: Scope,
    *,
    state: str | Iterable[str] | None = None,
    task: str | Iterable[str] | None = None,
    batch: str | None = None,
    structure: str | None = None,
    parent: str | None = None,
) -> Select[Any]:
    """Return a query of runs with the conditions of :func:`find_runs`."""
    query = query.where(RunRow.project_id == scope.project_id)
    if state is not None:
        query = query.where(RunRow.state.in_([_state(one) for one in as_list(state)]))
    if task is not None:
        query = query.where(RunRow.task.in_(as_list(task)))
    if parent is not None:
        query = query.where(RunRow.parent_id == parent)
    if batch is not None:
        members = select(BatchRunRow.run_id).where(
            BatchRunRow.project_id == scope.project_id, BatchRunRow.batch_id == batch
        )
        query = query.where(RunRow.id.in_(members))
    if structure is not None:
        users = select(RunInputRow.run_id).where(
            RunInputRow.project_id == scope.project_id, RunInputRow.structure_id == structure
        )
        query = query.where(RunRow.id.in_(users))
    return query


def unfinished_among(session: Session, scope: Scope, run_ids: Sequence[str]) -> dict[str, str]:
    """Return those of the runs that are not final, with their state."""
    found: dict[str, str] = {}
    for some in chunks(run_ids):
        query = select(RunRow.id, RunRow.state).where(
            RunRow.project_id == scope.project_id, RunRow.id.in_(some), RunRow.state.in_(list(UNFINISHED))
        )
        found |= {str(run): str(state) for run, state in session.execute(query)}
    return found


def count_unfinished(session: Session, scope: Scope, *, not_executors: Collection[str] = ()) -> int:
    """Return how many runs are unfinished of those carried on here, those of some executors left out."""
    query = select(func.count()).where(
        *_carried_on(scope),
        RunRow.state.in_(list(UNFINISHED)),
        RunRow.executor.not_in(list(not_executors)),
    )
    return session.scalar(query) or 0


def in_flight(session: Session, scope: Scope, *, everybodys: bool = False) -> list[InFlight]:
    """Return every run between PENDING and an end, with its current attempt.

    Args:
        session: An open session.
        scope: The project.
        everybodys: Also those that others carry on.
    """
    mine = [RunRow.project_id == scope.project_id] if everybodys else _carried_on(scope)
    query = (
        select(
            _RUN.c.id,
            _RUN.c.state,
            _RUN.c.attempt,
            _RUN.c.profile,
            _RUN.c.executor,
            _RUN.c.owner,
            _RUN.c.cancel_requested,
            _ATTEMPT.c.folder,
            _ATTEMPT.c.job_id,
            _ATTEMPT.c.created_at,
            _RUN.c.task,
        )
        .join(_ATTEMPT, _current_attempt())
        .where(*mine, _RUN.c.state.in_(list(IN_FLIGHT)))
        .order_by(_ATTEMPT.c.folder, _RUN.c.created_at)
    )
    return [InFlight._make(row) for row in session.execute(query)]


def folders_in_flight(session: Session, scope: Scope, profile: str) -> int:
    """Return how many attempt folders of a profile are being worked on or promised."""
    query = (
        select(func.count(distinct(_ATTEMPT.c.folder)))
        .select_from(_RUN)
        .join(_ATTEMPT, _current_attempt())
        .where(
            *_carried_on(scope),
            _RUN.c.profile == profile,
            _RUN.c.state.in_(list(IN_FLIGHT)),
        )
    )
    return session.scalar(query) or 0


def waiting_profiles(
    session: Session, scope: Scope, now: float, inline: Collection[str]
) -> list[tuple[str, str]]:
    """Return profile and executor of runs that may be started now, those of inline executors left out."""
    query = (
        select(_RUN.c.profile, _RUN.c.executor)
        .where(
            *_carried_on(scope),
            _RUN.c.state == RunState.PENDING,
            _RUN.c.not_before <= now,
            _RUN.c.executor.not_in(list(inline)),
        )
        .distinct()
    )
    return [(profile, executor) for profile, executor in session.execute(query)]


def next_pending(session: Session, scope: Scope, profile: str, now: float, limit: int) -> list[RunRow]:
    """Return PENDING runs of a profile that may start, the most urgent first, then the oldest."""
    query = (
        _pending(scope, profile, now, select(RunRow))
        .order_by(RunRow.priority.desc(), RunRow.created_at, RunRow.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def count_pending(session: Session, scope: Scope, profile: str, now: float) -> int:
    """Return how many runs of a profile may start."""
    return session.scalar(_pending(scope, profile, now, select(func.count()).select_from(RunRow))) or 0


def inputs_of(
    session: Session, scope: Scope, run_ids: Sequence[str], *, whole: bool = False
) -> dict[str, list[tuple[InputEdge, StructureRow]]]:
    """Return the inputs of runs with their structures, by run, in order.

    Args:
        session: An open session.
        scope: The project.
        run_ids: Full ids.
        whole: Whether the structures' wide columns, such as their content, are wanted too.
    """
    found: dict[str, list[tuple[InputEdge, StructureRow]]] = {run: [] for run in run_ids}
    for some in chunks(run_ids):
        query = (
            select(RunInputRow.run_id, RunInputRow.name, RunInputRow.position, StructureRow)
            .join(
                StructureRow,
                and_(
                    StructureRow.project_id == RunInputRow.project_id,
                    StructureRow.id == RunInputRow.structure_id,
                ),
            )
            .where(RunInputRow.project_id == scope.project_id, RunInputRow.run_id.in_(some))
            .order_by(RunInputRow.run_id, RunInputRow.name, RunInputRow.position)
        )
        for run, name, position, structure in session.execute(query):
            found[run].append((InputEdge(name, position, structure.id), structure))
    if whole:
        read_wide(session, scope, [row for edges in found.values() for _, row in edges])
    return found


def attempts_of(session: Session, scope: Scope, run_id: str) -> list[AttemptRow]:
    """Return the attempts of a run, the first first."""
    query = (
        select(AttemptRow)
        .where(AttemptRow.project_id == scope.project_id, AttemptRow.run_id == run_id)
        .order_by(AttemptRow.number)
    )
    return list(session.scalars(query))


def input_ids(session: Session, scope: Scope, run_id: str) -> list[str]:
    """Return the ids of the structures a run used, in order of name and place."""
    query = (
        select(RunInputRow.structure_id)
        .where(RunInputRow.project_id == scope.project_id, RunInputRow.run_id == run_id)
        .order_by(RunInputRow.name, RunInputRow.position)
    )
    return list(session.scalars(query))


def get_batch(session: Session, scope: Scope, batch_id: str) -> BatchRow:
    """Return a batch by its id or a unique prefix; errors as for :func:`nanoos_lab.store.rows.resolve_id`."""
    return get_row(session, scope, BatchRow, batch_id)


def runs_of_batch(session: Session, scope: Scope, batch_id: str) -> list[tuple[RunRow, bool]]:
    """Return a batch's runs in order, each with whether it was there before; one may come twice."""
    query = (
        select(RunRow, BatchRunRow.reused)
        .join(RunRow, and_(RunRow.project_id == BatchRunRow.project_id, RunRow.id == BatchRunRow.run_id))
        .where(BatchRunRow.project_id == scope.project_id, BatchRunRow.batch_id == batch_id)
        .order_by(BatchRunRow.position)
    )
    return [(run, reused) for run, reused in session.execute(query)]


def outputs_of(session: Session, scope: Scope, run_id: str) -> dict[str, str]:
    """Return the structures a run gave, ids by name; also one that was in the lab before."""
    query = (
        select(EventRow.data)
        .where(
            EventRow.project_id == scope.project_id,
            EventRow.subject_id == run_id,
            EventRow.kind.in_(["run.completed", "run.imported"]),
        )
        .order_by(EventRow.at.desc(), EventRow.id.desc())
        .limit(1)
    )
    data = session.scalar(query)
    return dict(data.get("structures", {})) if data else {}


def _state(name: str) -> RunState:
    try:
        return RunState(name.upper())
    except ValueError:
        raise UnknownNameError("run state", name, [state.value for state in RunState]) from None


def _pending(scope: Scope, profile: str, now: float, query: Select[Any]) -> Select[Any]:
    return query.where(
        *_carried_on(scope),
        RunRow.state == RunState.PENDING,
        RunRow.profile == profile,
        RunRow.not_before <= now,
    )


def _carried_on(scope: Scope) -> list[ColumnElement[bool]]:
    """Return what holds of the runs that are carried on here."""
    whose = [] if scope.looks_after is None else [RunRow.author == scope.looks_after]
    return [RunRow.project_id == scope.project_id, *whose]


def _current_attempt() -> Any:  # noqa: ANN401 - an SQL expression
    return and_(
        _ATTEMPT.c.project_id == _RUN.c.project_id,
        _ATTEMPT.c.run_id == _RUN.c.id,
        _ATTEMPT.c.number == _RUN.c.attempt,
    )
