"""Arrays against their first column, such as spectra, as one small SVG drawing with a curve for each."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanoos_lab.charts.theme import FONT, GREY, INK, PALETTE, nice_ticks, padded_range
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

_WIDE, _TALL, _LEFT, _TOP, _FOOT = 560, 250, 64, 10, 40
_LEGEND = 16
_MOST_POINTS = 700
"""Of a curve in a drawing: of more, the lowest and the highest of each stretch are drawn."""


@dataclass(frozen=True)
class Curve:
    """An array to draw."""

    label: str
    points: NDArray[np.float64]
    """Shape (n, 2): x growing, y."""


def curves_svg(curves: Sequence[Curve], *, property: str) -> str:  # noqa: A002 - the field's word
    """Draw arrays of one property on one pair of axes.

    Args:
        curves: At least one.
        property: A name of the vocabulary, of an array with two columns.
    """
    x_axis, y_axis = get_property(property).axes[:2]
    ends = [float(one) for c in curves for one in (c.points[0, 0], c.points[-1, 0])]
    xs = padded_range(ends, 0.0 if max(ends) > min(ends) else 0.06)
    ys = padded_range(
        [float(one) for c in curves for one in (c.points[:, 1].min(), c.points[:, 1].max())], 0.05
    )
    legend = _LEGEND * len(curves) if len(curves) > 1 else 0
    bottom = _TOP + legend + _TALL - _FOOT

    def at(x: float, y: float) -> tuple[float, float]:
        along, up = (x - xs[0]) / (xs[1] - xs[0]), (y - ys[0]) / (ys[1] - ys[0])
        return _LEFT + along * (_WIDE - _LEFT - 12), bottom - up * (_TALL - _FOOT - 6)

    parts = [_axes(xs, ys, at, bottom, _TOP + legend)]
    for index, curve in enumerate(curves):
        color = PALETTE[index % len(PALETTE)]
        path = "L".join("{:.1f} {:.1f}".format(*at(float(x), float(y))) for x, y in _thinned(curve.points))
        name = html.escape(curve.label)
        parts.append(
            f"<g><title>{name}</title><path d='M{path}' fill='none' stroke='{color}' stroke-width='1.5' "
            "stroke-linejoin='round' stroke-linecap='round'/></g>"
        )
        if legend:
            y = _TOP + 8 + _LEGEND * index
            parts.append(
                f"<path d='M{_LEFT} {y}h22' stroke='{color}' stroke-width='2.5'/>"
                f"<text x='{_LEFT + 28}' y='{y + 4}'>{name}</text>"
            )
    tall = bottom + _FOOT
    words = [html.escape(f"{a.label} ({a.unit})" if a.unit else a.label) for a in (x_axis, y_axis)]
    middle = (_TOP + legend + bottom) / 2
    parts.append(f"<text x='{(_LEFT + _WIDE) / 2}' y='{tall - 6}' text-anchor='middle'>{words[0]}</text>")
    parts.append(
        f"<text x='14' y='{middle}' text-anchor='middle' transform='rotate(-90 14 {middle})'>{words[1]}</text>"
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDE} {tall}' width='{_WIDE}' height='{tall}' "
        f"role='img' font-family='{FONT}' font-size='12' fill='{INK}'>"
        f"<title>{html.escape(get_property(property).label)}</title>{''.join(parts)}</svg>"
    )


def _axes(
    xs: tuple[float, float], ys: tuple[float, float], at: Callable[[float, float], tuple[float, float]],
    bottom: float, top: float,
) -> str:  # fmt: skip
    parts = [f"<path d='M{_LEFT} {bottom}H{_WIDE - 12}' stroke='{GREY}' stroke-opacity='0.6'/>"]
    for tick in nice_ticks(*xs, 6):
        x = f"{at(tick, ys[0])[0]:.1f}"
        parts.append(f"<path d='M{x} {top}V{bottom + 4}' stroke='{GREY}' stroke-opacity='0.25'/>")
        parts.append(f"<text x='{x}' y='{bottom + 17}' text-anchor='middle'>{_tick(tick)}</text>")
    for tick in nice_ticks(*ys, 4):
        y = f"{at(xs[0], tick)[1]:.1f}"
        parts.append(f"<path d='M{_LEFT - 4} {y}H{_WIDE - 12}' stroke='{GREY}' stroke-opacity='0.25'/>")
        parts.append(
            f"<text x='{_LEFT - 8}' y='{y}' text-anchor='end' dominant-baseline='middle'>{_tick(tick)}</text>"
        )
    return "".join(parts)


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _thinned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return few enough points to draw, peaks and valleys among them."""
    import numpy as np  # noqa: PLC0415 - pictures of numbers alone do without it

    if len(points) == 1:
        return np.vstack([points, points])  # a line of no length is drawn as a dot
    if len(points) <= _MOST_POINTS:
        return points
    kept = []
    for stretch in np.array_split(np.arange(len(points)), _MOST_POINTS // 2):
        heights = points[stretch, 1]
        kept += sorted({int(stretch[heights.argmin()]), int(stretch[heights.argmax()])})
    return points[[0, *kept, -1]]
