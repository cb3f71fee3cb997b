"""Bonds and dimensionality against hand-written tables of structure types."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.structures.bonds import dimensionality, find_bonds


def crystal(group, lattice, species, coords):
    return Structure.from_spacegroup(group, lattice, species, coords)


def cubic(group, a, species, coords):
    return crystal(group, Lattice.cubic(a), species, coords)


def hexagonal(group, a, c, species, coords):
    return crystal(group, Lattice.hexagonal(a, c), species, coords)


class Expected(NamedTuple):
    structure: Structure
    pairs: dict[tuple[str, str], int]
    """How many neighbours of the second element every atom of the first has; pairs left out have none."""
    shortest: float
    """The shortest bond in Å, from the lattice parameters."""
    dimensions: int


O, HALF, QUARTER, THIRD = [0, 0, 0], [0.5] * 3, [0.25] * 3, [1 / 3, 2 / 3, 0]  # noqa: E741
TABLE = {
    "diamond": Expected(cubic(227, 3.567, ["C"], [O]), {("C", "C"): 4}, 1.545, 3),
    "rocksalt NaCl": Expected(
        cubic(225, 5.640, ["Na", "Cl"], [O, HALF]), {("Na", "Cl"): 6, ("Cl", "Na"): 6}, 2.820, 3
    ),
    "rocksalt LiH": Expected(
        cubic(225, 4.083, ["Li", "H"], [O, HALF]), {("Li", "H"): 6, ("H", "Li"): 6}, 2.042, 3
    ),
    "zincblende ZnS": Expected(
        cubic(216, 5.409, ["Zn", "S"], [O, QUARTER]), {("Zn", "S"): 4, ("S", "Zn"): 4}, 2.342, 3
    ),
    "zincblende GaAs": Expected(
        cubic(216, 5.653, ["Ga", "As"], [O, QUARTER]), {("Ga", "As"): 4, ("As", "Ga"): 4}, 2.448, 3
    ),
    "wurtzite ZnO": Expected(
        hexagonal(186, 3.250, 5.207, ["Zn", "O"], [THIRD, [1 / 3, 2 / 3, 0.3819]]),
        {("Zn", "O"): 4, ("O", "Zn"): 4},
        1.975,
        3,
    ),
    "fluorite CaF2": Expected(
        cubic(225, 5.463, ["Ca", "F"], [O, QUARTER]), {("Ca", "F"): 8, ("F", "Ca"): 4}, 2.366, 3
    ),
    "antifluorite Mg2Si": Expected(
        cubic(225, 6.351, ["Si", "Mg"], [O, QUARTER]), {("Si", "Mg"): 8, ("Mg", "Si"): 4}, 2.750, 3
    ),
    "rutile TiO2": Expected(
        crystal(136, Lattice.tetragonal(4.594, 2.959), ["Ti", "O"], [O, [0.3053, 0.3053, 0]]),
        {("Ti", "O"): 6, ("O", "Ti"): 3},
        1.947,
        3,
    ),
    "perovskite SrTiO3": Expected(
        cubic(221, 3.905, ["Sr", "Ti", "O"], [O, HALF, [0.5, 0.5, 0]]),
        {("Sr", "O"): 12, ("Ti", "O"): 6, ("O", "Ti"): 2, ("O", "Sr"): 4},
        1.9525,
        3,
    ),
    "spinel MgAl2O4": Expected(
        cubic(227, 8.083, ["Mg", "Al", "O"], [O, [0.625] * 3, [0.3874] * 3]),
        {("Mg", "O"): 4, ("Al", "O"): 6, ("O", "Mg"): 1, ("O", "Al"): 3},
        1.924,
        3,
    ),
    "CsCl": Expected(
        cubic(221, 4.123, ["Cs", "Cl"], [O, HALF]), {("Cs", "Cl"): 8, ("Cl", "Cs"): 8}, 3.571, 3
    ),
    "CsCl-type NiAl": Expected(
        cubic(221, 2.887, ["Ni", "Al"], [O, HALF]), {("Ni", "Al"): 8, ("Al", "Ni"): 8}, 2.500, 3
    ),
    "fcc Cu": Expected(cubic(225, 3.615, ["Cu"], [O]), {("Cu", "Cu"): 12}, 2.556, 3),
    "bcc Fe": Expected(cubic(229, 2.866, ["Fe"], [O]), {("Fe", "Fe"): 8}, 2.482, 3),
    "hcp Mg": Expected(
        hexagonal(194, 3.209, 5.211, ["Mg"], [[1 / 3, 2 / 3, 0.25]]), {("Mg", "Mg"): 12}, 3.197, 3
    ),
    "hcp Zn": Expected(
        hexagonal(194, 2.665, 4.947, ["Zn"], [[1 / 3, 2 / 3, 0.25]]), {("Zn", "Zn"): 12}, 2.665, 3
    ),
    "2H-MoS2": Expected(
        hexagonal(194, 3.160, 12.294, ["Mo", "S"], [[1 / 3, 2 / 3, 0.25], [1 / 3, 2 / 3, 0.621]]),
        {("Mo", "S"): 6, ("S", "Mo"): 3},
        2.417,
        2,
    ),
    "CdI2": Expected(
        hexagonal(164, 4.240, 6.840, ["Cd", "I"], [O, [1 / 3, 2 / 3, 0.249]]),
        {("Cd", "I"): 6, ("I", "Cd"): 3},
        2.982,
        2,
    ),
    "graphite": Expected(
        hexagonal(194, 2.464, 6.711, ["C", "C"], [[0, 0, 0.25], [1 / 3, 2 / 3, 0.25]]),
        {("C", "C"): 3},
        1.423,
        2,
    ),
    "hexagonal BN": Expected(
        hexagonal(194, 2.504, 6.661, ["B", "N"], [[1 / 3, 2 / 3, 0.25], [1 / 3, 2 / 3, 0.75]]),
        {("B", "N"): 3, ("N", "B"): 3},
        1.446,
        2,
    ),
    "corundum Al2O3": Expected(
        hexagonal(167, 4.759, 12.991, ["Al", "O"], [[0, 0, 0.3522], [0.3063, 0, 0.25]]),
        {("Al", "O"): 6, ("O", "Al"): 4},
        1.854,
        3,
    ),
    "calcite CaCO3": Expected(
        hexagonal(167, 4.990, 17.06, ["Ca", "C", "O"], [O, [0, 0, 0.25], [0.257, 0, 0.25]]),
        {("Ca", "O"): 6, ("C", "O"): 3, ("O", "C"): 1, ("O", "Ca"): 2},
        1.282,
        3,
    ),
    "zircon ZrSiO4": Expected(
        crystal(
            141,
            Lattice.tetragonal(6.607, 5.982),
            ["Zr", "Si", "O"],
            [[0, 0, 0], [0, 0, 0.5], [0, 0.1839, 0.3203]],
        ),
        {("Zr", "O"): 8, ("Si", "O"): 4, ("O", "Zr"): 2, ("O", "Si"): 1},
        1.622,
        3,
    ),
    "pyrite FeS2": Expected(
        cubic(205, 5.416, ["Fe", "S"], [O, [0.385] * 3]),
        {("Fe", "S"): 6, ("S", "Fe"): 3, ("S", "S"): 1},
        2.158,
        3,
    ),
    "skutterudite CoSb3": Expected(
        cubic(204, 9.038, ["Co", "Sb"], [QUARTER, [0, 0.335, 0.158]]),
        {("Co", "Sb"): 6, ("Sb", "Co"): 2, ("Sb", "Sb"): 2},
        2.527,
        3,
    ),
    "Laves MgCu2": Expected(
        cubic(227, 7.05, ["Mg", "Cu"], [O, [0.625] * 3]),
        {("Mg", "Mg"): 4, ("Mg", "Cu"): 12, ("Cu", "Mg"): 6, ("Cu", "Cu"): 6},
        2.493,
        3,
    ),
    "Heusler Co2MnSi": Expected(
        cubic(225, 5.654, ["Co", "Mn", "Si"], [QUARTER, HALF, O]),
        {("Co", "Mn"): 4, ("Co", "Si"): 4, ("Mn", "Co"): 8, ("Si", "Co"): 8},
        2.448,
        3,
    ),
    "trigonal Se": Expected(
        hexagonal(152, 4.366, 4.954, ["Se"], [[0.2254, 0, 1 / 3]]), {("Se", "Se"): 2}, 2.373, 1
    ),
    "trigonal Te": Expected(
        hexagonal(152, 4.457, 5.929, ["Te"], [[0.2636, 0, 1 / 3]]), {("Te", "Te"): 2}, 2.837, 1
    ),
    "solid CO2": Expected(
        cubic(205, 5.624, ["C", "O"], [O, [0.1185] * 3]), {("C", "O"): 2, ("O", "C"): 1}, 1.154, 0
    ),
    "solid Ar": Expected(cubic(225, 5.31, ["Ar"], [O]), {}, 0.0, 0),
}


def neighbours(structure):
    """Return, per ordered pair of elements, the set of neighbour counts found."""
    centre, other, _, _ = find_bonds(structure).directed()
    symbols = np.array([site.specie.symbol for site in structure])
    found = {}
    for a in set(symbols):
        for b in set(symbols):
            of_b = centre[symbols[other] == b]
            counts = np.bincount(of_b, minlength=len(structure))[symbols == a]
            if counts.any():
                found[str(a), str(b)] = set(counts.tolist())
    return found


@pytest.mark.parametrize("name", TABLE)
def test_coordination_of_known_structure_types(name):
    expected = TABLE[name]
    assert neighbours(expected.structure) == {pair: {count} for pair, count in expected.pairs.items()}
    bonds = find_bonds(expected.structure)
    if len(bonds):
        assert bonds.distance.min() == pytest.approx(expected.shortest, abs=0.001)


@pytest.mark.parametrize("name", TABLE)
def test_dimensionality_of_known_structure_types(name):
    assert dimensionality(TABLE[name].structure) == TABLE[name].dimensions


def test_bond_list_of_rocksalt_is_complete_and_each_bond_once():
    primitive = Structure(Lattice([[0, 2, 2], [2, 0, 2], [2, 2, 0]]), ["Mg", "O"], [O, HALF])
    bonds = find_bonds(primitive)
    assert len(bonds) == 6
    assert {tuple(v) for v in bonds.image.tolist()} == {
        (-1, 0, 0), (0, -1, 0), (0, 0, -1), (-1, -1, 0), (-1, 0, -1), (0, -1, -1)
    }  # fmt: skip
    assert bonds.i.tolist() == [0] * 6
    assert bonds.j.tolist() == [1] * 6


def test_bond_of_a_site_to_its_own_image_counts_once():
    simple_cubic = Structure(Lattice.cubic(3.35), ["Po"], [O])
    bonds = find_bonds(simple_cubic)
    assert len(bonds) == 3
    assert bonds.coordination_numbers().tolist() == [6]


def test_oxide_cations_do_not_bond_to_each_other_but_gallium_pairs_do():
    gase = hexagonal(
        187, 3.755, 15.94, ["Ga", "Ga", "Se", "Se"],
        [[0, 0, 0.075], [1 / 3, 2 / 3, 0.575], [1 / 3, 2 / 3, 0.150], [0, 0, 0.65]],
    )  # fmt: skip
    assert neighbours(gase)["Ga", "Ga"] == {1}
    assert dimensionality(gase) == 2
    titanium_monoxide = cubic(225, 4.18, ["Ti", "O"], [O, HALF])
    assert ("Ti", "Ti") not in neighbours(titanium_monoxide)


def test_hydrogen_bonds_are_no_bonds():
    dimer = Molecule(
        ["O", "H", "H", "O", "H", "H"],
        [[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0], [2.90, 0, 0], [3.2, 0.9, 0], [3.2, -0.9, 0]],
    )
    bonds = find_bonds(dimer)
    assert sorted(zip(bonds.i.tolist(), bonds.j.tolist(), strict=True)) == [(0, 1), (0, 2), (3, 4), (3, 5)]
    assert dimensionality(dimer) == 0


@pytest.mark.parametrize(("pair", "length"), [("HH", 0.741), ("NN", 1.098), ("FF", 1.412), ("II", 2.666)])
def test_diatomic_molecules(pair, length):
    bonds = find_bonds(Molecule(list(pair), [[0, 0, 0], [0, 0, length]]))
    assert bonds.distance == pytest.approx([length])


def test_split_sites_are_alternatives_not_neighbours():
    split = Structure(
        Lattice.cubic(6), [{"O": 0.5}, {"O": 0.5}, {"Ca": 1.0}], [[0, 0, 0.06], [0, 0, -0.06], HALF]
    )
    assert (0, 1) not in set(
        zip(*(v.tolist() for v in (find_bonds(split).i, find_bonds(split).j)), strict=True)
    )


def test_mixed_sites_count_as_their_most_abundant_species():
    mixed = cubic(221, 3.93, [{"Ba": 0.6, "Sr": 0.4}, "Ti", "O"], [O, HALF, [0.5, 0.5, 0]])
    assert sorted(find_bonds(mixed).coordination_numbers().tolist()) == [6, 6, 6, 6, 12]


def test_a_slab_does_not_bond_through_its_vacuum():
    matrix = [[3.905, 0, 0], [0, 3.905, 0], [0, 0, 3.905]]
    coords = [O, HALF, [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    film = Structure(Lattice(matrix, pbc=(True, True, False)), ["Sr", "Ti", "O", "O", "O"], coords)
    assert not find_bonds(film).image[:, 2].any()
    assert dimensionality(film) == 2


def test_empty_and_dummy_species_have_no_bonds():
    assert len(find_bonds(Structure(Lattice.cubic(3), [], []))) == 0
    assert len(find_bonds(Structure(Lattice.cubic(3), ["X0+"], [O]))) == 0


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(["perovskite SrTiO3", "2H-MoS2", "corundum Al2O3", "bcc Fe"]),
    shifts=st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=30, max_size=30),
    origin=st.tuples(*[st.floats(0, 1)] * 3),
)
def test_bonds_do_not_depend_on_the_choice_of_images_or_origin(name, shifts, origin):
    original = TABLE[name].structure
    moved = original.copy()
    coords = moved.frac_coords + np.array(shifts[: len(moved)]) + origin
    moved = Structure(moved.lattice, moved.species, coords)
    bonds = find_bonds(moved)
    ends = moved.lattice.get_cartesian_coords(coords[bonds.j] + bonds.image - coords[bonds.i])
    assert np.linalg.norm(ends, axis=1) == pytest.approx(bonds.distance)
    assert bonds.coordination_numbers().tolist() == find_bonds(original).coordination_numbers().tolist()
    assert dimensionality(moved) == dimensionality(original)


@pytest.mark.parametrize("name", ["rutile TiO2", "graphite", "trigonal Se", "solid CO2"])
def test_a_supercell_has_the_same_bonds_per_atom_and_dimensionality(name):
    original = TABLE[name].structure
    larger = original * (2, 3, 1)
    assert len(find_bonds(larger)) == 6 * len(find_bonds(original))
    assert dimensionality(larger) == dimensionality(original)
