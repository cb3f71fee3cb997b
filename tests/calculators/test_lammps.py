from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.lj import LennardJones
from pymatgen.core import Lattice, Structure

from nanoos_lab.calculators import Workplace, get_calculator
from nanoos_lab.errors import CalculatorError, InvalidInputError, OutOfDomainError
from nanoos_lab.properties import PropertyEstimate
from nanoos_lab.simulate import evaluate, relax_structure
from nanoos_lab.testing import check_calculator, crystal, rattled

COPPER = "lammps:Cu_mishin1.eam.alloy"


@pytest.fixture(autouse=True)
def _lammps(require) -> None:
    problem = get_calculator(COPPER).available()
    require(problem is None, str(problem))


@pytest.mark.parametrize(
    ("name", "formulas"),
    [
        (COPPER, ["Cu"]),
        ("lammps:Cu_u3.eam", ["Cu"]),
        ("lammps:Al_mm.eam.fs", ["Al"]),
        ("lammps:Si.sw", ["Si"]),
        ("lammps:SiC.tersoff", ["Si", "C"]),
    ],
)
def test_potentials_of_the_collection_hold_together(name, formulas) -> None:
    check_calculator(get_calculator(name), [crystal(f) for f in formulas])


def test_a_pair_style_agrees_with_ase() -> None:
    sigma, epsilon, cutoff = 2.338, 0.409, 5.0
    said = {"potential": f"lj/cut {cutoff}", "pair_coeff": [f"Cu Cu {epsilon} {sigma}"]}
    start = rattled(crystal("Cu", primitive=False), seed=4)
    point = evaluate(start, get_calculator("lammps", said)).response
    atoms = Atoms(
        "Cu4", positions=start.cart_coords, cell=start.lattice.matrix, pbc=True,
        calculator=LennardJones(sigma=sigma, epsilon=epsilon, rc=cutoff),
    )  # fmt: skip
    # ASE shifts each of its pairs to zero at the cutoff
    shift = 4 * epsilon * ((sigma / cutoff) ** 12 - (sigma / cutoff) ** 6)
    pairs = len(start.get_neighbor_list(cutoff)[0]) / 2
    assert point.energy - shift * pairs == pytest.approx(atoms.get_potential_energy(), rel=1e-9)
    assert np.allclose(point.forces, atoms.get_forces(), atol=1e-9)
    assert np.allclose(point.stress, atoms.get_stress(voigt=False), atol=1e-8)


def test_copper_relaxes_to_the_published_lattice_constant_and_energy() -> None:
    """Y. Mishin et al., Phys. Rev. B 63, 224106 (2001): 3.615 Å and -3.54 eV/atom."""
    found: dict[str, float] = {}
    for one in relax_structure(rattled(crystal("Cu", primitive=False)), COPPER, fmax=0.001).estimates:
        assert isinstance(one, PropertyEstimate)
        found[one.property] = one.value
    assert found["volume_per_atom"] == pytest.approx(3.615**3 / 4, rel=1e-3)
    assert found["energy"] == pytest.approx(-3.54, abs=0.002)


def test_the_orientation_and_handedness_of_the_cell_do_not_matter() -> None:
    start = rattled(crystal("Si", primitive=False), seed=2)
    mirror = np.diag([1.0, 1.0, -1.0]) @ np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    turned = Structure(Lattice(start.lattice.matrix @ mirror), start.species, start.frac_coords)
    one, other = (evaluate(s, "lammps:Si.sw").response for s in (start, turned))
    assert one.energy == pytest.approx(other.energy, abs=1e-9)
    assert np.allclose(one.forces @ mirror, other.forces, atol=1e-8)
    assert np.allclose(mirror.T @ one.stress @ mirror, other.stress, atol=1e-9)


