"""What SLURM's commands print, and what their complaints mean."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanoos_lab.runs.executors import Verdict
from nanoos_lab.runs.slurm import commands
from nanoos_lab.runs.slurm.commands import (
    BusyError,
    SchedulerError,
    expand,
    parse_sacct,
    parse_scontrol,
    parse_squeue,
    refusal,
    run_command,
)
from nanoos_lab.runs.slurm.states import Job

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12", ["12"]),
        ("12_3", ["12_3"]),
        ("12_[0-3,7%2]", ["12_0", "12_1", "12_2", "12_3", "12_7"]),
        ("12_[4]", ["12_4"]),
        ("12_[0-6:3]", ["12_0", "12_3", "12_6"]),
        ("12+0", []),
        ("12.batch", []),
        ("12_[1-49,51...]", []),
        ("12_[0-99999999999]", []),
        ("", []),
    ],
)
def test_ids_of_arrays(written: str, meant: list[str]) -> None:
    assert list(expand(written)) == meant


@given(st.text())
def test_no_answer_breaks_the_reader(text: str) -> None:
    for parse in (parse_squeue, parse_sacct, parse_scontrol):
        assert all(isinstance(job, Job) for job in parse(text))


def test_answers_are_read() -> None:
    (job,) = parse_squeue("7|RUNNING|n1|nanoos-x|None\nrubbish\n")
    assert job == Job("7", "nanoos-x", "RUNNING", "None", "n1")
    assert [j.id for j in parse_squeue("8_[0-1%4]|PENDING||a name|JobArrayTaskLimit\n")] == ["8_0", "8_1"]
    (job,) = parse_sacct("9_1|CANCELLED by 4711|None assigned|n|0:15\n")
    assert job == Job("9_1", "n", "CANCELLED", "by user 4711", "", "0:15")
    line = "JobId=12 ArrayJobId=10 ArrayTaskId=2 JobName=n JobState=FAILED Reason=NonZeroExitCode "
    line += "ExitCode=9:0 NodeList=n1"
    assert list(parse_scontrol(line)) == [Job("10_2", "n", "FAILED", "NonZeroExitCode", "n1", "9:0")]


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Batch job submission failed: Invalid partition name specified", Verdict.FINAL),
        ("Batch job submission failed: Requested node configuration is not available", Verdict.FINAL),
        (
            "Batch job submission failed: Invalid account or account/partition combination specified",
            Verdict.FINAL,
        ),
        ("Batch job submission failed: Unable to contact slurm controller (connect failure)", Verdict.FREE),
        ("Batch job submission failed: Socket timed out on send/recv operation", Verdict.FREE),
        ('Munge encode failed: Failed to access "munge.socket": No such file or directory', Verdict.FREE),
        ("Batch job submission failed: Protocol authentication error", Verdict.FREE),
        ("Slurm temporarily unable to accept job, sleeping and retrying", Verdict.FREE),
        ("Batch job submission failed: Unspecified error", Verdict.CHARGED),
    ],
)
def test_a_refusal_says_whether_trying_again_can_help(said: str, verdict: Verdict) -> None:
    error = refusal("sbatch", f"sbatch: error: {said}\n")
    assert (str(error), error.verdict) == (f"sbatch: {said}", verdict)


def test_a_refusal_for_the_number_of_jobs_is_told_apart() -> None:
    said = "sbatch: error: AssocMaxSubmitJobLimit\n"
    said += "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy"
    error = refusal("sbatch", said)
    assert isinstance(error, BusyError)
    assert error.verdict is Verdict.FREE
    assert "violates accounting/QOS policy" in str(error)


def test_long_texts_keep_every_error() -> None:
    said = "".join(f"sbatch: error: reason {i}\nsbatch: a hint\n" for i in range(40))
    message = str(refusal("sbatch", said))
    assert "reason 0;" in message
    assert "reason 39" in message
    assert "hint" not in message
    assert str(refusal("sbatch", "")) == "sbatch: it failed without a word"


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!{sys.executable} -ES\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_habits_of_the_person_do_not_change_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "squeue", "import os; print('\\n'.join(sorted(os.environ)))")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    for name in ("SQUEUE_FORMAT", "SQUEUE_STATES", "SACCT_FORMAT", "SCANCEL_INTERACTIVE"):
        monkeypatch.setenv(name, "x")
    names = run_command(["squeue"]).split()
    assert "SLURM_BITSTR_LEN" in names
    assert not [name for name in names if name.startswith(("SQUEUE_", "SACCT_", "SCANCEL_"))]


def test_a_command_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "squeue", "import time; time.sleep(600)")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(commands, "PATIENCE_S", 0.05)
    with pytest.raises(SchedulerError, match="squeue did not answer within") as caught:
        run_command(["squeue"])
    assert caught.value.verdict is Verdict.FREE


def test_a_machine_without_slurm_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SchedulerError, match=r"squeue is not on PATH: .* login node") as caught:
        run_command(["squeue"])
    assert caught.value.verdict is Verdict.FINAL
