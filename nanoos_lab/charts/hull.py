"""Hulls as pictures: energy over composition for two elements, a triangle of compositions for three.

Phases on the hull are filled, those above it hollow, the candidate a diamond of another colour; dashed lines lead
from the candidate to what it decomposes into. The still of a triangle is drawn here, since it has no axes.
"""

from __future__ import annotations

import html
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import BLUE, FAINT, FONT, GREY, INK, VERMILLION
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEIGHT = math.sqrt(3) / 2
_SHOWN_ABOVE_EV = 0.3
"""Phases further above the hull than this, and than the candidate, are not drawn."""
_CHAR_PX, _LINE_PX = 6.8, 14.0
"""Of a label's letters and lines."""
DRAWN = (2, 3)
"""Numbers of elements that have a picture."""


@dataclass(frozen=True)
class HullPoint:
    """One phase."""

    label: str
    """Its formula."""
    fractions: tuple[float, ...]
    """Of the elements, in the picture's order; they add up to 1."""
    energy: float
    """Formation energy, eV/atom."""
    height: float
    """Above the hull, eV/atom."""
    name: str = ""
    """What its source calls it."""

    @property
    def stable(self) -> bool:
        """Whether it is on the hull."""
        return self.height <= 1e-8  # noqa: PLR2004 - eV/atom, numerical noise


@dataclass(frozen=True)
class HullPicture:
    """What one picture shows."""

    elements: tuple[str, ...]
    points: tuple[HullPoint, ...]
    edges: tuple[tuple[int, int], ...]
    """Pairs of points that the hull joins."""
    candidate: HullPoint
    """With its signed distance to the hull of the others as height."""
    half_width: float | None = None
    """Of the candidate's formation energy, eV/atom."""
    parts: tuple[int, ...] = ()
    """The points that the candidate decomposes into."""


def hull_figure(picture: HullPicture) -> Chart:
    """Draw a hull.

    Args:
        picture: Of two or three elements.

    Raises:
        InvalidInputError: There are fewer or more elements.
    """
    if len(picture.elements) not in DRAWN:
        raise InvalidInputError(
            f"a hull of {len(picture.elements)} elements ({'-'.join(picture.elements)}) has no picture: "
            "two or three have; read the decomposition instead"
        )
    return _binary(picture) if len(picture.elements) == DRAWN[0] else _ternary(picture)


def _shown(picture: HullPicture) -> list[HullPoint]:
    limit = max(_SHOWN_ABOVE_EV, 1.5 * picture.candidate.height)
    return [p for p in picture.points if not p.stable and p.height <= limit]


def _title(picture: HullPicture) -> str:
    return f"Hull of {'-'.join(picture.elements)} with {picture.candidate.label}"


def _hover(point: HullPoint) -> str:
    name = f" ({html.escape(point.name)})" if point.name else ""
    where = "on the hull" if point.stable else f"{point.height:.3f} eV/atom above the hull"
    return f"<b>{html.escape(point.label)}</b>{name}<br>{point.energy:.3f} eV/atom, {where}"


def _said(candidate: HullPoint) -> str:
    side = "above" if candidate.height > 0 else "below"
    return (
        f"{html.escape(candidate.label)}: {abs(candidate.height):.3f} eV/atom {side} the hull of the others"
    )


def _binary(picture: HullPicture) -> Chart:
    chart = new_chart(_title(picture), height=400)
    others, chosen = _shown(picture), picture.candidate
    stable = sorted((p for p in picture.points if p.stable), key=lambda p: p.fractions[1])
    if others:
        chart.add_scatter(**_marks(others, "above the hull", GREY, "circle-open", 6))
    chart.add_scatter(
        **_marks(stable, "on the hull", BLUE, "circle", 8)
        | {"mode": "lines+markers+text", "text": _labels(stable), "textposition": "bottom center"},
        line={"color": BLUE, "width": 1.8},
    )
    level = chosen.energy - chosen.height
    chart.add_scatter(
        x=[chosen.fractions[1]] * 2, y=[level, chosen.energy], mode="lines", showlegend=False, hoverinfo="skip",
        line={"color": VERMILLION, "width": 1.6, "dash": "dot"},
    )  # fmt: skip
    mark = _marks([chosen], _said(chosen), VERMILLION, "diamond", 11)
    if picture.half_width:
        mark["error_y"] = {
            "type": "data",
            "array": [picture.half_width],
            "color": VERMILLION,
            "thickness": 1.4,
        }
    chart.add_scatter(**mark)
    energies = [p.energy for p in (*others, *stable)] + [chosen.energy, level]
    low, high = min(energies), max(*energies, 0.0)
    room = 0.1 * (high - low or 1.0) + (picture.half_width or 0.0)
    chart.update_layout(
        showlegend=True,
        xaxis={"title": {"text": f"Part of {picture.elements[1]} among the atoms"}, "range": [-0.04, 1.04]},
        yaxis={"title": {"text": "Formation energy (eV/atom)"}, "range": [low - 1.2 * room, high + room]},
    )
    return chart


