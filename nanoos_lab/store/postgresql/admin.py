"""What an administrator does to a lab on a server: make it, take it to a newer schema, let people in.

Making a lab needs a superuser once, because pgvector does; everything after is done as the lab's own
administrator, who owns its tables through a role nobody logs in as, and who is refused where people work.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from nanoos_lab.errors import AccessDeniedError, StoreError
from nanoos_lab.store import migrations
from nanoos_lab.store.postgresql import security
from nanoos_lab.store.postgresql.address import parse_address, shown
from nanoos_lab.store.postgresql.administering import (
    ALONE,
    administering,
    check_pgvector,
    holds_lab,
    plain,
    roles_of,
    set_password,
)
from nanoos_lab.store.postgresql.backend import connect_patiently
from nanoos_lab.store.postgresql.connection import SCHEMA, explain, make_engine
from nanoos_lab.store.postgresql.people import Credential, Person, add_person, people_of, remove_person
from nanoos_lab.store.postgresql.security import quoted
from nanoos_lab.store.rows import insert_new
from nanoos_lab.store.schema import SettingRow

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

__all__ = [
    "Credential",
    "Person",
    "add_person",
    "create_lab",
    "has_lab",
    "people_of",
    "remove_person",
    "renew_administrator",
    "roles_of",
    "upgrade_lab",
]


def create_lab(address: str, *, files: str | Path, name: str = "", roles: str = "") -> Credential:
    """Make a database into an empty lab, and the database first where there is none.

    Args:
        address: The database, reached as a superuser of the server.
        files: Folder of the lab's files, as everyone who works in the lab sees it.
        name: What the lab is called; by default as the database.
        roles: The beginning of the names of the lab's roles; by default the database's name.

    Returns:
        The login of the lab's administrator.

    Raises:
        StoreError: There is a lab already, the server lacks pgvector, or the folder cannot be made.
    """
    url = parse_address(address)
    prefix = roles or str(url.database)
    owner, people, administrator = f"{prefix}_owner", f"{prefix}_people", f"{prefix}_admin"
    password = secrets.token_urlsafe(18)
    _make_database(url)
    with administering(url) as connection:
        connection.execute(ALONE)
        if holds_lab(connection):
            raise StoreError(f"{shown(url)} holds a lab already: nothing was changed")
        check_pgvector(connection)
        _make_folders(Path(files))
        for role in (owner, people):
            _make_role(connection, role, "NOLOGIN")
        _make_role(connection, administrator, "LOGIN CREATEROLE")
        set_password(connection, administrator, password)
        _prepare_database(connection, url, owner, people, administrator)
        connection.execute(text(f"SET LOCAL ROLE {quoted(owner)}"))
        migrations.create(connection)
        _settle(connection, owner, people, name or str(url.database), Path(files))
    return Credential(administrator, password, shown(url.set(username=administrator)))


def has_lab(address: str) -> bool:
    """Return whether a database is there and holds a lab.

    Args:
        address: The database, reached as a superuser of the server.
    """
    url = parse_address(address)
    try:
        with administering(url) as connection:
            return holds_lab(connection)
    except AccessDeniedError:
        raise
    except StoreError as error:
        if isinstance(error.__cause__, DBAPIError) and "does not exist" in str(error.__cause__.orig):
            return False
        raise


def renew_administrator(address: str) -> Credential:
    """Give a lab's administrator a new password, as when the old one was lost.

    Args:
        address: The database, reached as a superuser of the server.
    """
    url, password = parse_address(address), secrets.token_urlsafe(18)
    with administering(url) as connection:
        owner, _ = roles_of(connection)
        administrator = f"{owner.removesuffix('_owner')}_admin"
        set_password(connection, administrator, password)
    return Credential(administrator, password, shown(url.set(username=administrator)))


def upgrade_lab(address: str) -> tuple[str, str]:
    """Take a lab's database to the newest schema and put its security in place anew, in one transaction.

    Args:
        address: The database, reached as the lab's administrator.

    Returns:
        The revision it had, and the one it has.
    """
    url = parse_address(address)
    with administering(url) as connection:
        connection.execute(ALONE)
        owner, people = roles_of(connection)
        connection.execute(text(f"SET LOCAL ROLE {quoted(owner)}"))
        before = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        if before not in migrations.REVISIONS:
            raise StoreError(
                f"{shown(url)} has the schema {before!r}, newer than this nanoos-lab's {migrations.HEAD}: upgrade "
                "with pip install -U nanoos-lab"
            )
        migrations.upgrade(connection)
        security.install(connection, owner=owner, people=people)
    return before, migrations.HEAD


def _make_database(url: URL) -> None:
    """Make the database where the server has none of that name, its texts ordered the same on every system."""
    engine = make_engine(url.set(database="postgres"), options="")
    try:
        with connect_patiently(engine).execution_options(isolation_level="AUTOCOMMIT") as connection:
            known = connection.scalar(
                text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": url.database}
            )
            if known is None:
                name = quoted(str(url.database))
                builtin = int(connection.scalar(text("SHOW server_version_num")) or 0) >= _BUILTIN_LOCALES
                order = (
                    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
                    if builtin
                    else "LC_COLLATE 'C'"
                )
                connection.execute(
                    plain(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {order}")
                )
    except DBAPIError as error:
        raise explain(error, url) from error
    finally:
        engine.dispose()


_BUILTIN_LOCALES = 170000
"""The server version that brought locales of its own."""


def _make_role(connection: Connection, name: str, options: str) -> None:
    known = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
    verb = "ALTER" if known else "CREATE"
    connection.execute(plain(f"{verb} ROLE {quoted(name)} {options}"))


def _prepare_database(connection: Connection, url: URL, owner: str, people: str, administrator: str) -> None:
    database = quoted(str(url.database))
    for statement in (
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {quoted(people)}, {quoted(administrator)}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        *(f"REVOKE ALL ON FUNCTION pg_catalog.{name} FROM PUBLIC" for name in security.TAKEN_FROM_PUBLIC),
        f"GRANT {quoted(owner)} TO {quoted(administrator)}",
        f"GRANT {quoted(people)} TO {quoted(administrator)} WITH ADMIN OPTION",
        f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {quoted(owner)}",
        f"CREATE EXTENSION IF NOT EXISTS vector SCHEMA {SCHEMA}",
    ):
        connection.execute(plain(statement))


def _settle(connection: Connection, owner: str, people: str, name: str, files: Path) -> None:
    """Say in the database what the lab is, and put its security in place."""
    from sqlalchemy.orm import Session  # noqa: PLC0415 - only here

    facts = {
        "id": secrets.token_hex(6),
        "name": name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": str(files.expanduser().absolute()),
        "owner_role": owner,
        "people_role": people,
    }
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        insert_new(session, SettingRow, [{"key": key, "value": value} for key, value in facts.items()])
        session.commit()
    security.install(connection, owner=owner, people=people)


def _make_folders(files: Path) -> None:
    """Make the folder of all projects' files; in it everyone may make folders and remove only their own."""
    projects = files.expanduser().absolute() / "projects"
    try:
        if not projects.is_dir():
            projects.mkdir(parents=True)
            projects.chmod(0o1777)
    except OSError as error:
        raise StoreError(
            f"{projects} cannot be made: {error.strerror or error}; name a folder that everyone who works in the "
            "lab sees at the same path"
        ) from error
