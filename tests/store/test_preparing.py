"""Structures described by helpers are what they would have been without, whatever happens to a helper."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import loky
import psutil
import pytest
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.sources import samples_folder
from nanoos_lab.store import preparing
from nanoos_lab.store.incoming import NewStructure
from nanoos_lab.store.preparing import Preparing
from nanoos_lab.structures import read_structures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "FEW", 3)
    monkeypatch.setattr(preparing, "_CHUNK", 4)
    monkeypatch.setattr(loky, "cpu_count", lambda: 3)


@pytest.fixture
def begun(soon: None) -> Iterator[Preparing]:
    with Preparing() as made:
        yield made


def items(count: int = 12) -> list[NewStructure]:
    files = sorted(samples_folder().glob("*.cif"))[:count]
    return [NewStructure(read_structures(file)[0].structure, file.stem) for file in files]


def words_of(process: psutil.Process) -> str:
    """Return its command line; nothing of one that has ended, whether or not anybody asked how."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def helpers() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if "loky" in (words := words_of(child)) and "tracker" not in words
    ]


def test_what_helpers_say_is_what_would_be_worked_out_here(begun: Preparing) -> None:
    theirs, ours = items(20), items(20)
    molecule = Molecule("CO", [[0, 0, 0], [0, 0, 1.13]])
    disordered = Structure(Lattice.cubic(3.6), [{"Cu": 0.7, "Ni": 0.3}], [[0, 0, 0]])
    for some in (theirs, ours):
        some += [NewStructure(molecule, "CO"), NewStructure(disordered, "constantan")]
    begun.begin(theirs)()
    assert len(helpers()) == 2
    assert all({"described", "crystal_hashes", "content"} <= item.__dict__.keys() for item in theirs)
    assert [item.columns() for item in theirs] == [item.prepare().columns() for item in ours]


def test_a_description_that_was_given_is_kept(begun: Preparing) -> None:
    first = items(5)
    known = first[0].described.model_copy(update={"density": 1.0})
    first[0] = NewStructure(first[0].structure, "x", description=known)
    begun.begin(first)()
    assert first[0].described.density == 1.0


def test_nobody_is_asked_about_few(begun: Preparing) -> None:
    few = items(3)
    begun.begin(few)()
    assert not helpers()
    assert "described" not in few[0].__dict__


def test_helpers_leave_when_all_is_done(soon: None) -> None:
    with Preparing() as made:
        made.begin(items())()
        some = helpers()
        assert some
    psutil.wait_procs(some, timeout=10)
    assert not any(process.is_running() for process in some)


def test_what_a_killed_helper_leaves_is_worked_out_here(begun: Preparing) -> None:
    begun.begin(items())()
    again = items(40)
    wait = begun.begin(again)
    for process in helpers():
        process.kill()
    wait()
    assert [item.prepare().columns()["formula"] for item in again] == [
        item.described.formula for item in items(40)
    ]
    last = items()
    begun.begin(last)()  # nobody is asked once more
    assert not helpers()
    assert "described" not in last[0].__dict__


def test_helpers_that_left_for_want_of_work_come_again(
    begun: Preparing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_IDLE_S", 0.5)
    begun.begin(items())()
    psutil.wait_procs(helpers(), timeout=30)
    assert not helpers()
    again = items()
    begun.begin(again)()
    assert helpers()
    assert all("described" in item.__dict__ for item in again)


def test_where_no_helper_can_be_had_nothing_is_asked(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise ImportError("this platform lacks semaphores")

    monkeypatch.setattr(loky, "ProcessPoolExecutor", refused)
    with Preparing() as made:
        some = items()
        made.begin(some)()
        assert [item.prepare().described.n_sites for item in some]


def test_one_core_helps_itself(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loky, "cpu_count", lambda: 1)
    with Preparing() as made:
        made.begin(items())()
        assert not helpers()


def test_what_cannot_be_kept_is_told_here_and_stops_no_other(begun: Preparing) -> None:
    some = items(8)
    some[3].structure.properties["odd"] = object()
    begun.begin(some)()
    with pytest.raises(InvalidInputError, match="odd"):
        some[3].prepare()
    assert all("described" in item.__dict__ for place, item in enumerate(some) if place != 3)


SCRIPT = """
import os, signal, sys, threading, time
import loky, nanoos_lab as nl
from nanoos_lab.lab import adding
from nanoos_lab.store import preparing
print("begun", flush=True)
preparing.FEW, preparing._CHUNK, adding.PIECE = 3, 4, 10
loky.cpu_count = lambda: 3
begin = preparing.Preparing.begin
def told(self, items):
    wait = begin(self, items)
    if self._executor is not None:
        self._executor.submit(int).result()
        print("helped", *(p.pid for p in self._executor._processes.values()), flush=True)
        if sys.argv[3] == "wait":
            time.sleep(60)
    return wait
preparing.Preparing.begin = told
with nl.open(sys.argv[1]) as lab:
    try:
        print("stored", len(lab.add(sys.argv[2])), flush=True)
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "a script.py"  # which does not ask whether it is the main module
    path.write_text(SCRIPT)
    return path


def start(script: Path, tmp_path: Path, what: str) -> subprocess.Popen[str]:
    words = [sys.executable, str(script), str(tmp_path / "lab"), str(samples_folder()), what]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, process_group=0)


def pids_of(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("helped"):
            return [int(word) for word in line.split()[1:]]
    pytest.fail("nobody helped")


def ended(pids: list[int], within_s: float = 30.0) -> bool:
    end = time.monotonic() + within_s
    while (left := [pid for pid in pids if lives(pid)]) and time.monotonic() < end:
        time.sleep(0.05)
    return not left


def lives(pid: int) -> bool:
    try:
        return "loky" in words_of(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def test_a_plain_script_is_run_once(script: Path, tmp_path: Path) -> None:
    process = start(script, tmp_path, "on")
    said, _ = process.communicate(timeout=120)
    lines = [line.split()[0] for line in said.splitlines()]
    count = len(list(samples_folder().glob("*.cif")))
    assert lines.count("begun") == lines.count("stored") == 1
    assert f"stored {count}" in said
    assert process.returncode == 0
    assert ended([int(pid) for line in said.splitlines() if "helped" in line for pid in line.split()[1:]])


@pytest.mark.parametrize("how", ["interrupted", "killed"])
def test_no_helper_outlives_the_one_it_helped(script: Path, tmp_path: Path, how: str) -> None:
    process = start(script, tmp_path, "wait")
    pids = pids_of(process)
    if how == "interrupted":
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        said: Any = process.communicate(timeout=60)[0]
        assert "stopped" in said
        assert process.returncode == 0
    else:
        process.kill()
        process.communicate(timeout=60)
    assert ended(pids)
