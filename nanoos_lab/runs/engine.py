"""``Runs``: ask for work, look after it, wait for it."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from nanoos_lab.errors import RunError, UnknownNameError
from nanoos_lab.runs.attempts.folder import AttemptFolder, attempt_folder
from nanoos_lab.runs.attempts.presence import Presence
from nanoos_lab.runs.attempts.progress import Progress, read_progress
from nanoos_lab.runs.attempts.submission import sweep
from nanoos_lab.runs.driving.accountant import Accountant
from nanoos_lab.runs.driving.driver import Driver
from nanoos_lab.runs.driving.endings import FROM_ATTEMPT
from nanoos_lab.runs.driving.inline import InlineRuns, Ticket, structures_of
from nanoos_lab.runs.driving.launch import Launcher
from nanoos_lab.runs.driving.pool import ExecutorPool
from nanoos_lab.runs.driving.reconcile import Reconciler
from nanoos_lab.runs.driving.tidying import tidy_old_folders
from nanoos_lab.runs.submission import edges_with_rows, make_order, record
from nanoos_lab.runs.waiting import Waiting
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.events import record_event
from nanoos_lab.store.leases import current_lease
from nanoos_lab.store.schema import BatchRow, Role, RunRow, RunState, new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.runs.submission import Inputs, Order
    from nanoos_lab.settings import Resources, RetryPolicy, Settings
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.leases import Lease
    from nanoos_lab.tasks import Task

_RETRIABLE = frozenset({RunState.FAILED, RunState.LOST, RunState.CANCELLED})


@dataclass(frozen=True)
class Submission:
    """What came of asking for a run."""

    run: RunRow
    reused: bool
    """Whether an identical run that is unfinished or COMPLETED stands for it."""


class Runs:
    """The runs of one project: one object per process and open lab.

    Args:
        store: The open store.
        settings: Where the profiles are.
        drive: Whether a daemon thread looks after runs of detached executors while this process lives; without
            it they move when :meth:`step` or :meth:`wait` is called.

    Example:
        >>> runs = Runs(store, load_settings())  # doctest: +SKIP
        >>> run = runs.submit("relax", {"structure": row}, {"calculator": "chgnet"}).run  # doctest: +SKIP
        >>> runs.wait([run.id])[0].state  # doctest: +SKIP
        'COMPLETED'
    """

    def __init__(self, store: Store, settings: Settings, *, drive: bool = True) -> None:
        self._store, self._settings = store, settings
        self._pool = ExecutorPool(settings)
        self._presence = Presence(store.backend.presence)
        self._looks_on = store.scope.role is Role.VIEWER
        self._waiting = Waiting()
        announce = self._waiting.announce
        self._inline = InlineRuns(store, self._presence, self._pool, self._done_for_now)
        self._reconciler = Reconciler(store, self._presence, self._pool, self._inline, announce)
        self._launcher = Launcher(store, self._presence, self._pool, self._reconciler.leave)
        self._accountant = Accountant(store, self._pool)
        self._limits = settings.limits.get(store.scope.project)
        self._turn = threading.RLock()
        self._driver = Driver(self.step, self.unfinished_elsewhere) if drive and not self._looks_on else None

    # ------------------------------------------------------------------ ask

    def submit(
        self,
        task: str | Task[Any],
        inputs: Inputs,
        params: Mapping[str, Any],
        *,
        on: str | None = None,
        force: bool = False,
        priority: int = 0,
        retry: RetryPolicy | None = None,
        resources: Resources | None = None,
        parent_id: str | None = None,
        label: str = "",
    ) -> Submission:
        """Record a run and have it started where its profile says.

        Args:
            task: The task or its name.
            inputs: Stored structures by name; a list for a set.
            params: The task's parameters.
            on: The profile; the default one for None.
            force: Run it even where an identical run is unfinished or COMPLETED.
            priority: Higher goes first among what waits.
            retry: Instead of the profile's policy.
            resources: Instead of the profile's.
            parent_id: The run inside which it is asked for; by default the one this code is part of.
            label: A word of the user's own.

        Raises:
            UnknownNameError: No such task or profile.
            InvalidInputError: Parameters or inputs are refused, or a worker could not find the task; then
                nothing was recorded.
        """
        self._check_may_ask()
        order = self._order(
            task, params, on, resources=resources, retry=retry, priority=priority, label=label
        )
        wanted = (order, inputs, order.key(inputs))
        owner = self._presence.token
        try:
            run, reused = record(
                self._store, [wanted], owner=owner, force=force, parent_id=parent_id, limits=self._limits
            )[0]
        except IntegrityError:  # another process recorded the same run at this moment
            run, reused = record(
                self._store, [wanted], owner=owner, force=force, parent_id=parent_id, limits=self._limits
            )[0]
        self._start([(run, reused, inputs)], order)
        return Submission(run, reused)

    def submit_many(
        self,
        task: str | Task[Any],
        inputs_list: Sequence[Inputs],
        params: Mapping[str, Any],
        *,
        on: str | None = None,
        force: bool = False,
        priority: int = 0,
        retry: RetryPolicy | None = None,
        resources: Resources | None = None,
        parent_id: str | None = None,
        label: str = "",
    ) -> BatchRow:
        """Record one run for each of many inputs, all in one transaction, and have them started.

        Args:
            task: The task or its name.
            inputs_list: Inputs of each run.
            params: The task's parameters, the same for all.
            on: The profile; the default one for None.
            force: Run them even where identical runs are unfinished or COMPLETED.
            priority: Higher goes first among what waits.
            retry: Instead of the profile's policy.
            resources: Instead of the profile's.
            parent_id: The run inside which they are asked for; by default the one this code is part of.
            label: A word of the user's own.

        Raises:
            UnknownNameError: No such task or profile.
            InvalidInputError: As of :meth:`submit`; then nothing was recorded.
        """
        self._check_may_ask()
        order = self._order(
            task, params, on, resources=resources, retry=retry, priority=priority, label=label
        )
        wanted = [(order, inputs, order.key(inputs)) for inputs in inputs_list]
        batch = BatchRow(
            id=new_id(),
            created_at=time.time(),
            project_id=self._store.scope.project_id,
            task=order.task.name,
            label=label,
            author=self._store.scope.author,
        )
        owner = self._presence.token
        recorded = record(
            self._store,
            wanted,
            owner=owner,
            force=force,
            parent_id=parent_id,
            batch=batch,
            limits=self._limits,
        )
        first = {
            run.id: (run, reused, inputs) for (run, reused), inputs in zip(recorded, inputs_list, strict=True)
        }
        self._start(list(first.values()), order)
        return batch

    def _check_may_ask(self) -> None:
        """Have the server refuse a person who may only look, before anything is made."""
        if self._looks_on:
            self._store.ensure(lambda _: None)
            self._looks_on = False  # the server allows it: one has become an editor since the lab was opened

    def order(
        self, task: str | Task[Any], params: Mapping[str, Any], on: str | None, **options: Any
    ) -> tuple[Order, bool]:
        """Check what is asked for, without recording anything.

        Args:
            task: The task or its name.
            params: The task's parameters.
            on: The profile; the default one for None.
            options: As of :meth:`submit`.

        Returns:
            What :meth:`submit` would record of any inputs, and whether this process would execute it.
        """
        inline = self._pool.of(self._settings.profile(on)).inline
        return self._order(task, params, on, **options), inline

    def _order(
        self, task: str | Task[Any], params: Mapping[str, Any], on: str | None, **options: Any
    ) -> Order:
        profile = self._settings.profile(on)
        return make_order(task, params, profile, inline=self._pool.of(profile).inline, **options)

    def _start(self, recorded: Sequence[tuple[RunRow, bool, Inputs]], order: Order) -> None:
        elsewhere = False
        for run, reused, inputs in recorded:
            if RunState(run.state).final:
                continue
            if run.executor not in self._pool.inline_names():
                elsewhere = True
            elif reused:
                self._adopt([run.id])
            else:
                load = partial(_load, order, edges_with_rows(inputs))
                ticket = Ticket(run.id, run.attempt, run.executor, load)
                self._inline.enqueue(ticket, run.profile, priority=run.priority)
        if elsewhere and self._driver is not None:
            self._driver.wake()

    # ------------------------------------------------------------------ look after

    def step(self, *, lease: Lease | None = None) -> int:
        """Collect what has ended, start what waits, and return how many runs changed; harmless at any time.

        Runs elsewhere are left to a worker that holds the lease on them.

        Args:
            lease: The lease, where the caller is that worker.

        Raises:
            LeaseLostError: The lease is another's by now.
        """
        if self._looks_on:
            return 0
        with self._turn:
            self._inline.take_up()
            if lease is None and self._left_to_a_worker():
                return 0
            changed = self._reconciler.reconcile()
            if changed:
                self._accountant.note()
            changed += self._launcher.launch(lease)
            self._accountant.look()
            return changed

    @property
    def token(self) -> str:
        """This process's name among those that own work."""
        return self._presence.token

    @property
    def lease_name(self) -> str:
        """What a worker takes a lease on to look after these runs."""
        return f"runs of {self._store.scope.author}"[:100]

    def _left_to_a_worker(self) -> bool:
        with self._store.read() as session:
            return current_lease(session, self._store.scope, self.lease_name) is not None

    def recover(self) -> int:
        """Make every state true after whatever happened while nobody looked; return how many changed.

        Nothing is started by it, but where this object drives, its thread takes up what waits for workers.
        """
        if self._looks_on:
            return 0
        with self._turn:
            changed = self._reconciler.reconcile()
            self._presence.sweep()
            tidy_old_folders(self._store, self._presence, self._reconciler)
            sweep(self._store.scope.files / "runs")
        if self._driver is not None and self.unfinished_elsewhere():
            self._driver.wake()
        return changed

    def _done_for_now(self, run_id: str) -> None:
        """Tell who waits for a run of this process; one that the store could not take is tried again soon."""
        self._waiting.announce(run_id)
        if self._driver is not None and self._inline.stalled:
            self._driver.wake()

    def unfinished_elsewhere(self) -> bool:
        """Return whether anything is left to look after that this process does not execute itself."""
        if self._reconciler.untidy or self._inline.stalled or self._accountant.pending:
            return True
        with self._store.read() as session:
            inline = self._pool.inline_names()
            return rows.count_unfinished(session, self._store.scope, not_executors=inline) > 0

    def _adopt(self, run_ids: Sequence[str]) -> None:
        """Take over PENDING runs of inline executors whose process is gone: someone here wants them now."""
        pending = [
            run
            for run in self.read(run_ids)
            if run.state == RunState.PENDING
            and run.executor in self._pool.inline_names()
            and self._store.scope.carries_on(run.author)
        ]
        for run in pending:
            if self._presence.is_me(run.owner):
                self._inline.enqueue_row(run)
            elif not self._presence.alive(run.owner):
                self._inline.adopt(run)

    def wait(
        self,
        run_ids: Sequence[str],
        *,
        timeout: float | None = None,
        on_progress: Callable[[float | None, str], None] | None = None,
    ) -> list[RunRow]:
        """Wait until runs have ended and return them in order.

        Runs of ``here`` that a dead process left PENDING are executed by this one, as someone waits for them.

        Args:
            run_ids: Full ids.
            timeout: Seconds after which the runs are returned as they are; None for as long as it takes.
            on_progress: Called now and then with the done part, 0 to 1 or None, and a line for people.

        Raises:
            DetachedInterrupt: The user interrupted; the runs go on.
        """
        if not self._looks_on and not self.executing(run_ids):
            self._adopt(run_ids)
        return self._waiting.until_final(self, run_ids, timeout=timeout, on_progress=on_progress)

    def read(self, run_ids: Sequence[str]) -> list[RunRow]:
        """Return runs as they are recorded now, in the order of their ids."""
        return self._store.look_up(lambda session: rows.get_runs(session, self._store.scope, run_ids))

    def unfinished_among(self, run_ids: Collection[str]) -> dict[str, str]:
        """Return those of the runs that are not final, with their state."""
        with self._store.read() as session:
            return rows.unfinished_among(session, self._store.scope, list(run_ids))

    def executing(self, run_ids: Collection[str]) -> bool:
        """Return whether all of the runs are queued or executed by this process."""
        return all(self._inline.holds(run) for run in run_ids)

    def help_along(self) -> bool:
        """Do what the one who waits can do, also from inside a run of ``here``; return whether anything changed."""
        worked = any(executor.work_one() for executor in self._pool.inline())
        return bool(worked or self.step())

    def progress(self, run_id: str) -> Progress:
        """Return how far a run is, as its task last said.

        Args:
            run_id: Full id.
        """
        folder = self._folder(run_id)
        return Progress() if folder is None else read_progress(folder, run_id)

    def log(self, run_id: str, limit: int = 10_000) -> str:
        """Return the end of what the worker of a run's last attempt wrote to its log.

        Args:
            run_id: Full id.
            limit: At most so many characters.
        """
        folder = self._folder(run_id)
        return "" if folder is None else folder.log_tail(limit)

    def _folder(self, run_id: str) -> AttemptFolder | None:
        with self._store.read() as session:
            attempts = rows.attempts_of(session, self._store.scope, run_id)
        return attempt_folder(self._store.scope.files, attempts[-1].folder) if attempts else None

    # ------------------------------------------------------------------ change one's mind

    def cancel(self, run_id: str) -> RunRow:
        """Ask a run to stop and return it as it stands.

        What has not begun is CANCELLED at once. A task at work stops where it next reports progress; the worker
        of one that does not is ended after some seconds. A run that ends first stays as it ended.

        Args:
            run_id: Full id.

        Raises:
            UnknownNameError: No such run.
        """

        def ask(session: Session) -> RunRow:
            run = self._known(session, run_id)
            if not RunState(run.state).final and not changes.cancel_pending(session, self._store.scope, run):
                changes.request_cancel(session, self._store.scope, run_id)
            return run

        run = self._store.ensure(ask)
        if RunState(run.state).final:
            return run
        self._waiting.announce(run_id)
        with self._turn:
            self._reconciler.reconcile(only=run_id)
        return self._store.look_up(lambda session: self._known(session, run_id))

    def retry(self, run_id: str) -> RunRow:
        """Try again a run that FAILED, was LOST or CANCELLED, with a fresh allowance of tries.

        Args:
            run_id: Full id.

        Raises:
            UnknownNameError: No such run.
            RunError: It is unfinished or COMPLETED.
        """
        scope, tries = self._store.scope, itertools.count()

        def revive(session: Session) -> None:
            run, first = self._known(session, run_id), next(tries) == 0
            if RunState(run.state) not in _RETRIABLE:
                if not first:  # revived by the first try, whose end was not heard of
                    return
                raise RunError(
                    f"run {run_id} is {run.state}: only a FAILED, LOST or CANCELLED run is retried"
                )
            if not scope.carries_on(run.author):
                raise RunError(
                    f"run {run_id} is {run.author}'s, who alone tries it again: submit the same, and it runs as yours"
                )
            taken = rows.find_active(session, scope, [run.key])
            values = {
                "state": RunState.PENDING,
                "active_key": None if taken else run.key,
                "owner": self._presence.token,
                "retry": {**run.retry, FROM_ATTEMPT: run.attempt},
            }
            changes.revive(session, scope, run, values)
            record_event(session, scope, "run.retried", run_id, attempt=run.attempt)

        self._store.ensure(revive)
        run = self._store.look_up(lambda session: self._known(session, run_id))
        if run.executor in self._pool.inline_names():
            self._inline.enqueue_row(run)
        elif self._driver is not None:
            self._driver.wake()
        return run

    def _known(self, session: Session, run_id: str) -> RunRow:
        run = rows.get_run(session, self._store.scope, run_id)
        if run is None:
            raise UnknownNameError("run", run_id, hint="Give its full id.")
        return run

    def close(self) -> None:
        """Finish what is being executed here, begin nothing more, and leave; workers elsewhere go on."""
        if self._driver is not None:
            self._driver.stop()
        self._pool.stop()
        self._reconciler.tidy()
        self._presence.release()


def _load(order: Order, inputs: Sequence[Any]) -> tuple[Any, Mapping[str, Any], Any]:
    return order.task, structures_of(inputs), order.params
