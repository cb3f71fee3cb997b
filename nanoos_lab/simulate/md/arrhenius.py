"""Activation energy of diffusion, from coefficients at several temperatures.

Source: S. Arrhenius, Z. phys. Chem. 4, 226 (1889): ln D = ln D₀ − Eₐ/kT.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

BOLTZMANN_EV = 8.617333262e-5
"""eV/K (CODATA 2018)."""
_FEWEST = 2


@dataclass(frozen=True)
class Arrhenius:
    """A straight line through logarithms of coefficients."""

    energy: float
    """Activation energy, eV."""
    error: float
    """Its standard error from the errors of the coefficients, eV."""
    prefactor: float
    """In the unit of the coefficients."""

    def at(self, temperature: float) -> float:
        """Return the coefficient at a temperature.

        Args:
            temperature: K.
        """
        return float(self.prefactor * np.exp(-self.energy / (BOLTZMANN_EV * temperature)))


def fit_arrhenius(points: Sequence[tuple[float, float, float]]) -> Arrhenius:
    """Fit Arrhenius' law, each point weighted by its relative error.

    Args:
        points: Temperature in K, coefficient and its standard error, above zero.

    Returns:
        The line; with more than two points its error is enlarged where they scatter more than their errors say.

    Raises:
        InvalidInputError: Fewer than two temperatures, or a coefficient or error that is not positive.
    """
    table = np.array(points, dtype=float).reshape(-1, 3)
    if len({t for t, _, _ in points}) < _FEWEST:
        raise InvalidInputError("an activation energy needs coefficients at two temperatures at least")
    if not (table > 0.0).all():
        raise InvalidInputError("temperatures, coefficients and their errors must be positive numbers")
    x, y = 1.0 / (BOLTZMANN_EV * table[:, 0]), np.log(table[:, 1])
    weight = table[:, 1] / table[:, 2]
    design = np.column_stack([np.ones_like(x), -x]) * weight[:, None]
    solution, *_ = np.linalg.lstsq(design, y * weight, rcond=None)
    covariance = np.linalg.inv(design.T @ design)
    residual = float(np.sum((design @ solution - y * weight) ** 2))
    freedom = len(points) - 2
    scatter = max(1.0, residual / freedom) if freedom > 0 else 1.0
    return Arrhenius(
        energy=float(solution[1]),
        error=float(np.sqrt(covariance[1, 1] * scatter)),
        prefactor=float(np.exp(solution[0])),
    )
