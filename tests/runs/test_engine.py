"""Runs as their user sees them, executed by this process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from nanoos_lab.errors import DetachedInterrupt, InvalidInputError, RunError, UnknownNameError
from nanoos_lab.runs import current_run_id
from nanoos_lab.settings import RetryPolicy
from nanoos_lab.store import runs as rows
from nanoos_lab.store.events import events_of
from nanoos_lab.store.schema import BatchRow, RunRow, RunState
from nanoos_lab.tasks import Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.database import Store


def finish(runs: Runs, *args: Any, **options: Any) -> RunRow:
    return runs.wait([runs.submit(*args, **options).run.id], timeout=60)[0]


def count_runs(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(RunRow)) or 0


def kinds(store: Store, run_id: str) -> list[str]:
    with store.read() as session:
        return [event.kind for event in events_of(session, store.scope, run_id)]


def test_a_run_completes_with_all_that_its_task_said(runs: Runs, store: Store) -> None:
    run = finish(runs, "double", {}, {"x": 4})
    assert run.state == RunState.COMPLETED
    assert run.summary == {"y": 8.0, "run": run.id}
    assert (run.converged, run.messages, run.error) == (False, ["mind this"], None)
    assert run.params == {"x": 4.0, "journal": ""}
    assert run.created_at <= run.started_at <= run.finished_at
    assert kinds(store, run.id) == ["run.submitted", "run.started", "run.completed"]
    with store.read() as session:
        (attempt,) = rows.attempts_of(session, store.scope, run.id)
    assert (attempt.number, attempt.ended, attempt.executor) == (1, RunState.COMPLETED, "here")
    assert attempt.worker["pid"]


def test_small_runs_leave_no_files(runs: Runs, store: Store) -> None:
    finish(runs, "double", {}, {"x": 1})
    finish(runs, "fail", {}, {"how": "error"})
    assert [p for p in (store.scope.files / "runs").rglob("*") if p.is_file()] == []


def test_the_same_run_is_done_once(runs: Runs, store: Store) -> None:
    first = runs.submit("double", {}, {"x": 3})
    again = runs.submit("double", {}, {"x": 3.0, "journal": ""})
    runs.wait([first.run.id])
    later = runs.submit("double", {}, {"x": 3})
    assert (first.reused, again.reused, later.reused) == (False, True, True)
    assert first.run.id == again.run.id == later.run.id
    assert later.run.state == RunState.COMPLETED
    assert count_runs(store) == 1


def test_force_runs_beside_it(runs: Runs) -> None:
    first = finish(runs, "double", {}, {"x": 3})
    forced = runs.submit("double", {}, {"x": 3}, force=True)
    assert not forced.reused
    assert forced.run.id != first.id
    runs.wait([forced.run.id])
    assert runs.submit("double", {}, {"x": 3}).run.id == first.id


def test_identity_and_parameters_are_part_of_the_key(runs: Runs) -> None:
    keys = {runs.submit("double", {}, {"x": x}).run.key for x in (1, 2, 7)}
    assert len(keys) == 3
    assert runs.submit("double", {}, {"x": 7}).run.identity == {"seed": 7}


def test_a_failed_run_says_why_and_does_not_answer_for_its_key(runs: Runs) -> None:
    run = finish(runs, "fail", {}, {"how": "error"})
    assert run.state == RunState.FAILED
    assert run.error["type"] == "ValueError"
    assert run.error["message"] == "the cell is too small"
    assert "sample_tasks.py" in run.error["traceback"]
    assert not runs.submit("fail", {}, {"how": "error"}).reused


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("exit", "the task ended its process (SystemExit: 3)"),
        ("nan", "outcome.summary.deep.list[1] = nan"),
        ("object", "outcome.summary.what"),
        ("nothing", "returned NoneType, not an Outcome"),
        ("outside", "outside the task's folder"),
        ("foreign subject", "'nobody', which is no input or output"),
        ("surrogate", "bad ? text"),
    ],
)
def test_whatever_a_task_does_is_an_outcome(runs: Runs, how: str, message: str) -> None:
    run = finish(runs, "fail", {}, {"how": how})
    assert run.state == RunState.FAILED
    assert message in run.error["message"]
    assert finish(runs, "double", {}, {"x": 1}).state == RunState.COMPLETED


def test_what_cannot_be_asked_for_is_refused_before_anything_is_recorded(runs: Runs, store: Store) -> None:
    for args, options, error in (
        (("double", {}, {"x": float("nan")}), {}, InvalidInputError),
        (("double", {}, {"x": float("inf")}), {}, InvalidInputError),
        (("double", {}, {"z": 1}), {}, InvalidInputError),
        (("doubel", {}, {"x": 1}), {}, UnknownNameError),
        (("double", {}, {"x": 1}), {"on": "cluster"}, UnknownNameError),
        (("double", {"structure": "SrTiO3"}, {"x": 1}), {}, (InvalidInputError, AttributeError)),
        (("double", {"structures": []}, {"x": 1}), {}, InvalidInputError),
        (("double", {}, {"x": 1}), {"parent_id": "feedfeedfeed"}, UnknownNameError),
    ):
        with pytest.raises(error):
            runs.submit(*args, **options)
    assert count_runs(store) == 0


def test_a_transient_failure_is_tried_again(runs: Runs, store: Store, tmp_path: Path) -> None:
    run = finish(runs, "fail", {}, {"how": "transient", "counter": str(tmp_path / "tries")})
    assert (run.state, run.attempt, run.summary) == (RunState.COMPLETED, 3, {"tries": 3})
    assert kinds(store, run.id).count("run.retrying") == 2


def test_tries_are_limited_and_retry_grants_new_ones(runs: Runs, tmp_path: Path) -> None:
    policy = RetryPolicy(max_attempts=1)
    params = {"how": "transient", "counter": str(tmp_path / "tries")}
    run = finish(runs, "fail", {}, params, retry=policy)
    assert (run.state, run.attempt) == (RunState.FAILED, 1)
    again = runs.wait([runs.retry(run.id).id], timeout=60)[0]
    assert (again.state, again.attempt) == (RunState.FAILED, 2)
    last = runs.wait([runs.retry(run.id).id], timeout=60)[0]
    assert (last.state, last.attempt, last.error) == (RunState.COMPLETED, 3, None)
    assert runs.submit("fail", {}, params).run.id == run.id


def test_a_backoff_is_kept(runs: Runs, tmp_path: Path) -> None:
    policy = RetryPolicy(max_attempts=3, backoff_s=0.05, factor=2.0)
    submitted = runs.submit(
        "fail", {}, {"how": "transient", "counter": str(tmp_path / "tries")}, retry=policy
    ).run
    run = runs.wait([submitted.id], timeout=60)[0]
    assert run.state == RunState.COMPLETED
    assert run.finished_at - run.created_at >= 0.05 + 0.1


def test_only_what_ended_without_a_result_is_retried(runs: Runs) -> None:
    done = finish(runs, "double", {}, {"x": 1})
    with pytest.raises(RunError, match="is COMPLETED"):
        runs.retry(done.id)
    with pytest.raises(UnknownNameError):
        runs.retry("feedfeedfeed")


def test_an_interrupt_detaches_and_the_run_goes_on(
    runs: Runs, tmp_path: Path, until: Callable[..., Any]
) -> None:
    run = runs.submit("gate", {}, {"opened": str(tmp_path / "open")}).run

    def interrupt(_fraction: float | None, _message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(DetachedInterrupt, match=f"run {run.id} goes on") as caught:
        runs.wait([run.id], on_progress=interrupt)
    assert caught.value.run_ids == [run.id]
    assert runs.wait([run.id], timeout=0)[0].state in {RunState.PENDING, RunState.RUNNING}
    (tmp_path / "open").touch()
    until(lambda: not runs.unfinished_among([run.id]), "collecting without a waiter")
    assert runs.wait([run.id])[0].state == RunState.COMPLETED


def test_progress_is_told(runs: Runs, tmp_path: Path, until: Callable[..., Any]) -> None:
    run = runs.submit("gate", {}, {"opened": str(tmp_path / "open")}).run
    assert runs.progress(run.id).fraction is None or runs.progress(run.id).fraction == 0.25
    until(lambda: runs.progress(run.id).message == "waiting", "progress")
    said = []
    (tmp_path / "open").touch()
    runs.wait([run.id], on_progress=lambda fraction, message: said.append((fraction, message)))
    assert set(said) <= {(0.25, "waiting"), (None, "running")}


def test_a_queued_run_is_cancelled_at_once_and_a_running_one_when_it_hears(
    runs: Runs, tmp_path: Path, until: Callable[..., Any]
) -> None:
    running = runs.submit("gate", {}, {"opened": str(tmp_path / "no"), "reached": str(tmp_path / "in")}).run
    queued = runs.submit("double", {}, {"x": 1, "journal": str(tmp_path / "journal")}).run
    until((tmp_path / "in").exists, "the start")
    assert runs.cancel(queued.id).state == RunState.CANCELLED
    assert runs.cancel(running.id).cancel_requested
    ended = runs.wait([running.id, queued.id], timeout=60)
    assert [run.state for run in ended] == [RunState.CANCELLED, RunState.CANCELLED]
    assert not (tmp_path / "journal").exists()
    assert runs.cancel(queued.id).state == RunState.CANCELLED


def test_cancelling_what_has_ended_changes_nothing(runs: Runs) -> None:
    done = finish(runs, "double", {}, {"x": 1})
    assert runs.cancel(done.id).state == RunState.COMPLETED


def test_a_cancelled_run_can_be_retried(runs: Runs, tmp_path: Path, until: Callable[..., Any]) -> None:
    params = {"opened": str(tmp_path / "open"), "reached": str(tmp_path / "in")}
    run = runs.submit("gate", {}, params).run
    until((tmp_path / "in").exists)
    runs.cancel(run.id)
    assert runs.wait([run.id], timeout=60)[0].state == RunState.CANCELLED
    (tmp_path / "open").touch()
    again = runs.wait([runs.retry(run.id).id], timeout=60)[0]
    assert (again.state, again.attempt, again.cancel_requested) == (RunState.COMPLETED, 2, False)


def test_the_urgent_go_first(runs: Runs, tmp_path: Path) -> None:
    gate = runs.submit("gate", {}, {"opened": str(tmp_path / "open")}).run
    journal = str(tmp_path / "journal")
    ids = [
        runs.submit("double", {}, {"x": x, "journal": journal}, priority=p).run.id
        for x, p in ((1, 0), (2, 0), (3, 5), (4, -1))
    ]
    (tmp_path / "open").touch()
    runs.wait([gate.id, *ids], timeout=60)
    assert (tmp_path / "journal").read_text().split() == ["3", "1", "2", "4"]


def test_a_batch_is_recorded_whole_and_reuses_what_is_there(runs: Runs, store: Store, tmp_path: Path) -> None:
    known = finish(runs, "double", {}, {"x": 1})
    batch = runs.submit_many("double", [{}, {}], {"x": 1}, label="twice")
    with store.read() as session:
        members = rows.runs_of_batch(session, store.scope, batch.id)
        assert rows.get_batch(session, store.scope, batch.id[:6]).label == "twice"
        assert [run.id for run in rows.find_runs(session, store.scope, batch=batch.id)] == [known.id]
    assert [(run.id, reused) for run, reused in members] == [(known.id, True)] * 2
    with pytest.raises(InvalidInputError):
        runs.submit_many("double", [{}, {"structures": []}], {"x": 2})
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(BatchRow)) == 1
    assert count_runs(store) == 1


def test_what_a_task_asks_for_is_recorded_as_its_own(runs: Runs, store: Store) -> None:
    class NoParams(Params):
        """None."""

    @task("outer", version="1")
    def outer(inputs: Any, params: NoParams, context: Any) -> Outcome:
        """Run another task inside, on the same thread."""
        inner = runs.wait([runs.submit("double", {}, {"x": 5}).run.id], timeout=60)[0]
        return Outcome(summary={"inner": inner.id, "me": current_run_id(), "y": inner.summary["y"]})

    run = finish(runs, outer, {}, {})
    assert run.state == RunState.COMPLETED, run.error
    assert run.summary["me"] == run.id
    assert run.summary["y"] == 10.0
    with store.read() as session:
        inner = rows.get_run(session, store.scope, run.summary["inner"])
        assert [r.id for r in rows.find_runs(session, store.scope, parent=run.id)] == [inner.id]
    assert current_run_id() is None


def test_the_parent_may_come_from_the_environment(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = finish(runs, "double", {}, {"x": 1})
    monkeypatch.setenv("NANOOS_PARENT_RUN", parent.id)
    assert finish(runs, "double", {}, {"x": 2}).parent_id == parent.id
    monkeypatch.setenv("NANOOS_PARENT_RUN", "feedfeedfeed")  # of another lab
    assert finish(runs, "double", {}, {"x": 3}).parent_id is None


def test_two_processes_asking_at_the_same_moment_get_one_run(
    make_runs: Callable[..., Runs], store: Store
) -> None:
    both, found = [make_runs(), make_runs()], []
    barrier = threading.Barrier(2)

    def ask(runs: Runs) -> None:
        barrier.wait()
        found.extend(runs.submit("double", {}, {"x": x}) for x in range(20))

    threads = [threading.Thread(target=ask, args=(runs,)) for runs in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_runs(store) == 20
    assert sorted(s.reused for s in found) == [False] * 20 + [True] * 20
    ids = sorted({s.run.id for s in found})
    assert {run.state for run in both[0].wait(ids, timeout=60)} == {RunState.COMPLETED}


def test_a_closed_lab_leaves_its_queue_to_whoever_wants_it(
    make_runs: Callable[..., Runs], tmp_path: Path, until: Callable[..., Any]
) -> None:
    first = make_runs()
    gate = first.submit("gate", {}, {"opened": str(tmp_path / "open"), "reached": str(tmp_path / "in")}).run
    waiting = first.submit("double", {}, {"x": 1}).run
    until((tmp_path / "in").exists)
    closing = threading.Thread(target=first.close)
    closing.start()
    (tmp_path / "open").touch()
    closing.join()

    second = make_runs()
    second.recover()
    assert second.wait([gate.id, waiting.id], timeout=0)[0].state == RunState.COMPLETED
    assert second.submit("double", {}, {"x": 1}).reused
    assert second.wait([waiting.id], timeout=60)[0].state == RunState.COMPLETED
