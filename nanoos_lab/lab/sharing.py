"""Who may work in a project: what the lab says of projects and members, and how that is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.lab.workspace import Workspace
from nanoos_lab.store import people

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from nanoos_lab.store.people import MemberEntry, ProjectEntry
    from nanoos_lab.store.scope import Scope


class Sharing(Workspace):
    """The verbs about projects and people."""

    def projects(self) -> Projects:
        """Return the projects that one may open here, and in which role."""
        return Projects(people.list_projects(self.store), scope=self.store.scope)

    def add_project(self, name: str, *, group: str = "") -> Projects:
        """Make a project of one's own beside the open one; ``nl.open(..., project=name)`` opens it.

        Args:
            name: What it is called.
            group: On a server, the Unix group of its members, as for :meth:`share_files`.

        Raises:
            InvalidInputError: One has a project of that name already, or it cannot be a name.
            UnknownNameError: There is no such group.
            AccessDeniedError: One does not belong to the group.
        """
        people.add_project(self.store, name, group=group)
        return self.projects()

    def members(self) -> Members:
        """Return the members of the open project and their roles.

        Raises:
            InvalidInputError: The lab is a folder, which has no people; the message says how to get a server.
        """
        return Members(people.list_members(self.store), project=self.project, me=self.store.scope.author)

    def share(self, person: str, role: str = "viewer") -> Members:
        """Let a person into the open project, or give them another role; it holds at once.

        A viewer reads; an editor also adds, runs and changes; an owner also says who may work here. The rows are
        the server's to guard; the files are the operating system's: who works with them on this machine must be
        in the Unix group of the project's folder, which :meth:`share_files` sets.

        Args:
            person: The login name.
            role: ``viewer``, ``editor`` or ``owner``.

        Raises:
            AccessDeniedError: Only owners say this.
            UnknownNameError: There is no such person in the lab, or no such role.
            InvalidInputError: Nobody would be left who owns the project, or the lab is a folder.
        """
        people.set_role(self.store, person, role)
        return self.members()

    def unshare(self, person: str) -> Members:
        """Take a person out of the open project; from then on they see nothing of it, wherever they have it open.

        What they added stays. Files they could read they may have copied; if they are in the Unix group of the
        project's folder, have the system's administrator take them out of it too.

        Args:
            person: The login name.

        Raises:
            AccessDeniedError: Only owners say this.
            UnknownNameError: They are no member.
            InvalidInputError: Nobody would be left who owns the project, or the lab is a folder.
        """
        people.set_role(self.store, person, None)
        return self.members()

    def share_files(self, group: str) -> int:
        """Give the project's files to a Unix group, so that members with accounts of their own reach them.

        Args:
            group: A group that one belongs to oneself; it should hold this project's members and nobody else.

        Returns:
            How many files and folders of other members were left as they are: each gives their own.

        Raises:
            UnknownNameError: There is no such group.
            AccessDeniedError: One does not belong to it.
            InvalidInputError: The lab is a folder.
        """
        return people.share_files(self.store, group)


class _Table(Sequence[Any]):
    """Entries that show themselves as a table."""

    HEADERS: tuple[str, ...]

    def __init__(self, entries: Iterable[Any], *, title: str) -> None:
        self._entries, self._title = list(entries), title

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - an index gives an entry, a slice a list
        return self._entries[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._entries)

    def _cells(self) -> list[tuple[str, ...]]:
        raise NotImplementedError

    def _empty(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        if not self._entries:
            return text.stack(self._empty())
        return text.table(self.HEADERS, self._cells(), title=self._title)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        body = (
            html.table(self.HEADERS, self._cells())
            if self._entries
            else html.note(self._empty(), tone="idle")
        )
        return {"text/html": html.block(body, title=self._title), "text/plain": repr(self)}


class Projects(_Table):
    """The projects that one may open.

    Args:
        entries: The projects.
        scope: Whose they are, and which one is open.
    """

    HEADERS = ("project", "you are", "made", "")

    def __init__(self, entries: Iterable[ProjectEntry], *, scope: Scope) -> None:
        super().__init__(entries, title="projects")
        self._scope = scope

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                p.name if p.owner in {"", self._scope.author} else f"{p.owner}/{p.name}",
                p.role,
                numbers.age(p.created_at),
                "open" if p.id == self._scope.project_id else "",
            )
            for p in self._entries
        ]

    def _empty(self) -> str:
        return "you are a member of no project here"


class Members(_Table):
    """The people in a project.

    Args:
        entries: The members.
        project: The project's name.
        me: Whose display it is.
    """

    HEADERS = ("person", "role", "let in by", "when", "")

    def __init__(self, entries: Iterable[MemberEntry], *, project: str, me: str) -> None:
        super().__init__(entries, title=f"members of {project}")
        self._project, self._me = project, me

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (m.person, m.role, m.added_by, numbers.age(m.created_at), "you" if m.person == self._me else "")
            for m in self._entries
        ]

    def _empty(self) -> str:
        return f"you are not a member of {self._project} any more: ask its owner"
