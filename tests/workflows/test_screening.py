from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.workflows.findings import (
    mean_error,
    measured_pairs,
    ranking_frame,
    ranking_text,
    scatter_frame,
    second_axis,
    summary_sentences,
)
from nanoos_lab.workflows.screening import VALUE_COLUMNS, Limit, parse_limits, rank, shortlist


def value(candidate: str, number: float, **more: Any) -> dict[str, Any]:
    base = {
        "property": "bulk_modulus",
        "unit": "GPa",
        "uncertainty": 2.0,
        "uncertainty_kind": "fit",
        "origin": "computed",
        "method": "CHGNet",
        "converged": True,
        "in_domain": None,
        "synthetic": False,
        "task": "eos",
        "run": "r",
        "source": "",
        "note": "",
    }
    return {**base, "candidate": candidate, "value": number, **more}


def formation(candidate: str, number: float, **more: Any) -> dict[str, Any]:
    return value(candidate, number, property="formation_energy", unit="eV/atom", origin="predicted", **more)


def values(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(VALUE_COLUMNS))


def candidates(*names: str) -> pd.DataFrame:
    rows = [(n, n.upper(), n.upper(), f"m{n}") for n in names]
    return pd.DataFrame(rows, columns=["candidate", "label", "formula", "material"])


def order(table: pd.DataFrame) -> list[str]:
    return list(table["candidate"])


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("<= 0.05", None, 0.05),
        ("≤0.05", None, 0.05),
        ("> -3", -3.0, None),
        (">= −1e-2", -0.01, None),
        ("8..14", 8.0, 14.0),
        ("-1 to 1", -1.0, 1.0),
    ],
)
def test_limits_are_read_as_people_write_them(text: str, low: float | None, high: float | None) -> None:
    assert parse_limits({"formation_energy": text}) == [Limit("formation_energy", low, high)]


@pytest.mark.parametrize("text", ["", "0.05", "<= ten", "14..8", "__import__('os')"])
def test_a_limit_that_cannot_be_read_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(InvalidInputError, match="write it as"):
        parse_limits({"formation_energy": text})


def test_a_limit_on_an_unknown_property_gets_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match="formation_energy"):
        parse_limits({"formation_enrgy": "<= 0"})


def test_the_ends_of_a_limit_belong_to_it() -> None:
    limit = Limit("volume_per_atom", 8.0, 14.0)
    assert [limit.allows(v) for v in (7.99, 8.0, 14.0, 14.01)] == [False, True, True, False]


@pytest.mark.parametrize(("direction", "expected"), [("max", ["b", "c", "a"]), ("min", ["a", "c", "b"])])
def test_the_best_comes_first(direction: str, expected: list[str]) -> None:
    table = values(value("a", 10), value("b", 30), value("c", 20))
    ranking = rank(candidates("a", "b", "c"), table, objective="bulk_modulus", direction=direction)
    assert order(ranking.placed) == expected
    assert list(ranking.placed["place"]) == [1, 2, 3]


def test_only_one_method_is_ranked_and_computed_comes_before_predicted() -> None:
    table = values(
        value("a", 10),
        value("b", 20),
        value("b", 900, method="other"),
        value("c", 999, origin="predicted", method="model"),
        value("c", 999, origin="measured", method="literature"),
    )
    ranking = rank(candidates("a", "b", "c"), table, objective="bulk_modulus")
    assert ranking.method == "CHGNet"
    assert order(ranking.placed) == ["b", "a"]
    assert "no bulk modulus by this method" in ranking.set_aside.iloc[0]["reasons"]


def test_measured_values_alone_are_not_ranked() -> None:
    ranking = rank(candidates("a"), values(value("a", 1, origin="measured")), objective="bulk_modulus")
    assert ranking.placed.empty


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        ({"synthetic": True}, "synthetic"),
        ({"converged": False}, "not converged"),
        ({"in_domain": False}, "domain"),
    ],
)
def test_a_flawed_value_never_wins_but_is_shown_with_its_reason(flaw: dict[str, bool], reason: str) -> None:
    table = values(value("a", 10), value("b", 1000, **flaw))
    ranking = rank(candidates("a", "b"), table, objective="bulk_modulus")
    assert order(ranking.placed) == ["a"]
    aside = ranking.set_aside.iloc[0]
    assert (aside["value"], aside["place"] is pd.NA) == (1000, True)
    assert reason in aside["reasons"]


def test_in_domain_of_none_is_no_objection_after_a_round_through_a_table() -> None:
    table = values(value("a", 10, in_domain=None), value("b", 20, in_domain=True))
    assert len(rank(candidates("a", "b"), table, objective="bulk_modulus").placed) == 2


