"""What an administrator does to a lab on a server: make it, take it to a newer schema, let people in.

Making a lab needs a superuser once, because pgvector does; everything after is done as the lab's own
administrator, who owns its tables through a role nobody logs in as, and who is refused where people work.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from nanoos_lab.errors import AccessDeniedError, InvalidInputError, StoreError
from nanoos_lab.store import migrations
from nanoos_lab.store.postgresql import security
from nanoos_lab.store.postgresql.address import parse_address, shown
from nanoos_lab.store.postgresql.backend import connect_patiently
from nanoos_lab.store.postgresql.connection import SCHEMA, explain, make_engine
from nanoos_lab.store.postgresql.security import literal, quoted
from nanoos_lab.store.rows import insert_new
from nanoos_lab.store.schema import SettingRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

PERSON = re.compile(r"[a-z][a-z0-9_.-]{0,30}")
RESERVED = frozenset({"public", "none", "postgres", "current_user", "session_user", "user"})
MAX_CONNECTIONS = 64
"""Connections that one person may have open: kernels, workers and terminals together."""


_KNOWN = text(
    "SELECT rolcanlogin AS logs_in, pg_has_role(oid, :people, 'MEMBER') AS member, rolsuper OR rolcreaterole "
    "OR rolcreatedb OR rolreplication OR rolbypassrls AS privileged FROM pg_roles WHERE rolname = :person"
)


@dataclass(frozen=True)
class Credential:
    """A login that was just made; the password is known nowhere else."""

    person: str
    password: str
    """Empty where the person has one already."""
    address: str
    """Without the password."""

    def pgpass(self) -> str:
        """Return the line for ``~/.pgpass`` by which this person logs in without typing the password."""
        url = parse_address(self.address)
        host = url.host or str(url.query.get("host", "localhost"))
        parts = (host, str(url.port or 5432), str(url.database), self.person, self.password)
        return ":".join(part.replace("\\", "\\\\").replace(":", "\\:") for part in parts)


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
        StoreError: There is a lab already, or the server lacks pgvector.
    """
    url = parse_address(address)
    prefix = roles or str(url.database)
    owner, people, administrator = f"{prefix}_owner", f"{prefix}_people", f"{prefix}_admin"
    password = secrets.token_urlsafe(18)
    _make_database(url)
    with administering(url) as connection:
        if connection.scalar(text("SELECT to_regclass(:table)"), {"table": f"{SCHEMA}.alembic_version"}):
            raise StoreError(f"{shown(url)} holds a lab already: nothing was changed")
        for role in (owner, people):
            _make_role(connection, role, "NOLOGIN")
        _make_role(connection, administrator, f"LOGIN CREATEROLE PASSWORD {literal(password)}")
        _prepare_database(connection, url, owner, people, administrator)
        connection.execute(text(f"SET LOCAL ROLE {quoted(owner)}"))
        migrations.create(connection)
        _settle(connection, url, owner, people, name, Path(files))
    _make_folders(Path(files))
    return Credential(administrator, password, shown(url.set(username=administrator)))


def upgrade_lab(address: str) -> tuple[str, str]:
    """Take a lab's database to the newest schema, in one transaction.

    Args:
        address: The database, reached as the lab's administrator.

    Returns:
        The revision it had, and the one it has.
    """
    url = parse_address(address)
    with administering(url) as connection:
        owner, people = roles_of(connection)
        connection.execute(text(f"SET LOCAL ROLE {quoted(owner)}"))
        before = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        migrations.upgrade(connection)
        security.install(connection, owner=owner, people=people)
    return before, migrations.HEAD


