from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.calibration import calibrate, conformal_quantile


def test_the_quantile_has_the_finite_sample_correction():
    scores = np.arange(1.0, 20.0)
    assert conformal_quantile(scores, 0.9) == 18.0  # ceil(20 * 0.9)
    assert conformal_quantile(np.arange(1.0, 10.0), 0.9) == 9.0


def test_too_few_rows_are_refused():
    with pytest.raises(InvalidInputError, match="at least 9"):
        conformal_quantile(np.ones(8), 0.9)


@pytest.mark.parametrize("score", ["absolute", "relative"])
def test_coverage_holds_on_new_rows(score):
    rng = np.random.default_rng(3)

    def rows(n):
        truth = rng.uniform(10, 300, n)
        width = 0.1 * truth if score == "relative" else 10.0
        return truth + rng.standard_t(5, n) * 0.5 * width, truth

    found = calibrate("bulk_modulus", rows(6000), rows(6000), score=score, source="synthetic")
    assert found.coverage == pytest.approx(0.9, abs=0.02)
    assert found.n_calibration == found.n_test == 6000


def test_bins_follow_the_prediction():
    rng = np.random.default_rng(4)
    predicted = rng.uniform(0, 100, 4000)
    truth = predicted + rng.normal(0, np.where(predicted < 50, 1.0, 5.0))
    found = calibrate(
        "bulk_modulus", (predicted, truth), (predicted, truth), score="absolute", edges=(50.0,), source="s"
    )
    assert found.half_width(20.0) == pytest.approx(1.645, rel=0.06)
    assert found.half_width(80.0) == pytest.approx(5 * 1.645, rel=0.06)
    assert [b.upper for b in found.bins] == [50.0, None]


def test_a_relative_half_width_grows_with_the_value():
    predicted = np.linspace(10, 100, 200)
    found = calibrate(
        "energy", (predicted, 1.1 * predicted), (predicted, predicted), score="relative", source="s"
    )
    assert found.half_width(50.0) == pytest.approx(5.0)
    assert found.half_width(-50.0) == pytest.approx(5.0)
