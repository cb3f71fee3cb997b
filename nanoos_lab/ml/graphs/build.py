"""Neighbours of every atom within the cutoff, for many crystals at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nanoos_lab.ml.graphs.flat import Graphs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

CUTOFF_ANGSTROM = 5.0
"""Longest edge."""
_SAME_ATOM = 1e-8
"""Å below which a pair is an atom with itself."""


class Cell(NamedTuple):
    """A crystal as plain arrays."""

    matrix: NDArray[np.float64]
    """Lattice vectors in Å, one row each, shape (3, 3)."""
    fractional: NDArray[np.float64]
    """Fractional coordinates, shape (n, 3)."""
    numbers: NDArray[np.int64]
    """Atomic numbers, shape (n,)."""


def cells_of(structures: Iterable[Structure]) -> list[Cell]:
    """Return ordered crystals as plain arrays.

    Args:
        structures: pymatgen structures without partial occupancy.
    """
    return [
        Cell(s.lattice.matrix, s.frac_coords, np.fromiter((site.specie.Z for site in s), np.int64, len(s)))
        for s in structures
    ]


def build_graphs(structures: Sequence[Structure]) -> Graphs:
    """Return the graphs of ordered crystals.

    Args:
        structures: pymatgen structures without partial occupancy.
    """
    return graphs_of_cells(cells_of(structures))


def graphs_of_cells(cells: Sequence[Cell]) -> Graphs:
    """Return the graphs of crystals given as arrays.

    Args:
        cells: The crystals.
    """
    found = [_edges(cell) for cell in cells]
    return Graphs(
        numbers=_joined([cell.numbers for cell in cells], np.int64),
        atoms=np.array([len(cell.numbers) for cell in cells], dtype=np.int64),
        edges=np.array([len(centers) for centers, _, _ in found], dtype=np.int64),
        centers=_joined([centers for centers, _, _ in found], np.int64),
        neighbours=_joined([neighbours for _, neighbours, _ in found], np.int64),
        vectors=_joined([vectors for _, _, vectors in found], np.float32).reshape(-1, 3),
    )


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.int64 | np.float32]) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, kind)


def _edges(cell: Cell) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    from pymatgen.optimization.neighbors import find_points_in_spheres  # noqa: PLC0415 - heavy import

    matrix = np.ascontiguousarray(cell.matrix, dtype=float)
    points = np.ascontiguousarray(cell.fractional @ matrix)
    centers, neighbours, images, distances = find_points_in_spheres(
        points, points, r=CUTOFF_ANGSTROM, pbc=np.ones(3, dtype=np.int64), lattice=matrix, tol=_SAME_ATOM
    )
    kept = distances > _SAME_ATOM
    centers, neighbours = centers[kept], neighbours[kept]
    vectors = points[neighbours] - points[centers] + images[kept] @ matrix
    order = np.argsort(centers, kind="stable")
    return centers[order], neighbours[order], vectors[order]
