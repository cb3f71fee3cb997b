"""Writing, and reading back what was written."""

from __future__ import annotations

import math
from typing import Any

import ase.io
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pymatgen.core import Composition, DummySpecies, Element, Lattice, Molecule, Species, Structure
from pymatgen.io.cif import CifParser
from pymatgen.io.vasp.inputs import Poscar

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.structures import digest, read_structure, same_crystal, write_structure

ELEMENTS = ["H", "Li", "O", "Na", "Cl", "Ti", "Fe", "Sr", "La", "U"]
DISORDERED = Structure(Lattice.cubic(4), [{"Fe": 0.6, "Mn": 0.4}, {"O": 0.9}], [[0, 0, 0], [0.5, 0.5, 0.5]])
CHARGED = Structure(Lattice.cubic(4), [Species("Fe", 3), Species("O", -2)], [[0, 0, 0], [0.5, 0.5, 0.5]])

floats = st.floats(-0.5, 1.5, allow_nan=False).map(lambda x: round(x, 10))


@st.composite
def crystals(draw: st.DrawFn, *, disorder: bool = True, charges: bool = True) -> Structure:
    """Crystals with one to six well separated sites in any cell, with occupancies and charges of all kinds."""
    lengths = [draw(st.floats(3, 12)) for _ in range(3)]
    angles = [draw(st.floats(60, 115)) for _ in range(3)]
    cosines = np.cos(np.radians(angles))
    assume(1 - (cosines**2).sum() + 2 * cosines.prod() > 0.1)
    lattice = Lattice.from_parameters(*lengths, *angles)
    sites: list[list[float]] = []
    for _ in range(draw(st.integers(1, 6))):
        place = [draw(floats) for _ in range(3)]
        near = [lattice.get_all_distances(place, other)[0, 0] for other in sites]
        if all(distance > 0.7 for distance in near):
            sites.append(place)
    with_charges = charges and draw(st.booleans())
    species: list[Any] = []
    for _ in sites:
        names = draw(
            st.lists(st.sampled_from(ELEMENTS), min_size=1, max_size=2 if disorder else 1, unique=True)
        )
        share = draw(st.sampled_from([1.0, 0.75, 0.5])) if disorder else 1.0
        kinds = [Species(n, draw(st.integers(-3, 5))) if with_charges else Element(n) for n in names]
        species.append(Composition({kind: share / len(kinds) for kind in kinds}))
    return Structure(lattice, species, sites)