def add_person(address: str, person: str, *, password: str | None = None) -> Credential:
    """Let a person in: a login of their own, which sees nothing until it makes or is given a project.

    A person that is there already gets a new password; one of another lab on this server keeps theirs.

    Args:
        address: The database, reached as the lab's administrator.
        person: The login name.
        password: By default a random one.

    Raises:
        InvalidInputError: The name cannot be a login's.
        AccessDeniedError: The name is a role of the server that is not a person of this lab.
    """
    url = parse_address(address)
    if not PERSON.fullmatch(person) or person in RESERVED or person.startswith("pg_"):
        raise InvalidInputError(
            f"a login name is 1 to 31 small letters, digits, '_', '.' and '-' beginning with a letter, not {person!r}"
        )
    secret = password or secrets.token_urlsafe(18)
    with administering(url) as connection:
        _, people = roles_of(connection)
        known = connection.execute(_KNOWN, {"people": people, "person": person}).one_or_none()
        if known is not None and (known.privileged or not known.logs_in):
            raise AccessDeniedError(
                f"{person!r} is a role of this server with another purpose: choose another name"
            )
        if (
            known is not None and not known.member
        ):  # a person of another lab of this server, who keeps the password
            connection.execute(_plain(f"GRANT {quoted(people)} TO {quoted(person)}"))
            return Credential(person, "", shown(url.set(username=person)))
        head = f"CREATE ROLE {quoted(person)} LOGIN" if known is None else f"ALTER ROLE {quoted(person)}"
        connection.execute(_plain(f"{head} CONNECTION LIMIT {MAX_CONNECTIONS} PASSWORD {literal(secret)}"))
        if known is None:
            connection.execute(_plain(f"GRANT {quoted(people)} TO {quoted(person)}"))
    return Credential(person, secret, shown(url.set(username=person)))


def roles_of(connection: Connection) -> tuple[str, str]:
    """Return the names of the lab's owner and people roles."""
    found = dict(connection.execute(select(SettingRow.key, SettingRow.value)).all())
    return found["owner_role"], found["people_role"]


@contextlib.contextmanager
def administering(url: URL) -> Iterator[Connection]:
    """Give a connection in a transaction, its errors explained.

    Args:
        url: The database, reached as an administrator.
    """
    engine = make_engine(url, options=f"-c search_path={SCHEMA} -c jit=off")
    try:
        with connect_patiently(engine) as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        raise explain(error, url) from error
    finally:
        engine.dispose()


def _make_database(url: URL) -> None:
    """Make the database where the server has none of that name."""
    engine = make_engine(url.set(database="postgres"), options="")
    try:
        with connect_patiently(engine).execution_options(isolation_level="AUTOCOMMIT") as connection:
            known = connection.scalar(
                text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": url.database}
            )
            if known is None:
                name = quoted(str(url.database))
                connection.execute(_plain(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    except DBAPIError as error:
        raise explain(error, url) from error
    finally:
        engine.dispose()


def _make_role(connection: Connection, name: str, options: str) -> None:
    known = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
    verb = "ALTER" if known else "CREATE"
    connection.execute(_plain(f"{verb} ROLE {quoted(name)} {options}"))


def _prepare_database(connection: Connection, url: URL, owner: str, people: str, administrator: str) -> None:
    database = quoted(str(url.database))
    for statement in (
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {quoted(people)}, {quoted(administrator)}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT {quoted(owner)} TO {quoted(administrator)}",
        f"GRANT {quoted(people)} TO {quoted(administrator)} WITH ADMIN OPTION",
        f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {quoted(owner)}",
        f"CREATE EXTENSION IF NOT EXISTS vector SCHEMA {SCHEMA}",
    ):
        connection.execute(_plain(statement))


def _settle(connection: Connection, url: URL, owner: str, people: str, name: str, files: Path) -> None:
    """Say in the database what the lab is, and put its security in place."""
    from sqlalchemy.orm import Session  # noqa: PLC0415 - only here

    facts = {
        "id": secrets.token_hex(6),
        "name": name or str(url.database),
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
        projects.mkdir(parents=True, exist_ok=True)
        projects.chmod(0o1777)
    except OSError as error:
        raise StoreError(f"{projects} cannot be made: {error.strerror or error}") from error


def _plain(statement: str) -> text:  # type: ignore[valid-type]
    return text(statement.replace(":", r"\:"))
