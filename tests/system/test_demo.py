"""The main job for real: the demo screens every sample, and a second time reuses what has finished."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

import nanoos_lab as nl

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]


def demo(folder, home):
    command = [sys.executable, "-m", "nanoos_lab", "demo", str(folder)]
    env = {**os.environ, "HOME": str(home), "OMP_NUM_THREADS": "1"}
    result = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def ranked(result):
    """Return the ranking as it was printed."""
    return re.findall(r"^ +\d+  \S+ +[\d.]+ ± [\d.]+ GPa$", result.stdout, re.MULTILINE)


def completed(folder):
    with nl.open(folder) as lab:
        return {run.id for run in lab.runs(limit=None, state="COMPLETED") if run.task != "notebook"}


def test_the_demo_screens_all_samples_and_a_second_time_reuses_its_runs(repository, tmp_path):
    home, folder = tmp_path / "home", tmp_path / "demo lab"
    home.mkdir()
    first = demo(folder, home)
    before = completed(folder)
    second = demo(folder, home)

    assert "C-diamond" in ranked(first)[0]
    assert len(ranked(first)) == 10
    assert ranked(second) == ranked(first)
    assert completed(folder) == before

    reports = sorted((folder / "reports").glob("screening-*.html"))
    assert len(reports) == 2
    assert str(reports[-1].name) in second.stdout.replace("\n", "")
    assert all(path.stat().st_size < 15_000_000 for path in reports)
    with nl.open(folder) as lab:
        samples = list((repository / "notebooks" / "structures").glob("*.cif"))
        assert len(lab.structures(tags=["sample"])) == len(samples) >= 40
        assert all(run.state.final for run in lab.runs(limit=None))
