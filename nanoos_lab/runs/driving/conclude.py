"""What follows for the runs of an attempt folder whose worker is gone.

The executor says what the end says of its items (:class:`~nanoos_lab.runs.executors.Verdict`); which item it was at,
which had all of its time and which never began is told by the folder.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanoos_lab.runs.driving.carrying import can_go_on, put_aside
from nanoos_lab.runs.driving.endings import settle
from nanoos_lab.runs.executors import Sight, Verdict
from nanoos_lab.store.run_changes import Ending
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.runs.attempts.folder import AttemptFolder
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.runs import InFlight

_NO_SUBMITTER = "its submitter ended before a worker began"
_KILLED = "cancelled; its worker was ended because it did not stop by itself"


@dataclass(frozen=True)
class Scene:
    """One attempt folder with its unfinished runs and what is seen of its worker."""

    folder: AttemptFolder
    runs: list[InFlight]
    sight: Sight
    started: dict[str, float]
    outcomes: dict[str, float]


class Concluder:
    """Ends attempts whose worker is gone.

    Args:
        store: The open store.
        announce: Called with the id of each run that was settled.
    """

    def __init__(self, store: Store, announce: Callable[[str], None]) -> None:
        self._store, self._announce = store, announce

    def conclude(self, scene: Scene, left: list[InFlight]) -> int | None:
        """End what a worker that is gone did not finish, and return how many runs that were.

        None says that nothing is concluded: somebody works there after all, or it is not certain that nobody will.

        Args:
            scene: The folder, as it was seen.
            left: Its runs without an outcome.
        """
        folder, sight = scene.folder, scene.sight
        worked = sight.claimed and "fence" not in (folder.read_claim(0) or {"fence": True})
        if not sight.claimed and not folder.fence():
            return None  # a worker has claimed it since it was looked at
        if sight.claimed and sight.may_return and not folder.revoke():
            return None  # a worker came in its place
        begun = {run: at for run, at in scene.started.items() if not folder.called_off(run)}
        return sum(self._end(scene, run, begun, worked=worked) for run in left)

    def _end(self, scene: Scene, run: InFlight, begun: dict[str, float], *, worked: bool) -> bool:
        folder, sight = scene.folder, scene.sight
        reason, victim, at = sight.reason or _NO_SUBMITTER, killed_for(folder), begun.get(run.id)
        if victim not in {None, run.id}:
            return self.lose(folder, run, reason, None)
        if sight.verdict is Verdict.CANCELLED:
            ending = Ending(RunState.CANCELLED, reason, at, time.time())
            return self.settle(run, ending, _KILLED if victim else reason, again=False)
        if sight.verdict is Verdict.FREE:
            return self.lose(folder, run, reason, None, pause=True)
        if at is None and ((worked and not begun) or (not worked and sight.reason)):
            at = run.begun_at  # nothing in this folder could begin: count it, or it would go on for ever
        late = sight.verdict is Verdict.OUT_OF_TIME and at is not None and any(t < at for t in begun.values())
        if at is None or late:
            return self.lose(folder, run, reason, None)
        if sight.verdict is Verdict.CHARGED:
            return self.lose(folder, run, reason, at)
        ending = Ending(RunState.FAILED, reason, at, time.time())
        return self.settle(run, ending, reason, again=False, kind="LimitError")

    def lose(
        self,
        folder: AttemptFolder,
        run: InFlight,
        reason: str,
        begun_at: float | None,
        *,
        pause: bool = False,
    ) -> bool:
        """End an attempt that came to nothing; return whether anything changed.

        What a task left that can go on from there is put aside for the next attempt first.

        Args:
            folder: The attempt folder.
            run: The run.
            reason: Why.
            begun_at: When it began its work; None where that costs the run nothing.
            pause: Whether what costs nothing is tried again only after a pause.
        """
        if can_go_on(run.task) and not run.cancel_requested:
            put_aside(self._store.scope.files, folder, run.id, run.attempt)
        ending = Ending(RunState.LOST, reason, begun_at, time.time())
        if folder.killed.exists() and run.cancel_requested:
            reason = _KILLED
        return self.settle(run, ending, reason, again=True, pause=pause)

    def settle(
        self,
        run: InFlight,
        ending: Ending,
        message: str,
        *,
        again: bool,
        kind: str | None = None,
        pause: bool = False,
    ) -> bool:
        """End an attempt; return whether anything changed.

        Args:
            run: The run.
            ending: How it ended.
            message: What the run's error says.
            again: Whether the retry policy applies.
            kind: The type of the run's error.
            pause: As for :meth:`lose`.
        """
        cancelled = run.cancel_requested or ending.ended is RunState.CANCELLED
        error = {
            "type": kind or ("RunCancelledError" if cancelled else "LostError"),
            "message": message,
            "traceback": "",
        }
        scope, values = self._store.scope, {"error": error}
        state = self._store.ensure(
            lambda session: settle(
                session, scope, run.id, run.attempt, ending, values=values, again=again, pause=pause
            )
        )
        if state is not None:
            self._announce(run.id)
        return state is not None


def killed_for(folder: AttemptFolder) -> str | None:
    """Return the run for whose sake the worker of a folder was ended, if that is so.

    Args:
        folder: The attempt folder.
    """
    try:
        return folder.killed.read_text(encoding="ascii")[:12] or None
    except (OSError, ValueError):
        return None
