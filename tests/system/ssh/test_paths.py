"""Runs on a cluster that is reached by SSH alone: what comes back, and what is left there."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.doctor import examine_profile
from nanoos_lab.lab import Lab
from nanoos_lab.runs.driving import reconcile
from nanoos_lab.runs.ssh import fetch
from nanoos_lab.store.artifacts import artifacts_of, read_artifact
from tests.system.ssh.conftest import settings_with

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def left(there: Path) -> list[str]:
    """Return the files that are on the cluster."""
    return sorted(str(path.relative_to(there)) for path in there.rglob("*") if path.is_file())


def test_structures_go_there_and_results_come_back(
    tasks: Any, sshd: Any, tmp_path: Path, there: Path
) -> None:
    from pymatgen.core import Lattice, Structure

    with Lab(tmp_path / "lab", settings=settings_with(sshd, there, runs_per_job=2)) as lab:
        cells = [
            Structure(Lattice.cubic(a), ["Cs", "Cl"], [[0, 0, 0], [0.5] * 3]) for a in (3.9, 4.0, 4.1, 4.2)
        ]
        stored = [lab.add(cell, name=f"CsCl {i}") for i, cell in enumerate(cells)]
        batch = lab.map("static", stored, calculator="toy", on="cluster")
        assert [run.state for run in batch] == ["COMPLETED"] * 4, [run.error for run in batch]
        here = [lab.run("static", one, calculator="toy", on="here", force=True) for one in stored]
        assert [run.summary["energy"] for run in batch] == [run.summary["energy"] for run in here]
        strained = lab.run(tasks.strain, stored[0], on="cluster")
        assert read_artifact_of(lab, strained.id, "log") == b"strained\n"
    assert left(there) == []


def test_a_registered_model_goes_there_once(sshd: Any, tmp_path: Path, there: Path) -> None:
    from nanoos_lab.lab.modelling.names import path_of
    from nanoos_lab.testing.models import shipped_model

    asked: dict[str, Any] = {"predictor": "my-gap", "properties": ["band_gap"], "force": True}
    with Lab(tmp_path / "lab", settings=settings_with(sshd, there)) as lab:
        record = lab.models.register(shipped_model(tmp_path, "my-gap", "1"))
        structures = [lab.add(f"{name}.cif") for name in ("MgO", "SrTiO3")]
        here = [lab.run("predict", one, on="here", **asked) for one in structures]
        file = path_of(lab.store, record.row)
        sent = there / "files" / file.name
        runs = [lab.submit("predict", one, on="cluster", **asked) for one in structures]
        end = time.monotonic() + 90
        while not sent.exists():
            assert time.monotonic() < end, [run.state for run in runs]
            time.sleep(0.02)
        away = file.rename(tmp_path / "where nobody finds it")
        lab.wait(runs)
        away.rename(file)
        far = [lab.get(run.id) for run in runs]
        assert [run.state for run in far] == ["COMPLETED"] * 2, [run.error for run in far]
        gaps = [[run.summary["values"]["band_gap"][0] for run in some] for some in (here, far)]
        assert gaps[0] == pytest.approx(gaps[1], abs=1e-5)
    assert left(there) == [f"files/{file.name}"]


def read_artifact_of(lab: Any, run: str, name: str) -> bytes:
    store = lab.store
    with store.read() as session:
        (artifact,) = [one for one in artifacts_of(session, store.scope, run) if one.name == name]
        return read_artifact(store.scope, artifact)


def test_the_cluster_s_accounts_say_what_runs_took_there(tasks: Any, lab: Any) -> None:
    run = lab.submit(tasks.double, x=2.0)
    lab.wait(run)
    lab.until(lambda: lab.attempts(run)[-1].usage["source"] == "slurm", "the accounts tell")
    usage = lab.attempts(run)[-1].usage
    assert usage["node"] in {"n1", "n2"}
    assert usage["cpus"] >= 1
    assert usage["max_rss_bytes"] > 2**23


def test_an_array_shares_a_submission_and_nothing_is_left(tasks: Any, lab: Any, there: Path) -> None:
    ids = [lab.submit(tasks.double, x=x) for x in range(6)]
    ended = lab.wait(*ids)
    assert [run.summary["y"] for run in ended] == [2.0 * x for x in range(6)]
    jobs = {lab.job(run) for run in ids}
    assert (len(jobs), len({job.partition("_")[0] for job in jobs})) == (6, 1)
    lab.until(lambda: not left(there), "tidying there")
    assert not list((lab.store.scope.files / "runs").rglob("spec.json"))


def test_a_failure_comes_back_with_its_traceback(tasks: Any, lab: Any) -> None:
    (run,) = lab.wait(lab.submit(tasks.fail, how="error"))
    assert (run.state, run.error["type"], run.error["message"]) == (
        "FAILED",
        "ValueError",
        "the cell is too small",
    )
    assert "sample_tasks.py" in run.error["traceback"]


def test_a_hard_end_comes_back_with_the_schedulers_word_and_the_last_of_its_log(tasks: Any, lab: Any) -> None:
    (run,) = lab.wait(lab.submit(tasks.end, how="exit"))
    assert run.state == "LOST"
    assert f"SLURM job {lab.job(run.id)} ended as FAILED" in run.error["message"]
    assert "last words" in run.error["message"]
    assert "last words" in lab.runs.log(run.id)


def test_a_job_that_cannot_begin_says_why(tasks: Any, make_lab: Any) -> None:
    lab = make_lab(activate="source /nowhere/bin/activate")
    (run,) = lab.wait(lab.submit(tasks.double, x=1.0))
    assert run.state == "LOST"
    assert "the environment of the profile could not be loaded on this node" in run.error["message"]


def test_progress_is_seen_from_here(tasks: Any, lab: Any, tmp_path: Path) -> None:
    run = lab.submit(tasks.gate, opened=str(tmp_path / "open"))
    lab.until(lambda: lab.runs.progress(run).message == "waiting", "progress")
    assert lab.read(run).state == "RUNNING"
    assert lab.attempts(run)[-1].worker["job"] == lab.job(run)
    (tmp_path / "open").touch()
    assert lab.wait(run)[0].state == "COMPLETED"


def test_what_is_cancelled_before_it_begins_never_does(
    tasks: Any, lab: Any, slurm_cluster: Any, there: Path, tmp_path: Path
) -> None:
    update(slurm_cluster, "down")
    try:
        runs = [lab.submit(tasks.double, x=x, journal=str(tmp_path / "journal")) for x in range(3)]
        lab.until(lambda: all(lab.attempts(run) and lab.attempts(run)[-1].reason for run in runs), "reasons")
        assert {lab.attempts(run)[-1].reason for run in runs} == {"PartitionDown"}
        for run in runs[:2]:
            lab.runs.cancel(run)
        assert [run.state for run in lab.wait(*runs[:2])] == ["CANCELLED"] * 2
    finally:
        update(slurm_cluster, "up")
    assert lab.wait(runs[2])[0].state == "COMPLETED"
    lab.until(lambda: not left(there), "tidying there")
    assert (tmp_path / "journal").read_text().split() == ["2"]


def update(cluster: Any, state: str) -> None:
    words = ["scontrol", "update", "PartitionName=main", f"State={state}"]
    subprocess.run(words, env=dict(cluster._environment()), check=True)


def test_cancel_reaches_who_is_at_work_and_then_who_does_not_listen(
    tasks: Any, lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "CANCEL_GRACE_S", 0.5)
    polite = lab.submit(tasks.gate, opened=str(tmp_path / "never"))
    deaf = lab.submit(tasks.hold, opened=str(tmp_path / "never"), reached=str(tmp_path / "in"))
    lab.reached(tmp_path / "in")
    lab.until(lambda: {lab.read(run).state for run in (polite, deaf)} == {"RUNNING"}, "running")
    for run in (polite, deaf):
        lab.runs.cancel(run)
    first, second = lab.wait(polite, deaf)
    assert (first.state, first.error["message"]) == ("CANCELLED", "cancelled on request")
    assert (second.state, second.error["type"]) == ("CANCELLED", "RunCancelledError")


def test_a_job_that_was_put_back_goes_on_as_the_same_attempt(
    tasks: Any, lab: Any, slurm_cluster: Any, tmp_path: Path
) -> None:
    run = lab.submit(tasks.hold, opened=str(tmp_path / "open"), reached=str(tmp_path / "in"))
    lab.reached(tmp_path / "in")
    lab.until(lambda: lab.read(run).state == "RUNNING", "running")
    words = ["scontrol", "requeue", lab.job(run)]
    subprocess.run(words, env=dict(slurm_cluster._environment()), check=True)
    lab.until(lambda: lab.read(run).state == "QUEUED", "being queued again")
    (tmp_path / "open").touch()
    (ended,) = lab.wait(run)
    assert (ended.state, ended.attempt) == ("COMPLETED", 1)


def test_results_that_are_too_large_are_refused_with_advice(
    tasks: Any, make_lab: Any, sshd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = make_lab(ssh_max_result_gb=1e-9)
    monkeypatch.setattr(fetch, "FIRST_BYTES", 16)  # an outcome comes in pieces too
    (run,) = lab.wait(lab.submit(tasks.leave, size=1000))
    assert (run.state, run.error["type"]) == ("FAILED", "TransferError")
    assert "raise that and retry the run" in run.error["message"]


def test_the_doctor_finds_the_cluster_well(sshd: Any, tmp_path: Path, there: Path) -> None:
    with Lab(tmp_path / "lab", settings=settings_with(sshd, there)) as lab:
        found = examine_profile(lab, "cluster")
    assert found.well, found
