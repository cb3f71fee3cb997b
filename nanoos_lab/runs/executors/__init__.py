"""Where runs are executed: the fourth family of plug-ins.

An *inline* executor works inside this process, as ``here`` does. A *detached* one has attempt folders worked
on by somebody else, as ``process`` does with a worker process: it can ask for a worker, tell whether
one is coming, at work or gone, and stop it. What a worker then does is the same everywhere.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, Protocol

from nanoos_lab.plugins import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


class Verdict(Enum):
    """What the end of a worker says of the item it was at, where that has no outcome."""

    CHARGED = "charged"
    """It may have been the item's fault: tried again at the run's cost."""
    FREE = "free"
    """The place took the worker away: tried again at no cost."""
    FINAL = "final"
    """Trying again as it is would end the same: FAILED."""
    CANCELLED = "cancelled"
    """Somebody cancelled it at the place where it ran."""


class Sight(NamedTuple):
    """An executor's view of a folder at one moment."""

    view: View
    reason: str = ""
    """Why the worker is gone; without a claim and without a reason, nobody was asked for one."""
    claimed: bool = False
    """Whether the folder was claimed when it was looked at. What comes later is not part of the view."""
    verdict: Verdict = Verdict.CHARGED
    """Where the worker is gone: what becomes of the item it was at."""
    job_id: str | None = None
    """The handle of its worker, where it was found again without one having been recorded."""


class DetachedExecutor(Protocol):
    """Has attempt folders worked on outside this process. One instance serves one profile of one lab.

    Made by ``Executor(profile)``.
    """

    inline: ClassVar[Literal[False]]

    def __init__(self, profile: Profile) -> None: ...

    @property
    def at_once(self) -> int:
        """How many folders one call of :meth:`start` takes at most."""

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

    def forget(self, folder: AttemptFolder) -> None:
        """Let go of what is kept about a folder whose runs are settled and whose worker is gone."""


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
