"""Vectors of many numbers as points on a plane, so that what lies close stays close.

t-SNE keeps neighbours together and says nothing of distances between groups; principal components keep large distances
and mix what is near. (L. van der Maaten, G. Hinton, Visualizing data using t-SNE, J. Mach. Learn. Res. 9, 2579 (2008).)
UMAP draws much the same picture and is left out: with its compiler it is 210 MB and needs minutes before its first map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from nanoos_lab.errors import InvalidInputError, MissingExtraError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Plane = NDArray[np.float64]

FlatBy = Literal["t-SNE", "PCA"]
LANDMARKS = 2_000
"""Vectors that t-SNE places itself; of more, the others go to the landmarks that they are nearest to."""
_FEWEST, _PERPLEXITY, _STEPS, _NEAREST, _SEED, _CHUNK = 8, 30, 500, 3, 0, 2_000


def flatten(vectors: Vectors, by: FlatBy = "t-SNE") -> Plane:
    """Return one point for each vector; the same vectors in the same order give the same points.

    Args:
        vectors: Shape (n, d), of length 1.
        by: How; fewer than eight vectors are always placed by principal components.

    Returns:
        Shape (n, 2), centred, the larger spread along the first axis.

    Raises:
        InvalidInputError: There is no such way.
        MissingExtraError: scikit-learn is not installed.
    """
    if by not in get_args(FlatBy):
        raise InvalidInputError(f"by={by!r}: a map is made by {' or '.join(map(repr, get_args(FlatBy)))}")
    given = np.asarray(vectors, dtype=np.float64)
    if by == "PCA" or len(given) < _FEWEST:
        return _components(given)
    if len(given) <= LANDMARKS:
        return _turned(_neighbours(given))
    order = np.random.default_rng(_SEED).permutation(len(given))
    landmarks, others = np.sort(order[:LANDMARKS]), np.sort(order[LANDMARKS:])
    plane = np.empty((len(given), 2))
    plane[landmarks] = _neighbours(given[landmarks])
    for first in range(0, len(others), _CHUNK):
        some = others[first : first + _CHUNK]
        plane[some] = _among(given[some], given[landmarks], plane[landmarks])
    return _turned(plane)


def _components(given: Plane) -> Plane:
    """Return the first two principal components, each with the sign that makes its largest number positive."""
    centred = given - given.mean(axis=0) if len(given) else given
    if len(centred) < 2:  # noqa: PLR2004 - one point is the middle
        return np.zeros((len(centred), 2))
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    plane = np.zeros((len(given), 2))
    count = min(2, len(sizes))
    plane[:, :count] = left[:, :count] * sizes[:count]
    signs = np.sign(plane[np.abs(plane).argmax(axis=0), [0, 1]])
    return plane * np.where(signs == 0, 1.0, signs)


def _neighbours(given: Plane) -> Plane:
    try:
        from sklearn.manifold import TSNE  # noqa: PLC0415 - heavy
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "ml", "A map by t-SNE") from error
    start = _components(given)
    start *= 1e-4 / max(float(start[:, 0].std()), 1e-12)
    tsne: Any = TSNE(  # type: ignore[no-untyped-call]
        perplexity=min(_PERPLEXITY, (len(given) - 1) / 3), init=start.astype(np.float32), random_state=_SEED,
        max_iter=_STEPS, n_jobs=1,
    )  # fmt: skip
    with threadpool_limits(1):  # sums over threads come out in another order each time
        return np.asarray(tsne.fit_transform(given.astype(np.float32)), dtype=np.float64)


def _among(given: Plane, landmarks: Plane, places: Plane) -> Plane:
    """Return the mean place of each vector's nearest landmarks, weighted by how near they are."""
    distance = 1.0 - given @ landmarks.T
    nearest = np.argpartition(distance, _NEAREST, axis=1)[:, :_NEAREST]
    weight = 1.0 / (np.take_along_axis(distance, nearest, axis=1).clip(0) + 1e-6) ** 2
    weight /= weight.sum(axis=1, keepdims=True)
    return np.asarray((places[nearest] * weight[:, :, None]).sum(axis=1))


def _turned(plane: Plane) -> Plane:
    return _components(plane)
