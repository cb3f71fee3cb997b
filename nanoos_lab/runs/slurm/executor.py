"""The executor itself: submits attempt folders as one job array, and says what became of them."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.submission import (
    SCRIPT,
    Submission,
    read_ticket,
    withdraw_tickets,
    write_tickets,
)
from nanoos_lab.runs.executors import Sight, Verdict, View
from nanoos_lab.runs.slurm.accounts import ask_usage
from nanoos_lab.runs.slurm.commands import BusyError, SchedulerError
from nanoos_lab.runs.slurm.scheduler import NotYetKnownError, Scheduler, this_cluster
from nanoos_lab.runs.slurm.script import job_script, submission_command
from nanoos_lab.runs.slurm.states import Job, Phase

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from nanoos_lab.runs.attempts.submission import Ticket
    from nanoos_lab.runs.executors.usage import JobUsage
    from nanoos_lab.settings import Profile, Resources

SUBMISSION_PATIENCE_S = 15.0
"""How long after it was about to be submitted a job may be unknown to the scheduler: sbatch may outlive its caller."""
EXPLANATION_PATIENCE_S = 5.0
"""How long to wait for the scheduler's word on how a job ended, beyond what the file system may need."""
LOCK_PATIENCE_S = 600.0
"""How long a worker whose job the scheduler does not know is believed to live because its lock is held."""
CANCEL_AGAIN_S = 30.0
UNWANTED_PATIENCE_S = 120.0
"""How long to try to call off a job for which nothing is left to do."""


@dataclass
class _Memory:
    """What was seen of one attempt folder."""

    ticket: Ticket | None
    job_id: str | None = None
    phase: Phase | None = None
    claimed: bool = False
    ended_at: float | None = None
    """Since when its job is known to have ended, or not to exist, by the monotonic clock."""
    cancelled_at: float = -1e9
    cancelled_hard: bool = False
    unwanted_since: float = 0.0
    """Since when nothing is left to be done in it."""


