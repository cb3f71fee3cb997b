"""Questions to the scheduler: few, answered for all, and never guessed."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.runs.executors import Verdict
from nanoos_lab.runs.slurm.commands import SchedulerError
from nanoos_lab.runs.slurm.scheduler import (
    LONGEST_INTERVAL_S,
    LONGEST_SILENCE_S,
    NotYetKnownError,
    Scheduler,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cluster:
    """Answers by hand, and a clock that a test moves."""

    def __init__(self, *, accounts: bool = True) -> None:
        self.now = 1000.0
        self.queue: dict[str, str] = {}
        self.books: dict[str, str] = {}
        self.accounts = accounts
        self.failing: dict[str, str] = {}
        self.asked: list[tuple[float, str]] = []
        self.scheduler = Scheduler(self.run, lambda: self.now)

    def run(self, words: Sequence[str]) -> str:
        self.asked.append((self.now, " ".join(words)))
        if words[0] in self.failing:
            raise SchedulerError(self.failing[words[0]], Verdict.FREE)
        if words[0] == "squeue":
            return "".join(f"{job}|{said}\n" for job, said in self.queue.items())
        if words[0] == "sacct":
            if not self.accounts:
                raise SchedulerError("sacct: Slurm accounting storage is disabled", Verdict.CHARGED)
            return "".join(f"{job}|{said}\n" for job, said in self.books.items())
        if words[0] == "scontrol":
            return "MaxArraySize = 31\n" if "config" in words else ""
        return "77\n"

    def programs(self) -> list[str]:
        return [words.split()[0] for _, words in self.asked]

    def find(self, job: str | None, *name: object) -> str | None:
        """Let a second pass, ask, and return the state."""
        self.now += 1.0
        found = self.scheduler.find(job, *name)
        return None if found is None else found.state


def test_one_question_answers_for_all() -> None:
    cluster = Cluster()
    cluster.queue = {f"5_{i}": "RUNNING|n1|nanoos-a|None" for i in range(1000)}
    for i in range(1000):
        try:
            cluster.scheduler.find(f"5_{i}", "nanoos-a", i)
        except NotYetKnownError:
            continue
    assert cluster.programs() == ["squeue"]
    assert cluster.find("5_999", "nanoos-a") == "RUNNING"


def test_no_two_questions_within_a_second() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "RUNNING|n1|nanoos-a|None"}
    cluster.books = {"2": "FAILED|n1|nanoos-b|1:0"}
    for _ in range(2000):
        cluster.now += 0.01
        for job in ("1", "2", "3"):
            try:
                cluster.scheduler.find(job)
            except NotYetKnownError:
                continue
    times = [at for at, _ in cluster.asked]
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(times))
    assert len(times) == cluster.scheduler.queries
    assert set(cluster.programs()) == {"squeue", "sacct"}


def test_the_longer_nothing_changes_the_less_is_asked() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "RUNNING|n1|nanoos-a|None"}
    for _ in range(3600):
        try:
            cluster.find("1")
        except NotYetKnownError:
            continue
    assert len(cluster.asked) < 3600 / LONGEST_INTERVAL_S + 20
    gaps = [b - a for (a, _), (b, _) in itertools.pairwise(cluster.asked)]
    assert max(gaps) <= LONGEST_INTERVAL_S + 1
    cluster.scheduler.submit(["sbatch"])
    before = len(cluster.asked)
    cluster.find("1")
    assert len(cluster.asked) == before + 1  # what was just submitted is looked for at once


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    cluster = Cluster()
    assert cluster.scheduler.find(None) is None
    assert cluster.asked == []


def test_nothing_is_known_before_it_was_asked() -> None:
    cluster = Cluster()
    with pytest.raises(NotYetKnownError):
        cluster.scheduler.find("1")  # the answer is as old as its question
    with pytest.raises(NotYetKnownError):
        cluster.find("1")  # squeue knows nothing of it: the accounts have not been asked
    cluster.now += 1.0
    assert cluster.find("1") is None


def test_without_accounts_the_controllers_word_is_enough() -> None:
    cluster = Cluster(accounts=False)
    with pytest.raises(NotYetKnownError):
        cluster.find("1")
    with pytest.raises(NotYetKnownError):
        cluster.find("1")
    assert cluster.find("1") is None
    for _ in range(100):
        cluster.find("1")
    assert cluster.programs().count("sacct") == 1


def known(cluster: Cluster, job: str | None, *name: object) -> str | None:
    """Ask until there is an answer."""
    for _ in range(10):
        try:
            return cluster.find(job, *name)
        except NotYetKnownError:
            continue
    pytest.fail("no answer after ten seconds")


def test_the_accounts_say_what_the_controller_forgot() -> None:
    cluster = Cluster()
    cluster.books = {"1": "CANCELLED by 4711|n1|nanoos-a|0:15"}
    assert known(cluster, "1", "nanoos-a") == "CANCELLED"
    assert cluster.scheduler.find("1").reason == "by user 4711"


def test_what_the_accounts_believe_unfinished_is_no_job() -> None:
    cluster = Cluster()
    cluster.books = {"1": "PENDING|None assigned|nanoos-a|0:0"}
    assert known(cluster, "1", "nanoos-a") is None


def test_what_only_the_accounts_call_cancelled_by_nobody_was_lost() -> None:
    cluster = Cluster()
    cluster.books = {"1": "CANCELLED|None assigned|nanoos-a|0:0"}
    assert known(cluster, "1", "nanoos-a") is None


def test_what_squeue_calls_cancelled_is_cancelled_whoever_did_it() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "CANCELLED||nanoos-a|DependencyNeverSatisfied"}
    cluster.books = {"1": "CANCELLED|None assigned|nanoos-a|0:0"}
    for _ in range(10):
        known(cluster, "1", "nanoos-a")
    cluster.queue = {}
    for _ in range(40):
        state = cluster.find("1", "nanoos-a")
    assert state == "CANCELLED"


def test_what_squeue_says_now_counts_before_an_earlier_end() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "FAILED|n1|nanoos-a|NonZeroExitCode"}
    assert known(cluster, "1") == "FAILED"
    cluster.queue = {"1": "PENDING||nanoos-a|BeginTime"}  # somebody put it back
    for _ in range(20):
        state = cluster.find("1")
    assert state == "PENDING"
    cluster.queue = {}
    for _ in range(40):
        state = cluster.find("1")
    assert state is None  # its first end is not taken for its last


def test_an_end_is_remembered_when_the_controller_forgets_it() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "COMPLETED|n1|nanoos-a|None"}
    assert known(cluster, "1") == "COMPLETED"
    cluster.queue = {}
    for _ in range(20):
        state = cluster.find("1")
    assert state == "COMPLETED"
    cluster.scheduler.forget("1")
    assert known(cluster, "1") is None


def test_how_a_job_ended_is_asked_once() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "FAILED|n1|nanoos-a|NonZeroExitCode", "2": "COMPLETED|n1|nanoos-b|None"}
    cluster.books = {"1": "FAILED|n1|nanoos-a|9:0"}
    for _ in range(60):
        for job in ("1", "2"):
            try:
                cluster.find(job)
            except NotYetKnownError:
                continue
    assert cluster.scheduler.find("1").exit_code == "9:0"
    assert cluster.scheduler.explained("1")
    assert cluster.scheduler.explained("2")
    assert cluster.programs().count("sacct") == 1


def test_accounts_that_lag_are_asked_again() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "FAILED|n1|nanoos-a|NonZeroExitCode"}
    cluster.books = {"1": "RUNNING|n1|nanoos-a|0:0"}
    for _ in range(3):
        known(cluster, "1")
    assert not cluster.scheduler.explained("1")
    cluster.books = {"1": "FAILED|n1|nanoos-a|9:0"}
    for _ in range(10):
        cluster.find("1")
    assert cluster.scheduler.find("1").exit_code == "9:0"


def test_an_orphan_is_found_by_name_and_place_in_its_array() -> None:
    cluster = Cluster()
    cluster.queue = {"9_[0-12]": "PENDING||nanoos-abc-1|None", "4": "RUNNING|n1|nanoos-abd-1|None"}
    assert known(cluster, None, "nanoos-abc-1", 1) == "PENDING"
    assert cluster.scheduler.find(None, "nanoos-abc-1", 1).id == "9_1"
    assert known(cluster, None, "nanoos-abd-1", None) == "RUNNING"
    assert known(cluster, None, "nanoos-abe-1", None) is None
    assert "--name nanoos-abe-1" in cluster.asked[-1][1] + cluster.asked[-2][1]


def test_an_orphan_that_has_ended_is_found_in_the_accounts() -> None:
    cluster = Cluster()
    cluster.books = {"9_3": "FAILED|n1|nanoos-abc-1|1:0", "10": "COMPLETED|n1|nanoos-x-2|0:0"}
    assert known(cluster, None, "nanoos-abc-1", 3) == "FAILED"
    assert known(cluster, None, "nanoos-x-2", None) == "COMPLETED"


def test_an_id_that_was_given_away_again_is_not_the_job() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "RUNNING|n1|another|None"}
    cluster.books = {"1": "COMPLETED|n1|another|0:0"}
    assert known(cluster, "1", "nanoos-a") is None


def test_silence_is_not_an_answer_and_is_left_alone() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "RUNNING|n1|nanoos-a|None"}
    assert known(cluster, "1") == "RUNNING"
    cluster.failing = {
        "squeue": "connect failure",
        "sbatch": "connect failure",
        "scontrol": "connect failure",
    }
    before = len(cluster.asked)
    for _ in range(600):
        cluster.now += 1.0
        try:
            cluster.scheduler.find("1")
        except SchedulerError as error:
            said = str(error)
    assert said == "connect failure"
    assert len(cluster.asked) - before < 600 / LONGEST_SILENCE_S + 8
    with pytest.raises(SchedulerError):
        cluster.scheduler.max_array()
    cluster.failing = {}
    for _ in range(int(LONGEST_SILENCE_S) + 1):
        cluster.now += 1.0
        try:
            state = cluster.scheduler.find("1").state
        except SchedulerError:
            continue
    assert state == "RUNNING"


def test_a_failed_submission_keeps_others_from_being_tried_at_once() -> None:
    cluster = Cluster()
    assert cluster.scheduler.max_array() == 31
    cluster.failing = {"sbatch": "connect failure"}
    with pytest.raises(SchedulerError):
        cluster.scheduler.submit(["sbatch", "x"])
    with pytest.raises(SchedulerError):
        cluster.scheduler.max_array()
    assert cluster.programs() == ["scontrol", "sbatch"]


def test_an_answer_without_an_id_is_an_error() -> None:
    scheduler = Scheduler(lambda _words: "Submitted batch job")
    with pytest.raises(SchedulerError, match="names no job"):
        scheduler.submit(["sbatch"])


def test_cancelling_what_has_ended_is_no_error() -> None:
    def run(words: Sequence[str]) -> str:
        raise SchedulerError(f"{words[0]}: Kill job error on job id 1: Invalid job id specified")

    Scheduler(run).cancel("1")


def test_many_threads_ask_as_one() -> None:
    cluster = Cluster()
    cluster.queue = {"1": "RUNNING|n1|nanoos-a|None"}
    known(cluster, "1")
    cluster.now += 100.0
    threads = [threading.Thread(target=cluster.scheduler.find, args=("1",)) for _ in range(16)]
    before = len(cluster.asked)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cluster.asked) == before + 1
