"""What jobs took: sacct's words, absurd ones among them, and how a job is shared among its runs."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanoos_lab.runs.driving import accountant as accountants
from nanoos_lab.runs.executors import Verdict
from nanoos_lab.runs.executors.usage import JobUsage, KeepsAccounts
from nanoos_lab.runs.slurm.accounts import ask_usage, parse_allocation, parse_size, parse_time, parse_usage
from nanoos_lab.runs.slurm.commands import SchedulerError
from nanoos_lab.runs.slurm.executor import SlurmExecutor
from nanoos_lab.runs.slurm.scheduler import Scheduler
from nanoos_lab.store.accounting import usage_of_project

NAME = "nanoos-34e908f77d27-1"
ARRAY = f"""\
76_0|{NAME}|2026-11-21T00:59:23|20|00:03.677||billing=4,cpu=4,gres/gpu:a100=2,gres/gpu=2,mem=6G,node=1|n1
76_0.batch|batch|2026-11-21T00:59:23|20|00:00.010|12464K|cpu=4,mem=6G,node=1|n1
76_0.0|python3|2026-11-21T00:59:23|19|00:03.667|469632K|cpu=4,mem=6G,node=1|n1
76_1|{NAME}|Unknown|22|00:00:00||billing=4,cpu=4,mem=6G,node=1|n2
76_[2-3]|{NAME}|2026-11-21T00:59:23|0|00:00:00|||None assigned
"""


def test_an_array_is_read_with_the_memory_of_its_steps() -> None:
    found = parse_usage(ARRAY)
    assert found["76_0"] == JobUsage(NAME, 20.0, 3.677, 4, 2, 469632 * 1024, "n1")
    assert "76_1" not in found
    assert found["76_2"] == found["76_3"] == JobUsage(NAME, 0.0)


def test_times_of_a_job_that_was_put_back_add_up() -> None:
    records = f"""\
