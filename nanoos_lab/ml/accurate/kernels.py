"""Support vector regression as plain arrays: trained by scikit-learn, kept without pickles, evaluated without it.

All targets share one projection: rows are shifted and scaled, and turned to their principal axes, of which the first
are kept. A target is then a sum of Gaussians around its training rows, smooth where the trees jump.

Source: A. J. Smola and B. Schölkopf, Statistics and Computing 14, 199 (2004), doi:10.1023/B:STCO.0000035301.49549.88.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

_FIELDS = ("rows", "weights", "intercept", "gamma")
_TOGETHER = 512
"""Rows that are compared with all supports at once."""


@dataclass(frozen=True)
class Projection:
    """From f features of a row to d numbers."""

    shift: NDArray[np.float64]
    """Shape (f,)."""
    scale: NDArray[np.float64]
    """Shape (f,)."""
    axes: FloatArray
    """Shape (f, d)."""

    @classmethod
    def fit(cls, rows: FloatArray, kept: int) -> Projection:
        """Return the projection onto the axes along which rows differ most.

        Args:
            rows: Features, shape (r, f).
            kept: Number of axes, at most f.
        """
        shift, scatter = rows.mean(axis=0, dtype=float), rows.std(axis=0, dtype=float)
        scale = np.where(scatter > 0, scatter, 1.0)
        own = (rows - shift) / scale
        axes = np.linalg.eigh(own.T @ own)[1][:, ::-1]
        return cls(shift, scale, axes[:, :kept].astype(np.float32))

    def __call__(self, rows: FloatArray) -> NDArray[np.float64]:
        """Return projected rows, shape (r, d).

        Args:
            rows: Features, shape (r, f).
        """
        return np.asarray(((rows - self.shift) / self.scale) @ self.axes.astype(float))


@dataclass(frozen=True)
class Machine:
    """One target's sum of s Gaussians."""

    rows: NDArray[np.int32]
    """Where their centres are among the supports, shape (s,)."""
    weights: FloatArray
    """Shape (s,)."""
    intercept: FloatArray
    """Shape (1,)."""
    gamma: NDArray[np.float64]
    """One over the square of their widths, shape (1,)."""

    def predict(self, squares: NDArray[np.float64]) -> FloatArray:
        """Return a value for each row, shape (r,).

        Args:
            squares: Squared distances from all supports, shape (r, n).
        """
        near = np.exp(-self.gamma[0] * squares[:, self.rows])
        return np.asarray(near @ self.weights + self.intercept[0], dtype=np.float32)


@dataclass(frozen=True)
class Machines:
    """Support vector regression of several targets."""

    projection: Projection
    supports: NDArray[np.float16]
    """Projected training rows of all targets, shape (n, d)."""
    targets: Mapping[str, Machine]

    def predict(self, rows: FloatArray) -> dict[str, FloatArray]:
        """Return a value for each row, shape (r,), by target.

        Args:
            rows: Features, shape (r, f).
        """
        found: dict[str, list[FloatArray]] = {name: [np.zeros(0, np.float32)] for name in self.targets}
        supports = self.supports.astype(float)
        for k in range(0, len(rows), _TOGETHER):
            squares = _squares(self.projection(rows[k : k + _TOGETHER]), supports)
            for name, machine in self.targets.items():
                found[name].append(machine.predict(squares))
        return {name: np.concatenate(parts) for name, parts in found.items()}


def _squares(rows: NDArray[np.float64], supports: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared distance of each row from each support."""
    lengths = (rows**2).sum(axis=1)[:, None] + (supports**2).sum(axis=1)
    return np.asarray(np.maximum(lengths - 2.0 * rows @ supports.T, 0.0))


def from_sklearn(projection: Projection, taught: Mapping[str, tuple[Any, FloatArray]]) -> Machines:
    """Take the Gaussians out of scikit-learn's support vector regression.

    Args:
        projection: What the rows went through.
        taught: Each target's fitted ``SVR`` with a radial kernel and a given ``gamma``, and the projected rows that
            it was fitted to; rounded to half precision before they were.
    """
    rows = {name: given[model.support_].astype(np.float16) for name, (model, given) in taught.items()}
    supports, at = np.unique(np.concatenate(list(rows.values())), axis=0, return_inverse=True)
    ends = np.cumsum([len(r) for r in rows.values()])
    places = dict(zip(rows, np.split(at.ravel(), ends[:-1]), strict=True))
    targets = {
        name: Machine(
            places[name].astype(np.int32),
            model.dual_coef_[0].astype(np.float32),
            model.intercept_.astype(np.float32),
            np.array([model.gamma], dtype=np.float64),
        )
        for name, (model, _) in taught.items()
    }
    return Machines(projection, supports, targets)


def save_machines(machines: Machines, path: Path) -> None:
    """Write machines as safetensors.

    Args:
        machines: What to write.
        path: The file to write.
    """
    from safetensors.numpy import save_file  # noqa: PLC0415 - optional

    shared = {name: getattr(machines.projection, name) for name in ("shift", "scale", "axes")}
    arrays = {"supports": machines.supports, **shared}
    for name, machine in machines.targets.items():
        arrays |= {f"{name}.{field}": getattr(machine, field) for field in _FIELDS}
    save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, path)


def load_machines(path: Path) -> Machines:
    """Read machines.

    Args:
        path: A file that :func:`save_machines` wrote.
    """
    from safetensors.numpy import load_file  # noqa: PLC0415 - optional

    arrays = load_file(path)
    names = dict.fromkeys(key.partition(".")[0] for key in arrays if "." in key)
    return Machines(
        Projection(arrays["shift"], arrays["scale"], arrays["axes"]),
        arrays["supports"],
        {name: Machine(*(arrays[f"{name}.{field}"] for field in _FIELDS)) for name in names},
    )
