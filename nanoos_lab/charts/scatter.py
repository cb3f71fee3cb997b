"""One property against another, with the limits that were set drawn in."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import BLUE, GREY, PALETTE, VERMILLION, axis_label, padded_range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd


def scatter_figure(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    limits: Mapping[str, Sequence[float]] | None = None,
    annotate: int = 6,
) -> Chart:
    """Draw two properties of many subjects.

    Args:
        frame: Columns ``label``, those named by ``x`` and ``y`` in their properties' units, optionally
            ``x_uncertainty``, ``y_uncertainty``, ``group`` (a word for colour), and ``ranked``
            (False is grey).
        x: Property on the x axis.
        y: Property on the y axis.
        limits: Lines to draw, by property.
        annotate: How many of the first rows carry their label in the figure.
    """
    data = frame[frame[x].notna() & frame[y].notna()]
    chart = new_chart(f"{y} against {x}", height=440)
    _draw_limits(chart, data, (x, y), limits or {})
    for group, part in _groups(data):
        color = _color(group, data)
        chart.add_scatter(
            x=[float(v) for v in part[x]],
            y=[float(v) for v in part[y]],
            error_x=_bars(part, "x_uncertainty", color),
            error_y=_bars(part, "y_uncertainty", color),
            mode="markers+text" if group != "not ranked" else "markers",
            text=_texts(part, data, annotate),
            textposition="top center",
            textfont={"size": 11},
            name=html.escape(group),
            marker={
                "color": color,
                "symbol": "circle-open" if group == "not ranked" else "circle",
                "size": 9,
            },
            customdata=[html.escape(str(v)) for v in part["label"]],
            hovertemplate="<b>%{customdata}</b><br>%{x:.4g}<br>%{y:.4g}<extra></extra>",
        )
    chart.update_layout(
        showlegend=len(list(_groups(data))) > 1,
        xaxis={"title": {"text": axis_label(x)}, "range": list(padded_range(data[x]))},
        yaxis={"title": {"text": axis_label(y)}, "range": list(padded_range(data[y], 0.1))},
    )
    return chart


def _groups(data: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    if "ranked" in data:
        words = data["ranked"].map({True: "ranked", False: "not ranked"})
        return [(word, data[words == word]) for word in ("ranked", "not ranked") if (words == word).any()]
    if "group" in data:
        return [(str(word), part) for word, part in data.groupby("group", sort=False)]
    return [("all", data)] if len(data) else []


def _color(group: str, data: pd.DataFrame) -> str:
    if group == "not ranked":
        return GREY
    names = [name for name, _ in _groups(data)]
    return PALETTE[names.index(group) % len(PALETTE)] if "group" in data and "ranked" not in data else BLUE


def _texts(part: pd.DataFrame, data: pd.DataFrame, annotate: int) -> list[str]:
    first = set(data.index[:annotate])
    return [
        html.escape(str(label)) if index in first else ""
        for index, label in zip(part.index, part["label"], strict=True)
    ]


def _bars(part: pd.DataFrame, column: str, color: str) -> dict[str, object] | None:
    if column not in part or not part[column].notna().any():
        return None
    widths = [float(v) for v in part[column].fillna(0.0)]
    return {"type": "data", "array": widths, "color": color, "thickness": 1, "width": 0}


def _draw_limits(
    chart: Chart, data: pd.DataFrame, axes: tuple[str, str], limits: Mapping[str, Sequence[float]]
) -> None:
    x, y = axes
    x_range, y_range = padded_range(data[x]), padded_range(data[y], 0.1)
    for property_name, values in limits.items():
        for value in values:
            if property_name == x and x_range[0] < value < x_range[1]:
                xs, ys = [value, value], list(y_range)
            elif property_name == y and y_range[0] < value < y_range[1]:
                xs, ys = list(x_range), [value, value]
            else:
                continue
            chart.add_scatter(
                x=xs,
                y=ys,
                mode="lines",
                line={"color": VERMILLION, "width": 1.2, "dash": "dot"},
                showlegend=False,
                hoverinfo="skip",
            )
