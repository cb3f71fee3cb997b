"""The people of a lab on a server: a login each, made, closed and listed by the lab's administrator."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from nanoos_lab.errors import AccessDeniedError, InvalidInputError, UnknownNameError
from nanoos_lab.store.postgresql.address import parse_address, shown
from nanoos_lab.store.postgresql.administering import ALONE, administering, plain, roles_of, set_password
from nanoos_lab.store.postgresql.security import quoted

if TYPE_CHECKING:
    from sqlalchemy import Connection

PERSON = re.compile(r"[a-z][a-z0-9_.-]{0,30}")
RESERVED = frozenset({"public", "none", "postgres", "current_user", "session_user", "user"})
MAX_CONNECTIONS = 64
"""Connections that one person may have open: kernels, workers and terminals together."""


_KNOWN = text(
    "SELECT rolcanlogin AS logs_in, rolconnlimit = 0 AND NOT rolcanlogin AS removed, "
    "pg_has_role(oid, :people, 'MEMBER') AS member, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication "
    "OR rolbypassrls AS privileged, pg_has_role(oid, 'MEMBER WITH ADMIN OPTION') AS ours FROM pg_roles "
    "WHERE rolname = :person"
)
_PEOPLE = text(
    "SELECT r.rolname AS name, (SELECT count(*) FROM member m WHERE m.person = r.rolname) AS projects, "
    "(SELECT count(*) FROM pg_stat_activity a WHERE a.usename = r.rolname AND a.datname = current_database()) "
    "AS connections FROM pg_roles r JOIN pg_auth_members g ON g.member = r.oid "
    "WHERE g.roleid = (SELECT oid FROM pg_roles WHERE rolname = :people) AND r.rolcanlogin "
    'AND NOT r.rolcreaterole ORDER BY r.rolname COLLATE "C"'
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
        return self.login() + _escaped(self.password)

    def login(self) -> str:
        """Return how that line begins, by which an older one for the same login is found."""
        url = parse_address(self.address)
        host = url.host or str(url.query.get("host", "localhost"))
        parts = (host, str(url.port or url.query.get("port", 5432)), str(url.database), self.person)
        return "".join(f"{_escaped(part)}:" for part in parts)


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace(":", "\\:")


@dataclass(frozen=True)
class Person:
    """Someone who works in the lab."""

    name: str
    projects: int
    """How many they are a member of."""
    connections: int
    """How many they have open now."""


def add_person(address: str, person: str, *, password: str | None = None) -> Credential:
    """Let a person in: a login of their own, which sees nothing until it makes or is given a project.

    A person that is there already gets a new password; one whom another lab of this server let in first keeps theirs,
    which only that lab's administrator can renew.

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
        connection.execute(ALONE)
        _, people = roles_of(connection)
        known = connection.execute(_KNOWN, {"people": people, "person": person}).one_or_none()
        if known is not None and (known.privileged or not (known.logs_in or known.removed)):
            raise AccessDeniedError(
                f"{person!r} is a role of this server with another purpose: choose another name"
            )
        kept = known is not None and known.logs_in and not (known.member and known.ours)
        if not kept:
            verb = "ALTER" if known else "CREATE"
            connection.execute(
                plain(f"{verb} ROLE {quoted(person)} LOGIN CONNECTION LIMIT {MAX_CONNECTIONS}")
            )
            set_password(connection, person, secret)
        if known is None or not known.member:
            connection.execute(plain(f"GRANT {quoted(people)} TO {quoted(person)}"))
    return Credential(person, "" if kept else secret, shown(url.set(username=person)))


def remove_person(address: str, person: str) -> bool:
    """Let a person in no more: what they did stays, and their connections end now.

    The login itself is closed unless it is a person's of another lab on this server. Memberships stay, so that a
    project's history is whole; :func:`add_person` lets the person in again.

    Args:
        address: The database, reached as the lab's administrator.
        person: The login name.

    Returns:
        Whether the login is closed; False where another lab still uses it.

    Raises:
        UnknownNameError: There is no such person in this lab.
    """
    with administering(parse_address(address)) as connection:
        connection.execute(ALONE)
        owner, people = roles_of(connection)
        known = connection.execute(_KNOWN, {"people": people, "person": person}).one_or_none()
        if known is None or not known.member or known.privileged:
            raise UnknownNameError("person", person, [p.name for p in _people(connection, owner, people)])
        connection.execute(plain(f"REVOKE {quoted(people)} FROM {quoted(person)}"))
        if connection.execute(_KNOWN, {"people": people, "person": person}).one().member:
            raise AccessDeniedError(
                f"{person!r} was let in by a superuser of the server, who must do this too"
            )
        closed = _close_login(connection, person)
    with administering(parse_address(address)) as connection:
        _end_connections(connection, person)
    return closed


def people_of(address: str) -> list[Person]:
    """Return who works in the lab, by name.

    Args:
        address: The database, reached as the lab's administrator.
    """
    with administering(parse_address(address)) as connection:
        return _people(connection, *roles_of(connection))


def _people(connection: Connection, owner: str, people: str) -> list[Person]:
    connection.execute(text(f"SET LOCAL ROLE {quoted(owner)}"))
    found = connection.execute(_PEOPLE, {"people": people}).all()
    return [Person(row.name, row.projects, row.connections) for row in found]


def _close_login(connection: Connection, person: str) -> bool:
    """Close a login that no lab of this server uses any more, and that is ours to close."""
    ours = connection.scalar(
        text(
            "SELECT NOT EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) "
            "AND pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION') FROM pg_roles r WHERE rolname = :person"
        ),
        {"person": person},
    )
    if ours:
        connection.execute(plain(f"ALTER ROLE {quoted(person)} NOLOGIN CONNECTION LIMIT 0 PASSWORD NULL"))
    return bool(ours)


def _end_connections(connection: Connection, person: str) -> None:
    """End what a person has open in this database; only a member of a role may, so one becomes it for this."""
    open_now = text(
        "SELECT pid FROM pg_stat_activity WHERE usename = :person AND datname = current_database()"
    )
    pids = connection.scalars(open_now, {"person": person}).all()
    if pids:
        connection.execute(plain(f"GRANT {quoted(person)} TO CURRENT_USER"))
        for pid in pids:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        connection.execute(plain(f"REVOKE {quoted(person)} FROM CURRENT_USER"))
