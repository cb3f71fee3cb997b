"""Runs in the database: who may change what, and what is found."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from nanoos_lab.errors import UnknownNameError
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import events_of
from nanoos_lab.store.run_changes import Ending
from nanoos_lab.store.schema import BatchRow, RunRow, RunState, new_id

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def pending(store: Store) -> Callable[..., str]:
    def make(**columns: Any) -> str:
        run = {
            "id": new_id(), "project_id": store.scope.project_id, "task": "relax", "task_version": "1",
            "params": {}, "identity": {}, "key": "k", "active_key": None, "state": RunState.PENDING,
            "profile": "process", "executor": "process", "priority": 0, "resources": {}, "retry": {}, "attempt": 0,
            "author": "ada", "owner": "me", "created_at": time.time(),
        } | columns  # fmt: skip
        with store.write() as session:
            changes.insert_runs(session, store.scope, [run], [[]])
        return str(run["id"])

    return make


def begin(
    store: Store, *runs: str, state: RunState = RunState.SUBMITTING, folder: str = "runs/f"
) -> list[str]:
    with store.write() as session:
        attempts = {run.id: run.attempt for run in rows.get_runs(session, store.scope, runs)}
        claimed = changes.begin_attempts(
            session, store.scope, [(run, attempts[run]) for run in runs], state=state, owner="me", folder=folder,
            executor="process",
        )  # fmt: skip
    return [run for run, _ in claimed]


def state_of(store: Store, run: str) -> tuple[str, int]:
    with store.read() as session:
        row = rows.get_run(session, store.scope, run)
    return row.state, row.attempt


@pytest.mark.parametrize(
    ("attempt", "expected", "changed"),
    [
        (1, [RunState.SUBMITTING], True),
        (1, [RunState.QUEUED, RunState.SUBMITTING], True),
        (1, [RunState.QUEUED], False),
        (0, [RunState.SUBMITTING], False),
        (2, [RunState.SUBMITTING], False),
    ],
)
def test_a_state_changes_only_where_the_row_is_as_believed(
    store: Store, pending: Callable[..., str], attempt: int, expected: list[RunState], *, changed: bool
) -> None:
    run = pending()
    begin(store, run)
    with store.write() as session:
        values = {"state": RunState.QUEUED}
        assert changed == changes.change_state(
            session, store.scope, run, attempt=attempt, expected=expected, values=values
        )
    assert state_of(store, run)[0] == (RunState.QUEUED if changed else RunState.SUBMITTING)


def test_a_run_is_claimed_once(store: Store, pending: Callable[..., str]) -> None:
    one, two = pending(), pending()
    assert begin(store, one) == [one]
    assert begin(store, one, two) == [two]
    assert state_of(store, one) == (RunState.SUBMITTING, 1)


def test_another_project_is_not_touched(store: Store, pending: Callable[..., str]) -> None:
    run = pending()
    begin(store, run)
    with Store.open(store.root, project="other") as other:
        with other.write() as session:
            assert not changes.change_state(
                session, other.scope, run, attempt=1, expected=list(RunState), values={"state": "LOST"}
            )
            changes.request_cancel(session, other.scope, run)
        with other.read() as session:
            assert rows.get_run(session, other.scope, run) is None
            assert rows.in_flight(session, other.scope) == []
            assert rows.find_runs(session, other.scope) == []
    assert state_of(store, run) == (RunState.SUBMITTING, 1)


def test_an_active_key_is_unique_in_its_project(store: Store, pending: Callable[..., str]) -> None:
    run = pending(active_key="k")
    pending(active_key=None)
    with pytest.raises(IntegrityError):
        pending(active_key="k")
    with store.read() as session:
        assert {key: row.id for key, row in rows.find_active(session, store.scope, ["k", "x"]).items()} == {
            "k": run
        }


def test_only_attempts_that_began_are_spent(store: Store, pending: Callable[..., str]) -> None:
    run = pending()
    for started in (5.0, None, 6.0):
        begin(store, run)
        number = state_of(store, run)[1]
        with store.write() as session:
            changes.end_attempt(session, store.scope, run, number, Ending(RunState.LOST, "died", started))
            changes.change_state(
                session, store.scope, run, attempt=number, expected=rows.IN_FLIGHT,
                values={"state": RunState.PENDING},
            )  # fmt: skip
    with store.read() as session:
        assert rows.spent_attempts(session, store.scope, run) == 2
        assert rows.spent_attempts(session, store.scope, run, after=1) == 1
        assert [(a.number, a.reason) for a in rows.attempts_of(session, store.scope, run)] == [
            (1, "died"), (2, "died"), (3, "died"),
        ]  # fmt: skip


def test_what_is_in_flight(store: Store, pending: Callable[..., str]) -> None:
    one, two, three = pending(), pending(), pending()
    begin(store, one, two, folder="runs/x")
    with store.read() as session:
        flights = rows.in_flight(session, store.scope)
        assert rows.folders_in_flight(session, store.scope, "process") == 1
        assert rows.folders_in_flight(session, store.scope, "other") == 0
        assert rows.count_unfinished(session, store.scope) == 3
        assert rows.count_unfinished(session, store.scope, not_executors=["process"]) == 0
    assert {(f.id, f.state, f.attempt, f.folder) for f in flights} == {
        (one, "SUBMITTING", 1, "runs/x"), (two, "SUBMITTING", 1, "runs/x"),
    }  # fmt: skip
    assert three not in {f.id for f in flights}


def test_what_may_start_comes_in_its_order(store: Store, pending: Callable[..., str]) -> None:
    late = pending(created_at=3.0)
    early = pending(created_at=1.0)
    urgent = pending(created_at=4.0, priority=2)
    pending(created_at=0.0, not_before=1e12)
    pending(created_at=0.0, profile="other", executor="here")
    with store.read() as session:
        found = rows.next_pending(session, store.scope, "process", time.time(), 10)
        assert [run.id for run in found] == [urgent, early, late]
        assert rows.count_pending(session, store.scope, "process", time.time()) == 3
        assert rows.waiting_profiles(session, store.scope, time.time(), ["here"]) == [("process", "process")]


def test_taking_over(store: Store, pending: Callable[..., str]) -> None:
    run, nobodys = pending(owner="dead"), pending(owner=None)
    with store.write() as session:
        assert not changes.change_owner(session, store.scope, run, "other", "me")
        assert changes.change_owner(session, store.scope, run, "dead", "me")
        assert changes.change_owner(session, store.scope, nobodys, None, "me")
        assert not changes.change_owner(session, store.scope, run, "dead", "you")
    begin(store, run)
    with store.write() as session:
        assert not changes.change_owner(session, store.scope, run, "me", "you")


def test_asking_to_cancel_is_noted_once(store: Store, pending: Callable[..., str]) -> None:
    run = pending()
    for _ in range(2):
        with store.write() as session:
            changes.request_cancel(session, store.scope, run)
    with store.read() as session:
        assert len(events_of(session, store.scope, run, kind="run.cancel_requested")) == 1


def test_reviving_clears_the_end(store: Store, pending: Callable[..., str]) -> None:
    run = pending(state=RunState.FAILED, error={"message": "x"}, finished_at=5.0, cancel_requested=True)
    done = pending(state=RunState.COMPLETED)
    with store.write() as session:
        row, completed = rows.get_runs(session, store.scope, [run, done])
        assert changes.revive(session, store.scope, row, {"state": RunState.PENDING})
        assert not changes.revive(session, store.scope, completed, {"state": RunState.PENDING})
    with store.read() as session:
        row = rows.get_run(session, store.scope, run)
    assert (row.state, row.error, row.finished_at, row.cancel_requested) == (
        RunState.PENDING,
        None,
        None,
        False,
    )


def test_a_batch_keeps_order_and_repetition(store: Store, pending: Callable[..., str]) -> None:
    one, two = pending(), pending()
    batch = BatchRow(
        id="ba5e00000001",
        project_id=store.scope.project_id,
        task="relax",
        label="",
        author="ada",
        created_at=1.0,
    )
    with store.write() as session:
        changes.insert_batch(session, store.scope, batch, [(two, False), (one, True), (two, False)])
    with store.read() as session:
        members = rows.runs_of_batch(session, store.scope, batch.id)
        assert [(run.id, reused) for run, reused in members] == [(two, False), (one, True), (two, False)]
        assert rows.get_batch(session, store.scope, batch.id[:8]).id == batch.id
        with pytest.raises(UnknownNameError):
            rows.get_batch(session, store.scope, "feed")


def test_runs_are_found_newest_first(store: Store, pending: Callable[..., str]) -> None:
    first = pending(created_at=1.0, task="static", state=RunState.COMPLETED)
    second = pending(created_at=2.0, parent_id=first)
    with store.read() as session:
        find = lambda **filters: [run.id for run in rows.find_runs(session, store.scope, **filters)]  # noqa: E731
        assert find() == [second, first]
        assert find(limit=1) == [second]
        assert find(state="completed") == [first]
        assert find(state=[RunState.PENDING, RunState.COMPLETED], task=["static", "relax"]) == [second, first]
        assert find(parent=first) == [second]
        assert find(structure="feedfeedfeed") == []
        with pytest.raises(UnknownNameError, match="did you mean 'COMPLETED'"):
            find(state="COMPLETD")


def test_thousands_of_ids_are_no_trouble(store: Store, pending: Callable[..., str]) -> None:
    run = pending()
    with store.write() as session:
        template = {
            c.name: getattr(rows.get_run(session, store.scope, run), c.name) for c in RunRow.__table__.c
        }
        ids = [f"{i:012x}" for i in range(12_000)]
        session.execute(insert(RunRow), [{**template, "id": i} for i in ids])
    with store.read() as session:
        assert len(rows.get_runs(session, store.scope, ids)) == len(ids)
        assert len(rows.unfinished_among(session, store.scope, ids)) == len(ids)
