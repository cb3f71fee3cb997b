from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.training.partition import LEAST, Split, divide

KINDS = ["random", "chemical-system", "composition-cluster"]
CATIONS = ["Li", "Na", "K", "Rb", "Cs", "Mg", "Ca", "Sr", "Ba", "Zn", "Cd", "Be"]
ANIONS = ["F", "Cl", "Br", "I", "O", "S", "Se", "Te", "N", "P"]


@pytest.fixture(scope="module")
def crystals():
    made = []
    for cation in CATIONS:
        for anion in ANIONS:
            for k in range(2):
                lattice = Lattice.cubic(4.0 + 0.1 * k)
                made.append(Structure(lattice, [cation, anion], [[0, 0, 0], [0.5, 0.5, 0.5]]))
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_the_parts_do_not_depend_on_the_order_of_rows(crystals, kind):
    split = Split(kind=kind, seed=3)
    order = np.random.default_rng(0).permutation(len(crystals))
    first = divide(crystals, split)
    second = divide([crystals[k] for k in order], split)
    for part, rows in first.items():
        assert set(rows) == set(order[second[part]])


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_in_one_part_and_parts_have_their_share(crystals, kind):
    parts = divide(crystals, Split(kind=kind))
    assert sorted(np.concatenate(list(parts.values()))) == list(range(len(crystals)))
    for part, share in Split().shares.items():
        assert len(parts[part]) >= LEAST[part]
        assert len(parts[part]) == pytest.approx(share * len(crystals), abs=25 if "cluster" in kind else 3)


def test_another_seed_gives_other_parts(crystals):
    one, other = (divide(crystals, Split(seed=seed))["test"] for seed in (0, 1))
    assert set(one) != set(other)


def test_a_chemical_system_stays_together(crystals):
    parts = divide(crystals, Split(kind="chemical-system"))
    part_of = {row: part for part, rows in parts.items() for row in rows}
    for row in range(0, len(crystals), 2):
        assert part_of[row] == part_of[row + 1]


def test_alike_compositions_stay_together_more_often_than_by_chance(crystals):
    parts = divide(crystals, Split(kind="composition-cluster"))
    test = [crystals[row].composition.chemical_system for row in parts["test"]]
    by_chance = [crystals[row].composition.chemical_system for row in divide(crystals, Split())["test"]]

    def elements(systems):
        return {e for s in systems for e in s.split("-")}

    assert len(elements(test)) / len(test) < len(elements(by_chance)) / len(by_chance)


def test_too_few_rows_are_refused_with_the_number_it_takes(crystals):
    with pytest.raises(InvalidInputError, match=r"30 rows are too few to train on.*at least 100"):
        divide(crystals[:30], Split())


def test_one_large_group_is_refused(crystals):
    alike = [
        Structure(Lattice.cubic(4.0 + 0.01 * k), ["Li", "F"], [[0, 0, 0], [0.5, 0.5, 0.5]])
        for k in range(120)
    ]
    with pytest.raises(InvalidInputError, match="they fall into 1 groups"):
        divide(alike, Split(kind="chemical-system"))


def test_parts_must_add_up():
    with pytest.raises(ValueError, match=r"add up to 0\.9"):
        Split(train=0.5)
