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
def test_without_an_id_a_compound_has_one_part_however_it_is_written(amounts, factor):
    composition = Composition(amounts)
    part = part_of(composition.formula)
    assert part == part_of((composition * factor).formula.replace(" ", ""))
    assert part == part_of(composition.reduced_formula)


@given(st.sets(ELEMENTS, min_size=2, max_size=3), st.lists(st.integers(1, 9), min_size=6, max_size=6))
def test_a_system_is_unseen_as_a_whole_whatever_the_ids(elements, counts):
    names = sorted(elements)
    formulas = ["".join(f"{e}{n}" for e, n in zip(names, c, strict=False)) for c in (counts, counts[::-1])]
    assert len({part_of(f, f"mp-{k}") == "unseen" for f in formulas for k in range(3)}) == 1


def test_materials_of_one_formula_are_drawn_apart_and_one_id_is_not():
    drawn = {k: part_of("MgO", f"mp-{k}") for k in range(200)}
    assert set(drawn.values()) == {"train", "validation", "calibration", "test"}
    assert part_of("Mg2O2", "mp-7") == drawn[7]


def test_the_split_is_the_one_of_the_card_in_any_process():
    formulas = ["MgO", "TiO2", "GaAs", "NaCl", "SrTiO3", "Fe2O3", "LiFePO4", "ZnS"]
    code = (
        "from nanoos_lab.ml.training.splits import part_of;"
        f"print([part_of(f, f'mp-{{k}}') for k, f in enumerate({formulas!r})])"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.strip() == str([part_of(f, f"mp-{k}") for k, f in enumerate(formulas)])
    assert part_of("MgO", salt="other") in {"train", "validation", "calibration", "test", "unseen"}


def test_parts_are_as_large_as_promised_and_no_system_leaks(shared_data):
    table = pd.read_parquet(
        shared_data / "structures/mp20_subset.parquet", columns=["material_id", "formula"]
    )
    parts = [part_of(f, i) for f, i in zip(table.formula, table.material_id, strict=True)]
    rows = Counter(parts)
    for part, expected in (("test", 0.078), ("calibration", 0.078), ("unseen", 0.03), ("train", 0.795)):
        assert rows[part] / len(table) == pytest.approx(expected, abs=0.012), part
    systems: dict[str, set[str]] = {}
    for formula, part in zip(table.formula, parts, strict=True):
        systems.setdefault(part, set()).add(Composition(formula).chemical_system)
    assert not systems["unseen"] & set().union(*(v for p, v in systems.items() if p != "unseen"))
