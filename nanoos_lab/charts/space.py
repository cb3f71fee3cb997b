"""A map of many materials: points that lie close are alike, coloured by a class or by a number."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanoos_lab.charts.theme import GREY, PALETTE, nice_ticks
from nanoos_lab.display.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from nanoos_lab.charts import Chart

SCALE = ("#3b4cc0", "#3f7fc4", "#2fa3a5", "#5fb760", "#b6b735", "#e39a2d", "#d8552f")
"""Colours of numbers from low to high: apart in hue and lightness, and all readable on white and on black."""
UNKNOWN, OTHERS = "unknown", "others"
_EDGES = (0.02, 0.98)
_MANY = 2_000


@dataclass(frozen=True)
class Shade:
    """A class of points: its colour and what it means."""

    label: str
    color: str


def shades_of_words(words: Sequence[str]) -> tuple[list[Shade], list[int]]:
    """Return the classes of words, the most frequent first and the rare ones together, and the class of each.

    Args:
        words: One for each point; an empty one is unknown.
    """
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    known = sorted((word for word in counts if word), key=lambda word: (-counts[word], word))
    shown = known if len(known) <= len(PALETTE) else known[: len(PALETTE) - 1]
    shades = [Shade(word, color) for word, color in zip(shown, PALETTE, strict=False)]
    place = {word: k for k, word in enumerate(shown)}
    for some, label in ((set(known) - set(shown), OTHERS), ({""} & set(counts), UNKNOWN)):
        if some:
            place |= dict.fromkeys(some, len(shades))
            shades.append(Shade(label, GREY if label == UNKNOWN else PALETTE[-1]))
    return shades, [place[word] for word in words]


def shades_of_numbers(values: Sequence[float], unit: str = "") -> tuple[list[Shade], list[int]]:
    """Return ranges between round numbers, and the range of each value; all beyond the ends belong to the last ones.

    Args:
        values: One for each point, NaN where unknown.
        unit: Theirs.
    """
    known = sorted(v for v in values if math.isfinite(v))
    shades: list[Shade] = []
    edges: list[float] = []
    if known:
        low, high = (known[round(part * (len(known) - 1))] for part in _EDGES)
        edges = _edges(low, high)
        colors = [SCALE[round(k * (len(SCALE) - 1) / max(len(edges), 1))] for k in range(len(edges) + 1)]
        shades = [Shade(_range(edges, k, unit), color) for k, color in enumerate(colors)]
    if len(known) < len(values):
        shades.append(Shade(UNKNOWN, GREY))
    return shades, [sum(v >= edge for edge in edges) if math.isfinite(v) else len(shades) - 1 for v in values]


def _edges(low: float, high: float) -> list[float]:
    if not high > low:
        return []
    for about in (5, 4, 3):
        ticks = [t for t in nice_ticks(low, high, about) if low < t < high]
        if len(ticks) < len(SCALE):
            return ticks
    return ticks[: len(SCALE) - 1]


def _range(edges: Sequence[float], k: int, unit: str) -> str:
    said = [number(edge, digits=3) for edge in edges]
    end = f" {unit}" if unit else ""
    if not said:
        return f"all{end}"
    if k == 0:
        return f"< {said[0]}{end}"
    return f"≥ {said[-1]}{end}" if k == len(said) else f"{said[k - 1]} to {said[k]}{end}"


def space_figure(frame: pd.DataFrame, shades: Sequence[Shade], *, title: str) -> Chart:
    """Draw the map.

    Args:
        frame: Columns ``label``, ``x``, ``y``, ``shade`` (the class's place) and ``said`` (in words).
        shades: The classes.
        title: What is shown.
    """
    from nanoos_lab.charts.figure import new_chart  # noqa: PLC0415 - plotly is heavy

    chart = new_chart(title, height=560)
    for at, shade in enumerate(shades):
        part = frame[frame["shade"] == at]
        if not len(part):
            continue
        chart.add_scatter(
            x=[round(float(v), 4) for v in part["x"]],
            y=[round(float(v), 4) for v in part["y"]],
            mode="markers",
            name=f"{html.escape(shade.label)} ({len(part):,})",
            marker={"color": shade.color, "size": 4 if len(frame) > _MANY else 8, "opacity": 0.85},
            text=[html.escape(str(v)) for v in part["said"]],
            customdata=[html.escape(str(v)) for v in part["label"]],
            hovertemplate="<b>%{customdata}</b><br>%{text}<extra></extra>",
        )
    bare = {"tickvals": [], "showgrid": False, "title": {"text": ""}}
    chart.update_layout(showlegend=True, xaxis=bare, yaxis=bare)
    return chart
