"""The third-order Birch-Murnaghan equation of state, fitted with standard errors.

As a function of x = V^(-2/3) the energy is a cubic polynomial, so the fit is linear least squares: it has one
answer, needs no starting guess and is exact on exact data.

Source: F. Birch, Phys. Rev. 71, 809 (1947), doi:10.1103/PhysRev.71.809.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import EquationOfStateError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

EV_PER_CUBIC_ANGSTROM_IN_GPA = 160.21766208
N_PARAMETERS = 4


@dataclass(frozen=True)
class BirchMurnaghan:
    """A fitted equation of state; each ``*_error`` is one standard error of the fit."""

    energy: float
    """Energy at the minimum, eV."""
    volume: float
    """Volume at the minimum, Å³."""
    bulk_modulus: float
    """GPa."""
    derivative: float
    """dK/dP at zero pressure."""
    energy_error: float
    volume_error: float
    bulk_modulus_error: float
    derivative_error: float
    residual: float
    """Root mean square of the residuals, eV."""

    def energy_at(self, volumes: FloatArray) -> FloatArray:
        """Evaluate the fitted curve.

        Args:
            volumes: Å³, any shape.

        Returns:
            eV, same shape.
        """
        parameters = np.array([self.energy, self.volume, self.bulk_modulus, self.derivative])
        return birch_murnaghan_energy(np.asarray(volumes, dtype=float), parameters)


def birch_murnaghan_energy(volumes: FloatArray, parameters: FloatArray) -> FloatArray:
    """Evaluate the third-order Birch-Murnaghan energy.

    Args:
        volumes: Å³, any shape.
        parameters: E0 in eV, V0 in Å³, K0 in GPa, K0', shape (4,).

    Returns:
        eV, same shape as ``volumes``.
    """
    energy, volume, modulus, derivative = parameters
    eta = (volume / volumes) ** (2.0 / 3.0)
    strain = (eta - 1.0) ** 2
    scale = 9.0 * volume * modulus / EV_PER_CUBIC_ANGSTROM_IN_GPA / 16.0
    return np.asarray(energy + scale * (strain * (eta - 1.0) * derivative + strain * (6.0 - 4.0 * eta)))


def fit_birch_murnaghan(volumes: FloatArray, energies: FloatArray) -> BirchMurnaghan:
    """Fit energies over volumes.

    Args:
        volumes: Cell volumes in Å³, shape (n,), n >= 5, strictly increasing.
        energies: Total energies in eV of the same cells, shape (n,).

    Returns:
        The equation of state with the standard errors of its parameters.

    Raises:
        EquationOfStateError: Too few or unordered points, or no minimum inside the sampled volumes.
    """
    v, e = _checked(volumes, energies)
    middle = float(v.mean())
    x = (v / middle) ** (-2.0 / 3.0)
    design = np.vander(x, N_PARAMETERS, increasing=True)
    coefficients, *_ = np.linalg.lstsq(design, e - e.mean(), rcond=None)
    volume = middle * _minimum(coefficients, v / middle, middle) ** -1.5
    curve = np.polynomial.Polynomial(coefficients)
    x0 = (volume / middle) ** (-2.0 / 3.0)
    # E''(V) and K' follow from the chain rule with x = V^(-2/3) and E'(x0) = 0.
    second, third = float(curve.deriv(2)(x0)), float(curve.deriv(3)(x0))
    modulus = 4.0 / 9.0 * second * x0**2 / volume
    parameters = np.array(
        [
            float(curve(x0)) + float(e.mean()),
            volume,
            modulus * EV_PER_CUBIC_ANGSTROM_IN_GPA,
            4.0 + 2.0 / 3.0 * x0 * third / second,
        ]
    )
    residuals = e - birch_murnaghan_energy(v, parameters)
    errors = _standard_errors(v, parameters, residuals)
    rms = float(np.sqrt(np.mean(residuals**2)))
    return BirchMurnaghan(*map(float, (*parameters, *errors, rms)))


def _checked(volumes: FloatArray, energies: FloatArray) -> tuple[FloatArray, FloatArray]:
    v, e = np.asarray(volumes, dtype=float), np.asarray(energies, dtype=float)
    if v.shape != e.shape or v.ndim != 1 or len(v) <= N_PARAMETERS:
        raise EquationOfStateError(
            f"a Birch-Murnaghan fit needs at least {N_PARAMETERS + 1} volumes with one energy each, "
            f"not {v.size} volumes and {e.size} energies"
        )
    if not (np.isfinite(v).all() and np.isfinite(e).all()):
        raise EquationOfStateError("a volume or an energy is not a finite number")
    if not (np.diff(v) > 0.0).all() or v[0] <= 0.0:
        raise EquationOfStateError("the volumes must be positive and strictly increasing")
    return v, e


def _minimum(coefficients: FloatArray, relative: FloatArray, middle: float) -> float:
    """Return x at the minimum of the cubic; refuse one outside the sampled volumes."""
    _, b, c, d = map(float, coefficients)
    discriminant = 4.0 * c * c - 12.0 * b * d
    curvature = discriminant**0.5 if discriminant > 0.0 else 0.0  # second derivative at the minimum
    denominator = curvature + 2.0 * c
    x = -2.0 * b / denominator if curvature > 0.0 and denominator != 0.0 else -1.0
    low, high = middle * relative[0], middle * relative[-1]
    ends = np.polynomial.Polynomial(coefficients)(relative[[0, -1]] ** (-2.0 / 3.0))
    lowest = np.polynomial.Polynomial(coefficients)(x)
    inside = 1.0 / relative[-1] <= x**1.5 <= 1.0 / relative[0] if x > 0.0 else False
    if x <= 0.0 or (inside and ends.min() <= lowest):
        raise EquationOfStateError(
            f"the energies between {low:.2f} and {high:.2f} Å³ have no minimum: relax the structure first"
        )
    volume = middle * x**-1.5
    if not low <= volume <= high:
        where, by = ("below", low - volume) if volume < low else ("above", volume - high)
        raise EquationOfStateError(
            f"the minimum lies at {volume:.2f} Å³, {by:.2f} Å³ {where} the sampled {low:.2f} to {high:.2f} Å³: "
            "relax the structure first, or sample wider"
        )
    return x


def _standard_errors(volumes: FloatArray, parameters: FloatArray, residuals: FloatArray) -> FloatArray:
    """Return the standard errors of the parameters from the curvature of the sum of squares, shape (4,)."""
    steps = 1e-5 * np.maximum(np.abs(parameters), 1.0)
    scaled = [
        (
            birch_murnaghan_energy(volumes, parameters + step * unit)
            - birch_murnaghan_energy(volumes, parameters - step * unit)
        )
        / 2.0
        for step, unit in zip(steps, np.eye(N_PARAMETERS), strict=True)
    ]
    jacobian = np.stack(scaled, axis=1)
    variance = float(residuals @ residuals) / (len(volumes) - N_PARAMETERS)
    norms = np.linalg.norm(jacobian, axis=0)
    covariance = np.linalg.pinv(jacobian / norms) / norms[:, None]
    return np.asarray(np.sqrt(variance * (covariance**2).sum(axis=1)) * steps)
