"""The truth table of ``nanoos_lab.runs``, row by row, from situations made by hand."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import Presence, release
from nanoos_lab.runs.executors import process
from nanoos_lab.settings import RetryPolicy
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.schema import AttemptRow, RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.database import Store

S = RunState
_numbers = itertools.count(100)


class Situation:
    """A run in a chosen state, with its folder and the processes around it."""

    def __init__(self, runs: Runs, store: Store, profile: str = "process", tries: int = 2) -> None:
        self.runs, self.store = runs, store
        policy = RetryPolicy(max_attempts=tries, backoff_s=0)
        ask = lambda x: runs.submit("double", {}, {"x": x}, on=profile, retry=policy).run.id  # noqa: E731
        self.profile, self.id, self.sibling = profile, ask(next(_numbers)), ask(next(_numbers))
        self.submitter = Presence(store.backend.presence)
        self.claim: int | None = None

    def set(
        self,
        state: RunState,
        *,
        siblings: bool = False,
        submitter_dead: bool = False,
        path: str = "runs/ab/attempt",
    ) -> AttemptFolder:
        """Begin an attempt by another process and bring the run to a state."""
        token = self.submitter.token
        inline = self.profile == "here"
        path = f"runs/here/{token}" if inline else path
        with self.store.write() as session:
            for run in [self.id, *([self.sibling] if siblings else [])]:
                changes.change_owner(session, self.store.scope, run, self.runs._presence.token, token)
                first = RunState.RUNNING if inline else RunState.SUBMITTING
                changes.begin_attempts(
                    session, self.store.scope, [(run, 0)], state=first, owner=token, folder=path,
                    executor=self.profile,
                )  # fmt: skip
                changes.change_state(
                    session, self.store.scope, run, attempt=1, expected=[first], values={"state": state}
                )
        folder = AttemptFolder(self.store.scope.files / path)
        folder.prepare()
        if submitter_dead:
            self.submitter.release()
        return folder

    def worker(self, folder: AttemptFolder, *, began: bool = True, dead: bool = False) -> None:
        self.claim = folder.take_claim(json.dumps({"pid": 2**22 + 1}).encode())
        if began:
            folder.start_item(self.id)
        if dead:
            release(self.claim)

    def outcome(self, folder: AttemptFolder, **changed: Any) -> None:
        document = {
            "protocol": 1, "run": self.id, "attempt": 1, "state": "COMPLETED", "worker": {}, "started_at": 1.0,
            "finished_at": 2.0, "summary": {"y": 2.0}, **changed,
        }  # fmt: skip
        folder.write_outcome(self.id, json.dumps(document).encode())

    def look(self, run: str | None = None) -> tuple[RunState, AttemptRow]:
        """Reconcile twice, which must be as good as once, and return the run's state and last attempt."""
        self.runs._reconciler.reconcile()
        row, attempt = self.read(run)
        self.runs._reconciler.reconcile()
        again, _ = self.read(run)
        assert (row.state, row.attempt) == (again.state, again.attempt)
        return RunState(row.state), attempt

    def read(self, run: str | None = None) -> tuple[RunRow, AttemptRow]:
        with self.store.read() as session:
            row = rows.get_run(session, self.store.scope, run or self.id)
            attempts = rows.attempts_of(session, self.store.scope, run or self.id)
        return row, attempts[-1] if attempts else None

    def request_cancel(self) -> None:
        with self.store.write() as session:
            changes.request_cancel(session, self.store.scope, self.id)


@pytest.fixture
def situation(runs: Runs, store: Store) -> Iterator[Callable[..., Situation]]:
    made = []

    def make(*args: Any, **options: Any) -> Situation:
        made.append(Situation(runs, store, *args, **options))
        return made[-1]

    yield make
    for one in made:
        one.submitter.release()
        if one.claim is not None:
            release(one.claim)


def test_submitting_with_a_living_submitter_is_left_alone(situation: Callable[..., Situation]) -> None:
    s = situation()
    folder = s.set(S.SUBMITTING)
    assert s.look()[0] is S.SUBMITTING
    assert folder.read_claim() is None


