"""The executor itself: submits attempt folders as one job array, and says what became of them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.runs.attempts.folder import write_durably
from nanoos_lab.runs.executors import Sight, Verdict, View
from nanoos_lab.runs.executors.process import worker_environment
from nanoos_lab.runs.slurm.scheduler import Scheduler, SchedulerError
from nanoos_lab.runs.slurm.states import Blame, Job, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.runs.attempts.folder import AttemptFolder
    from nanoos_lab.settings import Profile, Resources, SlurmSettings

SUBMISSIONS, LISTING = "submissions", "folders.json"
"""Folder beside the attempt folders, and the file in it that says which element of an array works where."""
TICKET = "job.json"
"""File in an attempt folder that says by what name its job is submitted, written before it is."""
SUBMISSION_PATIENCE_S = 60.0
"""How long a job that was just submitted may be unknown to the scheduler."""
_DEFAULT_HOURS = 1.0


class SlurmExecutor:
    """Submits attempt folders to SLURM through submitit.

    Args:
        profile: The profile it serves; its part ``slurm`` has partition, account and the like.
        scheduler: The cluster; by default the one that this machine's commands speak to.
    """

    inline: ClassVar[Literal[False]] = False

    def __init__(self, profile: Profile, scheduler: Scheduler | None = None) -> None:
        self.profile = profile
        self.scheduler = scheduler or Scheduler()
        self._ended_since: dict[Path, float] = {}

    @property
    def at_once(self) -> int:
        """How many folders one submission may take."""
        return min(self.scheduler.max_array, self.profile.slurm.max_jobs)

    @property
    def room(self) -> int:
        """How many folders may be queued or worked on together."""
        return self.profile.slurm.max_jobs

    def start(self, folders: Sequence[AttemptFolder], resources: Resources, name: str) -> list[str]:
        """Submit one job, or one array of jobs, for folders whose specs are written.

        Args:
            folders: The attempt folders, which the nodes see under the same paths.
            resources: What each job may use.
            name: The job's name, by which it is found again.

        Returns:
            The id of each folder's job.

        Raises:
            SchedulerError: sbatch refused; the message has its words.
        """
        first = folders[0]
        for index, folder in enumerate(folders):
            ticket = {"name": name, "index": index if len(folders) > 1 else None}
            write_durably(folder.path / TICKET, json.dumps(ticket).encode())
        place = first.path.parents[1] / SUBMISSIONS / name
        place.mkdir(parents=True, exist_ok=True)
        listing = place / LISTING
        write_durably(listing, json.dumps([str(f.path.resolve()) for f in folders]).encode())
        job_id = self._submit(place, listing, resources, name, len(folders))
        return [job_id] if len(folders) == 1 else [f"{job_id}_{i}" for i in range(len(folders))]

    def _submit(self, logs: Path, listing: Path, resources: Resources, name: str, count: int) -> str:
        executor = _submitit_executor(logs.resolve(), worker_environment(resources))
        options = self.profile.slurm
        try:
            executor.update_parameters(**_parameters(options, resources, name))
        except (ValueError, TypeError) as error:
            raise InvalidInputError(f"profile {self.profile.name!r}: {error}") from error
        if count > 1:
            executor.parameters |= {"map_count": count, "array_parallelism": self.profile.max_workers}
        python = options.python or sys.executable
        words = [*shlex.split(python), "-P", "-m", "nanoos_lab.runs.slurm.job", str(listing.resolve())]
        try:
            return str(executor._submit_command(shlex.join(words)).job_id)  # noqa: SLF001 - submitit's way to submit a program instead of a pickle
        except Exception as error:  # whatever submitit makes of sbatch's refusal
            raise SchedulerError(_refusal(error)) from error

    def look(self, folder: AttemptFolder, job_id: str | None, *, owner_alive: bool, begun_at: float) -> Sight:
        """Return what is known of the worker of a folder, by the scheduler's word.

        Args:
            folder: The attempt folder.
            job_id: What :meth:`start` returned, None where that was not recorded.
            owner_alive: Whether the process that submitted the job lives.
            begun_at: When the attempt was recorded.
        """
        claim = folder.read_claim()
        if claim is not None and claim.get("fence"):
            return Sight(View.GONE, claimed=True)
        claimed = claim is not None
        try:
            job, found = self._find(folder, job_id)
        except SchedulerError as error:
            return Sight(View.WAITING, f"the scheduler does not answer: {error}", claimed=claimed)
        if job is None:
            young = time.time() - begun_at < SUBMISSION_PATIENCE_S
            if young and (owner_alive or job_id is not None or claimed):
                return Sight(View.WAITING, claimed=claimed)
            if young and not _submitted_long_ago(folder):
                return Sight(View.WAITING)
            return Sight(View.GONE, "its SLURM job vanished" if claimed or job_id else "", claimed=claimed)
        return self._seen(folder, job, found, claimed=claimed)

    def _find(self, folder: AttemptFolder, job_id: str | None) -> tuple[Job | None, str | None]:
        """Return the job of a folder, and its id where only its name was known."""
        if job_id is not None:
            return self.scheduler.job(job_id), None
        ticket = read_ticket(folder)
        if ticket is None:
            return None, None
        name, index = ticket
        for job in self.scheduler.named(name):
            if index is None or job.id.endswith(f"_{index}"):
                return job, job.id
        return None, None

    def _seen(self, folder: AttemptFolder, job: Job, found: str | None, *, claimed: bool) -> Sight:
        if job.phase is Phase.WAITING:
            self._ended_since.pop(folder.path, None)
            return Sight(View.WAITING, job.reason, claimed=claimed, job_id=found)
        if job.phase is Phase.RUNNING:
            self._ended_since.pop(folder.path, None)
            view = View.ALIVE if claimed else View.WAITING
            return Sight(view, f"on {job.node}" if job.node else "", claimed=claimed, job_id=found)
        # A file system may show what the job wrote some seconds late.
        since = self._ended_since.setdefault(folder.path, time.monotonic())
        if time.monotonic() - since < self.profile.slurm.file_delay_s:
            return Sight(View.WAITING, job.sentence(), claimed=claimed, job_id=found)
        tail = folder.log_tail() or _submitit_log(folder, job)
        reason = job.sentence() + (f"; its log ends:\n{tail}" if tail else "")
        return Sight(View.GONE, reason, claimed=claimed, verdict=_VERDICTS[job.blame], job_id=found)

    def stop(self, folder: AttemptFolder, job_id: str | None, *, hard: bool) -> None:
        """Cancel the job of a folder, and with it all that it started.

        Args:
            folder: The attempt folder.
            job_id: What :meth:`start` returned.
            hard: Whether to leave it no time.
        """
        with contextlib.suppress(SchedulerError):
            job, _ = self._find(folder, job_id)
            if job is not None and job.phase is not Phase.ENDED:
                self.scheduler.cancel(job.id, hard=hard)

    def forget(self, folder: AttemptFolder) -> None:
        """Let go of what is kept about a settled folder.

        Args:
            folder: A folder whose job has ended.
        """
        self._ended_since.pop(folder.path, None)
        ticket = read_ticket(folder)
        if ticket is None:
            return
        place = folder.path.parents[1] / SUBMISSIONS / ticket[0]
        with contextlib.suppress(OSError, ValueError, TypeError):
            listed = json.loads((place / LISTING).read_bytes())
            if not any((Path(path) / "spec.json").exists() for path in listed):
                shutil.rmtree(place, ignore_errors=True)


_VERDICTS = {
    Blame.UNKNOWN: Verdict.CHARGED,
    Blame.OUTSIDE: Verdict.FREE,
    Blame.LIMIT: Verdict.FINAL,
    Blame.CANCELLED: Verdict.CANCELLED,
}


def read_ticket(folder: AttemptFolder) -> tuple[str, int | None] | None:
    """Return name and array index of a folder's job, or None where none was about to be submitted.

    Args:
        folder: The attempt folder.
    """
    try:
        ticket = json.loads((folder.path / TICKET).read_bytes())
        index = ticket["index"]
        return str(ticket["name"]), None if index is None else int(index)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _submitted_long_ago(folder: AttemptFolder) -> bool:
    """Whether an sbatch that was under way when its submitter died must have been heard of by now."""
    try:
        return time.time() - (folder.path / TICKET).stat().st_mtime > SUBMISSION_PATIENCE_S / 4
    except OSError:
        return True


def _parameters(options: SlurmSettings, resources: Resources, name: str) -> dict[str, Any]:
    hours = resources.walltime_hours or _DEFAULT_HOURS
    extra = {**options.extra, "requeue": True}
    chosen: dict[str, Any] = {
        "job_name": name, "time": max(1, round(hours * 60)), "nodes": 1, "ntasks_per_node": 1,
        "cpus_per_task": resources.cpus, "partition": options.partition, "account": options.account,
        "qos": options.qos, "constraint": options.constraint, "setup": _setup(options),
        "teardown": list(options.post) or None, "signal_delay_s": options.signal_delay_s, "wckey": None,
        "stderr_to_stdout": True, "additional_parameters": extra,
    }  # fmt: skip
    if resources.memory_gb is not None:
        chosen["mem"] = f"{max(1, round(resources.memory_gb * 1024))}MB"
    if resources.gpus:
        if options.gpu_request == "gres":
            chosen["gres"] = (
                f"gpu:{options.gpu_type}:{resources.gpus}" if options.gpu_type else f"gpu:{resources.gpus}"
            )
        else:
            extra["gpus"] = f"{options.gpu_type}:{resources.gpus}" if options.gpu_type else resources.gpus
    return {key: value for key, value in chosen.items() if value is not None}


def _setup(options: SlurmSettings) -> list[str]:
    lines = [f"module load {shlex.quote(name)}" for name in options.modules]
    lines += [options.activate] if options.activate else []
    if options.scratch:
        lines.append(f"export TMPDIR={shlex.quote(options.scratch)}")
    return [*lines, *options.pre]


def _submitit_executor(folder: Path, environment: dict[str, str]) -> Any:  # noqa: ANN401 - of a package without types
    try:
        import submitit  # noqa: PLC0415 - an extra, and only where jobs are submitted
    except ImportError:
        raise MissingExtraError("submitit", "slurm", "the executor 'slurm'") from None

    class Submitter(submitit.SlurmExecutor):  # type: ignore[misc]
        """Submits with an environment of names that are known to be needed, so that no secret reaches a job."""

        def _make_submission_command(self, submission_file_path: Path) -> list[str]:
            own = {k: v for k, v in os.environ.items() if k.startswith("SLURM_CONF")}
            settings = [f"{name}={value}" for name, value in {**environment, **own}.items()]
            return ["env", "-i", *settings, "sbatch", "--export=ALL", str(submission_file_path)]

    try:
        return Submitter(folder=folder)
    except RuntimeError as error:
        raise SchedulerError(f"{error}: SLURM's commands are not on PATH") from error


def _submitit_log(folder: AttemptFolder, job: Job) -> str:
    """Return the end of what the job itself said, where the worker had not begun to."""
    main, _, element = job.id.partition("_")
    name = f"{main}_{element}_0_log.out" if element else f"{main}_0_log.out"
    ticket = read_ticket(folder)
    if ticket is None:
        return ""
    try:
        place = folder.path.parents[1] / SUBMISSIONS / ticket[0]
        return (place / name).read_text(errors="replace")[-2000:].strip()
    except OSError:
        return ""


def _refusal(error: Exception) -> str:
    said = re.search(r"sbatch: error: (.*)", str(error))
    return f"SLURM did not take the job: {said[1] if said else str(error)[-500:]}"
