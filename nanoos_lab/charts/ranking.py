"""The ranking: one dot per candidate with its interval, best on top."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import BLUE, GREY, axis_label
from nanoos_lab.display.numbers import value_text
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    import pandas as pd

_ROW_PX = 24


def ranking_figure(frame: pd.DataFrame, *, property: str, top: int = 30) -> Chart:  # noqa: A002 - the field's word
    """Draw a ranking.

    Args:
        frame: Best first, with columns ``label``, ``value``, ``uncertainty`` (NaN where none) in
            the property's unit, ``ranked`` (False for what is shown but not placed) and ``note``.
        property: A name of the vocabulary.
        top: At most this many rows are drawn.

    Returns:
        A horizontal dot plot; what is not placed is grey and hollow.
    """
    shown = frame.head(top).reset_index(drop=True)
    rows = len(shown)
    chart = new_chart(f"Ranking by {property}", height=rows * _ROW_PX + 110)
    for ranked, name, color, symbol in (
        (True, "ranked", BLUE, "circle"),
        (False, "not ranked", GREY, "circle-open"),
    ):
        part = shown[shown["ranked"].astype(bool) == ranked]
        if len(part):
            chart.add_scatter(
                x=[float(v) for v in part["value"]],
                y=[rows - 1 - int(i) for i in part.index],
                error_x={
                    "type": "data",
                    "array": _widths(part),
                    "color": color,
                    "thickness": 1.4,
                    "width": 3,
                },
                mode="markers",
                name=name,
                marker={"color": color, "symbol": symbol, "size": 9, "line": {"width": 1.6, "color": color}},
                customdata=[_hover(row, property) for _, row in part.iterrows()],
                hovertemplate="%{customdata}<extra></extra>",
            )
    chart.update_layout(
        showlegend=not bool(shown["ranked"].astype(bool).all()),
        xaxis={"title": {"text": axis_label(property)}},
        yaxis={
            "tickvals": list(range(rows)),
            "ticktext": [html.escape(str(v)) for v in reversed(list(shown["label"]))],
            "range": [-0.7, rows - 0.3],
        },
    )
    return chart


def _widths(part: pd.DataFrame) -> list[float]:
    return [float(u) if u == u and u is not None else 0.0 for u in part["uncertainty"]]  # noqa: PLR0124 - NaN


def _hover(row: pd.Series, property_name: str) -> str:
    uncertainty = float(row["uncertainty"]) if row["uncertainty"] == row["uncertainty"] else None
    text = value_text(float(row["value"]), uncertainty, get_property(property_name).unit)
    note = f"<br>{html.escape(str(row['note']))}" if row["note"] else ""
    return f"<b>{html.escape(str(row['label']))}</b><br>{text}{note}"
