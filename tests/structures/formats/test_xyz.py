"""XYZ and extended XYZ, against pymatgen and ASE."""

from __future__ import annotations

import gzip
import io
import warnings
from typing import TYPE_CHECKING

import ase
import ase.io
import numpy as np
import pytest
from pymatgen.core import Molecule, Species, Structure
from pymatgen.io.xyz import XYZ

from nanoos_lab.errors import StructureParseError
from nanoos_lab.structures import read_structure, read_structures

if TYPE_CHECKING:
    from pathlib import Path

NOT_ATOMS = {"cube-gh-2817.xyz": "expected the number of atoms", "EDI_voro.xyz": "on top of each other"}
"""A cube file, and Voronoi nodes written as aluminium; pymatgen reads both."""


def test_every_messy_xyz_agrees_with_pymatgen(shared_data: Path) -> None:
    paths = sorted(p for p in (shared_data / "messy_structures").rglob("*.xyz*") if p.is_file())
    assert len(paths) > 80
    for path in paths:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if path.name in NOT_ATOMS:
            with pytest.raises(StructureParseError, match=NOT_ATOMS[path.name]):
                read_structures(path)
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = XYZ.from_str(raw.decode()).all_molecules
        ours = [parsed.structure for parsed in read_structures(path)]
        assert len(ours) == len(theirs), path
        for mine, other in zip(ours, theirs, strict=True):
            assert mine.species == other.species, path
            assert np.allclose(mine.cart_coords, other.cart_coords), path


def test_extended_xyz_as_ase_writes_it() -> None:
    atoms = ase.Atoms(
        "MgO", positions=[[0, 0, 0], [2.1, 0, 0]], cell=np.diag([4.2, 4.3, 4.4]) + 0.1, pbc=True
    )
    atoms.info["energy_note"] = 'a "quoted" word'
    atoms.info["step"] = 7
    atoms.arrays["forces"] = np.array([[0.1, 0, -0.2], [0, 1, 2]])
    atoms.arrays["tag_name"] = np.array(["one", "two"])
    buffer = io.StringIO()
    ase.io.write(buffer, [atoms, atoms[:1]], format="extxyz")
    first, second = read_structures(buffer.getvalue())
    structure = first.structure
    assert isinstance(structure, Structure)
    assert np.allclose(structure.lattice.matrix, atoms.cell[:])
    assert np.allclose(structure.cart_coords, atoms.positions)
    assert structure.site_properties["forces"] == [[0.1, 0, -0.2], [0, 1, 2]]
    assert structure.site_properties["tag_name"] == ["one", "two"]
    assert structure.properties["step"] == 7
    assert structure.properties["energy_note"] == 'a "quoted" word'
    assert len(second.structure) == 1


def test_periodicity_decides_between_crystal_and_molecule() -> None:
    frame = '1\nLattice="3 0 0 0 3 0 0 0 9" Properties=species:S:1:pos:R:3 pbc="{}"\nC 0 0 0\n'
    slab = read_structure(frame.format("T T F")).structure
    assert isinstance(slab, Structure)
    assert slab.lattice.pbc == (True, True, False)
    assert isinstance(read_structure(frame.format("F F F")).structure, Molecule)


def test_oxidation_states_and_atomic_numbers() -> None:
    text = '2\nLattice="3 0 0 0 3 0 0 0 3" Properties=Z:I:1:pos:R:3:oxidation_state:R:1\n12 0 0 0 2\n8 1.5 1.5 1.5 -2\n'
    assert [site.specie for site in read_structure(text).structure] == [Species("Mg", 2), Species("O", -2)]


def test_fortran_and_mathematica_numbers() -> None:
    structure = read_structure("2\n\nH 0.0D+00 0 0\nH 7.4*^-1 0 0\n").structure
    assert structure.get_distance(0, 1) == pytest.approx(0.74)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("3\n\nH 0 0 0\nH 0 0 0.7\n", 5, "3 atoms are announced but only 2 follow"),
        ("2\n\nH 0 0 0\nH 0 0 x\n", 4, "the coordinate 'x' is not a number"),
        ("2\n\nH 0 0 0\nH 0 0 inf\n", 4, "the coordinate 'inf' is not a number"),
        ("2\n\nH 0 0 0\nH 0 0\n", 4, "expected 4 columns"),
        ("2\n\nH 0 0 0\nQz 0 0 1\n", 4, "unknown element 'Qz'"),
        ("2\n\nH 0 0 0\nH 0 0 0.01\n", 4, "on top of each other"),
        ("2\n\nH 0 0 0\nH 0 0 1e19\n", 4, "an atom lies 1e+19 Å away"),
        ("0\n\n", 1, "0 atoms is not a structure"),
        ("1\n\nH 0 0 0\nand so on\n", 4, "expected another frame's number of atoms"),
        ('1\nLattice="1 2 3"\nH 0 0 0\n', 2, "Lattice must be nine numbers"),
        ('1\nLattice="1 0 0 2 0 0 0 0 1"\nH 0 0 0\n', 2, "flat"),
        ("1\nProperties=species:S:1:pos:R\nH 0 0 0\n", 2, "name:kind:width"),
        ("1\nProperties=species:S:1:pos:R:2\nH 0 0 0\n", 2, "pos must be three real numbers"),
        ("1\nProperties=species:S:1:force:R:3\nH 0 0 0\n", 2, "must name species and pos"),
        ('1\npbc="T T"\nH 0 0 0\n', 2, "pbc must be three"),
    ],
)
def test_errors_name_the_line(text: str, line: int, message: str) -> None:
    with pytest.raises(StructureParseError) as caught:
        read_structures(text, name="bad.xyz", format="xyz")
    assert message in caught.value.problem
    assert caught.value.line == line