def test_limits_keep_out_what_is_beyond_and_what_is_not_known() -> None:
    table = values(
        value("a", 10), value("b", 20), value("c", 30),
        formation("a", -1.0), formation("b", 0.2),
    )  # fmt: skip
    limits = parse_limits({"formation_energy": "<= 0.05"})
    ranking = rank(candidates("a", "b", "c"), table, objective="bulk_modulus", limits=limits)
    assert order(ranking.placed) == ["a"]
    reasons = dict(zip(ranking.table["candidate"], ranking.table["reasons"], strict=True))
    assert "0.2000 eV/atom, outside formation energy ≤ 0.05 eV/atom" in reasons["b"]
    assert "not known" in reasons["c"]


def test_a_failed_run_is_the_reason_given_and_not_its_echo() -> None:
    ranking = rank(
        candidates("a", "b"),
        values(value("a", 10)),
        objective="bulk_modulus",
        limits=(),
        problems={"b": ["relax failed: no"]},
    )
    assert ranking.set_aside.iloc[0]["reasons"] == "relax failed: no"


def test_equal_values_are_ordered_by_name_whatever_the_order_given() -> None:
    table = values(value("b", 10), value("a", 10))
    one = rank(candidates("a", "b"), table, objective="bulk_modulus")
    two = rank(candidates("b", "a"), table, objective="bulk_modulus")
    assert order(one.placed) == order(two.placed) == ["a", "b"]


def test_a_wrong_direction_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="'max' or 'min'"):
        rank(candidates("a"), values(), objective="bulk_modulus", direction="up")


def test_the_shortlist_drops_what_limits_forbid_and_goes_by_prediction() -> None:
    table = values(
        value("a", 10, origin="predicted"),
        value("b", 30, origin="predicted"),
        value("d", 50, origin="predicted"),
        formation("d", 0.3),
    )
    limits = parse_limits({"formation_energy": "<= 0.05"})
    every = candidates("a", "b", "c", "d")
    assert shortlist(every, table, limits, objective="bulk_modulus") == ["b", "a", "c"]
    assert shortlist(every, table, limits, objective="bulk_modulus", direction="min") == ["a", "b", "c"]
    assert shortlist(every, table, limits, objective="bulk_modulus", at_most=1) == ["b"]


MEASURED = pd.DataFrame(
    [
        ("ma", "bulk_modulus", 160.0, 2.0, "Bell 1963"),
        ("ma", "bulk_modulus", 170.0, math.nan, "Other 1970"),
        ("mb", "bulk_modulus", 98.0, math.nan, "Hall 1967"),
    ],
    columns=["material", "property", "value", "uncertainty", "source"],
)


def test_pairs_take_the_median_and_leave_out_the_synthetic() -> None:
    table = values(value("a", 150), value("b", 90), value("b", 1, method="toy", synthetic=True))
    pairs = measured_pairs(table, MEASURED, candidates("a", "b"))
    assert dict(zip(pairs["label"], pairs["measured"], strict=True)) == {"A": 165.0, "B": 98.0}
    assert pairs.iloc[0]["sources"] == "Bell 1963; Other 1970"
    assert mean_error(pairs, "bulk_modulus", "CHGNet") == (pytest.approx((15 + 8) / 2), 2)


def test_no_measurement_gives_no_pairs() -> None:
    assert measured_pairs(values(value("a", 150)), MEASURED.head(0), candidates("a")).empty


def test_the_summary_names_the_leader_its_rival_and_what_is_not_settled() -> None:
    table = values(value("a", 150), value("b", 144), value("c", 20), value("d", 1, converged=False))
    every = candidates("a", "b", "c", "d")
    ranking = rank(every, table, objective="bulk_modulus")
    text = " ".join(summary_sentences(ranking, measured_pairs(table, MEASURED, every)))
    assert "3 of 4 candidates could be ranked by bulk modulus." in text
    assert "A leads with 150.0 ± 2.0 GPa, before B with 144.0 ± 2.0 GPa." in text
    assert text.endswith("Method: CHGNet.")
    assert "not settled against B" in text
    assert "1 was set aside" in text


def test_the_summary_says_so_when_nothing_can_be_ranked() -> None:
    ranking = rank(candidates("a"), values(value("a", 1, synthetic=True)), objective="bulk_modulus")
    text = " ".join(summary_sentences(ranking, MEASURED.head(0)))
    assert "0 of 1" in text
    assert "synthetic" in text
    assert "set aside" in ranking_text(ranking)


def test_an_empty_screening_is_not_an_error() -> None:
    ranking = rank(candidates(), values(), objective="bulk_modulus")
    assert ranking.table.empty
    assert "0 of 0" in summary_sentences(ranking, MEASURED)[0]


def test_figures_get_every_row_with_a_value() -> None:
    table = values(value("a", 150), value("b", 144, in_domain=False), formation("a", -1.0))
    ranking = rank(candidates("a", "b", "c"), table, objective="bulk_modulus")
    frame = ranking_frame(ranking)
    assert list(frame["label"]) == ["A", "B"]
    assert list(frame["ranked"]) == [True, False]
    assert second_axis(ranking, table) == "formation_energy"
    points = scatter_frame(ranking, table, "formation_energy").set_index("label")
    assert points.loc["A", "formation_energy"] == -1.0
    assert math.isnan(points.loc["B", "formation_energy"])
