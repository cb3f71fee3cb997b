"""SQLite behind SQLAlchemy: connections, transactions, and what its errors mean.

The driver's own transaction handling is switched off; SQLAlchemy's begin event says ``BEGIN`` for readers
and ``BEGIN IMMEDIATE`` for writers, so a writer waits its turn at the start and can never fail half way
with a stale snapshot. Nothing here knows a table.
"""

from __future__ import annotations

import json
import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool

from nanoos_lab.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine
    from sqlalchemy.engine import Connection

BUSY_TIMEOUT_S = 30.0
"""How long a statement waits for another process before it gives up."""

_REASONS = {
    ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL"): (
        f"another process has been writing to it for more than {BUSY_TIMEOUT_S:.0f} s: find and end that "
        "process, then do this again"
    ),
    ("SQLITE_FULL",): "the disk is full: free some space, then do this again; nothing was half-written",
    ("SQLITE_READONLY",): "it is read-only: check the permissions of the folder and of the files in it",
    ("SQLITE_CORRUPT", "SQLITE_NOTADB"): (
        "it is damaged or not a database: restore store.sqlite from a backup; artifacts and attempt folders "
        "are plain files and remain"
    ),
    ("SQLITE_CANTOPEN",): "it cannot be opened: check that the folder exists and that you may write to it",
    ("SQLITE_IOERR",): "the disk gave an error or has no room: check space and health of the disk",
}
"""What to do, by the beginnings of SQLite's own error names."""


def make_engine(path: Path, *, read_only: bool = False, foreign_keys: bool = True) -> Engine:
    """Return an engine on an SQLite file; nothing is opened yet.

    Args:
        path: The database file.
        read_only: Whether its connections refuse to write; such an engine begins with plain ``BEGIN``.
        foreign_keys: Whether foreign keys are enforced; only a migration does without.
    """
    connect = partial(_connect, str(path), read_only=read_only, foreign_keys=foreign_keys)
    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=-1,
        json_serializer=partial(json.dumps, separators=(",", ":"), ensure_ascii=False, allow_nan=False),
    )
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _connect(path: str, *, read_only: bool, foreign_keys: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA temp_store=MEMORY")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
    except BaseException:
        connection.close()
        raise
    return connection


def explain(error: BaseException, path: Path) -> StoreError:
    """Return the error to raise for a failure of the database.

    Args:
        error: The driver's error, or SQLAlchemy's around it.
        path: The database file.
    """
    original: Any = getattr(error, "orig", None) or error
    name = str(getattr(original, "sqlite_errorname", ""))
    for names, meaning in _REASONS.items():
        if name.startswith(names):
            return StoreError(f"the store {path} did not take this: {meaning} ({name}: {original})")
    return StoreError(f"the store {path} did not take this: {original}")
