"""Whether a server keeps people apart as it was told to: rows, grants, policies, functions, logins."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from nanoos_lab.errors import StoreError
from nanoos_lab.store.checking.findings import Finding
from nanoos_lab.store.postgresql import security
from nanoos_lab.store.postgresql.address import parse_address
from nanoos_lab.store.postgresql.administering import ALONE, administering, check_pgvector, plain, roles_of
from nanoos_lab.store.postgresql.connection import sqlstate
from nanoos_lab.store.postgresql.drift import Expected, snapshot
from nanoos_lab.store.postgresql.security import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

_PRIVILEGED = (
    "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR "
    "EXISTS (SELECT FROM pg_roles g WHERE (g.rolname LIKE 'pg!_%' ESCAPE '!' OR g.rolsuper) AND g.oid <> r.oid "
    "AND pg_has_role(r.oid, g.oid, 'MEMBER'))"
)
_ROLES = (
    f"SELECT rolname AS name, rolcanlogin AS logs_in, {_PRIVILEGED} AS privileged, rolsuper AS super, "  # noqa: S608 - text of our own
    "pg_has_role(oid, :owner, 'MEMBER') AS owns FROM pg_roles r "
    "WHERE pg_has_role(oid, :people, 'USAGE') OR pg_has_role(oid, :owner, 'MEMBER')"
)
_PUBLIC = (
    "SELECT privilege_type FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) "
    "WHERE datname = current_database() AND grantee = 0"
)
_OPEN = "SELECT line_number, user_name FROM pg_hba_file_rules WHERE auth_method = 'trust'"
_BUSY_S = 5
_NOT_ALLOWED = "42501"


def look(address: str) -> tuple[list[Finding], list[str]]:
    """Return what is wrong with a server, and what could not be seen.

    What the tables' security is compared with is the security itself, put in place in a transaction that is then
    taken back. That needs every table for a moment: where people hold one for long, it is not compared.

    Args:
        address: The database, reached as the lab's administrator.
    """
    url = parse_address(address)
    problems: list[Finding] = []
    notes: list[str] = []
    with administering(url) as connection:
        owner, people = roles_of(connection)
        problems += _roles(connection, owner, people)
        problems += _extension(connection)
        problems += _public(connection, people)
        opened = _trusted(connection)
        if opened is None:
            notes.append(
                "who is let in without a password (pg_hba.conf) only a superuser of the server can see"
            )
        else:
            problems += opened
    try:
        with administering(url, options=f"-c lock_timeout={_BUSY_S}s") as connection:
            problems += _drift(connection, url, owner, people)
            connection.rollback()
    except StoreError as error:
        if getattr(error.__cause__, "orig", None) is None or "lock timeout" not in str(error):
            raise
        notes.append("policies and grants were not compared: someone holds a table; do this again later")
    indexes, words = _indexes(address, url)
    return problems + indexes, notes + words


def _roles(connection: Connection, owner: str, people: str) -> Iterator[Finding]:
    administrator = f"{owner.removesuffix('_owner')}_admin"
    for role in connection.execute(text(_ROLES), {"owner": owner, "people": people}):
        if role.super:
            if role.name in {owner, people, administrator}:
                yield Finding(f"{role.name} is a superuser: ALTER ROLE {quoted(role.name)} NOSUPERUSER")
        elif role.name in {owner, people}:
            if role.logs_in:
                yield Finding(f"somebody may log in as {role.name}: ALTER ROLE {quoted(role.name)} NOLOGIN")
        elif role.owns and role.name != administrator:
            yield Finding(
                f"{role.name} is a member of {owner} and sees every project: REVOKE {quoted(owner)} FROM "
                f"{quoted(role.name)}"
            )
        elif role.privileged and role.name != administrator:
            yield Finding(
                f"{role.name} has rights beyond the lab's: take them away (see \\du {role.name} in psql)"
            )


def _extension(connection: Connection) -> Iterator[Finding]:
    try:
        check_pgvector(connection)
    except StoreError as error:
        yield Finding(str(error))
        return
    query = (
        "SELECT extversion, default_version FROM pg_extension JOIN pg_available_extensions ON name = extname "
    )
    found = connection.execute(text(query + "WHERE extname = 'vector'")).one_or_none()
    if found is None:
        yield Finding("the database has lost the extension vector: restore it from a backup")
    elif found[0] != found[1]:
        yield Finding(
            f"the database uses pgvector {found[0]}, the server has {found[1]}: as a superuser, ALTER EXTENSION vector "
            "UPDATE"
        )


def _public(connection: Connection, people: str) -> Iterator[Finding]:
    for privilege in connection.scalars(text(_PUBLIC)):
        yield Finding(
            f"every login of the server has {privilege} on this database: as a superuser, REVOKE {privilege} ON "
            f"DATABASE {quoted(str(connection.engine.url.database))} FROM PUBLIC"
        )
    for function in security.TAKEN_FROM_PUBLIC:
        asked = {"role": people, "function": f"pg_catalog.{function}"}
        if connection.scalar(text("SELECT has_function_privilege(:role, :function, 'EXECUTE')"), asked):
            yield Finding(
                f"people may call {function}: as a superuser, REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC"
            )


def _trusted(connection: Connection) -> list[Finding] | None:
    """Return logins that need no password, or None where that is not shown to us."""
    try:
        with connection.begin_nested():
            found = connection.execute(text(_OPEN)).all()
    except DBAPIError:
        return None
    return [
        Finding(
            f"line {line} of pg_hba.conf lets {', '.join(names)} in without a password: write scram-sha-256 for trust, "
            "and reload the server"
        )
        for line, names in found
    ]


def _drift(connection: Connection, url: URL, owner: str, people: str) -> list[Finding]:
    connection.execute(ALONE)
    connection.execute(text(f"SET LOCAL ROLE {quoted(owner)}"))
    before = snapshot(connection)
    found: list[Finding] = []
    try:
        with connection.begin_nested():
            security.install(connection, owner=owner, people=people)
    except DBAPIError as error:
        if sqlstate(error) != _NOT_ALLOWED:
            raise
        found.append(
            Finding(f"security cannot be put in place while something in the way is not ours: {error.orig}")
        )
    after = snapshot(connection)
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    if changed:
        words = [f"{key}: {before.get(key, 'missing')}" for key in changed]
        found.append(
            Finding(f"security is not as it should be: {'; '.join(words)}", partial(_reinstall, url, words))
        )
    expected = Expected(owner, people)
    return found + [
        Finding(what, partial(_undo, url, undo, what) if undo else None)
        for what, undo in expected.beyond(after)
    ]


def _reinstall(url: URL, words: list[str]) -> str:
    with administering(url) as connection:
        connection.execute(ALONE)
        owner, people = roles_of(connection)
        connection.execute(text(f"SET LOCAL ROLE {quoted(owner)}"))
        security.install(connection, owner=owner, people=people)
    return f"put the security in place again ({'; '.join(words)})"


def _undo(url: URL, statement: str, what: str) -> str:
    with administering(url) as connection:
        connection.execute(ALONE)
        connection.execute(text(f"SET LOCAL ROLE {quoted(roles_of(connection)[0])}"))
        connection.execute(plain(statement))
    return f"{statement} ({what})"


def _indexes(address: str, url: URL) -> tuple[list[Finding], list[str]]:
    from nanoos_lab.store.vector_indexes import build_indexes, vector_indexes  # noqa: PLC0415 - it brings the search

    def build() -> str:
        build_indexes(address)
        return "made the indexes of vectors"

    with administering(url) as connection:
        connection.execute(text(f"SET LOCAL ROLE {quoted(roles_of(connection)[0])}"))
        wanted = [index for index in vector_indexes(connection) if index.wanted]
    return [
        Finding(
            f"{index.vectors} vectors of {index.model} {index.version} in project {index.project_id} have no index: "
            "'nanoos db index'",
            build,
        )
        for index in wanted
    ], []
