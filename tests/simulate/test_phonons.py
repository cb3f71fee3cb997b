"""Phonons against chains and crystals whose frequencies are known in closed form, and against phonopy alone."""

from __future__ import annotations

import csv
import json
from types import MappingProxyType

import numpy as np
import phonopy
import pytest
from ase.calculators.calculator import Calculator as ASECalculator
from ase.calculators.calculator import all_changes
from ase.neighborlist import neighbor_list
from pymatgen.core import Lattice, Structure
from scipy import constants

from nanoos_lab.errors import InvalidInputError, RunCancelledError
from nanoos_lab.properties import Method
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.simulate.phonons import model_of, phonons_of, plan_phonons
from nanoos_lab.simulate.phonons_model import shortest_translation
from nanoos_lab.simulate.phonons_record import phonons_summary
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal

STIFFNESS, LENGTH = 2.0, 2.5
THZ = np.sqrt(constants.e / constants.angstrom**2 / constants.atomic_mass) / (2e12 * np.pi)
"""Frequency of sqrt(eV/Å²/u) in THz."""


class Springs(ASECalculator):
    """Harmonic springs between nearest neighbours at their resting length, along bonds alone."""

    implemented_properties = ("energy", "forces", "stress")

    def __init__(self, stiffness):
        super().__init__()
        self.stiffness = stiffness

    def calculate(self, atoms=None, properties=(), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        i, _, d, vector = neighbor_list("ijdD", self.atoms, 1.2 * LENGTH)
        pull = self.stiffness * (1 - LENGTH / d)[:, None] * vector
        forces = np.zeros((len(self.atoms), 3))
        np.add.at(forces, i, pull)
        stress = 0.5 * pull.T @ vector / self.atoms.get_volume()
        self.results = {
            "energy": 0.25 * self.stiffness * float(((d - LENGTH) ** 2).sum()),
            "forces": forces,
            "stress": stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],
        }


class SpringCalculator:
    name, version, synthetic = "springs", "1", True
    known_limits = MappingProxyType({})

    def __init__(self, stiffness=STIFFNESS):
        self.stiffness = stiffness

    def available(self):
        return None

    def identity(self):
        return {"stiffness": self.stiffness}

    def check(self, structure):
        pass

    def method(self, recipe=""):
        return Method(name=self.name, version="1", recipe=recipe)

    def ase_calculator(self, structure, place):  # noqa: ARG002 - the form
        return Springs(self.stiffness)


class Context:
    """A context that is cancelled after some lines."""

    def __init__(self, folder, stop_at=None):
        self.folder, self.stop_at, self.lines = folder, stop_at, []

    def progress(self, fraction, message=""):
        self.lines.append((fraction, message))
        if self.stop_at is not None and len(self.lines) > self.stop_at:
            raise RunCancelledError("interrupted")


FCC = Structure.from_spacegroup("Fm-3m", Lattice.cubic(LENGTH * np.sqrt(2)), ["Al"], [[0, 0, 0]])


@pytest.fixture(scope="module")
def springs():
    return phonons_of(FCC, SpringCalculator(), relax_first=False, min_length=9.0, mesh_length=40.0)


def fcc_frequencies(q):
    """Return the exact frequencies in THz of fcc with nearest-neighbour springs, q in units of 1/a with 2π.

    Source: C. Kittel, Introduction to Solid State Physics, 8th ed., ch. 4; D(q) = Σ k n n (1 − cos q·r).
    """
    a = LENGTH * np.sqrt(2)
    steps = [np.array(v) * a / 2 for v in np.ndindex(3, 3, 3)]
    steps = [v - a / 2 for v in steps if np.abs(np.linalg.norm(v - a / 2) - LENGTH) < 1e-6]
    assert len(steps) == 12
    units = [v / LENGTH for v in steps]
    matrix = sum(
        STIFFNESS * np.outer(u, u) * (1 - np.cos(q / a @ v)) for u, v in zip(units, steps, strict=True)
    )
    return THZ * np.sqrt(np.maximum(np.linalg.eigvalsh(matrix / FCC[0].specie.atomic_mass), 0))


@pytest.mark.parametrize("label", ["X", "L", "W", "K"])
def test_springs_give_the_frequencies_of_the_textbook(springs, label):
    point = np.array(springs.spectrum.path.points[label])
    cell = springs.model.primitive.lattice
    q = point @ cell.reciprocal_lattice.matrix * LENGTH * np.sqrt(2)
    found = np.sort(springs.model.frequencies(point[None])[0])
    assert found == pytest.approx(np.sort(fcc_frequencies(q)), rel=2e-4)


def test_the_highest_frequency_of_the_springs_is_that_at_x(springs):
    """At X the longitudinal mode has M ω² = 8 k."""
    assert springs.spectrum.highest == pytest.approx(
        THZ * np.sqrt(8 * STIFFNESS / FCC[0].specie.atomic_mass), rel=2e-4
    )


