"""PostgreSQL behind SQLAlchemy: connections, and what its errors mean. Nothing here knows a table."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, OperationalError

from nanoos_lab.errors import (
    AccessDeniedError,
    ConnectionLostError,
    InvalidInputError,
    MissingExtraError,
    NanoOSError,
    StoreError,
)
from nanoos_lab.store.postgresql.address import shown

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import URL

SCHEMA = "nanoos"
"""Where the lab's tables lie in its database."""
LOCK_TIMEOUT_S = 30
IDLE_TIMEOUT_S = 300
"""A transaction that does nothing for so long is given up by the server, so that it holds up nobody."""
CONNECT_TIMEOUT_S = 10
EF_SEARCH = 120
"""How many candidates pgvector's HNSW index keeps; 100 gave a recall of 0.999 on clustered data."""

_OPTIONS = (
    f"-c search_path={SCHEMA} -c lock_timeout={LOCK_TIMEOUT_S}s -c jit=off "
    f"-c idle_in_transaction_session_timeout={IDLE_TIMEOUT_S}s "
    f"-c hnsw.ef_search={EF_SEARCH} -c hnsw.iterative_scan=strict_order"
)


def make_engine(url: URL, *, options: str = _OPTIONS) -> Engine:
    """Return an engine that keeps one connection open and makes more only while several threads need them.

    Args:
        url: The address.
        options: Settings of the session, as the server's command line has them.

    Raises:
        MissingExtraError: The driver is not installed.
    """
    extra = f"{url.query['options']} " if "options" in url.query else ""
    try:
        return create_engine(
            url.difference_update_query(["options"]),
            pool_size=1,
            max_overflow=15,
            pool_pre_ping=True,
            connect_args={
                "options": extra + options,
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": "nanoos",
                "keepalives_idle": 30,
                "tcp_user_timeout": 60_000,
            },
            json_serializer=_to_json,
        )
    except (ImportError, NoSuchModuleError):
        raise MissingExtraError("psycopg", "postgresql", "a lab on a PostgreSQL server") from None


def _to_json(value: object) -> str:
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"a value cannot be stored: {error}") from error


_REASONS: tuple[tuple[tuple[str, ...], type[StoreError], str], ...] = (
    (
        ("28",),
        AccessDeniedError,
        "the server does not know this person or password: check the name, and the password in ~/.pgpass",
    ),
    (("3D000",), StoreError, "there is no such database: its administrator makes it with 'nanoos db create'"),
    (
        ("42501",),
        AccessDeniedError,
        "you may not do this: ask the project's owner to make you an editor",
    ),
    (("53100",), StoreError, "the server's disk is full: free some space there, then do this again"),
    (("53",), StoreError, "the server is out of memory or connections: wait, or close other notebooks"),
    (
        ("55P03", "40P01"),
        StoreError,
        (
            f"another process has been writing to this project for more than {LOCK_TIMEOUT_S} s: find and end "
            "it, then do this again"
        ),
    ),
    (("25006",), StoreError, "the server takes no writes now: it is a standby or was made read-only"),
    (("22021", "22P05"), StoreError, "a text holds a character that a database cannot keep, such as NUL"),
    (("58", "XX"), StoreError, "the server's disk gave an error: tell its administrator"),
)
"""What to do, by the beginnings of SQLSTATE codes."""
_LOST = ("08", "57P", "25P03")
"""SQLSTATE classes of a connection that is gone, or a server that stops or is not up yet."""
_FULL = "No space left on device"
_DENIED = (
    (
        (
            r"authentication failed|no password supplied|no pg_hba\.conf|not permitted to log in|"
            r"permission denied for database|role .* does not exist"
        ),
        "28000",
    ),
    (r"database .* does not exist", "3D000"),
    (_FULL, "53100"),
)
"""What a refused login says, whose SQLSTATE the driver does not pass on."""
_COMING = (
    "starting up",
    "not yet accepting",
    "recovery mode",
    "shutting down",
    "too many",
    "remaining connection",
)
"""What a server says that will let one in later."""


def is_lost(error: BaseException) -> bool:
    """Return whether an error says that the connection to the server broke or could not be made.

    Args:
        error: The driver's error, or SQLAlchemy's around it.
    """
    if not isinstance(error, DBAPIError) or _is_full(error):
        return False
    state = sqlstate(error)
    return error.connection_invalidated or state.startswith(_LOST) or _unreachable(error, state)


def is_coming(error: BaseException) -> bool:
    """Return whether a server that refused says that it is starting, or too busy for the moment.

    Args:
        error: The driver's error, or SQLAlchemy's around it.
    """
    return is_lost(error) and any(word in str(error) for word in _COMING)


def _is_full(error: BaseException) -> bool:
    return sqlstate(error) == "53100" or _FULL in str(getattr(error, "orig", error))


def _unreachable(error: DBAPIError, state: str) -> bool:
    return isinstance(error, OperationalError) and not state and "invalid " not in str(error.orig)


def sqlstate(error: BaseException) -> str:
    """Return the five characters by which PostgreSQL names an error, or ``""``.

    Args:
        error: The driver's error, or SQLAlchemy's around it.
    """
    original: Any = getattr(error, "orig", None) or error
    state = str(getattr(original, "sqlstate", None) or "")
    return state or next((code for words, code in _DENIED if re.search(words, str(original))), "")


def explain(error: BaseException, url: URL) -> NanoOSError:
    """Return the error to raise for a failure of the server.

    Args:
        error: The driver's error, or SQLAlchemy's around it.
        url: The address.
    """
    original: Any = getattr(error, "orig", None) or error
    said = str(original).strip().partition("\n")[0]
    place, state = f"the lab {shown(url)}", sqlstate(error)
    if is_lost(error):
        return ConnectionLostError(
            f"{place} cannot be reached, or the connection broke: what had not been acknowledged was not stored; "
            f"do this again when the server is up ({said})"
        )
    if state.startswith("22P05") or "NUL" in said:
        return InvalidInputError(f"a text cannot be stored because it holds a NUL character ({said})")
    for beginnings, kind, meaning in _REASONS:
        if state.startswith(beginnings):
            return kind(f"{place} did not take this: {meaning} ({said})")
    return StoreError(f"{place} did not take this: {said}")
