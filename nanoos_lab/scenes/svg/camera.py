"""Where things land on the page, and what is drawn there in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nanoos_lab.scenes.model import Scene

    FloatArray = NDArray[np.float64]

FIELD_OF_VIEW_DEGREES = 22.0
BORDER = 10.0
MOST_PIXELS_PER_ANGSTROM = 90.0


class Shape(NamedTuple):
    """Something that hides and is hidden."""

    depth: float
    """Towards the viewer, Å."""
    at: FloatArray
    """Its place in space, Å, shape (3,)."""
    text: str


class Sheet(NamedTuple):
    """A flat polygon that cuts through space: what lies behind it is drawn before it."""

    corners: FloatArray
    """In Å, shape (p, 3)."""
    normal: FloatArray
    """Towards the viewer, shape (3,)."""
    color: str
    opacity: float


@dataclass(frozen=True, slots=True)
class Camera:
    """A perspective camera in front of the scene."""

    view: FloatArray
    center: FloatArray
    distance: float
    """From the eye to the centre, Å."""
    scale: float
    """Pixels per Å at the centre."""
    x: float
    y: float
    near: float
    """Depth of the nearest thing, Å."""
    far: float

    @classmethod
    def fitting(cls, scene: Scene, width: float, height: float) -> Camera:
        """Return the camera that shows all of the scene with a small border.

        Args:
            scene: What to show.
            width: In pixels.
            height: In pixels.
        """
        view, center = scene.view.astype(np.float64), scene.center.astype(np.float64)
        points, sizes = _extent(scene)
        seen = (points - center) @ view.T
        reach = float((np.linalg.norm(seen, axis=1) + sizes).max())
        distance = reach / np.sin(np.radians(FIELD_OF_VIEW_DEGREES) / 2)
        factor = distance / (distance - seen[:, 2])
        low = ((seen[:, :2] - sizes[:, None]) * factor[:, None]).min(axis=0)
        high = ((seen[:, :2] + sizes[:, None]) * factor[:, None]).max(axis=0)
        room = np.array([width, height]) - 2 * BORDER
        scale = min(float((room / np.maximum(high - low, 1e-6)).min()), MOST_PIXELS_PER_ANGSTROM)
        x, y = np.array([width, height]) / 2 - (low + high) / 2 * scale * np.array([1, -1])
        return cls(
            view,
            center,
            distance,
            scale,
            float(x),
            float(y),
            float(seen[:, 2].max()),
            float(seen[:, 2].min()),
        )

    def moved(self, right: float, down: float) -> Camera:
        """Return the same camera with the picture elsewhere on the page.

        Args:
            right: In pixels.
            down: In pixels.
        """
        return replace(self, x=self.x + right, y=self.y + down)

    def project(self, points: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return pixels, shape (n, 2), depth towards the viewer in Å, and pixels per Å there, shape (n,).

        Args:
            points: In Å, shape (n, 3).
        """
        seen = (points - self.center) @ self.view.T
        factor = self.scale * self.distance / (self.distance - seen[:, 2])
        pixels = np.stack([self.x + seen[:, 0] * factor, self.y - seen[:, 1] * factor], axis=1)
        return pixels, seen[:, 2], factor


def _extent(scene: Scene) -> tuple[FloatArray, FloatArray]:
    """Return all that is drawn: points and the radii around them, in Å."""
    points: list[NDArray[np.floating]] = [scene.positions, scene.edges.reshape(-1, 3)]
    sizes: list[NDArray[np.floating]] = [scene.radii(), np.zeros(2 * len(scene.edges))]
    for surface in scene.surfaces:
        points.append(surface.positions)
        sizes.append(np.zeros(len(surface.positions)))
    if scene.vectors is not None:
        points.append(scene.positions[scene.vectors.atoms] + scene.vectors.tips)
        sizes.append(np.full(len(scene.vectors.atoms), 0.1))
    if scene.labels:
        points.append(np.array([label.position for label in scene.labels]))
        sizes.append(np.full(len(scene.labels), 0.4))
    everything = np.concatenate([p.astype(np.float64) for p in points])
    if not len(everything):
        return np.zeros((1, 3)), np.ones(1)
    return everything, np.concatenate([s.astype(np.float64) for s in sizes])


def in_order(shapes: list[Shape], sheets: Sequence[Sheet], camera: Camera) -> list[str]:
    """Return the texts from back to front; sheets part space, and cut each other where they cross.

    Args:
        shapes: Everything else.
        sheets: Flat polygons.
        camera: From where they are seen.
    """
    if not sheets:
        return [shape.text for shape in sorted(shapes, key=lambda shape: shape.depth)]
    first, *others = sheets
    eye = camera.center + camera.view[2] * camera.distance
    normal = first.normal if (eye - first.corners[0]) @ first.normal >= 0 else -first.normal
    at = np.array([shape.at for shape in shapes]).reshape(-1, 3)
    before = (at - first.corners[0]) @ normal > -1e-3  # noqa: PLR2004 - what lies in the sheet is seen whole
    behind: list[Sheet] = []
    front: list[Sheet] = []
    for sheet in others:
        height = (sheet.corners - first.corners[0]) @ normal
        for side, parts in ((-1.0, behind), (1.0, front)):
            part = _clipped(sheet.corners, side * height)
            if len(part) >= 3:  # noqa: PLR2004 - a polygon has three corners
                parts.append(sheet._replace(corners=part))
    return [
        *in_order([s for s, b in zip(shapes, before, strict=True) if not b], behind, camera),
        _sheet_path(first, camera),
        *in_order([s for s, b in zip(shapes, before, strict=True) if b], front, camera),
    ]


def _clipped(corners: FloatArray, height: FloatArray) -> FloatArray:
    """Return the part of a polygon where the height is positive."""
    kept = []
    for k in range(len(corners)):
        h, after = float(height[k - 1]), float(height[k])
        if (h > 0) != (after > 0):
            kept.append(corners[k - 1] + h / (h - after) * (corners[k] - corners[k - 1]))
        if after > 0:
            kept.append(corners[k])
    return np.array(kept).reshape(-1, 3)


def _sheet_path(sheet: Sheet, camera: Camera) -> str:
    pixels, _, _ = camera.project(sheet.corners)
    return (
        f"<path d='{outline(pixels)}' fill='{sheet.color}' fill-opacity='{sheet.opacity:.2g}' "
        f"stroke='{sheet.color}' stroke-width='1'/>"
    )


def outline(pixels: FloatArray) -> str:
    """Return a closed path.

    Args:
        pixels: Corners, shape (p, 2).
    """
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in pixels.tolist()) + "Z"