class SlurmExecutor:
    """Submits attempt folders to SLURM, with scripts by submitit.

    Args:
        profile: The profile it serves; its part ``slurm`` has partition, account and the like.
        scheduler: The cluster; by default the one that this machine's commands speak to.
    """

    inline: ClassVar[Literal[False]] = False
    pace_s: ClassVar[float] = 1.0

    def __init__(self, profile: Profile, scheduler: Scheduler | None = None) -> None:
        self.profile = profile
        self.scheduler = scheduler or this_cluster()
        self._seen: dict[Path, _Memory] = {}
        self._listed: dict[str, set[Path]] = {}
        self._most = profile.slurm.max_jobs

    @property
    def at_once(self) -> int:
        """How many folders one submission may take; 0 while the scheduler does not answer."""
        try:
            return min(self.scheduler.max_array(), self._most)
        except SchedulerError as error:
            # What can never be submitted is handed to sbatch all the same, to be refused with its words.
            return 1 if error.verdict is Verdict.FINAL else 0

    @property
    def room(self) -> int:
        """How many folders may be queued or worked on together."""
        return self.profile.slurm.max_jobs

    # ------------------------------------------------------------------ submit

    def start(self, folders: Sequence[AttemptFolder], resources: Resources, name: str) -> list[str]:
        """Submit one job, or one array of jobs, for folders whose specs are written.

        Args:
            folders: The attempt folders, which the nodes see under the same paths.
            resources: What each job may use.
            name: The job's name, by which it is found again.

        Returns:
            The id of each folder's job.

        Raises:
            SchedulerError: sbatch refused or did not answer; the message has its words.
        """
        submission = Submission.of(folders[0], name)
        listing = submission.write_listing(folders).resolve()
        script = listing.with_name(SCRIPT)
        script.write_text(job_script(self.profile, resources, name, listing, len(folders)), encoding="utf-8")
        write_tickets(folders, name)  # the last act before: from here on there may be a job
        try:
            job_id = self.scheduler.submit(submission_command(script, resources))
        except SchedulerError as error:
            if isinstance(error, BusyError):
                self._most = max(1, len(folders) // 2)
            if error.refused:
                withdraw_tickets(folders)
                submission.remove()
            raise
        self._most = min(2 * self._most, self.profile.slurm.max_jobs)
        return [job_id] if len(folders) == 1 else [f"{job_id}_{i}" for i in range(len(folders))]

    # ------------------------------------------------------------------ look

    def look(self, folder: AttemptFolder, job_id: str | None, *, owner_alive: bool, begun_at: float) -> Sight:
        """Return what is known of the worker of a folder, by the scheduler's word.

        Args:
            folder: The attempt folder.
            job_id: What :meth:`start` returned, None where that was not recorded.
            owner_alive: Whether the process that submitted the job lives.
            begun_at: When the attempt was recorded, not needed here.
        """
        del begun_at
        memory = self._remember(folder)
        if job_id is None and memory.ticket is None:  # sbatch was not come to
            view = View.WAITING if owner_alive else View.GONE
            return Sight(view, claimed=not owner_alive and _claimed(folder))
        try:
            job = self.scheduler.find(job_id, *_by_name(memory.ticket))
        except SchedulerError as error:
            said = "" if isinstance(error, NotYetKnownError) else self._silence(error)
            return Sight(View.UNKNOWN, said, claimed=memory.claimed)
        if job is None:
            return self._unknown(folder, memory, job_id, owner_alive=owner_alive)
        found, memory.job_id = job.id if job_id is None else None, job.id
        if job.phase is Phase.ENDED:
            return self._ended(folder, memory, job, found)
        return self._unfinished(folder, memory, job, found)

    def _unfinished(self, folder: AttemptFolder, memory: _Memory, job: Job, found: str | None) -> Sight:
        untouched = memory.phase is Phase.WAITING and job.phase is Phase.WAITING
        if not untouched:
            memory.claimed = _claimed(folder)
        memory.phase, memory.ended_at = job.phase, None
        if job.phase is Phase.WAITING:
            return Sight(View.WAITING, job.reason, memory.claimed, job_id=found, untouched=untouched)
        view = View.ALIVE if memory.claimed else View.WAITING
        return Sight(view, f"on {job.node}" if job.node else "", memory.claimed, job_id=found)

    def _remember(self, folder: AttemptFolder) -> _Memory:
        memory = self._seen.get(folder.path)
        if memory is None:
            memory = self._seen[folder.path] = _Memory(read_ticket(folder))
        elif memory.ticket is None:
            memory.ticket = read_ticket(folder)
        return memory

    def _ended(self, folder: AttemptFolder, memory: _Memory, job: Job, found: str | None) -> Sight:
        since = self._since(folder, memory)
        known = self.scheduler.explained(found or job.id, *_by_name(memory.ticket))
        patience = self.profile.slurm.file_delay_s + (0.0 if known else EXPLANATION_PATIENCE_S)
        memory.phase, memory.claimed = job.phase, _claimed(folder)
        if _fenced(folder):
            return Sight(View.GONE, claimed=True, job_id=found)
        if since < patience:
            return Sight(View.UNKNOWN, job.sentence(), memory.claimed, job_id=found)
        log = self._log(folder, memory, job.id)
        tail = folder.log_tail() or log
        return Sight(
            View.GONE, job.sentence(log) + (f"; its log ends:\n{tail}" if tail else ""), memory.claimed,
            job.verdict(log), found, may_return=True,
        )  # fmt: skip

    def _unknown(
        self, folder: AttemptFolder, memory: _Memory, job_id: str | None, *, owner_alive: bool
    ) -> Sight:
        """Say what follows where every witness says that there is no such job."""
        ticket, since = memory.ticket, self._since(folder, memory)
        memory.phase, memory.claimed = None, _claimed(folder)
        if _fenced(folder):
            return Sight(View.GONE, claimed=True)
        if ticket is not None and self.scheduler.heard_at - ticket.at < SUBMISSION_PATIENCE_S:
            return Sight(View.UNKNOWN, "SLURM does not know its job yet", memory.claimed)
        if memory.claimed:
            return self._vanished(folder, since, job_id or (ticket.name if ticket else ""))
        if job_id is None:
            return Sight(View.WAITING if owner_alive else View.GONE)
        return Sight(View.GONE, f"SLURM job {job_id} vanished before it began", verdict=Verdict.FREE)

    def _vanished(self, folder: AttemptFolder, since: float, job: str) -> Sight:
        """Say what follows where a worker had begun and its job is no more."""
        if since < self.profile.slurm.file_delay_s:
            return Sight(View.UNKNOWN, f"SLURM no longer knows the job {job}", claimed=True)
        if since < LOCK_PATIENCE_S and folder.worker_alive():
            return Sight(
                View.ALIVE, f"SLURM no longer knows the job {job}, which lives all the same", claimed=True
            )
        tail = folder.log_tail()
        reason = f"SLURM job {job} vanished" + (f"; its log ends:\n{tail}" if tail else "")
        return Sight(View.GONE, reason, claimed=True, may_return=True)

    @staticmethod
    def _silence(error: SchedulerError) -> str:
        return f"SLURM does not answer: {error}"

    def _since(self, folder: AttemptFolder, memory: _Memory) -> float:
        """Return for how long its folder could be looked at since its job is known to be no more."""
        del folder
        now = time.monotonic()
        if memory.ended_at is None:
            memory.ended_at = now
        return now - memory.ended_at

    def _log(self, folder: AttemptFolder, memory: _Memory, job_id: str) -> str:
        return Submission.of(folder, memory.ticket.name).log_tail(job_id) if memory.ticket else ""

    def usage(self, job_ids: Collection[str]) -> Mapping[str, JobUsage] | None:
        """Return what jobs took that have ended, by their ids; None where the cluster keeps no accounts.

        Args:
            job_ids: What :meth:`start` returned.
        """
        return ask_usage(self.scheduler, job_ids)

    # ------------------------------------------------------------------ end

    def stop(self, folder: AttemptFolder, job_id: str | None, *, hard: bool) -> None:
        """Cancel the job of a folder, and with it all that it started.

        Args:
            folder: The attempt folder.
            job_id: What :meth:`start` returned.
            hard: Whether to leave it no time.
        """
        memory = self._remember(folder)
        recently = time.monotonic() - memory.cancelled_at < CANCEL_AGAIN_S
        if recently and (memory.cancelled_hard or not hard):
            return
        with contextlib.suppress(SchedulerError):
            job = self.scheduler.find(job_id, *_by_name(memory.ticket))
            if job is not None and job.phase is not Phase.ENDED:
                self.scheduler.cancel(job.id, hard=hard and job.phase is Phase.RUNNING)
                memory.cancelled_at, memory.cancelled_hard = time.monotonic(), hard

    def folder(self, path: Path) -> AttemptFolder:
        """Return an attempt folder.

        Args:
            path: Where it is, here and on the nodes.
        """
        return AttemptFolder(path)

    def forget(self, folder: AttemptFolder) -> bool:
        """Let go of what is kept about a settled folder, and of its submission where it was the last one's.

        Args:
            folder: A folder whose job has ended, and that is removed next.
        """
        memory = self._remember(folder)
        if self._may_still_come(folder, memory):
            return False
        del self._seen[folder.path]
        ticket = memory.ticket
        self.scheduler.forget(memory.job_id, *_by_name(ticket))
        if ticket is None:
            return True
        submission = Submission.of(folder, ticket.name)
        if ticket.name not in self._listed:
            self._listed[ticket.name] = {p for p in submission.folders() if (p / "spec.json").exists()}
        left = self._listed[ticket.name]
        left.discard(folder.path.resolve())
        if not left:
            del self._listed[ticket.name]
            submission.remove()
        return True

    def _may_still_come(self, folder: AttemptFolder, memory: _Memory) -> bool:
        """Return whether a job may still wait for its turn although nothing is left for it to do; call it off.

        It would do no harm, as it would find the folder fenced or gone: so it is not asked about without end.
        """
        if memory.phase is not None or memory.ticket is None or not _fenced(folder):
            self._cancel_unwanted(memory)
            return False
        memory.unwanted_since = memory.unwanted_since or time.monotonic()
        patient = time.monotonic() - memory.unwanted_since < UNWANTED_PATIENCE_S
        try:
            job = self.scheduler.find(memory.job_id, *_by_name(memory.ticket))
            if job is not None and job.phase is Phase.WAITING:
                self.scheduler.cancel(job.id)
        except SchedulerError:
            return patient
        return job is None and patient and time.time() - memory.ticket.at < SUBMISSION_PATIENCE_S

    def _cancel_unwanted(self, memory: _Memory) -> None:
        """Where a job is known to wait for its turn although nothing is left for it to do, let it not come."""
        job = self.scheduler.last_word(memory.job_id)
        if job is not None and job.phase is Phase.WAITING:
            with contextlib.suppress(SchedulerError):
                self.scheduler.cancel(job.id)


def _by_name(ticket: Ticket | None) -> tuple[str | None, int | None]:
    return (None, None) if ticket is None else (ticket.name, ticket.element)


def _claimed(folder: AttemptFolder) -> bool:
    return folder.read_claim(0) is not None


def _fenced(folder: AttemptFolder) -> bool:
    """Return whether nobody ever could work here; a fence in place of a later worker says something else."""
    return folder.read_claim(0) == {"fence": True}