def _labels(points: Sequence[HullPoint]) -> list[str]:
    return [html.escape(p.label) for p in points]


def _marks(points: Sequence[HullPoint], name: str, color: str, symbol: str, size: float) -> dict[str, Any]:
    return {
        "x": [p.fractions[1] for p in points],
        "y": [p.energy for p in points],
        "mode": "markers",
        "name": name,
        "marker": {"color": color, "symbol": symbol, "size": size},
        "customdata": [_hover(p) for p in points],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _place(fractions: Sequence[float]) -> tuple[float, float]:
    """Return a composition's place in the triangle whose first corner is left, second right, third on top."""
    return fractions[1] + fractions[2] / 2, fractions[2] * _HEIGHT


def _ternary(picture: HullPicture) -> Chart:
    chart = new_chart(_title(picture), height=460, width=520)
    for k, m in picture.edges:
        chart.add_scatter(
            **_line(picture.points[k], picture.points[m], FAINT.replace("0.28", "0.6"), "solid")
        )
    for k in picture.parts:
        chart.add_scatter(**_line(picture.candidate, picture.points[k], VERMILLION, "dash"))
    groups = (
        (_shown(picture), "above the hull", GREY, "circle-open", 6, "markers"),
        ([p for p in picture.points if p.stable], "on the hull", BLUE, "circle", 9, "markers+text"),
        ([picture.candidate], _said(picture.candidate), VERMILLION, "diamond", 12, "markers"),
    )
    for points, name, color, symbol, size, mode in groups:
        if points:
            at = [_place(p.fractions) for p in points]
            chart.add_scatter(
                **_marks(points, name, color, symbol, size)
                | {"x": [x for x, _ in at], "y": [y for _, y in at], "mode": mode, "text": _labels(points),
                   "textposition": "bottom center"}
            )  # fmt: skip
    blank = {"visible": False, "showgrid": False}
    chart.update_layout(
        showlegend=True,
        legend={"x": 0, "y": -0.02, "yanchor": "top"},
        xaxis=blank | {"range": [-0.12, 1.12]},
        yaxis=blank | {"range": [-0.1, _HEIGHT + 0.1], "scaleanchor": "x"},
        meta={"title": _title(picture), "still": {"kind": "hull-triangle", **_plain(picture)}},
    )
    return chart


def _line(one: HullPoint, other: HullPoint, color: str, dash: str) -> dict[str, Any]:
    (x, y), (u, v) = _place(one.fractions), _place(other.fractions)
    line = {"color": color, "width": 1.2, "dash": dash}
    return {"x": [x, u], "y": [y, v], "mode": "lines", "line": line, "showlegend": False, "hoverinfo": "skip"}


def _plain(picture: HullPicture) -> dict[str, Any]:
    shown = {k for k, p in enumerate(picture.points) if p.stable} | {*picture.parts}
    limit = max(_SHOWN_ABOVE_EV, 1.5 * picture.candidate.height)
    return {
        "title": _title(picture),
        "points": [
            {**asdict(p), "shown": k in shown or p.height <= limit, "stable": p.stable}
            for k, p in enumerate(picture.points)
        ],
        "edges": [list(edge) for edge in picture.edges],
        "parts": list(picture.parts),
        "candidate": asdict(picture.candidate),
        "said": _said(picture.candidate),
    }


def triangle_svg(drawn: Mapping[str, Any], size: tuple[int, int]) -> str:
    """Draw a hull of three elements as SVG.

    Args:
        drawn: What the figure keeps for its still.
        size: Width and height in pixels.
    """
    width, height = size
    side = min(width - 90.0, (height - 100.0) / _HEIGHT)
    left, foot = (width - side) / 2, height - 62.0

    def at(fractions: Sequence[float]) -> tuple[float, float]:
        x, y = _place(fractions)
        return left + x * side, foot - y * side

    points, chosen = drawn["points"], drawn["candidate"]
    body = [
        _segment(at(points[k]["fractions"]), at(points[m]["fractions"]), GREY, "0.55")
        for k, m in drawn["edges"]
    ]
    body += [
        _segment(
            at(chosen["fractions"]), at(points[k]["fractions"]), VERMILLION, "1", " stroke-dasharray='5 4'"
        )
        for k in drawn["parts"]
    ]
    for point in points:
        if point["shown"] and not point["stable"]:
            x, y = at(point["fractions"])
            body.append(
                f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='none' stroke='{GREY}' stroke-width='1.3'/>"
            )
    stable = [p for p in points if p["stable"]]
    body += [
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4.5' fill='{BLUE}'/>"
        for x, y in (at(p["fractions"]) for p in stable)
    ]
    x, y = at(chosen["fractions"])
    body.append(f"<path d='M{x:.1f} {y - 8:.1f}l8 8l-8 8l-8 -8Z' fill='{VERMILLION}'/>")
    first = [points[k]["label"] for k in drawn["parts"]]
    body += _texts([(at(p["fractions"]), p) for p in stable], (x, y), first)
    body.append(_key(drawn["said"], 14.0, height - 14.0))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' "
        f"role='img' font-family='{FONT}' font-size='12' fill='{INK}'><title>{html.escape(drawn['title'])}</title>"
        f"{''.join(body)}</svg>"
    )


