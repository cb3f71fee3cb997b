"""The still twin of a figure: SVG drawn in Python, for print, dead kernels and git hosts.

It draws what our own figures are made of: scatter traces (lines, markers, texts, error bars, areas) on linear,
logarithmic or labelled axes, in one panel or in several, above and beside each other as their axes' domains say. A
figure whose still is another drawing names it in its layout's ``meta``: see :data:`OWN`. It is no general plotly
renderer.
"""

from __future__ import annotations

import html
import importlib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.charts.birch import EosCurve
from nanoos_lab.charts.theme import BLUE, FONT, GREY, INK, nice_ticks, padded_range
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_Frame = tuple[float, float, float, float]
"""Left, top, right and bottom of the plotting area, in pixels."""
_Point = tuple[float, float]
_CHAR_PX = 6.4
_LEGEND_ROW = 20
_DASHES = {"dash": "6 4", "dot": "2 3", "dashdot": "6 3 2 3"}
OWN = {
    "directions": ("nanoos_lab.charts.elastic", "sections_svg"),
    "hull-triangle": ("nanoos_lab.charts.hull", "triangle_svg"),
    "stiffness": ("nanoos_lab.charts.elastic", "stiffness_svg"),
}
"""Stills that are drawn by a function of their own: ``meta["still"]`` holds its key here as ``kind``, and the numbers
that it draws. It takes those and the size in pixels, and returns SVG."""
_ON_BASELINE, _LINE = "dominant-baseline='middle'", f"stroke='{GREY}' stroke-opacity='0.45'"


@dataclass(frozen=True)
class _Axis:
    """A mapping of data to pixels."""

    low: float
    high: float
    start: float
    end: float
    log: bool
    ticks: Sequence[tuple[float, str]]
    title: str
    grid: bool = True
    """Whether a line is drawn at each tick."""
    framed: bool = False
    """Whether the side across is drawn too."""

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        number = math.log10(value) if self.log else value
        return self.start + (number - self.low) / (self.high - self.low) * (self.end - self.start)


def still_svg(figure: Any, *, width: int = 760) -> str:  # noqa: ANN401 - a plotly figure, untyped
    """Draw a figure as SVG.

    Args:
        figure: A figure of this room, or any whose traces are scatter traces.
        width: Width in pixels where the figure does not say.

    Raises:
        InvalidInputError: A trace is of another type.
    """
    layout, traces = figure.layout, [t.to_plotly_json() for t in figure.data]
    size = (int(layout.width or width), int(layout.height or 420))
    if own := (layout.meta or {}).get("still"):
        module, function = OWN[own["kind"]]
        return str(getattr(importlib.import_module(module), function)(own, size))
    others = sorted({str(t["type"]) for t in traces} - {"scatter"})
    if others:
        raise InvalidInputError(f"only scatter traces have a still form, not {', '.join(others)}")
    legend = _legend(traces, layout.showlegend, size[0])
    frame = _frame(layout, size, 14 + _LEGEND_ROW * len(legend))
    body = [_legend_svg(legend), *_panels_svg(layout, traces, frame)]
    title = html.escape(str((layout.meta or {}).get("title", "chart")))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {size[0]} {size[1]}' width='{size[0]}' "
        f"height='{size[1]}' role='img' font-family='{FONT}' font-size='12' fill='{INK}'>"
        f"<title>{title}</title>{''.join(body)}</svg>"
    )


