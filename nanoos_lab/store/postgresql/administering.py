"""Connections of an administrator, and what every act of one needs."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from nanoos_lab.errors import StoreError
from nanoos_lab.store.postgresql.address import shown
from nanoos_lab.store.postgresql.backend import connect_patiently
from nanoos_lab.store.postgresql.connection import SCHEMA, explain, make_engine
from nanoos_lab.store.postgresql.security import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, TextClause
    from sqlalchemy.engine import URL

PGVECTOR = (0, 8)
"""The oldest pgvector whose indexes go on looking while filters leave too few."""
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('nanoos administration', 0))")
"""Taken by whoever changes roles or schema of a database: one administrator at a time."""


@contextlib.contextmanager
def administering(url: URL, *, options: str = "") -> Iterator[Connection]:
    """Give a connection in a transaction, its errors explained.

    Args:
        url: The database, reached as an administrator.
        options: More settings of the session.
    """
    engine = make_engine(url, options=f"-c search_path={SCHEMA} -c jit=off -c lock_timeout=30s {options}")
    try:
        with connect_patiently(engine) as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        raise explain(error, url) from error
    finally:
        engine.dispose()


def holds_lab(connection: Connection) -> bool:
    """Return whether a database holds a lab.

    Args:
        connection: To the database.
    """
    table = {"table": f"{SCHEMA}.alembic_version"}
    return connection.scalar(text("SELECT to_regclass(:table)"), table) is not None


def roles_of(connection: Connection) -> tuple[str, str]:
    """Return the names of the lab's owner and people roles.

    Args:
        connection: Of the administrator.

    Raises:
        StoreError: The database holds no lab.
    """
    if not holds_lab(connection):
        raise StoreError(
            f"{shown(connection.engine.url)} holds no lab: make one with 'nanoos db create ADDRESS --files FOLDER'"
        )
    found = {row.key: row.value for row in connection.execute(text("SELECT key, value FROM setting"))}
    return found["owner_role"], found["people_role"]


def check_pgvector(connection: Connection) -> None:
    """Refuse a server without pgvector, or with too old a one, saying what to install.

    Args:
        connection: To any database of the server.

    Raises:
        StoreError: It is missing or too old.
    """
    found = connection.scalar(
        text("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'")
    )
    major = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000
    where = f"where the server runs (Debian and Ubuntu, from apt.postgresql.org: postgresql-{major}-pgvector)"
    if not found:
        raise StoreError(
            f"this PostgreSQL {major} server lacks pgvector: install it {where}, then do this again"
        )
    if tuple(int(n) for n in str(found).split(".")[:2]) < PGVECTOR:
        wanted = ".".join(map(str, PGVECTOR))
        raise StoreError(f"this server has pgvector {found}; at least {wanted} is needed: upgrade it {where}")


def set_password(connection: Connection, role: str, password: str) -> None:
    """Store a password's SCRAM verifier, made here, so that the server and its log never see the password.

    Args:
        connection: Of the administrator.
        role: Whose it is.
        password: As it will be typed.
    """
    driver: Any = connection.connection.driver_connection
    verifier = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(plain(f"ALTER ROLE {quoted(role)} PASSWORD {literal(verifier)}"))


def plain(statement: str) -> TextClause:
    """Return a statement without parameters, colons and all.

    Args:
        statement: SQL of our own.
    """
    return text(statement.replace(":", r"\:"))
