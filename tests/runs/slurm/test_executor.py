"""Submitting, adopting, cancelling and cleaning up, on a scheduler of the tests' own."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.attempts import submission as submissions
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.submission import SUBMISSIONS, Submission, read_ticket
from nanoos_lab.runs.driving import reconcile
from nanoos_lab.settings import Profile, Settings
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.database import Store

S = RunState


def places(store: Store) -> list[str]:
    return sorted(path.name for path in (store.scope.files / "runs" / SUBMISSIONS).glob("*"))


def with_slurm(runs: Runs, **changed: Any) -> None:
    """Change the profile ``cluster`` before its executor is made."""
    profile = runs._settings.profiles["cluster"]
    own = {name: changed.pop(name) for name in list(changed) if name in Profile.model_fields}
    profile = profile.model_copy(update={**own, "slurm": profile.slurm.model_copy(update=changed)})
    runs._pool.settings = runs._settings = Settings(profiles={"cluster": profile})


# ---------------------------------------------------------------------- arrays


def ask(situation: Any, count: int, **options: Any) -> list[str]:
    return [
        situation.runs.submit("double", {}, {"x": i}, on="cluster", **options).run.id for i in range(count)
    ]


def test_what_waits_together_is_submitted_together(situation: Any, fake: Any) -> None:
    with_slurm(situation.runs, runs_per_job=1)
    ids = ask(situation, 10)
    situation.runs.step()
    assert len(fake.calls("sbatch")) == 1
    jobs = [situation.job(run) for run in ids]
    main = jobs[0].partition("_")[0]
    assert sorted(jobs) == sorted(f"{main}_{i}" for i in range(10))
    (name,) = {job["name"] for job in fake.jobs.values()}
    assert re.fullmatch(r"nanoos-[0-9a-f]{12}-1", name)
    assert fake.jobs[jobs[0]]["options"]["array"] == "0-9%4"


@pytest.mark.parametrize(
    ("max_array", "max_jobs", "sizes"), [(4, 100, [4, 4, 2]), (100, 6, [6]), (0, 3, [1, 1, 1])]
)
def test_arrays_are_no_larger_than_the_cluster_and_the_profile_allow(
    situation: Any, fake: Any, max_array: int, max_jobs: int, sizes: list[int]
) -> None:
    fake.keep(max_array=max_array)
    with_slurm(situation.runs, runs_per_job=1, max_jobs=max_jobs)
    ask(situation, 10)
    situation.runs.step()
    found = Counter(job.partition("_")[0] for job in fake.jobs)
    assert sorted(found.values(), reverse=True) == sizes


def test_runs_that_need_other_resources_are_another_array(situation: Any, fake: Any) -> None:
    from nanoos_lab.settings import Resources

    with_slurm(situation.runs, runs_per_job=1)
    for x, cpus in enumerate([1, 1, 2, 2]):
        situation.runs.submit("double", {}, {"x": x}, on="cluster", resources=Resources(cpus=cpus))
    situation.runs.step()
    assert len(fake.calls("sbatch")) == 2
    assert Counter(job["options"]["cpus-per-task"] for job in fake.jobs.values()) == {"1": 2, "2": 2}


def test_results_come_one_by_one_and_only_what_is_missing_is_submitted_again(
    situation: Any, fake: Any
) -> None:
    with_slurm(situation.runs, runs_per_job=2)
    ids = ask(situation, 6)
    situation.runs.step()
    by_job: dict[str, list[str]] = {}
    for run in ids:
        by_job.setdefault(situation.job(run), []).append(run)
    good, bad, half = by_job
    for job in by_job:
        fake.set(job, "RUNNING")
        situation.work(by_job[job][0], by_job[job][0])
    situation.finish(by_job[good][0])
    assert situation.look(by_job[good][0]) is S.COMPLETED
    assert situation.row(by_job[good][1]).state == S.QUEUED
    situation.finish(by_job[good][1])
    situation.finish(by_job[half][0])
    situation.die()
    fake.set(good, "COMPLETED")
    fake.set(bad, "FAILED")
    fake.set(half, "NODE_FAIL")
    situation.look(by_job[good][1])
    again = [run for run in ids if situation.row(run).state == S.PENDING]
    assert sorted(again) == sorted([*by_job[bad], by_job[half][1]])
    situation.runs.step()
    assert sorted(situation.row(run).attempt for run in ids) == [1, 1, 1, 2, 2, 2]
    assert len(fake.calls("sbatch")) == 2


# ---------------------------------------------------------------------- refusals


def test_a_refused_job_fails_with_slurms_words(situation: Any, fake: Any, store: Store) -> None:
    fake.fail("sbatch", "Batch job submission failed: Invalid partition name specified")
    (run,) = situation.submit()
    row = situation.row(run)
    assert (row.state, row.attempt) == (S.FAILED, 1)
    assert "Invalid partition name specified" in row.error["message"]
    assert places(store) == []
    fake.fail("sbatch", None)
    situation.runs.retry(run)
    situation.runs.step()
    assert situation.row(run).state == S.QUEUED


def test_a_scheduler_that_is_away_costs_nothing_but_time(
    situation: Any, fake: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.fail("sbatch", "Batch job submission failed: Unable to contact slurm controller (connect failure)")
    (run,) = situation.submit()
    for _ in range(3):
        situation.runs.step()
    row, attempts = situation.row(run), situation.attempts(run)
    assert row.state == S.PENDING
    assert len(attempts) > 2  # more than its policy allows
    assert all(attempt.started_at is None for attempt in attempts)
    assert not any((AttemptFolder(store.scope.files / attempt.folder)).spec.exists() for attempt in attempts)
    fake.fail("sbatch", None)
    situation.runs.step()
    assert situation.row(run).state == S.QUEUED


def test_the_pause_grows_with_what_came_to_nothing(situation: Any, fake: Any) -> None:
    from nanoos_lab.settings import RetryPolicy

    fake.fail("sbatch", "Unable to contact slurm controller")
    policy = RetryPolicy(max_attempts=1, backoff_s=10.0, factor=2.0)
    (run,) = situation.submit(retry=policy)
    waits = []
    for _ in range(9):
        row = situation.row(run)
        waits.append(round(row.not_before - situation.attempts(run)[-1].finished_at))
        with situation.store.write() as session:
            changes.change_state(
                session, situation.store.scope, run, attempt=row.attempt, expected=[S.PENDING],
                values={"not_before": 0.0},
            )  # fmt: skip
        situation.runs.step()
    assert waits == [10, 20, 40, 80, 160, 320, 600, 600, 600]


def test_while_the_scheduler_is_known_to_be_away_nothing_is_submitted(
    situation: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nanoos_lab.runs.slurm import scheduler

    monkeypatch.setattr(scheduler, "QUERY_INTERVAL_S", 60.0)
    fake.fail("*", "Unable to contact slurm controller")
    (run,) = situation.submit()
    for _ in range(5):
        situation.runs.step()
    assert situation.row(run).state == S.PENDING
    assert situation.attempts(run) == []
    assert len(fake.calls("scontrol")) == 1
    assert fake.calls("sbatch") == []


def test_a_limit_on_submitted_jobs_makes_the_arrays_smaller(situation: Any, fake: Any) -> None:
    with_slurm(situation.runs, runs_per_job=1)
    ids = ask(situation, 8)
    fake.fail("sbatch", "AssocMaxSubmitJobLimit")
    situation.runs.step()
    assert {situation.row(run).state for run in ids} == {S.PENDING}
    assert situation.executor.at_once < 8
    fake.fail("sbatch", None)
    situation.runs.step()
    assert {situation.row(run).state for run in ids} == {S.QUEUED}
    assert situation.executor.at_once > 4


# ---------------------------------------------------------------------- orphans


def lose_the_answer(situation: Any, run: str) -> None:
    """Make it so that the submitter died after sbatch and before it said so."""
    row = situation.row(run)
    with situation.store.write() as session:
        scope = situation.store.scope
        changes.set_attempt(session, scope, run, row.attempt, job_id=None)
        changes.change_state(
            session, scope, run, attempt=row.attempt, expected=[S.QUEUED],
            values={"state": S.SUBMITTING, "owner": "a-dead-process"},
        )  # fmt: skip


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "FAILED", "COMPLETED"])
def test_an_orphan_is_adopted_whatever_became_of_it(situation: Any, fake: Any, state: str) -> None:
    (run,) = situation.submit()
    job = situation.job(run)
    lose_the_answer(situation, run)
    fake.set(job, state)
    found = situation.look(run)
    assert situation.attempts(run)[0].job_id == job
    assert found is (S.PENDING if state in {"FAILED", "COMPLETED"} else S.QUEUED)
    assert len(fake.calls("sbatch")) == 1


def test_an_orphan_that_has_done_its_work_is_collected(situation: Any, fake: Any) -> None:
    (run,) = situation.submit()
    situation.work(run, run)
    lose_the_answer(situation, run)
    situation.finish(run)
    fake.set(situation.fake.jobs.popitem()[0], "COMPLETED")
    assert situation.look(run) is S.COMPLETED


def test_what_was_never_submitted_is_submitted_again_at_once(situation: Any, fake: Any) -> None:
    (run,) = situation.submit()
    fake.vanish(situation.job(run))
    lose_the_answer(situation, run)
    (situation.folder(run).path / "job.json").unlink()
    situation.runs.step()
    assert situation.row(run).attempt == 2
    assert situation.attempts(run)[0].started_at is None


def test_a_job_that_comes_too_late_finds_a_fence(situation: Any, fake: Any) -> None:
    (run,) = situation.submit()
    folder = situation.folder(run)
    fake.vanish(situation.job(run))
    lose_the_answer(situation, run)
    assert situation.look(run) is S.PENDING
    assert folder.take_claim(b"{}") is None


def test_a_fenced_job_that_waits_is_called_off(situation: Any, fake: Any) -> None:
    """The submitter fenced what it took for failed, and died; sbatch had been heard after all."""
    (run,) = situation.submit()
    job = situation.job(run)
    lose_the_answer(situation, run)
    situation.folder(run).fence()
    fake.set(job, "RUNNING")
    situation.look(run)
    fake.set(job, "COMPLETED")
    assert situation.look(run) is S.PENDING
    assert situation.attempts(run)[0].started_at is None


# ---------------------------------------------------------------------- cancel


def test_cancelling_what_waits_reaches_the_scheduler(situation: Any, fake: Any, store: Store) -> None:
    (run,) = situation.submit()
    job = situation.job(run)
    assert situation.look(run) is S.QUEUED
    assert situation.runs.cancel(run).state == S.CANCELLED
    assert fake.jobs[job]["state"].startswith("CANCELLED")
    situation.runs.step()
    assert places(store) == []


def test_cancelling_is_true_even_while_the_scheduler_is_away(situation: Any, fake: Any) -> None:
    (run,) = situation.submit()
    folder = situation.folder(run)
    fake.fail("*", "Unable to contact slurm controller")
    assert situation.runs.cancel(run).state == S.CANCELLED
    assert folder.take_claim(b"{}") is None


def test_one_of_several_in_a_job_is_cancelled_alone(situation: Any, fake: Any) -> None:
    with_slurm(situation.runs, runs_per_job=3)
    first, second, third = ask(situation, 3)
    situation.runs.step()
    situation.look(first)
    assert situation.runs.cancel(second).state == S.CANCELLED
    assert fake.jobs[situation.job(first)]["state"] == "PENDING"
    assert {situation.row(run).state for run in (first, third)} == {S.QUEUED}


def test_a_deaf_task_is_cancelled_at_the_scheduler_once(
    situation: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nanoos_lab.runs.slurm import executor

    monkeypatch.setattr(reconcile, "CANCEL_GRACE_S", 0.0)
    monkeypatch.setattr(executor, "CANCEL_AGAIN_S", 600.0)
    (run,) = situation.submit()
    job = situation.job(run)
    situation.work(run, run)
    fake.set(job, "RUNNING")
    assert situation.look(run) is S.RUNNING
    fake.fail("scancel", "Unable to contact slurm controller")
    situation.runs.cancel(run)
    fake.fail("scancel", None)
    for _ in range(3):
        situation.runs._reconciler.reconcile()
    assert fake.jobs[job]["state"].startswith("CANCELLED")
    assert 2 <= len(fake.calls("scancel")) <= 3
    situation.die()
    assert situation.look(run) is S.CANCELLED


def test_a_run_that_was_put_back_is_cancelled_where_it_waits(situation: Any, fake: Any) -> None:
    with_slurm(situation.runs, runs_per_job=2)
    first, second = ask(situation, 2)
    situation.runs.step()
    job = situation.job(first)
    situation.work(first, first)
    fake.set(job, "RUNNING")
    situation.look(first)
    situation.die()
    fake.set(job, "PENDING", reason="BeginTime")
    situation.look(first)
    situation.runs.cancel(first)
    situation.look(first)
    assert situation.row(first).state == S.CANCELLED
    assert situation.row(second).state == S.PENDING


# ---------------------------------------------------------------------- politeness


def test_waiting_jobs_cost_no_look_at_their_files(
    situation: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_slurm(situation.runs, runs_per_job=1)
    ids = ask(situation, 20)
    situation.runs.step()
    situation.look(ids[0])
    looked = []
    for name in ("started", "outcomes", "read_claim"):
        monkeypatch.setattr(AttemptFolder, name, lambda *_, name=name: looked.append(name) or {})
    situation.look(ids[0])
    assert looked == []


def test_folders_are_looked_at_no_more_often_than_their_pace(
    situation: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    situation.submit()
    monkeypatch.setattr(type(situation.executor), "pace_s", 600.0)
    situation.runs._reconciler.reconcile()
    looks = []
    monkeypatch.setattr(type(situation.executor), "look", lambda *a, **_: looks.append(a))
    for _ in range(50):
        situation.runs.step()
    assert looks == []


def test_the_reason_a_job_waits_for_is_written_once(
    situation: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = situation.submit()
    situation.look(run)
    written = []
    monkeypatch.setattr(changes, "set_attempt", lambda *a, **_: written.append(a))
    situation.look(run)
    assert written == []
    fake.set(situation.job(run), "PENDING", reason="Resources")
    situation.look(run)
    assert len(written) == 1


# ---------------------------------------------------------------------- what is left


def test_a_submission_is_removed_with_its_last_folder(situation: Any, fake: Any, store: Store) -> None:
    with_slurm(situation.runs, runs_per_job=1)
    ids = ask(situation, 3)
    situation.runs.step()
    for run in ids:
        assert len(places(store)) == 1
        situation.work(run, run)
        situation.finish(run)
        situation.die()
        fake.set(situation.job(run), "COMPLETED")
        situation.look(run)
    assert places(store) == []
    assert not list((store.scope.files / "runs").glob("??/*"))


def test_an_old_submission_of_a_dead_process_is_swept(
    situation: Any, fake: Any, store: Store, make_runs: Callable[..., Runs], monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = situation.submit()
    situation.runs.recover()
    assert len(places(store)) == 1
    monkeypatch.setattr(submissions, "STALE_S", 0.0)
    make_runs().recover()
    assert len(places(store)) == 1  # it is in use
    situation.finish(run)
    situation.look(run)
    shutil.rmtree(store.scope.files / "runs" / SUBMISSIONS, ignore_errors=True)
    left = store.scope.files / "runs" / SUBMISSIONS / "nanoos-0123456789ab-1"
    left.mkdir(parents=True)
    (left / "folders.json").write_text(json.dumps([str(store.scope.files / "runs" / "ab" / "gone")]))
    make_runs().recover()
    assert places(store) == []


class Bomb:
    """Leaves a trace wherever it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch '{self.trace}'",)


