"""Errors against numbers by hand and against scikit-learn, and two methods on the same rows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from nanoos_lab.agreement.errors import errors, errors_by, errors_by_chemistry, worst
from nanoos_lab.agreement.paired import difference
from nanoos_lab.agreement.pairs import Pairs
from nanoos_lab.agreement.saying import left_out, said_of
from nanoos_lab.errors import InvalidInputError, UnknownNameError


def _table(*rows):
    columns = ["material", "formula", "chemistry", "method", "reference", "estimate", "uncertainty"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        error=table["estimate"] - table["reference"], uncertainty_kind="conformal_90", in_domain=True,
        size="binary", crystal_system="cubic", label=table["material"],
    )  # fmt: skip


BY_HAND = _table(
    ("MgO", "MgO", "oxides", "m", 162.0, 165.0, 4.0), ("NaCl", "NaCl", "halides", "m", 25.0, 21.0, 1.0)
)


def test_errors_are_by_hand():
    (row,) = errors(BY_HAND).to_dict("records")
    assert (row["n"], row["mae"], row["median"], row["bias"]) == (2, 3.5, 3.5, -0.5)
    assert math.isclose(row["rmse"], math.sqrt((9 + 16) / 2))
    assert math.isclose(row["mape"], 100 * (3 / 162 + 4 / 25) / 2)
    assert math.isclose(row["mae_se"], math.sqrt(0.5) / math.sqrt(2))
    assert (row["intervals"], row["coverage"], row["nominal"]) == (2, 0.5, 0.9)
    assert set(errors_by_chemistry(BY_HAND)["chemistry"]) == {"all", "oxides", "halides"}


def test_errors_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    truth = rng.normal(3, 2, 200)
    said = truth + rng.normal(0.2, 0.5, 200)
    table = _table(
        *[
            (str(k), "NaCl", "halides", "m", t, e, 1.0)
            for k, (t, e) in enumerate(zip(truth, said, strict=True))
        ]
    )
    (row,) = errors(table).to_dict("records")
    assert row["r2"] == pytest.approx(metrics.r2_score(truth, said))
    assert row["rmse"] == pytest.approx(metrics.root_mean_squared_error(truth, said))
    assert row["mae"] == pytest.approx(metrics.mean_absolute_error(truth, said))
    assert row["median"] == pytest.approx(metrics.median_absolute_error(truth, said))


def test_the_error_of_a_fit_is_no_interval_and_one_reference_gives_no_r2():
    table = BY_HAND.head(1).assign(uncertainty_kind="fit")
    (row,) = errors(table).to_dict("records")
    assert row["intervals"] == 0
    assert math.isnan(row["coverage"])
    assert math.isnan(row["r2"])
    assert math.isnan(row["mae_se"])


def test_coverage_of_a_standard_uncertainty_is_meant_to_be_68_per_cent():
    rng = np.random.default_rng(1)
    off = rng.normal(0, 2.0, 20_000)
    table = pd.DataFrame({"method": "m", "reference": 0.0, "estimate": off, "uncertainty": 2.0,
                          "uncertainty_kind": "standard"})  # fmt: skip
    (row,) = errors(table).to_dict("records")
    assert row["coverage"] == pytest.approx(row["nominal"], abs=0.01)


def test_a_compound_counts_for_each_of_its_elements():
    table = _table(
        ("a", "MgO", "oxides", "m", 0.0, 1.0, 1.0), ("b", "Na2O", "oxides", "m", 0.0, 3.0, 1.0),
        ("c", "NaCl", "halides", "m", 0.0, 5.0, 1.0),
    )  # fmt: skip
    by = errors_by(table, "element").set_index("element")["mae"]
    assert dict(by) == {"all": 3.0, "Na": 4.0, "O": 2.0, "Cl": 5.0, "Mg": 1.0}
    assert set(errors_by(table, "element", least=2)["element"]) == {"all", "Na", "O"}
    with pytest.raises(UnknownNameError, match="chemistry"):
        errors_by(table, "chemsitry")


def test_the_worst_come_first():
    table = pd.concat([BY_HAND, _table(("X", "KCl", "halides", "m", 10.0, 2.0, 1.0))], ignore_index=True)
    assert list(worst(table, 2)["material"]) == ["X", "NaCl"]


def _two(n, lead, *, seed=0):
    """Two methods whose errors are mostly the same hard rows, the second further off by ``lead``."""
    rng = np.random.default_rng(seed)
    hard = np.abs(rng.normal(0, 1.0, n)) + 0.5
    rows = []
    for k in range(n):
        rows.append((str(k), "NaCl", "halides", "a", 0.0, hard[k] + rng.normal(0, 0.05), 9.0))
        rows.append((str(k), "NaCl", "halides", "b", 0.0, -hard[k] - lead + rng.normal(0, 0.05), 9.0))
    return _table(*rows)


def test_a_small_lead_is_settled_on_shared_rows_that_separate_averages_leave_open():
    table = _two(100, 0.05)
    found = difference(table, "a", "b")
    scipy = pytest.importorskip("scipy.stats")
    by = {name: part["error"].abs().to_numpy() for name, part in table.groupby("method")}
    tested = scipy.ttest_rel(by["a"], by["b"])
    interval = tested.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.mean == pytest.approx(-0.05, abs=0.02)
    assert found.settled
    assert found.closer == "a"
    assert found.wins + found.losses == found.n == 100
    assert scipy.ttest_ind(by["a"], by["b"]).pvalue > 0.05


def test_the_interval_of_a_difference_holds_the_truth_as_often_as_it_says():
    held = 0
    for seed in range(200):
        found = difference(_two(30, 0.05, seed=seed), "a", "b")
        held += found.low <= -0.05 <= found.high
    assert 181 <= held <= 198  # 95 % of 200 is 190, with a standard deviation of 3


def test_two_methods_without_common_rows_are_refused():
    table = _two(4, 0.1)
    with pytest.raises(InvalidInputError, match="0 materials in common"):
        difference(table, "a", "c")
    with pytest.raises(InvalidInputError, match="two different methods"):
        difference(table, "a", "a")


def test_what_comes_out_is_said():
    said = said_of(Pairs(_two(100, 0.5), 3, 1, 2, 0), "band_gap", "measured")
    text = " ".join(said)
    assert "Band gap of 100 materials by 2 methods, held against measured values." in text
    assert "a is closest" in text
    assert "a is closer than b by 0.5" in text
    assert left_out(Pairs(_two(4, 0.5), 3, 1, 2, 0), "measured") == [
        "3 materials without a measured value",
        "1 value under other conditions than any measured value",
        "2 synthetic values",
    ]
    none = Pairs(BY_HAND.head(0), 0, 0, 0, 0)
    assert said_of(none, "band_gap", "measured")[0].startswith("No material has both")


def test_two_methods_that_cannot_be_told_apart_are_said_to_be_so():
    text = " ".join(said_of(Pairs(_two(20, 0.0), 0, 0, 0, 0), "band_gap", "computed"))
    assert "cannot be told apart" in text
