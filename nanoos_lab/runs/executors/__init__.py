"""Where runs are executed: the fourth family of plug-ins.

An *inline* executor works inside this process, as ``here`` does. A *detached* one has attempt folders worked
on by somebody else, as ``process`` does with a worker process: it can ask for a worker, tell whether
one is coming, at work or gone, and stop it. What a worker then does is the same everywhere.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, Protocol

from nanoos_lab.errors import RunError
from nanoos_lab.plugins import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nanoos_lab.runs.attempts.folder import AttemptFolder
    from nanoos_lab.runs.executors.here import HereExecutor
    from nanoos_lab.runs.executors.process import ProcessExecutor
    from nanoos_lab.settings import Profile, Resources

__all__ = [
    "EXECUTORS",
    "DetachedExecutor",
    "HereExecutor",
    "InlineExecutor",
    "ProcessExecutor",
    "Sight",
    "StartError",
    "Verdict",
    "View",
]


class View(Enum):
    """What an executor sees of the worker of a folder."""

    WAITING = "waiting"
    """No worker has claimed the folder; one may still come."""
    ALIVE = "alive"
    """A worker claimed it and lives."""
    GONE = "gone"
    """A worker claimed it and is no more, or none will come."""
    UNKNOWN = "unknown"
    """What is so cannot be said now: nothing is concluded."""


class Verdict(Enum):
    """What the end of a worker says of the items it was to do, where they have no outcome."""

    CHARGED = "charged"
    """It may have been the fault of the item it was at: that one is tried again at its run's cost."""
    FREE = "free"
    """The place took the worker away: tried again at no cost, after a pause that grows."""
    FINAL = "final"
    """Trying the item it was at again as it is would end the same: FAILED."""
    OUT_OF_TIME = "out of time"
    """The worker's time was out: FAILED for an item that had all of it, tried again at no cost for any other."""
    CANCELLED = "cancelled"
    """Somebody cancelled it at the place where it ran: CANCELLED, begun or not."""


class StartError(RunError):
    """No worker could be asked for; the message says why.

    Args:
        message: What the place said.
        verdict: Whether trying again may help, and at whose cost.
    """

    def __init__(self, message: str, verdict: Verdict = Verdict.CHARGED) -> None:
        super().__init__(message)
        self.verdict = verdict


class Sight(NamedTuple):
    """An executor's view of a folder at one moment."""

    view: View
    reason: str = ""
    """Why the worker is gone or waits; gone without a claim and without a reason, nobody was asked for one."""
    claimed: bool = False
    """Whether the folder was claimed when it was looked at. What comes later is not part of the view."""
    verdict: Verdict = Verdict.CHARGED
    """Where the worker is gone: what becomes of its items."""
    job_id: str | None = None
    """The handle of its worker, where it was found again without one having been recorded."""
    untouched: bool = False
    """Whether nothing can have changed in the folder since it was last looked at, so that no file need be read."""
    may_return: bool = False
    """Where the worker is gone: whether the place may bring it back, so that it must be locked out first."""


class DetachedExecutor(Protocol):
    """Has attempt folders worked on outside this process. One instance serves one profile of one lab.

    Made by ``Executor(profile)``.
    """

    inline: ClassVar[Literal[False]]
    pace_s: ClassVar[float]
    """At least so long between two looks at all of its folders."""

    def __init__(self, profile: Profile) -> None: ...

    def folder(self, path: Path) -> AttemptFolder:
        """Return an attempt folder as this place has it: what decides races is decided where its worker is.

        Args:
            path: Where it is here.
        """

    @property
    def at_once(self) -> int:
        """How many folders one call of :meth:`start` takes at most; 0 while none may be started."""

    @property
    def room(self) -> int:
        """How many folders may be under way together."""

    def start(self, folders: Sequence[AttemptFolder], resources: Resources, name: str) -> list[str]:
        """Ask for a worker on each of some folders whose specs are written: for all of them or for none.

        Args:
            folders: The attempt folders.
            resources: What each worker may use.
            name: ``nanoos-<run>-<attempt>`` of the first, by which an orphan is found again.

        Returns:
            A handle for each, such as a process id.

        Raises:
            OSError: No worker could be asked for.
            StartError: The same, with what follows from it.
        """

    def look(self, folder: AttemptFolder, job_id: str | None, *, owner_alive: bool, begun_at: float) -> Sight:
        """Return what is known of the worker of a folder; never changes anything.

        Args:
            folder: The attempt folder.
            job_id: What :meth:`start` returned, None where that was not recorded.
            owner_alive: Whether the process that asked for the worker lives.
            begun_at: When the attempt was recorded.
        """

    def stop(self, folder: AttemptFolder, job_id: str | None, *, hard: bool) -> None:
        """End the worker of a folder and all it started, if it is certain that it is that worker.

        Args:
            folder: The attempt folder.
            job_id: What :meth:`start` returned.
            hard: Whether to leave it no time.
        """

    def forget(self, folder: AttemptFolder) -> bool:
        """Let go of what is kept about a folder whose runs are settled, whose worker is gone and that is removed next.

        Args:
            folder: The attempt folder.

        Returns:
            Whether that is done; else the folder stays, to be asked about again.
        """


class InlineExecutor(Protocol):
    """Works inside this process, one thing after another.

    Made by ``Executor(profile)``.
    """

    inline: ClassVar[Literal[True]]

    def __init__(self, profile: Profile) -> None: ...

    def enqueue(self, work: Callable[[], None], *, priority: int = 0, not_before: float = 0.0) -> None:
        """Do this when its turn has come: the most urgent first, then the oldest.

        Args:
            work: What to do; it handles its own errors.
            priority: Higher goes first.
            not_before: Not before this time, in seconds since 1970.
        """

    def work_one(self) -> bool:
        """Where the caller is itself work of this executor: do the next piece of it, and say whether there was one."""

    def stop(self) -> None:
        """Finish what is being done and begin nothing more."""


EXECUTORS: Registry[type[InlineExecutor | DetachedExecutor]] = Registry("executors", "executor")


def __getattr__(name: str) -> type:
    if name == "HereExecutor":
        from nanoos_lab.runs.executors.here import HereExecutor  # noqa: PLC0415 - named by an entry point

        return HereExecutor
    if name == "ProcessExecutor":
        from nanoos_lab.runs.executors.process import ProcessExecutor  # noqa: PLC0415

        return ProcessExecutor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
