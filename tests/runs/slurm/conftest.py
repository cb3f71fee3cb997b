"""A scheduler of the tests' own, and runs that are submitted to it."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import release
from nanoos_lab.runs.driving import endings
from nanoos_lab.runs.slurm import executor as executors
from nanoos_lab.runs.slurm import scheduler as schedulers
from nanoos_lab.settings import Profile, Resources, RetryPolicy, Settings, SlurmSettings
from nanoos_lab.store import runs as rows
from nanoos_lab.store.schema import AttemptRow, RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.runs.slurm.executor import SlurmExecutor
    from nanoos_lab.store.database import Store

PROGRAMS = ("sbatch", "squeue", "sacct", "scancel", "scontrol", "srun")
SOURCE = Path(__file__).parent / "fake" / "fake_slurm.py"


class Fake:
    """The scheduler as a test sees it."""

    def __init__(self, home: Path) -> None:
        self.home, self.bin = home, home / "bin"
        self.bin.mkdir(parents=True)
        program = home / "fake_slurm.py"
        program.write_text(f"#!{sys.executable} -ES\n{SOURCE.read_text()}")
        program.chmod(0o755)
        for name in PROGRAMS:
            (self.bin / name).symlink_to(program)

    def change(self, act: Callable[[dict[str, Any]], Any]) -> Any:
        """Do something with the state, alone."""
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            path = self.home / "state.json"
            state = json.loads(path.read_text()) if path.exists() else self._fresh()
            result = act(state)
            path.write_text(json.dumps(state))
        return result

    @staticmethod
    def _fresh() -> dict[str, Any]:
        return {
            "next": 100, "jobs": {}, "accounts": {}, "fail": {}, "calls": [], "max_array": 1001, "keeps_accounts": True,
        }  # fmt: skip

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        return self.change(lambda state: dict(state["jobs"]))

    def set(self, job: str, state: str, **said: str) -> None:
        """Let a job be in a state."""
        self.change(lambda known: known["jobs"][job].update({"state": state, "reason": "None", **said}))

    def vanish(self, job: str, *, kept_as: str | None = None) -> None:
        """Let the controller forget a job, and perhaps the accounts know it in some state."""

        def act(state: dict[str, Any]) -> None:
            said = state["jobs"].pop(job)
            if kept_as is not None:
                state["accounts"][job] = {**said, "state": kept_as}

        self.change(act)

    def fail(self, program: str, said: str | None) -> None:
        """Let a program, or all by ``*``, fail with these words, or no longer."""

        def act(state: dict[str, Any]) -> None:
            state["fail"].pop(program, None)
            if said is not None:
                state["fail"][program] = said

        self.change(act)

    def calls(self, program: str) -> list[list[str]]:
        return self.change(lambda state: [words for words in state["calls"] if words[0] == program])

    def keep(self, **settings: Any) -> None:
        self.change(lambda state: state.update(settings))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake(tmp_path / "fake scheduler")
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    monkeypatch.setenv("SLURM_CONF", str(made.home))  # so that each test has a cluster of its own
    for name in ("QUERY_INTERVAL_S", "LONGEST_INTERVAL_S", "SECOND_OPINION_S", "LATE_ACCOUNTS_S"):
        monkeypatch.setattr(schedulers, name, 0.0)
    for name in ("SUBMISSION_PATIENCE_S", "LOCK_PATIENCE_S", "CANCEL_AGAIN_S"):
        monkeypatch.setattr(executors, name, 0.0)
    monkeypatch.setattr(executors, "EXPLANATION_PATIENCE_S", 60.0)
    monkeypatch.setattr(executors.SlurmExecutor, "pace_s", 0.0)
    monkeypatch.setattr(endings, "SHORTEST_PAUSE_S", 0.0)
    return made


@pytest.fixture
def slurm_profile() -> Profile:
    return Profile(
        name="cluster", executor="slurm", max_workers=4, retry=RetryPolicy(max_attempts=2, backoff_s=0.0),
        resources=Resources(memory_gb=0.5, walltime_hours=0.5), slurm=SlurmSettings(file_delay_s=0.0),
    )  # fmt: skip


@pytest.fixture
def settings(slurm_profile: Profile) -> Settings:
    return Settings(profiles={"cluster": slurm_profile, "here": Profile(name="here", executor="here")})


class Situation:
    """Runs that were submitted as one job, and what happens around them."""

    def __init__(self, runs: Runs, store: Store, fake: Fake) -> None:
        self.runs, self.store, self.fake = runs, store, fake
        self.claims: list[int] = []

    def submit(self, count: int = 1, **options: Any) -> list[str]:
        """Ask for runs, submit them, and return their ids."""
        first = options.pop("first", 0)
        ids = [
            self.runs.submit("double", {}, {"x": first + i}, on="cluster", **options).run.id
            for i in range(count)
        ]
        self.runs.step()
        return ids

    def row(self, run: str) -> RunRow:
        return self.runs.read([run])[0]

    def attempts(self, run: str) -> list[AttemptRow]:
        with self.store.read() as session:
            return rows.attempts_of(session, self.store.scope, run)

    def folder(self, run: str) -> AttemptFolder:
        return AttemptFolder(self.store.scope.files / self.attempts(run)[-1].folder)

    def job(self, run: str) -> str:
        return self.attempts(run)[-1].job_id

    def work(self, run: str, *begun: str, restarts: int = 0) -> AttemptFolder:
        """Let the worker of a run's folder claim it and begin some items."""
        folder = self.folder(run)
        job = self.job(run)
        content = json.dumps({"pid": 2**22 + 1, "job": job, "restarts": restarts}).encode()
        again = {"job": job, "restarts": restarts}
        claim = folder.take_over(content, **again) if restarts else folder.take_claim(content)
        assert claim is not None
        self.claims.append(claim)
        for one in begun:
            folder.start_item(one)
        return folder

    def die(self) -> None:
        """Let every worker be gone."""
        for claim in self.claims:
            release(claim)
        self.claims = []

    def finish(self, run: str, **changed: Any) -> None:
        document = {
            "protocol": 1, "run": run, "attempt": self.row(run).attempt, "state": "COMPLETED", "worker": {},
            "started_at": 1.0, "finished_at": 2.0, "summary": {"y": 2.0}, **changed,
        }  # fmt: skip
        self.folder(run).write_outcome(run, json.dumps(document).encode())

    def look(self, run: str) -> RunState:
        """Look until every question has been asked and answered, without starting anything new."""
        for _ in range(4):
            self.runs._reconciler.reconcile()
        return RunState(self.row(run).state)

    @property
    def executor(self) -> SlurmExecutor:
        return self.runs._pool.detached("cluster", "slurm")


@pytest.fixture
def situation(runs: Runs, store: Store, fake: Fake) -> Iterator[Situation]:
    made = Situation(runs, store, fake)
    yield made
    made.die()
