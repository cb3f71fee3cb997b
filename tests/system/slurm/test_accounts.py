"""What runs took, by the accounts of a real cluster, and without any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.settings import Resources
from nanoos_lab.store.accounting import usage_of_project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.system


def usages(lab: Any, runs: list[str]) -> list[dict[str, Any]]:
    return [lab.attempts(run)[-1].usage for run in runs]


def test_a_cluster_s_accounts_say_what_jobs_took(slurm: Any, make_lab: Any, tmp_path: Path) -> None:
    lab = make_lab(runs_per_job=2)
    asked = Resources(cpus=2, gpus=1, memory_gb=0.4, walltime_hours=0.1)
    runs = [
        lab.submit("count_slowly", to=4, pause_s=0.4, journal=str(tmp_path / f"j{i}"), resources=asked)
        for i in range(3)
    ]
    lab.wait(*runs)
    lab.until(lambda: not lab.runs.unfinished_elsewhere(), "the accounts tell")
    said = usages(lab, runs)
    assert [(one["source"], one["cpus"], one["gpus"]) for one in said] == [("slurm", 2, 1)] * 3
    assert {one["node"] for one in said} <= {"n1", "n2"}
    together = [run for run in runs if lab.job(run) == lab.job(runs[0])]
    assert len(together) == 2
    # Both slept 1.6 s, and their job began before the first and ended after the second; SLURM counts whole seconds.
    assert sum(said[runs.index(run)]["elapsed_s"] for run in together) > 2 * 1.6 - 1
    assert [said[runs.index(run)].get("shared") for run in together] == [2, 2]
    assert all(0 < one["cpu_s"] < 60 and 2**24 < one["max_rss_bytes"] < 2**29 for one in said)
    with lab.store.read() as session:
        (total,) = usage_of_project(session, lab.store.scope)
    assert total.gpu_hours == pytest.approx(sum(one["elapsed_s"] for one in said) / 3600)
    assert total.cpu_hours == pytest.approx(2 * total.gpu_hours)


def test_who_looks_next_asks_for_what_was_not_accounted(slurm: Any, make_lab: Any) -> None:
    first = make_lab("shared")
    run = first.submit("double", x=1.0)
    first.wait(run)
    next_ = make_lab("shared")
    next_.until(lambda: next_.attempts(run)[-1].usage["source"] == "slurm", "the accounts tell")


def test_without_accounts_the_worker_says_what_it_took(slurm_without_accounting: Any, make_lab: Any) -> None:
    lab = make_lab()
    run = lab.submit("double", x=1.0)
    lab.wait(run)
    lab.until(lambda: not lab.runs.unfinished_elsewhere(), "it is known that there are no accounts")
    (attempt,) = lab.attempts(run)
    assert attempt.usage["source"] == "worker"
    assert attempt.usage["max_rss_bytes"] > 2**23
    assert attempt.worker["node"] in {"n1", "n2"}


def test_a_waiting_run_tells_what_it_waits_for_and_a_running_one_where_it_is(
    lab: Any, command: Any, tmp_path: Path
) -> None:
    opened, reached = tmp_path / "opened", tmp_path / "reached"
    run = lab.submit("hold", opened=str(opened), reached=str(reached))
    command("scontrol", "update", "PartitionName=main", "State=DOWN")
    try:
        lab.until(lambda: lab.attempts(run) and lab.attempts(run)[-1].reason, "a reason is told")
        assert lab.attempts(run)[-1].reason == "PartitionDown"
        assert lab.read(run).state == "QUEUED"
    finally:
        command("scontrol", "update", "PartitionName=main", "State=UP")
    lab.until(lambda: lab.read(run).state == "RUNNING", "it runs")
    attempt = lab.attempts(run)[-1]
    assert (attempt.reason, attempt.worker["node"] in {"n1", "n2"}) == ("", True)
    opened.touch()
    lab.wait(run)
    assert lab.attempts(run)[-1].reason == ""
