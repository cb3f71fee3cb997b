"""Hashes: exact for cells, invariant for crystals, different for different crystals."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Molecule, Species, Structure
from pymatgen.io.cif import CifWriter
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from nanoos_lab.structures import (
    crystal_hash,
    crystal_hashes,
    digest,
    read_structure,
    same_crystal,
    write_structure,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROCKSALT = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
QUARTZ_CELL = Lattice.hexagonal(4.9137, 5.4047)
QUARTZ_SITES = [
    [0.4697, 0, 0],
    [0.4135, 0.2669, 0.1191],
]  # Levien, Prewitt & Weidner, Am. Mineral. 65, 920 (1980)


def structures_of(rows: pd.DataFrame) -> list[Structure]:
    return [
        Structure(
            Lattice.from_parameters(*row.lattice),
            list(map(int, row.numbers)),
            np.array(row.frac_coords).reshape(-1, 3),
        )
        for row in rows.itertuples()
    ]


@pytest.fixture(scope="module")
def table(shared_data: Path) -> pd.DataFrame:
    return pd.read_parquet(shared_data / "structures" / "mp20_subset.parquet")


@pytest.fixture(scope="module")
def varied(table: pd.DataFrame) -> list[Structure]:
    """Sixty real crystals over all crystal systems."""
    systems = pd.cut(table.spacegroup_number, [0, 2, 15, 74, 142, 167, 194, 230])
    rows = table.groupby(systems, observed=True).sample(9, random_state=4)
    assert len(rows) == 63
    return structures_of(rows)


def random_supercell(structure: Structure, dice: np.random.Generator) -> Structure:
    while True:
        matrix = dice.integers(-1, 3, (3, 3))
        if 1 < round(np.linalg.det(matrix)) <= 4:
            return structure * matrix


def other_settings(structure: Structure, dice: np.random.Generator) -> Iterator[tuple[str, Structure]]:
    """The same crystal with the same geometry, described otherwise."""
    shifted = structure.copy()
    shifted.translate_sites(range(len(structure)), dice.random(3))
    yield "origin", shifted
    yield "site order", Structure.from_sites([structure[i] for i in dice.permutation(len(structure))])
    yield "supercell", random_supercell(structure, dice)
    turn = np.linalg.qr(dice.normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    yield "orientation", Structure(structure.lattice.matrix @ turn, structure.species, structure.frac_coords)
    yield "primitive", structure.get_primitive_structure(tolerance=1e-3)
    yield "niggli", structure.get_reduced_structure()
    for format_name in ("cif", "poscar"):
        yield format_name, read_structure(write_structure(structure, format_name)).structure


def test_the_same_crystal_in_another_setting(varied: list[Structure]) -> None:
    dice = np.random.default_rng(11)
    for structure in varied:
        for what, other in other_settings(structure, dice):
            assert set(crystal_hashes(other)) & set(crystal_hashes(structure)), (structure.formula, what)
            assert crystal_hash(other) == crystal_hash(structure), (structure.formula, what)


def test_standard_cells_share_the_hash_of_the_refined_crystal(varied: list[Structure]) -> None:
    """Refinement moves atoms by up to its tolerance; the cells it gives are one crystal, near to the given one."""
    for structure in varied:
        analyzer = SpacegroupAnalyzer(structure)
        refined = analyzer.get_refined_structure()
        for other in (
            analyzer.get_conventional_standard_structure(),
            analyzer.get_primitive_standard_structure(),
            read_structure(str(CifWriter(refined, symprec=0.01))).structure,
        ):
            assert set(crystal_hashes(other)) & set(crystal_hashes(refined)), structure.formula
        assert same_crystal(structure, refined)


def test_numerical_noise_is_harmless(varied: list[Structure]) -> None:
    changed = 0
    for structure in varied:
        noisy = structure.copy()
        noisy.perturb(1e-5)
        changed += crystal_hash(noisy) != crystal_hash(structure)
        assert set(crystal_hashes(noisy)) & set(crystal_hashes(structure)), structure.formula
        assert same_crystal(noisy, structure)
    assert changed <= 2


def different_crystals(structure: Structure, dice: np.random.Generator) -> Iterator[tuple[str, Structure]]:
    matrix, species, coords = structure.lattice.matrix, structure.species, structure.frac_coords
    for name, stretch in (
        ("1 % larger", [1.01, 1.01, 1.01]),
        ("1 % strained", [1.01, 1, 1]),
        ("1 % sheared at constant volume", [1.01, 1 / 1.01, 1]),
    ):
        yield name, Structure(matrix @ np.diag(stretch), species, coords)
    if len(structure) > 1:
        moved = structure.copy()
        step = dice.normal(size=3)
        moved.translate_sites(
            [int(dice.integers(len(moved)))], 0.1 * step / np.linalg.norm(step), frac_coords=False
        )
        yield "one atom moved by 0.1 Å", moved
    other = structure.copy()
    other.replace(int(dice.integers(len(other))), "Xe")
    yield "one atom of another element", other
    thinned = structure.copy()
    thinned.replace(0, {thinned[0].specie: 0.9})
    yield "one site 90 % occupied", thinned


def test_different_crystals_differ(varied: list[Structure]) -> None:
    dice = np.random.default_rng(12)
    for structure in varied:
        for what, other in different_crystals(structure, dice):
            assert crystal_hash(other) != crystal_hash(structure), (structure.formula, what)
            assert not same_crystal(other, structure), (structure.formula, what)


def test_swapped_species_differ_unless_the_sites_are_alike(varied: list[Structure]) -> None:
    differing = 0
    for structure in varied:
        first, second = structure.elements[0], structure.elements[-1]
        swapped = structure.copy()
        swapped.replace_species({first: second, second: first})
        if same_crystal(structure, swapped):
            continue
        assert crystal_hash(swapped) != crystal_hash(structure), structure.formula
        differing += 1
    assert differing > 40
    swapped = ROCKSALT.copy()
    swapped.replace_species({"Na": "Cl", "Cl": "Na"})
    assert crystal_hash(swapped) == crystal_hash(ROCKSALT)


def test_database_entries_that_share_a_hash_are_the_same_crystal(table: pd.DataFrame) -> None:
    """Over all entries whose formula occurs more than once, the only place where hashes could clash."""
    shared = table[table.duplicated("formula", keep=False)].head(2500)
    assert len(shared) > 1000
    groups = defaultdict(list)
    for structure in structures_of(shared):
        groups[crystal_hash(structure)].append(structure)
    for group in groups.values():
        for other in group[1:]:
            assert same_crystal(group[0], other, tolerance=0.02), other.formula


def test_polymorphs_differ() -> None:
    def hashed(group: str, cell: Lattice, *coords: list[float]) -> str:
        return crystal_hash(Structure.from_spacegroup(group, cell, ["Zn", "S"], list(coords)))

    blende = hashed("F-43m", Lattice.cubic(5.409), [0, 0, 0], [0.25] * 3)
    wurtzite = hashed("P6_3mc", Lattice.hexagonal(3.822, 6.26), [1 / 3, 2 / 3, 0], [1 / 3, 2 / 3, 0.375])
    rocksalt = hashed("Fm-3m", Lattice.cubic(5.0), [0, 0, 0], [0.5] * 3)
    assert len({blende, wurtzite, rocksalt}) == 3


def test_enantiomorphs_differ() -> None:
    """Right quartz P3_221 and its mirror image in P3_121."""
    right = Structure.from_spacegroup(
        "P3_221", QUARTZ_CELL, ["Si", "O"], [[0.4697, 0, 2 / 3], [0.4135, 0.2669, 0.7858]]
    )
    left = Structure(right.lattice.matrix @ np.diag([1, 1, -1]), right.species, right.frac_coords)
    assert {SpacegroupAnalyzer(s).get_space_group_number() for s in (right, left)} == {152, 154}
    assert crystal_hash(right) != crystal_hash(left)
    assert not same_crystal(right, left)
    assert crystal_hash(right * (2, 1, 1)) == crystal_hash(right)


def test_mirror_images_of_an_achiral_crystal_are_one() -> None:
    mirrored = Structure(
        ROCKSALT.lattice.matrix @ np.diag([1, 1, -1]), ROCKSALT.species, ROCKSALT.frac_coords
    )
    assert crystal_hash(mirrored) == crystal_hash(ROCKSALT)


def test_oxidation_states_labels_and_moments_do_not_make_another_crystal() -> None:
    decorated = ROCKSALT.copy()
    decorated.add_oxidation_state_by_element({"Na": 1, "Cl": -1})
    decorated.add_site_property("magmom", [1.0] * 8)
    assert crystal_hash(decorated) == crystal_hash(ROCKSALT)
    assert same_crystal(decorated, ROCKSALT)
    assert digest(decorated) != digest(ROCKSALT)


def test_mixed_charges_of_one_element_count_as_one_occupant() -> None:
    mixed = Structure(Lattice.cubic(4), [{Species("Fe", 2): 0.5, Species("Fe", 3): 0.5}], [[0, 0, 0]])
    plain = Structure(Lattice.cubic(4), ["Fe"], [[0, 0, 0]])
    assert crystal_hash(mixed) == crystal_hash(plain)


def test_occupancies_survive_supercells() -> None:
    mixed = Structure(Lattice.cubic(4), [{"Fe": 0.33335, "Mn": 0.66665}, {"O": 0.9}], [[0, 0, 0], [0.5] * 3])
    assert crystal_hash(mixed * (3, 2, 1)) == crystal_hash(mixed)
    other = mixed.copy()
    other.replace(1, {"O": 0.8})
    assert crystal_hash(other) != crystal_hash(mixed)


def test_sparse_crystals_still_differ_by_their_cell() -> None:
    """An atom alone in a large box has no neighbours in any fixed radius."""
    boxes = [Structure(Lattice.orthorhombic(a, b, c), ["He"], [[0, 0, 0]]) for a, b, c in
             [(20, 20, 20), (20.2, 20.2, 20.2), (20.2, 20, 19.802)]]  # fmt: skip
    assert len({crystal_hash(box) for box in boxes}) == 3
    assert crystal_hash(boxes[0] * (2, 1, 1)) == crystal_hash(boxes[0])


def test_molecules() -> None:
    coords = np.array([[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]])
    water = Molecule(["O", "H", "H"], coords)
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    moved = Molecule(["H", "O", "H"], coords[[1, 0, 2]] @ turn + [5, -3, 2])
    assert crystal_hash(moved) == crystal_hash(water)
    assert same_crystal(moved, water)
    bent = Molecule(["O", "H", "H"], coords * [1, 1.05, 1])
    assert crystal_hash(bent) != crystal_hash(water)
    assert not same_crystal(bent, water)
    ion = Molecule(["O", "H", "H"], coords, charge=1)
    assert crystal_hash(ion) != crystal_hash(water)
    boxed = water.get_boxed_structure(20, 20, 20)
    assert crystal_hash(boxed) != crystal_hash(water)
    assert not same_crystal(boxed, water)


def test_two_parts_of_a_molecule_far_apart_have_a_distance() -> None:
    near, far = (Molecule(["Ar", "Ar"], [[0, 0, 0], [0, 0, z]]) for z in (12.0, 13.0))
    assert not same_crystal(near, far)
    assert crystal_hash(near) != crystal_hash(far)


@settings(max_examples=40, deadline=None)
@given(bits=st.integers(0, 2), site=st.integers(0, 7), axis=st.integers(0, 2))
def test_digest_sees_the_last_bit(bits: int, site: int, axis: int) -> None:
    other = ROCKSALT.copy()
    coords = other[site].frac_coords.copy()
    for _ in range(bits):
        coords[axis] = np.nextafter(coords[axis], 2)
    other.replace(site, other[site].species, coords)
    assert (digest(other) == digest(ROCKSALT)) == (bits == 0)


def test_digest_depends_on_the_cell_and_not_on_names() -> None:
    named = ROCKSALT.copy()
    named[0].label = "somewhere"
    named.properties = {"source": "a book"}
    assert digest(named) == digest(ROCKSALT)
    for other in (
        ROCKSALT * (2, 1, 1),
        Structure.from_sites(ROCKSALT.sites[::-1]),
        Structure(ROCKSALT.lattice, ROCKSALT.species, ROCKSALT.frac_coords, charge=1),
        Structure(
            ROCKSALT.lattice, ROCKSALT.species, ROCKSALT.frac_coords, site_properties={"magmom": [1] * 8}
        ),
        Structure(
            Lattice(ROCKSALT.lattice.matrix, pbc=(True, True, False)), ROCKSALT.species, ROCKSALT.frac_coords
        ),
    ):
        assert digest(other) != digest(ROCKSALT)


def test_negative_zero_is_zero() -> None:
    signed = Structure(Lattice.cubic(4), ["Fe"], [[-0.0, 0, 0]])
    assert digest(signed) == digest(Structure(Lattice.cubic(4), ["Fe"], [[0, 0, 0]]))
