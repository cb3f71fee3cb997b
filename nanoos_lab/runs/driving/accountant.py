"""What runs took, by the word of the scheduler that ran them: asked for once their job is over.

Until then, and where no accounts are kept, their worker's own figures stand. Nothing depends on it: whoever looks next
asks for what is still open. A job that worked on several runs is shared among them by the time that each of them took.
"""

from __future__ import annotations

import itertools
import logging
import re
import time
from typing import TYPE_CHECKING, Any

from nanoos_lab.runs.executors import StartError
from nanoos_lab.runs.executors.usage import JobUsage, KeepsAccounts
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.accounting import FROM_SCHEDULER, Unaccounted, unaccounted_attempts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.runs.driving.pool import ExecutorPool
    from nanoos_lab.store.database import Store

FIRST_PAUSE_S, LAST_PAUSE_S = 3.0, 30.0
"""Between two looks for the same: accounts hear of an end some seconds late."""
NEXT_S = 15.0
"""After a look that found something, until the next one, while other jobs end."""
AT_ONCE = 200
"""About so many jobs, or arrays of them, are asked about in one question."""
PATIENCE_S = 120.0
"""After so long an end that the accounts do not know is not asked about again, by this process."""
HORIZON_S = 14 * 86_400.0
"""What ended before that is left as it is."""
_CLOCKS_S = 3600.0
"""How far clocks may be apart; a job that took longer than its attempt exists is another one."""
_NAME = re.compile(r"nanoos-([0-9a-f]{12})-(\d{1,9})")
_WITHOUT = frozenset({"here", "process"})
"""Executors that are known to keep no accounts."""
_log = logging.getLogger(__name__)


class Accountant:
    """Asks what jobs took, some seconds after they ended.

    Args:
        store: The open store.
        pool: The executors.
    """

    def __init__(self, store: Store, pool: ExecutorPool) -> None:
        self._store, self._pool = store, pool
        self._given_up: set[str] = set()
        """Folders of attempts whose worker's own figures stand."""
        self._executors: list[str] | None = None
        self._noted_at = time.monotonic()
        self._due_at, self._pause = self._noted_at + FIRST_PAUSE_S, FIRST_PAUSE_S
        self._not_before = self._due_at
        self.pending = any(p.executor not in _WITHOUT for p in pool.settings.profiles.values())
        """Whether there may be something to ask about."""

    def note(self) -> None:
        """A job may have come to its end: look in a while."""
        self._noted_at = time.monotonic()
        if not self.pending:
            self._due_at = max(self._noted_at + FIRST_PAUSE_S, self._not_before)
            self.pending, self._pause = True, FIRST_PAUSE_S

    def look(self) -> int:
        """Ask about what is open, if it is time, and return for how many attempts the answer was recorded."""
        if not self.pending or time.monotonic() < self._due_at:
            return 0
        open_ = self._open()
        found: list[tuple[Unaccounted, dict[str, Any]]] = []
        for key, group in itertools.groupby(open_, key=lambda one: (one.profile, one.executor)):
            found += self._ask(*key, _some(group))
        if found:
            with self._store.write() as session:
                for attempt, usage in found:
                    changes.set_attempt(
                        session, self._store.scope, attempt.run_id, attempt.number, usage=usage
                    )
        left = {one.folder for one in open_} - {one.folder for one, _ in found} - self._given_up
        now = time.monotonic()
        self.pending = bool(left)
        self._pause = FIRST_PAUSE_S if found else min(1.5 * self._pause, LAST_PAUSE_S)
        self._due_at, self._not_before = now + self._pause, now + (NEXT_S if found else 0.0)
        return len(found)

    def _open(self) -> list[Unaccounted]:
        if self._executors is None:
            self._executors = self._pool.accounting_names()
        if not self._executors:
            return []
        with self._store.read() as session:
            since = time.time() - HORIZON_S
            found = unaccounted_attempts(session, self._store.scope, self._executors, since=since)
        kept = [one for one in found if one.folder not in self._given_up]
        return sorted(kept, key=lambda one: (one.profile, one.executor, one.folder))

    def _ask(
        self, profile: str, executor_name: str, attempts: Sequence[Unaccounted]
    ) -> list[tuple[Unaccounted, dict[str, Any]]]:
        """Return what is known now of attempts of one profile."""
        executor: object = self._pool.detached(profile, executor_name)
        answer: Mapping[str, JobUsage] | None = None
        if isinstance(executor, KeepsAccounts):
            try:
                answer = executor.usage([one.job_id for one in attempts])
            except StartError as error:
                _log.info("what jobs of profile %r took is asked again later: %s", profile, error)
                if time.monotonic() - self._noted_at < PATIENCE_S:
                    return []
        if answer is None:
            self._given_up |= {one.folder for one in attempts}
            return []
        with self._store.read() as session:
            ours = self._ours(session, answer)
        found = []
        for folder, members in itertools.groupby(attempts, key=lambda one: one.folder):
            group = list(members)
            usage = answer.get(group[0].job_id)
            if usage is not None and group[0].job_id in ours and _can_be(usage, group):
                found += list(zip(group, shares(usage, group), strict=True))
            elif time.time() - max(one.finished_at for one in group) > PATIENCE_S:
                self._given_up.add(folder)
        return found

    def _ours(self, session: Session, answer: Mapping[str, JobUsage]) -> set[str]:
        """Return the jobs whose name is that of an attempt here with this id: clusters give ids away again."""
        submissions: dict[str, set[str]] = {}
        for name in {usage.name for usage in answer.values()}:
            found = _NAME.fullmatch(name)
            attempts = rows.attempts_of(session, self._store.scope, found[1]) if found else []
            submissions[name] = {
                str(one.job_id).partition("_")[0] for one in attempts if found and one.number == int(found[2])
            }
        return {job for job, usage in answer.items() if job.partition("_")[0] in submissions[usage.name]}


