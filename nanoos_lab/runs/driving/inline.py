"""Runs that this process executes itself, on the thread of an inline executor.

All of them share one attempt folder per process, so that many small runs make no folders. An outcome is on
disk before it is in the store here as everywhere; its file goes once the store has it.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from nanoos_lab._version import __version__
from nanoos_lab.runs.attempts.execute import Item, execute
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import describe_process
from nanoos_lab.runs.attempts.reference import resolve
from nanoos_lab.runs.driving.carrying import hand_over
from nanoos_lab.runs.driving.collect import clean_up, collect
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.runs.attempts.presence import Presence
    from nanoos_lab.runs.driving.pool import ExecutorPool
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.runs import InputEdge
    from nanoos_lab.store.schema import RunRow, StructureRow
    from nanoos_lab.tasks import Task

FOLDER = "runs/here"
"""Where the folders of processes that execute runs themselves lie, below the project's files."""
_WORTH_KEEPING_S = 0.05
_log = logging.getLogger(__name__)

Loaded = tuple["Task[Any]", "Mapping[str, Any]", Any]


@dataclass(frozen=True)
class Ticket:
    """A run in the queue of this process."""

    run: str
    attempt: int
    """The attempt it stands at; the one to begin is the next."""
    executor: str
    load: Callable[[], Loaded]


class InlineRuns:
    """Executes runs in this process.

    Args:
        store: The open store.
        presence: This process's presence in the lab.
        pool: The executors.
        announce: Called with the id of each run that this process is done with for now.
    """

    def __init__(
        self, store: Store, presence: Presence, pool: ExecutorPool, announce: Callable[[str], None]
    ) -> None:
        self._store, self._presence, self._pool, self._announce = store, presence, pool, announce
        self._mine: set[str] = set()
        self._stalled: set[str] = set()
        self._lock = threading.Lock()
        self._folder: AttemptFolder | None = None
        self._worker = {**describe_process(), "python": sys.version.split()[0], "nanoos_lab": __version__}

    def holds(self, run: str) -> bool:
        """Return whether a run is queued or being executed here."""
        with self._lock:
            return run in self._mine

    def enqueue(self, ticket: Ticket, profile: str, *, priority: int = 0, not_before: float = 0.0) -> None:
        """Queue a run that this process owns.

        Args:
            ticket: The run.
            profile: Its profile.
            priority: Higher goes first.
            not_before: When it may begin, in seconds since 1970.
        """
        executor = self._pool.of(self._pool.profile(profile, ticket.executor))
        if not executor.inline:
            return
        with self._lock:
            if ticket.run in self._mine:
                return
            self._mine.add(ticket.run)
        executor.enqueue(partial(self._work, ticket), priority=priority, not_before=not_before)

    def adopt(self, run: RunRow) -> None:
        """Take over a PENDING run whose process is gone, and queue it.

        Args:
            run: The run, as last read.
        """
        scope, token = self._store.scope, self._presence.token

        def take_over(session: Session) -> bool:
            if changes.change_owner(session, scope, run.id, run.owner, token):
                return True
            now = rows.get_run(session, scope, run.id)  # ours where an earlier try was stored after all
            return now is not None and now.state == RunState.PENDING and now.owner == token

        if self._store.ensure(take_over):
            self.enqueue_row(run)

    def enqueue_row(self, run: RunRow) -> None:
        """Queue a run as it is recorded."""
        ticket = Ticket(run.id, run.attempt, run.executor, partial(self._load, run))
        self.enqueue(ticket, run.profile, priority=run.priority, not_before=run.not_before)

    @property
    def stalled(self) -> bool:
        """Whether something waits for the store or the disk to work again."""
        return bool(self._stalled)

    def take_up(self) -> None:
        """Queue again what could not be begun because the store or the disk failed."""
        with self._lock:
            stalled = list(self._stalled)
        if not stalled:
            return
        with self._store.read() as session:
            found = rows.get_runs(session, self._store.scope, stalled)
        for run in found:
            mine = self._presence.is_me(run.owner)
            if mine and run.state == RunState.PENDING:
                self.enqueue_row(run)
            elif mine and not RunState(run.state).final:
                continue  # under way as far as the store knows: what looks after runs puts it back first
            with self._lock:
                self._stalled.discard(run.id)

    def _load(self, run: RunRow) -> Loaded:
        task = resolve(run.task_reference, run.task, run.task_version)
        with self._store.read() as session:
            inputs = rows.inputs_of(session, self._store.scope, [run.id], whole=True)[run.id]
        return task, structures_of(inputs), task.parse_params(run.params)

    def _work(self, ticket: Ticket) -> None:
        again = None
        try:
            if self._execute(ticket) in {RunState.PENDING, None}:  # None: what became of it stands in its row
                again = self._store.look_up(lambda s: rows.get_run(s, self._store.scope, ticket.run))
        except Exception:  # noqa: BLE001 - logged, and told below
            # The store or the disk failed, not the task: the row says what is true and the next step,
            # here or elsewhere, goes on from it.
            _log.exception("run %s could not be carried on; it will be taken up again", ticket.run)
            with self._lock:
                self._stalled.add(ticket.run)
        finally:
            with self._lock:
                self._mine.discard(ticket.run)
        if again is not None and again.state == RunState.PENDING and self._presence.is_me(again.owner):
            self.enqueue_row(again)
        self._announce(ticket.run)

    def _execute(self, ticket: Ticket) -> RunState | None:
        folder, attempt = self._own_folder(), ticket.attempt + 1
        if not self._store.ensure(lambda session: self._claim(session, ticket, folder)):
            return None
        hand_over(self._store.scope.files, folder, ticket.run)
        began = time.monotonic()
        data = execute(Item(ticket.run, attempt, ticket.load), folder, self._worker)
        # The file outlives this process; it need outlive the machine only where doing it again costs more
        # than making sure.
        folder.write_outcome(ticket.run, data, lasting=time.monotonic() - began > _WORTH_KEEPING_S)
        state = collect(self._store, ticket.run, attempt, folder, data=data)
        clean_up(folder, ticket.run)
        return state

    def _claim(self, session: Session, ticket: Ticket, folder: AttemptFolder) -> bool:
        scope, token = self._store.scope, self._presence.token
        if changes.begin_attempts(
            session,
            scope,
            [(ticket.run, ticket.attempt)],
            state=RunState.RUNNING,
            owner=token,
            folder=f"{FOLDER}/{folder.path.name}",
            executor=ticket.executor,
        ):
            return True
        now = rows.get_run(session, scope, ticket.run)  # begun where an earlier try was stored after all
        ours = (RunState.RUNNING, token, ticket.attempt + 1)
        return now is not None and (now.state, now.owner, now.attempt) == ours

    def _own_folder(self) -> AttemptFolder:
        token = self._presence.token
        if self._folder is None or self._folder.path.name != token:
            self._folder = AttemptFolder(self._store.scope.files / FOLDER / token)
            self._folder.prepare()
        return self._folder


def structures_of(inputs: Sequence[tuple[InputEdge, StructureRow]]) -> dict[str, Any]:
    """Return a run's inputs as its task sees them: pymatgen objects by name, lists for sets.

    Args:
        inputs: Edges with their structures, in order.
    """
    if not inputs:
        return {}
    from nanoos_lab.structures import from_json  # noqa: PLC0415 - brings pymatgen, needed only with structures

    found: dict[str, Any] = {}
    for edge, row in inputs:
        if edge.position == 0:
            found[edge.name] = from_json(row.content)
        else:
            found.setdefault(edge.name, []).append(from_json(row.content))
    return found
