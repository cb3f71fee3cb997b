"""Whether a structure resembles what the calibration rests on: near-equilibrium crystals of the Materials Project.

Four plain signs. Each of its elements occurs in at least ten of the compounds that the references were fitted
to; its CHGNet embedding is no further from their mean, in the metric of their own scatter (Mahalanobis
distance), than 99 of 100 calibration rows; and neither its largest force nor its pressure is so large that the
geometry alone would shift the energy by more than the half width. Inside, the stated half widths were measured;
outside they are not promised, and the value says why.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.ml.references import elemental_references

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core.composition import Composition

    from nanoos_lab.potentials.chgnet import Evaluation

    FloatArray = NDArray[np.float64]

FILE = Path(__file__).parent / "data" / "chgnet_domain.json"
LEAST_ROWS = 10
INSIDE = 0.99
"""Part of the calibration rows whose embedding counts as inside."""
FORCE_LIMIT = 1.0
"""eV/Å. With a bond's force constant of 5 eV/Å², f²/2k is 0.1 eV on one atom, 0.05 eV/atom in a pair."""
PRESSURE_LIMIT = 10.0
"""GPa. With K = 100 GPa and 12 Å³ per atom, P²V/2K is 0.04 eV/atom; a measured lattice constant, a percent
below the one of CHGNet, makes 3 to 5 GPa."""
SHRINKAGE = 1e-4
"""Part of the mean variance added to every direction: float noise must not decide."""


class Cloud:
    """Mean and whitening of embeddings of d numbers.

    Args:
        mean: Shape (d,).
        whitening: Maps a difference to units of the scatter, shape (d, d).
    """

    def __init__(self, mean: FloatArray, whitening: FloatArray) -> None:
        self.mean, self.whitening = np.asarray(mean, dtype=float), np.asarray(whitening, dtype=float)

    @classmethod
    def fit(cls, embeddings: FloatArray) -> Cloud:
        """Describe a cloud.

        Args:
            embeddings: Shape (n, d).
        """
        mean, covariance = embeddings.mean(axis=0), np.cov(embeddings.T)
        covariance += SHRINKAGE * np.trace(covariance) / len(mean) * np.eye(len(mean))
        return cls(mean, np.linalg.inv(np.linalg.cholesky(covariance)).T)

    def distance(self, embeddings: FloatArray) -> FloatArray:
        """Return Mahalanobis distances from the mean.

        Args:
            embeddings: Shape (..., d).

        Returns:
            Shape (...).
        """
        return np.asarray(np.linalg.norm((embeddings - self.mean) @ self.whitening, axis=-1))


def signs_of(evaluation: Evaluation, cloud: Cloud) -> tuple[float, float, float]:
    """Return embedding distance, largest force in eV/Å and magnitude of the pressure in GPa.

    Args:
        evaluation: CHGNet's answer with forces and stress.
        cloud: The reference embeddings.
    """
    assert evaluation.forces is not None  # noqa: S101 - the caller asked for them
    assert evaluation.stress is not None  # noqa: S101
    force = float(np.linalg.norm(evaluation.forces, axis=1).max())
    pressure = abs(float(np.trace(evaluation.stress))) / 3.0
    return float(cloud.distance(evaluation.embedding.astype(float))), force, pressure


def doubts(evaluation: Evaluation, composition: Composition) -> tuple[str, ...]:
    """Return why a structure lies outside the domain; nothing where it lies inside.

    Args:
        evaluation: CHGNet's answer with forces and stress.
        composition: What the structure is made of.
    """
    cloud, limit = _shipped()
    table = elemental_references()
    found = [
        f"hardly any {symbol} compound among the calibration data"
        for symbol in composition.element_composition.get_el_amt_dict()
        if symbol not in table or table[symbol].rows < LEAST_ROWS
    ]
    distance, force, pressure = signs_of(evaluation, cloud)
    if distance > limit:
        found.append(f"its embedding is {distance:.1f} from the calibration data's mean, beyond {limit:.1f}")
    if force > FORCE_LIMIT:
        found.append(f"forces of {force:.2f} eV/Å: relax the structure first")
    if pressure > PRESSURE_LIMIT:
        found.append(f"a pressure of {pressure:.0f} GPa: relax the structure first")
    return tuple(found)


@functools.cache
def _shipped() -> tuple[Cloud, float]:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return Cloud(np.array(data["mean"]), np.array(data["whitening"])), float(data["limit"])
