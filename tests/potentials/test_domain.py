from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import DummySpecies, Lattice, Molecule, Structure

from nanoos_lab.errors import InvalidInputError, OutOfDomainError
from nanoos_lab.potentials import chgnet
from nanoos_lab.testing import CRYSTALS, crystal

CELL = Lattice.cubic(4.2)
ENDS = [[0, 0, 0], [0.5, 0.5, 0.5]]


@pytest.mark.parametrize("formula", CRYSTALS)
def test_common_crystals_pass(formula):
    chgnet.check(crystal(formula))


def test_oxidation_states_pass():
    structure = crystal("MgO")
    structure.add_oxidation_state_by_guess()
    chgnet.check(structure)


@pytest.mark.parametrize(
    ("structure", "error", "words"),
    [
        (
            Molecule(["O", "H"], [[0, 0, 0], [0.96, 0, 0]]),
            InvalidInputError,
            ["Molecule", "get_boxed_structure"],
        ),
        ("NaCl", InvalidInputError, ["str", "pymatgen Structure"]),
        (Structure(CELL, [], []), InvalidInputError, ["without atoms"]),
        (Structure(CELL, [{"Na": 0.5}, "Cl"], ENDS), InvalidInputError, ["site 0", "partially", "ordered"]),
        (Structure(CELL, ["Na", DummySpecies("X")], ENDS), InvalidInputError, ["site 1", "dummy"]),
        (Structure(CELL, ["D", "Cl"], ENDS), InvalidInputError, ["site 0", "replace_species", "'H'"]),
        (Structure(CELL, ["Po", "Cl"], ENDS), OutOfDomainError, ["site 0", "Po", "never trained"]),
        (Structure(CELL, ["Am", "Cl"], ENDS), OutOfDomainError, ["Am"]),
        (
            Structure(CELL, ["Na", "Cl"], [[0, 0, 0], [0.1, 0, 0]]),
            InvalidInputError,
            ["sites 0", "0.420 Å", "merge"],
        ),
        (
            Structure(Lattice.cubic(9), ["Na"], [[0, 0, 0]]),
            OutOfDomainError,
            ["site 0", "within 6 Å", "isolated"],
        ),
        (Structure(CELL, ["Na"], [[np.nan, 0, 0]]), InvalidInputError, ["not finite"]),
        (
            Structure(Lattice(CELL.matrix, pbc=(True, True, False)), ["Na"], [[0, 0, 0]]),
            InvalidInputError,
            ["vacuum"],
        ),
    ],
)
def test_what_cannot_be_known_is_refused_with_site_and_remedy(structure, error, words):
    with pytest.raises(error) as caught:
        chgnet.check(structure)
    for word in words:
        assert word in str(caught.value)


def test_an_isolated_atom_among_others_is_named():
    structure = Structure(
        Lattice.orthorhombic(14, 14, 14), ["Na", "Cl", "Xe"], [[0, 0, 0], [0.2, 0, 0], [0.6, 0.5, 0.5]]
    )
    with pytest.raises(OutOfDomainError, match=r"site 2 \(Xe\)"):
        chgnet.check(structure)
