"""Guessed structures: which elements stand in for which, and how large the cell becomes."""

from __future__ import annotations

import pytest
from pymatgen.core import Composition, Lattice, Structure

from nanoos_lab.structures.prototypes import best_substitution, step_between, substituted


def amounts(formula: str) -> dict[str, float]:
    return Composition(formula).get_el_amt_dict()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("LiFePO4", "NaMnPO4", "Fe → Mn, Li → Na"),
        ("SrTiO3", "BaZrO3", "Sr → Ba, Ti → Zr"),
        ("MgO", "CaO", "Mg → Ca"),
        ("NaCl", "KBr", "Cl → Br, Na → K"),
    ],
)
def test_similar_elements_take_each_others_places(old: str, new: str, words: str) -> None:
    found = best_substitution(amounts(old), amounts(new))
    assert found is not None
    assert found.words == words


@pytest.mark.parametrize(
    ("old", "new"), [("NaCl", "FeAl"), ("SrTiO3", "Al2O3"), ("MgO", "MgAu"), ("LiH", "NaK")]
)
def test_unlike_elements_and_other_types_do_not(old: str, new: str) -> None:
    assert best_substitution(amounts(old), amounts(new)) is None


def test_the_scale_is_symmetric_and_knows_groups() -> None:
    assert step_between("Fe", "Fe") == 0
    assert step_between("Mg", "Ca") == step_between("Ca", "Mg") < step_between("Mg", "Fe")


@pytest.mark.parametrize(
    ("old", "a", "new", "expected"), [("MgO", 4.212, "CaO", 4.811), ("NaCl", 5.640, "KBr", 6.600)]
)
def test_a_scaled_cell_comes_near_the_measured_one(old: str, a: float, new: str, expected: float) -> None:
    """Rock salt at room temperature, Å: R. W. G. Wyckoff, Crystal Structures, vol. 1 (1963)."""
    cation, anion = Composition(old).elements
    crystal = Structure.from_spacegroup(225, Lattice.cubic(a), [cation, anion], [[0, 0, 0], [0.5, 0.5, 0.5]])
    found = best_substitution(amounts(old), amounts(new))
    assert found is not None
    guessed = substituted(crystal, found)
    assert guessed.composition.reduced_formula == new
    assert guessed.lattice.a == pytest.approx(expected, rel=0.04)
    assert guessed.lattice.angles == pytest.approx((90, 90, 90))
