"""What an ensemble, or several, say of crystals: the value, how far members differ, metal or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    """Return what several ensembles say together.

    Args:
        sources: Targets of each, shape (m, g, t), with a logit for ``nonmetal``; NaN where it says nothing.
        weights: By target, then by source; they add up to one.
    """
    said = {name: _probable(targets) for name, targets in sources.items()}
    means = {name: s.mean(axis=0) for name, s in said.items()}
    values = np.stack([_mixed(means, k, weights[t]) for k, t in enumerate(TARGETS)], axis=1)
    return Opinion(values, np.nanstd(np.concatenate(list(said.values())), axis=0))


def _mixed(means: Mapping[str, FloatArray], at: int, weights: Mapping[str, float]) -> FloatArray:
    parts: Sequence[FloatArray] = [weight * means[name][:, at] for name, weight in weights.items() if weight]
    return np.asarray(np.sum(parts, axis=0))


def _probable(targets: NDArray[np.float32]) -> FloatArray:
    said = np.array(targets, dtype=np.float64)
    said[..., NONMETAL] = 1.0 / (1.0 + np.exp(-said[..., NONMETAL]))
    return said