def test_nothing_that_a_job_left_is_executed_followed_or_waited_for(
    situation: Any, fake: Any, store: Store, tmp_path: Path
) -> None:
    import pickle

    (run,) = situation.submit()
    folder, job = situation.work(run, run), situation.job(run)
    place = Submission.of(folder, read_ticket(folder).name).place
    trace, secret, outside = tmp_path / "trace", tmp_path / "secret", tmp_path / "outside"
    secret.write_text("the keys of the house")
    outside.mkdir()
    (outside / "mine").write_text("kept")
    for name in (f"{job}_0_result.pkl", f"{job}_submitted.pkl", "x.pkl"):
        for where in (place, folder.path, folder.path / "outcomes"):
            (where / name).write_bytes(pickle.dumps(Bomb(trace)))
    (place / f"{job}_0_log.out").symlink_to(secret)
    (place / "folders.json").unlink()
    os.mkfifo(place / "folders.json")
    (folder.path / "job.json").unlink()
    os.mkfifo(folder.path / "job.json")
    folder.stdout.symlink_to(secret)
    (folder.path / "outcomes" / f"{run}.json").write_bytes(pickle.dumps(Bomb(trace)))
    situation.die()
    fake.set(job, "FAILED")
    assert situation.look(run) is S.FAILED
    situation.runs.recover()
    assert not trace.exists()
    assert "the outcome of this run was refused" in situation.row(run).error["message"]
    assert "keys of the house" not in str(situation.row(run).error) + situation.runs.log(run)
    assert (outside / "mine").exists()