def _some(attempts: Iterable[Unaccounted]) -> list[Unaccounted]:
    """Return the attempts of as many jobs as one question may be about."""
    every = list(attempts)
    jobs = list(dict.fromkeys(one.job_id.partition("_")[0] for one in every))[:AT_ONCE]
    return [one for one in every if one.job_id.partition("_")[0] in jobs]


def _can_be(usage: JobUsage, attempts: Sequence[Unaccounted]) -> bool:
    """Return whether a job can have worked on these attempts, by the time it took."""
    return usage.elapsed_s <= time.time() - min(one.created_at for one in attempts) + _CLOCKS_S


def shares(job: JobUsage, attempts: Sequence[Unaccounted]) -> list[dict[str, Any]]:
    """Return what each of the attempts took that one job worked on, as their records have it.

    Args:
        job: What the job took.
        attempts: The attempts.
    """
    own = [_own_s(one) for one in attempts]
    total = sum(own)
    parts = [seconds / total if total > 0 else 1 / len(attempts) for seconds in own]
    return [_share(job, part, one, len(attempts)) for part, one in zip(parts, attempts, strict=True)]


def _own_s(attempt: Unaccounted) -> float:
    if attempt.usage is not None and "elapsed_s" in attempt.usage:
        return max(0.0, float(attempt.usage["elapsed_s"]))
    return max(0.0, attempt.finished_at - attempt.started_at) if attempt.started_at is not None else 0.0


def _share(job: JobUsage, part: float, attempt: Unaccounted, shared: int) -> dict[str, Any]:
    # Schedulers look at memory now and then; what a worker knows of itself may be more.
    peaks = [job.max_rss_bytes, (attempt.usage or {}).get("max_rss_bytes")]
    known = [int(peak) for peak in peaks if peak is not None]
    usage = {
        "source": FROM_SCHEDULER,
        "elapsed_s": job.elapsed_s * part,
        "cpu_s": None if job.cpu_s is None else job.cpu_s * part,
        "cpus": job.cpus,
        "gpus": job.gpus,
        "max_rss_bytes": max(known) if known else None,
        "node": job.node or None,
        "shared": shared if shared > 1 else None,
    }
    return {name: value for name, value in usage.items() if value is not None}