@pytest.mark.parametrize("state", [S.SUBMITTING, S.QUEUED])
def test_a_dead_submitter_without_a_worker_is_fenced_and_not_charged(
    situation: Callable[..., Situation], state: RunState
) -> None:
    s = situation(tries=1)
    folder = s.set(state, submitter_dead=True)
    found, attempt = s.look()
    assert found is S.PENDING
    assert (attempt.ended, attempt.started_at) == (S.LOST, None)
    assert folder.take_claim(b"{}") is None


def test_a_worker_that_claims_and_ends_while_it_is_looked_for_keeps_its_outcome(
    situation: Callable[..., Situation], monkeypatch: pytest.MonkeyPatch
) -> None:
    s = situation(tries=1)
    folder = s.set(S.SUBMITTING, submitter_dead=True)
    fence = AttemptFolder.fence

    def come_first(self: AttemptFolder) -> bool:
        monkeypatch.setattr(AttemptFolder, "fence", fence)
        s.worker(folder)
        s.outcome(folder)
        release(s.claim)
        return fence(self)

    monkeypatch.setattr(AttemptFolder, "fence", come_first)
    s.runs._reconciler.reconcile()
    assert folder.outcome(s.id).exists(), "nothing was tidied that is not settled"
    found, attempt = s.look()
    assert (found, attempt.number, attempt.ended) == (S.COMPLETED, 1, S.COMPLETED)


@pytest.mark.parametrize("state", [S.SUBMITTING, S.QUEUED])
def test_a_dead_submitters_worker_is_adopted(situation: Callable[..., Situation], state: RunState) -> None:
    s = situation()
    folder = s.set(state, submitter_dead=True)
    s.worker(folder, began=False)
    assert s.look()[0] is S.QUEUED
    folder.start_item(s.id)
    found, attempt = s.look()
    assert (found, attempt.worker["pid"]) == (S.RUNNING, 2**22 + 1)


def test_queued_waits_for_a_worker_but_not_for_ever(
    situation: Callable[..., Situation], monkeypatch: pytest.MonkeyPatch
) -> None:
    s = situation()
    folder = s.set(S.QUEUED)
    assert s.look()[0] is S.QUEUED
    monkeypatch.setattr(process, "CLAIM_PATIENCE_S", 0.0)
    found, attempt = s.look()
    assert found is S.PENDING
    assert attempt.started_at is not None
    assert "no worker came" in attempt.reason
    assert folder.take_claim(b"{}") is None


@pytest.mark.parametrize("state", [S.SUBMITTING, S.QUEUED, S.RUNNING])
def test_a_dead_worker_is_charged_for_what_it_had_begun(
    situation: Callable[..., Situation], state: RunState
) -> None:
    s = situation(tries=1)
    folder = s.set(state, siblings=True)
    s.worker(folder, dead=True)
    found, attempt = s.look()
    assert found is S.LOST
    assert "ended without a result" in attempt.reason
    assert s.read()[0].error["message"] == attempt.reason
    sibling, attempt = s.look(s.sibling)
    assert (sibling, attempt.started_at) == (S.PENDING, None)


def act_between_looks(
    monkeypatch: pytest.MonkeyPatch, s: Situation, moment: int, act: Callable[[], None]
) -> bool:
    """Reconcile the folder of a situation while something happens just before the n-th look at its files."""
    looks = 0

    def wrap(look: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **options: Any) -> Any:
            nonlocal looks
            looks += 1
            if looks == moment:
                act()
            return look(*args, **options)

        return wrapped

    with monkeypatch.context() as patched:
        for name in ("read_claim", "worker_alive", "started", "outcomes", "fence"):
            patched.setattr(AttemptFolder, name, wrap(getattr(AttemptFolder, name)))
        s.runs._reconciler.reconcile(only=s.id)
    return looks >= moment


