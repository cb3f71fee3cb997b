"""The server behind an open lab: who one is there, which project, and where its files are.

What a person may see and change is decided by the server (:mod:`nanoos_lab.store.postgresql.security`); what
is refused here is refused early and kindly, not instead.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from nanoos_lab.errors import AccessDeniedError, AmbiguousIdError, InvalidInputError, NanoOSError, StoreError
from nanoos_lab.store import migrations
from nanoos_lab.store.artifacts.payloads import payload_url
from nanoos_lab.store.folder import LabInfo, make_shared_folder
from nanoos_lab.store.patience import Patience
from nanoos_lab.store.people import PROJECTS
from nanoos_lab.store.postgresql.address import parse_address, shown
from nanoos_lab.store.postgresql.connection import explain, is_coming, is_lost, make_engine
from nanoos_lab.store.schema import Role, SettingRow
from nanoos_lab.store.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import Session

PRESENCE, REPORTS = "presence", "reports"
FILES = "NANOOS_FILES"
"""Environment variable that says where the lab's files are seen from here."""
CONNECT_FOR_S = 20.0
"""How long a server that is starting is asked again when a lab is opened."""
REFUSED_FOR_S = 10.0
"""How long a server that does not answer at all is: it may be restarting, or its name be wrong."""

_WHO = text(
    "SELECT session_user, (SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles "
    "WHERE pg_has_role(session_user, oid, 'MEMBER')), "
    "pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = to_regclass('project')), 'MEMBER')"
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('nanoos new ' || :person, 0))")


