"""Means of correlated samples, with errors that know of the correlation.

Source: H. Flyvbjerg, H. G. Petersen, J. Chem. Phys. 91, 461 (1989): samples are averaged in pairs until the error of
their mean grows no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

FEWEST = 8
"""Blocks below this say nothing about their own scatter."""


class Mean(NamedTuple):
    """A mean and its standard error."""

    value: float
    error: float
    """nan where there are too few samples."""


def block_mean(samples: FloatArray) -> Mean:
    """Return the mean of a series in time, with the largest error that any length of block gives.

    Args:
        samples: Shape (m,), evenly spaced in time.
    """
    series = np.asarray(samples, dtype=float)
    mean = float(series.mean()) if len(series) else float("nan")
    errors = []
    while len(series) >= FEWEST:
        errors.append(float(series.std(ddof=1) / np.sqrt(len(series))))
        series = series[: len(series) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return Mean(mean, max(errors, default=float("nan")))


def drift(times: FloatArray, samples: FloatArray) -> float:
    """Return the slope of a straight line through samples, per unit of time.

    Args:
        times: Shape (m,).
        samples: Shape (m,).
    """
    if len(times) < 2:  # noqa: PLR2004 - a line needs two points
        return float("nan")
    return float(np.polyfit(times - times.mean(), samples, 1)[0])
