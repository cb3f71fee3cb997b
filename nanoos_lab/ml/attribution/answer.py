"""An attribution as a value, which refuses to exist where it does not add up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nanoos_lab.errors import CalculatorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nanoos_lab.properties import PropertyEstimate

Way = Literal["sum over sites", "Shapley values of elements"]
TOLERANCE = 2e-3
"""Of completeness, in the property's unit and relative to the larger of value and baseline: single precision."""


@dataclass(frozen=True)
class Attribution:
    """What sites or elements add to a prediction, in the property's unit."""

    estimate: PropertyEstimate
    """The prediction."""
    way: Way
    elements: Mapping[str, float]
    """What all atoms of each element add together."""
    errors: Mapping[str, float]
    """Standard errors of these over the background's draws; empty where there is no chance in them."""
    sites: tuple[float, ...]
    """What each site adds; with Shapley values its equal share of what its element adds."""
    baseline: float
    """What is there before anything is added."""
    meaning: str
    """What the baseline is, and what the numbers mean, in sentences."""
    draws: int = 0
    """Of the background, where there is one."""

    def __post_init__(self) -> None:
        for what, parts in (("elements", self.elements.values()), ("sites", self.sites)):
            missing = self.estimate.value - self.baseline - math.fsum(parts)
            scale = max(1.0, abs(self.estimate.value), abs(self.baseline))
            if not abs(missing) <= TOLERANCE * scale:
                raise CalculatorError(
                    f"the contributions of {what} to {self.estimate.property} do not add up: {missing:.3g} "
                    f"{self.estimate.unit} of {self.estimate.value:.5g} minus {self.baseline:.5g} are missing"
                )

    @property
    def by_site(self) -> bool:
        """Whether sites of one element may differ."""
        return self.way == "sum over sites"

    @property
    def missing(self) -> float:
        """Value minus baseline minus all that is added: 0 up to rounding."""
        return self.estimate.value - self.baseline - math.fsum(self.elements.values())
