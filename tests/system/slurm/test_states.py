"""What becomes of jobs on a real SLURM, and what is recorded of it."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.driving import reconcile
from nanoos_lab.runs.slurm import executor
from nanoos_lab.settings import Resources, RetryPolicy
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
S = RunState
OUT_OF_TIME = Resources(walltime_hours=1 / 60)


@pytest.fixture(scope="module", autouse=True)
def long_job(slurm_cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Begin a run that will run out of its one minute while the other tests go on."""
    from tests.system.slurm.conftest import ClusterLab, settings_with

    with pytest.MonkeyPatch.context() as patch:
        for name, value in slurm_cluster.environment.items():
            patch.setenv(name, value)
        for folder in ("system/slurm/modules", "runs/modules"):
            patch.syspath_prepend(str(Path(__file__).parents[2] / folder))
        import slurm_tasks

        folder = tmp_path_factory.mktemp("time")
        lab = ClusterLab(folder / "lab", settings_with(signal_delay_s=1, extra={"nodelist": "n2"}))
        params = {"opened": str(folder / "never"), "reached": str(folder / "in")}
        run = lab.runs.submit(slurm_tasks.hold, {}, params, on="cluster", resources=OUT_OF_TIME).run.id
        lab.runs.step()
    yield lab, run
    lab.close()


def test_the_plain_path(lab: Any) -> None:
    ids = [lab.submit("double", x=x) for x in range(8)]
    ended = lab.wait(*ids)
    assert [run.state for run in ended] == [S.COMPLETED] * 8, [run.error for run in ended]
    assert [run.summary["y"] for run in ended] == [2.0 * x for x in range(8)]
    jobs = {lab.job(run) for run in ids}
    assert len({job.partition("_")[0] for job in jobs}) == 1
    assert len(jobs) == 8
    lab.until(lambda: not list((lab.store.scope.files / "runs" / "submissions").iterdir()), "tidying")


def test_hard_ends_are_lost_with_the_schedulers_word_and_the_last_of_the_log(
    lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "EXPLANATION_PATIENCE_S", 60.0)  # sacct is late where all cores are busy
    # sacct keeps the lower bits of what a shell makes of a signal
    ways = {"exit": "9:0", "kill": "(9|137):0", "segfault": "(11|139):0"}
    ids = [lab.submit("end", how=how) for how in ways]
    for run, told in zip(lab.wait(*ids), ways.values(), strict=True):
        assert run.state == S.LOST
        assert f"SLURM job {lab.job(run.id)} ended as FAILED" in run.error["message"]
        assert re.search(f"exit status {told}", run.error["message"]), run.error["message"]
        assert "last words" in run.error["message"]
        assert "last words" in lab.runs.log(run.id)


def test_a_hard_end_is_tried_again(lab: Any) -> None:
    run = lab.submit("end", how="exit", retry=RetryPolicy(max_attempts=2, backoff_s=0.0))
    (ended,) = lab.wait(run)
    assert (ended.state, ended.attempt) == (S.LOST, 2)
    assert len({attempt.job_id for attempt in lab.attempts(run)}) == 2


def test_memory_that_was_not_asked_for_ends_it_with_advice(lab: Any) -> None:
    (run,) = lab.wait(lab.submit("end", how="memory", retry=RetryPolicy(max_attempts=3)))
    assert (run.state, run.attempt) == (S.FAILED, 1)
    assert "ran out of memory: ask for more with resources=Resources(memory_gb=...)" in run.error["message"]
    assert run.error["type"] == "LimitError"


@pytest.mark.parametrize("begun", [False, True])
def test_a_job_cancelled_outside_is_cancelled(lab: Any, command: Any, tmp_path: Path, *, begun: bool) -> None:
    places = (
        {} if begun else {"resources": Resources(cpus=16)}
    )  # more than a node has: it would wait for ever
    params = {"opened": str(tmp_path / "open"), "reached": str(tmp_path / "in")}
    if begun:
        run = lab.submit("hold", **params, **places)
        lab.reached(tmp_path / "in")
    else:
        command("scontrol", "update", "partitionname=main", "state=down")
        run = lab.submit("hold", **params)
        lab.until(lambda: lab.read(run).state == S.QUEUED and lab.attempts(run)[-1].reason, "a reason")
        assert lab.attempts(run)[-1].reason == "PartitionDown"
        command("scontrol", "update", "partitionname=main", "state=up")
    command("scancel", lab.job(run))
    (ended,) = lab.wait(run)
    assert ended.state == S.CANCELLED
    assert "by user 0" in ended.error["message"]


@pytest.fixture
def impatient_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "CANCEL_GRACE_S", 0.1)


@pytest.mark.usefixtures("impatient_cancel")
def test_cancel_reaches_the_job_its_children_and_theirs(lab: Any, tmp_path: Path) -> None:
    run = lab.submit("hold", opened=str(tmp_path / "open"), reached=str(tmp_path / "in"), family=True)
    family = lab.reached(tmp_path / "in")
    assert len(family) == 3
    lab.until(lambda: lab.read(run).state == S.RUNNING, "running")
    lab.runs.cancel(run)
    (ended,) = lab.wait(run)
    assert ended.state == S.CANCELLED
    lab.until(
        lambda: not [pid for pid in family if Path(f"/proc/{pid}/exe").exists()], "the end of the family"
    )


def test_a_job_that_was_put_back_goes_on_as_the_same_attempt(lab: Any, command: Any, tmp_path: Path) -> None:
    run = lab.submit("hold", opened=str(tmp_path / "open"), reached=str(tmp_path / "in"))
    lab.reached(tmp_path / "in")
    lab.until(lambda: lab.read(run).state == S.RUNNING, "running")
    command("scontrol", "requeue", lab.job(run))
    lab.until(lambda: lab.read(run).state == S.QUEUED, "being queued again")
    (tmp_path / "open").touch()
    (ended,) = lab.wait(run)
    assert (ended.state, ended.attempt) == (S.COMPLETED, 1)
    assert len((tmp_path / "in").read_text().splitlines()) == 2
    assert ended.summary["folder"] == ["left.txt"]  # nothing of the first incarnation