def test_the_acoustic_sum_rule_holds(springs):
    assert springs.sum_rule < 1e-6
    assert np.abs(springs.spectrum.acoustic).max() < 1e-4
    constants_of = springs.model.phonopy.force_constants
    assert np.abs(constants_of.sum(axis=1)).max() < 1e-9


def test_thermal_properties_have_their_limits(springs):
    """Dulong and Petit at high temperatures, T³ and the zero-point energy at low ones, F = U − T S at all."""
    thermal = springs.thermal
    assert thermal.heat_capacity[-1] == pytest.approx(3 * constants.R, rel=0.02)
    assert thermal.heat_capacity[-1] < 3 * constants.R
    assert thermal.heat_capacity[0] == thermal.entropy[0] == 0.0
    assert thermal.free_energy[0] == thermal.zero_point
    dos = springs.spectrum.dos
    assert np.trapezoid(dos[:, 1], dos[:, 0]) == pytest.approx(3.0, rel=0.01)
    half_quantum = 0.5e12 * constants.h / constants.e * np.trapezoid(dos[:, 0] * dos[:, 1], dos[:, 0])
    assert thermal.zero_point == pytest.approx(half_quantum, rel=0.01)
    slope = np.gradient(thermal.free_energy, thermal.temperatures) * constants.e * constants.N_A
    assert thermal.entropy[10:-1] == pytest.approx(-slope[10:-1], rel=0.02)


def test_the_debye_temperature_is_that_of_the_speed_of_sound(springs):
    """Elastic constants of the springs: C11 = 2 C12 = 2 C44 = sqrt(2) k / r (M. Born, K. Huang, 1954)."""
    from nanoos_lab.simulate.elastic import elastic_tensor

    tensor = elastic_tensor(FCC, SpringCalculator(), relax_first=False, strain=1e-3).tensor
    c44 = STIFFNESS / LENGTH / np.sqrt(2) * 160.21766208
    assert tensor[0, 0] == pytest.approx(2 * c44, rel=1e-3)
    assert tensor[3, 3] == pytest.approx(c44, rel=1e-3)
    density = FCC.density * 1e3
    directions = np.random.default_rng(0).normal(size=(4000, 3))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    speeds = []
    for n in directions:
        christoffel = c44 * (np.eye(3) + 2 * np.outer(n, n)) + np.diag((2 - 1 - 2) * c44 * n**2)
        speeds.append(np.sqrt(1e9 * np.linalg.eigvalsh(christoffel) / density))
    mean = np.mean(np.array(speeds) ** -3.0) ** (-1 / 3)
    number = 4 / FCC.volume * 1e30
    debye = constants.hbar / constants.k * mean * (6 * np.pi**2 * number) ** (1 / 3)
    assert springs.spectrum.debye == pytest.approx(debye, rel=0.01)


def test_a_heavier_cell_setting_changes_nothing(springs):
    """The conventional cell and a turned primitive one are the same crystal."""
    primitive = FCC.get_primitive_structure()
    other = phonons_of(primitive, SpringCalculator(), relax_first=False, min_length=9.0, mesh_length=40.0)
    assert other.spectrum.highest == pytest.approx(springs.spectrum.highest, rel=1e-9)
    assert other.spectrum.debye == pytest.approx(springs.spectrum.debye, rel=1e-6)


@pytest.mark.parametrize("formula", ["Cu", "MgO", "TiO2", "W"])
def test_supercells_are_long_enough_and_keep_the_symmetry(formula):
    model = model_of(crystal(formula), min_length=9.0)
    cell = model.supercell()
    assert shortest_translation(np.array(cell.lattice.matrix)) >= 9.0
    assert cell.composition.reduced_formula == crystal(formula).composition.reduced_formula
    assert model.phonopy.primitive_symmetry.dataset.number == crystal(formula).get_space_group_info()[1]
    moved = [np.linalg.norm(p - cell.cart_coords, axis=1) for p in model.displaced]
    assert all(np.sort(m)[-1] == pytest.approx(0.01) and np.sort(m)[-2] < 1e-9 for m in moved)


def test_moments_go_with_the_atoms():
    iron = Structure(
        Lattice.cubic(2.87), ["Fe", "Fe"], [[0, 0, 0], [0.5] * 3], site_properties={"magmom": [2, -2]}
    )
    cell = model_of(iron, supercell=(2, 2, 2)).supercell()
    moments = np.array(cell.site_properties["magmom"])
    assert len(cell) == 16
    assert moments.sum() == 0
    nearest = np.argsort(cell.distance_matrix[0])[1]
    assert moments[nearest] == -moments[0]


def run(context, structure, **params):
    task = TASKS.get("phonons")
    given = {"calculator": "toy", "min_length": 7.0, "mesh_length": 20.0, **params}
    return task({"structure": structure}, task.parse_params(given), context)


@pytest.fixture(scope="module")
def copper(tmp_path_factory):
    context = Context(tmp_path_factory.mktemp("copper"))
    return run(context, crystal("Cu")), context


