"""The quick cubic search answers as spglib does, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
import spglib
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure
from pymatgen.symmetry.groups import SpaceGroup

from nanoos_lab.structures import cubic
from nanoos_lab.structures.cubic import cubic_group, names_of

SYMPREC = 0.01


def arrays(structure: Structure) -> tuple[np.ndarray, np.ndarray, list[int]]:
    symbols = [site.specie.symbol for site in structure]
    order = list(dict.fromkeys(symbols))
    return structure.lattice.matrix, structure.frac_coords, [order.index(symbol) + 1 for symbol in symbols]


def by_spglib(structure: Structure) -> tuple[int, float]:
    matrix, coords, kinds = arrays(structure)
    found = spglib.get_symmetry_dataset((matrix, coords, kinds), symprec=SYMPREC, angle_tolerance=5)
    return found.number, float(np.linalg.norm(found.std_lattice[0]))


@pytest.mark.parametrize("number", range(195, 231))
def test_every_cubic_group_in_two_cells_and_any_origin(number: int) -> None:
    """A crystal of three general orbits has exactly the group that made it."""
    symbol = SpaceGroup.from_int_number(number).symbol
    coords = [[0.013, 0.117, 0.241], [0.0, 0.0, 0.0]]
    structure = Structure.from_spacegroup(symbol, Lattice.cubic(11.3), ["Fe", "O"], coords)
    structure.translate_sites(range(len(structure)), [0.123, 0.456, 0.789])
    expected = by_spglib(structure)
    for cell in (structure, structure.get_primitive_structure(tolerance=1e-3)):
        found = cubic_group(*arrays(cell), SYMPREC)
        assert found is None or found == pytest.approx(expected)


def test_the_common_cubic_prototypes_are_answered() -> None:
    prototypes = {
        221: Structure(Lattice.cubic(4.1), ["Cs", "Cl"], [[0, 0, 0], [0.5] * 3]),
        225: Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.6), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3]),
        216: Structure.from_spacegroup("F-43m", Lattice.cubic(5.4), ["Zn", "S"], [[0, 0, 0], [0.25] * 3]),
        227: Structure.from_spacegroup("Fd-3m", Lattice.cubic(5.4), ["Si"], [[0.125] * 3]),
        229: Structure.from_spacegroup("Im-3m", Lattice.cubic(2.9), ["Fe"], [[0, 0, 0]]),
        205: Structure.from_spacegroup("Pa-3", Lattice.cubic(5.4), ["Fe", "S"], [[0, 0, 0], [0.385] * 3]),
        198: Structure.from_spacegroup("P2_13", Lattice.cubic(4.5), ["Fe", "Si"], [[0.137] * 3, [0.842] * 3]),
    }
    for number, structure in prototypes.items():
        for cell in (structure, structure.get_primitive_structure(tolerance=1e-3)):
            found = cubic_group(*arrays(cell), SYMPREC)
            assert found is not None, number
            assert found[0] == number
            assert found[1] == pytest.approx(structure.lattice.a, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    strain=st.sampled_from([0, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2]),
    shift=st.sampled_from([0, 1e-4, 5e-4, 2e-3, 5e-3, 1e-2, 2e-2, 6e-2]),
    seed=st.integers(0, 10**6),
)
def test_distorted_crystals_are_left_to_spglib_or_agree(strain: float, shift: float, seed: int) -> None:
    dice = np.random.default_rng(seed)
    structure = Structure(Lattice.cubic(4.1), ["Cs", "Cl"], [[0, 0, 0], [0.5] * 3]) * (1 + seed % 2, 1, 1)
    structure = Structure(
        structure.lattice.matrix @ (np.eye(3) + strain * dice.normal(size=(3, 3))),
        structure.species,
        structure.frac_coords,
    )
    structure.translate_sites(
        [int(dice.integers(len(structure)))], shift * dice.normal(size=3), frac_coords=False
    )
    found = cubic_group(*arrays(structure), SYMPREC)
    if found is not None:
        number, edge = by_spglib(structure)
        assert found[0] == number
        assert found[1] == pytest.approx(edge, abs=SYMPREC)


def test_names_are_spglibs() -> None:
    for hall in range(489, 531):
        kind = spglib.get_spacegroup_type(hall)
        if kind.choice in {"", "1"}:
            assert names_of(kind.number) == (kind.international_short, kind.pointgroup_international)


def test_only_two_pairs_of_groups_share_a_fingerprint() -> None:
    """I23 and I2_13 have the same elements at other places; P4_132 and P4_332 are mirror images."""
    assert sorted(sorted(n) for n in cubic._table().values() if len(n) > 1) == [[197, 199], [212, 213]]
