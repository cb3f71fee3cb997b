"""Start what waits: claim runs in the store, write their attempt folder, ask an executor for a worker.

At most ``max_workers`` folders of a profile are under way at once, counted in the same transaction that
claims, so that several drivers together keep the limit. Where many runs of a task wait, a worker gets a
chunk of them, the smaller the fewer are left, so that its start-up is paid once and the ends meet.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import NanoOSError, StoreError
from nanoos_lab.runs.attempts.execute import describe_error
from nanoos_lab.runs.attempts.folder import PROTOCOL
from nanoos_lab.runs.driving.carrying import can_go_on, hand_over, put_aside
from nanoos_lab.runs.driving.endings import settle
from nanoos_lab.runs.executors import StartError, Verdict
from nanoos_lab.settings import Resources
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.events import record_events
from nanoos_lab.store.leases import check_lease
from nanoos_lab.store.run_changes import Ending
from nanoos_lab.store.schema import RunState, new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.runs.attempts.folder import AttemptFolder
    from nanoos_lab.runs.attempts.presence import Presence
    from nanoos_lab.runs.driving.pool import ExecutorPool
    from nanoos_lab.runs.executors import DetachedExecutor
    from nanoos_lab.settings import Profile
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.leases import Lease
    from nanoos_lab.store.schema import RunRow

_log = logging.getLogger(__name__)
MAX_CHUNK = 64
_ROUNDS = 4
"""A worker gets about this part of its share of what waits."""


@dataclass(frozen=True)
class _Chunk:
    """Runs claimed for one attempt folder."""

    folder: str
    """Relative to the project's files."""
    runs: Sequence[RunRow]
    attempts: dict[str, int]


