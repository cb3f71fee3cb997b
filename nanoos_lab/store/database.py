"""The open store of one lab, and the transactions in which everything happens.

:meth:`Store.read` and :meth:`Store.write` hand out sessions; the other modules of this room take
``(session, scope, ...)``, so that several of their calls make one transaction. A store may be used from any
thread, and in a forked child, which opens connections of its own. Whether a folder or a server is behind it
is known to its backend alone.

A server may restart under an open store. Beginning is then tried again for a while, because nothing of the
caller's has happened yet; a transaction under way is lost, and is done again only by :meth:`Store.ensure` and
:meth:`Store.look_up`, whose callers say that this is safe.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from nanoos_lab.errors import ConnectionLostError, InvalidInputError, StoreError
from nanoos_lab.store import folder
from nanoos_lab.store.embedded import EmbeddedBackend
from nanoos_lab.store.patience import Patience
from nanoos_lab.store.scope import Backend, Scope
from nanoos_lab.store.sqlite import BUSY_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

__all__ = ["Scope", "Store"]

_Result = TypeVar("_Result")
_TRIES = 20
"""How often a connection may break under one piece of work before it is taken to be the work's fault."""


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
        self._turn, self._turns = threading.Lock(), 0
        self._local = threading.local()
        self._patience = Patience()
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
            ConnectionLostError: The server went away and stayed away, or went away in the middle.
            StoreError: The database cannot be read.
        """
        self._check_open()
        with self._explained(), self._begun(self._reader, Session.connection) as session:
            yield session

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session that alone writes to the project: committed at the end, rolled back on any error.

        Raises:
            AccessDeniedError: The person may only look at this project, or not even that any more.
            ConnectionLostError: The server went away; the message says whether something may have been stored.
            StoreError: The database cannot be written; then nothing was.
        """
        self._check_open()
        with (
            self._my_turn(),
            self.backend.turn(),
            self._explained(),
            self._begun(
                self._writer, lambda session: self.backend.begin_write(session, self._scope)
            ) as session,
        ):
            yield session
            session.flush()
            self._commit(session)

    def ensure(self, work: Callable[[Session], _Result]) -> _Result:
        """Do work in a write transaction, and again where the connection to the server broke under it.

        A connection that breaks while COMMIT is under way leaves unknown whether the work was stored, so this is
        for work that may be done twice and then finds that nothing is left to do: inserts under a key that the
        content gives (a structure's digest, a value's fingerprint), rows whose ids were made before, changes that
        compare before they set, journal lines written only with such a change. Whatever it returns must be right
        for the second time too.

        Args:
            work: Called with the session, once or more.

        Returns:
            What the work returned.

        Raises:
            ConnectionLostError: The server stayed away.
        """
        return self._until_kept(self.write, work)

    def look_up(self, work: Callable[[Session], _Result]) -> _Result:
        """Do work in a reading session, and again where the connection to the server broke under it.

        Args:
            work: Called with the session, once or more; it changes nothing.

        Returns:
            What the work returned.

        Raises:
            ConnectionLostError: The server stayed away.
        """
        return self._until_kept(self.read, work)

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
        turns = -1
        while not self._turn.acquire(timeout=BUSY_TIMEOUT_S):
            if turns != self._turns:  # others came and went: it is only busy
                turns = self._turns
                continue
            raise StoreError(
                f"another thread has been writing to {self.address} for more than {BUSY_TIMEOUT_S:.0f} s: "
                "wait for it or restart the kernel, then do this again"
            )
        self._local.writing = True
        try:
            yield
        finally:
            self._turns += 1
            self._local.writing = False
            self._turn.release()

    @contextlib.contextmanager
    def _begun(self, engine: Engine, begin: Callable[[Session], object]) -> Iterator[Session]:
        """Give a session in a transaction of its own, which is over afterwards."""
        session = self._begin(engine, begin)
        try:
            yield session
        finally:
            self._end(session)

    def _end(self, session: Session) -> None:
        """Take back what was not committed; a server that went away has done so by itself."""
        try:
            session.close()
        except DBAPIError as error:
            if not self.backend.lost(error):
                raise

    def _begin(self, engine: Engine, begin: Callable[[Session], object]) -> Session:
        """Return a session in a transaction of its own in which nothing of the caller's has happened yet."""
        tries = 0
        while True:
            session = Session(engine, expire_on_commit=False, autoflush=engine is self._writer)
            try:
                begin(session)
            except BaseException as error:
                self._end(session)
                if not self.backend.lost(error) or not self._patience.bears(tries):
                    raise
                tries += 1
            else:
                self._patience.rewarded()
                return session

    def _commit(self, session: Session) -> None:
        try:
            session.commit()
        except DBAPIError as error:
            if not self.backend.lost(error):
                raise
            raise ConnectionLostError(
                f"the connection to {self.address} broke at the moment in which a change was made to last: whether "
                "it was stored is not known; look for it, or do the same again"
            ) from error

    def _until_kept(
        self,
        transaction: Callable[[], contextlib.AbstractContextManager[Session]],
        work: Callable[[Session], _Result],
    ) -> _Result:
        for tries in range(_TRIES):
            try:
                with transaction() as session:
                    return work(session)
            except ConnectionLostError:
                if tries + 1 == _TRIES or not self._patience.bears(tries):
                    raise
        raise AssertionError  # pragma: no cover - the last round returned or raised

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
        def enter_or_make(session: Session) -> Scope | None:
            if self.backend.enter(session, name, author) is None:
                self.backend.make_project(session, name)
                session.flush()
            return self.backend.enter(session, name, author)

        scope = self.look_up(lambda session: self.backend.enter(session, name, author))
        if scope is None:
            scope = self.ensure(enter_or_make)
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
        store._turn, store._local, store._patience = threading.Lock(), threading.local(), Patience()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
