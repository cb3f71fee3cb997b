"""Which values make pairs, and which do not."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from nanoos_lab.agreement.chemistry import chemistry_of, elements_of, size_of
from nanoos_lab.agreement.pairs import pair_values
from nanoos_lab.errors import InvalidInputError


def _values(*rows, **more):
    columns = ["material", "origin", "method", "value", "synthetic", "converged"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(**{
        "property": "bulk_modulus", "structure": frame["material"], "name": frame["material"],
        "formula": frame["material"], "uncertainty": float("nan"), **more,
    })  # fmt: skip


def _pairs(values, truth="measured", **options):
    table = pair_values(values, "bulk_modulus", truth, **options).table
    return sorted(zip(table["material"], table["method"], table["reference"], table["estimate"], strict=True))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("SrTiO3", "oxides"),
        ("NaCl", "halides"),
        ("ZnS", "chalcogenides"),
        ("GaAs", "nitrides and pnictides"),
        ("TiC", "carbides and borides"),
        ("Si", "elements"),
        ("Ni3Al", "intermetallics"),
        ("Co2Cl4", "halides"),
    ],
)
def test_a_compound_is_classed_by_its_anion(formula, expected):
    assert chemistry_of(formula) == expected


def test_a_compound_is_classed_by_how_many_elements_it_has():
    assert elements_of("SrTiO3") == ("O", "Sr", "Ti")
    assert [size_of(one) for one in ("Si", "NaCl", "SrTiO3", "LiFePO4", "KNaMgAlO2")] == [
        "elements", "binary", "ternary", "quaternary", "5 elements",
    ]  # fmt: skip


def test_synthetic_and_unconverged_values_make_no_pair_and_are_counted():
    values = _values(
        ("MgO", "measured", "x", 160.0, False, True), ("MgO", "measured", "y", 164.0, False, True),
        ("NaCl", "measured", "x", 25.0, False, True), ("MgO", "predicted", "m", 165.0, False, True),
        ("NaCl", "predicted", "m", 21.0, False, True), ("NaCl", "predicted", "toy", 99.0, True, True),
        ("NaCl", "computed", "dft", 24.0, False, False), ("Si", "predicted", "m", 1.0, False, True),
    )  # fmt: skip
    assert _pairs(values) == [("MgO", "m", 162.0, 165.0), ("NaCl", "m", 25.0, 21.0)]
    counted = pair_values(values, "bulk_modulus", "measured")
    assert (counted.synthetic, counted.unconverged, counted.without_reference, counted.unlike) == (1, 1, 1, 0)


def test_nothing_in_common_is_no_pair():
    values = _values(("MgO", "measured", "x", 160.0, False, True), ("Si", "predicted", "m", 1.0, False, True))
    assert pair_values(values, "bulk_modulus", "measured").table.empty
    assert pair_values(values, "band_gap", "measured").table.empty


def test_values_under_other_conditions_make_no_pair():
    values = _values(
        ("MgO", "measured", "x", 160.0, False, True), ("MgO", "measured", "hot", 130.0, False, True),
        ("MgO", "predicted", "m", 165.0, False, True),
    )  # fmt: skip
    values["conditions"] = [{"temperature_K": 298.0}, {"temperature_K": 1500.0}, {}]
    assert _pairs(values) == [("MgO", "m", 160.0, 165.0)]
    values["conditions"] = [{"pressure_GPa": 20.0}, {"temperature_K": 1500.0}, {}]
    assert pair_values(values, "bulk_modulus").unlike == 1
    values["conditions"] = [{"temperature_K": 298.0}, {"temperature_K": 1500.0}, {"temperature_K": 1501.0}]
    assert _pairs(values) == [("MgO", "m", 130.0, 165.0)]


def test_a_method_is_held_against_another_one():
    values = _values(
        ("MgO", "computed", "PBE 6.7 · k-points 4", 150.0, False, True),
        ("NaCl", "computed", "PBE 6.7 · k-points 6", 24.0, False, True),
        ("MgO", "predicted", "m", 155.0, False, True), ("NaCl", "computed", "SCAN", 26.0, False, True),
        ("MgO", "measured", "x", 160.0, False, True),
    )  # fmt: skip
    assert _pairs(values, "PBE 6.7") == [
        ("MgO", "m", 150.0, 155.0), ("MgO", "x", 150.0, 160.0), ("NaCl", "SCAN", 24.0, 26.0),
    ]  # fmt: skip
    assert _pairs(values, "PBE 6.7", methods=["SCAN"]) == [("NaCl", "SCAN", 24.0, 26.0)]
    with pytest.raises(InvalidInputError, match=r"'SCAN'.*or one of the methods|PBE 6\.7"):
        pair_values(values, "bulk_modulus", "PBEsol")
    with pytest.raises(InvalidInputError, match="'gnn' has no value to compare"):
        pair_values(values, "bulk_modulus", methods=["gnn"])


def test_recipes_that_differ_in_numbers_alone_are_one_method_and_versions_are_two():
    values = _values(
        ("MgO", "measured", "x", 160.0, False, True), ("NaCl", "measured", "x", 25.0, False, True),
        ("MgO", "computed", "PBE 6.7 · k-points 4", 150.0, False, True),
        ("NaCl", "computed", "PBE 6.7 · k-points 6", 24.0, False, True),
        ("MgO", "predicted", "m 1", 1.0, False, True), ("MgO", "predicted", "m 2", 2.0, False, True),
    )  # fmt: skip
    assert [p[:2] for p in _pairs(values)] == [
        ("MgO", "PBE 6.7 · k-points …"), ("MgO", "m 1"), ("MgO", "m 2"), ("NaCl", "PBE 6.7 · k-points …"),
    ]  # fmt: skip


def test_a_reference_of_a_structure_meets_what_was_said_of_that_structure():
    values = _values(
        ("MgO", "computed", "dft", 150.0, False, True), ("MgO", "predicted", "m", 140.0, False, True),
        ("MgO", "predicted", "m", 90.0, False, True),
    )  # fmt: skip
    values["structure"] = ["relaxed", "relaxed", "stretched"]
    assert _pairs(values, "computed") == [("MgO", "m", 150.0, 140.0)]
    values["structure"] = ["other", "relaxed", "stretched"]
    assert _pairs(values, "computed") == [("MgO", "m", 150.0, 115.0)]


def test_a_pair_tells_where_it_comes_from():
    values = _values(
        ("MgO", "measured", "x", 160.0, False, True), ("MgO", "predicted", "m", 165.0, False, True)
    )
    values["source"], values["in_domain"] = ["Anderson 1966", ""], [None, False]
    values["uncertainty"], values["uncertainty_kind"] = [2.0, 8.0], ["standard", "conformal_90"]
    (row,) = pair_values(values, "bulk_modulus", systems={"MgO": "cubic"}).table.to_dict("records")
    assert (row["reference_source"], row["reference_method"], row["crystal_system"]) == (
        "Anderson 1966",
        "x",
        "cubic",
    )
    assert (row["uncertainty"], row["reference_uncertainty"], row["uncertainty_kind"]) == (
        8.0,
        2.0,
        "conformal_90",
    )
    assert (row["error"], row["in_domain"], row["size"]) == (5.0, False, "binary")
    assert math.isclose(row["estimate"] - row["reference"], row["error"])
