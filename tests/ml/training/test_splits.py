from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core import Composition

from nanoos_lab.ml.training.splits import part_of

ELEMENTS = st.sampled_from(["Li", "Na", "Mg", "Al", "Fe", "Ti", "O", "S", "F", "N", "Si"])


@given(st.dictionaries(ELEMENTS, st.integers(1, 6), min_size=1, max_size=4), st.integers(1, 5))
def test_a_compound_has_one_part_however_it_is_written(amounts, factor):
    composition = Composition(amounts)
    part = part_of(composition.formula)
    assert part == part_of((composition * factor).formula.replace(" ", ""))
    assert part == part_of(composition.reduced_formula)


@given(st.sets(ELEMENTS, min_size=2, max_size=3), st.lists(st.integers(1, 9), min_size=6, max_size=6))
def test_a_system_is_unseen_as_a_whole(elements, counts):
    names = sorted(elements)
    formulas = ["".join(f"{e}{n}" for e, n in zip(names, c, strict=False)) for c in (counts, counts[::-1])]
    assert len({part_of(f) == "unseen" for f in formulas}) == 1


def test_the_split_is_the_one_of_the_card_in_any_process():
    formulas = ["MgO", "TiO2", "GaAs", "NaCl", "SrTiO3", "Fe2O3", "LiFePO4", "ZnS"]
    code = f"from nanoos_lab.ml.training.splits import part_of; print([part_of(f) for f in {formulas!r}])"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.strip() == str([part_of(f) for f in formulas])
    assert part_of("MgO", salt="other") in {"train", "validation", "calibration", "test", "unseen"}


def test_parts_are_as_large_as_promised_and_nothing_leaks(shared_data):
    table = pd.read_parquet(shared_data / "structures/mp20_subset.parquet", columns=["formula"])
    parts = {f: part_of(f) for f in table.formula.unique()}
    rows = Counter(table.formula.map(parts))
    for part, expected in (("test", 0.077), ("calibration", 0.077), ("unseen", 0.04), ("train", 0.787)):
        assert rows[part] / len(table) == pytest.approx(expected, abs=0.012), part
    by_part: dict[str, set[str]] = {}
    systems: dict[str, set[str]] = {}
    for formula, part in parts.items():
        by_part.setdefault(part, set()).add(Composition(formula).reduced_formula)
        systems.setdefault(part, set()).add(Composition(formula).chemical_system)
    others = set().union(*(v for p, v in by_part.items() if p != "test"))
    assert not by_part["test"] & others
    assert not systems["unseen"] & set().union(*(v for p, v in systems.items() if p != "unseen"))
