"""Questions to a SLURM cluster: one for all jobs, and not more often than is polite.

``squeue`` is asked for the person's jobs, those that ended a moment ago included; what it no longer knows is asked
of ``sacct`` where the cluster keeps accounts. Both answers are text; nothing in them is trusted to be well formed.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING

from nanoos_lab.errors import RunError
from nanoos_lab.runs.slurm.states import Job, plain_state

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

QUERY_INTERVAL_S = 1.0
"""At least so long between two questions."""
PATIENCE_S = 30.0
"""How long an answer may take."""
_log = logging.getLogger(__name__)
_FIELDS = "%i|%T|%N|%j|%r"
_ARRAY = re.compile(r"(?P<main>\d+)_\[(?P<elements>[\d,\-:]+)(?:%\d+)?\]")


class SchedulerError(RunError):
    """The scheduler did not answer or refused; the message has its words."""


class Scheduler:
    """The cluster that ``sbatch`` and ``squeue`` of this machine speak to.

    Args:
        run: Runs a command and returns its output; another one for a cluster reached in another way.
        clock: Seconds that only grow.
    """

    def __init__(
        self, run: Callable[[Sequence[str]], str] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._run = run or run_command
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._ended: dict[str, Job] = {}
        """Jobs of which the last word is known."""
        self._asked_at = -1e9
        self._answered = False
        self.queries = 0
        """How many questions were asked."""

    def job(self, job_id: str) -> Job | None:
        """Return what is known of a job, at most :data:`QUERY_INTERVAL_S` old, or None where nothing is.

        Args:
            job_id: ``123`` or ``123_4``.

        Raises:
            SchedulerError: The scheduler does not answer.
        """
        with self._lock:
            if job_id in self._ended:
                return self._ended[job_id]
            self._refresh({job_id})
            return self._jobs.get(job_id) or self._ended.get(job_id)

    def watch(self, job_ids: Collection[str]) -> None:
        """Say which jobs will be asked about, so that one question answers for all.

        Args:
            job_ids: Their ids.
        """
        with self._lock:
            self._refresh(set(job_ids) - self._ended.keys())

    def named(self, name: str) -> list[Job]:
        """Return the jobs of a name, by which a job is found whose id was never recorded.

        Args:
            name: The job's name.

        Raises:
            SchedulerError: The scheduler does not answer.
        """
        with self._lock:
            self._refresh(set())
            found = [job for job in {**self._ended, **self._jobs}.values() if job.name == name]
            return found or list(self._ask_accounts(["--name", name]))

    def cancel(self, job_id: str, *, hard: bool = False) -> None:
        """Cancel a job; one that has ended is left alone.

        Args:
            job_id: Its id.
            hard: Whether to leave it no time.
        """
        words = ["scancel", job_id]
        if hard:
            words[1:1] = ["--signal=KILL", "--full"]
        try:
            self._run(words)
        except SchedulerError as error:
            if "Invalid job id" not in str(error):
                raise

    @cached_property
    def max_array(self) -> int:
        """How many elements an array may have."""
        found = re.search(r"MaxArraySize\s*=\s*(\d+)", self._run(["scontrol", "show", "config"]))
        return max(1, int(found[1]) - 1) if found else 1000

    def _refresh(self, wanted: set[str]) -> None:
        if self._clock() - self._asked_at < QUERY_INTERVAL_S:
            return
        self.queries += 1
        answer = self._run(["squeue", "--me", "--states=all", "--noheader", "--format", _FIELDS])
        self._asked_at, self._answered = self._clock(), True
        self._jobs = {job.id: job for job in parse_squeue(answer)}
        self._ended |= {job.id: job for job in self._jobs.values() if job.settled}
        unknown = wanted - self._jobs.keys() - self._ended.keys()
        if unknown:
            bases = sorted({job_id.partition("_")[0] for job_id in unknown})
            for job in self._ask_accounts(["--jobs", ",".join(bases)]):
                target = self._ended if job.settled else self._jobs
                target[job.id] = job

    def _ask_accounts(self, which: list[str]) -> Iterator[Job]:
        fields = "JobID,State,NodeList,JobName%100,Reason,ExitCode"
        try:
            answer = self._run(["sacct", "-X", "-n", "-P", "-S", "now-30days", "-o", fields, *which])
        except SchedulerError as error:
            if "disabled" not in str(error).lower():  # a cluster may keep no accounts
                _log.debug("sacct: %s", error)
            return
        for line in answer.splitlines():
            parts = line.split("|")
            if len(parts) == 6:  # noqa: PLR2004 - the fields asked for
                job_id, state, node, name, reason, exit_code = parts
                for one in expand(job_id):
                    yield Job(one, name, plain_state(state), _ended_by(state, reason), _node(node), exit_code)


def parse_squeue(answer: str) -> Iterator[Job]:
    """Yield the jobs that squeue names.

    Args:
        answer: Lines in the form asked for.
    """
    for line in answer.splitlines():
        parts = line.split("|", 4)
        if len(parts) == 5:  # noqa: PLR2004 - the fields asked for
            job_id, state, node, name, reason = parts
            for one in expand(job_id.strip()):
                yield Job(one, name, plain_state(state), reason, _node(node))


def expand(job_id: str) -> Iterable[str]:
    """Return the elements that SLURM means by an id such as ``12_[0-3,7%2]``.

    Args:
        job_id: As squeue or sacct writes it.
    """
    found = _ARRAY.fullmatch(job_id)
    if found is None:
        return [job_id] if re.fullmatch(r"\d+(_\d+)?", job_id) else []
    ids: list[str] = []
    for part in found["elements"].split(","):
        span, _, step = part.partition(":")
        first, _, last = span.partition("-")
        if first.isdecimal() and (last or first).isdecimal():
            ids += [f"{found['main']}_{i}" for i in range(int(first), int(last or first) + 1, int(step or 1))]
    return ids


def _ended_by(state: str, reason: str) -> str:
    by = re.search(r"by (\S+)", state)
    return f"by user {by[1]}" if by else reason


def _node(text: str) -> str:
    return "" if text in {"None assigned", "(null)"} else text.strip()


def run_command(words: Sequence[str]) -> str:
    """Run a command of SLURM and return what it prints.

    Args:
        words: The command.

    Raises:
        SchedulerError: It is not there, does not answer in time, or refuses.
    """
    if shutil.which(words[0]) is None:
        raise SchedulerError(
            f"{words[0]} is not on PATH: this machine speaks to no SLURM cluster; work on a login node, or install "
            "slurm-client and its configuration"
        )
    environment = {**os.environ, "SLURM_TIME_FORMAT": "standard", "SQUEUE_FORMAT": "", "LC_ALL": "C"}
    environment.pop("SQUEUE_FORMAT")
    try:
        done = subprocess.run(
            list(words), capture_output=True, text=True, errors="replace", timeout=PATIENCE_S, check=False,
            env=environment,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise SchedulerError(f"{words[0]} did not answer within {PATIENCE_S:.0f} s") from None
    if done.returncode:
        raise SchedulerError(f"{words[0]}: {(done.stderr or done.stdout).strip()[:500]}")
    return done.stdout
