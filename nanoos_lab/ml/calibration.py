"""Half widths that hold what they promise: split-conformal calibration on rows that nothing was fitted to.

A score is the absolute error, or the error relative to the prediction. The half width is the score's quantile
with the finite-sample correction, per bin of the predicted value where the scores differ between bins.

Source: J. Lei et al., J. Am. Stat. Assoc. 113, 1094 (2018), doi:10.1080/01621459.2017.1307116.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

COVERAGE = 0.9
"""Part of true values that an interval is to hold."""


class Bin(BaseModel):
    """The quantile of the scores among predictions up to ``upper``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    upper: float | None
    """Largest prediction of the bin; None for the last."""
    quantile: float
    """In the property's unit for absolute scores, else a fraction of the prediction."""
    n: int
    """Calibration rows in the bin."""


class Calibration(BaseModel):
    """How well a model states one property, measured on rows it was not fitted to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    property: str
    score: Literal["absolute", "relative"]
    bins: tuple[Bin, ...]
    n_calibration: int
    n_test: int
    """Rows on which the figures below were measured; they served neither fit nor calibration."""
    mae: float
    rmse: float
    median_error: float
    bias: float
    """Mean of prediction minus truth."""
    coverage: float
    """Part of the test rows inside their interval."""
    source: str
    """The data, for citation."""

    def half_width(self, value: float) -> float:
        """Return the half width of the 90 % interval around a prediction.

        Args:
            value: The prediction.
        """
        chosen = next(b for b in self.bins if b.upper is None or value <= b.upper)
        return chosen.quantile * (abs(value) if self.score == "relative" else 1.0)


def conformal_quantile(scores: FloatArray, coverage: float = COVERAGE) -> float:
    """Return the score that a new one exceeds with probability of at most 1 − ``coverage``.

    Args:
        scores: Scores of calibration rows, shape (n,).
        coverage: Part of new scores to lie at or below.

    Raises:
        InvalidInputError: There are too few rows for that coverage.
    """
    rank = math.ceil((len(scores) + 1) * coverage)
    if rank > len(scores):
        raise InvalidInputError(
            f"{len(scores)} rows cannot carry {coverage:.0%} coverage: give at least "
            f"{math.ceil(round(coverage / (1.0 - coverage), 6))}"
        )
    return float(np.sort(np.asarray(scores, dtype=float))[rank - 1])


def calibrate(
    name: str,
    rows: tuple[FloatArray, FloatArray],
    held_out: tuple[FloatArray, FloatArray],
    *,
    score: Literal["absolute", "relative"],
    edges: Sequence[float] = (),
    source: str,
) -> Calibration:
    """Calibrate on some rows and measure on others.

    Args:
        name: The property.
        rows: Predictions and truths of the calibration rows.
        held_out: Predictions and truths of the test rows.
        score: What the quantile is of.
        edges: Upper edges of all bins of the predicted value but the last.
        source: The data, for citation.
    """
    bins = _bins(*rows, score, edges)
    errors = held_out[0] - held_out[1]
    measured = Calibration(
        property=name,
        score=score,
        bins=bins,
        n_calibration=len(rows[0]),
        n_test=len(errors),
        mae=float(np.abs(errors).mean()),
        rmse=float(np.sqrt((errors**2).mean())),
        median_error=float(np.median(np.abs(errors))),
        bias=float(errors.mean()),
        coverage=0.0,
        source=source,
    )
    inside = [abs(e) <= measured.half_width(p) for e, p in zip(errors, held_out[0], strict=True)]
    return measured.model_copy(update={"coverage": float(np.mean(inside))})


def _bins(predicted: FloatArray, truth: FloatArray, score: str, edges: Sequence[float]) -> tuple[Bin, ...]:
    errors = np.abs(predicted - truth)
    scores = errors / np.abs(predicted) if score == "relative" else errors
    bins, lower = [], -np.inf
    for upper in (*edges, None):
        inside = (predicted > lower) & (predicted <= (np.inf if upper is None else upper))
        bins.append(Bin(upper=upper, quantile=conformal_quantile(scores[inside]), n=int(inside.sum())))
        lower = np.inf if upper is None else upper
    return tuple(bins)
