"""Labs that are left: a folder, or a database on a server; read in one transaction, so in one state."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from nanoos_lab.errors import ArtifactError, InvalidInputError, StoreError
from nanoos_lab.store import folder
from nanoos_lab.store.artifacts.payloads import payload_url, payloads_of
from nanoos_lab.store.embedded import revision_of
from nanoos_lab.store.migrations import HEAD
from nanoos_lab.store.postgresql.address import is_address, parse_address, shown
from nanoos_lab.store.schema import FINAL_STATES, ArtifactRow, ProjectRow, RunRow
from nanoos_lab.store.scope import Scope
from nanoos_lab.store.sqlite import explain, make_engine
from nanoos_lab.store.transfer.content import read_rows
from nanoos_lab.store.transfer.ends import Entry, Project
from nanoos_lab.store.transfer.files import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Table

    from nanoos_lab.store.transfer.content import Row, Tally
    from nanoos_lab.store.transfer.ends import Kind

    Reopen = Callable[[], AbstractContextManager[Connection]]

_SETTINGS = "settings.toml"
_NOT_KEPT = frozenset({"presence", "similar"})
"""Folders of a project that its processes make anew: who lives, and copies of vectors."""


@contextlib.contextmanager
def opened(place: str | Path, *, files: str | Path | None = None) -> Iterator[LabSource]:
    """Give a lab to read, in one state for as long as it is open.

    Args:
        place: The lab folder, or the address of a lab as its administrator.
        files: Where a server's files are seen from here, if not where the lab says.
    """
    with _served(str(place), files) if is_address(place) else _embedded(Path(place)) as source:
        yield source


@contextlib.contextmanager
def _embedded(place: Path) -> Iterator[LabSource]:
    root = place.expanduser().absolute()
    if not folder.is_lab(root):
        raise InvalidInputError(f"{root} is not a lab folder: name the folder that holds lab.toml")
    path = root / folder.STORE_FILE
    _check_revision(revision_of(path), str(root))
    engine = make_engine(path, read_only=True)
    try:
        with engine.connect() as connection:
            yield LabSource(
                connection, "folder", str(root), root, payload_url(root), partial(_write_embedded, path)
            )
    except DBAPIError as error:
        raise explain(error, path) from error
    finally:
        engine.dispose()


@contextlib.contextmanager
def _served(address: str, files: str | Path | None) -> Iterator[LabSource]:
    from nanoos_lab.store.postgresql.administering import administering, files_of, roles_of  # noqa: PLC0415 - brings the driver
    from nanoos_lab.store.postgresql.security import quoted  # noqa: PLC0415

    url = parse_address(address)
    options = r"-c default_transaction_isolation=repeatable\ read -c default_transaction_read_only=on"
    with administering(url, options=options) as connection:
        owner, _ = roles_of(connection)
        _check_revision(str(connection.scalar(text("SELECT version_num FROM alembic_version"))), shown(url))
        connection.execute(text(f"SET LOCAL ROLE {quoted(owner)}"))
        root, payloads = files_of(connection, files)
        yield LabSource(connection, "server", shown(url), root, payloads, partial(_write_served, address))


@contextlib.contextmanager
def _write_embedded(path: Path) -> Iterator[Connection]:
    engine = make_engine(path)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise explain(error, path) from error
    finally:
        engine.dispose()


@contextlib.contextmanager
def _write_served(address: str) -> Iterator[Connection]:
    from nanoos_lab.store.postgresql.administering import administering, roles_of  # noqa: PLC0415 - brings the driver
    from nanoos_lab.store.postgresql.security import quoted  # noqa: PLC0415

    with administering(parse_address(address)) as connection:
        connection.execute(text(f"SET LOCAL ROLE {quoted(roles_of(connection)[0])}"))
        yield connection


def _check_revision(found: str, place: str) -> None:
    if found != HEAD:
        raise StoreError(f"{place} has the schema {found}, not {HEAD}: do 'nanoos db upgrade' first")


class LabSource:
    """An open lab that is read; see :class:`~.ends.Source`.

    Args:
        connection: In a transaction, seeing everyone's rows.
        kind: Folder or server.
        place: Where it is, for messages.
        root: Folder of the lab's files.
        payloads: URL of artifacts' bytes, empty where they are in the files.
        reopen: Gives a connection that writes.
    """

    has_files = True

    def __init__(  # noqa: PLR0917 - each is what only its kind of place knows
        self, connection: Connection, kind: Kind, place: str, root: Path, payloads: str, reopen: Reopen
    ) -> None:
        self.connection, self.kind, self.shown, self.root, self._payloads = (
            connection,
            kind,
            place,
            root,
            payloads,
        )
        self.reopen = reopen
        """Give a connection that writes, in a transaction of its own; also when this one is closed."""
        columns = (ProjectRow.id, ProjectRow.owner, ProjectRow.name, ProjectRow.created_at)
        found = connection.execute(select(*columns).order_by(ProjectRow.created_at, ProjectRow.id))
        self.projects = [Project(*row) for row in found]
        self.left_out: list[str] = []

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield a table's rows."""
        return read_rows(self.connection, table)

    def stated(self, table: Table) -> Tally | None:
        """Return None: only the rows themselves tell."""
        del table
        return None

    def unfinished(self) -> int:
        """Return how many runs are not finished."""
        states = [str(state) for state in FINAL_STATES]
        query = select(func.count()).select_from(RunRow).where(RunRow.state.not_in(states))
        return int(self.connection.scalar(query) or 0)

    def scope(self, project: Project) -> Scope:
        """Return whose files are where.

        Args:
            project: One of the lab's.
        """
        name = folder.slug(project.name) if self.kind == "folder" else project.id
        return Scope(project.id, project.name, "", self.root / "projects" / name, payloads=self._payloads)

    def files(self) -> Iterator[Entry]:
        """Yield the lab's settings, then each project's payloads, files and reports."""
        if (self.root / _SETTINGS).is_file():
            yield Entry("", "lab", _SETTINGS, partial(_open, self.root / _SETTINGS))
        for project in self.projects:
            yield from self._payloads_of(project)
            passed = {"artifacts", "reports"} if self.kind == "server" else {"artifacts"}
            without = _NOT_KEPT | passed
            yield from self._walk(self.scope(project).files, project.id, without)
            if self.kind == "server":
                yield from walk(
                    self.scope(project).files / "reports", project.id, "report", without=frozenset(),
                    left_out=self.left_out,
                )  # fmt: skip
        if self.kind == "folder":
            yield from self._reports_of_folder()

    def _walk(self, top: Path, project_id: str, without: frozenset[str]) -> Iterator[Entry]:
        return walk(top, project_id, "file", without=without, left_out=self.left_out)

    def _payloads_of(self, project: Project) -> Iterator[Entry]:
        query = select(ArtifactRow.sha256).distinct()
        query = query.where(ArtifactRow.project_id == project.id, ArtifactRow.purged_at.is_(None))
        scope = self.scope(project)
        for sha256 in self.connection.scalars(query).all():
            try:
                path = payloads_of(scope).fetch(sha256)
                there = path.is_file()
            except ArtifactError:
                there = False
            if there:
                yield Entry(project.id, "payload", sha256, partial(_open, path))
            else:
                self.left_out.append(
                    f"the bytes of artifact {sha256[:12]} of {project.name} (missing before)"
                )

    def _reports_of_folder(self) -> Iterator[Entry]:
        """Yield a folder's reports, each with the project of its run, by the id that ends its name."""
        if not self.projects:
            return
        default = next((p for p in self.projects if p.name == "default"), self.projects[0])
        for entry in walk(self.root / "reports", "", "report", without=frozenset(), left_out=self.left_out):
            prefix = entry.name.removesuffix(".html")[-6:]
            query = select(RunRow.project_id).where(RunRow.id >= prefix, RunRow.id < prefix + "g").distinct()
            having = set(self.connection.scalars(query))
            project_id = next((p.id for p in self.projects if p.id in having), default.id)
            yield Entry(
                project_id,
                "report",
                entry.name,
                entry.open,
                executable=entry.executable,
                modified=entry.modified,
            )


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")
