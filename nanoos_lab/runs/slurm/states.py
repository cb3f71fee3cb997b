"""What SLURM's words for a job mean for the runs in its attempt folder.

============================= ============================ =============================================
scheduler                     folder                       then
============================= ============================ =============================================
waiting (PENDING, REQUEUED …) any                          left alone; its reason is shown
running                       no claim                     left alone: the worker is starting
running                       claim                        the worker lives
COMPLETED                     no outcome after a while     again, charged: it ended without a result
FAILED                        no outcome                   again, charged: it ended hard
TIMEOUT, DEADLINE             no outcome                   FAILED: it ran out of time
OUT_OF_MEMORY                 no outcome                   FAILED: it ran out of memory
CANCELLED                     no outcome                   CANCELLED, by whom
NODE_FAIL, PREEMPTED, …       no outcome                   again, not charged
not known                     submitted a moment ago       left alone
not known                     no claim                     fenced; again, not charged
not known                     claim                        again, charged: it vanished
============================= ============================ =============================================

An outcome of the current attempt counts before any of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """Where a job stands, as far as runs care."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


class Blame(Enum):
    """What a job's end says of its work."""

    UNKNOWN = "unknown"
    """It ended without a result: tried again, at its own cost."""
    OUTSIDE = "outside"
    """The cluster took it away: tried again, at no cost."""
    LIMIT = "limit"
    """It asked for too little: trying again as it is would end the same."""
    CANCELLED = "cancelled"
    """Somebody cancelled it."""


_WAITING = frozenset({
    "PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT", "SUSPENDED",
    "STOPPED", "RESIZING",
})  # fmt: skip
_RUNNING = frozenset({"RUNNING", "COMPLETING", "SIGNALING", "STAGE_OUT"})
_OUTSIDE = frozenset({"NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "REVOKED", "LAUNCH_FAILED", "RECONFIG_FAIL"})
_LIMIT = {
    "TIMEOUT": "it ran out of time: ask for more with resources=Resources(walltime_hours=...)",
    "DEADLINE": "it ran past its deadline: ask for more time with resources=Resources(walltime_hours=...)",
    "OUT_OF_MEMORY": "it ran out of memory: ask for more with resources=Resources(memory_gb=...)",
}


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
    def settled(self) -> bool:
        """Whether it ended for good: what the cluster took away it may put back into the queue."""
        return self.phase is Phase.ENDED and self.state not in _OUTSIDE

    @property
    def blame(self) -> Blame:
        """What its end says of its work."""
        if self.state in _OUTSIDE:
            return Blame.OUTSIDE
        if self.state in _LIMIT:
            return Blame.LIMIT
        return Blame.CANCELLED if self.state == "CANCELLED" else Blame.UNKNOWN

    def sentence(self) -> str:
        """Say for people what became of it."""
        said = f"SLURM job {self.id} ended as {self.state}"
        details = [
            self.reason if self.reason not in {"", "None"} else "",
            f"exit status {self.exit_code}" if self.exit_code not in {"", "0:0"} else "",
            f"on {self.node}" if self.node else "",
        ]
        if any(details):
            said += f" ({', '.join(filter(None, details))})"
        return f"{said}: {_LIMIT[self.state]}" if self.state in _LIMIT else said


def plain_state(word: str) -> str:
    """Return a state without what SLURM adds to it, as in ``CANCELLED by 1000`` and ``RUNNING+``.

    Args:
        word: As sacct or squeue writes it.
    """
    return word.split(" ", maxsplit=1)[0].rstrip("+") if word else "UNKNOWN"
