"""Boosted trees as plain arrays: trained by scikit-learn, kept without pickles, evaluated without it.

A forest is a set of flat arrays, one entry a node, the trees one after the other. All rows walk down all trees
at once, a level a step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    IntArray = NDArray[np.int32]
    FloatArray = NDArray[np.float32]

FIELDS = ("feature", "threshold", "left", "value", "roots", "baseline", "members")
_ROWS = 256
"""Rows that walk together."""


@dataclass(frozen=True)
class Forest:
    """The mean of some boosted forests, with n nodes in t trees in all."""

    feature: NDArray[np.int16]
    """Feature that a node asks for; −1 for a leaf, shape (n,)."""
    threshold: NDArray[np.float64]
    """Largest value that goes left, in double precision: a value may lie right on it; shape (n,)."""
    left: IntArray
    """Node to the left, counted through all trees; the right one follows it; shape (n,)."""
    value: FloatArray
    """What a leaf adds, shape (n,)."""
    roots: IntArray
    """First node of each tree, shape (t,)."""
    baseline: FloatArray
    """What all rows begin with, shape (1,)."""
    members: IntArray
    """Number of forests whose mean this is, shape (1,)."""

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return a value for each row, shape (r,).

        Args:
            rows: Features, shape (r, f).
        """
        parts = [self._walk(rows[k : k + _ROWS]) for k in range(0, len(rows), _ROWS)]
        return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)

    def _walk(self, rows: FloatArray) -> NDArray[np.float64]:
        at = np.tile(self.roots, (len(rows), 1))
        own = np.arange(len(rows))[:, None]
        while (inner := self.feature[at] >= 0).any():
            right = rows[own, np.maximum(self.feature[at], 0)] > self.threshold[at]
            at = np.where(inner, self.left[at] + right, at)
        total: NDArray[np.float64] = self.value[at].sum(axis=1, dtype=np.float64)
        return np.asarray(self.baseline[0] + total / self.members[0])

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, for a file.

        Args:
            prefix: Put before each name.
        """
        return {f"{prefix}.{name}": getattr(self, name) for name in FIELDS}


def from_sklearn(models: list[Any]) -> Forest:
    """Take the trees out of scikit-learn's histogram gradient boosting.

    Args:
        models: Fitted ``HistGradientBoostingRegressor``; their mean is what is kept.
    """
    nodes: list[list[float]] = []
    roots = []
    for model in models:
        for (predictor,) in model._predictors:  # noqa: SLF001 - scikit-learn shows its trees nowhere else
            roots.append(len(nodes))
            _append(predictor.nodes, nodes)
    table = np.array(nodes)
    baseline = np.mean([np.ravel(m._baseline_prediction)[0] for m in models])  # noqa: SLF001
    return Forest(
        table[:, 0].astype(np.int16),
        table[:, 1],
        table[:, 2].astype(np.int32),
        table[:, 3].astype(np.float32),
        np.array(roots, dtype=np.int32),
        np.array([baseline], dtype=np.float32),
        np.array([len(models)], dtype=np.int32),
    )


def _append(tree: Any, nodes: list[list[float]]) -> None:  # noqa: ANN401 - a structured array
    """Add a tree's nodes, the two children of a node side by side."""
    queue = [0]
    first = len(nodes)
    nodes.append([])
    places = [first]
    while queue:
        node, place = tree[queue.pop(0)], places.pop(0)
        if node["is_leaf"]:
            nodes[place] = [-1, 0.0, place, float(node["value"])]
            continue
        left = len(nodes)
        nodes += [[], []]
        nodes[place] = [int(node["feature_idx"]), float(node["num_threshold"]), left, 0.0]
        queue += [int(node["left"]), int(node["right"])]
        places += [left, left + 1]


def save_forests(forests: dict[str, Forest], path: Path) -> None:
    """Write forests as safetensors.

    Args:
        forests: By target.
        path: The file to write.
    """
    from safetensors.numpy import save_file  # noqa: PLC0415 - optional

    save_file(
        {k: np.ascontiguousarray(v) for name, f in forests.items() for k, v in f.arrays(name).items()}, path
    )


def load_forests(path: Path) -> dict[str, Forest]:
    """Read forests.

    Args:
        path: A file that :func:`save_forests` wrote.
    """
    from safetensors.numpy import load_file  # noqa: PLC0415 - optional

    arrays = load_file(path)
    names = dict.fromkeys(key.partition(".")[0] for key in arrays)
    return {name: Forest(**{field: arrays[f"{name}.{field}"] for field in FIELDS}) for name in names}