def _segment(
    one: tuple[float, float], other: tuple[float, float], color: str, opacity: str, more: str = ""
) -> str:
    return (
        f"<path d='M{one[0]:.1f} {one[1]:.1f}L{other[0]:.1f} {other[1]:.1f}' stroke='{color}' "
        f"stroke-opacity='{opacity}' stroke-width='1.2'{more}/>"
    )


def _texts(
    stable: Sequence[tuple[tuple[float, float], Mapping[str, Any]]],
    chosen: tuple[float, float],
    first: Sequence[str],
) -> list[str]:
    """Return labels, elements and the decomposition first; one that would cover another is left out."""
    taken = [(chosen[0], chosen[1] + 4, 8.0)]
    drawn = []
    for (x, y), point in sorted(
        stable, key=lambda one: (max(one[1]["fractions"]) < 1, one[1]["label"] not in first, one[1]["label"])
    ):
        half = _CHAR_PX * len(point["label"]) / 2
        for down in (17.0, -10.0):
            at = y + (-10.0 if point["fractions"][2] == 1 else down)
            if not any(abs(x - u) < half + other + 3 and abs(at - v) < _LINE_PX for u, v, other in taken):
                taken.append((x, at, half))
                label = html.escape(point["label"])
                drawn.append(f"<text x='{x:.1f}' y='{at:.1f}' text-anchor='middle'>{label}</text>")
                break
    return drawn


def _key(said: str, x: float, y: float) -> str:
    ring = f"fill='none' stroke='{GREY}' stroke-width='1.3'"
    return (
        f"<circle cx='{x:.0f}' cy='{y - 22:.0f}' r='4.5' fill='{BLUE}'/>"
        f"<text x='{x + 11:.0f}' y='{y - 18:.0f}'>on the hull</text>"
        f"<circle cx='{x + 96:.0f}' cy='{y - 22:.0f}' r='3' {ring}/>"
        f"<text x='{x + 105:.0f}' y='{y - 18:.0f}'>above it</text>"
        f"<path d='M{x:.0f} {y - 11:.0f}l6 6l-6 6l-6 -6Z' fill='{VERMILLION}'/>"
        f"<text x='{x + 11:.0f}' y='{y:.0f}'>{said}</text>"
    )
