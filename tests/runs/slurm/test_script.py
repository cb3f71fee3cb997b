"""The script of a job: what the profile asks for, and nothing of the submitter's environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.runs.executors import StartError, Verdict
from nanoos_lab.runs.slurm.script import job_script, submission_command
from nanoos_lab.settings import Profile, Resources, SlurmSettings

LISTING = Path("/lab/runs/submissions/nanoos-x-1/folders.json")


@pytest.fixture(autouse=True)
def srun(fake: Any) -> None:
    """Be on a machine with SLURM's commands, which submitit insists on."""


def script(
    resources: Resources | None = None, *, listing: Path = LISTING, count: int = 1, **options: Any
) -> str:
    profile = Profile(name="cluster", executor="slurm", max_workers=3, slurm=SlurmSettings(**options))
    return job_script(profile, resources or Resources(), "nanoos-x-1", listing, count)


def options_of(text: str) -> dict[str, str]:
    lines = [line.removeprefix("#SBATCH --") for line in text.splitlines() if line.startswith("#SBATCH")]
    return dict(line.partition("=")[::2] for line in lines)


def test_what_the_profile_asks_for() -> None:
    text = script(
        Resources(cpus=4, memory_gb=1.5, walltime_hours=2.01), partition="short", account="a7", qos="high",
        constraint="cascade", extra={"mail-type": "FAIL", "exclusive": True}, python="/opt/py 3/python",
    )  # fmt: skip
    options = options_of(text)
    assert options["job-name"] == "nanoos-x-1"
    assert (options["partition"], options["account"], options["qos"]) == ("short", "a7", "high")
    assert (options["constraint"], options["cpus-per-task"]) == ("cascade", "4")
    assert (options["mem"], options["time"]) == ("1536MB", "121")
    assert (options["mail-type"], options["exclusive"], options["requeue"]) == ("FAIL", "", "")
    assert "wckey" not in options
    assert "array" not in options
    srun_line = next(line for line in text.splitlines() if line.startswith("srun "))
    assert "--cpus-per-task=4" in srun_line  # a step does not inherit them
    assert srun_line.endswith(f"/opt/py 3/python -P -m nanoos_lab.runs.slurm.job {LISTING} 20")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("gpus", "2")),
        ({"gpu_type": "a100"}, ("gpus", "a100:2")),
        ({"gpu_request": "gres"}, ("gres", "gpu:2")),
        ({"gpu_request": "gres", "gpu_type": "a100"}, ("gres", "gpu:a100:2")),
    ],
)
def test_gpus_as_the_cluster_wants_them_asked_for(options: dict[str, str], expected: tuple[str, str]) -> None:
    name, value = expected
    assert options_of(script(Resources(gpus=2), **options))[name] == value
    assert not options_of(script(**options)).keys() & {"gpus", "gres"}


def test_an_array_has_a_throttle() -> None:
    assert options_of(script(count=100))["array"] == "0-99%3"
    assert options_of(script(count=2))["array"] == "0-1%2"


@pytest.mark.parametrize(("hours", "told_at"), [(24.0, 120), (0.05, 45), (0.001, 15)])
def test_a_short_job_is_not_told_of_its_end_at_its_beginning(hours: float, told_at: int) -> None:
    assert options_of(script(Resources(walltime_hours=hours)))["signal"] == f"USR2@{told_at}"


def test_a_job_may_be_forbidden_to_come_again() -> None:
    options = options_of(script(extra={"no-requeue": True}, max_requeues=0))
    assert "no-requeue" in options
    assert "requeue" not in options


def test_what_submitit_does_not_know_is_an_error_that_names_the_profile() -> None:
    profile = Profile(name="cluster", executor="slurm")
    broken = profile.model_copy(update={"slurm": profile.slurm.model_copy(update={"signal_delay_s": "x"})})
    with pytest.raises(InvalidInputError, match="profile 'cluster'"):
        job_script(broken, Resources(), "nanoos-x-1", LISTING, 1)


def test_a_path_that_slurm_would_change_is_written_so_that_it_does_not(tmp_path: Path) -> None:
    place = tmp_path / '100% it\'s "mine"'
    text = script(listing=place / "folders.json")
    assert "100%% it" in options_of(text)["output"]
    with pytest.raises(StartError, match="backslash") as caught:
        script(listing=Path("/lab/a\\b/folders.json"))
    assert caught.value.verdict is Verdict.FINAL


def run(text: str, *, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run a script as bash would on a node, with srun printing what it was to start."""
    whole = f"{before}\nsrun() {{ printf '%s\\n' \"WORK $TMPDIR\"; }}\n{text}"
    return subprocess.run(["bash", "-c", whole], capture_output=True, text=True, check=False)


MODULE = 'module() { echo "$*"; [ "$2" != missing ]; }'


def test_modules_activation_and_lines_before_and_after() -> None:
    text = script(
        modules=("cuda/12", "qe it's"), activate="A=1 # activate", scratch="/scratch/my own",
        pre=("echo pre $A",), post=("echo post",),
    )  # fmt: skip
    done = run(text, before=MODULE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "load cuda/12", "load qe it's", "pre 1", "WORK /scratch/my own", "post",
    ]  # fmt: skip


@pytest.mark.parametrize("options", [{"modules": ("missing",)}, {"activate": "source /nowhere/activate"}])
def test_without_its_environment_nothing_is_run(options: dict[str, Any]) -> None:
    done = run(script(**options), before=MODULE)
    assert done.returncode == 78
    assert "WORK" not in done.stdout
    assert "could not be loaded on this node" in done.stderr


def test_the_environment_is_chosen_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("SBATCH_ACCOUNT", "x")
    monkeypatch.setenv("NANOOS_URL", "postgresql://ada:secret@db/lab")
    words = submission_command(tmp_path / "job.sh", Resources(cpus=3))
    assert words[:2] == ["env", "-i"]
    assert words[-4:] == ["sbatch", "--parsable", "--export=ALL", str(tmp_path / "job.sh")]
    names = {word.partition("=")[0] for word in words[2:-4]}
    assert {"PATH", "SLURM_CONF", "OMP_NUM_THREADS"} <= names
    assert not names & {"AWS_SECRET_ACCESS_KEY", "SBATCH_ACCOUNT", "NANOOS_URL"}
    assert "secret" not in " ".join(words)


def test_the_interpreter_is_this_one_unless_the_profile_names_another() -> None:
    assert f"{sys.executable} -P -m" in script()