@pytest.mark.parametrize("name", ["../../../outside", "/etc", "nanoos-0123456789ab-1/..", "", "nanoos-x-1"])
def test_a_ticket_leads_nowhere_else(situation: Any, fake: Any, tmp_path: Path, name: str) -> None:
    (run,) = situation.submit()
    folder = situation.work(run, run)
    outside = situation.store.root.parent / "outside"
    outside.mkdir(exist_ok=True)
    (folder.path / "job.json").write_text(json.dumps({"name": name, "index": None, "at": 1.0}))
    situation.executor._seen.clear()
    assert read_ticket(folder) is None
    situation.finish(run)
    situation.die()
    assert situation.look(run) is S.COMPLETED
    assert outside.exists()


def test_a_link_in_place_of_a_submission_is_removed_and_not_followed(
    situation: Any, fake: Any, tmp_path: Path
) -> None:
    (run,) = situation.submit()
    folder = situation.work(run, run)
    place = Submission.of(folder, read_ticket(folder).name).place
    target = tmp_path / "target"
    shutil.move(place, target)
    place.symlink_to(target)
    situation.finish(run)
    situation.die()
    fake.set(situation.job(run), "COMPLETED")
    assert situation.look(run) is S.COMPLETED
    assert (target / "folders.json").exists()
    assert not place.is_symlink()


