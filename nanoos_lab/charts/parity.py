"""Estimates against measurement or computation, with the mean absolute error of each method."""

from __future__ import annotations

import html

import pandas as pd

from nanoos_lab.agreement.errors import errors
from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import GREY, PALETTE, axis_label, padded_range
from nanoos_lab.display.numbers import value_text
from nanoos_lab.properties import get_property

_BARS, _DRAWN, _FURTHEST = 150, 2_000, 50
"""Of a method: rows with which intervals are drawn, rows that are drawn at all, and those of them furthest off."""
_OF = {"measured": "measurement", "computed": "computation"}
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "cross")


def parity_statistics(frame: pd.DataFrame, *, reference: str = "measured") -> pd.DataFrame:
    """Return how far each method is from a reference.

    Args:
        frame: Columns ``method``, ``estimate`` and that of the reference, in one unit.
        reference: Name of the reference's column.

    Returns:
        One row per method, as :func:`nanoos_lab.agreement.errors` gives it.
    """
    return errors(frame.rename(columns={reference: "reference"}))


def parity_figure(
    frame: pd.DataFrame,
    *,
    property: str,  # noqa: A002 - the field's word
    reference: str = "measured",
) -> Chart:
    """Draw estimates against a reference around the diagonal.

    Of a method with very many rows a part is drawn, spread evenly over all, and the furthest; the errors in the legend
    are of all rows.

    Args:
        frame: Columns ``label``, ``method``, ``estimate`` and that of the reference, and optionally ``uncertainty`` and
            the reference's with ``_uncertainty`` at its end (NaN where none), in the property's unit.
        property: A name of the vocabulary.
        reference: Name of the reference's column, which is also the word on its axis: ``measured``, ``computed``, ...

    Returns:
        One series per method, named with its mean absolute error.
    """
    chart = new_chart(f"{property}: estimate against {_OF.get(reference, reference)}", height=460)
    low, high = padded_range([*frame[reference], *_ends(frame)])
    chart.add_scatter(
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": GREY, "width": 1, "dash": "dash"},
        showlegend=False,
        hoverinfo="skip",
    )
    known = parity_statistics(frame, reference=reference)
    mae = dict(zip(known["method"], known["mae"], strict=True))
    unit = get_property(property).unit
    for index, (method, every) in enumerate(frame.groupby("method", sort=True)):
        color, part = PALETTE[index % len(PALETTE)], _drawn(every, reference)
        many = len(part) > _BARS
        chart.add_scatter(
            x=[float(v) for v in part[reference]],
            y=[float(v) for v in part["estimate"]],
            error_x=None if many else _bars(part, f"{reference}_uncertainty", color),
            error_y=None if many else _bars(part, "uncertainty", color),
            mode="markers",
            name=f"{html.escape(str(method))}: MAE {value_text(mae[method], unit=unit, digits=3)}",
            marker={
                "color": color,
                "symbol": _SYMBOLS[index % len(_SYMBOLS)],
                "size": 4 if many else 8,
                "opacity": 0.6 if many else 0.9,
            },
            customdata=[html.escape(str(v)) for v in part["label"]],
            hovertemplate=(
                f"<b>%{{customdata}}</b><br>{html.escape(reference)} %{{x:.4g}}<br>estimate %{{y:.4g}}<extra></extra>"
            ),
        )
    word = reference[:1].upper() + reference[1:]
    chart.update_layout(
        showlegend=True,
        xaxis={
            "title": {"text": axis_label(property, prefix=word)},
            "range": [low, high],
        },
        yaxis={"title": {"text": axis_label(property, prefix="Estimated")}, "range": [low, high]},
    )
    return chart


def _drawn(part: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return the rows to draw: all, or of very many those furthest off and every so manieth of the others."""
    if len(part) <= _DRAWN:
        return part
    ordered = part.reindex((part["estimate"] - part[reference]).abs().sort_values().index)
    step = -(-len(part) // _DRAWN)
    return pd.concat([ordered.iloc[:-_FURTHEST:step], ordered.iloc[-_FURTHEST:]])


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
