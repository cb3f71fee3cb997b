"""The open store of one lab, and the transactions in which everything happens.

:meth:`Store.read` and :meth:`Store.write` hand out sessions; the other modules of this room take
``(session, scope, ...)``, so that several of their calls make one transaction. A store may be used from any
thread, and in a forked child, which opens connections of its own. Whether a folder or a server is behind it
is known to its backend alone.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from nanoos_lab.errors import AccessDeniedError, InvalidInputError, StoreError
from nanoos_lab.store import folder
from nanoos_lab.store.embedded import EmbeddedBackend
from nanoos_lab.store.schema import Role
from nanoos_lab.store.scope import Backend, Scope
from nanoos_lab.store.sqlite import BUSY_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

__all__ = ["Scope", "Store"]


class Store:
    """An open lab: a folder, or a database on a server.

    Args:
        backend: The database, up to date: see :meth:`open`.

    Example:
        >>> store = Store.open(Path("titanates"))  # doctest: +SKIP
        >>> with store.write() as session:  # doctest: +SKIP
        ...     insert_structure(session, store.scope, structure, name="SrTiO3")
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._writer, self._reader = backend.engines()
        self._turn = threading.Lock()
        self._local = threading.local()
        self._closed = False
        self._scope: Scope | None = None
        _open_stores.add(self)

    @classmethod
    def open(
        cls,
        place: str | Path,
        *,
        project: str = "default",
        author: str | None = None,
        allow_network: bool = False,
        files: str | Path | None = None,
    ) -> Self:
        """Open a lab; a folder where there is none yet becomes one.

        Args:
            place: The lab folder, or the address of a PostgreSQL lab.
            project: The project to work in; made when it is new. On a server another person's project is
                named ``owner/name`` where one has several of that name.
            author: Who works; by default the login name. On a server it is the name one logged in by.
            allow_network: Whether a folder on a network file system is accepted, as by
                ``NANOOS_ALLOW_NETWORK_STORE=1``.
            files: On a server, where the lab's files are seen from here, if not where the lab says.

        Raises:
            StoreError: The place cannot hold a lab, or the lab in it cannot be opened; the message says why.
        """
        from nanoos_lab.store.postgresql.address import is_address  # noqa: PLC0415 - light, but not always needed

        name = folder.check_project_name(project)
        if is_address(place):
            from nanoos_lab.store.postgresql.backend import ServerBackend  # noqa: PLC0415 - brings the driver

            store = cls(ServerBackend(str(place), files=files))
        else:
            root = Path(place).expanduser().absolute()
            store = cls(EmbeddedBackend(root, allow_network=allow_network))
        try:
            store._scope = store._enter_project(name, author)
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

    @property
    def root(self) -> Path:
        """Folder of the lab's files."""
        return self.backend.root

    @property
    def info(self) -> folder.LabInfo:
        """What the lab says of itself."""
        return self.backend.info

    @property
    def address(self) -> str:
        """What opens this lab again: the folder, or the address without a password."""
        return self.backend.shown

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
        """Give a session that alone writes to the project: committed at the end, rolled back on any error.

        Raises:
            AccessDeniedError: The person may only look at this project.
            StoreError: The database cannot be written; then nothing was.
        """
        self._check_open()
        if self._scope is not None and self._scope.role is Role.VIEWER:
            raise AccessDeniedError(
                f"{self._scope.author} may look at the project {self._scope.project!r} but not change it: ask its "
                "owner to make you an editor"
            )
        with (
            self._my_turn(),
            self._explained(),
            Session(self._writer, expire_on_commit=False) as session,
        ):
            self.backend.begin_write(session, self._scope)
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
        return f"<Store {self.address}>"

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"the lab {self.address} has been closed: open it again")

    @contextlib.contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Queue this process's own writers, and refuse one inside another, which would wait for itself."""
        if getattr(self._local, "writing", False):
            raise StoreError(
                "a write was begun inside another one of the same thread: pass the open session on instead"
            )
        if not self._turn.acquire(timeout=BUSY_TIMEOUT_S):
            raise StoreError(
                f"another thread has been writing to {self.address} for more than {BUSY_TIMEOUT_S:.0f} s: "
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
            raise self.backend.explain(error) from error
        except StatementError as error:
            raise InvalidInputError(f"a value cannot be stored: {error.orig}") from error
        except PoolTimeoutError as error:
            raise StoreError(
                f"too many threads of this process use {self.address} at once: {error}"
            ) from error

    def _enter_project(self, name: str, author: str | None) -> Scope:
        with self.read() as session:
            scope = self.backend.enter(session, name, author)
        if scope is None:
            with self.write() as session:
                scope = self.backend.enter(session, name, author)
                if scope is None:
                    self.backend.make_project(session, name)
                    session.flush()
                    scope = self.backend.enter(session, name, author)
        if scope is None:
            raise StoreError(f"the project {name!r} could not be made in {self.address}")
        self.backend.make_folders(scope)
        return scope


_open_stores: weakref.WeakSet[Store] = weakref.WeakSet()
_inherited: list[Engine] = []
"""Engines a forked child came with: kept, because closing their connections would disturb the parent."""


def _before_fork() -> None:
    for store in list(_open_stores):
        store._writer.dispose()  # noqa: SLF001 - neither SQLite's locks nor a socket may be shared with a child
        store._reader.dispose()  # noqa: SLF001


def _after_fork_in_child() -> None:
    for store in list(_open_stores):
        _inherited.extend((store._writer, store._reader))  # noqa: SLF001
        store._writer, store._reader = store.backend.engines()  # noqa: SLF001
        store._turn, store._local = threading.Lock(), threading.local()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
