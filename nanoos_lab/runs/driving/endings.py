"""How an attempt's end becomes the run's: settled for good, or tried again.

One place decides, so that a failure told by an outcome, a worker found dead and a process found gone are
treated by the same policy. An attempt that never began its work costs the run none of its tries.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

from nanoos_lab.settings import RetryPolicy
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.events import record_event
from nanoos_lab.store.schema import RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope
    from nanoos_lab.store.run_changes import Ending

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 600.0
"""A run waits at least and at most so long to be tried again where a place could not or would not work on it."""
_MOST_DOUBLINGS = 50
FROM_ATTEMPT = "from_attempt"
"""Key in a run's recorded retry policy: tries are counted after this attempt, since the run was retried by hand."""


def settle(
    session: Session,
    scope: Scope,
    run_id: str,
    attempt: int,
    ending: Ending,
    *,
    values: Mapping[str, Any] | None = None,
    again: bool = False,
    pause: bool = False,
    event: Mapping[str, Any] | None = None,
) -> RunState | None:
    """End an attempt, and with it the run unless it is to be tried again.

    Args:
        session: The open transaction.
        scope: Project and author.
        run_id: The run.
        attempt: The attempt that ended; nothing happens unless the run stands at it, unfinished.
        ending: How it ended.
        values: Further columns of the run.
        again: Whether the reason may pass, so that the retry policy applies.
        pause: Whether an attempt that costs nothing is nevertheless followed by a pause, the longer the more such
            attempts came one after another.
        event: Data of the journal's line; None for the ending's reason. An empty mapping writes no line:
            the caller writes one.

    Returns:
        The run's state now, or None where nothing was changed.
    """
    row = rows.get_run(session, scope, run_id) if again else None
    if again and (row is None or row.attempt != attempt):
        return None
    if row is not None and not row.cancel_requested and _may_try_again(session, scope, row, ending):
        return _put_back(session, scope, row, attempt, ending, pause=pause)
    state = ending.ended
    if row is not None and row.cancel_requested and state is RunState.LOST:
        state = RunState.CANCELLED
    columns = {
        "state": state,
        "started_at": ending.started_at,
        "finished_at": ending.finished_at or time.time(),
        "owner": None,
        **(values or {}),
    }
    if state is not RunState.COMPLETED:
        columns["active_key"] = None
    if not changes.change_state(
        session, scope, run_id, attempt=attempt, expected=rows.IN_FLIGHT, values=columns
    ):
        return None
    changes.end_attempt(session, scope, run_id, attempt, ending)
    if event is None or event:
        data = event or {"reason": ending.reason[:500]}
        record_event(session, scope, f"run.{state.lower()}", run_id, attempt=attempt, **data)
    return state


def policy_of(row: RunRow) -> RetryPolicy:
    """Return the retry policy a run was recorded with."""
    return RetryPolicy(**{name: value for name, value in row.retry.items() if name != FROM_ATTEMPT})


def _may_try_again(session: Session, scope: Scope, row: RunRow, ending: Ending) -> bool:
    if ending.started_at is None:
        return True
    spent = 1 + rows.spent_attempts(session, scope, row.id, after=row.retry.get(FROM_ATTEMPT, 0))
    return spent < policy_of(row).max_attempts


def _put_back(
    session: Session, scope: Scope, row: RunRow, attempt: int, ending: Ending, *, pause: bool
) -> RunState | None:
    delay = 0.0
    if ending.started_at is not None or pause:
        delay = _delay_s(session, scope, row, free=ending.started_at is None)
    columns = {"state": RunState.PENDING, "not_before": time.time() + delay, "started_at": None}
    if not changes.change_state(
        session, scope, row.id, attempt=attempt, expected=rows.IN_FLIGHT, values=columns
    ):
        return None
    changes.end_attempt(session, scope, row.id, attempt, ending)
    record_event(session, scope, "run.retrying", row.id, attempt=attempt, reason=ending.reason[:500])
    return RunState.PENDING


def _delay_s(session: Session, scope: Scope, row: RunRow, *, free: bool) -> float:
    """Return how long to wait: the longer, the more tries were spent, or the more came to nothing in a row."""
    if not free:
        spent = rows.spent_attempts(session, scope, row.id, after=row.retry.get(FROM_ATTEMPT, 0)) + 1
    else:
        earlier = [one for one in rows.attempts_of(session, scope, row.id) if one.number < row.attempt]
        in_vain = itertools.takewhile(lambda one: one.ended and one.started_at is None, reversed(earlier))
        spent = 1 + sum(1 for _ in in_vain)
    delay = policy_of(row).delay_s(min(spent, _MOST_DOUBLINGS))
    return min(max(delay, SHORTEST_PAUSE_S), LONGEST_PAUSE_S) if free else delay