def assert_same(ours: Structure | Molecule, theirs: Structure | Molecule, tolerance: float) -> None:
    assert type(ours) is type(theirs)
    if isinstance(ours, Structure):
        assert np.allclose(ours.lattice.parameters, theirs.lattice.parameters, rtol=0, atol=tolerance)
        shift = ours.frac_coords - theirs.frac_coords
        assert np.allclose(shift - np.rint(shift), 0, atol=tolerance)
    else:
        assert np.allclose(ours.cart_coords, theirs.cart_coords, atol=tolerance)
    for one, other in zip(ours, theirs, strict=True):
        assert set(one.species) == set(other.species)
        assert one.species.almost_equals(other.species, rtol=0, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(structure=crystals())
def test_cif_round_trip(structure: Structure) -> None:
    back = read_structure(write_structure(structure, "cif")).structure
    assert_same(back, structure, 1e-8)
    assert same_crystal(back, structure)


@settings(max_examples=30, deadline=None)
@given(structure=crystals(disorder=False, charges=False))
def test_poscar_round_trip(structure: Structure) -> None:
    back = read_structure(write_structure(structure, "poscar")).structure
    assert_same(back, structure, 1e-12)
    assert np.allclose(back.lattice.matrix, structure.lattice.matrix, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(structure=crystals(disorder=False))
def test_extxyz_round_trip(structure: Structure) -> None:
    structure.add_site_property("forces", [[0.25, -1e-17, i] for i in range(len(structure))])
    structure.add_site_property("fixed", [i == 0 for i in range(len(structure))])
    structure.properties = {"energy": -1.25, "note": "a b"}
    back = read_structure(write_structure(structure, "extxyz")).structure
    assert_same(back, structure, 1e-12)
    assert back.site_properties == structure.site_properties
    assert back.properties == structure.properties


@settings(max_examples=30, deadline=None)
@given(structure=crystals())
def test_json_round_trip_is_exact(structure: Structure) -> None:
    assert digest(read_structure(write_structure(structure, "json") + "\n").structure) == digest(structure)


@pytest.mark.parametrize("format_name", ["xyz", "extxyz", "json"])
def test_molecules(format_name: str) -> None:
    water = Molecule(["O", "H", "H"], [[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]])
    text = write_structure(water, format_name)
    assert_same(read_structure(text + "\n").structure, water, 1e-12)


def test_a_charged_molecule_keeps_its_charge_in_extxyz() -> None:
    hydroxide = Molecule(["O", "H"], [[0, 0, 0], [0, 0, 0.97]], charge=-1)
    assert read_structure(write_structure(hydroxide, "extxyz")).structure.charge == -1


def test_other_programs_read_what_we_write(tmp_path: Any) -> None:
    theirs = CifParser.from_str(write_structure(CHARGED)).parse_structures(primitive=False)[0]
    assert set(theirs.composition) == set(CHARGED.composition)
    mixed = CifParser.from_str(write_structure(DISORDERED)).parse_structures(primitive=False)[0]
    assert mixed.composition.almost_equals(DISORDERED.composition)
    plain = CHARGED.copy()
    plain.remove_oxidation_states()
    assert Poscar.from_str(write_structure(plain, "poscar")).structure.matches(plain)
    (tmp_path / "x.xyz").write_text(write_structure(plain, "extxyz"))
    atoms = ase.io.read(tmp_path / "x.xyz")
    assert np.allclose(atoms.positions, plain.cart_coords)
    assert atoms.pbc.all()


def test_selective_dynamics_and_velocities_round_trip() -> None:
    structure = Structure(Lattice.cubic(4), ["Fe", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    structure.add_site_property("selective_dynamics", [[True, False, True], [True, True, True]])
    structure.add_site_property("velocities", [[0.0, 1.5, 0.0], [-2.0, 0.0, 0.0]])
    back = read_structure(write_structure(structure, "poscar")).structure
    assert back.site_properties == structure.site_properties


def test_order_of_sites_survives_every_format() -> None:
    structure = Structure(Lattice.cubic(4), ["O", "Fe", "O"], [[0.5, 0.5, 0], [0, 0, 0], [0.5, 0, 0.5]])
    for format_name in ("cif", "poscar", "extxyz", "json"):
        back = read_structure(write_structure(structure, format_name) + "\n").structure
        assert [site.specie.symbol for site in back] == ["O", "Fe", "O"], format_name


@pytest.mark.parametrize(
    ("structure", "format_name", "advice"),
    [
        (DISORDERED, "poscar", "write cif or json"),
        (DISORDERED, "extxyz", "write cif or json"),
        (CHARGED, "xyz", "write extxyz"),
        (Molecule(["H"], [[0, 0, 0]]), "cif", "write xyz"),
        (Molecule(["H"], [[0, 0, 0]]), "poscar", "write xyz"),
        (Structure(Lattice.cubic(3), [DummySpecies("X")], [[0, 0, 0]]), "cif", "write json"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(structure: Any, format_name: str, advice: str) -> None:
    with pytest.raises(InvalidInputError, match=advice):
        write_structure(structure, format_name)


def test_a_property_that_extxyz_cannot_hold_is_refused() -> None:
    structure = CHARGED.copy()
    structure.add_site_property("anything", [{"a": 1}, None])
    with pytest.raises(InvalidInputError, match="'anything': write json"):
        write_structure(structure, "extxyz")


def test_unknown_format() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'poscar'"):
        write_structure(CHARGED, "POSCARS")


def test_written_numbers_keep_a_thirds_coordinate() -> None:
    structure = Structure(
        Lattice.hexagonal(3.2, 5.2), ["Mg", "Mg"], [[1 / 3, 2 / 3, 0.25], [0.33334, 0.1, 0.75]]
    )
    back = read_structure(write_structure(structure)).structure
    assert math.isclose(back[0].frac_coords[0], 1 / 3, abs_tol=1e-12)
    assert math.isclose(back[1].frac_coords[0], 0.33334, abs_tol=1e-12)
