"""The truth table of ``nanoos_lab.runs.slurm.states``, row by row, with a scheduler that says what a test wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.slurm import executor as executors
from nanoos_lab.settings import Profile, RetryPolicy
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.runs.engine import Runs

S = RunState
ONCE = RetryPolicy(max_attempts=1)
AWAY = "Unable to contact slurm controller (connect failure)"


@pytest.mark.parametrize("claimed", [False, True])
def test_a_scheduler_that_does_not_answer_concludes_nothing(situation: Any, *, claimed: bool) -> None:
    (run,) = situation.submit(retry=ONCE)
    if claimed:
        situation.work(run, run)
        situation.fake.set(situation.job(run), "RUNNING", node="n1")
        assert situation.look(run) is S.RUNNING
        situation.die()
    situation.fake.vanish(situation.job(run))
    situation.fake.fail("*", AWAY)
    assert situation.look(run) is (S.RUNNING if claimed else S.QUEUED)
    assert AWAY in situation.attempts(run)[-1].reason


def test_an_outcome_counts_whether_or_not_the_scheduler_answers(situation: Any) -> None:
    (run,) = situation.submit()
    situation.work(run, run)
    situation.finish(run)
    situation.fake.fail("*", AWAY)
    assert situation.look(run) is S.COMPLETED


@pytest.mark.parametrize("state", ["PENDING", "REQUEUED", "SUSPENDED", "REQUEUE_HOLD", "CONFIGURING"])
def test_a_waiting_job_is_queued_with_its_reason(situation: Any, state: str) -> None:
    (run,) = situation.submit()
    situation.fake.set(situation.job(run), state, reason="QOSMaxCpuPerUserLimit")
    assert situation.look(run) is S.QUEUED
    assert situation.attempts(run)[-1].reason == "QOSMaxCpuPerUserLimit"


@pytest.mark.parametrize("state", ["RUNNING", "COMPLETING"])
def test_a_running_job_is_running_once_its_worker_has_begun(situation: Any, state: str) -> None:
    (run,) = situation.submit()
    situation.fake.set(situation.job(run), state, node="n7")
    assert situation.look(run) is S.QUEUED
    situation.work(run, run)
    assert situation.look(run) is S.RUNNING
    assert situation.attempts(run)[-1].worker["pid"] == 2**22 + 1


def test_a_job_that_was_put_back_is_queued_again(situation: Any) -> None:
    (run,) = situation.submit()
    situation.work(run, run)
    situation.fake.set(situation.job(run), "RUNNING")
    assert situation.look(run) is S.RUNNING
    situation.die()
    situation.fake.set(situation.job(run), "PENDING", reason="BeginTime")
    assert situation.look(run) is S.QUEUED
    assert situation.attempts(run)[-1].reason == "BeginTime"
    situation.work(run, restarts=1)
    situation.fake.set(situation.job(run), "RUNNING")
    assert situation.look(run) is S.RUNNING
    situation.finish(run)
    assert situation.look(run) is S.COMPLETED
    assert len(situation.attempts(run)) == 1


ENDS = [
    ("COMPLETED", S.LOST, "ended as COMPLETED"),
    ("FAILED", S.LOST, "exit status 9:0"),
    ("TIMEOUT", S.FAILED, "ran out of time: ask for more with resources=Resources(walltime_hours"),
    ("DEADLINE", S.FAILED, "ran out of time"),
    ("OUT_OF_MEMORY", S.FAILED, "ran out of memory: ask for more with resources=Resources(memory_gb"),
    ("CANCELLED by 4711", S.CANCELLED, "by user 4711"),
    ("NODE_FAIL", S.PENDING, ""),
    ("PREEMPTED", S.PENDING, ""),
    ("BOOT_FAIL", S.PENDING, ""),
]


@pytest.mark.parametrize(("word", "expected", "told"), ENDS)
@pytest.mark.parametrize("witness", ["squeue and sacct", "sacct", "squeue and scontrol"])
def test_the_end_of_a_job_at_work(
    situation: Any, word: str, expected: RunState, told: str, witness: str
) -> None:
    """A run with one try, whose item had begun, ends or is tried again as its job's end deserves."""
    situation.fake.keep(keeps_accounts=witness != "squeue and scontrol")
    (run,) = situation.submit(retry=ONCE)
    folder, job = situation.work(run, run), situation.job(run)
    folder.stdout.write_text("last words")
    situation.die()
    situation.fake.set(job, word, node="n3", exit_code="9:0")
    if witness == "sacct":
        situation.fake.vanish(job, kept_as=word)
    assert situation.look(run) is expected
    reason = situation.attempts(run)[-1].reason
    assert f"SLURM job {job} ended as {word.split(maxsplit=1)[0]}" in reason
    assert "last words" in reason
    assert told in reason or (witness == "squeue and scontrol" and "by user" in told)
    error = situation.row(run).error
    assert expected is S.PENDING or told in error["message"] or "by user" in told
    assert expected is not S.FAILED or error["type"] == "LimitError"


