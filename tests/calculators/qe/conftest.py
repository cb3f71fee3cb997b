"""Real pw.x with a library of a few pseudopotentials."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.calculators.qe import QECalculator, QEOptions
from nanoos_lab.programs.pseudopotentials import install

if TYPE_CHECKING:
    from pathlib import Path

ELEMENTS = ("Si", "Al", "Fe", "Mg", "O", "Ni")


@pytest.fixture(scope="session")
def few_pseudopotentials(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library with one family of a few elements."""
    folder = tmp_path_factory.mktemp("pseudos")
    (folder / "files").mkdir()
    for element in ELEMENTS:
        name = f"{element}_ONCV_PBE_sr.upf"
        shutil.copy(shared_data / "pseudopotentials_oncv_pbe" / "abinit" / name, folder / "files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NANOOS_PSEUDOPOTENTIALS", str(folder / "library"))
        install(folder / "files", "oncv")
    return folder / "library"


@pytest.fixture
def pseudopotentials(few_pseudopotentials: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the few pseudopotentials be this person's, for one test."""
    monkeypatch.setenv("NANOOS_PSEUDOPOTENTIALS", str(few_pseudopotentials))
    return few_pseudopotentials


@pytest.fixture
def pwx(require) -> None:
    """Require pw.x."""
    require(shutil.which("pw.x"), "pw.x is not on PATH: apt install quantum-espresso")


@pytest.fixture
def make_qe(pwx, pseudopotentials):
    """Make calculators with loose settings."""

    def make(**options) -> QECalculator:
        return QECalculator(QEOptions(**{"cutoff_ry": 16.0, "kpoints": (2, 2, 2), **options}))

    return make
