"""Changes of runs: recorded, claimed, moved from state to state, ended.

A state changes only where the row still is what the caller believes it to be (same state, same attempt), and
each change is accompanied by its line in the journal. Which change is right when is decided in the room
``runs``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Table, bindparam, insert, update

from nanoos_lab.store.events import record_event, record_events
from nanoos_lab.store.schema import AttemptRow, BatchRow, BatchRunRow, RunInputRow, RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Update
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope
    from nanoos_lab.store.runs import InputEdge

_RUN, _ATTEMPT = cast("Table", RunRow.__table__), cast("Table", AttemptRow.__table__)
_INPUT, _BATCH_RUN = cast("Table", RunInputRow.__table__), cast("Table", BatchRunRow.__table__)
_INSERT_RUN, _INSERT_INPUT, _INSERT_ATTEMPT = insert(_RUN), insert(_INPUT), insert(_ATTEMPT)
_INSERT_BATCH_RUN, _INSERT_BATCH = insert(_BATCH_RUN), insert(cast("Table", BatchRow.__table__))


@dataclass(frozen=True)
class Ending:
    """How an attempt ended."""

    ended: RunState
    reason: str = ""
    started_at: float | None = None
    """When its work began; None where it never did, which costs a run none of its attempts."""
    finished_at: float | None = None
    worker: Mapping[str, Any] | None = None
    usage: Mapping[str, Any] | None = None
    """What it took."""


def insert_runs(
    session: Session, scope: Scope, runs: Sequence[Mapping[str, Any]], edges: Sequence[Sequence[InputEdge]]
) -> None:
    """Record runs with their inputs.

    Args:
        session: The open transaction.
        scope: Project and author.
        runs: Columns of each run; all with the same names.
        edges: Inputs of each run.
    """
    session.connection().execute(_INSERT_RUN, list(runs))
    inputs = [
        {"project_id": scope.project_id, "run_id": run["id"], **edge._asdict()}
        for run, run_edges in zip(runs, edges, strict=True)
        for edge in run_edges
    ]
    if inputs:
        session.connection().execute(_INSERT_INPUT, inputs)
    record_events(session, scope, "run.submitted", {r["id"]: {"task": r["task"]} for r in runs})


def insert_batch(
    session: Session, scope: Scope, batch: BatchRow, members: Sequence[tuple[str, bool]]
) -> None:
    """Record a batch.

    Args:
        session: The open transaction.
        scope: Project and author.
        batch: Its row, with all its columns.
        members: Run ids in order, each with whether the run was there before.
    """
    columns = {column: getattr(batch, column) for column in ("id", "project_id", "task", "label", "author")}
    session.connection().execute(_INSERT_BATCH, [columns | {"created_at": batch.created_at}])
    rows = [
        {"project_id": scope.project_id, "batch_id": batch.id, "position": i, "run_id": run, "reused": reused}
        for i, (run, reused) in enumerate(members)
    ]
    if rows:
        session.connection().execute(_INSERT_BATCH_RUN, rows)
    record_event(session, scope, "batch.submitted", batch.id, runs=len(rows))


def change_state(
    session: Session,
    scope: Scope,
    run_id: str,
    *,
    attempt: int,
    expected: Collection[RunState],
    values: Mapping[str, Any],
) -> bool:
    """Change a run where it still is what the caller believes, by compare-and-set.

    Args:
        session: The open transaction.
        scope: Project and author.
        run_id: The run.
        attempt: The attempt that must still be the current one.
        expected: States, one of which it must be in.
        values: New values of columns.

    Returns:
        Whether it changed.
    """
    known = {
        "which_run": run_id,
        "which_project": scope.project_id,
        "which_attempt": attempt,
        "which_states": list(expected),
    }
    return session.connection().execute(_change(tuple(values)), {**known, **values}).rowcount == 1


@cache
def _change(columns: tuple[str, ...]) -> Update:
    """Return the statement of :func:`change_state`, built once: building it costs more than running it."""
    return (
        update(_RUN)
        .where(
            _RUN.c.id == bindparam("which_run"),
            _RUN.c.project_id == bindparam("which_project"),
            _RUN.c.attempt == bindparam("which_attempt"),
            _RUN.c.state.in_(bindparam("which_states", expanding=True)),
        )
        .values({column: bindparam(column) for column in columns})
    )


@cache
def _change_attempt(columns: tuple[str, ...]) -> Update:
    return (
        update(_ATTEMPT)
        .where(
            _ATTEMPT.c.project_id == bindparam("which_project"),
            _ATTEMPT.c.run_id == bindparam("which_run"),
            _ATTEMPT.c.number == bindparam("which_number"),
        )
        .values({column: bindparam(column) for column in columns})
    )


def change_owner(session: Session, scope: Scope, run_id: str, old: str | None, new: str) -> bool:
    """Take over a PENDING run from a process, if it still is that process's; return whether it is ours now."""
    statement = (
        update(_RUN)
        .where(
            _RUN.c.id == run_id,
            _RUN.c.project_id == scope.project_id,
            _RUN.c.state == RunState.PENDING,
            _RUN.c.owner.is_not_distinct_from(old),
        )
        .values(owner=new)
    )
    changed = session.connection().execute(statement).rowcount == 1
    if changed:
        record_event(session, scope, "run.adopted", run_id, by=new)
    return changed


