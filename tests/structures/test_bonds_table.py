"""Bond lists of structure types, site by site, against a table written by hand from textbooks.

Per site of the conventional cell the bonded neighbours: element, how many, and the length as a formula of the lattice
parameters. Coordination of the types: R. W. G. Wyckoff, Crystal Structures (1963); A. F. Wells, Structural Inorganic
Chemistry (1984). Metals show the bonds of their nearest shell.
"""

from __future__ import annotations

from collections import Counter
from math import sqrt

import numpy as np
import pytest
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.structures.bonds import bonding_of, find_bonds
from nanoos_lab.structures.bonds_chosen import bonds_within, crystalnn_bonds

O, HALF, QUARTER = [0, 0, 0], [0.5] * 3, [0.25] * 3  # noqa: E741
H3 = [1 / 3, 2 / 3]


def crystal(group, lattice, species, coords):
    return Structure.from_spacegroup(group, lattice, species, coords)


def cubic(group, a, species, coords):
    return crystal(group, Lattice.cubic(a), species, coords)


def hexagonal(a, c, u):
    """Return the two lengths of a hexagonal close packing-like tetrahedron: along c, and the other three."""
    return u * c, sqrt(a * a / 3 + (0.5 - u) ** 2 * c * c)


a_r, c_r, u_r = 4.5937, 2.9587, 0.3053  # rutile
a_s, u_s = 8.0806, 0.2624  # spinel, origin at a tetrahedral site: u of oxygen
a_c, c_c = 4.7589, 12.991  # corundum
ZNO = hexagonal(3.250, 5.207, 0.3819)

TABLE = {
    "rock salt NaCl": (
        cubic(225, 5.640, ["Na", "Cl"], [O, HALF]),
        {"Na": {("Cl", 5.640 / 2): 6}, "Cl": {("Na", 5.640 / 2): 6}},
    ),
    "CsCl": (
        cubic(221, 4.123, ["Cs", "Cl"], [O, HALF]),
        {"Cs": {("Cl", 4.123 * sqrt(3) / 2): 8}, "Cl": {("Cs", 4.123 * sqrt(3) / 2): 8}},
    ),
    "fluorite CaF2": (
        cubic(225, 5.463, ["Ca", "F"], [O, QUARTER]),
        {"Ca": {("F", 5.463 * sqrt(3) / 4): 8}, "F": {("Ca", 5.463 * sqrt(3) / 4): 4}},
    ),
    "zinc blende ZnS": (
        cubic(216, 5.409, ["Zn", "S"], [O, QUARTER]),
        {"Zn": {("S", 5.409 * sqrt(3) / 4): 4}, "S": {("Zn", 5.409 * sqrt(3) / 4): 4}},
    ),
    "wurtzite ZnO": (
        crystal(186, Lattice.hexagonal(3.250, 5.207), ["Zn", "O"], [[*H3, 0], [*H3, 0.3819]]),
        {
            "Zn": {("O", ZNO[0]): 1, ("O", ZNO[1]): 3},
            "O": {("Zn", ZNO[0]): 1, ("Zn", ZNO[1]): 3},
        },
    ),
    "rutile TiO2": (
        crystal(136, Lattice.tetragonal(a_r, c_r), ["Ti", "O"], [O, [u_r, u_r, 0]]),
        {
            "Ti": {
                ("O", u_r * a_r * sqrt(2)): 2,
                ("O", sqrt(2 * ((0.5 - u_r) * a_r) ** 2 + c_r**2 / 4)): 4,
            },
            "O": {
                ("Ti", u_r * a_r * sqrt(2)): 1,
                ("Ti", sqrt(2 * ((0.5 - u_r) * a_r) ** 2 + c_r**2 / 4)): 2,
            },
        },
    ),
    "perovskite SrTiO3": (
        cubic(221, 3.905, ["Sr", "Ti", "O"], [O, HALF, [0.5, 0.5, 0]]),
        {
            "Sr": {("O", 3.905 / sqrt(2)): 12},
            "Ti": {("O", 3.905 / 2): 6},
            "O": {("Ti", 3.905 / 2): 2, ("Sr", 3.905 / sqrt(2)): 4},
        },
    ),
    "spinel MgAl2O4": (
        cubic(227, a_s, ["Mg", "Al", "O"], [O, [0.625] * 3, [0.125 + u_s] * 3]),
        {
            "Mg": {("O", (u_s - 0.125) * a_s * sqrt(3)): 4},
            "Al": {("O", a_s * sqrt((0.5 - u_s) ** 2 + 2 * (0.25 - u_s) ** 2)): 6},
            "O": {
                ("Mg", (u_s - 0.125) * a_s * sqrt(3)): 1,
                ("Al", a_s * sqrt((0.5 - u_s) ** 2 + 2 * (0.25 - u_s) ** 2)): 3,
            },
        },
    ),
    "corundum Al2O3": (
        crystal(167, Lattice.hexagonal(a_c, c_c), ["Al", "O"], [[0, 0, 0.35228], [0.3064, 0, 0.25]]),
        {"Al": {("O", 1.855): 3, ("O", 1.972): 3}, "O": {("Al", 1.855): 2, ("Al", 1.972): 2}},
    ),
    "diamond": (cubic(227, 3.567, ["C"], [O]), {"C": {("C", 3.567 * sqrt(3) / 4): 4}}),
    "graphite": (
        crystal(194, Lattice.hexagonal(2.464, 6.711), ["C", "C"], [[0, 0, 0.25], [*H3, 0.25]]),
        {"C": {("C", 2.464 / sqrt(3)): 3}},
    ),
    "hcp Mg": (
        crystal(194, Lattice.hexagonal(3.209, 5.211), ["Mg"], [[*H3, 0.25]]),
        {"Mg": {("Mg", 3.209): 6, ("Mg", sqrt(3.209**2 / 3 + 5.211**2 / 4)): 6}},
    ),
    "fcc Cu": (cubic(225, 3.615, ["Cu"], [O]), {"Cu": {("Cu", 3.615 / sqrt(2)): 12}}),
    "bcc Fe": (cubic(229, 2.866, ["Fe"], [O]), {"Fe": {("Fe", 2.866 * sqrt(3) / 2): 8}}),
    "NiAs": (
        crystal(194, Lattice.hexagonal(3.619, 5.034), ["Ni", "As"], [O, [*H3, 0.25]]),
        {
            "Ni": {("As", sqrt(3.619**2 / 3 + 5.034**2 / 16)): 6},
            "As": {("Ni", sqrt(3.619**2 / 3 + 5.034**2 / 16)): 6},
        },
    ),
    "2H-MoS2": (
        crystal(194, Lattice.hexagonal(3.160, 12.294), ["Mo", "S"], [[*H3, 0.25], [*H3, 0.621]]),
        {
            "Mo": {("S", sqrt(3.160**2 / 3 + (0.129 * 12.294) ** 2)): 6},
            "S": {("Mo", sqrt(3.160**2 / 3 + (0.129 * 12.294) ** 2)): 3},
        },
    ),
    "antifluorite Li2O": (
        cubic(225, 4.619, ["O", "Li"], [O, QUARTER]),
        {"O": {("Li", 4.619 * sqrt(3) / 4): 8}, "Li": {("O", 4.619 * sqrt(3) / 4): 4}},
    ),
    "ReO3": (
        cubic(221, 3.748, ["Re", "O"], [O, [0.5, 0, 0]]),
        {"Re": {("O", 3.748 / 2): 6}, "O": {("Re", 3.748 / 2): 2}},
    ),
}


