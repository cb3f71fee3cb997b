"""Polyhedra and isosurfaces as shapes of an SVG.

Triangles in one plane are joined, so that a polyhedron shows its true edges. An isosurface is made coarser, and each of
its parts is drawn as two translucent layers, the far side and the near side, so that no triangle's rim shows.
"""

from __future__ import annotations

from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.scenes.svg.camera import Shape, Sheet, outline
from nanoos_lab.scenes.svg.paint import mixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from nanoos_lab.scenes.model import Scene, Surface
    from nanoos_lab.scenes.svg.camera import Camera
    from nanoos_lab.scenes.svg.paint import Paint

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    Mesh = tuple[FloatArray, FloatArray, IntArray]  # corners, normals, triangles

MOST_TRIANGLES = 1600
"""Of all isosurfaces of a drawing."""
_SOLID, _CLEAR = 0.8, 0.4
_SHADES = 14


def polyhedra(scene: Scene, camera: Camera, paint: Paint) -> Iterator[Shape]:
    """Yield the faces of coordination polyhedra.

    Args:
        scene: What is drawn.
        camera: From where.
        paint: Lights them.
    """
    positions = scene.positions.astype(np.float64)
    opacity = _SOLID if scene.style == "polyhedra" else _CLEAR
    for ring, kind in _polygons(scene):
        corners = positions[ring]
        pixels, depth, _ = camera.project(corners)
        normal = camera.view @ np.cross(corners[1] - corners[0], corners[2] - corners[0])
        normal /= max(float(np.linalg.norm(normal)), 1e-9)
        color, at = scene.species[kind].color, float(depth.mean())
        fill = paint.faded(paint.lit(color, normal), at)
        rim = mixed(fill, "#000000", 0.42)
        yield Shape(
            at,
            corners.mean(axis=0),
            f"<path d='{outline(pixels)}' fill='{fill}' fill-opacity='{opacity:g}' stroke='{rim}' "
            "stroke-width='.8' stroke-linejoin='round'/>",
        )


def _polygons(scene: Scene) -> Iterator[tuple[list[int], int]]:
    """Yield the faces as rings of atoms with the species at the centre: triangles of one plane joined."""
    sharp = {tuple(sorted(edge)) for edge in scene.face_edges.tolist()}
    triangles = scene.faces.tolist()
    corners = scene.positions[scene.faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-9)[:, None]
    group = list(range(len(triangles)))
    if sharp:
        across: dict[tuple[int, int, tuple[float, ...]], int] = {}
        for k, (ring, normal) in enumerate(zip(triangles, np.round(normals, 2).tolist(), strict=True)):
            for a, b in ((0, 1), (1, 2), (2, 0)):
                edge = tuple(sorted((ring[a], ring[b])))
                if edge not in sharp:
                    other = across.setdefault((*edge, tuple(n + 0.0 for n in normal)), k)
                    old, new = group[k], group[other]
                    group = [new if g == old else g for g in group] if old != new else group
    order = sorted(range(len(triangles)), key=lambda k: group[k])
    for _, members in groupby(order, key=lambda k: group[k]):
        chosen = list(members)
        yield _ring([triangles[k] for k in chosen]), int(scene.face_species[chosen[0]])


def _ring(triangles: list[list[int]]) -> list[int]:
    """Return the corners around joined triangles, in order."""
    if len(triangles) == 1:
        return triangles[0]
    edges = {(t[a], t[b]) for t in triangles for a, b in ((0, 1), (1, 2), (2, 0))}
    following = {a: b for a, b in edges if (b, a) not in edges}
    ring = [next(iter(following))]
    while len(ring) < len(following):
        ring.append(following[ring[-1]])
    return ring


def sheets(scene: Scene) -> list[Sheet]:
    """Return the flat surfaces of a scene.

    Args:
        scene: What is drawn.
    """
    return [
        Sheet(s.positions.astype(np.float64), s.normals[0].astype(np.float64), s.color, s.opacity)
        for s in scene.surfaces
        if _flat(s)
    ]


def _flat(surface: Surface) -> bool:
    """Return whether a surface is one flat polygon with its corners in order."""
    return bool(
        len(surface.triangles) == len(surface.positions) - 2
        and len(surface.triangles)
        and np.abs(np.ptp(surface.normals, axis=0)).max() < 1e-4  # noqa: PLR2004 - rounding
    )