def _panels_svg(layout: Any, traces: Sequence[Mapping[str, Any]], frame: _Frame) -> Iterator[str]:  # noqa: ANN401
    """Draw each pair of axes that has traces: a panel."""
    panels = sorted(
        {_axes_of(t) for t in traces}, key=lambda pair: (int(pair[0][1:] or 1), int(pair[1][1:] or 1))
    )
    for index, (x_name, y_name) in enumerate(panels):
        along = [t for t in traces if _axes_of(t)[0] == x_name]
        up = [t for t in traces if _axes_of(t)[1] == y_name]
        x_axis = _x_axis(layout[f"xaxis{x_name[1:]}"], along, frame)
        y_spec = layout[f"yaxis{y_name[1:]}"]
        y_axis = _y_axis(y_spec, up, frame)
        again = any(y_name == other for _, other in panels[:index])
        yield _axes_svg(
            x_axis,
            y_axis,
            with_x=not any(x_name == other for other, _ in panels[index + 1 :]),
            with_y=not again and y_spec.showticklabels is not False,
        )
        yield from (_trace_svg(t, x_axis, y_axis) for t in traces if _axes_of(t) == (x_name, y_name))


def _axes_of(trace: Mapping[str, Any]) -> tuple[str, str]:
    return str(trace.get("xaxis", "x")), str(trace.get("yaxis", "y"))


def _floats(values: Iterable[Any] | None) -> list[float]:
    return [float("nan") if v is None else float(v) for v in (values if values is not None else ())]


def _error(trace: Mapping[str, Any], side: str) -> list[float]:
    return _floats((trace.get(f"error_{side}") or {}).get("array"))


def _extent(traces: Sequence[Mapping[str, Any]], side: str) -> list[float]:
    values: list[float] = []
    for trace in traces:
        base, error = _floats(trace.get(side)), _error(trace, side)
        values += base
        values += [b + e for b, e in zip(base, error, strict=False)]
        values += [b - e for b, e in zip(base, error, strict=False)]
    return values


def _scale(spec: Any, traces: Sequence[Mapping[str, Any]], side: str) -> tuple[float, float, bool]:  # noqa: ANN401
    log = spec.type == "log"
    if spec.range is not None:
        return float(spec.range[0]), float(spec.range[1]), log
    values = _extent(traces, side)
    low, high = padded_range([math.log10(v) for v in values if v > 0] if log else values)
    return low, high, log


def _ticks(spec: Any, low: float, high: float, *, log: bool, about: int) -> list[tuple[float, str]]:  # noqa: ANN401
    if spec.tickvals is not None:
        texts = spec.ticktext if spec.ticktext is not None else [f"{float(v):g}" for v in spec.tickvals]
        return [(float(v), _plain(str(t))) for v, t in zip(spec.tickvals, texts, strict=True)]
    if log:
        powers = range(math.ceil(low), math.floor(high) + 1)
        return [(10.0**p, f"{10.0**p:g}") for p in powers] or [(10**low, f"{10**low:.2g}")]
    return [(v, f"{v:g}".replace("-", "−")) for v in nice_ticks(low, high, about)]


def _frame(layout: Any, size: tuple[int, int], top: int) -> _Frame:  # noqa: ANN401
    """Return left, top, right, bottom of the plotting area, leaving room for tick texts."""
    texts = [str(t) for t in (layout.yaxis.ticktext or ())]
    left = max(64.0, 22 + _CHAR_PX * max((len(_plain(t)) for t in texts), default=0))
    return min(left, size[0] * 0.45), float(top), size[0] - 20.0, size[1] - 50.0


def _x_axis(
    spec: Any,  # noqa: ANN401
    traces: Sequence[Mapping[str, Any]],
    frame: _Frame,
) -> _Axis:
    low, high, log = _scale(spec, traces, "x")
    domain = spec.domain if spec.domain is not None else (0.0, 1.0)
    wide = frame[2] - frame[0]
    start, end = frame[0] + domain[0] * wide, frame[0] + domain[1] * wide
    ticks = _ticks(spec, low, high, log=log, about=max(2, min(7, round((end - start) / 60))))
    return _Axis(low, high, start, end, log, ticks, str(spec.title.text or ""), *_lines(spec))


def _y_axis(
    spec: Any,  # noqa: ANN401
    traces: Sequence[Mapping[str, Any]],
    frame: _Frame,
) -> _Axis:
    low, high, log = _scale(spec, traces, "y")
    domain = spec.domain if spec.domain is not None else (0.0, 1.0)
    tall = frame[3] - frame[1]
    start, end = frame[3] - domain[0] * tall, frame[3] - domain[1] * tall
    ticks = _ticks(spec, low, high, log=log, about=max(2, round((start - end) / 60)))
    return _Axis(low, high, start, end, log, ticks, str(spec.title.text or ""), *_lines(spec))