class ServerBackend:
    """A lab on a PostgreSQL server, seen by one person.

    Args:
        address: Its address.
        files: Where the lab's files are seen from here; by default ``NANOOS_FILES``, else where the lab says.

    Raises:
        AccessDeniedError: The login is unknown, or is an administrator's.
        ConnectionLostError: The server does not answer.
        StoreError: The database holds no lab, or one of another version.
    """

    dialect = "postgresql"

    def __init__(self, address: str, *, files: str | Path | None = None) -> None:
        self._url = parse_address(address)
        self.shown = shown(self._url)
        engine = make_engine(self._url)
        try:
            settings = self._look(engine)
        except DBAPIError as error:
            raise explain(error, self._url) from error
        finally:
            engine.dispose()
        self.info = LabInfo(
            settings.get("name", str(self._url.database)),
            settings.get("id", ""),
            settings.get("created", ""),
            1,
        )
        self.root = Path(files or os.environ.get(FILES) or settings.get("files", "")).expanduser().absolute()
        self.presence = self.reports = self.root
        try:
            self.payloads = settings.get("artifacts", "") or payload_url(self.root)
        except OSError as error:
            raise _unreachable(f"the lab's files in {self.root} cannot be read", error) from error

    def _look(self, engine: Engine) -> dict[str, str]:
        """Find out who one is here and what the lab says of itself, again where the connection breaks meanwhile."""
        patience = Patience()
        for tries in itertools.count():
            connection = connect_patiently(engine)
            try:
                with connection:
                    self.person = self._check_person(connection)
                    self._check_revision(connection)
                    return dict(connection.execute(select(SettingRow.key, SettingRow.value)).all())
            except DBAPIError as error:
                if not is_lost(error) or not patience.bears(tries):
                    raise
        raise AssertionError  # pragma: no cover - the loop has no end

    def engines(self) -> tuple[Engine, Engine]:
        """Return an engine that writes and one that refuses to; they share their connections."""
        engine = make_engine(self._url)
        return engine, engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def turn(self) -> contextlib.AbstractContextManager[None]:
        """Return at once: the server's locks are given in the order in which they were asked for."""
        return contextlib.nullcontext()

    def begin_write(self, session: Session, scope: Scope | None) -> None:
        """Wait until no other session writes to the project.

        What is looked for and not found is then still not there when it is inserted, as in an embedded store. The
        role is looked at anew: it may have been changed since the lab was opened.

        Args:
            session: In a transaction that has done nothing yet.
            scope: The project; None for the making of one.

        Raises:
            AccessDeniedError: The person may not write to the project, or not any more.
        """
        if scope is None:
            session.execute(_LOCK, {"person": self.person})
            return
        role = session.scalar(select(func.begin_write(scope.project_id)))
        if role is None:
            raise AccessDeniedError(
                f"{scope.author} is no longer a member of the project {scope.project!r}: nothing was stored; ask its "
                "owner"
            )
        if role == Role.VIEWER:
            raise AccessDeniedError(
                f"{scope.author} may look at the project {scope.project!r} but not change it: ask its owner to make "
                "you an editor"
            )

    def enter(self, session: Session, name: str, author: str | None) -> Scope | None:
        """Return the scope of a project that one is a member of, or None."""
        if author is not None and author != self.person:
            raise InvalidInputError(f"on a server the author is who logged in: {self.person}, not {author!r}")
        owner, slash, own_name = name.rpartition("/")
        found = [row for row in session.execute(PROJECTS).all() if row.name == own_name]
        found = [row for row in found if row.owner == owner or not slash]
        mine = [row for row in found if row.owner == self.person]
        if len(found) > 1 and not mine:
            choices = " or ".join(f"{row.owner}/{own_name}" for row in found)
            raise AmbiguousIdError(f"several projects are named {own_name!r}: say {choices}")
        if not found:
            return None
        chosen = (mine or found)[0]
        files = self.root / "projects" / chosen.id
        shown_name = own_name if chosen.owner == self.person else f"{chosen.owner}/{own_name}"
        self.presence, self.reports = files / PRESENCE, files / REPORTS
        return Scope(
            chosen.id,
            shown_name,
            self.person,
            files,
            Role(chosen.role),
            payloads=self.payloads,
            looks_after=self.person,
        )

    def make_project(self, session: Session | Connection, name: str) -> None:
        """Record a project of one's own."""
        if "/" in name:
            raise AccessDeniedError(
                f"there is no project {name!r} that you are a member of: ask its owner to add you"
            )
        session.execute(select(func.create_project(name)))

    def make_folders(self, scope: Scope) -> None:
        """Make the project's folders, for its group alone."""
        if scope.role is Role.VIEWER:
            return
        try:
            for needed in (scope.files, scope.files / PRESENCE, scope.files / REPORTS):
                make_shared_folder(needed)
        except OSError as error:
            raise _unreachable(f"the project's files cannot be kept in {scope.files}", error) from error

    @contextlib.contextmanager
    def acting(self) -> Iterator[Connection]:
        """Give a connection of its own in a transaction that waits for nobody who writes to a project."""
        engine = make_engine(self._url)
        try:
            with connect_patiently(engine) as connection, connection.begin():
                yield connection
        except DBAPIError as error:
            raise explain(error, self._url) from error
        finally:
            engine.dispose()

    def explain(self, error: BaseException) -> NanoOSError:
        """Return the error to raise for one of the server's."""
        return explain(error, self._url)

    def lost(self, error: BaseException) -> bool:
        """Return whether an error says that the server went away, so that it may come back."""
        return is_lost(error)

    def _check_person(self, connection: Connection) -> str:
        person, privileged, owns = connection.execute(_WHO).one()
        if privileged or owns:
            raise AccessDeniedError(
                f"{person} administers {self.shown}, and would see everyone's projects: work under a name of your "
                "own, made with 'nanoos db add-user'"
            )
        return str(person)

    def _check_revision(self, connection: Connection) -> None:
        try:
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        except ProgrammingError as error:
            raise StoreError(
                f"{self.shown} holds no lab that {self.person} may see: its administrator makes one with 'nanoos db "
                "create' and lets people in with 'nanoos db add-user'"
            ) from error
        if found == migrations.HEAD:
            return
        if found in migrations.REVISIONS:
            raise StoreError(
                f"{self.shown} has the schema {found}, older than this nanoos-lab's {migrations.HEAD}: ask its "
                "administrator to run 'nanoos db upgrade'"
            )
        raise StoreError(
            f"{self.shown} has the schema {found!r}, newer than this nanoos-lab's {migrations.HEAD}: upgrade with "
            "pip install -U nanoos-lab"
        )


def _unreachable(what: str, error: OSError) -> StoreError:
    remedy = f"if the lab's files are elsewhere on this machine, say where with {FILES} or files=..."
    if isinstance(error, PermissionError):
        remedy = (
            "a project's owner gives its files to a Unix group that you are in, with lab.share_files(group)"
        )
    return StoreError(f"{what}: {error.strerror or error}; {remedy}")


def connect_patiently(engine: Engine, seconds: float = CONNECT_FOR_S) -> Connection:
    """Return a connection, asking again for a while where the server is starting or restarting.

    Args:
        engine: Where to.
        seconds: How long to go on asking.
    """
    began, pause = time.monotonic(), 0.05
    while True:
        try:
            return engine.connect()
        except DBAPIError as error:
            patience = seconds if is_coming(error) else min(REFUSED_FOR_S, seconds)
            if (
                not is_lost(error)
                or "resolve host" in str(error)
                or time.monotonic() + pause > began + patience
            ):
                raise
        time.sleep(pause)
        pause = min(1.0, pause * 2)