def test_ionic_charges_give_the_madelung_energy() -> None:
    """M. Born, K. Huang, Dynamical Theory of Crystal Lattices (1954): 1.747565 for rocksalt."""
    said = {
        "potential": "born/coul/long 6.0", "pair_coeff": ["* * 0 1 0 0 0"], "charges": {"Na": 1.0, "Cl": -1.0},
        "kspace": "ewald 1e-7",
    }  # fmt: skip
    salt = crystal("NaCl", primitive=False)
    energy = evaluate(salt, get_calculator("lammps", said)).response.energy / 4
    assert energy == pytest.approx(-1.747565 * 14.399645 / (5.6402 / 2), rel=1e-4)


def test_elements_that_the_potential_does_not_know_are_refused() -> None:
    with pytest.raises(OutOfDomainError, match="Mg"):
        get_calculator(COPPER).check(crystal("MgO"))
    said: dict[str, object] = {"potential": "lj/cut 5.0", "pair_coeff": ["* * 0.1 2.5"]}
    one, other = (
        get_calculator("lammps", {**said, "charges": c}) for c in ({"Na": 1.0}, {"Na": 1.0, "Cl": -0.5})
    )
    with pytest.raises(OutOfDomainError, match="says none for Cl"):
        one.check(crystal("NaCl"))
    with pytest.raises(InvalidInputError, match="add up to"):
        other.check(crystal("NaCl"))


def test_a_potential_must_be_said() -> None:
    assert "needs a potential" in str(get_calculator("lammps").available())
    with pytest.raises(InvalidInputError, match="units"):
        get_calculator("lammps", {"potential": "Si.sw", "units": "real"})


def test_what_it_is_depends_on_the_file_and_the_program(tmp_path) -> None:
    known = dict(get_calculator(COPPER).identity())
    assert list(known["files"]) == ["Cu_mishin1.eam.alloy"]
    assert known["pair_style"] == "eam/alloy"
    assert known["program"].startswith("LAMMPS 2")
    path = tmp_path / "own.sw"
    text = next(iter(get_calculator("lammps:Si.sw").potential.files)).path.read_text()  # type: ignore[attr-defined]
    path.write_text(text)
    calculator = get_calculator(f"lammps:{path}")
    before = dict(calculator.identity())["files"]
    path.write_text(text + "# changed\n")
    assert dict(calculator.identity())["files"] != before


def test_an_abort_of_lammps_is_an_error_and_the_next_question_is_answered() -> None:
    calculator = get_calculator(COPPER)
    copper = crystal("Cu", primitive=False)
    face = calculator.ase_calculator(copper, Workplace())
    atoms = Atoms("Cu4", positions=copper.cart_coords, cell=copper.lattice.matrix, pbc=True, calculator=face)
    energy = atoms.get_potential_energy()
    face._session._process.kill()
    atoms.rattle(0.01)
    with pytest.raises(CalculatorError, match="signal 9"):
        atoms.get_potential_energy()
    atoms.set_positions(copper.cart_coords)
    atoms.calc.results.clear()
    assert atoms.get_potential_energy() == pytest.approx(energy, abs=1e-9)


def test_a_style_that_does_not_fit_its_coefficients_says_lammps_own_words() -> None:
    said = {"potential": "lj/cut 5.0", "pair_coeff": ["Cu Cu 0.4"]}
    with pytest.raises(CalculatorError, match="Incorrect args for pair coefficients"):
        evaluate(crystal("Cu"), get_calculator("lammps", said))


def test_its_folder_is_gone_when_the_calculator_is(tmp_path) -> None:
    face = get_calculator(COPPER).ase_calculator(crystal("Cu"), Workplace(tmp_path / "place with spaces"))
    atoms = Atoms("Cu", cell=crystal("Cu").lattice.matrix, pbc=True, calculator=face)
    atoms.get_potential_energy()
    process = face._session._process
    assert len(list((tmp_path / "place with spaces").iterdir())) == 1
    atoms.calc = None
    del face
    assert list((tmp_path / "place with spaces").iterdir()) == []
    assert process.poll() is not None