def test_the_task_states_what_the_vocabulary_knows(copper):
    outcome, context = copper
    by_name = {e.property: e for e in outcome.values["relaxed"]}
    assert set(by_name) == {
        "phonon_density_of_states", "lowest_phonon_frequency", "highest_phonon_frequency", "zero_point_energy",
        "vibrational_free_energy", "vibrational_entropy", "heat_capacity", "debye_temperature",
    }  # fmt: skip
    assert by_name["heat_capacity"].conditions == {"temperature_K": 298.15}
    assert 20 < by_name["heat_capacity"].value < 24.94
    assert by_name["lowest_phonon_frequency"].value == pytest.approx(0.0, abs=1e-6)
    assert by_name["phonon_density_of_states"].array.shape[1] == 2
    assert "supercell of 27 atoms" in by_name["heat_capacity"].method.label
    assert not outcome.summary["imaginary"]
    assert outcome.messages == ()
    json.dumps(outcome.summary)
    fractions = [f for f, _ in context.lines if f is not None]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_phonopy_alone_reads_what_is_left_and_agrees(copper):
    outcome, _ = copper
    alone = phonopy.load(outcome.artifacts["phonopy_params.yaml.xz"], log_level=0, is_compact_fc=False)
    alone.run_mesh(20.0, is_gamma_center=True)
    assert alone.mesh.frequencies.max() == pytest.approx(outcome.summary["highest_THz"], rel=1e-6)
    bands = json.loads(outcome.artifacts["bands.json"].read_text())
    assert np.shape(bands["frequencies"]) == (len(bands["qpoints"]), 3)
    assert [label for _, label in bands["ticks"]][:3] == ["Γ", "X", "U|K"] or bands["ticks"][0][1] == "Γ"
    with outcome.artifacts["thermal.csv"].open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 101
    assert float(rows[-1]["heat_capacity_J_per_mol_atom_K"]) == pytest.approx(24.94, rel=0.02)


def test_imaginary_modes_are_said_plainly_and_no_thermal_value_is_stated(tmp_path):
    """Simple cubic copper falls to shear by central forces."""
    outcome = run(Context(tmp_path), Structure(Lattice.cubic(2.4), ["Cu"], [[0, 0, 0]]), min_length=6.0)
    stated = {e.property: e for e in outcome.values["relaxed"]}
    assert set(stated) == {"phonon_density_of_states", "lowest_phonon_frequency", "highest_phonon_frequency"}
    assert stated["lowest_phonon_frequency"].value < -0.1
    assert "imaginary modes" in stated["lowest_phonon_frequency"].note
    assert any("not at a minimum" in m for m in outcome.messages)
    assert "thermal.csv" not in outcome.artifacts


def test_a_compound_is_told_what_is_missing(tmp_path):
    outcome = run(Context(tmp_path), crystal("NaCl"))
    assert any("no Born charges" in m for m in outcome.messages)


@pytest.mark.parametrize("stop_at", [1, 5, 7])
def test_an_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch, stop_at):
    made = []
    act = StructureEngine.__call__
    monkeypatch.setattr(StructureEngine, "__call__", lambda *a: made.append(1) or act(*a))
    folders = [tmp_path / name for name in ("whole", "parts")]
    for folder in folders:
        folder.mkdir()
    whole = run(Context(folders[0]), crystal("TiO2"), min_length=4.5)
    needed = len(made)
    with pytest.raises(RunCancelledError):
        run(Context(folders[1], stop_at), crystal("TiO2"), min_length=4.5)
    parts = run(Context(folders[1]), crystal("TiO2"), min_length=4.5)
    assert len(made) == 2 * needed
    assert parts.summary == whole.summary


def test_the_plan_counts_what_will_be_done():
    task = TASKS.get("phonons")
    params = task.parse_params({"min_length": 7.0, "relax_first": False})
    plan = plan_phonons({"structure": crystal("Cu", primitive=False)}, params)
    assert plan.calls == 2
    assert plan.weight == pytest.approx(2 * 27 / 4)
    assert "phonopy" in plan.packages


@pytest.mark.parametrize(
    ("params", "words"), [({"supercell": [0, 1, 1]}, "at least one"), ({"min_length": 59.0}, "atoms")]
)
def test_a_supercell_that_is_no_use_is_refused(tmp_path, params, words):
    with pytest.raises(InvalidInputError, match=words):
        run(Context(tmp_path), crystal("TiO2"), relax_first=False, **params)


def test_chgnet_silicon_is_stable_and_near_experiment():
    """The optical mode at Γ is measured at 15.5 THz (G. Nilsson, G. Nelin, Phys. Rev. B 6, 3777 (1972))."""
    result = phonons_of(crystal("Si"), "chgnet", min_length=7.0, mesh_length=25.0)
    assert result.spectrum.highest == pytest.approx(15.5, rel=0.2)
    assert not phonons_summary(result)["imaginary"]
    assert "too soft" in next(e.note for e in result.estimates if e.property == "debye_temperature")
