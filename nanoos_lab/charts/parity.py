"""Predicted or computed against measured, with the mean absolute error of each method."""

from __future__ import annotations

import html

import pandas as pd

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import GREY, PALETTE, axis_label, padded_range
from nanoos_lab.display.numbers import value_text
from nanoos_lab.properties import get_property

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "cross")


def parity_statistics(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how far each method is from measurement.

    Args:
        frame: Columns ``method``, ``measured``, ``estimate``, in one unit.

    Returns:
        One row per method: ``method``, ``n``, ``mae`` (mean absolute error), ``bias`` (mean of estimate minus
        measured) in that unit and ``mape`` (mean absolute error in per cent of the measured value).
    """
    rows = []
    for method, part in frame.groupby("method", sort=True):
        error = part["estimate"] - part["measured"]
        relative = (error.abs() / part["measured"].abs()).where(part["measured"] != 0)
        rows.append(
            {
                "method": method,
                "n": len(part),
                "mae": float(error.abs().mean()),
                "bias": float(error.mean()),
                "mape": float(100 * relative.mean()),
            }
        )
    return pd.DataFrame(rows, columns=["method", "n", "mae", "bias", "mape"])


def parity_figure(frame: pd.DataFrame, *, property: str) -> Chart:  # noqa: A002 - the field's word
    """Draw estimates against measured values around the diagonal.

    Args:
        frame: Columns ``label``, ``method``, ``measured``, ``estimate``, and optionally
            ``measured_uncertainty`` and ``uncertainty`` (NaN where none), in the property's unit.
        property: A name of the vocabulary.

    Returns:
        One series per method, named with its mean absolute error.
    """
    chart = new_chart(f"{property}: estimate against measurement", height=460)
    low, high = padded_range([*frame["measured"], *_ends(frame)])
    chart.add_scatter(
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": GREY, "width": 1, "dash": "dash"},
        showlegend=False,
        hoverinfo="skip",
    )
    errors = parity_statistics(frame)
    mae = dict(zip(errors["method"], errors["mae"], strict=True))
    unit = get_property(property).unit
    for index, (method, part) in enumerate(frame.groupby("method", sort=True)):
        color = PALETTE[index % len(PALETTE)]
        chart.add_scatter(
            x=[float(v) for v in part["measured"]],
            y=[float(v) for v in part["estimate"]],
            error_x=_bars(part, "measured_uncertainty", color),
            error_y=_bars(part, "uncertainty", color),
            mode="markers",
            name=f"{html.escape(str(method))}: MAE {value_text(mae[method], unit=unit, digits=3)}",
            marker={"color": color, "symbol": _SYMBOLS[index % len(_SYMBOLS)], "size": 8, "opacity": 0.9},
            customdata=[html.escape(str(v)) for v in part["label"]],
            hovertemplate="<b>%{customdata}</b><br>measured %{x:.4g}<br>estimate %{y:.4g}<extra></extra>",
        )
    chart.update_layout(
        showlegend=True,
        xaxis={"title": {"text": axis_label(property, prefix="Measured")}, "range": [low, high]},
        yaxis={"title": {"text": axis_label(property, prefix="Estimated")}, "range": [low, high]},
    )
    return chart


def _ends(frame: pd.DataFrame) -> list[float]:
    """Return both ends of every estimate's interval, so that all of it is in the picture."""
    half = frame["uncertainty"].fillna(0.0) if "uncertainty" in frame else 0.0
    return [*(frame["estimate"] - half), *(frame["estimate"] + half)]


def _bars(part: pd.DataFrame, column: str, color: str) -> dict[str, object] | None:
    if column not in part or not part[column].notna().any():
        return None
    return {
        "type": "data",
        "array": [float(v) for v in part[column].fillna(0.0)],
        "color": color,
        "thickness": 1,
        "width": 0,
    }
