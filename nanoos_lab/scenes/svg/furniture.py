"""What stands around a drawing: axes, the legend of atoms, a colour bar, the names of arrows and surfaces."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.display.look import look
from nanoos_lab.scenes.svg.atoms import pie
from nanoos_lab.scenes.svg.paint import ID

if TYPE_CHECKING:
    from nanoos_lab.scenes.model import Scene
    from nanoos_lab.scenes.svg.camera import Camera
    from nanoos_lab.scenes.svg.paint import Paint

LEGEND_HEIGHT, BAR_WIDTH, KEY_HEIGHT = 26, 66, 17
_AXES = (("a", "#d4493c"), ("b", "#3b9a43"), ("c", "#4079d6"))


def axes(scene: Scene, height: int) -> str:
    """Return the directions of a, b and c in the lower left corner.

    Args:
        scene: What is drawn.
        height: Of the drawing, pixels.
    """
    if scene.lattice is None:
        return ""
    length, x0, y0 = 26.0, 36.0, height - 62.0
    unit = scene.lattice.astype(np.float64)
    unit = unit / np.linalg.norm(unit, axis=1)[:, None] @ scene.view.astype(np.float64).T
    texts = []
    for k in np.argsort(unit[:, 2]):
        name, color = _AXES[k]
        dx, dy = unit[k, 0] * length, -unit[k, 1] * length
        away = float(np.hypot(dx, dy))
        if away < 3:  # noqa: PLR2004 - it points at us
            texts.append(f"<circle cx='{x0:.1f}' cy='{y0:.1f}' r='3.4' fill='{color}'/>")
            dx, dy, away = -5.0, 5.0, 7.0
            lx, ly = x0 - 9, y0 + 9
        else:
            texts.append(
                f"<path d='M{x0:.1f} {y0:.1f}l{dx:.1f} {dy:.1f}' stroke='{color}' stroke-width='2.4' "
                "stroke-linecap='round'/>"
            )
            lx, ly = x0 + dx + dx / away * 9, y0 + dy + dy / away * 9
        texts.append(
            f"<text x='{lx:.1f}' y='{ly + 4:.1f}' fill='{color}' font-size='12' "
            f"font-weight='600' font-style='italic' text-anchor='middle'>{name}</text>"
        )
    return "".join(texts)


def legend(scene: Scene, width: int, height: int, paint: Paint, near: float) -> str:
    """Return every species with its label along the lower border.

    Args:
        scene: What is drawn.
        width: Of the drawing, pixels.
        height: Of the drawing, pixels.
        paint: Makes the fills.
        near: Depth at which nothing fades, Å.
    """
    spans = [24.0 + 7.5 * len(s.label) + 12 for s in scene.species]
    x, y, texts = (width - sum(spans)) / 2, height - 14.0, []
    for species, span in zip(scene.species, spans, strict=True):
        ball = f"<circle cx='{x + 8:.1f}' cy='{y:.1f}' r='7' fill='{paint.ball(species.color, near)}'/>"
        texts.append(pie((x + 8, y, 7.0), species, paint, near) if species.portions else ball)
        texts.append(
            f"<text x='{x + 20:.1f}' y='{y + 4.5:.1f}' fill='{paint.ink}' font-size='13'>"
            f"{_safe(species.label)}</text>"
        )
        x += span
    return "".join(texts)


def color_bar(scene: Scene, width: int, height: int, paint: Paint) -> tuple[str, str]:
    """Return the scale of the atoms' colours at the right border, and its gradient.

    Args:
        scene: What is drawn.
        width: Of the drawing, pixels.
        height: Of the drawing, pixels.
        paint: Knows the colour of texts.
    """
    told = scene.site_values
    if told is None:
        return "", ""
    tall = min(0.55 * height, 220.0)
    x, top = width - BAR_WIDTH + 8.0, (height - tall) / 2
    colors = look().scales[told.scale]
    stops = "".join(
        f"<stop offset='{k / (len(colors) - 1):.3g}' stop-color='{c}'/>" for k, c in enumerate(colors)
    )
    name = told.name + (f" ({told.unit})" if told.unit else "")
    ticks = [
        (share, told.low + share * (told.high - told.low))
        for share in ((0.0, 0.5, 1.0) if tall > 60 else (0.0, 1.0))  # noqa: PLR2004 - room for a third text
    ]
    text = f"fill='{paint.ink}' font-size='11'"
    marks = "".join(
        f"<text x='{x + 17:.1f}' y='{top + tall * (1 - share) + 4:.1f}' {text}>{_number(value)}</text>"
        for share, value in ticks
    )
    bar = f"<rect x='{x:.1f}' y='{top:.1f}' width='12' height='{tall:.1f}' rx='2' fill='url(#{ID}bar)'/>"
    title = f"<text x='{width - 8:.1f}' y='{top - 9:.1f}' text-anchor='end' {text}>{_safe(name)}</text>"
    gradient = f"<linearGradient id='{ID}bar' x1='0' y1='1' x2='0' y2='0'>{stops}</linearGradient>"
    return bar + marks + title, gradient


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def n_keys(scene: Scene) -> int:
    """Return how many lines :func:`keys` takes.

    Args:
        scene: What is drawn.
    """
    return len(scene.surfaces) + (scene.vectors is not None)


def keys(scene: Scene, paint: Paint) -> str:
    """Return what arrows and surfaces are, in the upper left corner.

    Args:
        scene: What is drawn.
        paint: Knows the colour of texts.
    """
    swatch = "<rect x='10' y='{{y:.0f}}' width='12' height='10' rx='2' fill='{}' fill-opacity='{:.2g}'/>"
    lines = [(swatch.format(s.color, max(s.opacity, 0.6)), s.name) for s in scene.surfaces]
    if (told := scene.vectors) is not None:
        color = told.colors[0] if told.colors else told.color
        arrow = f"<path transform='translate(10 {{y:.0f}})' d='M0 4h7v-3l6 4-6 4v-3h-7z' fill='{color}'/>"
        lines.append((arrow, f"{told.name}, longest {told.longest:.3g} {told.unit}".rstrip()))
    return "".join(
        sign.format(y=9 + KEY_HEIGHT * k)
        + f"<text x='28' y='{18 + KEY_HEIGHT * k:.0f}' fill='{paint.ink}' font-size='11.5'>{_safe(name)}</text>"
        for k, (sign, name) in enumerate(lines)
    )


def free_labels(scene: Scene, camera: Camera, paint: Paint) -> str:
    """Return the texts that stand at places of the scene, before everything.

    Args:
        scene: What is drawn.
        camera: From where.
        paint: Knows the colour of texts.
    """
    if not scene.labels:
        return ""
    halo = f"stroke='{paint.ground}' stroke-width='3' paint-order='stroke' " if paint.ground else ""
    pixels, _, _ = camera.project(np.array([label.position for label in scene.labels], np.float64))
    return "".join(
        f"<text x='{x:.1f}' y='{y + 4:.1f}' fill='{paint.ink}' font-size='12.5' font-weight='600' "
        f"{halo}text-anchor='middle'>{_safe(label.text)}</text>"
        for (x, y), label in zip(pixels.tolist(), scene.labels, strict=True)
    )


def _safe(text: str) -> str:
    return escape("".join(c for c in text if c.isprintable()))
