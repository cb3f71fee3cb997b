"""Bring what the store says of runs under way into agreement with what is so.

Three witnesses are heard: the run's row, the attempt folder, and whoever knows which workers live: locks, or a
cluster's scheduler. The table of what follows from what they say stands in :mod:`nanoos_lab.runs`; this module and
:mod:`~nanoos_lab.runs.driving.conclude` are that table.
"""

from __future__ import annotations

import itertools
import logging
import time
from typing import TYPE_CHECKING

from nanoos_lab.errors import RunError
from nanoos_lab.runs.attempts.folder import AttemptFolder, attempt_folder
from nanoos_lab.runs.attempts.place import read_place
from nanoos_lab.runs.driving.collect import collect
from nanoos_lab.runs.driving.conclude import Concluder, Scene, killed_for
from nanoos_lab.runs.executors import View
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
    from nanoos_lab.runs.executors import DetachedExecutor, Sight
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.runs import InFlight

CANCEL_GRACE_S = 5.0
"""How long a task has to stop by itself before its worker is asked to end, and again before it is killed."""
_log = logging.getLogger(__name__)
_LOST = "the process that executed it ended before it had a result"


_Settled = tuple[AttemptFolder, "DetachedExecutor | None"]


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
        self._concluder = Concluder(store, announce)
        self._untidy: list[_Settled] = []
        self._looked_at: dict[int, float] = {}
        """When the folders of an executor that wants to be left in peace were last looked at."""
        self._notes: list[tuple[InFlight, Sight]] = []
        self._said: dict[str, str] = {}
        """What a waiting run was last recorded to wait for."""

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
        due: dict[str, DetachedExecutor | None] = {}
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
                continue
            if runs[0].profile not in due:
                due[runs[0].profile] = self._executor_of(runs[0], at_once=only is not None)
            executor = due[runs[0].profile]
            if executor is not None:
                changed += self._look_after_detached(executor, executor.folder(folder.path), runs)
        self._write_notes()
        if only is None:
            self._said = {run.id: self._said[run.id] for run in flights if run.id in self._said}
        self.tidy()
        return changed

    def _executor_of(self, run: InFlight, *, at_once: bool) -> DetachedExecutor | None:
        """Return the executor of a run, or None where there is none or it was looked at a moment ago."""
        executor = self._pool.detached(run.profile, run.executor)
        if executor is None or not executor.pace_s:
            return executor
        now = time.monotonic()
        if not at_once and now - self._looked_at.get(id(executor), -1e9) < executor.pace_s:
            return None
        self._looked_at[id(executor)] = now
        return executor

    # ------------------------------------------------------------------ inline

    def _look_after_inline(self, folder: AttemptFolder, run: InFlight) -> bool:
        mine = self._presence.is_me(run.owner)
        if (mine and self._inline.holds(run.id)) or (not mine and self._presence.alive(run.owner)):
            if run.cancel_requested:
                _ask_to_stop(folder, run.id)
            return False
        return self._collect(folder, run) or self._concluder.lose(folder, run, _LOST, run.begun_at)

    # ------------------------------------------------------------------ detached

    def _look_after_detached(
        self, executor: DetachedExecutor, folder: AttemptFolder, runs: list[InFlight]
    ) -> int:
        others = any(not self._presence.is_me(r.owner) and self._presence.alive(r.owner) for r in runs)
        begun_at = min(run.begun_at for run in runs)
        # The worker is looked at before its outcomes: what a dead one left is then complete.
        sight = executor.look(folder, runs[0].job_id, owner_alive=others, begun_at=begun_at)
        if sight.untouched:
            scene = Scene(folder, runs, sight, {}, {})
        else:
            scene = Scene(folder, runs, sight, folder.started(), folder.outcomes())
        left = [run for run in runs if not (run.id in scene.outcomes and self._collect(folder, run))]
        if sight.job_id is not None:
            self._record_job(left, sight.job_id)
        some = bool(left)
        left = [run for run in left if not (run.cancel_requested and self._call_off(scene, run))]
        settled = len(runs) - len(left)
        if sight.view is View.WAITING and some:
            self._call_off_worker(executor, scene, left)
        if sight.view in {View.WAITING, View.UNKNOWN}:
            self._notes += [(run, sight) for run in left if self._is_new(run, sight)]
        elif sight.view is View.ALIVE:
            settled += sum(self._follow(executor, scene, run) for run in left)
        elif left:
            handing_over = others and any(run.state == RunState.SUBMITTING for run in left)
            if sight.claimed or not handing_over:
                concluded = self._concluder.conclude(scene, left)
                settled, left = settled + (concluded or 0), left if concluded is None else []
        if not left:
            self._untidy.append((folder, executor))
        return settled

    def _call_off_worker(self, executor: DetachedExecutor, scene: Scene, left: list[InFlight]) -> None:
        """Let a worker that waits for its turn not come where nobody wants it, or where one run must not go on."""
        unwanted = [run for run in left if run.cancel_requested and scene.sight.claimed]
        if unwanted and killed_for(scene.folder) is None:
            scene.folder.killed.write_text(unwanted[0].id, encoding="ascii")
        if unwanted or not left:
            executor.stop(scene.folder, scene.runs[0].job_id or scene.sight.job_id, hard=False)

    def _is_new(self, run: InFlight, sight: Sight) -> bool:
        """Return whether the record does not say yet what a run waits for, or that it was put back."""
        return self._said.get(run.id, "") != sight.reason or _put_back(run, sight)

    def _write_notes(self) -> None:
        """Record what runs wait for, and those that were put back into a queue, all in one transaction."""
        notes, self._notes = self._notes, []
        if not notes:
            return
        scope = self._store.scope
        with self._store.write() as session:
            for run, sight in notes:
                changes.set_attempt(session, scope, run.id, run.attempt, reason=sight.reason[:2000])
                if _put_back(run, sight) and changes.change_state(
                    session, scope, run.id, attempt=run.attempt, expected=[RunState.RUNNING],
                    values={"state": RunState.QUEUED},
                ):  # fmt: skip
                    data = {"attempt": run.attempt, "reason": sight.reason[:500]}
                    record_event(session, scope, "run.put_back", run.id, **data)
        self._said |= {run.id: sight.reason for run, sight in notes}

    def _record_job(self, runs: list[InFlight], job_id: str) -> None:
        """Adopt a worker that was asked for by a process that died before it could say so."""
        with self._store.write() as session:
            for run in runs:
                if run.job_id is None:
                    changes.set_attempt(session, self._store.scope, run.id, run.attempt, job_id=job_id)
                    changes.change_state(
                        session, self._store.scope, run.id, attempt=run.attempt,
                        expected=[RunState.SUBMITTING], values={"state": RunState.QUEUED},
                    )  # fmt: skip
                    record_event(session, self._store.scope, "run.adopted", run.id, job=job_id)

    def _call_off(self, scene: Scene, run: InFlight) -> bool:
        """Cancel a run that its worker has not begun and now never will."""
        if run.id in scene.started and not scene.folder.called_off(run.id):
            return False
        if not scene.folder.call_off_item(run.id):
            return False
        ending = Ending(RunState.CANCELLED, "cancelled before it began")
        return self._concluder.settle(run, ending, "cancelled before it began", again=False)

    def _follow(self, executor: DetachedExecutor, scene: Scene, run: InFlight) -> bool:
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
                said = {"started_at": begun, "worker": worker, "reason": ""}
                changes.set_attempt(session, scope, run.id, run.attempt, **said)
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

    @property
    def untidy(self) -> bool:
        """Whether settled folders wait for their worker to go."""
        return bool(self._untidy)

    def leave(self, folder: AttemptFolder, executor: DetachedExecutor | None) -> None:
        """Remove the files of a settled folder, now or when its worker is gone and none can come.

        Args:
            folder: The folder.
            executor: Whose it is, where part of it lies elsewhere.
        """
        coming = folder.read_claim() is None and not folder.fence()  # nobody may come into a tidied folder
        if coming or folder.worker_alive() or (executor is not None and not executor.forget(folder)):
            self._untidy.append((folder, executor))
        else:
            folder.tidy()

    def tidy(self, more: Iterable[AttemptFolder] = ()) -> None:
        """Remove the files of settled folders once their worker is gone and none can come.

        Args:
            more: Further folders that no unfinished run stands at.
        """
        settled: list[_Settled] = [*self._untidy, *map(self._left_by, more)]
        self._untidy = []
        for folder, executor in settled:
            self.leave(folder, executor)

    def _left_by(self, folder: AttemptFolder) -> _Settled:
        """Return a folder that somebody left behind, with its executor where part of it lies elsewhere."""
        place = read_place(folder)
        executor = None if place is None else self._pool.detached(place.profile, place.executor)
        return (folder, None) if executor is None else (executor.folder(folder.path), executor)


def _put_back(run: InFlight, sight: Sight) -> bool:
    """Return whether a run that was at work waits for its turn again."""
    return run.state == RunState.RUNNING and sight.view is View.WAITING and sight.claimed


def _ask_to_stop(folder: AttemptFolder, run: str) -> float:
    """Leave the marker that asks a task to stop, and return since when it is there."""
    marker = folder.cancel_marker(run)
    try:
        return marker.stat().st_mtime
    except FileNotFoundError:
        make_folder(marker.parent)
        marker.touch()
        return time.time()
