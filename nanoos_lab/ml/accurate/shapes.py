"""How atoms lie in a crystal, as numbers for the trees and the machines: distances, neighbours, packing, density.

Stiffness in shear hangs on them more than CHGNet's numbers of the atoms tell.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.ml.gnn.elements import LAST_ELEMENT
from nanoos_lab.ml.graphs.flat import starts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nanoos_lab.ml.graphs import Graphs

    FloatArray = NDArray[np.float64]

UNKNOWN_RADIUS = 1.5
"""Å, of elements without a measured one."""
FAR = 9.0
"""Å, and sums of radii: the distance to a neighbour where there is none within the cutoff."""
SOFT = 0.15
"""By how much farther than the nearest neighbour, relative to the radii, another begins to count less."""
NEAR = 1.15
"""Times the nearest distance up to which an atom counts as a neighbour as near."""
NUMBERS = 18
"""Of each crystal."""


def shape_rows(graphs: Graphs, volumes: FloatArray) -> FloatArray:
    """Return numbers of each crystal, shape (g, 18).

    Mean, least, largest and scatter over the atoms of: the distance to the nearest neighbour in Å; the smallest
    distance in sums of radii; the number of neighbours, counted softly by the latter; the number within 1.15 times
    the former. Then the part of the volume that spheres of the atoms' radii would fill, and the logarithm of the
    density.

    Args:
        graphs: The crystals.
        volumes: Volumes in Å³/atom, shape (g,).
    """
    radii, masses = _elements()
    first = starts(graphs.atoms)
    shift = np.repeat(first, graphs.edges)
    centers, neighbours = graphs.centers + shift, graphs.neighbours + shift
    own = radii[graphs.numbers]
    lengths = np.linalg.norm(graphs.vectors, axis=1).astype(float)
    relative = lengths / (own[centers] + own[neighbours])
    nearest, closest = (np.full(len(own), FAR) for _ in range(2))
    np.minimum.at(nearest, centers, lengths)
    np.minimum.at(closest, centers, relative)
    soft = np.exp(-(((relative / closest[centers] - 1.0) / SOFT) ** 2))
    counts = [
        np.bincount(centers, weights=w, minlength=len(own))
        for w in (soft, (lengths < NEAR * nearest[centers]).astype(float))
    ]
    filled = np.add.reduceat(4.0 / 3.0 * np.pi * own**3, first) / graphs.atoms / volumes
    density = np.log(np.add.reduceat(masses[graphs.numbers], first) / graphs.atoms / volumes)
    columns = [column for values in (nearest, closest, *counts) for column in _over(values, graphs)]
    return np.stack([*columns, filled, density], axis=1)


def _over(values: FloatArray, graphs: Graphs) -> list[FloatArray]:
    """Return mean, least, largest and scatter over the atoms of each crystal."""
    first, count = starts(graphs.atoms), graphs.atoms
    mean = np.add.reduceat(values, first) / count
    apart = (values - np.repeat(mean, count)) ** 2
    least, largest = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    return [mean, least, largest, np.sqrt(np.add.reduceat(apart, first) / count)]


@functools.cache
def _elements() -> tuple[FloatArray, FloatArray]:
    """Return radii in Å and masses, by atomic number."""
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - heavy import

    known = [Element.from_Z(z) for z in range(1, LAST_ELEMENT + 1)]
    radii = [float(e.atomic_radius) if e.atomic_radius else UNKNOWN_RADIUS for e in known]
    return np.array([UNKNOWN_RADIUS, *radii]), np.array([1.0, *(float(e.atomic_mass) for e in known)])
