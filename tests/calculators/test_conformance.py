from __future__ import annotations

import pytest

from nanoos_lab.calculators import Workplace, get_calculator
from nanoos_lab.testing import check_calculator, check_interruption, crystal, rattled


def test_toy_is_exact():
    report = check_calculator(
        get_calculator("toy"),
        [crystal(f) for f in ("NaCl", "SrTiO3", "Cu", "TiO2")],
        force_tolerance=1e-3,
        stress_tolerance=1e-5,
    )
    assert report.repeat == 0.0


def test_chgnet_holds_together():
    check_calculator(get_calculator("chgnet"), [crystal(f) for f in ("Si", "NaCl", "SrTiO3", "Fe")])


def test_toy_is_killed_and_asked_again():
    check_interruption("toy", crystal("MgO"))


def test_toy_says_that_it_is_synthetic_and_chgnet_that_it_is_not():
    assert get_calculator("toy").synthetic
    assert not get_calculator("chgnet").synthetic


def test_chgnet_knows_its_weakness():
    assert "soft in shear" in get_calculator("chgnet").known_limits["shear_modulus"]
    assert "bulk_modulus" not in get_calculator("toy").known_limits


def test_chgnet_agrees_with_its_own_ase_calculator():
    from chgnet.model.dynamics import CHGNetCalculator
    from pymatgen.io.ase import AseAtomsAdaptor

    atoms = AseAtomsAdaptor.get_atoms(rattled(crystal("SrTiO3")), msonable=False)
    ours, theirs = atoms.copy(), atoms.copy()
    ours.calc = get_calculator("chgnet").ase_calculator(crystal("SrTiO3"), Workplace())
    theirs.calc = CHGNetCalculator(use_device="cpu")
    assert ours.get_potential_energy() == pytest.approx(theirs.get_potential_energy(), abs=1e-4)
    assert ours.get_forces() == pytest.approx(theirs.get_forces(), abs=1e-4)
    assert ours.get_stress() == pytest.approx(theirs.get_stress(), abs=1e-5)
    assert ours.get_magnetic_moments() == pytest.approx(theirs.get_magnetic_moments(), abs=1e-4)


def test_a_cell_that_flies_apart_is_refused_not_answered():
    from ase import Atoms

    from nanoos_lab.errors import OutOfDomainError

    atoms = Atoms("Na", cell=[10, 10, 10], pbc=True)
    atoms.calc = get_calculator("chgnet").ase_calculator(crystal("SrTiO3"), Workplace())
    with pytest.raises(OutOfDomainError, match="within 6 Å"):
        atoms.get_potential_energy()
