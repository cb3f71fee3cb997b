"""``nanoos pseudos`` in a real process, and what the doctor says of families."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from nanoos_lab import doctor


@pytest.fixture
def nanoos(tmp_path, monkeypatch):
    """Run the command with a library of its own."""
    monkeypatch.setenv("NANOOS_PSEUDOPOTENTIALS", str(tmp_path / "library"))

    def run(*words):
        command = [sys.executable, "-m", "nanoos_lab", "pseudos", *map(str, words)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "110"},
        )

    return run


@pytest.fixture
def source(shared_data, tmp_path):
    place = tmp_path / "files"
    place.mkdir()
    for symbol in ("Si", "O"):
        shutil.copy(shared_data / "pseudopotentials_oncv_pbe" / "abinit" / f"{symbol}_ONCV_PBE_sr.upf", place)
    return place


def test_from_installation_to_removal(nanoos, source, tmp_path):
    assert "nanoos pseudos install FOLDER" in nanoos("list").stdout
    made = nanoos("install", source, "--name", "oncv")
    assert made.returncode == 0, made.stderr
    assert "2 elements for PBE" in made.stdout
    assert "--cutoffs" in made.stdout
    assert "norm-conserving" in nanoos("list").stdout
    listed = nanoos("list", "oncv").stdout
    assert "Si_ONCV_PBE_sr.upf" in listed
    assert "2ca889f5" in listed
    assert "as they were installed" in nanoos("check").stdout
    (tmp_path / "library" / "oncv" / "Si_ONCV_PBE_sr.upf").write_text("changed")
    broken = nanoos("check")
    assert broken.returncode == 1
    assert "no longer the file" in broken.stdout
    assert nanoos("default", "oncv").returncode == 0
    assert nanoos("remove", "oncv", "--yes").returncode == 0
    assert not (tmp_path / "library" / "oncv").exists()


def test_errors_are_one_line(nanoos, source, tmp_path):
    (source / "broken.upf").write_text("<PP_HEADER")
    for words, problem in (
        (("install", source, "--name", "x"), "nothing was installed"),
        (("install", tmp_path / "none", "--name", "x"), "does not exist"),
        (("install", source, "--name", "../x"), "cannot be called"),
        (("list", "nothing"), "nanoos pseudos install"),
        (("remove", "nothing"), "no family"),
    ):
        ended = nanoos(*words)
        assert ended.returncode == 1, words
        assert problem in ended.stderr
        assert len(ended.stderr.strip().splitlines()) == 1


def test_the_doctor_knows_families_and_programs(nanoos, source):
    found = {f.what: f for f in doctor.examine().findings}
    assert found["pseudopotentials"].state == "missing"
    assert "nanoos pseudos install" in found["pseudopotentials"].remedy
    assert {"pw.x", "lmp"} <= set(found)
    assert nanoos("install", source, "--name", "oncv").returncode == 0
    found = {f.what: f for f in doctor.examine().findings}
    assert "oncv (PBE, 2 elements)" in found["pseudopotentials"].detail