def test_a_task_that_can_be_continued_is_put_back_when_time_runs_out(
    lab: Any, command: Any, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    run = lab.submit("count_slowly", to=60, pause_s=0.1, journal=str(journal))
    lab.until(lambda: (lab.runs.progress(run).fraction or 0) > 0.1, "some progress")
    command("scancel", "--signal=USR2", lab.job(run))
    lab.until(lambda: lab.read(run).state == S.QUEUED, "being queued again")
    (ended,) = lab.wait(run)
    assert (ended.state, ended.attempt) == (S.COMPLETED, 1), ended.error
    assert ended.summary == {"total": 60 * 61 // 2, "begun": 2}
    begun = [int(line.split()[1]) for line in journal.read_text().splitlines()]
    assert begun[0] == 0
    assert 0 < begun[1] < 60


def test_the_notice_ends_nobody_and_begins_nothing_more(
    slurm: Any, make_lab: Any, command: Any, tmp_path: Path
) -> None:
    lab = make_lab(runs_per_job=2)
    ids = [
        lab.submit("hold", opened=str(tmp_path / "open"), reached=str(tmp_path / f"in{i}"), family=True)
        for i in range(2)
    ]
    family = lab.reached(tmp_path / "in0")
    command("scancel", "--signal=USR2", lab.job(ids[0]))
    time.sleep(0.5)  # what the signal would end ends at once
    assert all(Path(f"/proc/{pid}/exe").exists() for pid in family)
    (tmp_path / "open").touch()
    first, second = lab.wait(*ids)
    assert (first.state, first.attempt, first.summary["alive"]) == (S.COMPLETED, 1, 3)
    assert (second.state, second.attempt) == (S.COMPLETED, 2)
    assert lab.attempts(ids[1])[0].started_at is None


@pytest.mark.parametrize("requeue", [True, False])
def test_a_node_that_fails_costs_nothing(
    slurm: Any, make_lab: Any, command: Any, tmp_path: Path, *, requeue: bool
) -> None:
    lab = make_lab(extra={"nodelist": "n1"} | ({} if requeue else {"no-requeue": True}))
    run = lab.submit("hold", opened=str(tmp_path / "open"), reached=str(tmp_path / "in"))
    lab.reached(tmp_path / "in")
    lab.until(lambda: lab.read(run).state == S.RUNNING, "running")
    node = command("squeue", "-h", "-j", lab.job(run), "-o", "%N").strip()
    command("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
    lab.until(lambda: lab.read(run).state != S.RUNNING, "hearing of it")
    (tmp_path / "open").touch()
    (ended,) = lab.wait(run)  # the node's slurmd takes up its service again by itself
    assert ended.state == S.COMPLETED, ended.error
    attempts = lab.attempts(run)
    assert len(attempts) == (1 if requeue else 2)
    if not requeue:
        assert "NODE_FAIL" in attempts[0].reason
        assert attempts[0].started_at is None


def test_a_controller_that_is_away_concludes_nothing(slurm: Any, lab: Any, tmp_path: Path) -> None:
    run = lab.submit("hold", opened=str(tmp_path / "open"), reached=str(tmp_path / "in"))
    lab.reached(tmp_path / "in")
    slurm.kill("slurmctld", signal.SIGTERM)  # it writes down its jobs, or it would give their ids away again
    try:
        waiting = lab.submit("double", x=1)
        lab.until(lambda: "does not answer" in (lab.attempts(run)[-1].reason or ""), "silence")
        assert lab.read(run).state in {S.QUEUED, S.RUNNING}
        (tmp_path / "open").touch()
        (ended,) = lab.wait(run)  # the result needs no scheduler
        assert ended.state == S.COMPLETED
        assert lab.read(waiting).state in {S.PENDING, S.SUBMITTING}
    finally:
        slurm.start_controller()
    (ended,) = lab.wait(waiting)
    assert ended.state == S.COMPLETED
    assert all(attempt.started_at is None for attempt in lab.attempts(waiting)[:-1])


def test_a_job_that_the_controller_lost_vanished(
    slurm: Any, lab: Any, command: Any, long_job: tuple[Any, str]
) -> None:
    long_job[0].wait(long_job[1])  # or it would be lost as well
    command("scontrol", "update", "partitionname=main", "state=down")
    run = lab.submit("double", x=5)
    lab.until(lambda: lab.read(run).state == S.QUEUED and lab.attempts(run)[-1].reason, "a reason")
    first = lab.job(run)
    lab.until(lambda: "PENDING" in command("sacct", "-X", "-n", "-j", first, "-o", "State"), "the accounts")
    slurm.lose_everything()  # of which they write: CANCELLED, by nobody
    (ended,) = lab.wait(run)
    assert ended.state == S.COMPLETED
    assert f"SLURM job {first} vanished before it began" in lab.attempts(run)[0].reason
    assert lab.attempts(run)[0].started_at is None


def test_time_that_was_not_asked_for_ends_it_with_advice(slurm: Any, long_job: tuple[Any, str]) -> None:
    """Last of all: its minute has gone by while the others ran."""
    lab, run = long_job
    (ended,) = lab.wait(run)
    assert ended.state == S.FAILED, ended.error
    assert f"SLURM job {lab.job(run)} ended as TIMEOUT" in ended.error["message"]
    assert "ask for more with resources=Resources(walltime_hours=...)" in ended.error["message"]
