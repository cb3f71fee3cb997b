"""Shapes of a drawing: edges of the cell, polyhedra around cations, lattice planes, and where to look from.

Arrays in, arrays out; knows nothing of structures or elements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from numpy.typing import ArrayLike, NDArray
    from scipy.spatial import ConvexHull

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    View = Literal["auto", "a", "b", "c"] | Sequence[int]

TURN_DEGREES, TILT_DEGREES = 24.0, 14.0
"""From looking straight along a: around the vertical, and down from above."""
COPLANAR = 0.9999
"""Cosine between the normals of triangles that count as one face."""
EPSILON = 1e-9


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


def polyhedra(positions: FloatArray, shells: Sequence[IntArray]) -> tuple[IntArray, IntArray, IntArray]:
    """Return the hulls of coordination shells as triangles.

    Args:
        positions: Atoms in Å, shape (n, 3).
        shells: Per shell the atom at its centre and then those around it.

    Returns:
        Triangles by atom, shape (f, 3), with outward normals; the centre of each triangle's shell, (f,); and the
        edges between faces that do not lie in one plane, each once, pairs of atoms, (e, 2).
    """
    from scipy import spatial  # noqa: PLC0415 - heavy import

    faces, centres, edges = [], [], []
    for shell in shells:
        corners = positions[shell[1:]]
        try:
            hull = spatial.ConvexHull(corners)
        except spatial.QhullError:  # flat, such as a square around Cu
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
        edges.append(shell[1:][_sharp_edges(hull)])
    if not faces:
        return np.zeros((0, 3), np.int64), np.zeros(0, np.int64), np.zeros((0, 2), np.int64)
    return np.concatenate(faces), np.concatenate(centres), np.unique(np.concatenate(edges), axis=0)


def _sharp_edges(hull: ConvexHull) -> IntArray:
    """Return the edges of a hull where it bends, pairs of corners in ascending order, shape (e, 2)."""
    simplices, neighbors, equations = hull.simplices, hull.neighbors, hull.equations
    face, opposite = np.nonzero(np.arange(len(simplices))[:, None] < neighbors)
    other = neighbors[face, opposite]
    bends = np.einsum("ij,ij->i", equations[face, :3], equations[other, :3]) < COPLANAR
    ends = np.array([[1, 2], [0, 2], [0, 1]])[opposite[bends]]
    result: IntArray = np.sort(np.take_along_axis(simplices[face[bends]], ends, axis=1), axis=1)
    return result.astype(np.int64)


def plane_polygon(
    matrix: ArrayLike, hkl: tuple[int, int, int], offset: float, repeat: tuple[int, int, int] = (1, 1, 1)
) -> FloatArray:
    """Return the polygon that a lattice plane cuts out of repeated cells, anticlockwise seen along its normal.

    The plane is h x + k y + l z = offset, with x, y and z the coordinates along the lattice vectors.

    Args:
        matrix: Lattice vectors by row in Å, shape (3, 3).
        hkl: Miller indices.
        offset: In plane spacings from the origin.
        repeat: How many cells along each vector.

    Returns:
        Corners in Å, shape (p, 3), without any where the plane misses the cells or only touches an edge.
    """
    lattice = np.asarray(matrix, dtype=np.float64)
    corners = np.array(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij")).reshape(3, -1).T * np.array(repeat)
    height = corners @ np.array(hkl, dtype=np.float64) - offset
    one, two = np.array([(p, q) for p in range(8) for q in range(p) if (p ^ q).bit_count() == 1]).T
    crosses = (height[one] * height[two] < 0) & (np.minimum(abs(height[one]), abs(height[two])) > EPSILON)
    share = height[one][crosses] / (height[one] - height[two])[crosses]
    between = corners[one][crosses] + share[:, None] * (corners[two] - corners[one])[crosses]
    points = np.concatenate([corners[abs(height) <= EPSILON], between]) @ lattice
    if len(points) < 3:  # noqa: PLR2004 - a polygon has three corners
        return np.zeros((0, 3))
    normal = plane_normal(lattice, hkl)
    arm = points - points.mean(axis=0)
    first = arm[0] / np.linalg.norm(arm[0])
    angle = np.arctan2(arm @ np.cross(normal, first), arm @ first)
    result: FloatArray = points[np.argsort(angle)]
    return result


def polygon_area(corners: FloatArray) -> float:
    """Return the area of a flat polygon in Å².

    Args:
        corners: In order, shape (p, 3).
    """
    if len(corners) < 3:  # noqa: PLR2004 - a polygon has three corners
        return 0.0
    spokes = corners[1:] - corners[0]
    return float(np.linalg.norm(np.cross(spokes[:-1], spokes[1:]).sum(axis=0)) / 2)


def plane_normal(matrix: ArrayLike, hkl: Sequence[int]) -> FloatArray:
    """Return the unit normal of a lattice plane: the direction of h a* + k b* + l c*.

    Args:
        matrix: Lattice vectors by row, shape (3, 3).
        hkl: Miller indices.
    """
    normal = np.linalg.solve(np.asarray(matrix, dtype=np.float64), np.array(hkl, dtype=np.float64))
    result: FloatArray = normal / np.linalg.norm(normal)
    return result


def plane_spacing(matrix: ArrayLike, hkl: Sequence[int]) -> float:
    """Return the distance between neighbouring lattice planes in Å: 1 / |h a* + k b* + l c*|.

    Args:
        matrix: Lattice vectors by row in Å, shape (3, 3).
        hkl: Miller indices.
    """
    normal = np.linalg.solve(np.asarray(matrix, dtype=np.float64), np.array(hkl, dtype=np.float64))
    return float(1.0 / np.linalg.norm(normal))


def view_along(matrix: ArrayLike, view: View) -> FloatArray:
    """Return right, up and towards the viewer, by row, looking straight along an axis or at a plane.

    Upwards is c, or b where c points at the viewer.

    Args:
        matrix: Lattice vectors by row, shape (3, 3).
        view: ``"a"``, ``"b"``, ``"c"``, or the Miller indices of the plane that is looked at.

    Raises:
        InvalidInputError: Neither of these.
    """
    lattice = np.asarray(matrix, dtype=np.float64)
    if isinstance(view, str):
        if view not in ("a", "b", "c"):
            raise InvalidInputError(
                f"no view {view!r}: use 'a', 'b', 'c', 'auto' or Miller indices (h, k, l)"
            )
        towards = lattice["abc".index(view)]
    else:
        towards = plane_normal(lattice, miller(view))
    towards = towards / np.linalg.norm(towards)
    c = lattice[2] / np.linalg.norm(lattice[2])
    up = c if abs(c @ towards) < 0.95 else lattice[1]  # noqa: PLR2004 - too near to tell what is up
    up = up - (up @ towards) * towards
    up /= np.linalg.norm(up)
    return np.stack([np.cross(up, towards), up, towards])


def miller(indices: Sequence[int]) -> tuple[int, int, int]:
    """Return checked Miller indices.

    Args:
        indices: h, k and l.

    Raises:
        InvalidInputError: Not three whole numbers, or all are zero.
    """
    try:
        h, k, l = (int(n) for n in indices)  # noqa: E741 - the field's letters
        whole = (h, k, l) == tuple(indices)
    except (TypeError, ValueError):
        whole = False
    if not whole or not any(indices):
        raise InvalidInputError(f"Miller indices are three whole numbers, not all zero, not {indices!r}")
    return h, k, l


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
