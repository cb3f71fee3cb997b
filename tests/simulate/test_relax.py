from __future__ import annotations

import numpy as np
import pytest
from ase.filters import FrechetCellFilter
from ase.optimize import BFGS
from pymatgen.core import Lattice, Structure

from nanoos_lab.calculators import Workplace, get_calculator
from nanoos_lab.errors import CalculatorError, InvalidInputError, OutOfDomainError, RunCancelledError
from nanoos_lab.simulate import relax_structure
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal, rattled


class Recorder:
    """A context that remembers, and may be cancelled."""

    def __init__(self, folder, stop_at: int | None = None) -> None:
        self.folder, self.stop_at, self.lines = folder, stop_at, []

    def progress(self, fraction, message=""):
        self.lines.append((fraction, message))
        if self.stop_at is not None and len(self.lines) > self.stop_at:
            raise RunCancelledError("asked to stop")


def run(name, structure, context, **params):
    task = TASKS.get(name)
    return task({"structure": structure}, task.parse_params(params), context)


@pytest.mark.parametrize(
    ("formula", "measured"),
    [("Cu", 3.6149), ("Al", 4.0495), ("Si", 5.4310), ("MgO", 4.2112), ("NaCl", 5.6402), ("BaZrO3", 4.193)],
)
def test_chgnet_lattice_constants_are_within_two_percent_of_measured(formula, measured):
    result = relax_structure(rattled(crystal(formula), displacement=0.02))
    assert result.converged
    found = {e.property: e.value for e in result.estimates}
    volume = measured**3 / len(crystal(formula, primitive=False))
    assert found["volume_per_atom"] == pytest.approx(volume, rel=0.06)
    assert (
        found["lattice_a"] == pytest.approx(measured, rel=0.02)
        or result.structure.get_space_group_info()[1] < 195
    )


def test_relaxation_lowers_the_energy_and_reaches_the_tolerance():
    start = rattled(crystal("TiO2"), seed=5)
    result = relax_structure(start, fmax=0.02)
    assert result.energy_change < -0.01
    assert result.descent.residuals[-1] < 0.02
    assert result.descent.last.largest_force < 0.02
    assert result.energy == pytest.approx(result.descent.energies[-1] / len(start))
    assert start == result.initial


def test_a_perturbed_perovskite_returns_to_cubic():
    result = relax_structure(rattled(crystal("BaZrO3"), displacement=0.05, strain=0.01), fmax=0.002)
    assert result.converged
    assert result.structure.get_space_group_info(symprec=0.02) == ("Pm-3m", 221)


@pytest.mark.parametrize("formula", ["TiO2", "NaCl", "Cu"])
def test_it_finds_the_minimum_that_ase_finds(formula):
    start = rattled(crystal(formula), displacement=0.03, seed=1)
    result = relax_structure(start, "toy", fmax=1e-4, max_volume_change=2.0)
    atoms = start.to_ase_atoms()
    atoms.calc = get_calculator("toy").ase_calculator(start, Workplace())
    BFGS(FrechetCellFilter(atoms), logfile=None).run(fmax=1e-4, steps=500)
    assert result.converged
    assert result.energy == pytest.approx(atoms.get_potential_energy() / len(atoms), abs=1e-6)
    assert result.structure.volume == pytest.approx(atoms.get_volume(), rel=1e-3)


@pytest.mark.parametrize("cell", ["fixed", "volume", "shape"])
def test_only_what_is_free_moves(cell):
    start = rattled(crystal("TiO2"), displacement=0.03, strain=0.02, seed=2)
    result = relax_structure(start, "toy", cell=cell, fmax=0.01)
    assert result.converged
    old, new = start.lattice, result.structure.lattice
    if cell == "fixed":
        assert np.allclose(new.matrix, old.matrix)
    if cell == "volume":
        assert new.angles == pytest.approx(old.angles, abs=1e-8)
        assert new.volume != pytest.approx(old.volume, rel=1e-3)
    if cell == "shape":
        assert new.volume == pytest.approx(old.volume, rel=1e-10)
        assert new.angles != pytest.approx(old.angles, abs=1e-3)


def test_symmetry_is_kept_when_asked_for():
    start = crystal("Al2O3")
    result = relax_structure(start, "toy", keep_symmetry=True, fmax=1e-4)
    assert result.converged
    assert result.structure.get_space_group_info(1e-4)[1] == 167


def test_averaged_forces_have_the_symmetry_of_the_crystal():
    from nanoos_lab.simulate.deform import Response
    from nanoos_lab.simulate.symmetry import symmetrizer_of

    structure = crystal("TiO2")
    rng = np.random.default_rng(0)
    noisy = Response(
        positions=structure.cart_coords,
        cell=structure.lattice.matrix,
        energy=0.0,
        forces=rng.normal(size=(6, 3)),
        stress=rng.normal(size=(3, 3)),
    )
    symmetrize = symmetrizer_of(structure, symprec=0.01)
    once = symmetrize(noisy)
    twice = symmetrize(once)
    assert np.allclose(once.forces, twice.forces)
    assert np.allclose(once.stress, twice.stress)
    assert np.allclose(once.stress, np.diag(np.diag(once.stress)), atol=1e-12)
    titanium = [i for i, site in enumerate(structure) if site.specie.symbol == "Ti"]
    assert np.allclose(once.forces[titanium], 0.0, atol=1e-12)
    exact = relax_structure(structure, "toy", max_steps=1, fmax=1e-9).descent.first
    assert np.allclose(symmetrize(exact).forces, exact.forces, atol=1e-10)


