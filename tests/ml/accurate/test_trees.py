from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from nanoos_lab.ml.accurate.trees import from_sklearn, load_forests, save_forests


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(0)
    rows = np.round(rng.normal(size=(800, 6)), 1).astype(
        np.float32
    )  # rounded: values lie right on thresholds
    target = np.sin(rows[:, 0]) + rows[:, 1] * rows[:, 2] + 0.1 * rng.normal(size=800)
    options = {"max_iter": 60, "max_leaf_nodes": 9, "early_stopping": False}
    models = [HistGradientBoostingRegressor(random_state=k, **options).fit(rows, target) for k in range(3)]
    return models, rows


def test_it_says_what_scikit_learn_says(fitted):
    models, rows = fitted
    expected = np.mean([m.predict(rows) for m in models], axis=0)
    assert np.allclose(from_sklearn(models).predict(rows), expected, atol=1e-5)


def test_a_file_holds_it_whole(fitted, tmp_path):
    models, rows = fitted
    forest = from_sklearn(models)
    save_forests({"log_k": forest, "log_g": forest}, tmp_path / "t.safetensors")
    back = load_forests(tmp_path / "t.safetensors")
    assert sorted(back) == ["log_g", "log_k"]
    assert np.array_equal(back["log_k"].predict(rows), forest.predict(rows))


def test_no_rows_have_no_answers(fitted):
    models, rows = fitted
    assert from_sklearn(models).predict(rows[:0]).shape == (0,)