def isosurfaces(scene: Scene, camera: Camera, paint: Paint) -> Iterator[Shape]:
    """Yield the sides of every part of every curved surface.

    Args:
        scene: What is drawn.
        camera: From where.
        paint: Lights them.
    """
    curved = [s for s in scene.surfaces if not _flat(s) and len(s.triangles)]
    total = sum(len(s.triangles) for s in curved)
    for surface in curved:
        share = max(int(MOST_TRIANGLES * len(surface.triangles) / total), 60)
        points, normals, triangles = _coarser(surface, share)
        of_triangle = _parts(len(points), triangles)[triangles[:, 0]]
        for part in np.unique(of_triangle):
            chosen = np.flatnonzero(of_triangle == part)
            yield from _sides((points, normals, triangles[chosen]), surface, camera, paint)


def _sides(mesh: Mesh, surface: Surface, camera: Camera, paint: Paint) -> Iterator[Shape]:
    """Yield the far and the near side of one part."""
    points, normals, triangles = mesh
    pixels, depth, _ = camera.project(points)
    seen = normals[triangles].mean(axis=1) @ camera.view.T
    seen /= np.maximum(np.linalg.norm(seen, axis=1), 1e-9)[:, None]
    for faces_us in (False, True):
        side = np.flatnonzero((seen[:, 2] >= 0) == faces_us)
        if not len(side):
            continue
        order = side[np.argsort(depth[triangles[side]].mean(axis=1))]
        direction = seen[order] if faces_us else -seen[order]
        shades = np.rint(direction * _SHADES) / _SHADES
        paths = []
        fills = [paint.lit(surface.color, n, gloss=True) for n in shades]
        for fill, run in groupby(zip(fills, order.tolist(), strict=True), key=lambda item: item[0]):
            d = "".join(_triangle(pixels[triangles[k]]) for _, k in run)
            paths.append(f"<path d='{d}' fill='{fill}' stroke='{fill}'/>")
        opacity = surface.opacity if faces_us else min(1.0, surface.opacity * 0.8)
        at = points[triangles[order]].mean(axis=(0, 1))
        # The near side goes in front of what the surface surrounds, the far side behind it.
        edge = depth[triangles[order]]
        yield Shape(
            float(edge.max() if faces_us else edge.min()),
            at,
            f"<g opacity='{opacity:.2g}' stroke-width='.7' stroke-linejoin='round'>{''.join(paths)}</g>",
        )


def _triangle(pixels: FloatArray) -> str:
    (x, y), (u, v), (p, q) = pixels.tolist()
    return f"M{x:.1f} {y:.1f}L{u:.1f} {v:.1f} {p:.1f} {q:.1f}Z"


def _coarser(surface: Surface, most: int) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return a surface of at most so many triangles: corners that are near each other become one."""
    points, normals = surface.positions.astype(np.float64), surface.normals.astype(np.float64)
    triangles = surface.triangles.astype(np.int64)
    parts = _parts(len(points), triangles)  # the flat closing at a cell's face stays apart from what curves
    size = float(np.ptp(points, axis=0).max()) / 60
    while len(triangles) > most:
        boxes = np.floor((surface.positions - surface.positions.min(axis=0)) / size).astype(np.int64)
        _, of_box, count = np.unique(
            np.column_stack([boxes, parts]), axis=0, return_inverse=True, return_counts=True
        )
        of_box = of_box.ravel()
        points, normals = (
            _means(v.astype(np.float64), of_box, count) for v in (surface.positions, surface.normals)
        )
        triangles = of_box[surface.triangles]
        proper = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
        triangles = triangles[proper]
        size *= 1.2
    return points, normals, triangles


def _means(values: FloatArray, group: IntArray, count: IntArray) -> FloatArray:
    sums = np.stack([np.bincount(group, values[:, k], len(count)) for k in range(3)], axis=1)
    result: FloatArray = sums / count[:, None]
    return result


def _parts(n_points: int, triangles: IntArray) -> IntArray:
    """Return the connected part to which each corner belongs."""
    sparse: Any = import_module("scipy.sparse")
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - heavy import

    one, two = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]]).T
    links = sparse.coo_array((np.ones(len(one)), (one, two)), shape=(n_points, n_points))
    _, of_point = connected_components(links, directed=False)
    return np.asarray(of_point, dtype=np.int64)
