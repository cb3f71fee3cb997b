"""Projects and their members: who may work where, and in which role.

On a server the rights are the server's: what is asked here is answered, or refused, by functions of the
database (:mod:`nanoos_lab.store.postgresql.security`). A folder has projects and no people.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from nanoos_lab.errors import AccessDeniedError, InvalidInputError, UnknownNameError
from nanoos_lab.store.folder import check_project_name
from nanoos_lab.store.schema import ProjectRow, Role
from nanoos_lab.store.scope import Scope

if TYPE_CHECKING:
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.postgresql.backend import ServerBackend

PROJECTS = text("SELECT id, owner, name, role, created_at FROM list_projects() ORDER BY owner, name")
_MEMBERS = text(
    "SELECT person, role, added_by, created_at FROM list_members(:project) ORDER BY created_at, person"
)
_SET_MEMBER = text("SELECT set_member(:project, :person, :role)")
_GET_A_SERVER = (
    "a lab folder has no people, as whoever may read its files may read everything: for people with rights of their "
    "own make a lab on a PostgreSQL server with 'nanoos db create', let them in with 'nanoos db add-user', and open "
    "it by its address"
)
_NO_PERSON, _NOT_ALLOWED, _NOT_POSSIBLE = "P0002", "42501", "22023"


@dataclass(frozen=True)
class ProjectEntry:
    """A project that one may open."""

    id: str
    owner: str
    """Who made it; empty in a folder."""
    name: str
    role: Role
    """What one may do there oneself."""
    created_at: float


@dataclass(frozen=True)
class MemberEntry:
    """A person in a project."""

    person: str
    """The login name."""
    role: Role
    added_by: str
    created_at: float


def list_projects(store: Store) -> list[ProjectEntry]:
    """Return the projects that one may open, by owner and name.

    Args:
        store: The open store.
    """
    with store.read() as session:
        if store.backend.dialect == "sqlite":
            found = session.scalars(select(ProjectRow).order_by(ProjectRow.name))
            return [ProjectEntry(row.id, row.owner, row.name, Role.OWNER, row.created_at) for row in found]
        rows = session.execute(PROJECTS).all()
    return [ProjectEntry(row.id, row.owner, row.name, Role(row.role), row.created_at) for row in rows]


def add_project(store: Store, name: str, *, group: str = "") -> ProjectEntry:
    """Make a project of one's own beside the open one.

    Args:
        store: The open store.
        name: What it is called.
        group: Unix group that its files are given to, as by :func:`share_files`.

    Raises:
        InvalidInputError: The name cannot be a project's, or one has a project of that name.
        UnknownNameError: There is no such group.
        AccessDeniedError: One does not belong to the group.
    """
    wanted = check_project_name(name)
    gid = _group_id(group) if group else None
    if any(one.name == wanted and one.owner in {"", store.scope.author} for one in list_projects(store)):
        raise InvalidInputError(f"you have a project {wanted!r} already: choose another name, or open it")
    if store.backend.dialect == "sqlite":
        with store.write() as session:
            store.backend.make_project(session, wanted)
    else:
        server = _server(store)
        with server.acting() as connection:
            server.make_project(connection, wanted)
    made = next(
        one for one in list_projects(store) if one.name == wanted and one.owner in {"", store.scope.author}
    )
    if store.backend.dialect != "sqlite":
        scope = Scope(made.id, made.name, store.scope.author, store.root / "projects" / made.id)
        store.backend.make_folders(scope)
        if gid is not None:
            _give(scope.files, gid)
    return made


def list_members(store: Store) -> list[MemberEntry]:
    """Return the members of the open project, oldest first; nobody where one is no member any more.

    Args:
        store: The open store.

    Raises:
        InvalidInputError: It is a folder.
    """
    _server(store)
    with store.read() as session:
        rows = session.execute(_MEMBERS, {"project": store.scope.project_id}).all()
    return [MemberEntry(row.person, Role(row.role), row.added_by, row.created_at) for row in rows]


def set_role(store: Store, person: str, role: str | None) -> None:
    """Say what a person may do in the open project; it holds at once, also where they have it open.

    Args:
        store: The open store.
        person: Their login name.
        role: ``owner``, ``editor`` or ``viewer``; None so that they may not see it any more.

    Raises:
        AccessDeniedError: Only owners say this.
        UnknownNameError: There is no such person.
        InvalidInputError: There is no such role, nobody would be left who owns the project, or it is a folder.
    """
    server = _server(store)
    if role is not None and role not in {known.value for known in Role}:
        raise UnknownNameError("role", role, [known.value for known in Role])
    wanted = {"project": store.scope.project_id, "person": person.strip(), "role": role}
    members = list_members(store)
    if role is None and person.strip() not in {one.person for one in members}:
        raise UnknownNameError("member", person, [one.person for one in members])
    with server.acting() as connection:
        try:
            connection.execute(_SET_MEMBER, wanted)
        except DBAPIError as error:
            refusal = _refusal(error, store, person, members)
            if refusal is None:
                raise
            raise refusal from None


def share_files(store: Store, group: str) -> int:
    """Give the open project's files to a Unix group: what is there, and what will be made.

    Args:
        store: The open store.
        group: Its name; one has to belong to it oneself.

    Returns:
        How many files and folders belong to others and were left as they are.

    Raises:
        UnknownNameError: There is no such group.
        AccessDeniedError: One does not belong to it.
        InvalidInputError: It is a folder.
    """
    _server(store)
    return _give(store.scope.files, _group_id(group))


def _group_id(group: str) -> int:
    import grp  # noqa: PLC0415 - POSIX only

    try:
        gid = grp.getgrnam(group).gr_gid
    except KeyError:
        raise UnknownNameError(
            "Unix group", group, hint="on this machine: its administrator makes groups"
        ) from None
    if os.geteuid() != 0 and gid not in {os.getegid(), *os.getgroups()}:
        raise AccessDeniedError(
            f"you do not belong to the Unix group {group!r}: ask the system's administrator to put you in it, then "
            "log in again"
        )
    return gid


def _give(folder: Path, gid: int) -> int:
    """Give what is one's own below a folder to a group; return how much is not one's own. No link is followed."""
    others = 0
    for place, folders, files in os.walk(folder, topdown=False):
        for path in (
            *(Path(place, name) for name in (*folders, *files)),
            *([folder] if Path(place) == folder else []),
        ):
            seen = path.lstat()
            if os.geteuid() not in {0, seen.st_uid}:
                others += 1
                continue
            os.chown(path, -1, gid, follow_symlinks=False)
            if stat.S_ISDIR(seen.st_mode):
                path.chmod(stat.S_IMODE(seen.st_mode))  # a change of group may take the setgid bit away
    return others


def _refusal(
    error: DBAPIError, store: Store, person: str, members: list[MemberEntry]
) -> AccessDeniedError | InvalidInputError | UnknownNameError | None:
    """Return the error for a refusal of the server's function, or None for another failure."""
    state = getattr(error.orig, "sqlstate", None)
    if state == _NOT_ALLOWED:
        owners = " or ".join(one.person for one in members if one.role is Role.OWNER) or "its owner"
        return AccessDeniedError(
            f"only an owner of the project {store.scope.project!r} says who may work in it: ask {owners}"
        )
    if state == _NO_PERSON:
        hint = "in this lab: its administrator lets people in with 'nanoos db add-user'"
        return UnknownNameError("person", person, hint=hint)
    if state == _NOT_POSSIBLE:
        return InvalidInputError(
            f"the project {store.scope.project!r} keeps at least one owner: make somebody else one first"
        )
    return None


def _server(store: Store) -> ServerBackend:
    from nanoos_lab.store.postgresql.backend import ServerBackend  # noqa: PLC0415 - brings the driver

    if not isinstance(store.backend, ServerBackend):
        raise InvalidInputError(_GET_A_SERVER)
    return store.backend
