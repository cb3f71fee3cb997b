from __future__ import annotations

import pytest
from pydantic import ValidationError
from pymatgen.core import Lattice, Structure

from nanoos_lab.calculators import get_calculator, settled
from nanoos_lab.calculators.qe import QECalculator, QEOptions
from nanoos_lab.calculators.qe.choices import choose, materials_project_u, mesh_of
from nanoos_lab.errors import CalculatorError, InvalidInputError, OutOfDomainError
from nanoos_lab.testing import crystal


def oxide(*elements: str) -> Structure:
    return Structure(Lattice.cubic(4.2), [*elements, "O"], [[0, 0, 0], [0.5, 0.5, 0.5]][: len(elements) + 1])


def test_the_mesh_is_no_coarser_than_the_spacing_and_the_same_along_like_vectors():
    silicon = crystal("Si")
    mesh = mesh_of(QEOptions(kpoint_spacing=0.3), silicon, metal=False)
    lengths = silicon.lattice.reciprocal_lattice.abc
    assert len(set(mesh)) == 1
    assert all(length / n <= 0.3 + 1e-3 for length, n in zip(lengths, mesh, strict=True))
    assert all(length / (n - 1) > 0.3 for length, n in zip(lengths, mesh, strict=True))


def test_metals_get_finer_meshes_and_wider_smearing():
    metal, other = choose(QEOptions(), crystal("Al")), choose(QEOptions(), crystal("MgO"))
    assert metal.mesh > other.mesh
    assert metal.width_ry > other.width_ry
    assert (metal.smearing, other.smearing) == ("cold", "gaussian")


def test_spin_is_free_for_iron_and_not_for_silicon():
    assert choose(QEOptions(), crystal("Fe")).moments == (4.0,)
    assert not choose(QEOptions(), crystal("Si")).spin
    assert choose(QEOptions(spin="none"), crystal("Fe")).moments == ()
    assert choose(QEOptions(spin="polarised"), crystal("Si")).spin


def test_moments_of_the_structure_come_first():
    cell = crystal("Fe", primitive=False)
    cell.add_site_property("magmom", [2.0, -2.0])
    assert choose(QEOptions(), cell).moments == (2.0, -2.0)
    cell.add_site_property("magmom", [[0.0, 0.0, 2.0], [2.0, 0.0, 0.0]])
    with pytest.raises(InvalidInputError, match="site 1"):
        choose(QEOptions(), cell)


def test_u_by_the_materials_project_is_for_oxides_and_fluorides_only():
    assert materials_project_u(oxide("Ni"))["Ni"] == 6.2
    assert choose(QEOptions(hubbard="materials-project"), oxide("Ni")).hubbard == (("Ni", 6.2),)
    assert choose(QEOptions(hubbard="materials-project"), crystal("Fe")).hubbard == ()
    with pytest.raises(InvalidInputError, match="Xx"):
        choose(QEOptions(hubbard={"Xx": 3.0}), oxide("Ni"))


def test_a_settled_calculator_keeps_its_mesh_and_moments():
    calculator = settled(QECalculator(), crystal("Si"))
    strained = crystal("Si")
    strained.scale_lattice(strained.volume * 3)
    assert calculator.choices_for(strained).mesh == QECalculator().choices_for(crystal("Si")).mesh
    assert QECalculator().choices_for(strained).mesh < calculator.choices_for(strained).mesh
    supercell = crystal("Si") * (2, 2, 2)
    assert calculator.choices_for(supercell).mesh < calculator.choices_for(strained).mesh


@pytest.mark.parametrize(
    "wrong",
    [
        {"kpoints": (2, 2, 2), "kpoint_spacing": 0.3},
        {"kpoints": (0, 2, 2)},
        {"smearing": "fixed", "width_ev": 0.1},
        {"cutoff_ry": 40.0, "density_cutoff_ry": 100.0},
    ],
)
def test_options_that_contradict_each_other_are_refused(wrong):
    with pytest.raises(ValidationError):
        QEOptions(**wrong)


def test_the_family_is_the_first_option(pseudopotentials):
    assert get_calculator("qe:oncv").family().name == "oncv"


def test_an_element_without_a_pseudopotential_is_refused(pseudopotentials):
    with pytest.raises(OutOfDomainError, match="Cl, Na"):
        QECalculator().check(crystal("NaCl"))


def test_what_is_missing_is_said_with_the_line_that_installs_it(pseudopotentials, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install quantum-espresso" in (QECalculator().available() or "")
    with pytest.raises(CalculatorError, match="conda-forge qe"):
        QECalculator().program()
    assert QECalculator().version == ""
    assert QECalculator().identity()["code"] == "pw.x"
    monkeypatch.undo()
    monkeypatch.setenv("NANOOS_PSEUDOPOTENTIALS", str(tmp_path / "none"))
    assert "nanoos pseudos install" in (QECalculator().available() or "")


def test_identity_names_no_path_and_follows_options_and_files(pseudopotentials):
    first = QECalculator().identity()
    assert str(pseudopotentials) not in str(first)
    assert QECalculator(QEOptions(cutoff_ry=30.0)).identity() != first
    assert QECalculator(QEOptions(pseudopotentials="oncv")).identity() == first


def test_the_method_is_the_functional(make_qe):
    assert make_qe().method("static").label.startswith("PBE QE 6")
    assert make_qe(hubbard={"Ni": 6.0}).method().name == "PBE+U"
