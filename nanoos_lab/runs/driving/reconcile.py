"""Bring what the store says of runs under way into agreement with what is so.

Three witnesses are heard: the run's row, the attempt folder, and the locks that say which processes live. The
table of what follows from what they say stands in :mod:`nanoos_lab.runs`; this module is that table.
"""

from __future__ import annotations

import itertools
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanoos_lab.errors import RunError
from nanoos_lab.runs.attempts.folder import AttemptFolder, attempt_folder
from nanoos_lab.runs.driving.collect import collect
from nanoos_lab.runs.driving.endings import settle
from nanoos_lab.runs.executors import Sight, View
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.events import record_event
from nanoos_lab.store.folder import make_folder
from nanoos_lab.store.run_changes import Ending
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.orm import Session

    from nanoos_lab.runs.attempts.presence import Presence
    from nanoos_lab.runs.driving.inline import InlineRuns
    from nanoos_lab.runs.driving.pool import ExecutorPool
    from nanoos_lab.runs.executors import DetachedExecutor
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.runs import InFlight

CANCEL_GRACE_S = 5.0
"""How long a task has to stop by itself before its worker is asked to end, and again before it is killed."""
_log = logging.getLogger(__name__)
_LOST = "the process that executed it ended before it had a result"
_NO_SUBMITTER = "its submitter ended before a worker began"


_Settled = tuple[AttemptFolder, "DetachedExecutor | None"]


@dataclass(frozen=True)
class _Scene:
    """One attempt folder with its unfinished runs and what is seen of its worker."""

    folder: AttemptFolder
    runs: list[InFlight]
    sight: Sight
    started: dict[str, float]
    outcomes: dict[str, float]


