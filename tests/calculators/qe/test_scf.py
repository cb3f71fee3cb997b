"""One self-consistent calculation after another, by real pw.x."""

from __future__ import annotations

import json
import re
import subprocess

import numpy as np
import pytest

from nanoos_lab.calculators import Workplace
from nanoos_lab.calculators.abilities import Electrons
from nanoos_lab.simulate.static import evaluate
from nanoos_lab.testing import check_calculator, crystal

BY_HAND = """\
&CONTROL
 calculation='scf' outdir='out' pseudo_dir='{library}/oncv' tprnfor=.true. tstress=.true.
/
&SYSTEM
 ibrav=2 celldm(1)=10.263102623 nat=2 ntyp=1 ecutwfc=16 occupations='smearing' smearing='gaussian' degauss=0.00367493
/
&ELECTRONS
 conv_thr=1d-9
/
ATOMIC_SPECIES
Si 28.0855 Si_ONCV_PBE_sr.upf
ATOMIC_POSITIONS alat
Si 0 0 0
Si 0.25 0.25 0.25
K_POINTS automatic
2 2 2 0 0 0
"""


def found(text: str, pattern: str) -> float:
    return float(re.findall(pattern, text)[-1])


def test_silicon_is_what_pwx_says_when_it_is_run_by_hand(make_qe, pseudopotentials, tmp_path):
    (tmp_path / "si.in").write_text(BY_HAND.format(library=pseudopotentials))
    text = subprocess.run(
        ["pw.x", "-in", "si.in"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    point = evaluate(crystal("Si"), make_qe(), place=Workplace(tmp_path / "ours"))
    rydberg = 13.605693123
    assert point.response.energy == pytest.approx(
        found(text, r"!\s+total energy\s+=\s+(\S+)") * rydberg, abs=1e-5
    )
    kbar = found(text, r"P=\s*(\S+)")
    assert {e.property: e.value for e in point.estimates}["pressure"] == pytest.approx(kbar / 10, abs=5e-3)
    assert np.abs(point.response.forces).max() < 1e-6


def test_an_answer_in_the_folder_is_not_computed_again(make_qe, tmp_path):
    place = Workplace(tmp_path)
    first = evaluate(crystal("Si"), make_qe(), place=place)
    again = evaluate(crystal("Si"), make_qe(), place=place)
    assert again.response.energy == first.response.energy
    assert len(json.loads((tmp_path / "attempts.json").read_text())) == 1
    evaluate(crystal("Si"), make_qe(cutoff_ry=17.0), place=place)
    assert len(json.loads((tmp_path / "attempts.json").read_text())) == 2


def test_progress_is_told_while_it_works(make_qe, tmp_path):
    lines: list[str] = []
    evaluate(crystal("Si"), make_qe(kpoints=(4, 4, 4)), place=Workplace(tmp_path, lines.append))
    assert any("scf iteration" in line and "estimated accuracy" in line for line in lines)


def test_the_next_geometry_begins_with_the_density_of_the_last(make_qe, tmp_path):
    structure = crystal("Si")
    atoms = structure.to_ase_atoms()
    atoms.calc = make_qe().ase_calculator(structure, Workplace(tmp_path))
    atoms.get_potential_energy()
    atoms.set_cell(atoms.cell * 1.01, scale_atoms=True)
    warm = atoms.get_potential_energy()
    starts = [row["start"] for row in json.loads((tmp_path / "attempts.json").read_text())]
    assert starts == ["scratch", "density"]
    fresh = structure.copy()
    fresh.scale_lattice(structure.volume * 1.01**3)
    assert evaluate(fresh, make_qe()).response.energy == pytest.approx(warm, abs=1e-5)


def test_forces_and_stress_are_the_derivatives_of_the_energy(make_qe):
    report = check_calculator(
        make_qe(cutoff_ry=24.0, kpoints=(2, 1, 1), tolerance_ry=1e-12),
        [crystal("Si")],
        force_tolerance=1e-3,
        stress_tolerance=4e-3,  # a basis that changes with the cell
    )
    print(report)


def test_aluminium_is_a_metal_with_a_wide_cold_smearing(make_qe):
    calculator = make_qe(cutoff_ry=18.0, kpoints=(4, 4, 4))
    choices = calculator.choices_for(crystal("Al"))
    assert (choices.metal, choices.smearing, choices.spin) == (True, "cold", False)
    atoms = crystal("Al").to_ase_atoms()
    atoms.calc = calculator.ase_calculator(crystal("Al"), Workplace())
    assert np.isfinite(atoms.get_potential_energy())
    electrons = atoms.calc.results["electrons"]
    assert isinstance(electrons, Electrons)
    assert electrons.band_gap == 0.0
    assert electrons.total_magnetization is None


def test_silicon_has_its_gap_at_these_points_and_no_partly_filled_band(make_qe):
    atoms = crystal("Si").to_ase_atoms()
    atoms.calc = make_qe().ase_calculator(crystal("Si"), Workplace())
    atoms.get_potential_energy()
    assert 0.4 < atoms.calc.results["electrons"].band_gap < 1.0


def test_iron_keeps_its_moment(make_qe):
    atoms = crystal("Fe").to_ase_atoms()
    calculator = make_qe(cutoff_ry=45.0, kpoints=(4, 4, 4), tolerance_ry=1e-6)
    assert calculator.choices_for(crystal("Fe")).spin
    atoms.calc = calculator.ase_calculator(crystal("Fe"), Workplace())
    atoms.get_potential_energy()
    results = atoms.calc.results
    assert results["electrons"].total_magnetization == pytest.approx(2.2, abs=0.5)
    assert results["magmoms"].shape == (1,)
    assert results["magmoms"][0] > 1.0
    assert results["electrons"].band_gap == 0.0
