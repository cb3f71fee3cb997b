"""Jobs in odd places: paths that need quoting, environments without secrets, GPUs, clusters without accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.settings import Resources
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
S = RunState


def test_a_lab_may_lie_anywhere(slurm: Any, make_lab: Callable[..., Any]) -> None:
    lab = make_lab('it\'s "ours" 100% ☃ #1 $HOME & (more)', runs_per_job=2)
    ended = lab.wait(*[lab.submit("double", x=x) for x in range(4)])
    assert {run.state for run in ended} == {S.COMPLETED}, [run.error for run in ended]
    (failed,) = lab.wait(lab.submit("end", how="exit"))
    assert "last words" in failed.error["message"]


def test_a_lab_whose_path_slurm_cannot_write_to_says_so(slurm: Any, make_lab: Callable[..., Any]) -> None:
    lab = make_lab("back\\slash")
    (run,) = lab.wait(lab.submit("double", x=1))
    assert run.state == S.FAILED
    assert "move the lab" in run.error["message"]


def test_a_job_gets_no_secret_and_its_share_of_the_node(
    lab: Any, monkeypatch: pytest.MonkeyPatch, make_lab: Callable[..., Any]
) -> None:
    for name in (
        "AWS_SECRET_ACCESS_KEY",
        "OMP_API_TOKEN",
        "JUPYTERHUB_API_TOKEN",
        "NANOOS_URL",
        "SOMETHING_ELSE",
    ):
        monkeypatch.setenv(name, "hunter2")
    gres = make_lab("another", gpu_request="gres")
    asked = [
        (lab, lab.submit("environment", resources=Resources(cpus=3, gpus=1, memory_gb=0.4))),
        (gres, gres.submit("environment", resources=Resources(gpus=1, memory_gb=0.4))),
    ]
    for where, run in asked:
        (ended,) = where.wait(run)
        assert ended.state == S.COMPLETED, ended.error
        names = set(ended.summary["names"])
        assert {"PATH", "OMP_NUM_THREADS", "SLURM_JOB_ID", "CUDA_VISIBLE_DEVICES"} <= names
        assert not names & {
            "AWS_SECRET_ACCESS_KEY", "OMP_API_TOKEN", "JUPYTERHUB_API_TOKEN", "NANOOS_URL", "SOMETHING_ELSE",
        }  # fmt: skip
        assert ended.summary["parent"] == run
    assert asked[0][0].read(asked[0][1]).summary["threads"] == "3"


def test_what_no_node_has_is_refused_with_slurms_words(lab: Any) -> None:
    (run,) = lab.wait(lab.submit("double", x=1, resources=Resources(gpus=9, memory_gb=0.4)))
    assert (run.state, run.attempt) == (S.FAILED, 1)
    assert "sbatch: " in run.error["message"]


def test_lines_of_the_profile_surround_the_work(
    slurm: Any, make_lab: Callable[..., Any], tmp_path: Path
) -> None:
    lines = tmp_path / "it's lines"
    (tmp_path / "activate").write_text("export ASE_WORD=spoken\n")
    lab = make_lab(
        activate=f'source "{tmp_path}/activate"', pre=(f'echo "before $ASE_WORD" >> "{lines}"',),
        post=(f'echo after >> "{lines}"',), scratch=str(tmp_path),
    )  # fmt: skip
    (run,) = lab.wait(lab.submit("environment"))
    assert {"ASE_WORD", "TMPDIR"} <= set(run.summary["names"])
    lab.until(lambda: lines.read_text() == "before spoken\nafter\n", "the line after")
    broken = make_lab("broken", activate="source /nowhere/activate")
    (run,) = broken.wait(broken.submit("double", x=1))
    assert run.state == S.LOST
    assert "the environment of the profile could not be loaded on this node" in run.error["message"]


def test_structures_and_files_come_back(lab: Any) -> None:
    from pymatgen.core import Lattice, Structure

    from nanoos_lab.store.artifacts import artifacts_of, read_artifact
    from nanoos_lab.store.structures import insert_structure

    salt = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])
    with lab.store.write() as session:
        row = insert_structure(session, lab.store.scope, salt, name="halite")[0]
    run = lab.runs.submit("strain", {"structure": row}, {}, on="cluster").run.id
    (ended,) = lab.wait(run)
    assert ended.state == S.COMPLETED, ended.error
    with lab.store.read() as session:
        (artifact,) = artifacts_of(session, lab.store.scope, run)
        assert read_artifact(lab.store.scope, artifact) == b"strained\n"


# ---------------------------------------------------------------------- without accounts


def test_without_accounts_ends_are_told_all_the_same(
    slurm_without_accounting: Any, make_lab: Callable[..., Any], tmp_path: Path
) -> None:
    import subprocess

    lab = make_lab()
    held = lab.submit("hold", opened=str(tmp_path / "open"), reached=str(tmp_path / "in"))
    good, bad, hungry = (
        lab.submit("double", x=2),
        lab.submit("end", how="exit"),
        lab.submit("end", how="kill"),
    )
    lab.reached(tmp_path / "in")
    subprocess.run(["scancel", lab.job(held)], check=True)
    ended = lab.wait(good, bad, hungry, held)
    assert [run.state for run in ended] == [S.COMPLETED, S.LOST, S.LOST, S.CANCELLED]
    assert "exit status 9:0" in ended[1].error["message"]
    assert "exit status 137:0" in ended[2].error["message"]
    assert f"SLURM job {lab.job(held)} ended as CANCELLED" in ended[3].error["message"]


def test_without_accounts_a_job_that_vanished_is_tried_again(
    slurm_without_accounting: Any, make_lab: Callable[..., Any]
) -> None:
    import subprocess

    lab = make_lab()
    subprocess.run(["scontrol", "update", "partitionname=main", "state=down"], check=True)
    run = lab.submit("double", x=5)
    lab.until(lambda: lab.read(run).state == S.QUEUED and lab.attempts(run)[-1].reason, "a reason")
    slurm_without_accounting.lose_everything()
    (ended,) = lab.wait(run)
    assert (ended.state, ended.attempt) == (S.COMPLETED, 2)
    assert "vanished before it began" in lab.attempts(run)[0].reason
