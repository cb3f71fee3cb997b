"""Runs in worker processes."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.driving import reconcile
from nanoos_lab.runs.executors.process import worker_environment
from nanoos_lab.settings import Profile, Resources, RetryPolicy, Settings
from nanoos_lab.store import runs as rows
from nanoos_lab.store.schema import RunRow, RunState
from nanoos_lab.tasks import Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.database import Store


def submit(runs: Runs, task_name: str, **params: Any) -> str:
    return runs.submit(task_name, {}, params, on="process").run.id


def wait(runs: Runs, *ids: str) -> list[RunRow]:
    return runs.wait(ids, timeout=60)


def folder_of(store: Store, run_id: str) -> AttemptFolder:
    with store.read() as session:
        return AttemptFolder(store.scope.files / rows.attempts_of(session, store.scope, run_id)[-1].folder)


def reached(path: Path, until: Callable[..., Any]) -> int:
    """Return the process id that a gate wrote when it was reached."""
    return int(until(lambda: path.exists() and path.read_text(), f"reaching {path.name}"))


def test_a_worker_does_the_work(runs: Runs, store: Store) -> None:
    (run,) = wait(runs, submit(runs, "double", x=4))
    assert run.state == RunState.COMPLETED, run.error
    assert run.summary == {"y": 8.0, "run": run.id}
    with store.read() as session:
        (attempt,) = rows.attempts_of(session, store.scope, run.id)
    assert attempt.worker["pid"] != os.getpid()
    assert attempt.job_id == str(attempt.worker["pid"])


def test_a_worker_gets_no_secret_and_its_share_of_threads(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("OMP_API_TOKEN", "x")
    monkeypatch.setenv("SOMETHING_ELSE", "x")
    run = runs.submit("environment", {}, {}, on="process", resources=Resources(cpus=2)).run
    (run,) = wait(runs, run.id)
    names = set(run.summary["names"])
    assert {"PATH", "OMP_NUM_THREADS"} <= names
    assert not names & {"AWS_SECRET_ACCESS_KEY", "OMP_API_TOKEN", "SOMETHING_ELSE"}
    assert (run.summary["threads"], run.summary["parent"], run.summary["stdin"]) == ("2", run.id, "")


def test_the_environment_is_chosen_by_name() -> None:
    given = {
        "PATH": "/bin",
        "LC_ALL": "C",
        "HOME": "/h",
        "GITHUB_TOKEN": "t",
        "CONDA_PASSWORD": "p",
        "X": "y",
    }
    chosen = worker_environment(Resources(cpus=3), given)
    chosen.pop("PYTHONPATH", None)
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "3")
    assert chosen == {"PATH": "/bin", "LC_ALL": "C", "HOME": "/h", **threads}


def test_a_task_of_this_session_only_is_refused_before_anything_is_recorded(runs: Runs, store: Store) -> None:
    class NoParams(Params):
        """None."""

    @task("mine", version="1")
    def mine(inputs: Any, params: NoParams, context: Any) -> Outcome:
        """Exist in this function only."""
        return Outcome()

    with pytest.raises(InvalidInputError, match="move it to a module file, or run it on='here'"):
        runs.submit(mine, {}, {}, on="process")
    with store.read() as session:
        assert rows.find_runs(session, store.scope) == []


def test_a_worker_outlives_its_submitter(
    make_runs: Callable[..., Runs], tmp_path: Path, until: Callable[..., Any]
) -> None:
    first = make_runs()
    run = submit(first, "gate", opened=str(tmp_path / "open"), reached=str(tmp_path / "in"))
    first.step()
    pid = reached(tmp_path / "in", until)
    assert os.getsid(pid) == pid
    first.close()
    second = make_runs()
    second.recover()
    assert second.wait([run], timeout=0)[0].state == RunState.RUNNING
    (tmp_path / "open").touch()
    (ended,) = wait(second, run)
    assert (ended.state, ended.attempt) == (RunState.COMPLETED, 1)


def test_an_error_stays_an_error(runs: Runs) -> None:
    (run,) = wait(runs, submit(runs, "fail", how="error"))
    assert (run.state, run.attempt, run.error["message"]) == (RunState.FAILED, 1, "the cell is too small")


@pytest.mark.parametrize(("how", "told"), [("hard", "exit status 9"), ("kill", "SIGKILL")])
def test_a_hard_death_is_tried_again_and_then_lost(runs: Runs, store: Store, how: str, told: str) -> None:
    (run,) = wait(runs, submit(runs, "fail", how=how))
    assert (run.state, run.attempt) == (RunState.LOST, 3)
    assert told in run.error["message"]
    assert how != "hard" or "last words" in run.error["message"]
    with store.read() as session:
        attempts = rows.attempts_of(session, store.scope, run.id)
    assert [attempt.ended for attempt in attempts] == [RunState.LOST] * 3
    assert not runs.submit("fail", {}, {"how": how}, on="process").reused
    assert how != "hard" or "last words" in runs.log(run.id)


def test_a_hard_death_need_not_repeat_itself(runs: Runs, tmp_path: Path) -> None:
    (run,) = wait(runs, submit(runs, "fail", how="kill", counter=str(tmp_path / "tries")))
    assert (run.state, run.attempt, run.summary) == (RunState.COMPLETED, 3, {"tries": 3})


def test_a_worker_that_cannot_start_is_not_tried_for_ever(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    (run,) = wait(runs, submit(runs, "double", x=1))
    assert (run.state, run.attempt) == (RunState.LOST, 3)
    assert "before it began (exit status 1)" in run.error["message"]
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    (run,) = wait(runs, submit(runs, "double", x=2))
    assert run.state == RunState.LOST
    assert "could not be started: FileNotFoundError" in run.error["message"]


def test_many_runs_are_few_folders_and_a_crash_costs_the_others_nothing(
    runs: Runs, store: Store, tmp_path: Path
) -> None:
    policy = RetryPolicy(max_attempts=1)
    gates = [
        submit(runs, "gate", opened=str(tmp_path / "open"), reached=str(tmp_path / f"{i}")) for i in "ab"
    ]
    runs.step()
    bad = runs.submit("fail", {}, {"how": "hard"}, on="process", retry=policy).run.id
    journal = str(tmp_path / "journal")
    good = [
        runs.submit("double", {}, {"x": x, "journal": journal}, on="process", retry=policy).run.id
        for x in range(40)
    ]
    (tmp_path / "open").touch()
    ended = wait(runs, *gates, bad, *good)
    assert [run.state for run in ended] == [RunState.COMPLETED] * 2 + [RunState.LOST] + [
        RunState.COMPLETED
    ] * 40
    with store.read() as session:
        folders = {rows.attempts_of(session, store.scope, run)[0].folder for run in good}
    assert len(folders) <= 20
    assert sorted(map(int, (tmp_path / "journal").read_text().split())) == list(range(40))


def chunk_of_gates(
    runs: Runs, store: Store, tmp_path: Path, until: Callable[..., Any], **options: Any
) -> list[str]:
    """Ask for nine gates, bring three into one chunk, and return all ids once the first is reached."""
    profile = Profile(name="process", executor="process", max_workers=1, retry=RetryPolicy(max_attempts=1))
    runs._settings = runs._pool.settings = Settings(profiles={"process": profile})
    ids = [
        submit(runs, "gate", opened=str(tmp_path / f"open{i}"), reached=str(tmp_path / f"in{i}"), **options)
        for i in range(9)
    ]
    runs.step()
    reached(tmp_path / "in0", until)
    with store.read() as session:
        flights = rows.in_flight(session, store.scope)
    assert [flight.id for flight in flights] == ids[:3]
    assert len({flight.folder for flight in flights}) == 1
    return ids


def test_one_of_a_chunk_is_cancelled_without_its_siblings(
    runs: Runs, store: Store, tmp_path: Path, until: Callable[..., Any]
) -> None:
    first, second, third, *_ = chunk_of_gates(runs, store, tmp_path, until)
    assert runs.cancel(second).state == RunState.CANCELLED
    runs.cancel(first)
    for i in range(9):
        (tmp_path / f"open{i}").touch() if i else None
    ended = wait(runs, first, second, third)
    assert [run.state for run in ended] == [RunState.CANCELLED, RunState.CANCELLED, RunState.COMPLETED]
    assert ended[2].attempt == 1
    assert not (tmp_path / "in1").exists()


def test_a_deaf_task_is_killed_with_its_children_and_its_siblings_are_not_charged(
    runs: Runs, store: Store, tmp_path: Path, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "CANCEL_GRACE_S", 0.02)
    first, *others = chunk_of_gates(runs, store, tmp_path, until, deaf=True, child=True)
    child = psutil.Process(int((tmp_path / "in0").read_text()))
    runs.cancel(first)
    (ended,) = wait(runs, first)
    assert ended.state == RunState.CANCELLED
    assert "did not stop by itself" in ended.error["message"]
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the end of its child")
    for i in range(1, 9):
        (tmp_path / f"open{i}").touch()
    assert [run.state for run in wait(runs, *others)] == [RunState.COMPLETED] * 8
    for i in range(1, 9):
        os.kill(reached(tmp_path / f"in{i}", until), signal.SIGKILL)


def test_a_run_that_ends_before_the_cancel_stays_completed(
    runs: Runs, store: Store, tmp_path: Path, until: Callable[..., Any]
) -> None:
    run = submit(runs, "gate", opened=str(tmp_path / "open"), reached=str(tmp_path / "in"), deaf=True)
    runs.step()
    reached(tmp_path / "in", until)
    (tmp_path / "open").touch()
    until(folder_of(store, run).outcome(run).exists, "the outcome")
    assert runs.cancel(run).state == RunState.COMPLETED


def test_a_foreign_process_is_never_killed(runs: Runs, store: Store, tmp_path: Path) -> None:
    """A claim that names another process, or a worker that is gone, kills nobody."""
    from nanoos_lab.runs.attempts.presence import release
    from nanoos_lab.runs.executors.process import ProcessExecutor

    folder = AttemptFolder(tmp_path / "attempt")
    folder.prepare()
    executor = ProcessExecutor(Profile(name="process", executor="process"))
    bystander = psutil.Popen(["sleep", "600"], start_new_session=True)
    try:
        claim = folder.take_claim(f'{{"pid": {bystander.pid}, "start_ticks": 1}}'.encode())
        executor.stop(folder, str(bystander.pid), hard=True)  # alive, but not the process that claimed
        release(claim)
        executor.stop(folder, str(bystander.pid), hard=True)  # gone
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_no_more_workers_than_allowed(
    make_runs: Callable[..., Runs], store: Store, tmp_path: Path, until: Callable[..., Any]
) -> None:
    one, other = make_runs(), make_runs()
    ids = [
        submit(one, "gate", opened=str(tmp_path / "open"), reached=str(tmp_path / f"in{i}")) for i in range(4)
    ]
    one.step()
    other.step()
    reached(tmp_path / "in0", until), reached(tmp_path / "in1", until)
    for runs in (one, other):
        runs.step()
    with store.read() as session:
        assert len({flight.folder for flight in rows.in_flight(session, store.scope)}) == 2
    (tmp_path / "open").touch()
    assert {run.state for run in wait(other, *ids)} == {RunState.COMPLETED}


def test_the_driver_needs_nobody_waiting(
    make_runs: Callable[..., Runs], store: Store, until: Callable[..., Any]
) -> None:
    runs = make_runs(drive=True)
    ids = [submit(runs, "double", x=x) for x in range(5)]
    until(lambda: not runs.unfinished_among(ids), "the end")
    assert {run.state for run in runs.wait(ids)} == {RunState.COMPLETED}
    until(lambda: not any(folder_of(store, run).path.exists() for run in ids), "tidying")
    until(lambda: runs._driver._thread is None, "the end of its thread")


def test_ended_workers_are_reaped(runs: Runs, until: Callable[..., Any]) -> None:
    wait(runs, *[submit(runs, "double", x=x) for x in range(6)], submit(runs, "fail", how="kill"))

    def no_zombies() -> bool:
        runs.step()
        children = psutil.Process().children()
        return not [
            c for c in children if c.status() == psutil.STATUS_ZOMBIE and c.name().startswith("python")
        ]

    until(no_zombies, "reaping")


def test_settled_folders_go_and_logs_stay(runs: Runs, store: Store, until: Callable[..., Any]) -> None:
    quiet, loud = submit(runs, "double", x=1), submit(runs, "fail", how="hard")
    wait(runs, quiet, loud)

    def tidy() -> bool:
        runs.step()
        return not folder_of(store, quiet).path.exists()

    until(tidy, "tidying")
    assert [p.name for p in folder_of(store, loud).path.iterdir() if p.stat().st_size] != []
    assert not (folder_of(store, loud).path / "outcomes").exists()
