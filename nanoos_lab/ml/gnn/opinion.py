"""What an ensemble, or several, say of crystals: the value, how far members differ, metal or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

TARGETS = (
    "formation_energy", "gap", "nonmetal", "gap_2018", "log_k", "log_g", "log_debye", "log_phonon", "log_index",
)  # fmt: skip
"""What a network states, in order: eV/atom, eV, a logit, eV, log10 GPa twice, log10 K, log10 cm⁻¹, log10 n."""
NONMETAL = TARGETS.index("nonmetal")


@dataclass(frozen=True)
class Opinion:
    """Values of t targets for g crystals."""

    values: FloatArray
    """Shape (g, t); ``nonmetal`` is a probability."""
    spreads: FloatArray
    """Standard deviations over all members, shape (g, t)."""

    @property
    def nonmetal(self) -> FloatArray:
        """Probabilities of being a nonmetal, shape (g,)."""
        return self.values[:, NONMETAL]

    def column(self, target: str) -> tuple[FloatArray, FloatArray]:
        """Return values and spreads of one target, shape (g,) each.

        Args:
            target: One of ``TARGETS``.
        """
        at = TARGETS.index(target)
        return self.values[:, at], self.spreads[:, at]


def opinion_of(targets: NDArray[np.float32]) -> Opinion:
    """Return what the members of one ensemble say together.

    Args:
        targets: Shape (m, g, t), with a logit for ``nonmetal``.
    """
    said = _probable(targets)
    return Opinion(said.mean(axis=0), said.std(axis=0))


def blended(
    sources: Mapping[str, NDArray[np.float32]], weights: Mapping[str, Mapping[str, float]]
) -> Opinion:
    """Return what several ensembles say together; the spread does not depend on how many members each has.

    Args:
        sources: Targets of each, shape (m, g, t), with a logit for ``nonmetal``; NaN where it says nothing.
        weights: By target, then by source; they add up to one.
    """
    said = {name: _probable(targets) for name, targets in sources.items()}
    both = [_mixed(said, k, weights[t]) for k, t in enumerate(TARGETS)]
    return Opinion(*(np.stack(columns, axis=1) for columns in zip(*both, strict=True)))


def _mixed(
    said: Mapping[str, FloatArray], at: int, weights: Mapping[str, float]
) -> tuple[FloatArray, FloatArray]:
    """Return the mean of the sources for one target, and the scatter within and between them, weighted alike."""
    parts = [(weight, said[name][:, :, at]) for name, weight in weights.items() if weight]
    mean = sum(weight * own.mean(axis=0) for weight, own in parts)
    scatter = sum(
        weight * ((own.mean(axis=0) - mean) ** 2 + (own.var(axis=0, ddof=1) if len(own) > 1 else 0.0))
        for weight, own in parts
    )
    return np.asarray(mean), np.sqrt(scatter)


def _probable(targets: NDArray[np.float32]) -> FloatArray:
    said = np.array(targets, dtype=np.float64)
    said[..., NONMETAL] = 1.0 / (1.0 + np.exp(-said[..., NONMETAL]))
    return said
