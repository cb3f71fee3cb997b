"""Shapes of a drawing: edges of the cell, polyhedra around cations, and where to look from.

Arrays in, arrays out; knows nothing of structures or elements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

TURN_DEGREES, TILT_DEGREES = 24.0, 14.0
"""From looking straight along a: around the vertical, and down from above."""


def cell_edges(matrix: ArrayLike, repeat: tuple[int, int, int] = (1, 1, 1)) -> FloatArray:
    """Return the lines along which repeated cells meet, shape (n, 2, 3), in Å.

    Args:
        matrix: Lattice vectors by row in Å, shape (3, 3).
        repeat: How many cells along each vector.
    """
    lines = []
    for along in range(3):
        p, q = (k for k in range(3) if k != along)
        for m in range(repeat[p] + 1):
            for n in range(repeat[q] + 1):
                start = np.zeros(3)
                start[p], start[q] = m, n
                stop = start.copy()
                stop[along] = repeat[along]
                lines.append((start, stop))
    return np.array(lines) @ np.asarray(matrix, dtype=np.float64)


def polyhedra(positions: FloatArray, shells: Sequence[IntArray]) -> tuple[IntArray, IntArray]:
    """Return the hulls of coordination shells as triangles.

    Args:
        positions: Atoms in Å, shape (n, 3).
        shells: Per shell the atom at its centre and then those around it.

    Returns:
        Triangles by atom, shape (f, 3), with outward normals, and the centre of each triangle's shell, (f,).
    """
    from scipy.spatial import ConvexHull, QhullError  # noqa: PLC0415 - heavy import

    faces, centres = [], []
    for shell in shells:
        corners = positions[shell[1:]]
        try:
            hull = ConvexHull(corners)
        except QhullError:  # flat, such as a square around Cu
            continue
        triangles = hull.simplices.copy()
        normal = np.cross(
            corners[triangles[:, 1]] - corners[triangles[:, 0]],
            corners[triangles[:, 2]] - corners[triangles[:, 0]],
        )
        inward = np.einsum("ij,ij->i", normal, hull.equations[:, :3]) < 0
        triangles[inward] = triangles[inward][:, ::-1]
        faces.append(shell[1:][triangles])
        centres.append(np.full(len(triangles), shell[0]))
    if not faces:
        return np.zeros((0, 3), np.int64), np.zeros(0, np.int64)
    return np.concatenate(faces), np.concatenate(centres)


def view_of_cell(matrix: ArrayLike) -> FloatArray:
    """Return right, up and towards the viewer, by row: c upwards, a to the front, turned and tilted.

    Args:
        matrix: Lattice vectors by row, shape (3, 3).
    """
    _, b, c = np.asarray(matrix, dtype=np.float64)
    up = c / np.linalg.norm(c)
    right = b - (b @ up) * up
    right /= np.linalg.norm(right)
    return _turned(np.stack([right, up, np.cross(right, up)]), TURN_DEGREES, TILT_DEGREES)


def view_of_molecule(positions: FloatArray) -> FloatArray:
    """Return right, up and towards the viewer, by row: the longest axis across, the flattest side in front.

    Args:
        positions: Atoms in Å, shape (n, 3).
    """
    if len(positions) < 2:  # noqa: PLR2004 - an atom has no axes
        return np.eye(3)
    centred = positions - positions.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=True)[2]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    axes = axes * np.sign(largest)  # one of two signs, always the same one
    axes[2] = np.cross(axes[0], axes[1])
    return _turned(axes, 12.0, TILT_DEGREES)


def middle_of_view(points: FloatArray, view: FloatArray) -> FloatArray:
    """Return the point to look at: the middle of what is seen, shape (3,).

    Args:
        points: Everything drawn, in Å, shape (n, 3).
        view: Right, up and towards the viewer, by row.
    """
    if not len(points):
        return np.zeros(3)
    seen = points @ view.T
    result: FloatArray = (seen.min(axis=0) + seen.max(axis=0)) / 2 @ view
    return result


def _turned(view: FloatArray, turn_degrees: float, tilt_degrees: float) -> FloatArray:
    turn, tilt = np.radians([turn_degrees, tilt_degrees])
    about_up = np.array([[np.cos(turn), 0, -np.sin(turn)], [0, 1, 0], [np.sin(turn), 0, np.cos(turn)]])
    about_right = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    result: FloatArray = about_right @ about_up @ view
    return result
