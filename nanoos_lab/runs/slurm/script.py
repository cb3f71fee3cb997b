"""The script of a job, as submitit writes it from a profile."""

from __future__ import annotations

import math
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.runs.executors import StartError, Verdict
from nanoos_lab.runs.executors.process import worker_environment

if TYPE_CHECKING:
    from nanoos_lab.settings import Profile, Resources, SlurmSettings

DEFAULT_HOURS = 1.0


def job_script(
    profile: Profile, resources: Resources, name: str, listing: Path, count: int, *, here: bool = True
) -> str:
    """Return the script of a job, or of an array of jobs.

    Args:
        profile: Partition, account, modules and the like.
        resources: What each job may use.
        name: The job's name.
        listing: Where the list of attempt folders lies, beside which the job's own log is written.
        count: How many attempt folders there are.
        here: Whether it is submitted on this machine, so that SLURM's commands must be here.

    Raises:
        InvalidInputError: The profile asks for what submitit does not know.
        StartError: SLURM can write no log into this folder.
    """
    place = listing.parent
    if "\\" in str(place):
        raise StartError(
            f"SLURM writes no log into a path with a backslash: {place}; move the lab", Verdict.FINAL
        )
    executor = _submitit_executor(Path(str(place).replace("%", "%%")), here=here)
    try:
        executor.update_parameters(**_parameters(profile.slurm, resources, name))
    except (ValueError, TypeError) as error:
        raise InvalidInputError(f"profile {profile.name!r}: {error}") from error
    if count > 1:
        executor.parameters |= {"map_count": count, "array_parallelism": profile.max_workers}
    words = [
        *shlex.split(profile.slurm.python or shlex.quote(sys.executable)), "-P", "-m", "nanoos_lab.runs.slurm.job",
        str(listing), str(profile.slurm.max_requeues),
    ]  # fmt: skip
    return str(executor._make_submission_file_text(shlex.join(words), name))  # noqa: SLF001 - submitit has no public way to submit a program instead of a pickle


def submission_command(script: Path, resources: Resources) -> list[str]:
    """Return the command that submits a script with an environment of names that are known to be needed.

    Args:
        script: The script.
        resources: Sets the number of threads.
    """
    own = {name: value for name, value in os.environ.items() if name.startswith("SLURM_CONF")}
    settings = [f"{name}={value}" for name, value in {**worker_environment(resources), **own}.items()]
    return ["env", "-i", *settings, "sbatch", "--parsable", "--export=ALL", str(script)]


def _parameters(options: SlurmSettings, resources: Resources, name: str) -> dict[str, Any]:
    minutes = max(1, math.ceil((resources.walltime_hours or DEFAULT_HOURS) * 60 - 1e-6))
    extra: dict[str, Any] = {} if "no-requeue" in options.extra else {"requeue": True}
    extra |= options.extra
    chosen: dict[str, Any] = {
        "job_name": name, "time": minutes, "nodes": 1, "ntasks_per_node": 1, "cpus_per_task": resources.cpus,
        "partition": options.partition, "account": options.account, "qos": options.qos,
        "constraint": options.constraint, "setup": _setup(options, minutes), "teardown": list(options.post) or None,
        "signal_delay_s": _signal_delay_s(options, minutes), "wckey": None, "stderr_to_stdout": True,
        "additional_parameters": extra,
        # A step does not take this over from its job since SLURM 22.05.
        "srun_args": [f"--cpus-per-task={resources.cpus}"],
    }  # fmt: skip
    if resources.memory_gb is not None:
        chosen["mem"] = f"{max(1, round(resources.memory_gb * 1024))}MB"
    if resources.gpus:
        kind = f"{options.gpu_type}:" if options.gpu_type else ""
        if options.gpu_request == "gres":
            chosen["gres"] = f"gpu:{kind}{resources.gpus}"
        else:
            extra["gpus"] = f"{kind}{resources.gpus}"
    return {key: value for key, value in chosen.items() if value is not None or key == "wckey"}


def _signal_delay_s(options: SlurmSettings, minutes: int) -> int:
    """Return how long before its end a job is told: of a short one, no more than a quarter."""
    return min(options.signal_delay_s, max(1, minutes * 60 // 4))


def _setup(options: SlurmSettings, minutes: int) -> list[str]:
    """Return the shell lines before the work; without its modules and its environment there is none."""
    # A program with checkpoints of its own is to stop in order before the job is told and put back.
    lines = [f"export NANOOS_NOTICE_S={_signal_delay_s(options, minutes)}"]
    if options.modules:  # a function of login shells, which this is not
        lines.append('[ "$(type -t module)" = function ] || . /etc/profile')
    lines += [_or_end(f"module load {shlex.quote(name)}", f"module {name}") for name in options.modules]
    if options.activate:
        lines.append(_or_end(options.activate, "the environment of the profile"))
    if options.scratch:
        lines.append(f"export TMPDIR={shlex.quote(options.scratch)}")
    return [*lines, *options.pre]


def _or_end(line: str, what: str) -> str:
    said = shlex.quote(f"nanoos: {what} could not be loaded on this node")
    return f"{{ {line}\n}} || {{ echo {said} >&2; exit 78; }}"


def _submitit_executor(folder: Path, *, here: bool) -> Any:  # noqa: ANN401 - of a package without types
    try:
        import submitit  # noqa: PLC0415 - an extra, and only where jobs are submitted
    except ImportError:
        raise MissingExtraError("submitit", "slurm", "the executor 'slurm'") from None

    if not here:
        anywhere = {"affinity": classmethod(lambda _: 1)}  # does not ask whether srun is on PATH
        return type("Elsewhere", (submitit.SlurmExecutor,), anywhere)(folder=folder)
    try:
        return submitit.SlurmExecutor(folder=folder)
    except RuntimeError as error:
        raise StartError(f"{error}: SLURM's commands are not on PATH", Verdict.FINAL) from error
