"""A PostgreSQL server that a test may kill, and a line to it that may be cut."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
from sqlalchemy import make_url

from nanoos_lab.errors import StoreError
from nanoos_lab.store.postgresql.admin import add_person, create_lab
from nanoos_lab.store.postgresql.server import LocalServer, start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Iterator


PASSWORD = "ada's s3cret/@:"  # noqa: S105 - of a server that lives as long as a test


class OwnServer:
    """A server with one lab, ada's.

    Args:
        folder: Where it lives; its data may be on a file system of their own.
        files: Folder of the lab's files.
    """

    def __init__(self, folder: Path, files: Path) -> None:
        self.folder = folder
        self.running: LocalServer = start_server(folder)
        made = create_lab(self.running.address("lab"), files=files)
        self.admin = self.running.address("lab", made.person, made.password)
        self._numbers = itertools.count(1)
        self.let_in()

    def let_in(self) -> None:
        """Let another person in, who sees nothing of the others', and be that one from now on."""
        person = add_person(self.admin, f"ada{next(self._numbers)}", password=PASSWORD)
        self.address = self.running.address("lab", person.person, person.password)

    def kill(self, pid: int | None = None) -> None:
        """Kill the server at once, or one of its processes.

        A killed server's processes end by themselves, but a moment later: nobody is served by one of them after this.
        """
        others = [] if pid else self._children()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid or self.running.pid, signal.SIGKILL)
        psutil.wait_procs(others, timeout=10)

    def processes(self) -> list[int]:
        """Return the server's processes but the first."""
        return [child.pid for child in self._children()]

    def _children(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.running.pid).children()
        except psutil.NoSuchProcess:
            return []

    def supervise(self, patience_s: float = 6.0) -> None:
        """Wait until it answers; where it gave up, or hangs as 18.4 may when its recovery is killed, start it again."""
        end = time.monotonic() + patience_s
        url = make_url(self.address)
        where = {
            "host": url.query["host"],
            "dbname": url.database,
            "user": url.username,
            "password": url.password,
        }
        while time.monotonic() < end and self.processes():
            try:
                psycopg.connect(**where, connect_timeout=2).close()
            except psycopg.Error:
                time.sleep(0.02)
            else:
                return
        self.kill()
        self.start()

    def start(self, within_s: float = 60.0) -> None:
        """Start it again, once what is left of the old one has gone."""
        end = time.monotonic() + within_s
        while True:
            try:
                self.running = start_server(self.folder)
            except StoreError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop it as its administrator does."""
        stop_server(self.folder)


@contextlib.contextmanager
def own_server(files: Path) -> Iterator[OwnServer]:
    """Give a server that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="nanoos-pg-"))
    try:
        server = OwnServer(folder / "server", files)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Line:
    """A Unix socket that passes on what is said to a server, until it is told to break at a COMMIT.

    Args:
        socket_folder: Where the server's socket is.
    """

    NAME = ".s.PGSQL.5432"

    def __init__(self, socket_folder: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nanoos-line-"))
        self._server = str(Path(socket_folder) / self.NAME)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.folder / self.NAME))
        self._listening.listen(16)
        self._lock = threading.Lock()
        self._mode, self._skip, self.cuts = "", 0, 0
        threading.Thread(target=self._accept, daemon=True).start()

    def break_at_commit(self, mode: str, skip: int = 0) -> None:
        """Break at a COMMIT to come.

        Args:
            mode: ``before`` the server hears of it, or ``after`` it has done it and before it is heard.
            skip: How many to let pass first.
        """
        with self._lock:
            self._mode, self._skip, self.cuts = mode, skip, 0

    def close(self) -> None:
        self._listening.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._server)
            except OSError:
                client.close()
                continue
            silent = threading.Event()
            for act in (self._ask, self._answer):
                threading.Thread(target=act, args=(client, server, silent), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, silent: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                mode = self._falls_on(data)
                if mode == "after":
                    silent.set()
                if mode != "before":
                    server.sendall(data)
                if mode == "before":
                    break
        _hang_up(client, server)

    def _answer(self, client: socket.socket, server: socket.socket, silent: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while (data := server.recv(65536)) and not silent.is_set():
                client.sendall(data)
        _hang_up(client, server)

    def _falls_on(self, data: bytes) -> str:
        with self._lock:
            if not self._mode or b"COMMIT\0" not in data:
                return ""
            if self._skip:
                self._skip -= 1
                return ""
            mode, self._mode, self.cuts = self._mode, "", self.cuts + 1
            return mode


def _hang_up(*lines: socket.socket) -> None:
    for line in lines:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()
