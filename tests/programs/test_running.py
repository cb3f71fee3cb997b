from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nanoos_lab.errors import CalculatorError
from nanoos_lab.programs import running
from nanoos_lab.programs.running import Program, find_program, given_cpus, run_program

SHELL = Program("sh", Path("/bin/sh"))


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    """Let the person's settings be a file of the test's."""
    monkeypatch.setenv("NANOOS_SETTINGS", str(tmp_path / "settings.toml"))
    return tmp_path / "settings.toml"


def gone(pid: int) -> bool:
    """Return whether a process ends within some seconds."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_program_is_found_where_the_settings_say(settings, tmp_path):
    bin_folder = tmp_path / "my codes"
    bin_folder.mkdir()
    (bin_folder / "pw.x").write_text("#!/bin/sh\n")
    (bin_folder / "pw.x").chmod(0o755)
    settings.write_text(f"[programs.qe]\nfolder = '{bin_folder}'\nlauncher = 'mpirun -n {{cpus}}'\n")
    program = find_program("pw.x", program="qe")
    assert program.path == bin_folder / "pw.x"
    assert program.launcher == ("mpirun", "-n", "{cpus}")


def test_cpus_are_those_that_slurm_gave(monkeypatch):
    program = Program("pw.x", Path("/bin/pw.x"), ("mpirun", "-n", "{cpus}"))
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "6")
    assert given_cpus() == 6
    assert program.command == ["mpirun", "-n", "6", "/bin/pw.x"]
    assert program.environment["OMP_NUM_THREADS"] == "1"
    assert "SLURM_CPUS_PER_TASK" in program.environment
    assert "SLURM_CPUS_PER_TASK" not in Program("pw.x", Path("/bin/pw.x")).environment


@pytest.mark.parametrize("said", ["", "[programs.lammps]\nfolder = '/nowhere'\n"])
def test_a_missing_program_is_named_with_the_line_that_installs_it(settings, said, monkeypatch, tmp_path):
    settings.write_text(said)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CalculatorError, match=r"lmp is not .* install") as error:
        find_program("lmp", program="lammps")
    assert ("/nowhere" in str(error.value)) == bool(said)


def test_everything_printed_is_handed_over_and_kept(tmp_path):
    seen: list[str] = []
    ended = run_program(
        SHELL, ["-c", "for i in 1 2 3; do echo $i; sleep 0.05; done; echo bad >&2; exit 3"],
        folder=tmp_path, output="x.out", watch=seen.append,
    )  # fmt: skip
    assert "".join(seen) == "1\n2\n3\n" == (tmp_path / "x.out").read_text()
    assert (tmp_path / "x.out.err").read_text() == "bad\n"
    assert (ended.status, ended.killed_by) == (3, "")


def test_a_signal_is_named_also_where_a_launcher_reports_it(tmp_path):
    assert run_program(SHELL, ["-c", "kill -9 $$"], folder=tmp_path, output="x").killed_by == "SIGKILL"
    assert run_program(SHELL, ["-c", "exit 137"], folder=tmp_path, output="x").killed_by == "SIGKILL"


def test_a_watcher_that_raises_ends_the_program_and_what_it_started(tmp_path):
    def watch(text: str) -> None:
        if text:
            raise KeyboardInterrupt

    script = "sleep 300 & echo $!; sleep 300"
    with pytest.raises(KeyboardInterrupt):
        run_program(SHELL, ["-c", script], folder=tmp_path, output="x", watch=watch)
    assert gone(int((tmp_path / "x").read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is a signal on Linux only")
def test_a_program_ends_when_its_watcher_is_killed(tmp_path):
    code = (
        "from pathlib import Path; from nanoos_lab.programs.running import *;"
        "run_program(Program('sh', Path('/bin/sh')), ['-c', 'echo $$; exec sleep 300'],"
        f" folder=Path({str(tmp_path)!r}), output='x')"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    end = time.monotonic() + 30
    while not (tmp_path / "x").exists() or not (tmp_path / "x").read_text():
        assert time.monotonic() < end
        time.sleep(0.02)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert gone(int((tmp_path / "x").read_text()))


def test_what_cannot_be_started_is_said(tmp_path):
    with pytest.raises(CalculatorError, match="could not be started"):
        run_program(Program("pw.x", tmp_path / "pw.x", ("/no/launcher",)), [], folder=tmp_path, output="x")


def test_the_time_that_is_left_ends_with_the_notice(monkeypatch):
    running._job_end.cache_clear()
    monkeypatch.setenv("SLURM_JOB_END_TIME", str(time.time() + 1000))
    monkeypatch.setenv("NANOOS_NOTICE_S", "120")
    assert running.remaining_seconds() == pytest.approx(880, abs=5)
    running._job_end.cache_clear()
    monkeypatch.delenv("SLURM_JOB_END_TIME")
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    assert running.remaining_seconds() is None
    running._job_end.cache_clear()
    assert os.environ.get("SLURM_JOB_END_TIME") is None
