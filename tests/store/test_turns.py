from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.errors import StoreError
from nanoos_lab.store import sqlite as sqlite_room
from nanoos_lab.store import turns
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import record_event
from nanoos_lab.store.turns import turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(turns.fcntl, "F_OFD_SETLK"), reason="locks of Linux")
CONTEXT = multiprocessing.get_context("fork")


@pytest.fixture
def came(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Tell of each one that has come and begins to wait."""
    arrivals, await_turn = threading.Semaphore(0), turns._await

    def tell(*arguments: object) -> None:
        arrivals.release()
        await_turn(*arguments)

    monkeypatch.setattr(turns, "_await", tell)
    return arrivals


def test_first_come_first_served(tmp_path: Path, came: threading.Semaphore) -> None:
    served: list[int] = []

    def come(number: int) -> None:
        with turn(tmp_path, 60):
            served.append(number)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(12)]
    with turn(tmp_path, 60):
        assert came.acquire(timeout=60)
        for thread in threads:
            thread.start()
            assert came.acquire(timeout=60)
        assert served == []
    for thread in threads:
        thread.join()
    assert served == list(range(12))


def _hold(folder: Path, said: int) -> None:
    with turn(folder, 60):
        os.write(said, b"!")
        signal.pause()


def test_who_dies_gives_up_its_turn(tmp_path: Path) -> None:
    listening, said = os.pipe()
    child = CONTEXT.Process(target=_hold, args=(tmp_path, said))
    child.start()
    assert os.read(listening, 1) == b"!"
    with pytest.raises(StoreError, match=r"another process.*end that process"), turn(tmp_path, 0.05):
        pass
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    with turn(tmp_path, 60):
        pass
    os.close(listening)
    os.close(said)


def test_a_child_forked_in_a_turn_does_not_hold_it(tmp_path: Path) -> None:
    listening, said = os.pipe()
    with turn(tmp_path, 60):
        child = CONTEXT.Process(target=lambda: (os.write(said, b"!"), signal.pause()))
        child.start()
        assert os.read(listening, 1) == b"!"
    with turn(tmp_path, 0.05):
        pass
    child.kill()
    child.join()
    os.close(listening)
    os.close(said)


def test_a_busy_queue_is_not_a_hanging_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is measured from the last change of who is first, so each look finds another one before us."""
    looks = iter([*range(1, 50), None])
    monkeypatch.setattr(turns, "_first_before", lambda *_: next(looks))
    clock = iter(range(0, 10_000, 20))
    monkeypatch.setattr(turns.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(turns.time, "sleep", lambda _: None)
    with turn(tmp_path, 30):
        pass
    assert next(looks, "all were waited for") == "all were waited for"


def test_without_such_locks_turns_are_as_sqlite_gives_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*_: object) -> int:
        raise OSError

    monkeypatch.setattr(turns.os, "open", absent)
    with turn(tmp_path, 0.05), turn(tmp_path, 0.05):
        pass


def test_a_writer_that_hangs_is_told_of_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder_store: Store
) -> None:
    monkeypatch.setattr(sqlite_room, "BUSY_TIMEOUT_S", 0.05)
    with Store.open(tmp_path / "lab") as other, other.write() as session:
        record_event(session, other.scope, "a", "x")
        with pytest.raises(StoreError, match=r"another process.*end that process"), folder_store.write():
            pass


def test_the_turn_is_taken_before_and_given_back_after_the_transaction(
    folder_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def watch(name: str) -> Callable[..., object]:
        act = getattr(turns, name)
        return lambda *arguments: (seen.append(name), act(*arguments))[1]

    for name in ("_await", "_leave"):
        monkeypatch.setattr(turns, name, watch(name))
    with folder_store.write() as session:
        assert seen == ["_await"]
        assert session.in_transaction()
    assert seen == ["_await", "_leave"]
