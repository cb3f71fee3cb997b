"""The profile of a minimum-energy path: images, the curve through them, and the barrier."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import GREY, PALETTE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.charts.of_runs import Finished


def barrier_figure(paths: Sequence[tuple[str, Mapping[str, Any]]]) -> Chart:
    """Draw the energy along paths.

    Args:
        paths: What each is called, and the summary of a run of the task ``neb``.
    """
    chart = new_chart("Energy along the path", height=380)
    for index, (label, summary) in enumerate(paths):
        color, name = PALETTE[index % len(PALETTE)], html.escape(label)
        chart.add_scatter(
            x=[x for x, _ in summary["curve"]],
            y=[e for _, e in summary["curve"]],
            mode="lines",
            line={"color": color, "width": 1.8},
            showlegend=False,
            hoverinfo="skip",
        )
        barrier = summary.get("barrier")
        told = "no barrier" if barrier is None else f"{barrier:.3f} eV, back {summary['barrier_back']:.3f} eV"
        texts = [""] * len(summary["energies"])
        if barrier is not None:
            texts[summary["top"]] = f"{barrier:.2f} eV"
        chart.add_scatter(
            x=list(summary["distances"]),
            y=list(summary["energies"]),
            mode="markers+text",
            text=texts,
            textposition="top center",
            marker={"color": color, "size": 8},
            name=f"{name}: {told}",
            hovertemplate="%{x:.2f} Å<br>%{y:.4f} eV<extra></extra>",
        )
    longest = max(summary["distances"][-1] for _, summary in paths)
    chart.add_scatter(x=[0.0, longest], y=[0.0, 0.0], mode="lines", showlegend=False, hoverinfo="skip",
                      line={"color": GREY, "width": 1.0, "dash": "dot"})  # fmt: skip
    low = min(0.0, *(min(e for _, e in s["curve"]) for _, s in paths))
    high = max(max(e for _, e in s["curve"]) for _, s in paths) or 1.0
    chart.update_layout(
        showlegend=True,
        xaxis={"title": {"text": "Length of the path (Å)"}},
        yaxis={"title": {"text": "Energy (eV)"}, "range": [low - 0.06 * (high - low), high + 0.16 * (high - low)]},
    )  # fmt: skip
    return chart


def barriers_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw runs of the task ``neb``.

    Args:
        runs: The runs.
    """
    return barrier_figure([(run.label, run.summary) for run in runs])
