"""Figures of a training: its course, its predictions against the truth, its errors, the spread of what it learned."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import GREY, PALETTE, axis_label, padded_range
from nanoos_lab.display.numbers import value_text
from nanoos_lab.foreign_json import loads
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.charts.of_runs import Finished

_STAGES = {"model": "the model", "scratch": "from nothing"}
_WHO = {"base": "before tuning", "scratch": "from nothing"}
_MOST_BINS = 40


def curves_figure(rows: Sequence[Mapping[str, Any]], *, unit: str = "", logarithm: bool = False) -> Chart:
    """Draw the course of a training: validation error above, loss below.

    Args:
        rows: Its passes, as lines of ``curve.jsonl``; they may still be few, or none.
        unit: Of the validation error.
        logarithm: Whether it is of the logarithm to the base 10.
    """
    chart = new_chart("Training", height=420)
    lines: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        lines.setdefault((str(row["stage"]), int(row["member"])), []).append(row)
    for index, ((stage, member), passes) in enumerate(lines.items()):
        _draw_course(chart, stage, member, passes, first=index == 0 or member == 0)
    axis = {"title": {"standoff": 10, "font": {"size": 13}}}
    words = "of log10" if logarithm else f"({unit})" if unit else ""
    chart.update_layout(
        showlegend=len({stage for stage, _ in lines}) > 1,
        xaxis={"title": {"text": "Epoch"}, "anchor": "y2", "rangemode": "tozero"},
        yaxis={"title": {"text": f"Validation error {words}".strip()}, "domain": [0.46, 1], "rangemode": "tozero"},
        yaxis2={
            **{k: v for k, v in chart.layout.template.layout.yaxis.to_plotly_json().items() if k != "title"},
            "title": {"text": "Loss", **axis["title"]}, "domain": [0, 0.38], "anchor": "x", "rangemode": "tozero",
        },
    )  # fmt: skip
    return chart


def _draw_course(
    chart: Chart, stage: str, member: int, passes: Sequence[Mapping[str, Any]], *, first: bool
) -> None:
    place = list(_STAGES).index(stage) if stage in _STAGES else len(_STAGES)
    color, name = PALETTE[place % len(PALETTE)], html.escape(_STAGES.get(stage, stage))
    epochs = [int(row["epoch"]) + 1 for row in passes]
    common: dict[str, Any] = {
        "x": epochs, "mode": "lines", "line": {"color": color, "width": 1.6}, "name": name, "legendgroup": name,
        "opacity": 0.9,
    }  # fmt: skip
    hover = f"<b>{name}</b>, network {member + 1}<br>epoch %{{x}}<br>%{{y:.4g}}<extra></extra>"
    chart.add_scatter(
        y=[float(r["validation"]) for r in passes], showlegend=first, hovertemplate=hover, **common
    )
    chart.add_scatter(
        y=[float(r["loss"]) for r in passes], yaxis="y2", showlegend=False, hovertemplate=hover, **common
    )
    best = [row for row in passes if row.get("best")]
    if best:
        chart.add_scatter(
            x=[int(best[-1]["epoch"]) + 1], y=[float(best[-1]["validation"])], mode="markers", showlegend=False,
            marker={"color": color, "size": 9, "symbol": "diamond"}, legendgroup=name, name=f"best of {name}",
            hovertemplate=f"best of network {member + 1}<br>epoch %{{x}}<br>%{{y:.4g}}<extra></extra>",
        )  # fmt: skip


def parity_of_model(document: Mapping[str, Any], *, part: str = "test") -> Chart:
    """Draw predictions of held-out rows against the truth, with their intervals, and what others said of them.

    Args:
        document: The run's ``parity.json``.
        part: Which rows.
    """
    name, rows = str(document["property"]), [row for row in document["rows"] if row["part"] == part]
    unit = get_property(name).unit
    chart = new_chart(f"{name}: predicted against true values of the {part} rows", height=460)
    said = {who: [row for row in rows if who in row] for who in _WHO}
    everything = [
        v for row in rows for v in (row["truth"], row["value"], *(row[w] for w in _WHO if w in row))
    ]
    everything += [row["value"] + sign * row["half_width"] for row in rows for sign in (-1.0, 1.0)]
    low, high = padded_range(everything or [0.0, 1.0])
    chart.add_scatter(
        x=[low, high], y=[low, high], mode="lines", line={"color": GREY, "width": 1, "dash": "dash"},
        showlegend=False, hoverinfo="skip",
    )  # fmt: skip
    for index, (who, known) in enumerate(said.items(), start=1):
        if known:
            _draw_points(chart, known, who, words=_WHO[who], index=index, unit=unit)
    _draw_points(chart, rows, "value", words="the model", index=0, unit=unit)
    chart.update_layout(
        showlegend=True,
        xaxis={"title": {"text": axis_label(name, prefix="True")}, "range": [low, high]},
        yaxis={"title": {"text": axis_label(name, prefix="Predicted")}, "range": [low, high]},
    )
    return chart


def _draw_points(
    chart: Chart, rows: Sequence[Mapping[str, Any]], column: str, *, words: str, index: int, unit: str
) -> None:
    truth, said = [float(r["truth"]) for r in rows], [float(r[column]) for r in rows]
    error = float(np.abs(np.array(said) - np.array(truth)).mean()) if rows else 0.0
    color, main = PALETTE[index % len(PALETTE)], column == "value"
    strength = 0.9 if main else 0.5
    bars = {
        "type": "data",
        "array": [float(r["half_width"]) for r in rows],
        "color": color,
        "thickness": 1,
        "width": 0,
    }
    chart.add_scatter(
        x=truth, y=said, mode="markers", name=f"{words}: MAE {value_text(error, unit=unit, digits=3)}",
        error_y=bars if main else None,
        marker={"color": color, "size": 8 if main else 6, "symbol": "circle" if main else "x", "opacity": strength},
        customdata=[html.escape(str(r.get("name") or r["formula"])) for r in rows],
        hovertemplate="<b>%{customdata}</b><br>true %{x:.4g}<br>predicted %{y:.4g}<extra></extra>",
    )  # fmt: skip


def coverage_figure(document: Mapping[str, Any], *, part: str = "test") -> Chart:
    """Draw how many of the held-out rows lie within a part of their 90 % interval.

    A calibrated model's line passes near nine of ten at the whole interval.

    Args:
        document: The run's ``parity.json``.
        part: Which rows.
    """
    rows = [row for row in document["rows"] if row["part"] == part]
    ratios = np.sort([abs(r["value"] - r["truth"]) / max(r["half_width"], 1e-12) for r in rows])
    grid = np.linspace(0.0, 2.0, 81)
    inside = np.searchsorted(ratios, grid, side="right") / max(len(ratios), 1)
    chart = new_chart("Rows within their interval", height=340)
    chart.add_scatter(
        x=[float(g) for g in grid], y=[100.0 * float(v) for v in inside], mode="lines",
        line={"color": PALETTE[0], "width": 2}, showlegend=False, name="rows inside",
        hovertemplate="%{x:.2f} half widths<br>%{y:.0f} % of rows<extra></extra>",
    )  # fmt: skip
    for x, y in (([1.0, 1.0], [0.0, 100.0]), ([0.0, 2.0], [90.0, 90.0])):
        chart.add_scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": GREY, "width": 1, "dash": "dash"},
            showlegend=False,
            hoverinfo="skip",
        )
    chart.update_layout(
        showlegend=False,
        xaxis={"title": {"text": "Error in half widths of the 90 % interval"}, "range": [0, 2]},
        yaxis={"title": {"text": f"{part.capitalize()} rows inside (%)"}, "range": [0, 102]},
    )
    return chart


def histogram_figure(values: Sequence[float], *, property: str) -> Chart:  # noqa: A002 - the field's word
    """Draw how values are spread, as steps.

    Args:
        values: In the property's unit, at least one.
        property: A name of the vocabulary.
    """
    counts, edges = np.histogram(values, bins=int(min(max(np.sqrt(len(values)), 5), _MOST_BINS)))
    chart = new_chart(f"Distribution of {property}", height=300)
    x = np.repeat(edges, 2)[1:-1]
    chart.add_scatter(
        x=[float(v) for v in x], y=[float(v) for v in np.repeat(counts, 2)], mode="lines", fill="tozeroy",
        line={"color": PALETTE[0], "width": 1.5}, showlegend=False, hoverinfo="x+y", name="structures",
    )  # fmt: skip
    chart.update_layout(
        xaxis={"title": {"text": axis_label(property)}},
        yaxis={"title": {"text": "Structures"}, "rangemode": "tozero"},
    )
    return chart


def curves_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw the course of a run of the task ``train``.

    Args:
        runs: One.
    """
    from nanoos_lab.charts.of_runs import alone  # noqa: PLC0415 - it names this module

    run = alone(runs)
    return curves_figure(
        lines_of(run.files["curve.jsonl"].read_bytes()),
        unit=str(run.summary.get("unit", "")), logarithm=bool(run.summary.get("logarithm")),
    )  # fmt: skip


def parity_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw predictions against truth of a run of the task ``train``.

    Args:
        runs: One.
    """
    from nanoos_lab.charts.of_runs import alone  # noqa: PLC0415

    return parity_of_model(alone(runs).document("parity"))


def coverage_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw how intervals of a run of the task ``train`` hold.

    Args:
        runs: One.
    """
    from nanoos_lab.charts.of_runs import alone  # noqa: PLC0415

    return coverage_figure(alone(runs).document("parity"))


def lines_of(content: bytes) -> list[dict[str, Any]]:
    """Return the passes in a ``curve.jsonl``, in order; what is no pass, such as a torn last line, is passed over.

    Args:
        content: Its bytes, which may be anybody's.
    """
    import math  # noqa: PLC0415

    found = []
    for line in content.splitlines():
        try:
            row = loads(line, "curve.jsonl")
            good = isinstance(row["stage"], str) and all(
                isinstance(row[n], int) for n in ("member", "epoch", "epochs")
            )
            good = good and all(math.isfinite(float(row[n])) for n in ("loss", "validation", "rate"))
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if good:
            found.append(row)
    return found