class Launcher:
    """Starts runs of detached executors.

    Args:
        store: The open store.
        presence: This process's presence in the lab.
        pool: The executors.
        leave: Takes folders that no worker will come to, to tidy them.
    """

    def __init__(
        self,
        store: Store,
        presence: Presence,
        pool: ExecutorPool,
        leave: Callable[[AttemptFolder, DetachedExecutor], None],
    ) -> None:
        self._store, self._presence, self._pool, self._leave = store, presence, pool, leave
        self._missing: set[str] = set()

    def launch(self, lease: Lease | None = None) -> int:
        """Start what may start now and return how many runs that were.

        Args:
            lease: By which the caller does so; it is looked at in each transaction that claims.

        Raises:
            LeaseLostError: It is another's by now; then nothing was claimed.
        """
        started = 0
        inline = self._pool.inline_names()
        with self._store.read() as session:
            waiting = rows.waiting_profiles(session, self._store.scope, time.time(), inline)
        for name, executor_name in waiting:
            executor = self._pool.detached(name, executor_name)
            if executor is None:
                if name not in self._missing:
                    _log.warning(
                        "runs of profile %r wait: its executor %r cannot be loaded", name, executor_name
                    )
                    self._missing.add(name)
                continue
            profile = self._pool.profile(name, executor_name)
            while (most := self._room(profile, executor)) > 0 and (
                chunks := self._claim(profile, executor, most, lease)
            ):
                if not self._hand_over(executor, chunks):
                    break  # not again in the same breath
                started += sum(len(chunk.runs) for chunk in chunks)
        return started

    def _room(self, profile: Profile, executor: DetachedExecutor) -> int:
        """Return how many folders the next submission may take, as far as can be said outside a transaction."""
        with self._store.read() as session:
            under_way = rows.folders_in_flight(session, self._store.scope, profile.name)
        return min(executor.room - under_way, executor.at_once) if under_way < executor.room else 0

    def _claim(
        self, profile: Profile, executor: DetachedExecutor, most: int, lease: Lease | None
    ) -> list[_Chunk]:
        """Claim what one submission takes, all with the same resources."""
        chunks: list[_Chunk] = []
        with self._store.write() as session:
            if lease is not None:
                check_lease(session, self._store.scope, lease)
            under_way = rows.folders_in_flight(session, self._store.scope, profile.name)
            size = _chunk_size(session, self._store, profile)
            while len(chunks) < min(most, executor.room - under_way):
                chunk = self._claim_chunk(session, profile, size, like=chunks[0].runs[0] if chunks else None)
                if chunk is None:
                    break
                chunks.append(chunk)
        return chunks

    def _claim_chunk(
        self, session: Session, profile: Profile, size: int, *, like: RunRow | None
    ) -> _Chunk | None:
        name = new_id()
        folder = f"runs/{name[:2]}/{name}"
        members = _next_chunk(session, self._store, profile, size)
        if like is not None and members and members[0].resources != like.resources:
            return None
        claimed = changes.begin_attempts(
            session,
            self._store.scope,
            [(run.id, run.attempt) for run in members],
            state=RunState.SUBMITTING,
            owner=self._presence.token,
            folder=folder,
            executor=profile.executor,
        )
        attempts = dict(claimed)
        runs = [run for run in members if run.id in attempts]
        return _Chunk(folder, runs, attempts) if runs else None

    def _hand_over(self, executor: DetachedExecutor, chunks: Sequence[_Chunk]) -> bool:
        """Ask for workers on what was claimed; return whether they were promised."""
        folders = [executor.folder(self._store.scope.files / chunk.folder) for chunk in chunks]
        first = chunks[0].runs[0]
        try:
            for folder, chunk in zip(folders, chunks, strict=True):
                folder.prepare()
                for run in chunk.runs:
                    hand_over(self._store.scope.files, folder, run.id)
                folder.write_spec(self._spec(chunk))
            name = f"nanoos-{first.id}-{chunks[0].attempts[first.id]}"
            job_ids = executor.start(folders, Resources(**first.resources), name)
        except StoreError:
            raise  # what is recorded stays true: SUBMITTING by us, taken back by the next step
        except (OSError, NanoOSError, ValueError) as error:
            self._take_back(executor, list(zip(folders, chunks, strict=True)), error)
            return False

        def note(session: Session) -> None:
            for chunk, job_id in zip(chunks, job_ids, strict=True):
                self._record_queued(session, chunk, job_id)

        self._store.ensure(note)
        return True

    def _record_queued(self, session: Session, chunk: _Chunk, job_id: str) -> None:
        scope = self._store.scope
        queued = [
            run
            for run, attempt in chunk.attempts.items()
            if changes.change_state(
                session,
                scope,
                run,
                attempt=attempt,
                expected=[RunState.SUBMITTING],
                values={"state": RunState.QUEUED},
            )
        ]
        for run, attempt in chunk.attempts.items():
            changes.set_attempt(session, scope, run, attempt, job_id=job_id)
        record_events(session, scope, "run.queued", {run: {"job": job_id} for run in queued})

    def _take_back(
        self, executor: DetachedExecutor, asked: Sequence[tuple[AttemptFolder, _Chunk]], error: Exception
    ) -> None:
        """Where no worker could be asked for: make sure that none comes, then try again as the reason allows."""
        fenced = [(folder, chunk) for folder, chunk in asked if folder.fence()]
        for folder, chunk in fenced:
            for run in filter(lambda one: can_go_on(one.task), chunk.runs):
                put_aside(self._store.scope.files, folder, run.id, chunk.attempts[run.id])
        verdict = error.verdict if isinstance(error, StartError) else Verdict.CHARGED
        now = time.time()
        reason = f"it could not be started: {type(error).__name__}: {error}"
        ending = Ending(
            RunState.FAILED if verdict is Verdict.FINAL else RunState.LOST,
            reason,
            None if verdict is Verdict.FREE else now,
            now,
        )
        values = {"error": {**describe_error(error), "message": reason}}

        def take_back(session: Session) -> None:
            for _, chunk in fenced:
                for run, attempt in chunk.attempts.items():
                    settle(
                        session, self._store.scope, run, attempt, ending, values=values,
                        again=verdict is not Verdict.FINAL, pause=True,
                    )  # fmt: skip

        self._store.ensure(take_back)
        for folder, _ in fenced:
            self._leave(folder, executor)

    def _spec(self, chunk: _Chunk) -> dict[str, Any]:
        with self._store.read() as session:
            inputs = rows.inputs_of(session, self._store.scope, [run.id for run in chunk.runs], whole=True)
        return {
            "protocol": PROTOCOL,
            "items": [
                {
                    "run": run.id,
                    "attempt": chunk.attempts[run.id],
                    "task": run.task,
                    "version": run.task_version,
                    "reference": run.task_reference,
                    "params": run.params,
                    "inputs": _contents(inputs[run.id]),
                }
                for run in chunk.runs
            ],
        }


def _chunk_size(session: Session, store: Store, profile: Profile) -> int:
    """Return how many runs a worker gets: the fewer, the fewer wait."""
    if profile.slurm.runs_per_job is not None:
        return profile.slurm.runs_per_job
    waiting = rows.count_pending(session, store.scope, profile.name, time.time())
    return min(max(math.ceil(waiting / (_ROUNDS * profile.max_workers)), 1), MAX_CHUNK)


def _next_chunk(session: Session, store: Store, profile: Profile, size: int) -> list[RunRow]:
    """Return the most urgent run that may start, with those that may share its worker."""
    found = rows.next_pending(session, store.scope, profile.name, time.time(), size)
    if not found:
        return []
    first = found[0]
    return [run for run in found if _alike(run, first)]


def _alike(run: RunRow, first: RunRow) -> bool:
    return (run.task, run.task_reference, run.executor, run.priority, run.resources) == (
        first.task,
        first.task_reference,
        first.executor,
        first.priority,
        first.resources,
    )


def _contents(inputs: Sequence[tuple[rows.InputEdge, Any]]) -> dict[str, Any]:
    contents: dict[str, Any] = {}
    for edge, row in inputs:
        if edge.position == 0:
            contents[edge.name] = row.content
        else:
            contents.setdefault(edge.name, []).append(row.content)
    return contents
