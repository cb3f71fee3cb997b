"""What is wrong there is said here, with what to do."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def failed(lab: Any, task: Any) -> str:
    """Return why a run could not be started."""
    (run,) = lab.wait(lab.submit(task, x=1.0))
    assert run.state == "FAILED", (run.state, run.error)
    return run.error["message"]


@pytest.fixture
def other_key(sshd: Any) -> Iterator[None]:
    """Let the host have another key than the one that is known."""
    known = (sshd.folder / "known_hosts").read_text()
    shutil.copy(sshd.folder / "key.pub", sshd.folder / "wrong.pub")
    (sshd.folder / "known_hosts").write_text("cluster " + (sshd.folder / "key.pub").read_text())
    yield
    (sshd.folder / "known_hosts").write_text(known)


@pytest.mark.usefixtures("other_key")
def test_a_wrong_host_key(tasks: Any, lab: Any) -> None:
    said = failed(lab, tasks.double)
    assert "the key that cluster shows is not the one known here" in said
    assert "ssh-keygen -R" in said


@pytest.fixture
def unknown_person(sshd: Any) -> Iterator[None]:
    known = (sshd.folder / "authorized_keys").read_text()
    (sshd.folder / "authorized_keys").write_text("")
    yield
    (sshd.folder / "authorized_keys").write_text(known)


@pytest.mark.usefixtures("unknown_person")
def test_no_key_that_is_accepted(tasks: Any, lab: Any) -> None:
    assert "`ssh -o BatchMode=yes cluster true` must work without a question" in failed(lab, tasks.double)


@pytest.mark.parametrize(
    ("python", "said"),
    [
        ("/nowhere/bin/python", "cannot be started on cluster"),
        (shlex.join([sys.executable, "-I", "-S"]), "has no nanoos-lab: install the same version there"),
    ],
)
def test_no_interpreter_that_serves(tasks: Any, make_lab: Any, python: str, said: str) -> None:
    assert said in failed(make_lab(ssh_python=python), tasks.double)


def test_a_folder_that_cannot_be_made(tasks: Any, make_lab: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = failed(make_lab(ssh_folder=str(tmp_path / "file" / "folder")), tasks.double)
    assert "cannot be used on cluster: Not a directory" in said
    assert "say another one in the profile's part ssh" in said


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system that holds next to nothing."""
    place = tmp_path / "full"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k,nr_inodes=1000", "none", str(place)], check=False
    )
    require(mounted.returncode == 0, "a file system of one's own needs the right to mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_full(tasks: Any, make_lab: Any, full_disk: Path) -> None:
    lab = make_lab(ssh_folder=str(full_disk))
    (full_disk / "filling").write_bytes(bytes(16 * 1024))
    (run,) = lab.wait(lab.submit(tasks.double, x=1.0))
    assert run.state == "LOST"
    assert "on cluster: No space left on device" in run.error["message"]
    assert f"free some space below {full_disk}" in run.error["message"]


def test_sbatch_refuses(tasks: Any, make_lab: Any, there: Path) -> None:
    lab = make_lab(partition="nowhere")
    assert "on cluster: sbatch: " in (said := failed(lab, tasks.double))
    assert "nvalid partition" in said
    lab.until(lambda: not [p for p in there.rglob("*") if p.is_file()], "nothing being left there")


def test_an_unknown_host_is_waited_for_and_said_to_be(
    tasks: Any, make_lab: Any, caplog: pytest.LogCaptureFixture
) -> None:
    lab = make_lab(ssh_host="nowhere.invalid")
    run = lab.submit(tasks.double, x=1.0)
    lab.runs.step()
    assert lab.read(run).state == "PENDING"
    assert "nowhere.invalid cannot be reached, and what runs there is left as it is" in caplog.text
    assert "Could not resolve hostname" in caplog.text
    lab.runs.cancel(run)


def test_a_profile_that_leads_elsewhere_now_is_not_believed(
    tasks: Any, make_lab: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lab = make_lab()
    run = lab.submit(tasks.gate, opened=str(tmp_path / "open"))
    lab.until(lambda: lab.read(run).state == "RUNNING", "running")
    lab.close()
    other = make_lab(ssh_folder=str(tmp_path_factory.mktemp("elsewhere")))
    other.until(
        lambda: "set it back until this run has ended" in other.attempts(run)[-1].reason, "it is said"
    )
    assert other.read(run).state == "RUNNING"
    other.close()
    (tmp_path / "open").touch()
    assert make_lab().wait(run)[0].state == "COMPLETED"
