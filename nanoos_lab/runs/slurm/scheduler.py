"""A SLURM cluster, asked politely: one question for all jobs, seldom, and less often the longer nothing changes.

``squeue`` is asked for the person's jobs, those that ended a moment ago included. What it no longer knows is asked of
``sacct`` where the cluster keeps accounts, and so is how a job ended; where it keeps none, ``scontrol`` tells the
latter. There is one question at a time, however many threads, profiles and folders want to know.
"""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from nanoos_lab.runs.executors import Verdict
from nanoos_lab.runs.slurm.commands import (
    SACCT,
    SQUEUE,
    BusyError,
    SchedulerError,
    parse_sacct,
    parse_scontrol,
    parse_squeue,
    run_command,
)
from nanoos_lab.runs.slurm.states import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nanoos_lab.runs.slurm.states import Job

QUERY_INTERVAL_S, LONGEST_INTERVAL_S = 1.0, 15.0
"""Between two questions, at least and, while anything is wanted, at most; a quarter of the time nothing changed."""
LONGEST_SILENCE_S = 60.0
"""At most so long between two questions to a scheduler that does not answer."""
SECOND_OPINION_S, LATE_ACCOUNTS_S = 10.0, 2.0
"""At least so long before the accounts are asked again about a job, and about one whose end they have not heard of."""
_FORGOTTEN_S = 120.0
"""After so long a job that nobody asked for again is not asked about."""
_PREFIX = "nanoos-"


class NotYetKnownError(SchedulerError):
    """Nothing has been heard of a job since it was first asked for."""


@dataclass
class _Wanted:
    """A job that somebody wants to know of."""

    name: str | None
    index: int | None
    since: float
    """By the scheduler's clock; an older answer says nothing of it."""
    looked_at: float
    state: str = ""
    told_at: float = -1e9
    """When the accounts last answered about it."""
    ask_again_at: float = -1e9
    """When they may be asked again."""
    explained: bool = False
    """Whether it is known how it ended, as far as it will be."""


