"""Places that a lab arrives at: a folder, made beside its place and moved there whole; a server's empty database,
filled in one transaction."""  # noqa: D205, D209 - one sentence

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from nanoos_lab.errors import InvalidInputError, NanoOSError, StoreError
from nanoos_lab.store import folder, migrations
from nanoos_lab.store.artifacts.payloads import payload_url, payloads_of
from nanoos_lab.store.embedded import log_ahead
from nanoos_lab.store.postgresql.address import is_address, parse_address, shown
from nanoos_lab.store.schema import ProjectRow
from nanoos_lab.store.scope import Scope
from nanoos_lab.store.sqlite import explain, make_engine
from nanoos_lab.store.transfer.content import CHUNK, read_rows, unpacked
from nanoos_lab.store.transfer.files import hand_over, place
from nanoos_lab.store.vectors import VectorType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Table

    from nanoos_lab.store.transfer.content import Row
    from nanoos_lab.store.transfer.ends import Entry, Kind, Project

MARKER = ".incoming"
"""In a project's folder while it is filled, so that a stopped attempt can be told from somebody's files."""


@contextlib.contextmanager
def opened(target: str | Path, *, files: str | Path | None = None) -> Iterator[FolderSink | ServerSink]:
    """Give an empty place to fill; whatever goes wrong, it stays without a lab.

    Args:
        target: A folder that is not there yet, or the address of an empty lab as its administrator.
        files: Where a server's files are seen from here, if not where the lab says.

    Raises:
        InvalidInputError: The place is not empty.
    """
    with _served(str(target), files) if is_address(target) else _embedded(Path(target)) as sink:
        yield sink


