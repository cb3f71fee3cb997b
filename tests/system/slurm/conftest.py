"""Runs on a real SLURM cluster on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.engine import Runs
from nanoos_lab.runs.slurm import executor as executors
from nanoos_lab.settings import Profile, Resources, RetryPolicy, Settings, SlurmSettings
from nanoos_lab.store import runs as rows
from nanoos_lab.store.database import Store
from nanoos_lab.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nanoos_lab.store.schema import AttemptRow, RunRow

HERE = Path(__file__).parent
MODULES = (HERE / "modules", HERE.parents[1] / "runs" / "modules")
NAMES = {
    "slurm_tasks": ("end", "hold", "count_slowly"),
    "sample_tasks": ("double", "environment", "strain"),
}
ONCE = RetryPolicy(max_attempts=1, backoff_s=0.0)


@pytest.fixture(autouse=True)
def tasks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the tasks of the tests into the registry, and their modules where nodes find them."""
    import importlib

    for folder in MODULES:
        monkeypatch.syspath_prepend(str(folder))
    found = {
        task: getattr(importlib.import_module(module), task)
        for module, tasks in NAMES.items()
        for task in tasks
    }
    monkeypatch.setattr(TASKS, "_loaded", {**TASKS._loaded, **found})
    yield
    for module in NAMES:
        sys.modules.pop(module, None)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing here wait for a slow file system or a busy login node."""
    monkeypatch.setattr(executors, "SUBMISSION_PATIENCE_S", 3.0)


def settings_with(*, walltime_hours: float = 0.5, memory_gb: float = 0.4, **slurm: Any) -> Settings:
    profile = Profile(
        name="cluster", executor="slurm", max_workers=16, retry=ONCE,
        resources=Resources(memory_gb=memory_gb, walltime_hours=walltime_hours),
        slurm=SlurmSettings(**{"file_delay_s": 0.5, "runs_per_job": 1, **slurm}),
    )  # fmt: skip
    return Settings(profiles={"cluster": profile, "here": Profile(name="here", executor="here")})


class ClusterLab:
    """A lab whose runs go to the cluster."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.store = Store.open(folder)
        self.runs = Runs(self.store, settings or settings_with(), drive=False)

    def submit(self, task: str, /, on: str = "cluster", **params: Any) -> str:
        options = {name: params.pop(name) for name in ("retry", "resources") if name in params}
        return self.runs.submit(task, {}, params, on=on, **options).run.id

    def wait(self, *ids: str) -> list[RunRow]:
        ended = self.runs.wait(ids, timeout=120)
        assert not self.runs.unfinished_among(ids), [(run.id, run.state) for run in ended]
        return ended

    def read(self, run: str) -> RunRow:
        return self.runs.read([run])[0]

    def attempts(self, run: str) -> list[AttemptRow]:
        with self.store.read() as session:
            return rows.attempts_of(session, self.store.scope, run)

    def job(self, run: str) -> str:
        return self.attempts(run)[-1].job_id

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Look after the runs until something is so."""
        end = time.monotonic() + 90
        while not (found := condition()):
            assert time.monotonic() < end, f"{what} did not happen within 90 s; {self.states()}"
            self.runs.step()
            time.sleep(0.02)
        return found

    def states(self) -> list[str]:
        with self.store.read() as session:
            return [
                f"{run.id} {run.state} {attempt.number if attempt else ''} {attempt.job_id if attempt else ''}: "
                f"{attempt.reason if attempt else ''}"
                for run in rows.find_runs(session, self.store.scope)
                for attempt in [
                    next(iter(reversed(rows.attempts_of(session, self.store.scope, run.id))), None)
                ]
            ]

    def reached(self, path: Path, times: int = 1) -> list[int]:
        """Return the processes that a task told of when it began for the n-th time."""
        self.until(
            lambda: path.exists() and len(path.read_text().splitlines()) >= times, f"{path.name} is reached"
        )
        return json.loads(path.read_text().splitlines()[times - 1])

    def close(self) -> None:
        self.runs.close()
        self.store.close()


@pytest.fixture
def make_lab(tmp_path: Path) -> Iterator[Callable[..., ClusterLab]]:
    opened: list[ClusterLab] = []

    def make(name: str = "lab", **options: Any) -> ClusterLab:
        opened.append(ClusterLab(tmp_path / name, settings_with(**options)))
        return opened[-1]

    yield make
    for lab in opened:
        for run in lab.runs._settings.profiles and list(lab.runs.unfinished_among(_all(lab))):
            lab.runs.cancel(run)
        lab.close()


def _all(lab: ClusterLab) -> list[str]:
    with lab.store.read() as session:
        return [run.id for run in rows.find_runs(session, lab.store.scope)]


@pytest.fixture
def lab(slurm: Any, make_lab: Callable[..., ClusterLab]) -> ClusterLab:
    """Return a lab on the cluster that keeps accounts."""
    return make_lab()


@pytest.fixture
def command(slurm: Any) -> Callable[..., str]:
    """Run one of SLURM's commands, again where the controller is just coming up."""

    def run(*words: str) -> str:
        return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout

    return run
