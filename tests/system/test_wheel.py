"""The wheel brings everything that a checkout has: templates, samples, viewer, extension, migrations."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

pytestmark = pytest.mark.system

SHIPPED = [
    "nanoos_lab/shipped/templates/screening.ipynb",
    "nanoos_lab/shipped/structures/SrTiO3.cif",
    "nanoos_lab/shipped/measured.csv",
    "nanoos_lab/store/migrations/versions/0001_first.py",
    "nanoos_lab/display/style.css",
    "nanoos_lab/ml/data/chgnet_calibration.json",
    "nanoos_lab/widgets/static/structure-viewer.js",
    "nanoos_lab/py.typed",
]


@pytest.fixture(scope="module")
def wheel(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(repository),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_everything_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert set(SHIPPED) <= set(names)
    assert any("share/jupyter/labextensions/nanoos-lab/package.json" in name for name in names)
    assert not [name for name in names if name.startswith(("tests/", "extensions/", "docs/"))]


def test_a_lab_works_from_the_wheel_alone(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import nanoos_lab as nl\n"
        "from nanoos_lab.workflows.templates import load_template\n"
        "assert nl.__file__.startswith('site') or '/site/' in nl.__file__, nl.__file__\n"
        "sto = nl.open('lab').add('SrTiO3.cif')\n"
        "print(sto.formula, load_template('screening').name)\n"
    )
    site = str(tmp_path / "site")
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {site!r})\n{code}"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.stdout.split() == ["SrTiO3", "screening"], result.stderr
