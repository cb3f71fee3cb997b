"""The embedded store: a lab folder with an SQLite database in it, made, migrated and entered.

A folder becomes a lab, and an older lab a newer one, under the folder's lock, so that any number of processes
may open it at the same moment.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import sqlite3
import time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from nanoos_lab.errors import StoreError
from nanoos_lab.store import folder, migrations, sqlite
from nanoos_lab.store.artifacts.payloads import payload_url
from nanoos_lab.store.schema import ProjectRow
from nanoos_lab.store.scope import Scope
from nanoos_lab.store.sqlite import BUSY_TIMEOUT_S, explain, make_engine
from nanoos_lab.store.turns import turn

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session


class EmbeddedBackend:
    """A lab folder: the database, the files and what they are called.

    Args:
        root: The folder; made a lab where it is none yet.
        allow_network: Whether a network file system is accepted, as by ``NANOOS_ALLOW_NETWORK_STORE=1``.

    Raises:
        StoreError: The folder cannot hold a lab, or the lab in it cannot be opened; the message says why.
    """

    dialect = "sqlite"

    def __init__(self, root: Path, *, allow_network: bool = False) -> None:
        folder.check_location(root, allow_network=allow_network)
        self.info = _prepare(root)
        self.root, self.path = root, root / folder.STORE_FILE
        self.shown = str(root)
        self.presence, self.reports = root / "presence", root / "reports"

    def engines(self) -> tuple[Engine, Engine]:
        """Return an engine that writes and one that refuses to."""
        return make_engine(self.path), make_engine(self.path, read_only=True)

    def turn(self) -> contextlib.AbstractContextManager[None]:
        """Wait until it is this process's turn to write, and hold it."""
        return turn(self.root, sqlite.BUSY_TIMEOUT_S)

    def begin_write(self, session: Session, scope: Scope | None) -> None:
        """Wait for the database's write lock: its transactions begin with it."""
        del scope
        session.connection()

    def enter(self, session: Session, name: str, author: str | None) -> Scope | None:
        """Return the scope of a project that exists, or None."""
        project_id = session.scalar(select(ProjectRow.id).where(ProjectRow.name == name))
        if project_id is None:
            return None
        files = self.root / "projects" / folder.slug(name)
        payloads = payload_url(self.root)
        return Scope(project_id, name, (author or _login_name())[:100], files, payloads=payloads)

    def make_project(self, session: Session, name: str) -> None:
        """Record a project."""
        session.add(ProjectRow(name=name, created_at=time.time()))

    def make_folders(self, scope: Scope) -> None:
        """Make the lab's and the project's folders."""
        try:
            for needed in (*(self.root / part for part in folder.FOLDERS), scope.files):
                needed.mkdir(exist_ok=True)
        except OSError as error:
            raise StoreError(f"{scope.files} cannot be made: {error.strerror or error}") from error

    def explain(self, error: BaseException) -> StoreError:
        """Return the error to raise for one of SQLite's."""
        return explain(error, self.path)

    def lost(self, error: BaseException) -> bool:
        """Return False: a file does not go away for a while."""
        del error
        return False


def _prepare(root: Path) -> folder.LabInfo:
    """Bring the folder to a lab of the newest schema and return what its ``lab.toml`` says."""
    if folder.is_lab(root):
        info = folder.read_info(root)
        path = root / folder.STORE_FILE
        if revision_of(path) == migrations.HEAD and _logs_ahead(path):
            return info
    try:
        root.mkdir(parents=True, exist_ok=True)
        with folder.creation_lock(root):
            return _make_or_migrate(root)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"{root} cannot become a lab: {reason}; check that you may write there and that there is room"
        ) from error


def _make_or_migrate(root: Path) -> folder.LabInfo:
    path = root / folder.STORE_FILE
    info = folder.read_info(root) if folder.is_lab(root) else None
    if info is None and not path.exists():
        _create(path)
    elif revision_of(path) != migrations.HEAD:
        _migrate(path)
    if not _logs_ahead(path):
        log_ahead(path)
    return info or folder.write_info(root)


def revision_of(path: Path) -> str:
    """Return the schema revision of a database, refusing what is not a lab's or newer than this package."""
    if not path.is_file():
        raise StoreError(
            f"{path.parent} has a lab.toml but no {path.name}: restore it from a backup, or delete lab.toml "
            "to begin an empty lab there"
        )
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        if "no such table" in str(error):
            raise StoreError(
                f"{path} is not the store of a lab (it has no alembic_version table): restore store.sqlite "
                "from a backup, or move it away"
            ) from error
        raise explain(error, path) from error
    revision = str(found[0]) if found else ""
    if revision not in migrations.REVISIONS:
        raise StoreError(
            f"{path} has schema {revision!r}, which this nanoos-lab does not know (its newest is "
            f"{migrations.HEAD!r}): it was written by a newer one; upgrade with pip install -U nanoos-lab"
        )
    return revision


def _logs_ahead(path: Path) -> bool:
    """Whether a database uses the write-ahead log.

    Asked of SQLite: to open and close the file otherwise would end the locks of this process's other connections to
    it, and another process could then take away the log that they read (sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
            return bool(connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")
    except sqlite3.Error as error:
        raise explain(error, path) from error


def log_ahead(path: Path) -> None:
    """Switch to the write-ahead log where a database has come without it, as one restored from a dump."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        raise explain(error, path) from error


def _create(path: Path) -> None:
    """Make a fresh database beside its place and move it there whole."""
    for leftover in path.parent.glob(f"{path.name}.new*"):
        leftover.unlink()  # of a process that died while it held the lock we hold
    fresh = path.with_name(f"{path.name}.new")
    engine = make_engine(fresh)
    try:
        with engine.begin() as connection:
            migrations.create(connection)
        log_ahead(fresh)
        engine.dispose()
        fresh.replace(path)
        folder.sync_folder(path.parent)
    except (DBAPIError, sqlite3.Error) as error:
        raise explain(error, path) from error
    finally:
        engine.dispose()
        fresh.unlink(missing_ok=True)


def _migrate(path: Path) -> None:
    """Take an older database to the newest schema in one transaction, keeping a copy of how it was."""
    revision = revision_of(path)
    copy = path.with_name(f"{path.name}.{revision}.backup")
    engine = make_engine(path, foreign_keys=False)  # a table is altered by copying it
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as old:
            copy.unlink(missing_ok=True)
            old.execute("VACUUM INTO ?", (str(copy),))
        with engine.begin() as connection:
            migrations.upgrade(connection)
    except (DBAPIError, sqlite3.Error) as error:
        raise explain(error, path) from error
    finally:
        engine.dispose()


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's uid without an account
        return f"uid{os.getuid()}"
