from __future__ import annotations

import json

import numpy as np
import pytest
from ase import units
from ase.eos import EquationOfState as ASEFit

from nanoos_lab.errors import EquationOfStateError
from nanoos_lab.simulate import equation_of_state, evaluate
from nanoos_lab.simulate.eos import FIT_ONLY
from nanoos_lab.structures import read_structure
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal


class Quiet:
    """A context that keeps its lines."""

    def __init__(self, folder):
        self.folder, self.lines = folder, []

    def progress(self, fraction, message=""):
        self.lines.append((fraction, message))


@pytest.mark.parametrize(
    ("formula", "dft", "tolerance"),
    [
        ("Si", 89, 0.15),
        ("MgO", 151, 0.15),
        ("Cu", 139, 0.15),
        ("NaCl", 24, 0.15),
        ("W", 304, 0.1),
        ("C", 433, 0.05),
    ],
)
def test_bulk_moduli_are_near_pbe(formula, dft, tolerance):
    """PBE bulk moduli of the Materials Project (elastic tensors) and of the Delta project."""
    result = equation_of_state(crystal(formula))
    assert result.converged
    assert result.fit.bulk_modulus == pytest.approx(dft, rel=tolerance)


def test_the_toy_gives_its_analytic_curvature():
    """K = V d²E/dV² at the minimum, by finite differences of the toy itself, cubic and without freedom."""
    fit = equation_of_state(crystal("Cu"), "toy", strain=0.005, points=9, fmax=1e-5).fit
    crystals = [crystal("Cu") for _ in range(3)]
    h = 1e-3 * fit.volume
    energies = []
    for structure, volume in zip(crystals, (fit.volume - h, fit.volume, fit.volume + h), strict=True):
        structure.scale_lattice(volume)
        energies.append(evaluate(structure, "toy").response.energy)
    curvature = (energies[0] - 2 * energies[1] + energies[2]) / h**2
    assert fit.bulk_modulus == pytest.approx(fit.volume * curvature * 160.21766208, rel=2e-3)
    assert abs(energies[2] - energies[0]) / (2 * h) < 1e-4


def test_it_agrees_with_ase_on_the_same_points():
    result = equation_of_state(crystal("MgO"), "toy")
    volume, energy, modulus = ASEFit(result.volumes, result.energies, eos="birchmurnaghan").fit(warn=False)
    assert result.fit.volume == pytest.approx(volume, rel=1e-5)
    assert result.fit.energy == pytest.approx(energy, abs=1e-5)
    assert result.fit.bulk_modulus == pytest.approx(modulus / units.GPa, rel=1e-3)


def test_volumes_span_what_was_asked_for():
    result = equation_of_state(
        crystal("Cu"), "toy", strain=0.03, points=5, relax_first=False, internal="none"
    )
    lengths = np.cbrt(np.array(result.volumes) / crystal("Cu").volume)
    assert lengths == pytest.approx(np.linspace(0.97, 1.03, 5))
    assert result.force_calls == 5


def test_each_freedom_at_the_volumes_softens_a_crystal():
    """A tetragonal crystal with an internal coordinate: uniform strain, relaxed atoms, relaxed shape."""
    fits = [equation_of_state(crystal("TiO2"), "toy", internal=i).fit for i in ("none", "positions", "shape")]
    stiff, middle, soft = (f.bulk_modulus for f in fits)
    assert soft < middle < stiff
    assert fits[2].energy == pytest.approx(fits[0].energy, abs=1e-3)


def test_the_phase_is_kept_at_every_volume():
    result = equation_of_state(crystal("SrTiO3"))
    assert result.structure.get_space_group_info(1e-3)[1] == 221
    assert result.fit.bulk_modulus == pytest.approx(171, rel=0.1)


def test_an_unrelaxed_start_off_its_minimum_is_refused():
    squeezed = crystal("Cu")
    squeezed.scale_lattice(squeezed.volume * 0.8)
    with pytest.raises(EquationOfStateError, match="above the sampled"):
        equation_of_state(squeezed, "toy", relax_first=False)


def test_the_task_gives_an_equilibrium_structure_points_and_errors(tmp_path):
    context = Quiet(tmp_path)
    task = TASKS.get("eos")
    outcome = task({"structure": crystal("MgO")}, task.parse_params({"calculator": "toy"}), context)
    by_name = {e.property: e for e in outcome.values["equilibrium"]}
    assert set(by_name) >= {
        "bulk_modulus",
        "bulk_modulus_derivative",
        "volume_per_atom",
        "lattice_a",
        "energy",
    }
    modulus = by_name["bulk_modulus"]
    assert modulus.uncertainty_kind == "fit"
    assert 0 < modulus.uncertainty < 0.05 * modulus.value
    assert FIT_ONLY in modulus.note
    assert "Birch-Murnaghan, 7 volumes" in modulus.method.label
    equilibrium = outcome.structures["equilibrium"]
    assert equilibrium.volume / 2 == pytest.approx(by_name["volume_per_atom"].value)
    assert by_name["lattice_a"].value == pytest.approx(np.cbrt(4 * equilibrium.volume))
    assert len(outcome.summary["points_per_atom"]) == 7
    json.dumps(outcome.summary)
    fractions = [f for f, _ in context.lines if f is not None]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_a_relaxation_that_runs_out_of_steps_marks_every_value(tmp_path):
    task = TASKS.get("eos")
    params = task.parse_params({"calculator": "toy", "max_steps": 1, "internal": "none", "strain": 0.03})
    outcome = task({"structure": crystal("Cu")}, params, Quiet(tmp_path))
    assert not outcome.converged
    assert all(not e.converged for e in outcome.values["equilibrium"])
    assert "1 steps were not enough" in outcome.messages[0]


def test_a_layered_crystal_is_soft_under_hydrostatic_pressure(repository):
    """Graphite: 33.8 GPa measured (M. Hanfland et al., Phys. Rev. B 39, 12598 (1989)); layers alone are far stiffer."""
    graphite = read_structure(repository / "notebooks" / "structures" / "C-graphite.cif").structure
    soft, stiff = (equation_of_state(graphite, internal=i).fit.bulk_modulus for i in ("shape", "positions"))
    assert soft < 60
    assert stiff > 3 * soft
