"""Boosted trees and sums of Gaussians on one table of numbers of each crystal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.svm import SVR

from nanoos_lab.ml.accurate.kernels import Machines, Projection, from_sklearn
from nanoos_lab.ml.accurate.trees import from_sklearn as forest_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from nanoos_lab.ml.accurate.trees import Forest

FAR_EV = 0.3
"""eV/atom between CHGNet and a label beyond which the label, or the crystal, is another one."""
TREES = ("formation_energy", "nonmetal", "log_k", "log_g", "log_debye", "log_phonon", "log_index")
_ROBUST = {"C": 3.0, "epsilon": 0.02, "gamma": 6e-4}
MACHINES = {
    "formation_energy": {"C": 0.3, "epsilon": 0.003, "gamma": 2e-3},
    "log_k": _ROBUST, "log_g": _ROBUST, "log_debye": _ROBUST, "log_phonon": _ROBUST, "log_index": _ROBUST,
}  # fmt: skip
"""What support vector regression learns, and how."""
AXES = 300
"""Principal axes that the Gaussians are told of."""
BORROWED = 0.5
"""Weight of moduli that come from another table than the one that the model is judged by."""


@dataclass(frozen=True)
class Table:
    """What trees and machines learn from, for g crystals."""

    numbers: NDArray[np.float32]
    """Shape (g, 613)."""
    base: NDArray[np.float32]
    """Formation energies by CHGNet in eV/atom, shape (g,); NaN where it was not asked."""
    rows: pd.DataFrame
    """With the targets and ``judged``."""


class _Taught(NamedTuple):
    rows: NDArray[np.int64]
    target: NDArray[np.float64]
    weight: NDArray[np.float64]


def fit_trees(table: Table, chosen: NDArray[np.bool_]) -> dict[str, Forest]:
    """Return a forest for each target.

    Args:
        table: The data.
        chosen: Rows to learn from, shape (g,).
    """
    return {task: forest_of(_boosted(table, _taught(table, chosen, task), task)) for task in TREES}


def _boosted(table: Table, taught: _Taught, task: str) -> list[object]:
    options: dict[str, object] = {"max_features": 0.15, "early_stopping": False}
    if task == "formation_energy":
        options |= {"max_iter": 700, "learning_rate": 0.05, "min_samples_leaf": 12, "l2_regularization": 1.0}
    elif task == "nonmetal":
        options |= {"max_iter": 250, "learning_rate": 0.08, "min_samples_leaf": 12}
    else:  # plainly wrong tensors pull at squares
        options |= {
            "loss": "absolute_error",
            "max_iter": 350,
            "max_leaf_nodes": 16,
            "min_samples_leaf": 8,
            "learning_rate": 0.07,
        }
    kind = HistGradientBoostingClassifier if task == "nonmetal" else HistGradientBoostingRegressor
    seeds = range(1 if task == "nonmetal" else 2)
    numbers = table.numbers[taught.rows]
    return [
        kind(random_state=k, **options).fit(numbers, taught.target, sample_weight=taught.weight)
        for k in seeds
    ]


def fit_machines(table: Table, chosen: NDArray[np.bool_]) -> Machines:
    """Return support vector regression of some targets.

    Args:
        table: The data.
        chosen: Rows to learn from, shape (g,).
    """
    projection = Projection.fit(table.numbers[chosen & np.isfinite(table.base)], AXES)
    taught = {}
    for task, options in MACHINES.items():
        rows, target, weight = _taught(table, chosen, task)
        given = projection(table.numbers[rows]).astype(np.float16).astype(np.float32)
        taught[task] = (SVR(cache_size=1500, **options).fit(given, target, sample_weight=weight), given)
    return from_sklearn(projection, taught)


def _taught(table: Table, chosen: NDArray[np.bool_], task: str) -> _Taught:
    """Return the rows that know a target, what they say, and how much each counts."""
    target = table.rows[task].to_numpy(float).copy()
    known = chosen & np.isfinite(target) & np.isfinite(table.base)
    if task == "formation_energy":
        target -= table.base
        known &= np.abs(np.nan_to_num(target)) < FAR_EV
    rows = np.flatnonzero(known)
    borrowed = (task in {"log_k", "log_g"}) & ~table.rows.judged.to_numpy(bool)[rows]
    return _Taught(rows, target[rows], np.where(borrowed, BORROWED, 1.0))
