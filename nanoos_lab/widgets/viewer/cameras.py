"""From where a viewer looks, in Python: directions and the browser's camera applied to a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nanoos_lab.scenes.geometry import View
    from nanoos_lab.scenes.scene import Scene

_LENGTHS = {"turn": 4, "pan": 2}


def check_camera(camera: Mapping[str, Any]) -> dict[str, Any]:
    """Return a camera, or say what is wrong with it.

    Args:
        camera: Empty for the scene's own view; ``{"along": ...}`` for a direction; or what the browser says, with
            ``turn`` (a quaternion x, y, z, w), ``pan`` (Å), ``scale`` (pixels per Å) and ``orthographic``.

    Raises:
        InvalidInputError: It is none of these.
    """
    if not camera or set(camera) == {"along"}:
        return dict(camera)
    missing = [name for name in ("turn", "pan", "scale") if name not in camera]
    if missing:
        raise InvalidInputError(f"a camera needs {', '.join(missing)}: use look_along(...) for a direction")
    for name, length in _LENGTHS.items():
        value = camera[name]
        if (
            not isinstance(value, Sequence)
            or len(value) != length
            or not all(isinstance(x, Real) and np.isfinite(float(x)) for x in value)
        ):
            raise InvalidInputError(f"a camera's {name} is {length} numbers, not {value!r}")
    if not isinstance(camera["scale"], Real) or not float(camera["scale"]) > 0:
        raise InvalidInputError(f"a camera's scale is a positive number, not {camera['scale']!r}")
    if not np.linalg.norm(np.array(camera["turn"], float)):
        raise InvalidInputError("a camera's turn is a quaternion, not zero")
    return dict(camera)


def rows_of(turn: Sequence[float]) -> NDArray[np.float64]:
    """Return a quaternion as a rotation matrix: right, up and towards the viewer by row.

    Args:
        turn: x, y, z, w.
    """
    x, y, z, w = np.array(turn, np.float64) / np.linalg.norm(turn)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def seen_by(scene: Scene, camera: Mapping[str, Any]) -> Scene:
    """Return a scene as a camera sees it; its picture is filled, whatever the camera's zoom.

    Args:
        scene: What is looked at.
        camera: As of :func:`check_camera`.
    """
    if not camera:
        return scene
    if "along" in camera:
        along = camera["along"]
        direction: View = along if isinstance(along, str) else tuple(along)  # type: ignore[assignment] # seen checks
        return scene.seen(direction)
    from nanoos_lab.scenes.geometry import middle_of_view  # noqa: PLC0415 - loads scipy

    rows = rows_of(camera["turn"])
    points = np.concatenate([scene.positions, scene.edges.reshape(-1, 3)]).astype(np.float64)
    center = middle_of_view(points, rows) if len(points) else scene.center
    return replace(scene, view=rows.astype(np.float32), center=np.asarray(center, np.float32))
