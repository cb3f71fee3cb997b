"""What the parts of the accurate tier read: CHGNet's numbers, scaled for heads, summed up for trees and machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from sklearn.linear_model import Ridge
from train_features import chgnet_of
from train_folds import pool
from train_heads import HeadData, known_of
from train_ready import compositions
from train_tables import Table

from nanoos_lab.ml.accurate.features import Features
from nanoos_lab.ml.accurate.opinion import given_rows, table_rows

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from train_ready import Prepared

    from nanoos_lab.ml.graphs import Graphs


class Scaling(NamedTuple):
    """What CHGNet's numbers of an atom are shifted and divided by, shape (66,) each."""

    shift: NDArray[np.float32]
    scale: NDArray[np.float32]


def means(values: NDArray, graphs: Graphs) -> NDArray:
    """Return means over the atoms of each crystal, shape (g,).

    Args:
        values: Of each atom, shape (a,).
        graphs: The crystals.
    """
    return np.add.reduceat(values, np.cumsum(graphs.atoms) - graphs.atoms) / graphs.atoms


def accurate_inputs(
    ready: Prepared, data: Path, out: Path, learned: NDArray[np.bool_]
) -> tuple[Features, NDArray, NDArray]:
    """Return CHGNet's numbers, formation energies by CHGNet, and the energies of the elements on its scale.

    The references are fitted by a ridge regression in which far-off rows count less.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
        learned: Rows that they are fitted to, shape (g,).
    """
    features = chgnet_of(data, out / "chgnet.npz")
    parts = np.zeros((len(ready.graphs), 95))
    np.add.at(parts, (np.repeat(np.arange(len(ready.graphs)), ready.graphs.atoms), ready.graphs.numbers), 1.0)
    parts /= ready.graphs.atoms[:, None]
    apart = ready.rows.formation_energy.to_numpy() - features.energies
    rows = learned & np.isfinite(apart)
    weights, ridge = np.ones(len(apart)), Ridge(alpha=1e-2, fit_intercept=False)
    for _ in range(4):
        ridge.fit(parts[rows], apart[rows], sample_weight=weights[rows])
        weights = 1.0 / np.maximum(np.abs(apart - ridge.predict(parts)), 0.01)
    return features, (features.energies + ridge.predict(parts)).astype(np.float32), -ridge.coef_


def head_data(ready: Prepared, data: Path, out: Path, learned: NDArray[np.bool_]) -> tuple[HeadData, Scaling]:
    """Return what heads read, and what CHGNet's numbers were shifted and scaled by: the learned rows' moments.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
        learned: Rows that are learned from, shape (g,).
    """
    features, base, _ = accurate_inputs(ready, data, out, learned)
    own = features.atoms[np.repeat(learned, ready.graphs.atoms)]
    scaling = Scaling(np.nanmean(own, axis=0), np.nanstd(own, axis=0))
    extra = np.nan_to_num(scaled(features.atoms, scaling))
    given = given_rows(np.nan_to_num(base), ready.volumes)
    arrays = (torch.from_numpy(x) for x in (ready.targets, extra, given))
    return HeadData(ready.graphs, *arrays, known_of(compositions(ready, data, out), ready.graphs)), scaling


def scaled(atoms: NDArray, scaling: Scaling) -> NDArray[np.float32]:
    """Return CHGNet's numbers of the atoms as the heads read them, shape (a, 66).

    Args:
        atoms: The numbers, shape (a, 66).
        scaling: What they are shifted and divided by.
    """
    return ((atoms - scaling.shift) / scaling.scale).astype(np.float32)


def table_of(ready: Prepared, data: Path, out: Path) -> Table:
    """Return what trees and machines learn from.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
    """
    path = out / "table.npy"
    features, base, _ = accurate_inputs(ready, data, out, pool(ready.rows))
    if not path.exists():
        known = Features(np.nan_to_num(features.atoms), features.energies, features.crystals)
        said = known_of(compositions(ready, data, out), ready.graphs).numpy()
        np.save(path, np.nan_to_num(table_rows(known, ready.graphs, base, ready.volumes, said)))
    return Table(np.load(path), base, ready.rows)