def by_site(structure, bonds):
    """Return per site the neighbours: element and length to a hundredth of an Å, and how many."""
    centre, other, _, distance = bonds.directed()
    found = [Counter() for _ in structure]
    for c, o, d in zip(centre.tolist(), other.tolist(), distance.tolist(), strict=True):
        found[c][structure[o].specie.symbol, round(d, 2)] += 1
    return [dict(counter) for counter in found]


def expected(structure, table):
    rows = {s: {(e, round(d, 2)): n for (e, d), n in row.items()} for s, row in table.items()}
    return [rows[site.specie.symbol] for site in structure]


@pytest.mark.parametrize("name", TABLE)
def test_every_site_of_a_structure_type_has_the_bonds_of_the_textbook(name):
    structure, table = TABLE[name]
    assert by_site(structure, find_bonds(structure)) == expected(structure, table)


@pytest.mark.parametrize("name", TABLE)
def test_crystalnn_agrees(name):
    structure, table = TABLE[name]
    assert by_site(structure, crystalnn_bonds(structure)) == expected(structure, table)


def test_bonds_of_chosen_pairs_and_lengths():
    perovskite = TABLE["perovskite SrTiO3"][0]
    only = bonds_within(perovskite, {("O", "Ti"): 2.3})
    assert by_site(perovskite, only)[1] == {("O", 1.95): 6}
    assert len(only) == 6
    both = bonds_within(perovskite, {("Ti", "O"): 2.3, ("Sr", "O"): (2.5, 3.0)})
    assert len(both) == 18
    assert len(bonds_within(perovskite, {("Ti", "O"): (2.0, 2.3)})) == 0
    assert len(bonds_within(perovskite, {})) == 0
    water = Molecule(["O", "H", "H"], [[0, 0, 0], [0, 0.757, 0.587], [0, -0.757, 0.587]])
    assert len(bonds_within(water, {("H", "O"): 1.1})) == 2
    assert bonds_within(water, {("H", "H"): 1.6}).distance == pytest.approx([1.514])


@pytest.mark.parametrize("limits", [{("Ti", "N"): 2.0}, {("Ti", "O"): -1.0}, {("Ti", "O"): (2.0, 1.0)}])
def test_lengths_that_make_no_sense_are_refused(limits):
    with pytest.raises(InvalidInputError, match="bonds"):
        bonds_within(TABLE["perovskite SrTiO3"][0], limits)


def test_crystalnn_says_what_it_cannot_do():
    with pytest.raises(InvalidInputError, match="crystal"):
        crystalnn_bonds(Molecule(["H"], [[0, 0, 0]]))
    with pytest.raises(InvalidInputError, match="one atom per site"):
        crystalnn_bonds(Structure(Lattice.cubic(4), [{"Fe": 0.5}], [O]))


def test_listed_candidates_give_the_same_bonds_as_a_new_search():
    structure = TABLE["spinel MgAl2O4"][0]
    bonding, rng = bonding_of(structure), np.random.default_rng(5)
    matrix, pbc = structure.lattice.matrix, structure.lattice.pbc
    i, j, image = bonding.candidates(structure.cart_coords, matrix, pbc, 1.0)
    moved = structure.cart_coords + rng.uniform(-0.25, 0.25, (len(structure), 3))
    lengths = np.linalg.norm(moved[j] + image @ matrix - moved[i], axis=1)
    listed, found = bonding.among(i, j, image, lengths), bonding.at(moved, matrix, pbc)
    assert listed.i.tolist() == found.i.tolist()
    assert listed.j.tolist() == found.j.tolist()
    assert listed.image.tolist() == found.image.tolist()
    assert listed.distance == pytest.approx(found.distance)
