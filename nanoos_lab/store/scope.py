"""On whose behalf the store is read or written, and what any database behind it must be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nanoos_lab.store.schema import Role

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from nanoos_lab.errors import NanoOSError
    from nanoos_lab.store.folder import LabInfo


@dataclass(frozen=True)
class Scope:
    """On whose behalf something is read or written: the project, the person, and the project's files."""

    project_id: str
    project: str
    """The project's name; ``owner/name`` where it is another person's."""
    author: str
    files: Path
    """Folder of the project's files; paths in the database are relative to it."""
    role: Role = Role.OWNER
    """What the person may do in the project."""
    looks_after: str | None = None
    """Whose runs are carried on here; None for everybody's. A run's row says which code to start and where its files
    are, so on a server nobody acts on what another person wrote there."""
    payloads: str = ""
    """URL under which the bytes of artifacts are kept; empty for the folder ``artifacts`` of the files."""

    def carries_on(self, author: str) -> bool:
        """Return whether a person's runs are carried on here.

        Args:
            author: Who asked for them.
        """
        return self.looks_after in {None, author}


class Backend(Protocol):
    """A database with a lab in it, ready to be used."""

    dialect: str
    """``sqlite`` or ``postgresql``."""
    shown: str
    """Where it is, for messages: never with a password."""
    root: Path
    """Folder of the lab's files."""
    info: LabInfo
    presence: Path
    """Folder in which processes say that they live."""
    reports: Path

    def engines(self) -> tuple[Engine, Engine]:
        """Return an engine that writes and one that refuses to, neither with a connection open."""

    def begin_write(self, session: Session, scope: Scope | None) -> None:
        """Wait until this session is the only one that writes to the project."""

    def enter(self, session: Session, name: str, author: str | None) -> Scope | None:
        """Return the scope of a project that exists, or None."""

    def make_project(self, session: Session, name: str) -> None:
        """Record a project."""

    def make_folders(self, scope: Scope) -> None:
        """Make the folders that the project's files need."""

    def explain(self, error: BaseException) -> NanoOSError:
        """Return the error to raise for one of the driver's."""

    def lost(self, error: BaseException) -> bool:
        """Return whether an error says that the database went away, so that it may come back."""
