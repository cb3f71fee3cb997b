"""The rule that turns a prediction, its spread and its probability of a nonmetal into a half width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

from nanoos_lab.display.numbers import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


class Band(BaseModel):
    """The crystals up to some probability of being a nonmetal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    upper: float
    """Largest probability; 1 for the last band."""
    quantile: float
    """What the scale is multiplied by."""
    flat: bool = False
    """Whether the quantile is the half width itself, in the property's unit."""
    n: int
    """Calibration rows in the band."""


class Rule(BaseModel):
    """Half widths of one property.

    Example:
        >>> rule = Rule(bands=(Band(upper=1.0, quantile=2.0, n=100),), floor=0.01, relative=0.0)
        >>> [float(h) for h in rule.half_widths([1.0], [0.04], [0.5])]
        [0.1]
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bands: tuple[Band, ...]
    floor: float
    """In the property's unit."""
    relative: float
    """Part of the prediction's magnitude that is added to the scale."""

    def half_widths(self, values: FloatArray, spreads: FloatArray, nonmetal: FloatArray) -> FloatArray:
        """Return half widths of 90 % intervals, shape (n,).

        Args:
            values: Predictions, shape (n,).
            spreads: Standard deviations over the members, shape (n,).
            nonmetal: Probabilities of being a nonmetal, shape (n,).
        """
        scale = self.scales(np.asarray(values), np.asarray(spreads))
        band = self.band_of(np.asarray(nonmetal))
        quantile = np.array([b.quantile for b in self.bands])[band]
        return np.asarray(np.where(np.array([b.flat for b in self.bands])[band], quantile, quantile * scale))

    def scales(self, values: FloatArray, spreads: FloatArray) -> FloatArray:
        """Return what scores are counted in, shape (n,).

        Args:
            values: Predictions, shape (n,).
            spreads: Standard deviations over the members, shape (n,).
        """
        return np.asarray(self.floor + spreads + self.relative * np.abs(values))

    def band_of(self, nonmetal: FloatArray) -> NDArray[np.int64]:
        """Return the band of each crystal, shape (n,).

        Args:
            nonmetal: Probabilities of being a nonmetal, shape (n,).
        """
        uppers = np.array([b.upper for b in self.bands])
        return np.minimum(np.searchsorted(uppers, nonmetal), len(uppers) - 1)


def factor_words(value: float, width: float, unit: str) -> str:
    """Return where the interval of a quantity that is learned as its logarithm ends, where ± would say below zero.

    Args:
        value: The value, > 0.
        width: Its upper half width, in the same unit.
        unit: The unit; empty for a number without one.

    Returns:
        Words; nothing where the interval is narrower than the value.
    """
    if width < value:
        return ""
    factor = 1.0 + width / value
    low, high = number(value / factor, digits=2), number(value * factor, digits=2)
    return f"the interval is a factor of {factor:.1f} either way, from {low} to {high} {unit}".rstrip()
