"""Fitting a rule to calibration rows that no model was fitted to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.calibration import COVERAGE, conformal_quantile
from nanoos_lab.ml.conformal.rule import Band, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

LEAST_ROWS = 20
"""Calibration rows that a band must have."""


@dataclass(frozen=True)
class Held:
    """Rows held out of training, with what a model says of them."""

    values: FloatArray
    """Predictions, shape (n,)."""
    spreads: FloatArray
    """Standard deviations over the members, shape (n,)."""
    nonmetal: FloatArray
    """Probabilities of being a nonmetal, shape (n,)."""
    truth: FloatArray
    """Shape (n,)."""

    @property
    def errors(self) -> FloatArray:
        """Absolute errors, shape (n,)."""
        return np.abs(self.values - self.truth)

    def take(self, chosen: NDArray[np.bool_]) -> Held:
        """Return some of the rows.

        Args:
            chosen: Which, shape (n,).
        """
        return Held(self.values[chosen], self.spreads[chosen], self.nonmetal[chosen], self.truth[chosen])


def fit_rule(
    rows: Held, *, floor: float, relative: float = 0.0, edges: Sequence[float] = (), by_label: bool = False
) -> Rule:
    """Fit a rule.

    Args:
        rows: The calibration rows.
        floor: Added to the spread, in the property's unit.
        relative: Part of the prediction's magnitude that is added to the spread.
        edges: Upper probabilities of a nonmetal of all bands but the last.
        by_label: Whether the truth is a gap, which is 0 for a metal, and coverage is to hold among metals and
            among nonmetals: the first band, nearly all metals, becomes flat.

    Raises:
        InvalidInputError: A band has too few rows.
    """
    rule = Rule(
        bands=tuple(Band(upper=u, quantile=1.0, n=0) for u in (*edges, 1.0)), floor=floor, relative=relative
    )
    band, scores = rule.band_of(rows.nonmetal), rows.errors / rule.scales(rows.values, rows.spreads)
    for k, b in enumerate(rule.bands):
        if (n := int((band == k).sum())) < LEAST_ROWS:
            raise InvalidInputError(
                f"{n} calibration rows up to P(nonmetal) = {b.upper:g}: give at least {LEAST_ROWS}, or fewer edges"
            )
    quantiles = [conformal_quantile(scores[band == k]) for k in range(len(rule.bands))]
    if by_label and len(quantiles) > 1:
        metal = rows.truth <= 0
        first, last = band == 0, band == len(quantiles) - 1
        middle = ~first & ~last
        inside = scores <= np.array(quantiles)[band]
        quantiles[-1] = _to_reach(scores, ~metal, last, middle & inside)
        inside = np.where(last, scores <= quantiles[-1], inside)
        quantiles[0] = _to_reach(rows.errors, metal, first, ~first & inside)
    bands = tuple(
        Band(
            upper=b.upper,
            quantile=q,
            n=int((band == k).sum()),
            flat=by_label and k == 0 and len(quantiles) > 1,
        )
        for k, (b, q) in enumerate(zip(rule.bands, quantiles, strict=True))
    )
    return rule.model_copy(update={"bands": bands})


def _to_reach(
    scores: FloatArray, of: NDArray[np.bool_], where: NDArray[np.bool_], held: NDArray[np.bool_]
) -> float:
    """Return the score up to which a band must hold, so that nine of ten rows of a class hold in all bands.

    Args:
        scores: Of all rows.
        of: Rows of the class.
        where: Rows of the band.
        held: Rows outside the band that hold already.
    """
    own = np.sort(scores[of & where])
    wanted = math.ceil((int(of.sum()) + 1) * COVERAGE) - int((of & held).sum())
    return float(own[min(max(wanted, 1), len(own)) - 1])
