"""Workers drive runs on a real cluster with no notebook open, take over from each other, and double nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.lab import Lab
from nanoos_lab.settings import RetryPolicy
from nanoos_lab.store.leases import current_lease

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.system
MODULES = [Path(__file__).parent / "modules", Path(__file__).parents[2] / "runs" / "modules"]
LEASE_S = "4"
SETTINGS = """
default_profile = "cluster"
[profiles.cluster]
executor = "slurm"
max_workers = 8
[profiles.cluster.resources]
memory_gb = 0.4
walltime_hours = 0.2
[profiles.cluster.slurm]
file_delay_s = 0.5
runs_per_job = 2
"""


class Worker:
    """A ``nanoos worker`` in a process of its own."""

    def __init__(self, lab: Path, *options: str) -> None:
        words = [
            sys.executable,
            "-m",
            "nanoos_lab",
            "--lab",
            str(lab),
            "worker",
            "--lease",
            LEASE_S,
            *options,
        ]
        repository = Path(__file__).parents[3]
        paths = os.pathsep.join(
            map(str, [repository, *MODULES, *filter(None, [os.environ.get("PYTHONPATH")])])
        )
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.heard: list[str] = []

    def until(self, words: str) -> Worker:
        """Wait until it says something."""
        while not any(words in line for line in self.heard):
            line = self.process.stdout.readline()
            assert line, f"it ended after saying {self.heard}"
            self.heard.append(line)
        return self

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> str:
        """Ask it to stop and return all that it said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=120)
        return "".join(self.heard) + rest


@pytest.fixture
def worker(slurm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Worker]]:
    """Start workers of the lab ``lab``, which have ended when the test has."""
    (tmp_path / "settings.toml").write_text(SETTINGS)
    monkeypatch.setenv("NANOOS_SETTINGS", str(tmp_path / "settings.toml"))
    started: list[Worker] = []

    def start(*options: str) -> Worker:
        started.append(Worker(tmp_path / "lab", *options))
        return started[-1]

    yield start
    for one in started:
        with contextlib.suppress(ProcessLookupError):
            one.kill()


def test_a_worker_drives_a_batch_and_its_retries_with_no_notebook_open(worker: Any, tmp_path: Path) -> None:
    from sample_tasks import double, fail

    journal = tmp_path / "journal"
    policy = RetryPolicy(max_attempts=3, backoff_s=0.3, factor=2.0)
    with Lab(tmp_path / "lab", drive=False) as lab:
        runs = [lab.engine.submit(double, {}, {"x": i, "journal": str(journal)}).run.id for i in range(6)]
        params = {"how": "transient", "counter": str(tmp_path / "tries")}
        flaky = lab.engine.submit(fail, {}, params, retry=policy).run.id
    said = worker("--until-idle").process.communicate(timeout=180)[0]
    with Lab(tmp_path / "lab", drive=False) as lab:
        rows = lab.engine.read([*runs, flaky])
        assert [row.state for row in rows] == ["COMPLETED"] * 7, said
        assert (rows[-1].attempt, rows[-1].summary) == (3, {"tries": 3})
        assert sorted(journal.read_text().split()) == [str(i) for i in range(6)]
        assert {run.usage.max_rss_bytes is not None for run in lab.runs()} == {True}
        with lab.store.read() as session:
            assert current_lease(session, lab.store.scope, lab.engine.lease_name) is None
    assert "stopped" in said


def test_a_notebook_waits_while_workers_work_and_one_takes_over_from_one_that_was_killed(
    worker: Any, tmp_path: Path
) -> None:
    from sample_tasks import double
    from slurm_tasks import hold

    journal, opened = tmp_path / "journal", tmp_path / "opened"
    with Lab(tmp_path / "lab") as lab:
        first = worker().until("looking after runs")
        second = worker().until("worker on")
        params = [{"x": i, "journal": str(journal)} for i in range(6)]
        early = [lab.engine.submit(double, {}, one).run.id for one in params[:3]]
        held = lab.engine.submit(
            hold, {}, {"opened": str(opened), "reached": str(tmp_path / "reached")}
        ).run.id
        ended = lab.engine.wait(early, timeout=120)
        assert [run.state for run in ended] == ["COMPLETED"] * 3
        until((tmp_path / "reached").exists)
        (at_work,) = lab.engine.read([held])
        assert at_work.owner not in {None, lab.engine.token}, "the notebook leaves it to the workers"
        late = [lab.engine.submit(double, {}, one).run.id for one in params[3:]]
        first.kill()  # perhaps just as it submits them
        second.until("looking after runs")
        opened.touch()
        ended = lab.engine.wait([*late, held], timeout=120)
        assert [run.state for run in ended] == ["COMPLETED"] * 4
        assert sorted(journal.read_text().split()) == [str(i) for i in range(6)]
        assert len((tmp_path / "reached").read_text().splitlines()) == 1
        assert "stopped" in second.stop()


def until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
