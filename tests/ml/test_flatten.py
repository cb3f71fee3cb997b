"""Vectors on a plane: neighbours stay neighbours, and the same vectors give the same points."""

from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml import flatten as flattening
from nanoos_lab.ml.flatten import flatten

pytest.importorskip("sklearn")


def clusters(count, groups=6, *, width=24, seed=3):
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(groups, width))
    which = np.arange(count) % groups
    vectors = middles[which] + 0.15 * rng.normal(size=(count, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), which


def purity(points, which):
    """Return which part of the points has its nearest neighbour in its own group."""
    far = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(far, np.inf)
    return float((which[far.argmin(axis=1)] == which).mean())


def test_groups_stay_together_and_twice_is_the_same():
    vectors, which = clusters(180)
    points = flatten(vectors)
    assert points.shape == (180, 2)
    assert purity(points, which) > 0.98
    assert points.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert points[:, 0].std() >= points[:, 1].std()
    np.testing.assert_array_equal(points, flatten(vectors))


def test_of_very_many_the_others_go_to_their_landmarks(monkeypatch):
    monkeypatch.setattr(flattening, "LANDMARKS", 120)
    vectors, which = clusters(900)
    points = flatten(vectors)
    assert purity(points, which) > 0.98
    assert np.isfinite(points).all()


def test_principal_components_are_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    vectors, _ = clusters(60)
    mine, theirs = flatten(vectors, "PCA"), PCA(2).fit_transform(vectors.astype(float))
    np.testing.assert_allclose(np.abs(mine), np.abs(theirs), atol=1e-8)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9])
def test_few_structures_have_a_map_too(count):
    points = flatten(clusters(max(count, 1), groups=2)[0][:count])
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()


def test_the_same_crystal_many_times_is_one_place():
    same = np.tile(clusters(1)[0], (20, 1))
    assert np.isfinite(flatten(same)).all()


def test_an_unknown_way_is_told():
    with pytest.raises(InvalidInputError, match=r"'t-SNE' or 'PCA'"):
        flatten(clusters(9)[0], "UMAP")
