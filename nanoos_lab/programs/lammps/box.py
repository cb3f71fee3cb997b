"""LAMMPS' own orientation of a cell: a along x, b in the xy plane, right-handed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


class Box(NamedTuple):
    """A cell as LAMMPS wants it."""

    matrix: FloatArray
    """Row vectors in Å, a lower triangle with a positive diagonal, shape (3, 3)."""
    rotation: FloatArray
    """Orthogonal: our rows are LAMMPS' rows times it, shape (3, 3)."""

    def inward(self, vectors: FloatArray) -> FloatArray:
        """Turn our vectors into LAMMPS' orientation.

        Args:
            vectors: Shape (..., 3).
        """
        return np.asarray(vectors @ self.rotation.T)

    def outward(self, vectors: FloatArray) -> FloatArray:
        """Turn LAMMPS' vectors into our orientation.

        Args:
            vectors: Shape (..., 3).
        """
        return np.asarray(vectors @ self.rotation)

    def tensor_outward(self, tensor: FloatArray) -> FloatArray:
        """Turn a tensor of second rank into our orientation.

        Args:
            tensor: Shape (3, 3).
        """
        return np.asarray(self.rotation.T @ tensor @ self.rotation)


def box_of(cell: FloatArray) -> Box:
    """Return LAMMPS' orientation of a cell; energies do not know the difference.

    Args:
        cell: Row vectors in Å, of either handedness, shape (3, 3).
    """
    q, r = np.linalg.qr(np.asarray(cell, dtype=float).T)
    signs = np.where(np.diag(r) < 0.0, -1.0, 1.0)
    matrix = np.tril((signs[:, None] * r).T)
    return Box(matrix, (q * signs).T)


def is_upright(box: Box) -> bool:
    """Return whether the cell is a cuboid along the axes.

    Args:
        box: The box.
    """
    tilts = box.matrix[[1, 2, 2], [0, 0, 1]]
    return bool(np.all(np.abs(tilts) < 1e-9 * np.diag(box.matrix).max()))


def bounds_lines(box: Box) -> str:
    """Return the header of a dump's box, as ``read_dump`` takes it for a triclinic box.

    Args:
        box: The box; its origin is at zero.
    """
    (lx, xy, xz), (ly, yz), lz = _lengths(box)
    x = (min(0.0, xy, xz, xy + xz), lx + max(0.0, xy, xz, xy + xz))
    y = (min(0.0, yz), ly + max(0.0, yz))
    rows = [(*x, xy), (*y, xz), (0.0, lz, yz)]
    return "ITEM: BOX BOUNDS xy xz yz pp pp pp\n" + "\n".join(" ".join(f"{v:.17g}" for v in r) for r in rows)


def matrix_of_bounds(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return cell and origin that the box header of a dump means.

    Args:
        rows: Its three lines, of two numbers each, or of three where the box is triclinic.

    Returns:
        Row vectors in Å, shape (3, 3), and the origin, shape (3,).
    """
    low, high = rows[:, 0].copy(), rows[:, 1].copy()
    xy, xz, yz = rows[:, 2] if rows.shape[1] > 2 else (0.0, 0.0, 0.0)  # noqa: PLR2004 - tilts are there
    low[0] -= min(0.0, xy, xz, xy + xz)
    high[0] -= max(0.0, xy, xz, xy + xz)
    low[1] -= min(0.0, yz)
    high[1] -= max(0.0, yz)
    length = high - low
    return np.array([[length[0], 0, 0], [xy, length[1], 0], [xz, yz, length[2]]], dtype=float), low


def _lengths(box: Box) -> tuple[tuple[float, float, float], tuple[float, float], float]:
    m = box.matrix
    return (float(m[0, 0]), float(m[1, 0]), float(m[2, 0])), (float(m[1, 1]), float(m[2, 1])), float(m[2, 2])
