"""The submitting process may die at any line: on a real SLURM no run is lost, and none is submitted twice."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nanoos_lab.runs.engine import Runs
from nanoos_lab.runs.slurm.commands import SACCT, parse_sacct
from nanoos_lab.settings import RetryPolicy
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import RunRow, RunState
from tests.system.slurm.conftest import settings_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]
CHAOS = Path(__file__).parents[1] / "chaos"
SETTINGS = settings_with()
THREE = RetryPolicy(max_attempts=3, backoff_s=0.0)


@pytest.fixture
def chaos(monkeypatch: pytest.MonkeyPatch, slurm: Any) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(CHAOS))
    yield
    for name in ("chaos_tasks", "crashing", "checking"):
        sys.modules.pop(name, None)


def ask(runs: Runs, root: Path, work_s: float = 0.0) -> str:
    from chaos_tasks import journal

    params = {"index": 21, "journal": str(root / "journal.txt"), "work_s": work_s}
    return runs.submit(journal, {}, params, on="cluster", retry=THREE).run.id


def submitting(root: Path) -> None:
    runs = Runs(Store.open(root / "lab"), SETTINGS, drive=False)
    runs.wait([ask(runs, root)])
    runs.step()
    runs.close()


def cancelling(root: Path) -> None:
    runs = Runs(Store.open(root / "lab"), SETTINGS, drive=False)
    run = ask(runs, root, work_s=2.0)
    runs.step()
    runs.cancel(run)
    runs.wait([run])
    runs.close()


def start_child(scenario: Callable[[Path], None], root: Path, at: int) -> int:
    """Play a scenario in a process that dies at a boundary, and return its id."""
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
    return child


def await_child(child: int, root: Path) -> bool:
    """Return whether a child came as far as its boundary."""
    _, status = os.waitpid(child, 0)
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert died or status == 0, (root / "error").read_text()
    return died


def jobs_of(names: set[str]) -> dict[str, set[str]]:
    """Return the jobs that were ever submitted under some names."""
    answer = subprocess.run([*SACCT, "-D"], check=True, capture_output=True, text=True)
    found: dict[str, set[str]] = {name: set() for name in names}
    for job in parse_sacct(answer.stdout):
        if job.name in found:
            found[job.name].add(job.id.partition("_")[0])
    return found


class Afterwards:
    """A lab as the next process opens it."""

    def __init__(self, root: Path) -> None:
        self.root, self.store = root, Store.open(root / "lab")
        self.runs = Runs(self.store, SETTINGS, drive=False)
        self.runs.recover()
        self.ids = [run.id for run in everything(self.store)]

    def unfinished(self) -> bool:
        """Look after its runs, and say whether some are unfinished."""
        self.runs.step()
        return bool(self.runs.unfinished_among(self.ids))

    def close(self) -> tuple[list[RunRow], list[str]]:
        """Return its runs and what is wrong."""
        from checking import check_each_once, lines

        ended = self.runs.read(self.ids)
        completed = [run for run in ended if run.state == RunState.COMPLETED]
        wrong = check_each_once(self.store, completed, lines(self.root / "journal.txt"))[0]
        names = {f"nanoos-{run.id}-{number}" for run in ended for number in range(1, run.attempt + 1)}
        wrong += [f"{name}: jobs {ids}" for name, ids in jobs_of(names).items() if len(ids) > 1]
        self.runs.close()
        self.store.close()
        return ended, wrong


def everything(store: Store) -> list[RunRow]:
    with store.read() as session:
        return list(session.scalars(select(RunRow)))


def afterwards(roots: list[Path]) -> list[tuple[list[RunRow], list[str]]]:
    """Let everything end in some labs, and return their runs and what is wrong."""
    labs = [Afterwards(root) for root in roots]
    end = time.monotonic() + 120
    while [lab for lab in labs if lab.unfinished()]:
        assert time.monotonic() < end, "not everything ended within two minutes"
        time.sleep(0.05)
    return [lab.close() for lab in labs]


@pytest.mark.usefixtures("chaos")
@pytest.mark.parametrize("scenario", [submitting, cancelling])
def test_death_before_or_after_each_act_of_a_submitter(
    tmp_path: Path, scenario: Callable[[Path], None]
) -> None:
    """All boundaries at once, each in a lab of its own; those after the last one come to the end."""
    roots = [tmp_path / str(at) for at in range(1, 51)]
    for root in roots:
        root.mkdir()
        Store.open(root / "lab").close()
    seen: list[str] = []
    for first in range(0, len(roots), 10):
        some = roots[first : first + 10]
        children = [start_child(scenario, root, int(root.name)) for root in some]
        died = [await_child(child, root) for child, root in zip(children, some, strict=True)]
        seen += [(root / "crashed").read_text() for root, dead in zip(some, died, strict=True) if dead]
        if not all(died):
            break
    tried = roots[: 10 * (len(seen) // 10 + 1)]
    for root, (runs, wrong) in zip(tried, afterwards(tried), strict=True):
        where = (root / "crashed").read_text() if (root / "crashed").exists() else "nowhere"
        allowed = {RunState.COMPLETED} | ({RunState.CANCELLED} if scenario is cancelling else set())
        assert not wrong, f"boundary {root.name}, {where}: {wrong}"
        assert {run.state for run in runs} <= allowed, (
            f"boundary {root.name}, {where}: {[r.error for r in runs]}"
        )
        assert len(runs) <= 1, f"boundary {root.name}, {where}"
    print(f"\n{scenario.__name__}: died at {len(seen)} boundaries: {', '.join(seen)}")
    assert {"before submit", "after submit", "before write_tickets", "after write_tickets"} <= set(seen)
    assert Counter(seen)["before commit"] >= 3


# ---------------------------------------------------------------------- during sbatch

_SLOW = """#!/bin/sh
if [ -e "{home}/slow" ]; then
    echo $$ > "{home}/reached.part"; mv "{home}/reached.part" "{home}/reached"
    while [ -e "{home}/slow" ]; do sleep 0.05; done