def _lines(spec: Any) -> tuple[bool, bool]:  # noqa: ANN401
    """Return whether an axis has a grid, and whether it is drawn on both sides."""
    return spec.showgrid is not False, bool(spec.mirror)


def _plain(text: str) -> str:
    """Return plotly's pseudo-HTML as plain text."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def _text(x: float, y: float, text: str, extra: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {extra}>{html.escape(_plain(text))}</text>"


def _axes_svg(x: _Axis, y: _Axis, *, with_x: bool, with_y: bool = True) -> str:
    left, right = x.start, x.end
    parts = [f"<path d='M{left:.1f} {y.end:.1f}V{y.start:.1f}H{right:.1f}' fill='none' {_LINE}/>"]
    if x.framed or y.framed:
        parts.append(f"<path d='M{left:.1f} {y.end:.1f}H{right:.1f}V{y.start:.1f}' fill='none' {_LINE}/>")
    for value, text in y.ticks:
        at = y.at(value)
        if y.end - 0.5 <= at <= y.start + 0.5:
            parts.append(
                f"<path d='M{left - 4:.1f} {at:.1f}H{right if y.grid else left:.1f}' {_LINE} stroke-width='0.6'/>"
            )
            if with_y:
                parts.append(_text(left - 8, at, text, f"text-anchor='end' {_ON_BASELINE}"))
    for value, text in x.ticks:
        at = x.at(value)
        if left - 0.5 <= at <= right + 0.5:
            top = y.end if x.grid else y.start
            parts.append(f"<path d='M{at:.1f} {top:.1f}V{y.start + 4:.1f}' {_LINE} stroke-width='0.6'/>")
            if with_x:
                parts.append(_text(at, y.start + 18, text, "text-anchor='middle'"))
    if with_x:
        parts.append(_text((left + right) / 2, y.start + 38, x.title, "text-anchor='middle' font-size='13'"))
    if with_y and y.title:
        widest = _CHAR_PX * max((len(text) for _, text in y.ticks), default=0)
        outside = max(left - max(48.0, 18 + widest), 12.0)
        middle = (y.start + y.end) / 2
        turned = f"text-anchor='middle' font-size='13' transform='rotate(-90 {outside:.1f} {middle:.1f})'"
        parts.append(_text(outside, middle, y.title, turned))
    return "".join(parts)


def _trace_svg(trace: Mapping[str, Any], x_axis: _Axis, y_axis: _Axis) -> str:
    mode = str(trace.get("mode", "markers"))
    points = [
        (x_axis.at(x), y_axis.at(y)) if _drawable(x, x_axis) and _drawable(y, y_axis) else None
        for x, y in zip(_floats(trace.get("x")), _floats(trace.get("y")), strict=True)
    ]
    parts = [_area_svg(trace, points, x_axis, y_axis), _errors_svg(trace, x_axis, y_axis)]
    if "lines" in mode:
        parts += [_line_svg(trace, part) for part in _unbroken(points)]
    if "markers" in mode:
        marker = trace.get("marker", {})
        look = (str(marker.get("symbol", "circle")), str(marker.get("color", GREY)))
        parts += [_marker(p, float(marker.get("size", 7)), *look) for p in points if p]
    if "text" in mode:
        texts = zip(points, trace.get("text", ()), strict=False)
        away = 18 if str(trace.get("textposition", "")).startswith("bottom") else -9
        parts += [
            _text(p[0], p[1] + away, t, "text-anchor='middle' font-size='11'") for p, t in texts if p and t
        ]
    return "".join(parts)


def _unbroken(points: Sequence[_Point | None]) -> list[list[_Point]]:
    """Return the stretches between points that cannot be drawn."""
    parts: list[list[_Point]] = [[]]
    for point in points:
        if point is not None:
            parts[-1].append(point)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def _area_svg(trace: Mapping[str, Any], points: Sequence[_Point | None], x: _Axis, y: _Axis) -> str:
    """Draw what a trace fills: itself, or the room between it and the line where x or y is zero."""
    kind = str(trace.get("fill") or "none")
    if kind == "none":
        return ""
    if kind not in {"toself", "tozerox", "tozeroy"}:
        raise InvalidInputError(f"only areas to zero and to itself have a still form, not {kind!r}")
    color = str(trace.get("fillcolor") or trace.get("line", {}).get("color", GREY))
    shapes = []
    for part in _unbroken(points):
        ends: list[_Point] = []
        if kind == "tozerox":
            zero = min(max(x.at(0.0), x.start), x.end)
            ends = [(zero, part[-1][1]), (zero, part[0][1])]
        elif kind == "tozeroy":
            zero = max(min(y.at(0.0), y.start), y.end)
            ends = [(part[-1][0], zero), (part[0][0], zero)]
        corners = " ".join(f"{px:.1f},{py:.1f}" for px, py in [*part, *ends])
        shapes.append(f"<polygon points='{corners}' fill='{html.escape(color, quote=True)}'/>")
    return "".join(shapes)


def _drawable(value: float, axis: _Axis) -> bool:
    return math.isfinite(value) and (value > 0 or not axis.log)


def _line_svg(trace: Mapping[str, Any], points: Sequence[tuple[float, float]]) -> str:
    line = trace.get("line", {})
    dash = _DASHES.get(str(line.get("dash", "")))
    dashes = f" stroke-dasharray='{dash}'" if dash else ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    color = html.escape(str(line.get("color", GREY)), quote=True)
    look = f"fill='none' stroke='{color}' stroke-width='{line.get('width', 1.6)}'{dashes}"
    return f"<polyline points='{path}' {look}/>"


def _errors_svg(trace: Mapping[str, Any], x_axis: _Axis, y_axis: _Axis) -> str:
    xs, ys = _floats(trace.get("x")), _floats(trace.get("y"))
    parts = []
    for side, axis in (("x", x_axis), ("y", y_axis)):
        color = html.escape(str((trace.get(f"error_{side}") or {}).get("color", GREY)), quote=True)
        for x, y, e in zip(xs, ys, _error(trace, side), strict=False):
            value = x if side == "x" else y
            if (
                not e > 0
                or not _drawable(x, x_axis)
                or not _drawable(y, y_axis)
                or not _drawable(value - e, axis)
            ):
                continue
            ends = f"{axis.at(value - e):.1f}", f"{axis.at(value + e):.1f}"
            other = f"{(y_axis.at(y) if side == 'x' else x_axis.at(x)):.1f}"
            path = f"M{ends[0]} {other}H{ends[1]}" if side == "x" else f"M{other} {ends[0]}V{ends[1]}"
            parts.append(f"<path d='{path}' stroke='{color}' stroke-width='1.3' stroke-opacity='0.75'/>")
    return "".join(parts)


def _marker(point: tuple[float, float], size: float, symbol: str, color: str) -> str:
    (x, y), r = point, size / 2
    shape, _, is_open = symbol.partition("-open")
    hollow = symbol.endswith("-open") or bool(is_open)
    color = html.escape(color, quote=True)
    look = f"fill='none' stroke='{color}' stroke-width='1.6'" if hollow else f"fill='{color}'"
    if shape == "square":
        return f"<rect x='{x - r:.1f}' y='{y - r:.1f}' width='{size:.1f}' height='{size:.1f}' {look}/>"
    if shape == "diamond":
        d = 1.25 * r
        return f"<path d='M{x:.1f} {y - d:.1f}l{d:.1f} {d:.1f}l{-d:.1f} {d:.1f}l{-d:.1f} {-d:.1f}Z' {look}/>"
    if shape == "triangle-up":
        return f"<path d='M{x:.1f} {y - r:.1f}L{x + r:.1f} {y + r:.1f}H{x - r:.1f}Z' {look}/>"
    if shape == "x":
        path = f"M{x - r:.1f} {y - r:.1f}l{size:.1f} {size:.1f}m0 {-size:.1f}l{-size:.1f} {size:.1f}"
        return f"<path d='{path}' stroke='{color}' stroke-width='2' fill='none'/>"
    if shape == "cross":
        path = f"M{x - r:.1f} {y:.1f}h{size:.1f}M{x:.1f} {y - r:.1f}v{size:.1f}"
        return f"<path d='{path}' stroke='{color}' stroke-width='2' fill='none'/>"
    return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{r:.1f}' {look}/>"


_Entry = tuple[str, str, str]


def _legend(traces: Sequence[Mapping[str, Any]], shown: bool | None, width: int) -> list[list[_Entry]]:  # noqa: FBT001
    """Return the legend's rows of (name, symbol, colour), broken where they are wider than the figure."""
    rows: list[list[_Entry]] = []
    used = float(width)
    for trace in traces if shown is not False else ():
        if not trace.get("name") or trace.get("showlegend") is False:
            continue
        marker = trace.get("marker", {}) if "markers" in str(trace.get("mode", "")) else {}
        color = str(marker.get("color") or trace.get("line", {}).get("color", GREY))
        wide = 34 + _CHAR_PX * len(_plain(str(trace["name"])))
        if used + wide > width - 70:
            rows.append([])
            used = 0.0
        rows[-1].append((str(trace["name"]), str(marker.get("symbol", "circle")), color))
        used += wide
    return rows


