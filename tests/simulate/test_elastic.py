"""Elastic constants against theory, another program, and the equation of state."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pymatgen.analysis.elasticity.elastic import ElasticTensor
from pymatgen.analysis.elasticity.strain import Strain
from pymatgen.analysis.elasticity.stress import Stress
from pymatgen.core import Lattice, Structure
from pymatgen.core.operations import SymmOp

from nanoos_lab.errors import RunCancelledError
from nanoos_lab.simulate import equation_of_state
from nanoos_lab.simulate.elastic import elastic_tensor
from nanoos_lab.simulate.elastic_fit import (
    fit_stiffness,
    moduli_of,
    rotations_of,
    settled_sense,
    strain_set,
    turned_stiffness,
    without_images,
)
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.simulate.statements import EV_PER_CUBIC_ANGSTROM_IN_GPA
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal

HEXAGONAL = Structure.from_spacegroup("P6_3/mmc", Lattice.hexagonal(3.2, 5.2), ["Mg"], [[1 / 3, 2 / 3, 0.25]])
TRIGONAL = Structure.from_spacegroup("R-3m", Lattice.hexagonal(4.3, 11.5), ["Bi"], [[0, 0, 0.235]])


class Context:
    """A context that is cancelled after some lines."""

    def __init__(self, folder, stop_at=None):
        self.folder, self.stop_at, self.lines = folder, stop_at, []

    def progress(self, fraction, message=""):
        self.lines.append((fraction, message))
        if self.stop_at is not None and len(self.lines) > self.stop_at:
            raise RunCancelledError("interrupted")


def constants(c11, c12, c13, c33, c44, c14=0.0):  # noqa: PLR0917 - the field numbers them
    """Return a hexagonal tensor, or a trigonal one where C14 is given."""
    tensor = np.zeros((6, 6))
    tensor[:2, :2] = [[c11, c12], [c12, c11]]
    tensor[2, :2] = tensor[:2, 2] = c13
    tensor[2, 2] = c33
    tensor[[3, 4, 5], [3, 4, 5]] = c44, c44, (c11 - c12) / 2
    for i, j, sign in ((0, 3, 1), (1, 3, -1), (4, 5, 1)):
        tensor[i, j] = tensor[j, i] = sign * c14
    return tensor


@pytest.fixture(scope="module")
def copper():
    return elastic_tensor(crystal("Cu"), "toy", fmax=1e-5, strain=0.002)


def test_a_pair_potential_obeys_cauchy_at_zero_pressure(copper):
    """Every atom of fcc copper is a centre of symmetry: C12 = C44 (M. Born, K. Huang, 1954, § 11)."""
    c11, c12, c44 = copper.tensor[0, 0], copper.tensor[0, 1], copper.tensor[3, 3]
    assert c12 == pytest.approx(c44, rel=1e-3)
    assert c11 > c12
    assert np.abs(copper.tensor[3:, :3]).max() < 1e-6 * c11
    assert copper.fit.asymmetry < 1e-6


@pytest.mark.parametrize("formula", ["Cu", "MgO", "TiO2"])
def test_the_bulk_modulus_is_that_of_the_equation_of_state(formula):
    tensor = elastic_tensor(crystal(formula), "toy", fmax=1e-4)
    eos = equation_of_state(crystal(formula), "toy", fmax=1e-4, strain=0.01)
    assert tensor.moduli.bulk_reuss == pytest.approx(eos.fit.bulk_modulus, rel=0.02)


def test_symmetry_saves_strains_and_changes_nothing(copper):
    whole = elastic_tensor(crystal("Cu"), "toy", fmax=1e-5, strain=0.002, use_symmetry=False)
    assert (len(copper.strains), len(whole.strains)) == (6, 24)
    assert np.allclose(whole.tensor, copper.tensor, atol=0.05)
    assert whole.fit.broken_symmetry < 1e-3


def test_pymatgen_fits_the_same_tensor_to_the_same_stresses():
    result = elastic_tensor(crystal("TiO2"), "toy", use_symmetry=False, points=2)
    strains = [Strain(s) for s in result.strains]
    stresses = [Stress(s * EV_PER_CUBIC_ANGSTROM_IN_GPA) for s in result.stresses]
    theirs = ElasticTensor.from_independent_strains(strains, stresses)
    assert np.allclose(theirs.voigt, result.fit.raw.T, atol=1e-6)
    symmetric = ElasticTensor.from_voigt(result.tensor)
    assert result.moduli.bulk == pytest.approx(symmetric.k_vrh)
    assert result.moduli.shear == pytest.approx(symmetric.g_vrh)
    assert result.moduli.poisson == pytest.approx(symmetric.homogeneous_poisson)
    assert 1e9 * result.moduli.young == pytest.approx(symmetric.y_mod)


@pytest.mark.parametrize(
    "start", [crystal("TiO2"), HEXAGONAL, TRIGONAL], ids=["tetragonal", "hexagonal", "R"]
)
def test_a_turned_crystal_has_the_same_tensor(start):
    turn = SymmOp.from_axis_angle_and_translation([1, 2, 3], 50)
    turned = start.copy()
    turned.apply_operation(turn)
    one, other = (
        elastic_tensor(s, "toy", relax_first=False, internal="none", points=2) for s in (start, turned)
    )
    assert np.allclose(one.tensor, other.tensor, atol=1e-4 * np.abs(one.tensor).max())


def test_a_tetragonal_crystal_with_a_short_axis_has_it_along_z():
    tensor = elastic_tensor(crystal("TiO2"), "toy", points=2).tensor
    assert tensor[0, 0] == pytest.approx(tensor[1, 1], rel=1e-6)
    assert tensor[3, 3] == pytest.approx(tensor[4, 4], rel=1e-6)
    assert tensor[2, 2] != pytest.approx(tensor[0, 0], rel=0.05)


def test_a_hexagonal_tensor_has_five_constants():
    tensor = elastic_tensor(HEXAGONAL, "toy").tensor
    expected = constants(*tensor[[0, 0, 0, 2, 3], [0, 1, 2, 2, 3]])
    assert np.allclose(tensor, expected, atol=1e-3)


def test_a_trigonal_tensor_has_six_constants():
    tensor = elastic_tensor(TRIGONAL, "toy", relax_first=False, internal="none").tensor
    expected = constants(*tensor[[0, 0, 0, 2, 3, 0], [0, 1, 2, 2, 3, 3]])
    assert np.allclose(tensor, expected, atol=1e-3 * tensor[0, 0])
    assert abs(tensor[0, 3]) > 0.1


def test_few_strains_give_back_a_trigonal_tensor_exactly():
    """Stresses are made from a known tensor: the fit must return it from the strains that symmetry leaves."""
    known = constants(120.0, 45.0, 30.0, 80.0, 35.0, 12.0)
    rotations = rotations_of(TRIGONAL, 0.01)
    strains = without_images(strain_set(0.01, 4), rotations)
    assert len(strains) < 24
    voigt = strains[:, [0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]] * np.array([1, 1, 1, 2, 2, 2])
    stress = voigt @ known / EV_PER_CUBIC_ANGSTROM_IN_GPA
    matrices = stress[:, [[0, 5, 4], [5, 1, 3], [4, 3, 2]]]
    fit = fit_stiffness(strains, matrices, rotations, images=True)
    assert np.allclose(fit.tensor, known, atol=1e-8)
    assert np.allclose(fit.raw, known, atol=1e-8)
    assert fit.stable


def test_signs_that_the_lattice_leaves_open_are_settled():
    quartz = Structure.from_spacegroup(
        "P3_221", Lattice.hexagonal(4.913, 5.405), ["Si", "O"], [[0.4697, 0, 0], [0.4135, 0.2669, 0.1191]]
    )
    known = constants(86.8, 7.0, 19.1, 105.8, 58.2, -18.0)
    half_turn = turned_stiffness(known, np.diag([-1.0, -1.0, 1.0]))
    assert half_turn[0, 3] == pytest.approx(18.0)
    assert np.allclose(settled_sense(known, quartz, 0.01), settled_sense(half_turn, quartz, 0.01))
    assert np.allclose(settled_sense(known, TRIGONAL, 0.01), known)  # the obverse setting decides there


def test_turning_agrees_with_pymatgen():
    known = constants(120.0, 45.0, 30.0, 80.0, 35.0, 12.0)
    matrix = SymmOp.from_axis_angle_and_translation([1, -2, 0.5], 33).rotation_matrix
    theirs = ElasticTensor.from_voigt(known).rotate(matrix).voigt
    assert np.allclose(turned_stiffness(known, matrix), theirs)


def test_moduli_of_tungsten():
    """Measured constants: C11 522.4, C12 204.4, C44 160.6 GPa (F. H. Featherston, J. R. Neighbours, Phys. Rev. 130,
    1324 (1963)); tungsten is isotropic, K 310 GPa, G 160 GPa, Debye temperature 384 K from sound."""
    tensor = np.diag([522.4] * 3 + [160.6] * 3)
    tensor[:3, :3] += 204.4 * (1 - np.eye(3))
    moduli = moduli_of(tensor, crystal("W"))
    assert moduli.bulk == pytest.approx(310.4, rel=1e-3)
    assert moduli.shear == pytest.approx(160.0, rel=0.01)
    assert moduli.anisotropy == pytest.approx(0.0, abs=0.01)
    assert moduli.poisson == pytest.approx(0.28, abs=0.005)
    assert moduli.debye == pytest.approx(384, rel=0.02)


def run(context, structure, **params):
    task = TASKS.get("elastic")
    return task({"structure": structure}, task.parse_params({"calculator": "toy", **params}), context)


def test_an_unstable_crystal_is_said_to_be_so(tmp_path):
    """Simple cubic copper falls to shear by central forces."""
    cubic = Structure(Lattice.cubic(2.6), ["Cu"], [[0, 0, 0]])
    outcome = run(Context(tmp_path), cubic)
    stated = outcome.values["relaxed"]
    assert [e.property for e in stated] == ["elastic_tensor"]
    assert "mechanically unstable" in stated[0].note
    assert not outcome.summary["stable"]
    assert any("not positive definite" in m for m in outcome.messages)
    assert outcome.converged


def test_a_stress_that_is_left_is_told():
    squeezed = crystal("Cu")
    squeezed.scale_lattice(squeezed.volume * 0.95)
    result = elastic_tensor(squeezed, "toy", relax_first=False)
    assert any("under a stress of" in m for m in result.messages)


def test_the_task_states_what_the_vocabulary_knows(tmp_path):
    context = Context(tmp_path)
    outcome = run(context, crystal("MgO"))
    by_name = {e.property: e for e in outcome.values["relaxed"]}
    assert set(by_name) == {
        "elastic_tensor", "bulk_modulus", "shear_modulus", "young_modulus", "poisson_ratio", "elastic_anisotropy",
        "debye_temperature",
    }  # fmt: skip
    rows = by_name["elastic_tensor"].array
    assert rows.shape == (6, 7)
    assert list(rows[:, 0]) == [1, 2, 3, 4, 5, 6]
    assert "6 strains to ±1 %" in by_name["bulk_modulus"].method.label
    assert all(e.synthetic for e in by_name.values())
    kept = json.loads(outcome.artifacts["elastic.json"].read_text())
    assert np.allclose(kept["elastic_tensor_GPa"], rows[:, 1:])
    json.dumps(outcome.summary)
    fractions = [f for f, _ in context.lines if f is not None]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


@pytest.mark.parametrize("stop_at", [2, 9, 14])
def test_an_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch, stop_at):
    made = []
    act = StructureEngine.__call__
    monkeypatch.setattr(StructureEngine, "__call__", lambda *a: made.append(1) or act(*a))
    folders = [tmp_path / name for name in ("whole", "parts")]
    for folder in folders:
        folder.mkdir()
    whole = run(Context(folders[0]), crystal("TiO2"), points=2)
    needed = len(made)
    with pytest.raises(RunCancelledError):
        run(Context(folders[1], stop_at), crystal("TiO2"), points=2)
    parts = run(Context(folders[1]), crystal("TiO2"), points=2)
    assert len(made) == 2 * needed
    assert parts.summary == whole.summary


def test_chgnet_says_that_it_is_soft_in_shear(tmp_path):
    outcome = run(Context(tmp_path), crystal("MgO"), calculator="chgnet", points=2)
    notes = {e.property: e.note for e in outcome.values["relaxed"]}
    for name in ("elastic_tensor", "shear_modulus", "young_modulus", "poisson_ratio", "elastic_anisotropy"):
        assert "too soft in shear" in notes[name]
