"""Disks that fill up: a small one is mounted, filled to the last byte, and freed again."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url, select, text

from nanoos_lab.errors import ConnectionLostError, StoreError
from nanoos_lab.lab import Lab
from nanoos_lab.settings import Profile, RetryPolicy, Settings
from nanoos_lab.store.artifacts import artifacts_of, put_artifact, read_artifact
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import record_event
from nanoos_lab.store.patience import Patience
from nanoos_lab.store.postgresql.administering import administering
from nanoos_lab.store.schema import EventRow, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.system
HERE = Path(__file__).parent
SETTINGS = Settings(
    profiles={"here": Profile(name="here", executor="here", retry=RetryPolicy(max_attempts=3, backoff_s=0.0))}
)


class Disk:
    """A small file system.

    Args:
        folder: Where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, leave_kb: int = 0) -> None:
        """Leave no more room than so many kilobytes."""
        block = b"\0" * 4096
        with self._filler.open("ab", buffering=0) as stream, contextlib.suppress(OSError):
            while True:
                stream.write(block)
        os.truncate(self._filler, max(0, self._filler.stat().st_size - leave_kb * 1024))

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


@pytest.fixture
def small_disk(tmp_path: Path, require: Callable[..., None]) -> Iterator[Callable[[int], Disk]]:
    """Mount a file system of so many megabytes."""
    mounted: list[Path] = []

    def mount(megabytes: int) -> Disk:
        folder = tmp_path / f"disk {len(mounted)}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        done = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
        require(done, "mounting a small file system needs root and the right to mount")
        mounted.append(folder)
        return Disk(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@pytest.fixture
def helpers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for folder in ("faults", "chaos"):
        monkeypatch.syspath_prepend(str(HERE / folder))
    yield
    for name in ("own_server", "chaos_tasks"):
        sys.modules.pop(name, None)


def note(store: Store, number: int, kilobytes: int = 50) -> None:
    with store.write() as session:
        said = f"{number:06d}" + os.urandom(kilobytes * 512).hex()  # which no database makes smaller
        record_event(session, store.scope, "noted", "x", number=number, said=said)


def noted(store: Store) -> list[int]:
    with store.read() as session:
        events = session.scalars(select(EventRow).where(EventRow.kind == "noted")).all()
    return sorted(event.data["number"] for event in events)


def write_until_full(store: Store, first: int) -> tuple[list[int], StoreError]:
    """Return what was acknowledged and the error that came then."""
    done: list[int] = []
    for number in range(first, first + 5000):
        try:
            note(store, number)
        except StoreError as error:
            return done, error
        done.append(number)
    pytest.fail("the disk did not fill up")


def test_a_folder_on_a_disk_that_fills_up(small_disk: Callable[[int], Disk], tmp_path: Path) -> None:
    disk = small_disk(16)
    root = disk.folder / "lab"
    with Store.open(root) as store:
        note(store, 0)
        disk.fill(leave_kb=300)
        done, error = write_until_full(store, 1)
        assert "disk is full: free some space" in str(error)
        assert noted(store) == [0, *done], "what is there can be read while the disk is full"
        with pytest.raises(StoreError, match="disk is full"):
            note(store, -1)
        disk.free()
        note(store, 5000)
        assert noted(store) == [0, *done, 5000]
    disk.fill()
    with contextlib.suppress(StoreError), Store.open(root) as again:
        assert noted(again) == [0, *done, 5000]
    disk.free()
    with Store.open(root) as again:
        note(again, 5001)
        assert noted(again) == [0, *done, 5000, 5001]
        with again.read() as session:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"


def test_opening_and_making_a_lab_on_a_full_disk(small_disk: Callable[[int], Disk]) -> None:
    disk = small_disk(16)
    Store.open(disk.folder / "lab").close()
    disk.fill()
    for name in ("lab", "fresh"):
        with pytest.raises(StoreError, match=r"disk is full|No space left|room"):
            note(Store.open(disk.folder / name), 1)
    disk.free()
    for name in ("lab", "fresh"):
        with Store.open(disk.folder / name) as store:
            note(store, 1)
            assert noted(store) == [1]


def test_files_on_a_disk_that_fills_up(
    small_disk: Callable[[int], Disk], tmp_path: Path, helpers: None
) -> None:
    """The bytes of an artifact find no room: no row, no part of a file; and a run goes on when there is room."""
    from chaos_tasks import journal

    disk = small_disk(24)
    big = tmp_path / "big"
    big.write_bytes(os.urandom(4 << 20))
    with Lab(disk.folder / "lab", settings=SETTINGS) as lab:
        store, params = lab.store, {"index": 1, "journal": str(tmp_path / "journal.txt")}
        run = lab._runs.wait([lab._runs.submit(journal, {}, params).run.id], timeout=60)[0]
        disk.fill(leave_kb=1024)
        with pytest.raises(StoreError, match=r"disk is full|No space left"), store.write() as session:
            put_artifact(session, store.scope, run.id, "big", big)
        with store.read() as session:
            assert [one.name for one in artifacts_of(session, store.scope, run.id)] == ["result"]
        kept = [path for path in (store.scope.files / "artifacts").rglob("*") if path.is_file()]
        assert len(kept) == 1, "no part of it is left"
        disk.free()
        with store.write() as session:
            put_artifact(session, store.scope, run.id, "big", big)
        with store.read() as session:
            found = {one.name: one for one in artifacts_of(session, store.scope, run.id)}
        assert read_artifact(store.scope, found["big"]) == big.read_bytes()


def test_a_run_on_a_full_disk_goes_on_when_there_is_room(
    small_disk: Callable[[int], Disk], tmp_path: Path, helpers: None
) -> None:
    from chaos_tasks import gate

    disk = small_disk(16)
    with Lab(disk.folder / "lab", settings=SETTINGS) as lab:
        params = {"opened": str(tmp_path / "open"), "reached": str(tmp_path / "reached")}
        run = lab._runs.submit(gate, {}, params).run
        while not (tmp_path / "reached").exists():
            pass
        disk.fill()
        (tmp_path / "open").touch()
        while not lab._runs._inline.stalled:
            pass
        with contextlib.suppress(StoreError):
            lab._runs.step()
        assert lab._runs.read([run.id])[0].state == RunState.RUNNING
        disk.free()
        (ended,) = lab._runs.wait([run.id], timeout=60)
        assert ended.state == RunState.COMPLETED, ended.error


def test_a_server_on_a_disk_that_fills_up(
    small_disk: Callable[[int], Disk], tmp_path: Path, helpers: None, postgres: Any
) -> None:
    """Its tables find no more room; it goes on, and takes writes when there is."""
    from own_server import OwnServer

    disk = small_disk(260)
    server = OwnServer(disk.folder / "server", tmp_path / "files")
    try:
        with Store.open(server.address) as store:
            note(store, 0)
            disk.fill(leave_kb=1024)
            done, error = write_until_full(store, 1)
            assert "disk is full: free some space" in str(error)
            assert noted(store) == [0, *done]
            disk.free()
            note(store, 5000)
            assert noted(store) == [0, *done, 5000]
    finally:
        server.stop()


def _begin_another_file_of_the_log(server: Any) -> None:
    with administering(make_url(server.running.address("postgres"))) as connection:
        connection.execute(text("SELECT pg_switch_wal()"))


def test_a_server_whose_log_finds_no_room_stops_and_starts_again(
    small_disk: Callable[[int], Disk], tmp_path: Path, helpers: None, postgres: Any
) -> None:
    from own_server import OwnServer

    disk = small_disk(260)
    server = OwnServer(disk.folder / "server", tmp_path / "files")
    done, errors = [0], []
    try:
        with Store.open(server.address) as store:
            store._patience = Patience(0.5)
            note(store, 0)
            disk.fill(leave_kb=4096)
            for number in range(1, 30):
                try:
                    note(store, number, kilobytes=5)
                    done.append(number)
                    _begin_another_file_of_the_log(server)
                except StoreError as error:
                    errors.append(error)
                if len(errors) > 2:
                    break
            assert "disk is full: free some space" in str(errors[0]), errors
            assert all(isinstance(error, ConnectionLostError) for error in errors[1:]), "it stopped"
            disk.free()
            server.supervise()
            store._patience = Patience()
            note(store, 5000)
            there = noted(store)
            assert set(done) <= set(there), "what was acknowledged is there"
            assert there[-1] == 5000
            assert len(there) == len(set(there))
    finally:
        disk.free()
        server.supervise()
        server.stop()
