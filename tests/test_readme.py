"""Every code block of the README works as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

REPOSITORY = Path(__file__).resolve().parent.parent
BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```$", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
SHELL_LINES = [line for kind, text in BLOCKS if kind == "bash" for line in text.splitlines() if line]
GROUP = [
    line for line in SHELL_LINES if " db " in line or "GROUP=" in line or line.startswith("nanoos --lab")
]
VERBS = [line for line in SHELL_LINES if not line.startswith("make ") and line not in GROUP]


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCKS if found == kind]


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "home").mkdir()
    bin_folder = Path(sys.executable).parent
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}


def test_no_block_is_of_a_kind_that_is_not_run():
    assert {kind for kind, _ in BLOCKS} == {"bash", "ipython", "python", "toml"}


def test_the_make_commands_exist():
    targets = [line.split()[1] for line in SHELL_LINES if line.startswith("make ")]
    assert {"demo", "test", "benchmarks"} <= set(targets)
    for target in targets:
        subprocess.run(["make", "--dry-run", target], cwd=REPOSITORY, check=True, capture_output=True)


def test_the_verbs_of_the_terminal(tmp_path, environment):
    script = "set -euo pipefail\n" + "\n".join(VERBS)
    result = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    for word in ("SrTiO3", "COMPLETED", "bulk modulus", "predicted", "measured"):
        assert word.lower() in result.stdout.lower()


def test_a_group_gets_a_shared_lab_from_nothing(tmp_path, environment, request):
    def stop():
        subprocess.run(
            ["nanoos", "db", "stop", "server"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            check=False,
        )

    request.addfinalizer(stop)
    script = "set -euo pipefail\n" + "\n".join(GROUP)
    result = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    for words in ("viewer", "made bob viewer", "SrTiO3", "All is as it should be"):
        assert words in result.stdout
    assert (tmp_path / "home" / ".pgpass").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", blocks("ipython"))
def test_the_session(text, tmp_path, environment):
    script = tmp_path / "session.ipy"
    script.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "IPython", "--colors=NoColor", "--no-banner", str(script)]
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Traceback" not in result.stderr + result.stdout, result.stderr + result.stdout
    assert list((tmp_path / "titanates" / "reports").glob("screening-*.html"))


@pytest.mark.parametrize("text", blocks("python"))
def test_the_python(text, tmp_path, environment):
    result = subprocess.run(
        [sys.executable, "-c", text],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    if "packing" in text:
        assert 0 < float(result.stdout.strip().splitlines()[-1]) < 2


@pytest.mark.parametrize("text", [text for text in blocks("toml") if "profiles" in text])
def test_the_profiles_are_taken(text, tmp_path):
    from nanoos_lab.settings import load_settings

    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    profile = load_settings(tmp_path / "settings.toml").profile("gpu")
    assert (profile.executor, profile.slurm.partition, profile.resources.gpus) == ("slurm", "gpu", 1)


@pytest.mark.parametrize("text", [text for text in blocks("toml") if "entry-points" in text])
def test_the_entry_points_are_of_a_family_that_exists(text):
    groups = tomllib.loads(text)["project"]["entry-points"]
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        ours = tomllib.load(file)["project"]["entry-points"]
    assert set(groups) <= set(ours)