@pytest.mark.parametrize(("word", "expected"), [(word, state) for word, state, _ in ENDS])
def test_an_outcome_counts_before_the_end_of_its_job(situation: Any, word: str, expected: RunState) -> None:
    del expected
    (run,) = situation.submit(retry=ONCE)
    situation.work(run, run)
    situation.finish(run)
    situation.die()
    situation.fake.set(situation.job(run), word)
    assert situation.look(run) is S.COMPLETED


@pytest.mark.parametrize(
    ("word", "expected", "charged"),
    [
        ("COMPLETED", S.PENDING, True),
        ("FAILED", S.PENDING, True),
        ("CANCELLED by 1", S.CANCELLED, None),
        ("NODE_FAIL", S.PENDING, False),
    ],
)
def test_the_end_of_a_job_that_never_claimed(
    situation: Any, word: str, expected: RunState, *, charged: bool | None
) -> None:
    (run,) = situation.submit()
    folder, job = situation.folder(run), situation.job(run)
    situation.fake.set(job, word)
    assert situation.look(run) is expected
    if charged is not None:
        assert (situation.attempts(run)[0].started_at is not None) == charged
        assert folder.take_claim(b"{}") is None


def test_what_cannot_begin_is_not_tried_for_ever(situation: Any) -> None:
    (run,) = situation.submit()
    for _ in range(2):
        situation.runs.step()
        situation.fake.set(situation.job(run), "FAILED", exit_code="127:0")
        situation.look(run)
    assert situation.row(run).state == S.LOST
    assert len(situation.attempts(run)) == 2


def chunk_of(situation: Any, count: int, **options: Any) -> list[str]:
    """Submit runs that share one job."""
    profile = situation.executor.profile
    shared = profile.model_copy(update={"slurm": profile.slurm.model_copy(update={"runs_per_job": count})})
    situation.runs._pool.settings = situation.runs._settings = situation.runs._settings.model_copy(
        update={"profiles": {**situation.runs._settings.profiles, "cluster": shared}}
    )
    ids = situation.submit(count, **options)
    assert len({situation.job(run) for run in ids}) == 1
    return ids


def test_time_is_out_for_the_run_that_had_all_of_it(situation: Any) -> None:
    first, second, third = chunk_of(situation, 3, retry=ONCE)
    folder = situation.work(first, first, second)
    situation.die()
    import os

    os.utime(folder.path / "started" / second, (4e9, 4e9))
    situation.fake.set(situation.job(first), "TIMEOUT")
    situation.look(first)
    assert [situation.row(run).state for run in (first, second, third)] == [S.FAILED, S.PENDING, S.PENDING]
    assert all(situation.attempts(run)[0].started_at is None for run in (second, third))


def test_a_job_cancelled_outside_cancels_all_its_runs(situation: Any) -> None:
    ids = chunk_of(situation, 3)
    situation.work(ids[0], ids[0])
    situation.die()
    situation.fake.set(situation.job(ids[0]), "CANCELLED by 0")
    situation.look(ids[0])
    assert {situation.row(run).state for run in ids} == {S.CANCELLED}


def test_a_job_cancelled_for_one_run_costs_the_others_nothing(situation: Any) -> None:
    first, second = chunk_of(situation, 2, retry=ONCE)
    folder = situation.work(first, first)
    folder.killed.write_text(first)
    situation.die()
    situation.fake.set(situation.job(first), "CANCELLED by 0")
    situation.look(first)
    assert situation.row(first).state == S.CANCELLED
    assert situation.row(second).state == S.PENDING
    assert situation.attempts(second)[0].started_at is None


