"""An equation of state as pictures need it: computed points and the fitted curve between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Point = tuple[float, float]
"""Volume in Å³/atom, energy in eV/atom."""


@dataclass(frozen=True)
class EosCurve:
    """Energies at several volumes and the Birch-Murnaghan curve through them."""

    label: str
    points: Sequence[Point]
    """What was computed."""
    curve: Sequence[Point]
    """The fit, finely sampled."""
    volume: float
    """Equilibrium volume in Å³/atom."""
    energy: float
    """Energy at ``volume`` in eV/atom."""
    bulk_modulus: float
    """Bulk modulus at ``volume`` in GPa."""

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any], label: str) -> Self:
        """Return the curve that a run of the task ``eos`` left in its summary.

        Args:
            summary: Its ``points_per_atom``, ``curve_per_atom``, ``volume_per_atom``, ``energy`` and
                ``bulk_modulus`` are used.
            label: What it is the curve of.
        """
        return cls(
            label=label,
            points=[(float(v), float(e)) for v, e in summary["points_per_atom"]],
            curve=[(float(v), float(e)) for v, e in summary["curve_per_atom"]],
            volume=float(summary["volume_per_atom"]),
            energy=float(summary["energy"]),
            bulk_modulus=float(summary["bulk_modulus"]),
        )
