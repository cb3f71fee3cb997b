from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from hypothesis import given
from hypothesis import strategies as st

from nanoos_lab.calculators import Workplace, get_calculator
from nanoos_lab.calculators.toy import CUTOFF_ANGSTROM, Pairs, pair_energy
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal


@given(st.floats(0.8, 6.5), st.floats(1.0, 4.0), st.floats(-1, 1))
def test_the_slope_is_the_derivative(distance, length, charges):
    pairs = Pairs(np.array([length]), np.array([charges]))
    h = 1e-6
    rise = pair_energy(np.array([distance + h]), pairs)[0] - pair_energy(np.array([distance - h]), pairs)[0]
    assert pair_energy(np.array([distance]), pairs)[1] == pytest.approx(rise / (2 * h), rel=1e-4, abs=1e-6)


def test_nothing_reaches_beyond_the_cutoff():
    far = np.array([CUTOFF_ANGSTROM, CUTOFF_ANGSTROM + 1])
    energy, slope = pair_energy(far, Pairs(np.full(2, 2.0), np.full(2, -0.5)))
    assert not energy.any()
    assert not slope.any()


def test_a_neutral_pair_has_its_minimum_at_the_bond_length():
    atoms = Atoms("Cu2", positions=[[0, 0, 0], [2.56, 0, 0]], cell=[20, 20, 20], pbc=True)
    atoms.calc = get_calculator("toy").ase_calculator(crystal("NaCl"), Workplace())
    assert np.abs(atoms.get_forces()).max() < 0.05
    assert atoms.get_potential_energy() == pytest.approx(-0.2, abs=1e-3)


def test_energy_is_extensive():
    structure = crystal("MgO")
    energies = []
    for cell in (structure, structure * (2, 1, 3)):
        atoms = cell.to_ase_atoms()
        atoms.calc = get_calculator("toy").ase_calculator(crystal("NaCl"), Workplace())
        energies.append(atoms.get_potential_energy() / len(atoms))
    assert energies[0] == pytest.approx(energies[1], abs=1e-10)


@dataclass
class Alone:
    folder: Any

    def progress(self, fraction, message=""):
        pass


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("static", {}),
        ("relax", {"max_steps": 5}),
        ("eos", {}),
        ("elastic", {"points": 2}),
        ("phonons", {}),
        ("md", {"ensemble": "nve", "steps": 20, "equilibration_ps": 0.0}),
    ],
)
def test_whatever_is_simulated_with_it_is_marked_synthetic(name, params, tmp_path):
    task = TASKS.get(name)
    asked = task.parse_params({"calculator": "toy", **params})
    outcome = task.function({"structure": crystal("NaCl")}, asked, Alone(tmp_path))
    estimates = [e for of in outcome.values.values() for e in of]
    assert estimates
    assert all(e.synthetic and e.method.name == "toy" for e in estimates)
    assert outcome.summary["synthetic"] is True