@pytest.mark.parametrize("moment", range(1, 8))
def test_a_worker_that_claims_while_it_is_looked_for_is_not_taken_for_dead(
    situation: Callable[..., Situation], monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    s = situation(tries=1)
    folder = s.set(S.QUEUED, submitter_dead=True, siblings=True)

    def claim() -> None:
        s.worker(folder, began=False)
        folder.start_item(s.sibling)

    act_between_looks(monkeypatch, s, moment, claim)
    row, attempt = s.read()
    fenced = s.claim is None and folder.read_claim() == {"fence": True}
    assert fenced or (row.state in {S.QUEUED, S.RUNNING} and attempt.ended is None)


@pytest.mark.parametrize("moment", range(1, 8))
def test_a_worker_that_ends_well_while_it_is_looked_at_is_not_taken_for_lost(
    situation: Callable[..., Situation], monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    s = situation(tries=1)
    folder = s.set(S.RUNNING, submitter_dead=True)
    s.worker(folder)

    def end() -> None:
        s.outcome(folder)
        release(s.claim)

    came = act_between_looks(monkeypatch, s, moment, end)
    assert s.read()[0].state in {S.RUNNING, S.COMPLETED}
    if came:
        assert s.look()[0] is S.COMPLETED


def test_a_worker_that_died_before_any_item_is_charged_to_all(situation: Callable[..., Situation]) -> None:
    s = situation(tries=1)
    s.worker(s.set(S.QUEUED, siblings=True), began=False, dead=True)
    assert s.look()[0] is S.LOST
    assert s.look(s.sibling)[0] is S.LOST


def test_a_worker_killed_for_one_run_is_not_charged_to_another(situation: Callable[..., Situation]) -> None:
    s = situation(tries=1)
    folder = s.set(S.RUNNING, siblings=True)
    s.worker(folder, dead=True)
    folder.killed.write_text(s.sibling)
    found, attempt = s.look()
    assert (found, attempt.started_at) == (S.PENDING, None)


@pytest.mark.parametrize("state", [S.SUBMITTING, S.QUEUED, S.RUNNING])
@pytest.mark.parametrize("worker", ["alive", "dead", "none"])
@pytest.mark.parametrize("submitter_dead", [True, False])
def test_an_outcome_is_collected_whoever_lives(
    situation: Callable[..., Situation], state: RunState, worker: str, *, submitter_dead: bool
) -> None:
    s = situation()
    folder = s.set(state, submitter_dead=submitter_dead)
    if worker != "none":
        s.worker(folder, dead=worker == "dead")
    s.outcome(folder)
    found, attempt = s.look()
    assert (found, attempt.ended) == (S.COMPLETED, S.COMPLETED)
    assert s.read()[0].summary == {"y": 2.0}


def test_an_outcome_of_another_attempt_does_not_count(situation: Callable[..., Situation]) -> None:
    s = situation(tries=1)
    folder = s.set(S.RUNNING)
    s.worker(folder)
    s.outcome(folder, attempt=7)
    assert s.look()[0] is S.RUNNING
    release(s.claim)
    assert s.look()[0] is S.LOST


def test_a_cancelled_item_that_has_not_begun_never_begins(situation: Callable[..., Situation]) -> None:
    s = situation()
    folder = s.set(S.QUEUED)
    s.request_cancel()
    assert s.look()[0] is S.CANCELLED
    assert folder.take_claim(b"{}") is None  # also after the folder was tidied, with its submitter at work


def test_a_cancelled_item_of_a_worker_with_others_never_begins(situation: Callable[..., Situation]) -> None:
    s = situation()
    folder = s.set(S.QUEUED, siblings=True)
    s.worker(folder, began=False)
    s.request_cancel()
    assert s.look()[0] is S.CANCELLED
    assert not folder.start_item(s.id)
    assert folder.start_item(s.sibling)
    assert s.look(s.sibling)[0] is S.RUNNING


def test_a_cancelled_item_at_work_is_asked_to_stop(situation: Callable[..., Situation]) -> None:
    s = situation()
    folder = s.set(S.RUNNING)
    s.worker(folder)
    s.request_cancel()
    assert s.look()[0] is S.RUNNING
    assert folder.cancel_marker(s.id).exists()
    release(s.claim)
    assert s.look()[0] is S.CANCELLED


def test_a_cancelled_item_that_completed_stays_completed(situation: Callable[..., Situation]) -> None:
    s = situation()
    folder = s.set(S.RUNNING)
    s.worker(folder)
    s.request_cancel()
    s.outcome(folder)
    assert s.look()[0] is S.COMPLETED


def test_a_vanished_folder_is_a_lost_attempt(situation: Callable[..., Situation]) -> None:
    import shutil

    s = situation(tries=1)
    folder = s.set(S.RUNNING, submitter_dead=True)
    s.worker(folder, dead=True)
    shutil.rmtree(folder.path)
    found, attempt = s.look()
    assert (found, attempt.ended) == (S.PENDING, S.LOST)


# ---------------------------------------------------------------------- here


def test_here_with_a_living_owner_is_left_alone(situation: Callable[..., Situation]) -> None:
    s = situation("here")
    s.runs.wait([s.id, s.sibling], timeout=60)
    s = situation_of_open_gate(s)
    assert s.look()[0] is S.RUNNING


def test_here_with_a_dead_owner_waits_until_somebody_asks(situation: Callable[..., Situation]) -> None:
    s = situation("here")
    s.runs.wait([s.id, s.sibling], timeout=60)
    s = situation_of_open_gate(s)
    s.submitter.release()
    found, attempt = s.look()
    assert (found, attempt.ended) == (S.PENDING, S.LOST)
    assert attempt.started_at is not None
    assert s.look()[0] is S.PENDING
    ended = s.runs.wait([s.id], timeout=60)[0]
    assert (ended.state, ended.attempt, ended.summary["y"]) == (S.COMPLETED, 2, 22.0)


def test_here_with_a_dead_owner_and_an_outcome_is_collected(situation: Callable[..., Situation]) -> None:
    s = situation("here")
    s.runs.wait([s.id, s.sibling], timeout=60)
    s = situation_of_open_gate(s)
    with s.store.read() as session:
        folder = AttemptFolder(s.store.scope.files / rows.in_flight(session, s.store.scope)[0].folder)
    s.outcome(folder)
    s.submitter.release()
    assert s.look()[0] is S.COMPLETED
    s.runs.recover()
    assert not folder.path.exists()


def test_here_is_lost_when_its_tries_are_spent(situation: Callable[..., Situation]) -> None:
    s = situation("here", tries=1)
    s.runs.wait([s.id, s.sibling], timeout=60)
    s = situation_of_open_gate(s, tries=1)
    s.submitter.release()
    found, attempt = s.look()
    assert (found, attempt.ended) == (S.LOST, S.LOST)
    assert "ended before it had a result" in s.read()[0].error["message"]
    assert s.runs.wait([s.runs.retry(s.id).id], timeout=60)[0].state == S.COMPLETED


def situation_of_open_gate(s: Situation, tries: int = 2) -> Situation:
    """Record a run of ``here`` as another process would have, without this one executing it."""
    from nanoos_lab.runs.submission import make_order, record

    policy = RetryPolicy(max_attempts=tries, backoff_s=0)
    order = make_order("double", {"x": 11.0}, s.runs._settings.profile("here"), inline=True, retry=policy)
    ((run, _),) = record(s.store, [(order, {}, order.key({}))], owner=s.runs._presence.token)
    s.id = run.id
    s.set(S.RUNNING)
    return s


def test_a_folder_that_was_claimed_after_all_is_not_a_settled_one(
    situation: Callable[..., Situation], monkeypatch: pytest.MonkeyPatch
) -> None:
    s = situation()
    s.set(S.QUEUED, submitter_dead=True)
    with monkeypatch.context() as patch:  # a worker comes between the look and the fence
        patch.setattr(AttemptFolder, "fence", lambda folder: bool(s.worker(folder)))
        s.runs._reconciler.reconcile()
    assert not s.runs._reconciler.untidy
    assert s.look()[0] is S.RUNNING
