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
_ROUNDS = 4
"""In which the first band and the others are set in turn: each moves the other little."""
_HALF = 0.5


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
    metal: NDArray[np.bool_] | None = None
    """Whether each is a metal, shape (n,); None where the truth is a gap, which is 0 for a metal."""

    @property
    def errors(self) -> FloatArray:
        """Absolute errors, shape (n,)."""
        return np.abs(self.values - self.truth)

    def take(self, chosen: NDArray[np.bool_]) -> Held:
        """Return some of the rows.

        Args:
            chosen: Which, shape (n,).
        """
        metal = None if self.metal is None else self.metal[chosen]
        nonmetal, truth = self.nonmetal[chosen], self.truth[chosen]
        return Held(self.values[chosen], self.spreads[chosen], nonmetal, truth, metal)


def fit_rule(
    rows: Held, *, floor: float, relative: float = 0.0, edges: Sequence[float] = (), by_label: bool = False
) -> Rule:
    """Fit a rule.

    Args:
        rows: The calibration rows.
        floor: Added to the spread, in the property's unit.
        relative: Part of the prediction's magnitude that is added to the spread.
        edges: Upper probabilities of a nonmetal of all bands but the last.
        by_label: Whether coverage is to hold among metals and among nonmetals, by what they are and not by the
            band that they fall in. Where the truth is a gap the bands that hold more metals are flat.

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
    quantiles = np.array([conformal_quantile(scores[band == k]) for k in range(len(rule.bands))])
    flat = np.zeros(len(rule.bands), dtype=bool)
    if by_label and len(flat) > 1:
        flat |= [rows.metal is None and b.upper <= _HALF for b in rule.bands]
        quantiles = _balanced(rows, np.where(flat[band], rows.errors, scores), band, quantiles)
    bands = tuple(
        Band(upper=b.upper, quantile=float(q), n=int((band == k).sum()), flat=bool(flat[k]))
        for k, (b, q) in enumerate(zip(rule.bands, quantiles, strict=True))
    )
    return rule.model_copy(update={"bands": bands})


def _balanced(rows: Held, own: FloatArray, band: NDArray[np.int64], quantiles: FloatArray) -> FloatArray:
    """Return quantiles that make nine of ten hold among the metals, by the first band, and among the nonmetals.

    Args:
        rows: The calibration rows.
        own: What is held against the quantile of a row's band, shape (n,).
        band: Of each row, shape (n,).
        quantiles: Of the bands, to begin from.
    """
    metal, first = rows.truth <= 0 if rows.metal is None else rows.metal, band == 0
    found = quantiles.copy()
    for _ in range(_ROUNDS):
        found[1:] = _levelled(own, ~metal, band, found)[1:]
        found[0] = _to_reach(own, metal, first, ~first & (own <= found[band]))
    return found


def _levelled(
    own: FloatArray, of: NDArray[np.bool_], band: NDArray[np.int64], quantiles: FloatArray
) -> FloatArray:
    """Return quantiles of one level in all bands but the first, with which nine of ten rows of a class hold.

    So each band holds as often as the next, whatever part of the class the first band misses.
    """
    level, found = np.zeros(len(own)), quantiles.copy()
    for k in range(1, len(quantiles)):
        chosen = np.flatnonzero(of & (band == k))
        level[chosen[np.argsort(own[chosen])]] = np.arange(1, len(chosen) + 1) / (len(chosen) + 1)
    some, held = of & (band > 0), of & (band == 0) & (own <= quantiles[0])
    if not some.any():
        return found
    common = _to_reach(level, of, some, held)
    for k in range(1, len(quantiles)):
        chosen = of & (band == k) & (level <= common)
        found[k] = own[chosen].max() if chosen.any() else quantiles[k]
    return found


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
