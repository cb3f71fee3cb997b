"""Mean square displacements and self-diffusion coefficients.

The displacement is averaged over all origins by the Fourier transform (V. Calandrini et al., Collection SFN 12, 201
(2011), section 4.2). D is a sixth of its slope (A. Einstein, Ann. Phys. 322,
549 (1905)). A coefficient is only given where the displacement grows linearly and exceeds the room of a site.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

BLOCKS = 5
"""Parts of the trajectory whose scatter gives the uncertainty."""
FIT = (0.1, 0.5)
"""Ends of the fitted range of times, over the length of a block."""
EXPONENTS = (0.8, 1.2)
"""Growth of the displacement as a power of time within which it counts as linear."""
FEWEST_FRAMES = 100
COLUMNS = 256
"""So many coordinates are transformed at once, to save memory."""
CM2_PER_S = 1e-4
"""One Å²/ps in cm²/s."""


@dataclass(frozen=True)
class Diffusion:
    """How the atoms of one element moved."""

    element: str
    times: FloatArray
    """Lag times in ps, shape (k,)."""
    displacement: FloatArray
    """Mean square displacement in Å², shape (k,)."""
    fit: tuple[float, float]
    """Range of lag times of the fit, ps."""
    slope: float
    """Å²/ps."""
    intercept: float
    """Å²."""
    exponent: float
    """Power of time with which the displacement grows in that range."""
    coefficient: float | None
    """cm²/s; None where the atoms are not shown to diffuse."""
    error: float | None
    """Standard error of the mean over blocks, cm²/s."""
    reason: str = ""
    """Why there is no coefficient."""


def mean_square_displacement(positions: FloatArray) -> FloatArray:
    """Return the mean square displacement over all atoms and all origins.

    Args:
        positions: Å, not wrapped, shape (m, n, 3).

    Returns:
        Å² at lags of 0 to m − 1 frames, shape (m,).
    """
    m = len(positions)
    # the mean position is taken away, or large numbers would cancel
    flat = (positions - positions.mean(axis=0)).reshape(m, -1)
    squares = np.append((flat**2).sum(axis=1), 0.0)
    power = np.zeros(m + 1)
    for k in range(0, flat.shape[1], COLUMNS):
        power += (np.abs(np.fft.rfft(flat[:, k : k + COLUMNS], n=2 * m, axis=0)) ** 2).sum(axis=1)
    correlated = np.fft.irfft(power, n=2 * m)[:m]
    origins = m - np.arange(m)
    total, both = 2.0 * squares.sum(), np.empty(m)
    for lag in range(m):
        total -= squares[lag - 1] + squares[m - lag]
        both[lag] = total
    found = (both - 2.0 * correlated) / origins / positions.shape[1]
    found[0] = 0.0
    return np.asarray(np.maximum(found, 0.0))


def diffusion(positions: FloatArray, interval: float, *, element: str, site_radius: float) -> Diffusion:
    """Return the diffusion coefficient of one element, or why there is none.

    Args:
        positions: Å, not wrapped, without the drift of the whole, shape (m, n, 3).
        interval: Time from one frame to the next, ps.
        element: Its symbol.
        site_radius: Å; atoms that move less rattle about their sites.
    """
    m = len(positions)
    length = m // BLOCKS
    displacement = mean_square_displacement(positions)
    times = np.asarray(interval * np.arange(m), dtype=np.float64)
    low, high = max(1, round(FIT[0] * length)), max(3, round(FIT[1] * length))
    shown = min(m, max(high + 1, m // 2))
    slope, intercept, exponent = _fit(times, displacement, low, min(high, m - 1))
    reason = _objection(m, displacement[min(high, m - 1)], exponent, site_radius)
    errors = None
    if not reason:
        blocks = [positions[k * length : (k + 1) * length] for k in range(BLOCKS)]
        slopes = [_fit(times, mean_square_displacement(b), low, high)[0] for b in blocks]
        errors = float(np.std(slopes, ddof=1) / np.sqrt(BLOCKS)) / 6.0 * CM2_PER_S
    return Diffusion(
        element=element,
        times=times[:shown],
        displacement=displacement[:shown],
        fit=(float(times[low]), float(times[min(high, m - 1)])),
        slope=slope,
        intercept=intercept,
        exponent=exponent,
        coefficient=None if reason else slope / 6.0 * CM2_PER_S,
        error=errors,
        reason=reason,
    )


def _fit(times: FloatArray, displacement: FloatArray, low: int, high: int) -> tuple[float, float, float]:
    """Return slope, intercept and exponent on a range of lags, both ends included."""
    t, y = times[low : high + 1], displacement[low : high + 1]
    if len(t) < 2:  # noqa: PLR2004 - a line needs two points
        return float("nan"), float("nan"), float("nan")
    slope, intercept = np.polyfit(t, y, 1)
    moving = y > 0.0
    exponent = np.polyfit(np.log(t[moving]), np.log(y[moving]), 1)[0] if moving.sum() > 1 else float("nan")
    return float(slope), float(intercept), float(exponent)


def _objection(frames: int, reached: float, exponent: float, site_radius: float) -> str:
    if frames < FEWEST_FRAMES:
        return f"{frames} frames are too few for a slope with its uncertainty: at least {FEWEST_FRAMES} are needed"
    if not reached >= site_radius**2:
        return (
            f"the mean square displacement reaches {reached:.2g} Å², less than the square of the radius of a site "
            f"({site_radius**2:.2g} Å²): the atoms rattle in place; run longer or hotter"
        )
    if not EXPONENTS[0] <= exponent <= EXPONENTS[1]:
        return (
            f"the mean square displacement grows as time to the power {exponent:.2f}, not 1: run longer before the "
            "slope means diffusion"
        )
    return ""
