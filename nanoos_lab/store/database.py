"""The open store of one lab, and the transactions in which everything happens.

:meth:`Store.read` and :meth:`Store.write` hand out sessions; the other modules of this room take
``(session, scope, ...)``, so that several of their calls make one transaction. A store may be used from any
thread, and in a forked child, which opens connections of its own.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import sqlite3
import threading
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from nanoos_lab.errors import InvalidInputError, StoreError
from nanoos_lab.store import folder, migrations
from nanoos_lab.store.schema import ProjectRow
from nanoos_lab.store.sqlite import BUSY_TIMEOUT_S, explain, make_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@dataclass(frozen=True)
class Scope:
    """On whose behalf something is read or written: the project, the person, and the project's files."""

    project_id: str
    project: str
    """The project's name."""
    author: str
    files: Path
    """Folder of the project's files; paths in the database are relative to it."""


class Store:
    """An open lab folder.

    Args:
        root: The lab folder, which exists and whose store is up to date: see :meth:`open`.
        info: What its ``lab.toml`` says.

    Example:
        >>> store = Store.open(Path("titanates"))  # doctest: +SKIP
        >>> with store.write() as session:  # doctest: +SKIP
        ...     insert_structure(session, store.scope, structure, name="SrTiO3")
    """

    def __init__(self, root: Path, info: folder.LabInfo) -> None:
        self.root, self.info = root, info
        self.path = root / folder.STORE_FILE
        self._writer = make_engine(self.path)
        self._reader = make_engine(self.path, read_only=True)
        self._turn = threading.Lock()
        self._local = threading.local()
        self._closed = False
        self._scope: Scope | None = None
        _open_stores.add(self)

    @classmethod
    def open(
        cls,
        root: str | Path,
        *,
        project: str = "default",
        author: str | None = None,
        allow_network: bool = False,
    ) -> Self:
        """Open a lab folder; where there is none yet, make it.

        Args:
            root: The lab folder.
            project: The project to work in; made when it is new.
            author: Who works; by default the login name.
            allow_network: Whether a network file system is accepted, as by ``NANOOS_ALLOW_NETWORK_STORE=1``.

        Raises:
            StoreError: The folder cannot hold a lab, or the lab in it cannot be opened; the message says why.
        """
        path = Path(root).expanduser().absolute()
        folder.check_location(path, allow_network=allow_network)
        store = cls(path, _prepare(path))
        try:
            store._scope = store._enter_project(
                folder.check_project_name(project), (author or _login_name())[:100]
            )
        except BaseException:
            store.close()
            raise
        return store

    @property
    def scope(self) -> Scope:
        """The project and person this store was opened for."""
        if self._scope is None:
            raise StoreError("this store was not opened by Store.open")
        return self._scope

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session on one consistent state of the lab; it refuses to write.

        Raises:
            StoreError: The database cannot be read.
        """
        self._check_open()
        with self._explained(), Session(self._reader, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session that holds the lab's write lock: committed at the end, rolled back on any error.

        Raises:
            StoreError: The database cannot be written; then nothing was.
        """
        self._check_open()
        with (
            self._my_turn(),
            self._explained(),
            Session(self._writer, expire_on_commit=False) as session,
        ):
            session.connection()  # waits for the write lock here, not at the first statement
            yield session
            session.commit()

    def close(self) -> None:
        """Close all connections; closing twice is harmless."""
        self._closed = True
        self._writer.dispose()
        self._reader.dispose()
        _open_stores.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Store {self.root}>"

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"the lab {self.root} has been closed: open it again")

    @contextlib.contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Queue this process's own writers, and refuse one inside another, which would wait for itself."""
        if getattr(self._local, "writing", False):
            raise StoreError(
                "a write was begun inside another one of the same thread: pass the open session on instead"
            )
        if not self._turn.acquire(timeout=BUSY_TIMEOUT_S):
            raise StoreError(
                f"another thread has been writing to {self.path} for more than {BUSY_TIMEOUT_S:.0f} s: "
                "wait for it or restart the kernel, then do this again"
            )
        self._local.writing = True
        try:
            yield
        finally:
            self._local.writing = False
            self._turn.release()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # the functions of this room resolve these; what they leave is a bug to be seen as it is
        except (DBAPIError, sqlite3.Error) as error:
            raise explain(error, self.path) from error
        except StatementError as error:
            raise InvalidInputError(f"a value cannot be stored: {error.orig}") from error

    def _enter_project(self, name: str, author: str) -> Scope:
        query = select(ProjectRow.id).where(ProjectRow.name == name)
        with self.read() as session:
            project_id = session.scalar(query)
        if project_id is None:
            with self.write() as session:
                project_id = session.scalar(query)
                if project_id is None:
                    row = ProjectRow(name=name, created_at=time.time())
                    session.add(row)
                    session.flush()
                    project_id = row.id
        files = self.root / "projects" / folder.slug(name)
        try:
            for needed in (*(self.root / part for part in folder.FOLDERS), files):
                needed.mkdir(exist_ok=True)
        except OSError as error:
            raise StoreError(f"{files} cannot be made: {error.strerror or error}") from error
        return Scope(project_id, name, author, files)


def _prepare(root: Path) -> folder.LabInfo:
    """Bring the folder to a lab of the newest schema and return what its ``lab.toml`` says."""
    if folder.is_lab(root):
        info = folder.read_info(root)
        path = root / folder.STORE_FILE
        if _revision(path) == migrations.HEAD and _logs_ahead(path):
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
    elif _revision(path) != migrations.HEAD:
        _migrate(path)
    if not _logs_ahead(path):
        _log_ahead(path)
    return info or folder.write_info(root)


def _revision(path: Path) -> str:
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
    """Whether a database uses the write-ahead log, by its header (sqlite.org/fileformat.html, 1.3.3)."""
    with path.open("rb") as stream:
        return stream.read(20)[18:] == b"\x02\x02"


def _log_ahead(path: Path) -> None:
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
        _log_ahead(fresh)
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
    revision = _revision(path)
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


_open_stores: weakref.WeakSet[Store] = weakref.WeakSet()
_inherited: list[Engine] = []
"""Engines a forked child came with: kept, because closing their connections would disturb the parent."""


def _before_fork() -> None:
    for store in list(_open_stores):
        store._writer.dispose()  # noqa: SLF001 - SQLite's locks do not survive a fork with open connections
        store._reader.dispose()  # noqa: SLF001


def _after_fork_in_child() -> None:
    for store in list(_open_stores):
        _inherited.extend((store._writer, store._reader))  # noqa: SLF001
        store._writer = make_engine(store.path)  # noqa: SLF001
        store._reader = make_engine(store.path, read_only=True)  # noqa: SLF001
        store._turn, store._local = threading.Lock(), threading.local()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
