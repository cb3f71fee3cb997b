"""Kill a process before and after each single act that matters, one after another, and look what is left."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from nanoos_lab.runs.engine import Runs
from nanoos_lab.settings import Profile, RetryPolicy, Settings
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent / "chaos"
PATIENT = RetryPolicy(max_attempts=3, backoff_s=0.0)
SETTINGS = Settings(
    profiles={name: Profile(name=name, executor=name, retry=PATIENT) for name in ("here", "process")}
)


@pytest.fixture
def chaos(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    yield
    for name in ("chaos_tasks", "crashing", "checking"):
        sys.modules.pop(name, None)


def ask(runs: Runs, root: Path, profile: str, work_s: float = 0.0) -> RunRow:
    from chaos_tasks import journal

    params = {"index": 21, "journal": str(root / "journal.txt"), "work_s": work_s}
    return runs.submit(journal, {}, params, on=profile).run


def by_worker(root: Path) -> None:
    runs = Runs(Store.open(root / "lab"), SETTINGS, drive=False)
    runs.wait([ask(runs, root, "process").id])
    runs.step()
    runs.close()


def by_kernel(root: Path) -> None:
    runs = Runs(Store.open(root / "lab"), SETTINGS, drive=False)
    runs.wait([ask(runs, root, "here").id])
    runs.close()


def cancelling(root: Path) -> None:
    runs = Runs(Store.open(root / "lab"), SETTINGS, drive=False)
    run = ask(runs, root, "process", work_s=0.3)
    runs.step()
    runs.cancel(run.id)
    runs.wait([run.id])
    runs.close()


def in_child(scenario: Callable[[Path], None], root: Path, at: int) -> bool:
    """Play a scenario in a process that dies at a boundary; return whether it came that far."""
    child = os.fork()
    if child == 0:
        try:
            import crashing

            crashing.arm(at, root / "crashed", worker=False)
            scenario(root)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - a child must never return into pytest
            import traceback

            (root / "error").write_text(traceback.format_exc())
            os._exit(1)
    _, status = os.waitpid(child, 0)
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert died or status == 0, (root / "error").read_text()
    return died


def afterwards(root: Path) -> tuple[list[RunRow], list[str]]:
    """Open the lab as the next process does, let everything end, and return the runs and what is wrong."""
    from checking import await_workers, check_each_once, false_states, lines

    store = Store.open(root / "lab")
    runs = Runs(store, SETTINGS, drive=False)
    try:
        runs.recover()
        wrong = [f"false state: {state}" for state in false_states(store)]
        with store.read() as session:
            ids = list(session.scalars(select(RunRow.id)))
        ended = runs.wait(ids, timeout=60)
        await_workers(root)
        completed = [run for run in ended if run.state == RunState.COMPLETED]
        wrong += check_each_once(store, completed, lines(root / "journal.txt"))[0]
    finally:
        runs.close()
        store.close()
    return ended, wrong


@pytest.mark.system
@pytest.mark.usefixtures("chaos")
@pytest.mark.parametrize("scenario", [by_worker, by_kernel, cancelling])
def test_death_before_or_after_each_act_of_a_submitter(
    tmp_path: Path, scenario: Callable[[Path], None]
) -> None:
    Store.open(tmp_path / "warm").close()
    seen = []
    for at in range(1, 200):
        root = tmp_path / str(at)
        root.mkdir()
        Store.open(root / "lab").close()
        died = in_child(scenario, root, at)
        where = (root / "crashed").read_text() if died else "nowhere"
        runs, wrong = afterwards(root)
        allowed = {RunState.COMPLETED, RunState.CANCELLED} if scenario is cancelling else {RunState.COMPLETED}
        assert not wrong, f"boundary {at}, {where}: {wrong}"
        assert {run.state for run in runs} <= allowed, f"boundary {at}, {where}: {[r.error for r in runs]}"
        assert len(runs) <= 1, f"boundary {at}, {where}"
        seen.append(where)
        if not died:
            break
    else:
        pytest.fail("the scenario has more boundaries than were tried")
    print(f"\n{scenario.__name__}: died at {len(seen) - 1} boundaries: {', '.join(seen[:-1])}")
    assert {"before commit", "after commit"} <= set(seen)


@pytest.mark.system
@pytest.mark.usefixtures("chaos")
def test_death_before_or_after_each_act_of_a_worker(tmp_path: Path) -> None:
    seen = []
    for at in range(1, 100):
        root = tmp_path / str(at)
        root.mkdir()
        store = Store.open(root / "lab")
        (root / "crash-worker-at").write_text(str(at))
        runs = Runs(store, SETTINGS, drive=False)
        run = runs.wait([ask(runs, root, "process").id], timeout=60)[0]
        runs.close()
        store.close()
        died = (root / "crashed").exists()
        where = (root / "crashed").read_text() if died else "nowhere"
        ended, wrong = afterwards(root)
        assert not wrong, f"boundary {at}, {where}: {wrong}"
        assert run.state == RunState.COMPLETED, f"boundary {at}, {where}: {run.error}"
        assert len(ended) == 1
        seen.append(where)
        if not died:
            break
    else:
        pytest.fail("a worker has more boundaries than were tried")
    print(f"\nworker: died at {len(seen) - 1} boundaries: {', '.join(seen[:-1])}")
    assert {"before take_claim", "after start_item", "before replace", "after replace"} <= set(seen)
