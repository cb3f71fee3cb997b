"""How far a calculation is from its finest form while its knobs are raised."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.of_runs import Finished, alone
from nanoos_lab.charts.theme import BLUE, GREEN, GREY, ORANGE, VERMILLION, nice_ticks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SERIES = (
    ("Energy", "off_mev", "energy_mev", "meV/atom", BLUE, "circle"),
    ("Forces", "off_force", "force", "eV/Å", ORANGE, "diamond"),
    ("Stress", "off_stress_gpa", "stress_gpa", "GPa", GREEN, "square"),
)
_SMALLEST = 1e-3
"""In tolerances; what is smaller is drawn here: the axis is logarithmic."""
_NOTHING = 1e-6
_GAP = 0.06
_UNITS = {"_ry": "Ry", "_ev": "eV"}
_SPACING = "spacing"


def convergence_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw a run of the task ``convergence``.

    Args:
        runs: The run.
    """
    return convergence_figure(alone(runs).summary)


def convergence_figure(summary: Mapping[str, Any]) -> Chart:
    """Draw the distance of each point from the finest of its knob, in units of the tolerances; one panel a knob.

    Args:
        summary: That of a run of the task ``convergence``.
    """
    climbs = summary["climbs"]
    chart = new_chart("Convergence", height=380)
    lines = [f"{name} (1: {summary[limit]:g} {unit})" for name, _, limit, unit, _, _ in _SERIES]
    top = 1.0
    for k, climb in enumerate(climbs):
        axes = {"xaxis": f"x{k + 1 if k else ''}", "yaxis": f"y{k + 1 if k else ''}"}
        points = climb["points"][:-1]  # the last is what the others are compared with
        values = [p["value"] for p in points]
        for (name, off, limit, unit, color, symbol), label in zip(_SERIES, lines, strict=True):
            if all(p[off] < _NOTHING for p in points):
                continue  # the forces of a symmetric crystal vanish: they were not tested
            relative = [max(p[off] / summary[limit], _SMALLEST) for p in points]
            top = max([top, *relative])
            chart.add_scatter(
                x=values,
                y=relative,
                mode="lines+markers",
                name=label,
                legendgroup=name,
                showlegend=k == 0,
                line={"color": color, "width": 1.6},
                marker={"color": color, "symbol": symbol, "size": 7},
                customdata=[p[off] for p in points],
                hovertemplate=f"{name} off by %{{customdata:.3g}} {unit}<extra></extra>",
                **axes,
            )
        _tolerance(chart, climb, axes)
    for k, climb in enumerate(climbs):
        _lay_out(chart, climb, k, len(climbs), top)
    return chart


def _tolerance(chart: Chart, climb: Mapping[str, Any], axes: Mapping[str, str]) -> None:
    values = [p["value"] for p in climb["points"]]
    quiet = {"mode": "lines", "showlegend": False, "hoverinfo": "skip", **axes}
    chart.add_scatter(
        x=[values[0], values[-1]], y=[1, 1], line={"color": GREY, "width": 1.2, "dash": "dash"}, **quiet
    )
    if climb["recommended"] is not None:
        at = climb["recommended"]
        chart.add_scatter(
            x=[at, at], y=[_SMALLEST, 1], line={"color": VERMILLION, "width": 1.4, "dash": "dot"}, **quiet
        )


def _lay_out(chart: Chart, climb: Mapping[str, Any], k: int, n: int, top: float) -> None:
    number = k + 1 if k else ""
    width = (1.0 - _GAP * (n - 1)) / n
    start = k * (width + _GAP)
    house = {
        name: {key: v for key, v in axis.to_plotly_json().items() if key != "title"}
        for name, axis in (
            ("x", chart.layout.template.layout.xaxis),
            ("y", chart.layout.template.layout.yaxis),
        )
    }
    values = [p["value"] for p in climb["points"]]
    low, high = min(values), max(values)
    pad = 0.06 * (high - low)
    ends = [low - pad, high + pad]
    if values[0] > values[-1]:
        ends.reverse()  # to the right is finer
    found = climb["recommended"]
    words = f"enough: {found:g}" if found is not None else "not converged"
    title = {"text": f"{_axis(climb['knob'])}; {words}", "standoff": 10, "font": {"size": 13}}
    chart.update_layout(
        {
            f"xaxis{number}": {
                **house["x"],
                "title": title,
                "range": ends,
                "tickvals": nice_ticks(low, high, max(3, 8 // n)),
                "domain": [start, start + width],
                "anchor": f"y{number}",
            },
            f"yaxis{number}": {
                **house["y"],
                "type": "log",
                "range": _decades(top),
                "title": {"text": "Off the finest / tolerance" if k == 0 else ""},
                "showticklabels": k == 0,
                "anchor": f"x{number}",
            },
        }
    )


def _decades(top: float) -> list[float]:
    return [math.log10(_SMALLEST) - 0.15, max(1.0, math.ceil(math.log10(top)))]


def _axis(knob: str) -> str:
    unit = next((u for ending, u in _UNITS.items() if knob.endswith(ending)), "")
    words = html.escape(
        knob.removesuffix(next((e for e in _UNITS if knob.endswith(e)), "")).replace("_", " ")
    )
    unit = "1/Å" if knob.endswith(_SPACING) else unit
    return f"{words} ({unit})" if unit else words