def test_memory_is_told_by_the_log_where_the_state_does_not(situation: Any) -> None:
    from nanoos_lab.runs.attempts.submission import Submission, read_ticket

    (run,) = situation.submit(retry=ONCE)
    folder, job = situation.work(run, run), situation.job(run)
    place = Submission.of(folder, read_ticket(folder).name).place
    said = "slurmstepd-n1: error: StepId=5.0 exceeded memory limit (313794560 > 104857600), being killed\n"
    (place / f"{job}_0_log.out").write_text(said)
    situation.die()
    situation.fake.set(job, "FAILED", exit_code="9:0")
    assert situation.look(run) is S.FAILED
    assert "ran out of memory" in situation.row(run).error["message"]
    assert "exceeded memory limit" in situation.row(run).error["message"]


# ---------------------------------------------------------------------- no such job


@pytest.mark.parametrize("accounts", ["none", "unknown", "believe it pending", "believe it running"])
def test_a_job_that_vanished_before_it_began(situation: Any, accounts: str) -> None:
    situation.fake.keep(keeps_accounts=accounts != "none")
    (run,) = situation.submit(retry=ONCE)
    folder, job = situation.folder(run), situation.job(run)
    kept = {"believe it pending": "PENDING", "believe it running": "RUNNING"}.get(accounts)
    situation.fake.vanish(job, kept_as=kept)
    assert situation.look(run) is S.PENDING
    (attempt,) = situation.attempts(run)
    assert (attempt.started_at, attempt.reason) == (None, f"SLURM job {job} vanished before it began")
    assert folder.take_claim(b"{}") is None


@pytest.mark.parametrize("accounts", [True, False])
def test_a_job_that_vanished_at_work_is_charged(situation: Any, *, accounts: bool) -> None:
    situation.fake.keep(keeps_accounts=accounts)
    (run,) = situation.submit(retry=ONCE)
    folder, job = situation.work(run, run), situation.job(run)
    situation.die()
    situation.fake.vanish(job)
    assert situation.look(run) is S.LOST
    assert f"SLURM job {job} vanished" in situation.row(run).error["message"]
    assert folder.take_over(b"{}", job=job, restarts=1) is None  # it may come no more


def test_a_worker_that_lives_without_its_job_is_left_alone(
    situation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "LOCK_PATIENCE_S", 60.0)
    (run,) = situation.submit(retry=ONCE)
    situation.work(run, run)
    situation.fake.vanish(situation.job(run))
    assert situation.look(run) is S.RUNNING
    situation.die()
    assert situation.look(run) is S.LOST


def test_a_job_submitted_a_moment_ago_may_be_unknown(situation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "SUBMISSION_PATIENCE_S", 60.0)
    (run,) = situation.submit()
    situation.fake.vanish(situation.job(run))
    assert situation.look(run) is S.QUEUED


def test_another_job_of_the_same_id_is_not_ours(situation: Any) -> None:
    (run,) = situation.submit(retry=ONCE)
    job = situation.job(run)
    situation.work(run, run)
    situation.die()
    situation.fake.set(job, "RUNNING", name="somebody-elses")
    assert situation.look(run) is S.LOST
    situation.runs.cancel(run)
    assert situation.fake.jobs[job]["state"] == "RUNNING"


def test_nothing_is_concluded_while_the_accounts_do_not_answer(situation: Any) -> None:
    (run,) = situation.submit(retry=ONCE)
    situation.fake.vanish(situation.job(run), kept_as="COMPLETED")
    situation.fake.fail("sacct", "Problem talking to the database: Connection refused")
    assert situation.look(run) is S.QUEUED
    situation.fake.fail("sacct", None)
    assert situation.look(run) is S.LOST


@pytest.mark.parametrize("waits", [True, False])
def test_files_may_come_late(
    make_runs: Callable[..., Runs], situation: Any, monkeypatch: pytest.MonkeyPatch, *, waits: bool
) -> None:
    (run,) = situation.submit(retry=ONCE)
    profile: Profile = situation.executor.profile
    late = profile.slurm.model_copy(update={"file_delay_s": 600.0 if waits else 0.0})
    situation.executor.profile = profile.model_copy(update={"slurm": late})
    situation.work(run, run)
    situation.die()
    situation.fake.set(situation.job(run), "COMPLETED")
    assert situation.look(run) is (S.QUEUED if waits else S.LOST)
    if waits:
        situation.finish(run)
        assert situation.look(run) is S.COMPLETED
