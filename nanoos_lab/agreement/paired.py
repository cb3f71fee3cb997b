"""Two methods on the same rows: which one is closer to the reference, by how much, and whether that is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

_CONFIDENCE = 0.95
_FEWEST = 3


@dataclass(frozen=True)
class Difference:
    """How much closer one method is than another, on the rows that both know."""

    first: str
    second: str
    n: int
    """Rows that both have."""
    first_mae: float
    second_mae: float
    mean: float
    """The first's absolute error minus the second's, averaged: below zero the first is closer."""
    standard_error: float
    """Of the mean."""
    low: float
    high: float
    """The 95 % interval of the mean."""
    wins: int
    """Rows on which the first is closer."""
    losses: int
    """Rows on which the second is; the others are ties."""

    @property
    def settled(self) -> bool:
        """Whether the interval leaves out zero, so that one of them is closer beyond chance."""
        return not self.low <= 0 <= self.high

    @property
    def closer(self) -> str:
        """The method with the smaller mean absolute error on these rows."""
        return self.first if self.mean <= 0 else self.second


def difference(pairs: pd.DataFrame, first: str, second: str) -> Difference:
    """Compare two methods on the rows that both know.

    Each row is its own control, so that what makes a material hard for every method cancels: far fewer rows settle a
    difference than two separate averages would need.

    Args:
        pairs: As :func:`~nanoos_lab.agreement.pairs.pair_values` returns them.
        first: A method, as in the column ``method``.
        second: Another.

    Returns:
        The difference of their absolute errors with its standard error, and its 95 % interval by Student's t.

    Raises:
        InvalidInputError: They have fewer than three rows in common.

    Source: Student, The probable error of a mean, Biometrika 6, 1 (1908), doi:10.1093/biomet/6.1.1 (paired form).
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - heavy

    columns = ["material", "reference", "error"]
    one, other = (pairs.loc[pairs["method"] == name, columns] for name in (first, second))
    both = one.merge(other, on=columns[:2], suffixes=("_a", "_b")).drop_duplicates("material")
    if first == second or len(both) < _FEWEST:
        raise InvalidInputError(
            f"{first!r} and {second!r} have {len(both)} materials in common: two different methods with at least "
            f"{_FEWEST} are compared; let both predict the same structures first"
        )
    sizes = [both[f"error_{side}"].abs().to_numpy(float) for side in "ab"]
    off, n = sizes[0] - sizes[1], len(both)
    mean, error = float(off.mean()), float(off.std(ddof=1) / np.sqrt(n))
    half = float(stdtrit(n - 1, 0.5 + _CONFIDENCE / 2)) * error
    return Difference(
        first, second, n, float(sizes[0].mean()), float(sizes[1].mean()), mean, error, mean - half, mean + half,
        int((off < 0).sum()), int((off > 0).sum()),
    )  # fmt: skip