def cancel_pending(session: Session, scope: Scope, run: RunRow) -> bool:
    """Cancel a run that nobody works on; return whether it still was such a run."""
    values = {
        "state": RunState.CANCELLED,
        "active_key": None,
        "cancel_requested": True,
        "finished_at": time.time(),
        "error": {"type": "RunCancelledError", "message": "cancelled before it began", "traceback": ""},
    }
    changed = change_state(
        session, scope, run.id, attempt=run.attempt, expected=[RunState.PENDING], values=values
    )
    if changed:
        record_event(session, scope, "run.cancelled", run.id, attempt=run.attempt)
    return changed


def request_cancel(session: Session, scope: Scope, run_id: str) -> None:
    """Record that a run should stop, once."""
    statement = (
        update(_RUN)
        .where(_RUN.c.id == run_id, _RUN.c.project_id == scope.project_id, _RUN.c.cancel_requested.is_(False))
        .values(cancel_requested=True)
    )
    if session.connection().execute(statement).rowcount == 1:
        record_event(session, scope, "run.cancel_requested", run_id)


def revive(session: Session, scope: Scope, run: RunRow, values: Mapping[str, Any]) -> bool:
    """Make a run that ended without a result unfinished again; return whether it still was such a run.

    Args:
        session: The open transaction.
        scope: Project and author.
        run: The run, as last read.
        values: New values of columns; the traces of its end are removed.
    """
    cleared = {
        "cancel_requested": False,
        "not_before": 0.0,
        "started_at": None,
        "finished_at": None,
        "error": None,
    }
    return change_state(
        session,
        scope,
        run.id,
        attempt=run.attempt,
        expected=[RunState.FAILED, RunState.LOST, RunState.CANCELLED],
        values={**cleared, **values},
    )


def begin_attempts(
    session: Session,
    scope: Scope,
    runs: Sequence[tuple[str, int]],
    *,
    state: RunState,
    owner: str,
    folder: str,
    executor: str,
) -> list[tuple[str, int]]:
    """Claim PENDING runs for a new attempt.

    Args:
        session: The open transaction.
        scope: Project and author.
        runs: Ids with the attempt they stand at.
        state: SUBMITTING, or RUNNING where this process works itself.
        owner: Presence token of this process.
        folder: Attempt folder relative to the project's files.
        executor: Who will do it.

    Returns:
        The runs that were claimed, with their new attempt.
    """
    now = time.time()
    values = {"state": state, "owner": owner}
    if state is RunState.RUNNING:
        values["started_at"] = now  # type: ignore[assignment]
    claimed = [
        (run, attempt + 1)
        for run, attempt in runs
        if change_state(
            session,
            scope,
            run,
            attempt=attempt,
            expected=[RunState.PENDING],
            values={**values, "attempt": attempt + 1},
        )
    ]
    rows = [
        {
            "project_id": scope.project_id,
            "run_id": run,
            "number": number,
            "folder": folder,
            "executor": executor,
            "created_at": now,
            "started_at": now if state is RunState.RUNNING else None,
        }
        for run, number in claimed
    ]
    if rows:
        session.connection().execute(_INSERT_ATTEMPT, rows)
    verb = "run.started" if state is RunState.RUNNING else "run.submitting"
    record_events(session, scope, verb, {run: {"attempt": n, "executor": executor} for run, n in claimed})
    return claimed


def end_attempt(session: Session, scope: Scope, run_id: str, number: int, ending: Ending) -> None:
    """Record how an attempt ended."""
    values: dict[str, Any] = {
        "ended": ending.ended,
        "reason": ending.reason,
        "started_at": ending.started_at,
        "finished_at": ending.finished_at or time.time(),
    }
    if ending.worker is not None:
        values["worker"] = dict(ending.worker)
    if ending.usage is not None:
        values["usage"] = dict(ending.usage)
    set_attempt(session, scope, run_id, number, **values)


def set_attempt(session: Session, scope: Scope, run_id: str, number: int, **values: Any) -> None:
    """Change columns of an attempt, such as ``job_id``."""
    known = {"which_project": scope.project_id, "which_run": run_id, "which_number": number}
    session.connection().execute(_change_attempt(tuple(values)), {**known, **values})
