"""What projects are called where they arrive: a server's have owners, a folder's have not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.schema import MemberRow, ProjectRow, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Table

    from nanoos_lab.store.transfer.content import Row
    from nanoos_lab.store.transfer.ends import Kind, Project

_PROJECT, _MEMBER = ProjectRow.__tablename__, MemberRow.__tablename__


@dataclass(frozen=True)
class Names:
    """Projects as the place where they arrive will know them."""

    projects: dict[str, Project]
    """By id, which stays."""
    members: dict[str, str] | None
    """Who becomes the owner of which project; None where members stay as they are."""
    notes: tuple[str, ...] = ()

    def renamed(self, table: Table, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield a table's rows as they are to be written.

        Args:
            table: Whose they are.
            rows: As they were read.
        """
        if table.name == _PROJECT:
            for row in rows:
                values = dict(zip(table.c.keys(), row, strict=True))
                project = self.projects[values["id"]]
                yield tuple((values | {"owner": project.owner, "name": project.name}).values())
        elif table.name == _MEMBER and self.members is not None:
            for project_id, person in self.members.items():
                made: dict[str, Any] = {
                    "project_id": project_id, "person": person, "role": str(Role.OWNER), "added_by": person,
                    "created_at": self.projects[project_id].created_at,
                }  # fmt: skip
                yield tuple(made[column.name] for column in table.c)
        else:
            yield from rows


def name_for(
    kind: Kind, projects: Sequence[Project], *, people: frozenset[str], owner: str | None, was: Kind
) -> Names:
    """Return what projects will be called.

    Args:
        kind: Of the place where they arrive.
        projects: As they are.
        people: Who works there, on a server.
        owner: Who is to own what has no owner.
        was: The kind of the place they leave.

    Raises:
        InvalidInputError: An owner is needed and not named, or does not work there.
    """
    if kind == "folder":
        return _without_owners(projects)
    if was == "server":
        missing = sorted({p.owner for p in projects} - people)
        if missing:
            raise InvalidInputError(
                f"projects belong to {', '.join(missing)}, whom the new lab does not know: let them in first with "
                "'nanoos db add-user NAME --lab ADDRESS'"
            )
        return Names({p.id: p for p in projects}, None)
    return _with_owners(projects, people, owner)


def _without_owners(projects: Sequence[Project]) -> Names:
    """Take owners away; where two of them have a project of one name, it stays in the name."""
    count = Counter(p.name for p in projects)
    named = {
        p.id: replace(p, owner="", name=f"{p.owner}/{p.name}" if p.owner and count[p.name] > 1 else p.name)
        for p in projects
    }
    for project in named.values():
        if len(project.name) > 100:  # noqa: PLR2004 - as folder.check_project_name has it
            raise InvalidInputError(
                f"in a folder the project would be called {project.name!r}, which is too long"
            )
    clashing = sorted(p.name for p in named.values() if "/" in p.name)
    notes = (f"several owners have a project of one name, so these keep the owner: {', '.join(clashing)}",)
    return Names(named, {}, notes if clashing else ())


def _with_owners(projects: Sequence[Project], people: frozenset[str], owner: str | None) -> Names:
    if owner is None:
        raise InvalidInputError(
            "on a server every project belongs to someone: say to whom with --owner NAME, a person of the lab"
        )
    if owner not in people:
        known = ", ".join(sorted(people)) or "nobody yet"
        raise InvalidInputError(
            f"{owner!r} does not work in the lab (known: {known}): let them in with 'nanoos db add-user {owner} --lab "
            "ADDRESS'"
        )
    named: dict[str, Project] = {}
    notes = []
    for project in projects:
        before, slash, after = project.name.partition("/")
        if slash and before in people and after and "/" not in after:  # as a move from a server named it
            named[project.id] = replace(project, owner=before, name=after)
        elif slash:
            named[project.id] = replace(project, owner=owner, name=project.name.replace("/", "-"))
            notes.append(
                f"{project.name!r} is called {named[project.id].name!r}, as '/' follows an owner's name"
            )
        else:
            named[project.id] = replace(project, owner=owner)
    twice = [key for key, n in Counter((p.owner, p.name) for p in named.values()).items() if n > 1]
    if twice:
        raise InvalidInputError(
            f"{twice[0][0]} would have two projects named {twice[0][1]!r}: rename one of them"
        )
    return Names(named, {p.id: p.owner for p in named.values()}, tuple(notes))