@contextlib.contextmanager
def _embedded(target: Path) -> Iterator[FolderSink]:
    root = target.expanduser().absolute()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise InvalidInputError(f"{root} is there already: name a folder that does not exist yet")
    folder.check_location(root)
    staging = root.with_name(f".{root.name}{MARKER}")
    try:
        staging.mkdir(parents=True, exist_ok=True)
        with folder.creation_lock(staging, timeout_s=1.0):
            _clear(staging)
            engine = make_engine(staging / folder.STORE_FILE, foreign_keys=False)
            try:
                with engine.begin() as connection:
                    migrations.create(connection)
                    sink = FolderSink(connection, root, staging)
                    yield sink
                engine.dispose()
                if sink.finished:
                    _move_in(staging, root)
            finally:
                engine.dispose()
    except NanoOSError:  # of which some are OSErrors too
        raise
    except DBAPIError as error:
        raise explain(error, root / folder.STORE_FILE) from error
    except OSError as error:
        raise StoreError(
            f"{root} cannot be made: {error.strerror or error}; nothing was left there"
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _clear(staging: Path) -> None:
    for leftover in staging.iterdir():  # of an attempt that was stopped
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        elif leftover.name != folder.LOCK_FILE:
            leftover.unlink()


def _move_in(staging: Path, root: Path) -> None:
    log_ahead(staging / folder.STORE_FILE)
    folder.write_info(staging, name=root.name)
    os.sync()
    if root.exists():
        root.rmdir()
    staging.rename(root)
    folder.sync_folder(root.parent)


class FolderSink:
    """A lab folder in the making; see :class:`~.ends.Sink`.

    Args:
        connection: To its new database, in a transaction.
        root: Where it will be.
        staging: Where it is made.
    """

    kind: Kind = "folder"
    people: frozenset[str] = frozenset()

    def __init__(self, connection: Connection, root: Path, staging: Path) -> None:
        self._connection, self._staging = connection, staging
        self.shown, self.finished = str(root), False
        self._scopes: dict[str, Scope] = {}
        for name in folder.FOLDERS:
            (staging / name).mkdir(exist_ok=True)

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        """Write a table's rows."""
        names = ", ".join(f'"{column.name}"' for column in table.c)
        marks = ", ".join("?" for _ in table.c)
        statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - names of our own
        waiting = iter(rows)
        while chunk := list(itertools.islice(waiting, CHUNK)):
            self._connection.exec_driver_sql(statement, chunk)

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield what was written."""
        return read_rows(self._connection, table)

    def make_project(self, project: Project) -> None:
        """Make a project's folder."""
        files = self._staging / "projects" / folder.slug(project.name)
        files.mkdir()
        self._scopes[project.id] = Scope(
            project.id, project.name, "", files, payloads=payload_url(self._staging)
        )

    def put(self, entry: Entry) -> bool:
        """Keep a file."""
        if entry.area == "lab":
            place(entry, self._staging, shared=False)
        elif entry.area == "report":
            place(entry, self._staging / "reports", shared=False)
        else:
            _put(entry, self._scopes[entry.project_id], shared=False)
        return True

    def finish(self) -> None:
        """Check references and pages of the database.

        Raises:
            StoreError: A row refers to one that is not there.
        """
        broken = self._connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise StoreError(
                f"{len(broken)} rows refer to others that are not there, such as row {broken[0][1]} of {broken[0][0]}"
            )
        told = self._connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        if told != "ok":
            raise StoreError(f"the new database is damaged: {told}")
        self.finished = True


@contextlib.contextmanager
def _served(address: str, files: str | Path | None) -> Iterator[ServerSink]:
    from nanoos_lab.store.postgresql.administering import administering, files_of, roles_of  # noqa: PLC0415 - brings the driver
    from nanoos_lab.store.postgresql.people import names_of_people  # noqa: PLC0415
    from nanoos_lab.store.postgresql.security import quoted  # noqa: PLC0415

    url = parse_address(address)
    with administering(url) as connection:
        owner, people = roles_of(connection)
        known = names_of_people(connection, people)
        connection.execute(text(f"SET LOCAL ROLE {quoted(owner)}"))
        found = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        if found != migrations.HEAD:
            raise StoreError(f"{shown(url)} has the schema {found}: do 'nanoos db upgrade' first")
        connection.execute(text("LOCK TABLE project IN EXCLUSIVE MODE"))  # nobody makes one meanwhile
        if n := connection.scalar(select(func.count()).select_from(ProjectRow)):
            raise InvalidInputError(
                f"{shown(url)} holds {n} projects already: move into a lab that 'nanoos db create' has just made"
            )
        root, payloads = files_of(connection, files)
        sink = ServerSink(connection, shown(url), root, payloads, known)
        try:
            yield sink
        except BaseException:
            sink.leave()
            raise
    sink.settle()


class ServerSink:
    """The empty database of a server in the filling; see :class:`~.ends.Sink`.

    Args:
        connection: Of the tables' owner, in a transaction that nothing outlives before its end.
        place: Where it is, for messages.
        root: Folder of the lab's files.
        payloads: URL of artifacts' bytes, empty where they are in the files.
        people: Who works in the lab.
    """

    kind: Kind = "server"

    def __init__(
        self, connection: Connection, place: str, root: Path, payloads: str, people: frozenset[str]
    ) -> None:
        self._connection, self.shown, self._root, self._payloads = connection, place, root, payloads
        self.people = people
        self._scopes: dict[str, Scope] = {}
        self._owners: dict[str, str] = {}
        self.not_handed_over: list[Path] = []

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        """Write a table's rows."""
        names = ", ".join(f'"{column.name}"' for column in table.c)
        vectors = [i for i, column in enumerate(table.c) if isinstance(column.type, VectorType)]
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(_as_text(row, vectors) if vectors else row)

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield what was written."""
        return read_rows(self._connection, table)

    def make_project(self, project: Project) -> None:
        """Make a project's folder.

        Args:
            project: As it is called here.

        Raises:
            InvalidInputError: There is a folder of that name that is not a stopped attempt's.
        """
        files = self._root / "projects" / project.id
        try:
            if (files / MARKER).exists():
                shutil.rmtree(files)
            elif files.exists():
                raise InvalidInputError(f"{files} is there already: it is not of this lab; move it away")
            files.mkdir(mode=0o770, parents=True)
            files.chmod(0o2770)
            (files / MARKER).touch()
            for name in ("presence", "reports"):
                folder.make_shared_folder(files / name)
        except OSError as error:
            raise StoreError(
                f"{files} cannot be made: {error.strerror or error}; say where the lab's files are seen from here with "
                "--files"
            ) from error
        self._scopes[project.id] = Scope(project.id, project.name, "", files, payloads=self._payloads)
        self._owners[project.id] = project.owner

    def put(self, entry: Entry) -> bool:
        """Keep a file; the settings of a folder are not everyone's."""
        if entry.area == "lab":
            return False
        if entry.area == "report":
            place(entry, self._scopes[entry.project_id].files / "reports", shared=True)
        else:
            _put(entry, self._scopes[entry.project_id], shared=True)
        return True

    def finish(self) -> None:
        """Make the files durable before the rows that name them are."""
        os.sync()

    def leave(self) -> None:
        """Remove the folders that were made: the rows are rolled back."""
        for scope in self._scopes.values():
            if (scope.files / MARKER).exists():
                shutil.rmtree(scope.files, ignore_errors=True)

    def settle(self) -> None:
        """Give the files to their owners, now that the rows are there."""
        for project_id, scope in self._scopes.items():
            (scope.files / MARKER).unlink(missing_ok=True)
            if not hand_over(scope.files, self._owners[project_id]):
                self.not_handed_over.append(scope.files)


def _as_text(row: Row, vectors: list[int]) -> list[Any]:
    values = list(row)
    for i in vectors:
        values[i] = unpacked(values[i])
    return values


def _put(entry: Entry, scope: Scope, *, shared: bool) -> None:
    if entry.area == "payload":
        with entry.open() as source:
            payloads_of(scope).put(source, expected=entry.name, shown=f"artifact {entry.name[:12]}")
    else:
        place(entry, scope.files, shared=shared)
