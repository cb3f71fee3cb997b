"""Wait for runs without holding them: an interrupt frees the waiter and leaves the work alone."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from nanoos_lab.errors import ConnectionLostError, DetachedInterrupt
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.schema import RunRow

_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.01, 0.25
_FEW = 16
_ABSENCE_S = 3600.0
"""How long a server may be away before whoever waits is told; the work goes on without it."""
_MAX_SAID = 200


class Waiting:
    """Those who wait in this process, told of each run it has settled."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiters: list[set[str]] = []

    def announce(self, run_id: str) -> None:
        """Tell whoever waits for it that a run may have ended.

        Args:
            run_id: The run.
        """
        with self._changed:
            for waiter in self._waiters:
                if run_id in waiter:
                    waiter.discard(run_id)
                    self._changed.notify_all()

    def until_final(
        self,
        runs: Runs,
        run_ids: Sequence[str],
        *,
        timeout: float | None,
        on_progress: Callable[[float | None, str], None] | None,
    ) -> list[RunRow]:
        """Return the runs once all of them are final, or after the timeout.

        Args:
            runs: Whose runs they are.
            run_ids: The runs.
            timeout: Seconds, or None.
            on_progress: Told of how far they are.

        Raises:
            DetachedInterrupt: The user interrupted.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        left = set(run_ids)
        silent = set(left)
        with self._changed:
            self._waiters.append(silent)
        try:
            if runs.executing(left):  # most likely all is done when this pause ends
                self._pause(silent, left, _FIRST_PAUSE_S, deadline)
            if len(left) <= _FEW and (found := self._read_if_final(runs, run_ids)) is not None:
                return found
            self._wait(runs, left, silent, deadline, on_progress)
            return runs.read(run_ids)
        except KeyboardInterrupt:
            raise DetachedInterrupt(sorted(left)) from None
        finally:
            with self._changed:
                self._waiters = [waiter for waiter in self._waiters if waiter is not silent]

    def _wait(
        self,
        runs: Runs,
        left: set[str],
        silent: set[str],
        deadline: float | None,
        on_progress: Callable[[float | None, str], None] | None,
    ) -> None:
        total, pause = len(left), _FIRST_PAUSE_S
        lost_at: float | None = None
        while True:
            with self._changed:
                silent |= left  # before the look: what is announced after it is not slept over
            late = deadline is not None and time.monotonic() >= deadline
            try:
                states = runs.unfinished_among(left)
                left &= states.keys()
                if not left or late:
                    return
                said, lost_at = _said(runs, left, total, states), None
            except ConnectionLostError as error:
                lost_at = lost_at or time.monotonic()
                if late or time.monotonic() - lost_at > _ABSENCE_S:
                    raise
                said = (None, f"the server is away; waiting for it ({error})"[:_MAX_SAID])
            if on_progress is not None:
                on_progress(*said)
            if self._pause(silent, left, pause, deadline) and lost_at is None:
                continue
            pause = _FIRST_PAUSE_S if self._help(runs) else min(pause * 1.25, _LAST_PAUSE_S)

    @staticmethod
    def _read_if_final(runs: Runs, run_ids: Sequence[str]) -> list[RunRow] | None:
        try:
            found = runs.read(run_ids)
        except ConnectionLostError:
            return None
        return found if all(RunState(run.state).final for run in found) else None

    @staticmethod
    def _help(runs: Runs) -> bool:
        try:
            return runs.help_along()
        except ConnectionLostError:
            return False

    def _pause(self, silent: set[str], left: set[str], pause: float, deadline: float | None) -> bool:
        """Sleep a moment; return True at once when all awaited runs have been announced."""
        end = time.monotonic() + pause
        if deadline is not None:
            end = min(end, deadline)
        with self._changed:
            while not silent.isdisjoint(left) and (rest := end - time.monotonic()) > 0:
                self._changed.wait(rest)
            return silent.isdisjoint(left)


def _said(runs: Runs, left: set[str], total: int, states: dict[str, str]) -> tuple[float | None, str]:
    """Return the done part and a line: the task's own words for one run, a count for many."""
    if total == 1:
        (run,) = left
        progress = runs.progress(run)
        return progress.fraction, progress.message or states[run].lower()
    active = sum(state == "RUNNING" for state in states.values())
    done = total - len(left)
    return done / total, f"{done} of {total} done, {active} running"
