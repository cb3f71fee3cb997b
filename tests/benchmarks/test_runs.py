"""What a run costs beside its work, against bare commits and bare processes measured in the same minute.

``pytest tests/benchmarks/test_runs.py -s``; ``NANOOS_BENCH_RUNS`` sets the number of runs (10,000).
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import release
from nanoos_lab.runs.engine import Runs
from nanoos_lab.settings import Profile, Settings
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import RunState
from nanoos_lab.tasks import Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULE = """
from __future__ import annotations
from nanoos_lab.tasks import Outcome, Params, task

class NothingParams(Params):
    index: int

@task("nothing", version="1")
def nothing(inputs, params: NothingParams, context) -> Outcome:
    "Do nothing."
    return Outcome(summary={"index": params.index})
"""


class NothingParams(Params):
    index: int


@task("nothing", version="1")
def nothing(inputs, params: NothingParams, context) -> Outcome:
    """Do nothing."""
    return Outcome(summary={"index": params.index})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "lab") as opened:
        yield opened


def bare_commits(folder: Path, count: int) -> float:
    """Return the seconds of one durable commit of SQLite, with nothing around it."""
    path = folder / "bare.sqlite"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (x TEXT)")
    start = time.perf_counter()
    for _ in range(count):
        connection.execute("INSERT INTO t VALUES (?)", ("x" * 300,))
    spent = (time.perf_counter() - start) / count
    connection.close()
    return spent


def fixed_work() -> float:
    """Return the CPU seconds of a fixed piece of Python: a busy machine slows it as it slows a run."""
    start = time.process_time()
    for _ in range(20):
        sorted(range(2000), key=lambda n: -n)
    return time.process_time() - start


@pytest.mark.benchmark
@pytest.mark.timeout(1200)
def test_a_run_of_no_work_is_cheap_and_stays_so(store: Store, tmp_path: Path) -> None:
    total = int(os.environ.get("NANOOS_BENCH_RUNS", "10000"))
    block = total // 10
    runs = Runs(store, Settings(), drive=False)
    runs.wait([runs.submit(nothing, {}, {"index": -1}).run.id])
    wall, cpu, bare, work = [0.0] * 10, [0.0] * 10, [0.0] * 10, [0.0] * 10
    for index in range(10 * block):
        now, chapter = index % block, index // block
        if now % 50 == 0:
            work[chapter] += fixed_work() / (block / 50)
            bare[chapter] += bare_commits(tmp_path, 5) / (block / 50)
        start, spent = time.perf_counter(), time.process_time()
        (run,) = runs.wait([runs.submit(nothing, {}, {"index": index}).run.id])
        wall[chapter] += (time.perf_counter() - start) / block
        cpu[chapter] += (time.process_time() - spent) / block
        assert run.state == RunState.COMPLETED
    runs.close()
    growth = (cpu[-1] / work[-1]) / (cpu[0] / work[0])
    print(
        f"\nrun of no work, here: {1e3 * statistics.median(wall):.2f} ms (CPU {1e3 * statistics.median(cpu):.2f} ms), "
        f"three durable commits in it; a bare durable commit {1e3 * statistics.median(bare):.2f} ms; last {block} of "
        f"{10 * block} / first {block}: {growth:.2f} (CPU against fixed work), wall {wall[-1] / wall[0]:.2f}"
    )


@pytest.mark.benchmark
@pytest.mark.parametrize("chunk", [1, 50])
def test_four_hundred_unfinished_runs_are_recovered_by_the_next_open(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """All submitters and workers are dead; every second run has an outcome that nobody collected."""
    (tmp_path / "nothing_tasks.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    import nothing_tasks

    runs = Runs(store, Settings(), drive=False)
    ids = [runs.submit(nothing_tasks.nothing, {}, {"index": i}, on="process").run.id for i in range(400)]
    for first in range(0, len(ids), chunk):
        abandon(store, ids[first : first + chunk], f"runs/ab/{first}", set(ids[::2]))
    runs.close()
    start, spent = time.perf_counter(), time.process_time()
    with Store.open(store.root) as reopened:
        runs = Runs(reopened, Settings(), drive=False)
        changed = runs.recover()
        wall, cpu = time.perf_counter() - start, time.process_time() - spent
        states = Counter(run.state for run in runs.read(ids))
        runs.close()
    sys.modules.pop("nothing_tasks")
    print(f"\n{changed} unfinished runs in chunks of {chunk} recovered in {wall:.2f} s ({cpu:.2f} s of CPU)")
    assert states == {RunState.COMPLETED: 200, RunState.PENDING: 200}


def abandon(store: Store, ids: list[str], path: str, with_outcome: set[str]) -> None:
    """Leave runs as a submitter and a worker leave them that are killed together."""
    with store.write() as session:
        changes.begin_attempts(
            session,
            store.scope,
            [(run, 0) for run in ids],
            state=RunState.SUBMITTING,
            owner="a-dead-process",
            folder=path,
            executor="process",
        )
    folder = AttemptFolder(store.scope.files / path)
    folder.prepare()
    release(folder.take_claim(b'{"pid": 4194305}'))
    head = {
        "protocol": 1,
        "attempt": 1,
        "state": "COMPLETED",
        "worker": {},
        "started_at": 1.0,
        "finished_at": 2.0,
    }
    for run in ids:
        folder.start_item(run)
        if run in with_outcome:
            folder.write_outcome(run, json.dumps({**head, "run": run}).encode())


@pytest.mark.benchmark
def test_a_worker_process_costs_little_more_than_an_interpreter(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nothing_tasks.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    import nothing_tasks

    settings = Settings(profiles={"process": Profile(name="process", executor="process", max_workers=1)})
    runs = Runs(store, settings, drive=False)
    ours, bare, imports = [], [], []
    for index in range(15):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        bare.append(time.perf_counter() - start)
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import nanoos_lab.tasks, nanoos_lab.properties"], check=True)
        imports.append(time.perf_counter() - start)
        start = time.perf_counter()
        submitted = runs.submit(nothing_tasks.nothing, {}, {"index": index}, on="process").run
        (run,) = runs.wait([submitted.id])
        ours.append(time.perf_counter() - start)
        assert run.state == RunState.COMPLETED, run.error
    start = time.perf_counter()
    ids = [
        runs.submit(nothing_tasks.nothing, {}, {"index": index}, on="process").run.id
        for index in range(1000, 1400)
    ]
    ended = runs.wait(ids)
    many = (time.perf_counter() - start) / len(ids)
    assert {run.state for run in ended} == {RunState.COMPLETED}
    runs.close()
    sys.modules.pop("nothing_tasks")
    one = statistics.median(ours)
    print(
        f"\nrun of no work, process: {1e3 * one:.0f} ms one at a time, {1e3 * many:.1f} ms each of {len(ids)} "
        f"submitted one by one; a bare interpreter {1e3 * statistics.median(bare):.0f} ms, "
        f"with the imports any task needs {1e3 * statistics.median(imports):.0f} ms"
    )