class Reconciler:
    """Looks after runs under way.

    Args:
        store: The open store.
        presence: This process's presence in the lab.
        pool: The executors.
        inline: What this process executes itself.
        announce: Called with the id of each run that was settled.
    """

    def __init__(
        self,
        store: Store,
        presence: Presence,
        pool: ExecutorPool,
        inline: InlineRuns,
        announce: Callable[[str], None],
    ) -> None:
        self._store, self._presence, self._pool = store, presence, pool
        self._inline, self._announce = inline, announce
        self._untidy: list[_Settled] = []

    def reconcile(self, *, only: str | None = None) -> int:
        """Look after every run under way and return how many changed.

        Args:
            only: Just the attempt folder of this run.
        """
        with self._store.read() as session:
            flights = rows.in_flight(session, self._store.scope)
        if only is not None:
            folders = {flight.folder for flight in flights if flight.id == only}
            flights = [flight for flight in flights if flight.folder in folders]
        inline, files = set(self._pool.inline_names()), self._store.scope.files
        changed = 0
        for path, group in itertools.groupby(flights, key=lambda flight: flight.folder):
            runs = list(group)
            try:
                folder = attempt_folder(files, path, own=self._store.scope.looks_after is not None)
            except RunError as error:
                _log.warning("run %s is left as it is: %s", runs[0].id, error)
                continue
            if runs[0].executor in inline:
                changed += sum(self._look_after_inline(folder, run) for run in runs)
            else:
                changed += self._look_after_detached(folder, runs)
        self.tidy()
        return changed

    # ------------------------------------------------------------------ inline

    def _look_after_inline(self, folder: AttemptFolder, run: InFlight) -> bool:
        mine = self._presence.is_me(run.owner)
        if (mine and self._inline.holds(run.id)) or (not mine and self._presence.alive(run.owner)):
            if run.cancel_requested:
                _ask_to_stop(folder, run.id)
            return False
        return self._collect(folder, run) or self._lose(folder, run, _LOST, run.begun_at)

    # ------------------------------------------------------------------ detached

    def _look_after_detached(self, folder: AttemptFolder, runs: list[InFlight]) -> int:
        executor = self._pool.detached(runs[0].profile, runs[0].executor)
        if executor is None:
            return 0
        others = any(not self._presence.is_me(r.owner) and self._presence.alive(r.owner) for r in runs)
        begun_at = min(run.begun_at for run in runs)
        # The worker is looked at before its outcomes: what a dead one left is then complete.
        sight = executor.look(folder, runs[0].job_id, owner_alive=others, begun_at=begun_at)
        scene = _Scene(folder, runs, sight, folder.started(), folder.outcomes())
        left = [run for run in runs if not (run.id in scene.outcomes and self._collect(folder, run))]
        left = [run for run in left if not (run.cancel_requested and self._call_off(scene, run))]
        settled = len(runs) - len(left)
        if sight.view is View.ALIVE:
            settled += sum(self._follow(executor, scene, run) for run in left)
        elif sight.view is View.GONE and left:
            handing_over = others and any(run.state == RunState.SUBMITTING for run in left)
            if sight.claimed or not handing_over:
                concluded = self._conclude(scene, left)
                if concluded is None:
                    return settled
                settled, left = settled + concluded, []
        if not left:
            self._untidy.append((folder, executor))
        return settled

    def _call_off(self, scene: _Scene, run: InFlight) -> bool:
        """Cancel a run that its worker has not begun and now never will."""
        if run.id in scene.started and not scene.folder.called_off(run.id):
            return False
        if not scene.folder.call_off_item(run.id):
            return False
        ending = Ending(RunState.CANCELLED, "cancelled before it began")
        return self._settle(run, ending, "cancelled before it began", again=False)

    def _follow(self, executor: DetachedExecutor, scene: _Scene, run: InFlight) -> bool:
        """Record what a living worker is doing, and stop it where that was asked for."""
        begun = scene.started.get(run.id)
        if begun is not None and run.cancel_requested and run.id not in scene.outcomes:
            self._stop(executor, scene.folder, run)
        state = RunState.QUEUED if begun is None else RunState.RUNNING
        if run.state in {state, RunState.RUNNING}:
            return False
        expected = {RunState.SUBMITTING} if begun is None else {RunState.SUBMITTING, RunState.QUEUED}
        scope, values, worker = (
            self._store.scope,
            {"state": state, "started_at": begun},
            scene.folder.read_claim(),
        )

        def move(session: Session) -> bool:
            moved = changes.change_state(
                session, scope, run.id, attempt=run.attempt, expected=expected, values=values
            )
            if moved:
                changes.set_attempt(session, scope, run.id, run.attempt, started_at=begun, worker=worker)
                record_event(session, scope, f"run.{state.lower()}", run.id, attempt=run.attempt)
            return moved

        return self._store.ensure(move)

    def _stop(self, executor: DetachedExecutor, folder: AttemptFolder, run: InFlight) -> None:
        """Ask, then insist, then kill; the others in the chunk are not charged for their worker's end."""
        asked = _ask_to_stop(folder, run.id)
        patience = time.time() - asked
        if patience < CANCEL_GRACE_S or folder.outcome(run.id).exists():
            return
        folder.killed.write_text(run.id, encoding="ascii")
        executor.stop(folder, run.job_id, hard=patience >= 2 * CANCEL_GRACE_S)

    def _conclude(self, scene: _Scene, left: list[InFlight]) -> int | None:
        """The worker is gone: what it did not finish is lost, or never began.

        None, and nothing, where a worker has claimed the folder since it was looked at.
        """
        if not scene.sight.claimed and not scene.folder.fence():
            return None
        reason = scene.sight.reason or _NO_SUBMITTER
        begun = {run: at for run, at in scene.started.items() if not scene.folder.called_off(run)}
        worked = "fence" not in (scene.folder.read_claim() or {"fence": True})
        victim = _killed_for(scene.folder)
        settled = 0
        for run in left:
            at = begun.get(run.id)
            if victim not in {None, run.id}:
                at = None
            elif at is None and ((worked and not begun) or (not worked and scene.sight.reason)):
                at = run.begun_at  # nothing in this folder could begin: count it, or it would go on for ever
            settled += self._lose(scene.folder, run, reason, at)
        return settled

    # ------------------------------------------------------------------ ends

    def _collect(self, folder: AttemptFolder, run: InFlight) -> bool:
        """Take an outcome into the store; True where there was one, so that the run is not taken for lost."""
        try:
            state = collect(self._store, run.id, run.attempt, folder)
        except OSError as error:
            _log.warning("the outcome of run %s cannot be read now: %s", run.id, error)
            return True
        if state is not None:
            self._announce(run.id)
        return state is not None

    def _lose(self, folder: AttemptFolder, run: InFlight, reason: str, begun_at: float | None) -> bool:
        ending = Ending(RunState.LOST, reason, begun_at, time.time())
        if folder.killed.exists() and run.cancel_requested:
            reason = "cancelled; its worker was ended because it did not stop by itself"
        return self._settle(run, ending, reason, again=True)

    def _settle(self, run: InFlight, ending: Ending, message: str, *, again: bool) -> bool:
        kind = "RunCancelledError" if run.cancel_requested else "LostError"
        error = {"type": kind, "message": message, "traceback": ""}
        scope, values = self._store.scope, {"error": error}
        state = self._store.ensure(
            lambda session: settle(session, scope, run.id, run.attempt, ending, values=values, again=again)
        )
        if state is not None:
            self._announce(run.id)
        return state is not None

    @property
    def untidy(self) -> bool:
        """Whether settled folders wait for their worker to go."""
        return bool(self._untidy)

    def tidy(self, more: Iterable[AttemptFolder] = ()) -> None:
        """Remove the files of settled folders once their worker is gone and none can come.

        Args:
            more: Further folders that no unfinished run stands at.
        """
        settled: list[_Settled] = [*self._untidy, *((folder, None) for folder in more)]
        self._untidy = []
        for folder, executor in settled:
            coming = (
                folder.read_claim() is None and not folder.fence()
            )  # nobody may come into a tidied folder
            if coming or folder.worker_alive():
                self._untidy.append((folder, executor))
                continue
            folder.tidy()
            if executor is not None:
                executor.forget(folder)


def _ask_to_stop(folder: AttemptFolder, run: str) -> float:
    """Leave the marker that asks a task to stop, and return since when it is there."""
    marker = folder.cancel_marker(run)
    try:
        return marker.stat().st_mtime
    except FileNotFoundError:
        make_folder(marker.parent)
        marker.touch()
        return time.time()


def _killed_for(folder: AttemptFolder) -> str | None:
    try:
        return folder.killed.read_text(encoding="ascii")[:12] or None
    except (OSError, ValueError):
        return None
