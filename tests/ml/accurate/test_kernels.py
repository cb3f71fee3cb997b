from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.svm import SVR

from nanoos_lab.ml.accurate.kernels import Projection, from_sklearn, load_machines, save_machines

AXES = 5


def fresh(n, seed):
    rows = np.random.default_rng(seed).normal(size=(n, 8)) * np.array([1, 10, 0.1, 3, 1, 1, 1, 0]) + 2.0
    return rows.astype(np.float32)


@pytest.fixture(scope="module")
def fitted():
    rows = fresh(400, 0)
    target = np.sin(rows[:, 0]) + 0.05 * rows[:, 1] * rows[:, 3]
    projection = Projection.fit(rows, AXES)
    taught = {}
    for name, part in (("log_k", slice(0, 300)), ("log_g", slice(100, 400))):
        given = projection(rows[part]).astype(np.float16).astype(np.float32)
        taught[name] = (SVR(C=3.0, epsilon=0.05, gamma=0.05).fit(given, target[part]), given)
    return projection, taught, from_sklearn(projection, taught)


def test_it_says_what_scikit_learn_says(fitted):
    projection, taught, machines = fitted
    rows = fresh(1300, 1)  # more than are compared at once
    found = machines.predict(rows)
    for name, (model, _) in taught.items():
        expected = model.predict(projection(rows))
        assert np.ptp(expected) > 0.5
        assert np.allclose(found[name], expected, atol=2e-5), name


def test_the_axes_are_the_principal_ones(fitted):
    projection, _, _ = fitted
    rows = fresh(400, 0)
    scaled = (rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
    expected = PCA(AXES, svd_solver="full").fit_transform(scaled)
    found = projection(rows)
    assert np.allclose(np.abs(found), np.abs(expected), atol=1e-3)
    assert np.isfinite(found).all()  # a column that is the same in all rows does no harm


def test_rows_of_both_targets_are_kept_once(fitted):
    _, taught, machines = fitted
    used = np.concatenate([given[model.support_] for model, given in taught.values()])
    assert len(machines.supports) == len(np.unique(used, axis=0)) < len(used)


def test_a_file_holds_it_whole(fitted, tmp_path):
    _, _, machines = fitted
    save_machines(machines, tmp_path / "m.safetensors")
    back, rows = load_machines(tmp_path / "m.safetensors"), fresh(20, 2)
    assert sorted(back.targets) == ["log_g", "log_k"]
    for name, values in machines.predict(rows).items():
        assert np.array_equal(back.predict(rows)[name], values)


def test_no_rows_have_no_answers(fitted):
    _, _, machines = fitted
    assert {k: v.shape for k, v in machines.predict(fresh(3, 0)[:0]).items()} == {
        "log_k": (0,),
        "log_g": (0,),
    }