fi
exec {real} "$@"
"""


@pytest.fixture
def slow_sbatch(slurm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an sbatch first on PATH that can be stopped before it speaks to the controller."""
    import shutil

    home = tmp_path / "bin"
    home.mkdir()
    program = home / "sbatch"
    program.write_text(_SLOW.format(home=home, real=shutil.which("sbatch")))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{home}:{os.environ['PATH']}")
    (home / "slow").touch()
    return home


def until(condition: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within a minute"
        time.sleep(0.01)


@pytest.mark.usefixtures("chaos")
@pytest.mark.parametrize("sbatch", ["goes on", "dies too", "comes when its run has been given up"])
def test_death_while_sbatch_is_under_way(slow_sbatch: Path, tmp_path: Path, sbatch: str) -> None:
    Store.open(tmp_path / "lab").close()
    child = start_child(submitting, tmp_path, 10**9)
    until((slow_sbatch / "reached").exists, "sbatch")
    os.kill(child, signal.SIGKILL)
    assert await_child(child, tmp_path)
    if sbatch == "dies too":
        os.kill(int((slow_sbatch / "reached").read_text()), signal.SIGKILL)
    if sbatch == "comes when its run has been given up":
        (slow_sbatch / "slow").rename(slow_sbatch / "fast")
        (slow_sbatch / "slow").touch()
        store = Store.open(tmp_path / "lab")
        runs = Runs(store, SETTINGS, drive=False)
        end = time.monotonic() + 60
        while not [run for run in everything(store) if run.state == RunState.PENDING]:
            assert time.monotonic() < end
            runs._reconciler.reconcile()
        runs.close()
        store.close()
    (slow_sbatch / "slow").unlink()
    (((run,), wrong),) = afterwards([tmp_path])
    assert wrong == []
    assert run.state == RunState.COMPLETED, run.error
    assert run.attempt == (1 if sbatch == "goes on" else 2)