def _legend_svg(rows: Sequence[Sequence[_Entry]]) -> str:
    parts = []
    for index, row in enumerate(rows):
        x, y = 64.0, 14.0 + _LEGEND_ROW * index
        for name, symbol, color in row:
            parts.append(_marker((x + 6, y), 8, symbol, color))
            parts.append(_text(x + 16, y, name, _ON_BASELINE))
            x += 34 + _CHAR_PX * len(_plain(name))
    return "".join(parts)


def equation_of_state_svg(
    summary: Mapping[str, Any], *, label: str = "", width: int = 380, height: int = 250
) -> str:
    """Draw one equation of state without plotly: points, fitted curve, energy above the minimum.

    Args:
        summary: The summary of a run of the task ``eos``.
        label: What it is the curve of.
        width: Pixels.
        height: Pixels.
    """
    eos = EosCurve.from_summary(summary, label)
    points = [(v, 1000 * (e - eos.energy)) for v, e in eos.points]
    curve = [(v, 1000 * (e - eos.energy)) for v, e in eos.curve]
    low, high = padded_range([v for v, _ in points], 0.04)
    bottom, top = padded_range([0.0, *(e for _, e in points)], 0.08)
    frame = (64.0, 10.0, width - 12.0, height - 48.0)
    x_ticks = [(v, f"{v:g}") for v in nice_ticks(low, high, 5)]
    y_ticks = [(v, f"{v:g}".replace("-", "−")) for v in nice_ticks(bottom, top, 4)]
    x = _Axis(low, high, frame[0], frame[2], log=False, ticks=x_ticks, title="Volume (Å³/atom)")
    y = _Axis(bottom, top, frame[3], frame[1], log=False, ticks=y_ticks, title="E − E₀ (meV/atom)")
    line = _line_svg({"line": {"color": BLUE, "width": 1.8}}, [(x.at(v), y.at(e)) for v, e in curve])
    marks = "".join(_marker((x.at(v), y.at(e)), 7, "circle", BLUE) for v, e in points)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' "
        f"height='{height}' role='img' font-family='{FONT}' font-size='11' fill='{INK}'>"
        f"<title>Equation of state of {html.escape(label or 'a crystal')}</title>"
        f"{_axes_svg(x, y, with_x=True)}{line}{marks}</svg>"
    )