80|{NAME}|2026-11-21T00:10:00|100|01:00.500||cpu=2,node=1|n1
80.0|python3|2026-11-21T00:10:00|99|01:00.400|2G|cpu=2|n1
80|{NAME}|2026-11-21T01:00:00|50|||cpu=2,node=1|n2
81|{NAME}|2026-11-21T00:10:00|100|01:00.500||cpu=2,node=1|n1
81|{NAME}|Unknown|3|||cpu=2,node=1|n2
"""
    assert parse_usage(records) == {"80": JobUsage(NAME, 150.0, 60.5, 2, 0, 2**31, "n2")}


@pytest.mark.parametrize(
    "line",
    [
        "", "80", "80|x|y", "|||||||", f"80|{NAME}|2026-11-21T00:10:00|-5|||cpu=1|n1", f"80|{NAME}|None|5|||cpu=1|n1",
        f"80|{NAME}|2026-11-21T00:10:00|{'9' * 12}|||cpu=1|n1", f"rm -rf|{NAME}|2026-11-21T00:10:00|5|||cpu=1|n1",
        f"80|{NAME}|2026-11-21T00:10:00|five|||cpu=1|n1",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_left_out(line: str) -> None:
    assert parse_usage(line + "\n") == {}


@given(st.text())
def test_nothing_that_is_printed_breaks_it(answer: str) -> None:
    parse_usage(answer)
    parse_usage(answer.replace(" ", "|"))


@given(st.integers(1, 10**7), st.integers(0, 999))
def test_a_time_is_read_as_slurm_writes_it(seconds: int, thousandths: int) -> None:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    written = f"{days}-" if days else ""
    written += f"{hours:02}:" if days or hours else ""
    written += f"{rest // 60:02}:{rest % 60:02}.{thousandths:03}"
    assert parse_time(written) == pytest.approx(seconds + thousandths / 1000)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("469632K", 480903168),
        ("1.50G", 1610612736),
        ("0", None),
        ("", None),
        ("16E", None),
        ("9999P", None),
        ("12", 12),
    ],
)
def test_a_size_is_bytes_or_nothing(text: str, size: int | None) -> None:
    assert parse_size(text) == size


def test_gpus_are_counted_once() -> None:
    assert parse_allocation("cpu=4,gres/gpu:a100=2,gres/gpu=2") == (4, 2)
    assert parse_allocation("cpu=4,gres/gpu:a100=2,gres/gpu:h100=1") == (4, 3)
    assert parse_allocation("cpu=4,mem=1G") == (4, 0)
    assert parse_allocation("") == (None, None)
    assert parse_allocation("cpu=99999999") == (None, None)


def scheduler_that(answer: Any) -> tuple[Scheduler, list[list[str]], list[float]]:
    asked: list[list[str]] = []
    now = [100.0]

    def run(words: Any) -> str:
        asked.append(list(words))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Scheduler(run, lambda: now[0]), asked, now


def test_one_question_is_asked_for_all_and_not_another_within_a_second() -> None:
    scheduler, asked, now = scheduler_that(ARRAY)
    assert list(ask_usage(scheduler, ["76_0", "76_1", "77", "%; rm"])) == ["76_0"]
    assert asked[0][-2:] == ["--jobs", "76,77"]
    with pytest.raises(SchedulerError, match="a moment ago"):
        ask_usage(scheduler, ["76_0"])
    now[0] += 1.0
    assert ask_usage(scheduler, ["76_0"])
    assert ask_usage(scheduler, ["no id"]) == {}
    assert len(asked) == scheduler.queries == 2


def test_a_cluster_without_accounts_is_not_asked_again() -> None:
    scheduler, asked, now = scheduler_that(
        SchedulerError("Slurm accounting storage is disabled", Verdict.CHARGED)
    )
    assert ask_usage(scheduler, ["76"]) is None
    now[0] += 10.0
    assert ask_usage(scheduler, ["76"]) is None
    assert len(asked) == 1
    scheduler, asked, now = scheduler_that(SchedulerError("Connection refused", Verdict.FREE))
    with pytest.raises(SchedulerError, match="refused"):
        ask_usage(scheduler, ["76"])


# ------------------------------------------------------------------ shared among runs


def ten_seconds_ago() -> float:
    """Return a time that is over, and too young to be given up."""
    return float(int(time.time()) - 10)


class Books:
    """What the accounts say, as a test decides."""

    def __init__(self) -> None:
        self.jobs: dict[str, JobUsage] | None = {}
        self.error: Exception | None = None
        self.asked = 0

    def usage(self, job_ids: Any) -> dict[str, JobUsage] | None:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return None if self.jobs is None else {job: self.jobs[job] for job in job_ids if job in self.jobs}


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    made = Books()
    monkeypatch.setattr(SlurmExecutor, "usage", lambda _, job_ids: made.usage(job_ids))
    return made


def finished(situation: Any, count: int = 1) -> tuple[list[str], str, str]:
    """Let a job work on some runs, each of which took a second; return them with its id and its name."""
    runs = situation.submit(count)
    job = situation.job(runs[0])
    situation.work(runs[0], *runs)
    begun = ten_seconds_ago()
    for run in runs:
        situation.finish(run, started_at=begun, finished_at=begun + 1.0)
    situation.look(runs[-1])
    situation.die()
    situation.look(runs[-1])
    name = next(iter(situation.fake.jobs.values()))["name"]
    return runs, job, name


def book(situation: Any) -> Any:
    """Return who asks, at a time when it may."""
    situation.runs._accountant._due_at = 0.0
    return situation.runs._accountant


def test_the_executor_is_known_to_keep_accounts(situation: Any) -> None:
    assert isinstance(situation.executor, KeepsAccounts)


def test_what_a_job_took_replaces_what_its_worker_said_once(situation: Any, books: Books) -> None:
    (run,), job, name = finished(situation)
    assert situation.attempts(run)[0].usage == {"source": "worker", "elapsed_s": 1.0}
    book(situation).look()
    assert book(situation).pending  # not in the accounts yet
    books.jobs = {job: JobUsage(name, 20.0, 3.5, 4, 1, 2**28, "n1")}
    assert book(situation).look() == 1
    assert situation.attempts(run)[0].usage == {
        "source": "slurm", "elapsed_s": 20.0, "cpu_s": 3.5, "cpus": 4, "gpus": 1, "max_rss_bytes": 2**28, "node": "n1",
    }  # fmt: skip
    asked = books.asked
    book(situation).note()
    assert book(situation).look() == 0
    assert not book(situation).pending
    assert books.asked == asked
    with situation.store.read() as session:
        (sum_,) = usage_of_project(session, situation.store.scope)
    assert (sum_.cpu_hours, sum_.gpu_hours) == (pytest.approx(20 * 4 / 3600), pytest.approx(20 / 3600))


def test_a_job_is_shared_by_the_time_of_its_runs(
    situation: Any, books: Books, slurm_profile: Any, make_runs: Any
) -> None:
    from nanoos_lab.settings import Settings

    chunked = slurm_profile.model_copy(
        update={"slurm": slurm_profile.slurm.model_copy(update={"runs_per_job": 3})}
    )
    situation.runs = make_runs(settings=Settings(profiles={"cluster": chunked}))
    runs = [situation.runs.submit("double", {}, {"x": i}, on="cluster").run.id for i in range(3)]
    situation.runs.step()
    job, name = situation.job(runs[0]), next(iter(situation.fake.jobs.values()))["name"]
    situation.work(runs[0], *runs)
    begun = ten_seconds_ago()
    for run, seconds in zip(runs, (1.0, 3.0, 0.0), strict=True):
        times = {"started_at": begun, "finished_at": begun + seconds}
        situation.finish(run, worker={"max_rss_bytes": 2**25}, **times)
    situation.look(runs[-1])
    books.jobs = {job: JobUsage(name, 16.0, 8.0, 2, None, 2**24)}
    assert book(situation).look() == 3
    said = [situation.attempts(run)[0].usage for run in runs]
    assert [one["elapsed_s"] for one in said] == [4.0, 12.0, 0.0]
    assert [one["cpu_s"] for one in said] == [2.0, 6.0, 0.0]
    assert {(one["shared"], one["max_rss_bytes"], "gpus" in one) for one in said} == {(3, 2**25, False)}


def test_another_job_that_was_given_the_same_id_is_not_taken(situation: Any, books: Books) -> None:
    (run,), job, name = finished(situation)
    other = JobUsage("nanoos-000000000000-1", 20.0)
    for jobs in ({job: other}, {job: other._replace(name="train.sh")}, {job: JobUsage(name, 1e8)}):
        books.jobs = jobs
        assert book(situation).look() == 0
        assert situation.attempts(run)[0].usage["source"] == "worker"


def test_what_the_accounts_never_knew_is_given_up(
    situation: Any, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,), _, _ = finished(situation)
    monkeypatch.setattr(accountants, "PATIENCE_S", -1.0)
    book(situation).look()
    assert not book(situation).pending
    assert not situation.runs.unfinished_elsewhere()
    assert situation.attempts(run)[0].usage["source"] == "worker"


@pytest.mark.parametrize("patience", [120.0, -1.0])
def test_accounts_that_do_not_answer_are_asked_again_for_a_while(
    situation: Any, books: Books, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    finished(situation)
    books.error = SchedulerError("Connection refused", Verdict.FREE)
    monkeypatch.setattr(accountants, "PATIENCE_S", patience)
    assert book(situation).look() == 0
    assert book(situation).pending == (patience > 0)


def test_without_accounts_the_worker_s_word_stands(situation: Any, books: Books) -> None:
    (run,), _, _ = finished(situation)
    books.jobs = None
    book(situation).look()
    assert not book(situation).pending
    assert situation.attempts(run)[0].usage == {"source": "worker", "elapsed_s": 1.0}


def test_an_attempt_that_came_to_nothing_counts_with_what_it_took(situation: Any, books: Books) -> None:
    (run,) = situation.submit()
    job, name = situation.job(run), next(iter(situation.fake.jobs.values()))["name"]
    situation.work(run, run)
    situation.die()
    situation.fake.set(job, "NODE_FAIL")
    situation.look(run)
    assert situation.attempts(run)[0].started_at is None  # it costs the run none of its tries
    books.jobs = {job: JobUsage(name, 3600.0, None, 2, 0)}
    assert book(situation).look() == 1
    with situation.store.read() as session:
        (sum_,) = usage_of_project(session, situation.store.scope)
        assert sum_.cpu_hours == pytest.approx(2.0)
        assert not usage_of_project(session, situation.store.scope, run="000000000000")
