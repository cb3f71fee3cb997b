"""Radial distribution functions of cells of any shape.

Source: M. P. Allen, D. J. Tildesley, Computer Simulation of Liquids, 2nd ed. (2017), section 8.2.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nanoos_lab.simulate.md.trajectory import Trajectory

    FloatArray = NDArray[np.float64]

BINS = 200
SAME_ANGSTROM = 1e-8
FRAMES = 200
"""g(r) is taken from about so many frames at most, evenly chosen."""


class PairDistribution(NamedTuple):
    """g(r) of one pair of elements."""

    pair: str
    """Such as ``Na-Cl``."""
    distances: FloatArray
    """Middles of the shells in Å, shape (b,)."""
    values: FloatArray
    """Shape (b,)."""
    density: float
    """Mean number density of the second element, 1/Å³."""

    def coordination(self, radius: float) -> float:
        """Return how many atoms of the second element are within a radius about one of the first.

        Args:
            radius: Å.
        """
        width = self.distances[1] - self.distances[0]
        inside = self.distances + 0.5 * width <= radius + 1e-9
        edges = np.append(self.distances - 0.5 * width, self.distances[-1] + 0.5 * width)
        shells = 4.0 / 3.0 * np.pi * np.diff(edges**3)
        return float(self.density * np.sum((self.values * shells)[inside]))


def half_thickness(cells: FloatArray) -> float:
    """Return the largest radius within which an atom sees each other one at most once, in Å.

    Args:
        cells: Row vectors, shape (m, 3, 3).
    """
    heights = 1.0 / np.linalg.norm(np.linalg.inv(cells), axis=1)
    return 0.5 * float(heights.min())


def radial_distribution(
    trajectory: Trajectory, *, cutoff: float = 8.0, bins: int = BINS
) -> tuple[PairDistribution, ...]:
    """Return g(r) of every pair of elements.

    Args:
        trajectory: The frames.
        cutoff: Largest distance in Å; at most half the thickness of the cell is looked at.
        bins: Shells.
    """
    reach = min(cutoff, half_thickness(trajectory.cells))
    edges = np.linspace(0.0, reach, bins + 1)
    symbols = np.array(trajectory.symbols)
    pairs = list(combinations_with_replacement(sorted(set(symbols)), 2))
    counts = {pair: np.zeros(bins) for pair in pairs}
    chosen = np.unique(np.linspace(0, len(trajectory) - 1, min(len(trajectory), FRAMES)).round().astype(int))
    for k in chosen:
        i, j, distance = _neighbours(trajectory.positions[k], trajectory.cells[k], reach)
        for pair in pairs:
            mine = (symbols[i] == pair[0]) & (symbols[j] == pair[1])
            counts[pair] += np.histogram(distance[mine], edges)[0]
    shells = 4.0 / 3.0 * np.pi * np.diff(edges**3)
    volume = float(np.abs(np.linalg.det(trajectory.cells[chosen])).mean())
    middles = 0.5 * (edges[1:] + edges[:-1])
    found = []
    for pair in pairs:
        first, second = (int(np.sum(symbols == s)) for s in pair)
        density = second / volume
        values = counts[pair] / (len(chosen) * first * density * shells)
        found.append(PairDistribution("-".join(pair), middles, values, density))
    return tuple(found)


def _neighbours(
    positions: FloatArray, cell: FloatArray, reach: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Return all pairs, both ways, up to a distance."""
    from pymatgen.optimization.neighbors import find_points_in_spheres  # noqa: PLC0415 - heavy import

    fractions = np.linalg.solve(cell.T, positions.T).T
    placed = np.ascontiguousarray((fractions - np.floor(fractions)) @ cell)
    matrix = np.ascontiguousarray(cell, dtype=float)
    i, j, _, distance = find_points_in_spheres(
        placed, placed, reach, np.array([1, 1, 1]), matrix, SAME_ANGSTROM
    )
    other = (i != j) | (distance > SAME_ANGSTROM)
    return i[other], j[other], distance[other]
