"""Colours of a drawing: shaded balls and sticks, light on faces, and how what is far off fades."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.scenes.looks import hexadecimal, rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nanoos_lab.scenes.svg.camera import Camera

    FloatArray = NDArray[np.float64]

ID = "\0"
"""Stands for the prefix of the ids until the drawing is finished; no text of a drawing holds it."""
FONT = "font-family='system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,DejaVu Sans,sans-serif'"
VACANT = "#f2f2f2"
_LEVELS = 4
_FADE, _FADE_ANGSTROM = 0.42, 16.0
"""How much of its colour the farthest atom loses, at this depth of the scene or more."""
_LIGHT = np.array([-0.45, 0.62, 0.64])  # from the upper left, in front
_HALFWAY = np.array([-0.25, 0.34, 0.91])  # between there and the viewer: where it glints


class Paint:
    """Makes the fills of a drawing and remembers those that were used.

    Args:
        camera: From where the scene is seen.
        background: ``#rrggbb``, or None for an unknown one.
    """

    def __init__(self, camera: Camera, background: str | None) -> None:
        dark = background is not None and luminance(background) < 0.4  # noqa: PLR2004 - white text reads on it
        self.ink = (
            "#7d7d7d" if background is None else ("#cfd3d7" if dark else "#4a4f55")
        )  # 4:1 on its ground
        self.ground = background
        self._fog = background or "#b4b7ba"
        self._near = camera.near
        self._depth = max(camera.near - camera.far, 1e-6)
        self._fade = _FADE * min(1.0, self._depth / _FADE_ANGSTROM)
        self._used: dict[tuple[str, str], str] = {}

    def level(self, depth: float) -> int:
        """Return how far off something is, 0 the nearest.

        Args:
            depth: Towards the viewer, Å.
        """
        return int(np.clip((self._near - depth) / self._depth * _LEVELS, 0, _LEVELS - 1))

    def faded(self, color: str, depth: float) -> str:
        """Return a colour as it is seen from afar.

        Args:
            color: ``#rrggbb``.
            depth: Towards the viewer, Å.
        """
        return mixed(color, self._fog, self._fade * self.level(depth) / (_LEVELS - 1))

    def ball(self, color: str, depth: float) -> str:
        """Return the fill of a sphere.

        Args:
            color: ``#rrggbb``.
            depth: Towards the viewer, Å.
        """
        return self._use("a", self.faded(color, depth))

    def stick(self, color: str, depth: float) -> str:
        """Return the fill of a cylinder that lies along x.

        Args:
            color: ``#rrggbb``.
            depth: Towards the viewer, Å.
        """
        return self._use("b", self.faded(color, depth))

    def shade(self) -> str:
        """Return the fill that makes a flat disc look like a sphere."""
        return self._use("s", "")

    def lit(self, color: str, normal: FloatArray, *, gloss: bool = False) -> str:
        """Return the colour of a face in the light.

        Args:
            color: ``#rrggbb``.
            normal: As seen: to the right, up, towards the viewer; shape (3,).
            gloss: Whether it shines, and darkens towards its rim, as something round does.
        """
        light = float(normal @ _LIGHT)
        if not gloss:
            return (
                mixed(color, "#ffffff", 0.34 * light) if light > 0 else mixed(color, "#000000", -0.38 * light)
            )
        rim = 0.55 * (1 - min(abs(float(normal[2])), 1.0)) ** 1.5
        dark = mixed(color, "#000000", min(0.75, rim + 0.3 * max(0.0, 0.55 - light)))
        return mixed(dark, "#ffffff", 0.55 * max(0.0, float(normal @ _HALFWAY)) ** 8)

    def definitions(self) -> str:
        """Return the gradients that were used."""
        return "".join(_gradient(name, kind, color) for (kind, color), name in self._used.items())

    def _use(self, kind: str, color: str) -> str:
        name = self._used.setdefault((kind, color), f"{kind}{len(self._used)}")
        return f"url(#{ID}{name})"


def _gradient(name: str, kind: str, color: str) -> str:
    if kind == "s":
        return (
            f"<radialGradient id='{ID}{name}' cx='.5' cy='.5' r='.5' fx='.35' fy='.3'>"
            "<stop offset='0' stop-color='#fff' stop-opacity='.75'/><stop offset='.4' stop-color='#fff' "
            "stop-opacity='0'/><stop offset='.6' stop-color='#000' stop-opacity='0'/><stop offset='.94' "
            "stop-color='#000' stop-opacity='.36'/><stop offset='1' stop-color='#000' stop-opacity='.6'/>"
            "</radialGradient>"
        )
    if kind == "a":
        stops: tuple[tuple[float, str], ...] = (
            (0, mixed(color, "#ffffff", 0.82)),
            (0.12, mixed(color, "#ffffff", 0.55)),
            (0.45, color),
            (0.82, mixed(color, "#000000", 0.26)),
            (0.94, mixed(color, "#000000", 0.42)),
            (1, mixed(color, "#000000", 0.66)),
        )
        head, tail = (
            f"<radialGradient id='{ID}{name}' cx='.5' cy='.5' r='.5' fx='.35' fy='.3'>",
            "</radialGradient>",
        )
    else:
        edge = mixed(color, "#000000", 0.5)
        stops = ((0, edge), (0.35, mixed(color, "#ffffff", 0.34)), (0.6, color), (1, edge))
        head, tail = f"<linearGradient id='{ID}{name}' x1='0' y1='0' x2='0' y2='1'>", "</linearGradient>"
    return head + "".join(f"<stop offset='{o:g}' stop-color='{c}'/>" for o, c in stops) + tail


@functools.lru_cache(maxsize=4096)
def mixed(color: str, towards: str, share: float) -> str:
    """Return a colour on the way to another.

    Args:
        color: ``#rrggbb``.
        towards: ``#rrggbb``.
        share: From 0, the first, to 1, the second.
    """
    return hexadecimal(np.array(rgb(color)) * (1 - share) + np.array(rgb(towards)) * share)


def luminance(color: str) -> float:
    """Return how light a colour looks, 0 to 1 (ITU-R BT.709 weights, without gamma).

    Args:
        color: ``#rrggbb``.
    """
    red, green, blue = rgb(color)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
