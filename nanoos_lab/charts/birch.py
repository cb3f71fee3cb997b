"""The Birch-Murnaghan curve as pictures need it: points, a fit, and the energy between the points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_GPA_PER_EV_A3 = 160.21766208
"""e / Å³ in GPa (CODATA 2018: 1 eV = 1.602176634e-19 J)."""


@dataclass(frozen=True)
class EosCurve:
    """Energies at several volumes and the Birch-Murnaghan curve through them."""

    label: str
    volumes: Sequence[float]
    """Å³/atom."""
    energies: Sequence[float]
    """eV/atom."""
    v0: float
    """Equilibrium volume in Å³/atom."""
    e0: float
    """Energy at ``v0`` in eV/atom."""
    b0_gpa: float
    """Bulk modulus at ``v0`` in GPa."""
    b0_prime: float
    """Its pressure derivative."""


def birch_murnaghan(volumes: NDArray[np.float64], curve: EosCurve) -> NDArray[np.float64]:
    """Return the third-order Birch-Murnaghan energy.

    Args:
        volumes: Å³/atom, shape (n,).
        curve: Its ``e0``, ``v0``, ``b0_gpa`` and ``b0_prime`` are used.

    Returns:
        Energies in eV/atom, shape (n,).

    Source: F. Birch, Phys. Rev. 71, 809 (1947).
    """
    strain = (curve.v0 / volumes) ** (2 / 3) - 1
    b0 = curve.b0_gpa / _GPA_PER_EV_A3
    return curve.e0 + 9 * curve.v0 * b0 / 16 * (
        strain**3 * curve.b0_prime + strain**2 * (6 - 4 * (strain + 1))
    )
