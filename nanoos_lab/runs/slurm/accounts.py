"""What jobs took, as ``sacct`` tells it.

A job that was put back has several records under its id: their times add up. Memory is told by its steps. What is
absent or cannot be is left out.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from nanoos_lab.runs.executors import Verdict
from nanoos_lab.runs.executors.usage import JobUsage
from nanoos_lab.runs.slurm.commands import SchedulerError, expand

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nanoos_lab.runs.slurm.scheduler import Scheduler

QUESTION = (
    "sacct", "--duplicates", "-n", "-P", "-S", "now-30days", "-o",
    "JobID,JobName,End,ElapsedRaw,TotalCPU,MaxRSS,AllocTRES,NodeList", "--jobs",
)  # fmt: skip
_FIELDS = 8
_TIME = re.compile(r"(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGTP]?)")
_UNIT = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_LONGEST_S = 10 * 365 * 86_400.0
_MOST_BYTES = 2**60
_MOST_DEVICES = 10**6


def ask_usage(scheduler: Scheduler, job_ids: Collection[str]) -> Mapping[str, JobUsage] | None:
    """Ask a cluster what ended jobs took.

    Args:
        scheduler: The cluster.
        job_ids: ``123`` or ``123_4``.

    Returns:
        By id, for those that are known to have ended; None where the cluster keeps no accounts.

    Raises:
        SchedulerError: It does not answer.
    """
    arrays = sorted({job.partition("_")[0] for job in job_ids if re.fullmatch(r"\d+(_\d+)?", job)}, key=int)
    if not arrays:
        return {}
    try:
        answer = scheduler.ask_accounts([*QUESTION, ",".join(arrays)])
    except SchedulerError as error:
        if error.verdict is Verdict.FINAL:
            return None
        raise
    wanted = set(job_ids)
    return {job: usage for job, usage in parse_usage(answer).items() if job in wanted}


def parse_usage(answer: str) -> dict[str, JobUsage]:
    """Return what the jobs took that sacct says have ended, by id.

    Args:
        answer: Lines in the form asked for.
    """
    jobs: dict[str, JobUsage | None] = {}
    memory: dict[str, int] = {}
    for line in answer.splitlines():
        parts = line.split("|")
        if len(parts) != _FIELDS:
            continue
        job_id, _, step = parts[0].partition(".")
        peak = parse_size(parts[5])
        if peak is not None:
            memory[job_id] = max(memory.get(job_id, 0), peak)
        if step:
            continue
        for one in expand(job_id):
            # None once one of its records is open: it runs or waits again.
            jobs[one] = _added(jobs[one], _record(parts)) if one in jobs else _record(parts)
    return {
        job: usage._replace(max_rss_bytes=memory.get(job)) for job, usage in jobs.items() if usage is not None
    }


def _record(parts: list[str]) -> JobUsage | None:
    """Return what one record of a job says, or None where it has not ended or makes no sense."""
    _, name, end, elapsed, cpu, _, allocated, node = parts
    if not re.match(r"\d{4}-", end) or not elapsed.isdecimal() or float(elapsed) > _LONGEST_S:
        return None
    cpus, gpus = parse_allocation(allocated)
    where = "" if node in {"None assigned", "(null)"} else node.strip()[:200]
    return JobUsage(name, float(elapsed), parse_time(cpu), cpus, gpus, None, where)


def _added(first: JobUsage | None, then: JobUsage | None) -> JobUsage | None:
    if first is None or then is None:
        return None
    cpu_s = None if first.cpu_s is None and then.cpu_s is None else (first.cpu_s or 0.0) + (then.cpu_s or 0.0)
    return then._replace(
        elapsed_s=first.elapsed_s + then.elapsed_s, cpu_s=cpu_s, cpus=then.cpus or first.cpus,
        gpus=first.gpus if then.gpus is None else then.gpus, node=then.node or first.node,
    )  # fmt: skip


def parse_time(text: str) -> float | None:
    """Return seconds from SLURM's ``[[days-]hours:]minutes:seconds``, or None for none at all.

    Args:
        text: Such as ``1-02:03:04`` or ``00:03.677``.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return total if 0 < total <= _LONGEST_S * _MOST_DEVICES else None


def parse_size(text: str) -> int | None:
    """Return bytes from SLURM's ``469632K`` or ``1.5G``, or None where it says nothing that can be.

    Args:
        text: As sacct writes it.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    size = float(found[1]) * 1024 ** _UNIT[found[2]]
    return int(size) if math.isfinite(size) and 0 < size < _MOST_BYTES else None


def parse_allocation(text: str) -> tuple[int | None, int | None]:
    """Return the processors and GPUs that were set aside, each None where SLURM does not say.

    Args:
        text: ``AllocTRES``, such as ``billing=4,cpu=4,gres/gpu:a100=2,gres/gpu=2,mem=8G,node=1``.
    """
    said = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    cpus = _count(said.get("cpu", ""))
    if cpus is None:
        return None, None
    typed = [_count(value) or 0 for name, value in said.items() if name.startswith("gres/gpu:")]
    gpus = _count(said.get("gres/gpu", ""))
    return cpus, sum(typed) if gpus is None else gpus


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and int(text) < _MOST_DEVICES else None