class Scheduler:
    """The cluster that ``sbatch`` and ``squeue`` of this machine speak to.

    Args:
        run: Runs a command and returns its output; another one for a cluster reached in another way.
        clock: Seconds that only grow.
    """

    def __init__(
        self, run: Callable[[Sequence[str]], str] = run_command, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._run, self._clock = run, clock
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        """The last answer of squeue, by id."""
        self._named: dict[str, list[Job]] = {}
        """The same by name, ours alone."""
        self._ended: dict[str, Job] = {}
        """How jobs ended, for those that are wanted; what squeue says now counts before it."""
        self._wanted: dict[str, _Wanted] = {}
        self._answered_at = self._changed_at = -1e9
        self._next_at = self._asked_at = -1e9
        self._failure: SchedulerError | None = None
        self._failures = 0
        self._max_array: int | None = None
        self._accounts = True
        self._accounts_failure: SchedulerError | None = None
        self._second = False
        self.queries = 0
        """How many questions were asked."""
        self.heard_at = 0.0
        """When squeue last answered, in seconds since 1970."""

    # ------------------------------------------------------------------ what is so

    def find(self, job_id: str | None, name: str | None = None, index: int | None = None) -> Job | None:
        """Return what is known of a job, or None where the cluster knows no such job.

        Args:
            job_id: ``123`` or ``123_4``; None where it was never recorded.
            name: What it was named: another job by this id, which the cluster gave away again, is not it.
            index: Which element of the array of that name it is, where no id is known.

        Raises:
            NotYetKnownError: Nothing was heard since it was first asked for.
            SchedulerError: The scheduler does not answer.
        """
        if job_id is None and name is None:
            return None
        with self._lock:
            key = job_id or f"{name}/{index}"
            wanted = self._want(key, name, index)
            self._refresh()
            found = self._known(key, wanted, job_id)
            if found is not None:
                return found
            if self._failure is not None:
                raise self._failure
            if self._answered_at <= wanted.since:
                raise NotYetKnownError("SLURM has not been asked about it yet", Verdict.FREE)
            if not self._accounts or wanted.told_at > wanted.since:
                return None
            raise self._accounts_failure or NotYetKnownError(
                "sacct has not been asked about it yet", Verdict.FREE
            )

    def _want(self, key: str, name: str | None, index: int | None) -> _Wanted:
        now = self._clock()
        if key not in self._wanted:
            self._wanted[key] = _Wanted(name, index, now, now)
        wanted = self._wanted[key]
        wanted.looked_at = now
        return wanted

    def _known(self, key: str, wanted: _Wanted, job_id: str | None) -> Job | None:
        if self._failure is not None:
            return None
        named = self._named.get(wanted.name or "", [])
        if job_id is None:
            fits = [job for job in named if wanted.index is None or job.id.endswith(f"_{wanted.index}")]
            job = fits[0] if fits else None
        else:
            job = self._jobs.get(job_id)
            if job is not None and wanted.name is not None and job.name != wanted.name:
                job = None
        last = self._ended.get(key)
        if job is not None and last is not None and job.phase is Phase.ENDED:
            # squeue tells neither the exit status nor who cancelled a job
            return replace(job, exit_code=last.exit_code, reason=last.reason or job.reason)
        return job or last

    def last_word(self, job_id: str | None) -> Job | None:
        """Return what squeue said of a job when it was last asked, without asking.

        Args:
            job_id: Its id; None for none.
        """
        with self._lock:
            return self._jobs.get(job_id or "")

    def explained(self, job_id: str | None, name: str | None = None, index: int | None = None) -> bool:
        """Return whether all is known of how a job ended that will be known soon.

        Args:
            job_id: As for :meth:`find`.
            name: As for :meth:`find`.
            index: As for :meth:`find`.
        """
        with self._lock:
            wanted = self._wanted.get(job_id or f"{name}/{index}")
            return wanted is None or wanted.explained or wanted.state == "COMPLETED"

    def forget(self, job_id: str | None, name: str | None = None, index: int | None = None) -> None:
        """Want to know no more of a job.

        Args:
            job_id: As for :meth:`find`.
            name: As for :meth:`find`.
            index: As for :meth:`find`.
        """
        with self._lock:
            for key in (job_id, f"{name}/{index}"):
                self._wanted.pop(key or "", None)
                self._ended.pop(key or "", None)

    # ------------------------------------------------------------------ what to do

    def submit(self, words: Sequence[str], run: Callable[[Sequence[str]], str] | None = None) -> str:
        """Submit and return the id that the job was given.

        Args:
            words: The command, which prints the id first (``sbatch --parsable``).
            run: Runs this one command, where it is run in another way than the questions.

        Raises:
            SchedulerError: It was refused, or no answer came; the job may then exist all the same.
        """
        try:
            answer = (run or self._run)(words)
        except BusyError:
            raise
        except SchedulerError as error:
            if error.verdict is Verdict.FREE:
                with self._lock:
                    self._note_failure(error)
            raise
        self._stir()
        found = re.match(r"\s*(\d+)(;|\s|$)", answer)
        if found is None:
            raise SchedulerError(f"sbatch answered {answer[:200]!r}, which names no job", Verdict.CHARGED)
        return found[1]

    def cancel(self, job_id: str, *, hard: bool = False) -> None:
        """Cancel a job; one that has ended is left alone.

        Args:
            job_id: Its id.
            hard: Whether to leave it no time.

        Raises:
            SchedulerError: The scheduler does not answer.
        """
        words = ["scancel", *(["--signal=KILL", "--full"] if hard else []), job_id]
        try:
            self._run(words)
        except SchedulerError as error:
            if "Invalid job id" not in str(error):
                raise
        self._stir()

    def _stir(self) -> None:
        """Something was done that will change the next answer: ask soon."""
        with self._lock:
            self._changed_at = self._clock()
            if self._failure is None:
                self._next_at = min(
                    self._next_at, max(self._answered_at + QUERY_INTERVAL_S, self._changed_at)
                )

    def max_array(self) -> int:
        """Return how many elements an array may have.

        Raises:
            SchedulerError: The scheduler does not answer.
        """
        with self._lock:
            if self._failure is not None and self._clock() < self._next_at:
                raise self._failure
            if self._max_array is None:
                self.queries += 1
                try:
                    answer = self._run(["scontrol", "show", "config"])
                except SchedulerError as error:
                    self._note_failure(error)
                    raise
                found = re.search(r"MaxArraySize\s*=\s*(\d+)", answer)
                self._max_array = max(1, int(found[1])) if found else 1
            return self._max_array

    def ask_soon(self) -> None:
        """Ask again now, as what kept it from answering is over."""
        with self._lock:
            self._next_at = self._clock()

    def ask_accounts(self, words: Sequence[str]) -> str:
        """Ask the accounts about what is over, and return the answer.

        Args:
            words: The question to sacct.

        Raises:
            SchedulerError: There is no answer, or something else was asked a moment ago; with the verdict FINAL, no
                accounts are kept.
        """
        with self._lock:
            if not self._accounts:
                raise SchedulerError("this cluster keeps no accounts", Verdict.FINAL)
            now = self._clock()
            if now - self._asked_at < QUERY_INTERVAL_S:
                raise SchedulerError("something else was asked a moment ago", Verdict.FREE)
            self._asked_at, self._next_at = now, max(self._next_at, now + QUERY_INTERVAL_S)
            self.queries += 1
            try:
                return self._run(words)
            except SchedulerError as error:
                if "disabled" not in str(error).lower():
                    raise
                self._accounts = False
                raise SchedulerError(str(error), Verdict.FINAL) from error

    def _note_failure(self, error: SchedulerError) -> None:
        """Remember that it does not answer, and leave it alone for a while; the lock is held."""
        self._failure, self._failures = error, self._failures + 1
        self._next_at = self._clock() + min(
            QUERY_INTERVAL_S * 2 ** min(self._failures, 10), LONGEST_SILENCE_S
        )

    # ------------------------------------------------------------------ questions

    def _refresh(self) -> None:
        """Ask one question, if it is time; the lock is held."""
        now = self._clock()
        if now < self._next_at:
            return
        self._wanted = {k: w for k, w in self._wanted.items() if now - w.looked_at < _FORGOTTEN_S}
        self._ended = {k: job for k, job in self._ended.items() if k in self._wanted}
        self.queries, self._asked_at = self.queries + 1, now
        if self._second and self._ask_second(now):
            self._second = False
            self._next_at = now + QUERY_INTERVAL_S
            return
        self._second = False
        try:
            answer = self._run(SQUEUE)
        except SchedulerError as error:
            self._note_failure(error)
            return
        self._failure, self._failures = None, 0
        # What was wanted while the answer was under way may be missing from it: it is as old as its question.
        self._answered_at, self.heard_at = now, time.time()
        self._take(parse_squeue(answer))
        self._second = any(self._asks_for_more(key, wanted) for key, wanted in self._wanted.items())
        quiet = (now - self._changed_at) / 4
        pause = QUERY_INTERVAL_S if self._second else min(max(quiet, QUERY_INTERVAL_S), LONGEST_INTERVAL_S)
        self._next_at = max(now + pause, self._clock() + QUERY_INTERVAL_S / 2)

    def _take(self, jobs: Iterable[Job]) -> None:
        self._jobs = {job.id: job for job in jobs}
        self._named = {}
        for one in self._jobs.values():
            if one.name.startswith(_PREFIX):
                self._named.setdefault(one.name, []).append(one)
        for key, wanted in self._wanted.items():
            job = self._known(key, wanted, None if "/" in key else key)
            state = job.state if job is not None else ""
            if job is not None and job.phase is not Phase.ENDED:
                self._ended.pop(key, None)
                wanted.explained = False
            elif job is not None and key not in self._ended:
                self._ended[key] = job
            if state != wanted.state:
                wanted.state, self._changed_at = state, self._clock()

    def _asks_for_more(self, key: str, wanted: _Wanted) -> bool:
        """Whether squeue's answer leaves something open about a job."""
        if self._clock() < wanted.ask_again_at:
            return False
        job = self._known(key, wanted, None if "/" in key else key)
        if job is None:
            return self._accounts
        return job.phase is Phase.ENDED and job.state != "COMPLETED" and not wanted.explained

    def _ask_second(self, now: float) -> bool:
        """Ask what squeue left open of whoever knows; return whether there was anything to ask."""
        open_ = {key: wanted for key, wanted in self._wanted.items() if self._asks_for_more(key, wanted)}
        by_id = {key: wanted for key, wanted in open_.items() if "/" not in key}
        some = by_id or open_
        if not some:
            return False
        try:
            jobs = self._ask_accounts(some) if self._accounts else self._ask_controller(some)
        except SchedulerError as error:
            if "disabled" in str(error).lower() or error.verdict is Verdict.FINAL:  # no accounts are kept
                self._accounts = False
            else:
                self._accounts_failure = error
                for wanted in some.values():
                    wanted.ask_again_at = now + SECOND_OPINION_S
            return True
        self._accounts_failure = None
        self._take_ended(some, jobs, now)
        return True

    def _take_ended(self, asked: dict[str, _Wanted], jobs: list[Job], now: float) -> None:
        by_key = {job.id: job for job in jobs}
        by_key |= {f"{job.name}/{job.id.rpartition('_')[2]}": job for job in jobs if "_" in job.id}
        by_key |= {f"{job.name}/None": job for job in jobs if "_" not in job.id}
        for key, wanted in asked.items():
            if not self._accounts and key not in by_key:
                continue
            wanted.told_at, wanted.ask_again_at = now, now + SECOND_OPINION_S
            told = by_key.get(key)
            if told is not None and wanted.name in {None, told.name} and _has_ended(told, wanted):
                self._ended[key], wanted.explained = told, True
                self._changed_at = now
            elif wanted.state:  # squeue knows it: the accounts lag behind
                wanted.ask_again_at = now + LATE_ACCOUNTS_S

    def _ask_accounts(self, some: dict[str, _Wanted]) -> list[Job]:
        if all("/" not in key for key in some):
            which = ["--jobs", ",".join(sorted({key.partition("_")[0] for key in some}))]
        else:
            which = ["--name", ",".join(sorted({str(wanted.name) for wanted in some.values()}))]
        return list(parse_sacct(self._run([*SACCT, *which])))

    def _ask_controller(self, some: dict[str, _Wanted]) -> list[Job]:
        """Ask about one job, or array, as scontrol takes no more at once."""
        first = next(iter(some)).partition("_")[0]
        for key, wanted in some.items():
            if key.partition("_")[0] == first:
                wanted.explained = True
        if "/" in first:
            return []
        return list(parse_scontrol(self._run(["scontrol", "--oneliner", "show", "job", first])))


def _has_ended(told: Job, wanted: _Wanted) -> bool:
    """Whether what the accounts say is how a job ended.

    What a controller came again without, they believe unfinished, or call cancelled by nobody.
    """
    return told.phase is Phase.ENDED and bool(wanted.state or not told.cancelled_by_nobody)


@cache
def _of(_configuration: str | None) -> Scheduler:
    return Scheduler()


def this_cluster() -> Scheduler:
    """Return the cluster of this machine, one for all profiles of this process."""
    return _of(os.environ.get("SLURM_CONF"))
