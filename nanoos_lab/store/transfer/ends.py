"""What a place that a lab leaves, and one that it arrives at, must be able to do; their projects and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Table

    from nanoos_lab.store.transfer.content import Row, Tally

Kind = Literal["folder", "server"]
Area = Literal["payload", "file", "report", "lab"]


@dataclass(frozen=True)
class Project:
    """A project as a place knows it."""

    id: str
    owner: str
    """Empty in a folder."""
    name: str
    created_at: float


@dataclass(frozen=True)
class Entry:
    """A file on the way."""

    project_id: str
    """Empty for the lab's own."""
    area: Area
    """Bytes of an artifact, a file of the project, a report, or the lab's own."""
    name: str
    """The SHA-256 of a payload, else a path relative to its area."""
    open: Callable[[], IO[bytes]]
    """Give its bytes; to be called before the next entry is asked for."""
    executable: bool = False
    modified: float | None = None


class Source(Protocol):
    """A place that a lab leaves; it is not changed."""

    @property
    def kind(self) -> Kind:
        """What it is."""

    @property
    def shown(self) -> str:
        """Where it is, for messages."""

    @property
    def projects(self) -> Sequence[Project]:
        """Its projects, oldest first."""

    @property
    def has_files(self) -> bool:
        """Whether :meth:`files` gives them."""

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield a table's rows, of one state of the lab however often it is asked."""

    def stated(self, table: Table) -> Tally | None:
        """Return what the source itself says that the table holds, where it does."""

    def unfinished(self) -> int:
        """Return how many runs somebody may be working on."""

    def files(self) -> Iterator[Entry]:
        """Yield all files but what other processes hold; what cannot be read is told in :attr:`left_out`."""

    @property
    def left_out(self) -> Sequence[str]:
        """What :meth:`files` passed over, and why."""


class Sink(Protocol):
    """An empty place that a lab arrives at; it becomes one with :meth:`finish` or not at all."""

    @property
    def kind(self) -> Kind:
        """What it is."""

    @property
    def shown(self) -> str:
        """Where it is, for messages."""

    @property
    def people(self) -> frozenset[str]:
        """Who works in the lab, on a server."""

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        """Write a table's rows."""

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield what was written."""

    def make_project(self, project: Project) -> None:
        """Make a project's folders."""

    def put(self, entry: Entry) -> bool:
        """Keep a file; return False where the place has no use for it."""

    def finish(self) -> None:
        """Check what the database can check, and make it a lab."""