def test_running_out_of_steps_is_an_outcome_not_an_error(tmp_path):
    outcome = run("relax", rattled(crystal("TiO2")), Recorder(tmp_path), calculator="toy", max_steps=2)
    assert not outcome.converged
    assert outcome.messages[0].startswith("not converged: 2 steps were not enough")
    assert all(not e.converged for e in outcome.values["relaxed"])
    assert outcome.summary["force_calls"] == 3
    assert "relaxed" in outcome.structures


def test_an_exploding_cell_ends_at_the_limit(tmp_path):
    huge = crystal("MgO")
    huge.scale_lattice(huge.volume * 1.9)
    outcome = run("relax", huge, Recorder(tmp_path), calculator="toy", max_volume_change=0.1)
    assert not outcome.converged
    assert "beyond the limit" in outcome.messages[0]
    assert abs(outcome.summary["volume_change"]) <= 0.1


def test_colliding_atoms_end_it():
    class Attractive:
        """A toy whose forces push everything together."""

        name, version, synthetic, known_limits = "mad", "0", True, {}

        def __getattr__(self, name):
            return getattr(get_calculator("toy"), name)

        def ase_calculator(self, _structure, _place):
            from ase.calculators.calculator import Calculator

            class Mad(Calculator):
                implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012

                def calculate(self, atoms=None, properties=(), changes=()):
                    super().calculate(atoms, properties, changes)
                    d = atoms.get_distance(0, 1, mic=True, vector=True)
                    self.results = {
                        "energy": 10.0 * float(d @ d),
                        "forces": 20.0 * np.array([d, -d]),
                        "stress": np.zeros(6),
                    }

            return Mad()

    result = relax_structure(crystal("MgO"), Attractive(), cell="fixed")
    assert not result.converged
    assert "would come as close as" in result.descent.reason


def test_the_summary_tells_before_and_after(tmp_path):
    context = Recorder(tmp_path)
    outcome = run("relax", crystal("SrTiO3"), context, calculator="toy")
    summary = outcome.summary
    assert summary["before"]["space_group"] == summary["after"]["space_group"] == 221
    assert summary["before"]["lattice"]["a"] == pytest.approx(3.905)
    assert len(summary["energies"]) == len(summary["residuals"]) == summary["steps"] + 1
    assert summary["energy_change"] == pytest.approx(summary["energy_after"] - summary["energy_before"])
    assert summary["synthetic"]
    assert all(e.synthetic for e in outcome.values["relaxed"])
    assert context.lines[-1][0] == 1.0
    assert any(message.startswith("step 1: E = ") for _, message in context.lines)


def test_cancelling_stops_it_in_the_middle(tmp_path):
    with pytest.raises(RunCancelledError):
        run("relax", rattled(crystal("TiO2")), Recorder(tmp_path, stop_at=2), calculator="toy")


def test_what_the_calculator_cannot_know_is_refused_at_once():
    with pytest.raises(OutOfDomainError, match="Po"):
        relax_structure(Structure(Lattice.cubic(3.35), ["Po"], [[0, 0, 0]]))
    with pytest.raises(InvalidInputError, match="partially occupied"):
        relax_structure(Structure(Lattice.cubic(3), [{"Fe": 0.5}], [[0, 0, 0]]), "toy")


def test_an_absent_calculator_says_how_to_install_it(monkeypatch):
    from nanoos_lab.potentials import chgnet

    monkeypatch.setattr(chgnet, "missing_package", lambda: "torch")
    with pytest.raises(CalculatorError, match=r"pip install 'nanoos-lab\[ml\]'"):
        relax_structure(crystal("Si"))


def test_oxidation_states_labels_and_properties_survive_and_fixed_atoms_are_told(tmp_path):
    structure = crystal("MgO")
    structure.add_oxidation_state_by_element({"Mg": 2, "O": -2})
    structure.add_site_property("selective_dynamics", [[False] * 3, [True] * 3])
    structure.add_site_property("colour", ["red", "blue"])
    outcome = run("relax", structure, Recorder(tmp_path), calculator="toy")
    relaxed = outcome.structures["relaxed"]
    assert [str(s.specie) for s in relaxed] == ["Mg2+", "O2-"]
    assert relaxed.site_properties == {"colour": ["red", "blue"]}
    assert any("selective dynamics" in m for m in outcome.messages)


def test_wrong_parameters_are_named():
    with pytest.raises(InvalidInputError, match="fmax"):
        TASKS.get("relax").parse_params({"fmax": -1})
    with pytest.raises(InvalidInputError, match="cell"):
        TASKS.get("relax").parse_params({"cell": "loose"})


def test_the_same_question_gives_the_same_answer():
    start = rattled(crystal("NaCl"))
    one, two = (relax_structure(start, fmax=0.05) for _ in range(2))
    assert one.descent.energies == two.descent.energies
    assert one.structure == two.structure
