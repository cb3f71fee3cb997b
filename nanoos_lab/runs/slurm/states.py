"""What SLURM's words for a job mean for the runs in its attempt folder.

An outcome of the current attempt counts before anything in this table; *after a while* is the profile's
``file_delay_s``, in which a file system may show late what a job wrote.

============================== ============================ ============================================
the scheduler says             the folder                   then
============================== ============================ ============================================
nothing: it does not answer    any                          left alone; what it said is shown
PENDING, REQUEUED, SUSPENDED…  no claim                     QUEUED, with the reason it waits for
PENDING, REQUEUED, SUSPENDED…  claim, item begun            QUEUED again: it was put back
RUNNING, COMPLETING            no claim                     left alone: the worker is starting
RUNNING, COMPLETING            claim, item begun            RUNNING
COMPLETED, FAILED, …           no claim, after a while      fenced; again, charged: nothing could begin
COMPLETED, FAILED, …           item begun, after a while    again, charged: it ended without a result
TIMEOUT, DEADLINE              the first item, after a while FAILED: it ran out of time
TIMEOUT, DEADLINE              a later item, after a while  again, not charged: it had not its full time
OUT_OF_MEMORY, or FAILED with  item begun, after a while    FAILED: it ran out of memory
a log that says so
CANCELLED                      no outcome, after a while    CANCELLED, with by whom
CANCELLED for one run's sake   no outcome, after a while    that one CANCELLED; others again, not charged
NODE_FAIL, PREEMPTED, …        no outcome, after a while    again after a pause, not charged
any end                        another item was begun       again, not charged
no such job                    no ticket                    fenced; again, not charged: never submitted
no such job                    submitted a moment ago       left alone: it may not be known yet
no such job                    no claim                     fenced; again after a pause, not charged
no such job                    claim, its worker lives      left alone
no such job                    claim, after a while         again, charged: it vanished
a job of another name          any                          no such job: the id was given away again
============================== ============================ ============================================

*No such job* needs the word of every witness there is: squeue, and sacct where the cluster keeps accounts. A job
that sacct alone believes unfinished is none: the controller lost it. So is one that sacct alone calls CANCELLED and
not by whom: that is what it writes of the jobs that a controller had when it came again without them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from nanoos_lab.runs.executors import Verdict


class Phase(Enum):
    """Where a job stands, as far as runs care."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


_WAITING = frozenset({
    "PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT", "SUSPENDED",
    "STOPPED", "RESIZING",
})  # fmt: skip
_RUNNING = frozenset({"RUNNING", "COMPLETING", "SIGNALING", "STAGE_OUT"})
_OUTSIDE = frozenset({"NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "REVOKED", "LAUNCH_FAILED", "RECONFIG_FAIL"})
_TIME, _MEMORY = frozenset({"TIMEOUT", "DEADLINE"}), frozenset({"OUT_OF_MEMORY"})
_MORE_TIME = (
    "it ran out of time: ask for more with resources=Resources(walltime_hours=...); a task that can be continued is "
    "put back instead"
)
_MORE_MEMORY = "it ran out of memory: ask for more with resources=Resources(memory_gb=...)"
_KILLED_FOR_MEMORY = re.compile(
    r"^(slurmstepd|srun)\S*: error: .*(exceeded (job |step )?memory limit|oom[-_ ]kill|out of memory)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Job:
    """What the scheduler says of a job, or of one element of an array."""

    id: str
    """``123``, or ``123_4``."""
    name: str
    state: str
    """SLURM's word, such as ``RUNNING``."""
    reason: str = ""
    """Why it waits or how it ended, where the scheduler says."""
    node: str = ""
    exit_code: str = ""

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        if self.state in _WAITING:
            return Phase.WAITING
        return Phase.RUNNING if self.state in _RUNNING else Phase.ENDED

    @property
    def cancelled_by_nobody(self) -> bool:
        """Whether it is said to be cancelled without by whom, as sacct says of what a controller lost."""
        return self.state == "CANCELLED" and not self.reason

    def verdict(self, log: str = "") -> Verdict:
        """Return what its end says of the item it was at.

        Args:
            log: The end of what the job said: some clusters tell only there that memory was exceeded.
        """
        if self.state in _OUTSIDE:
            return Verdict.FREE
        if self.state in _TIME:
            return Verdict.OUT_OF_TIME
        if self.state in _MEMORY or (self.state != "CANCELLED" and killed_for_memory(log)):
            return Verdict.FINAL
        return Verdict.CANCELLED if self.state == "CANCELLED" else Verdict.CHARGED

    def sentence(self, log: str = "") -> str:
        """Say for people what became of it.

        Args:
            log: As for :meth:`verdict`.
        """
        details = [
            self.reason if self.reason not in {"", "None"} else "",
            f"exit status {self.exit_code}" if self.exit_code not in {"", "0:0"} else "",
            f"on {self.node}" if self.node else "",
        ]
        said = f"SLURM job {self.id} ended as {self.state}"
        if any(details):
            said += f" ({', '.join(filter(None, details))})"
        verdict = self.verdict(log)
        advice = {Verdict.OUT_OF_TIME: _MORE_TIME, Verdict.FINAL: _MORE_MEMORY}.get(verdict)
        return f"{said}: {advice}" if advice else said


def killed_for_memory(log: str) -> bool:
    """Return whether SLURM's own lines in a job's log say that it used more memory than it had asked for.

    Args:
        log: The end of the log.
    """
    return _KILLED_FOR_MEMORY.search(log) is not None


def plain_state(word: str) -> str:
    """Return a state without what SLURM adds to it, as in ``CANCELLED by 1000`` and ``RUNNING+``.

    Args:
        word: As sacct or squeue writes it.
    """
    return word.split(" ", maxsplit=1)[0].rstrip("+") if word else "UNKNOWN"
