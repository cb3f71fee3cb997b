"""One structure by two density functional codes, side by side."""

from __future__ import annotations

import importlib.util
import shutil

import pytest

from nanoos_lab.programs.pseudopotentials import install
from nanoos_lab.testing import crystal

SETTINGS = {
    "qe": {"cutoff_ry": 20.0, "kpoints": (2, 2, 2)},
    "gpaw": {"cutoff_ev": 300.0, "kpoints": (2, 2, 2), "convergence": "loose"},
}


@pytest.fixture
def pseudopotentials(shared_data, tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    name = "Si_ONCV_PBE_sr.upf"
    shutil.copy(shared_data / "pseudopotentials_oncv_pbe" / "abinit" / name, tmp_path / "files")
    monkeypatch.setenv("NANOOS_PSEUDOPOTENTIALS", str(tmp_path / "library"))
    install(tmp_path / "files", "oncv")


def test_two_codes_are_shown_side_by_side(lab, require, pseudopotentials):
    require(shutil.which("pw.x"), "pw.x is not on PATH: apt install quantum-espresso")
    require(importlib.util.find_spec("_gpaw"), "GPAW is absent: make gpaw")
    silicon = lab.add(crystal("Si"), name="silicon")
    for code, options in SETTINGS.items():
        lab.run("static", silicon, calculator=code, options=options)
    gaps = lab.compare(silicon, "band_gap")
    groups = gaps.groups_frame().set_index("method")["mean"]
    ours = {
        name.partition(" ")[2].split()[0]: value for name, value in groups.items() if name.startswith("PBE ")
    }
    assert set(ours) == {"QE", "GPAW"}  # the same functional, never in one group: each code has its own
    assert ours["QE"] == pytest.approx(ours["GPAW"], abs=0.03)
    shown = str(gaps)
    assert "PBE QE" in shown
    assert "PBE GPAW" in shown
    energies = lab.compare(silicon, "energy").frame().set_index("method")["note"]
    assert "only differences" in energies[next(m for m in energies.index if "GPAW" in m)]
