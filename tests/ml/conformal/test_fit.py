from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.conformal import Held, Rule, factor_words, fit_rule


def gaps(n, seed):
    """Two kinds of rows as a gap model leaves them: easy metals, hard nonmetals, some mistaken."""
    rng = np.random.default_rng(seed)
    metal = rng.random(n) < 0.68
    logit = np.where(metal, -4.0, 4.0) + rng.logistic(0, 1.3, n)
    nonmetal = 1 / (1 + np.exp(-logit))
    truth = np.where(metal, 0.0, rng.gamma(2.0, 1.0, n))
    values = nonmetal * np.where(metal, rng.gamma(1.0, 0.3, n), truth + rng.standard_t(4, n) * 0.3)
    spreads = 0.05 + 0.1 * rng.random(n) + 0.05 * values
    return Held(np.abs(values), spreads, nonmetal, truth)


def coverage(rule: Rule, rows: Held, chosen):
    return (rows.errors <= rule.half_widths(rows.values, rows.spreads, rows.nonmetal))[chosen].mean()


def test_coverage_holds_among_metals_and_among_nonmetals():
    rule = fit_rule(gaps(6000, 1), floor=0.03, relative=0.05, edges=(0.02, 0.5), by_label=True)
    fresh = gaps(20000, 2)
    for chosen in (fresh.truth > 0, fresh.truth <= 0):
        assert coverage(rule, fresh, chosen) == pytest.approx(0.9, abs=0.015)


def moduli(n, seed):
    """Rows of which nonmetals are the harder, and of which one in eight is taken for the other kind."""
    rng = np.random.default_rng(seed)
    metal = rng.random(n) < 0.68
    mistaken = rng.random(n) < 0.12
    nonmetal = np.where(metal ^ mistaken, 0.1, 0.9)
    truth = rng.normal(0.0, np.where(metal, 0.05, 0.15))
    return Held(np.zeros(n), np.full(n, 0.01), nonmetal, truth, metal)


def test_coverage_holds_among_both_where_the_truth_is_no_gap():
    rows, fresh = moduli(8000, 1), moduli(20000, 2)
    rule = fit_rule(rows, floor=0.02, edges=(0.5,), by_label=True)
    plain = fit_rule(rows, floor=0.02, edges=(0.5,))
    assert not any(band.flat for band in rule.bands)
    for chosen in (fresh.metal, ~fresh.metal):
        assert coverage(rule, fresh, chosen) == pytest.approx(0.9, abs=0.012)
    assert coverage(plain, fresh, ~fresh.metal) < 0.88


def test_bands_of_nonmetals_hold_alike_whatever_the_first_misses():
    rng = np.random.default_rng(5)
    chance = rng.beta(0.3, 0.3, 20000)
    metal = rng.random(20000) > chance
    truth = np.where(metal, 0.0, rng.uniform(0.5, 4.0, 20000))
    sure = chance > 0.9
    guess = np.where(chance < 0.5, 0.0, truth)  # those that are probably metals get no gap
    values = np.abs(guess + rng.normal(0.0, np.where(chance < 0.5, 0.02, np.where(sure, 0.1, 0.6))))
    rows = Held(values, np.full(20000, 0.1), chance, truth)
    half, rest = rows.take(np.arange(20000) < 10000), rows.take(np.arange(20000) >= 10000)
    rule = fit_rule(half, floor=0.03, edges=(0.1, 0.5, 0.9), by_label=True)
    assert [band.flat for band in rule.bands] == [True, True, False, False]
    for chosen in (rest.truth <= 0, rest.truth > 0):
        assert coverage(rule, rest, chosen) == pytest.approx(0.9, abs=0.02)
    held = [
        coverage(rule, rest, (rest.truth > 0) & (rest.nonmetal > low) & (rest.nonmetal <= high))
        for low, high in ((0.1, 0.5), (0.5, 0.9), (0.9, 1.0))
    ]
    assert min(held) > 0.9  # to make up for the first, which holds none of them
    assert max(held) - min(held) < 0.05
    assert rule.bands[3].quantile < rule.bands[2].quantile / 3


def test_rows_keep_what_they_are_when_some_are_taken():
    rows = moduli(50, 0)
    some = rows.take(rows.nonmetal > 0.5)
    assert np.array_equal(some.metal, rows.metal[rows.nonmetal > 0.5])
    assert gaps(50, 0).take(np.arange(50) < 3).metal is None


def test_without_labels_nonmetals_are_left_short():
    rows, fresh = gaps(6000, 1), gaps(20000, 2)
    rule = fit_rule(rows, floor=0.03, relative=0.05)
    assert coverage(rule, fresh, fresh.truth >= 0) == pytest.approx(0.9, abs=0.015)
    assert coverage(rule, fresh, fresh.truth > 0) < 0.88


def test_a_wider_spread_makes_a_wider_interval():
    rng = np.random.default_rng(0)
    spreads = rng.uniform(0.01, 0.1, 4000)
    rows = Held(np.zeros(4000), spreads, np.zeros(4000), rng.normal(0, spreads))
    rule = fit_rule(rows, floor=0.0)
    narrow, wide = rule.half_widths(np.zeros(2), np.array([0.01, 0.1]), np.zeros(2))
    assert wide == pytest.approx(10 * narrow)
    assert narrow == pytest.approx(1.645 * 0.01, rel=0.06)


def test_too_few_rows_in_a_band_are_refused():
    rows = gaps(100, 0)
    with pytest.raises(InvalidInputError, match="calibration rows up to P"):
        fit_rule(rows, floor=0.1, edges=(1e-9,))


def test_a_rule_comes_back_from_json():
    rule = fit_rule(gaps(500, 3), floor=0.03, edges=(0.5,))
    assert Rule.model_validate_json(rule.model_dump_json()) == rule


def test_a_wide_interval_of_a_logarithm_is_told_as_a_factor():
    said = factor_words(196.0, 812.0, "GPa")
    assert said == "the interval is a factor of 5.1 either way, from 38 to 1008 GPa"
    assert factor_words(2.0, 2.0, "") == "the interval is a factor of 2.0 either way, from 1.0 to 4.0"
    assert factor_words(196.0, 40.0, "GPa") == ""
