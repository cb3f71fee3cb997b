"""Five folds of all rows but the test's: what a model says of rows that it did not learn from, for every one of them.

The accurate tier's parts are cheap, so they are trained once on four folds for each fifth. Their answers about it
choose the weights of the blend and the intervals, from ten times as many rows as calibration rows alone would be; the
parts that are shipped then learn from all five.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.ml.training.splits import SALT, share

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

FOLDS = 5
POOL = ("train", "validation", "calibration")


def pool(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows are in a fold.

    Args:
        rows: With ``part``.
    """
    return np.asarray(rows.part.isin(POOL))


def folds(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return the fold of each row, −1 outside: drawn by its id, and where the table has none by its formula.

    Args:
        rows: With ``id``, ``source``, ``formula`` and ``part``.
    """
    names = rows.id.where(rows.source != "phonons", rows.formula)
    drawn = np.array([int(FOLDS * share(f"{SALT}/fold/{name}")) for name in names])
    return np.where(pool(rows), drawn, -1)