def test_a_job_that_came_about_after_all_is_called_off(situation: Any, fake: Any, store: Store) -> None:
    """sbatch gave up on the answer, but the controller had heard it."""
    real = situation.executor.scheduler.submit

    def deaf(words: list[str], *more: Any) -> str:
        real(words, *more)
        fake.fail("sbatch", "Batch job submission failed: Socket timed out on send/recv operation")
        return real(words, *more)

    situation.executor.scheduler.submit = deaf
    (run,) = situation.submit()
    (job,) = fake.jobs
    assert situation.row(run).state == S.PENDING
    assert situation.attempts(run)[0].started_at is None
    situation.executor.scheduler.submit = real
    situation.look(run)
    assert fake.jobs[job]["state"].startswith("CANCELLED")
    fake.fail("sbatch", None)
    situation.runs.step()
    assert situation.row(run).attempt == 2
    assert len({said["name"] for said in fake.jobs.values()}) == 2


def test_a_run_cancelled_before_its_job_was_ever_asked_about_is_called_off_too(
    situation: Any, fake: Any, make_runs: Callable[..., Runs]
) -> None:
    (run,) = situation.submit()
    fake.fail("*", "Unable to contact slurm controller")
    assert make_runs().cancel(run).state == S.CANCELLED
    fake.fail("*", None)
    other = make_runs()
    situation.runs.cancel(run)
    for _ in range(4):
        situation.runs.step(), other.step()
    assert situation.folder(run).take_claim(b"{}") is None
