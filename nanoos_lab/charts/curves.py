"""Curves of one calculation: the equation of state and the course of a relaxation."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import GREY, PALETTE, VERMILLION, nice_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.charts.birch import EosCurve


@dataclass(frozen=True)
class RelaxationTrace:
    """The course of a relaxation, one entry per step."""

    label: str
    energies: Sequence[float]
    """eV/atom."""
    max_forces: Sequence[float] = field(default=())
    """eV/Å; empty where not recorded."""
    fmax: float | None = None
    """The tolerance in eV/Å."""


def eos_figure(curves: Sequence[EosCurve]) -> Chart:
    """Draw equations of state: computed points and fitted curves, energy relative to each minimum.

    Args:
        curves: One per structure.

    Returns:
        Volume and energy relative to the equilibrium volume where there are several curves, so that a stiffer
        crystal has a steeper curve whatever its atoms' size; else Å³/atom and meV/atom.
    """
    chart = new_chart("Equation of state", height=400)
    several = len(curves) > 1
    unit = "meV/Å³" if several else "meV/atom"
    for index, curve in enumerate(curves):
        color, name = PALETTE[index % len(PALETTE)], html.escape(curve.label)
        scale = curve.volume if several else 1.0  # then the curvature of each curve is its bulk modulus
        chart.add_scatter(
            x=[v / scale for v, _ in curve.curve],
            y=[1000 * (e - curve.energy) / scale for _, e in curve.curve],
            mode="lines",
            line={"color": color, "width": 1.8},
            legendgroup=name,
            showlegend=False,
            hoverinfo="skip",
        )
        chart.add_scatter(
            x=[v / scale for v, _ in curve.points],
            y=[1000 * (e - curve.energy) / scale for _, e in curve.points],
            mode="markers",
            marker={"color": color, "size": 8},
            name=f"{name}: K = {curve.bulk_modulus:.0f} GPa",
            legendgroup=name,
            hovertemplate=f"<b>{name}</b><br>V %{{x:.4g}}<br>E − E₀ %{{y:.3g}} {unit}<extra></extra>",
        )
    chart.update_layout(
        showlegend=True,
        xaxis={
            "title": {"text": "Volume relative to equilibrium, V / V₀" if several else "Volume (Å³/atom)"}
        },
        yaxis={"title": {"text": f"{'(E − E₀) / V₀' if several else 'E − E₀'} ({unit})"}},
    )
    return chart


def relaxation_figure(traces: Sequence[RelaxationTrace]) -> Chart:
    """Draw how energies and forces fell during relaxations.

    Args:
        traces: One per structure.

    Returns:
        Energy above its last value on the upper panel, largest force on a logarithmic lower one.
    """
    with_forces = any(force > 0 for t in traces for force in t.max_forces)  # else a logarithm shows nothing
    chart = new_chart("Relaxation", height=460 if with_forces else 320)
    for index, trace in enumerate(traces):
        color, name = PALETTE[index % len(PALETTE)], html.escape(trace.label)
        common = {"mode": "lines+markers", "line": {"color": color, "width": 1.6}, "name": name}
        common |= {"marker": {"color": color, "size": 5}, "legendgroup": name}
        last = float(trace.energies[-1])
        chart.add_scatter(
            x=list(range(len(trace.energies))), y=[1000 * (float(e) - last) for e in trace.energies], **common
        )
        if with_forces and len(trace.max_forces):
            steps, forces = list(range(len(trace.max_forces))), [float(f) for f in trace.max_forces]
            chart.add_scatter(x=steps, y=forces, yaxis="y2", **{**common, "showlegend": False})
    if with_forces:
        _draw_tolerance(chart, traces)
    longest = max([1, *(len(t.energies) - 1 for t in traces)])
    chart.update_layout(
        showlegend=len(traces) > 1,
        xaxis={
            "title": {"text": "Step"},
            "anchor": "y2" if with_forces else "y",
            "tickvals": [t for t in nice_ticks(0, longest) if t == int(t)],
        },
        yaxis={
            "title": {"text": "Energy above the end (meV/atom)"},
            "domain": [0.55, 1] if with_forces else [0, 1],
        },
    )
    if with_forces:
        chart.update_layout(
            yaxis2={
                **{
                    k: v
                    for k, v in chart.layout.template.layout.yaxis.to_plotly_json().items()
                    if k != "title"
                },
                "title": {"text": "Largest force (eV/Å)", "standoff": 10, "font": {"size": 13}},
                "type": "log",
                **_log_ticks([float(f) for t in traces for f in t.max_forces]),
                "domain": [0, 0.47],
                "anchor": "x",
            }
        )
    return chart


def _log_ticks(values: Sequence[float]) -> dict[str, list[object]]:
    """Return ticks at 1, 2 and 5 of each decade that the values touch."""
    positive = [v for v in values if v > 0]
    powers = range(math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive))) + 1)
    ticks = [m * 10.0**p for p in powers for m in (1, 2, 5)]
    return {"tickvals": [*ticks], "ticktext": [f"{t:g}" for t in ticks]}


def _draw_tolerance(chart: Chart, traces: Sequence[RelaxationTrace]) -> None:
    """Draw the force tolerance where all traces share one."""
    tolerances = {t.fmax for t in traces if len(t.max_forces)}
    if len(tolerances) != 1 or None in tolerances:
        return
    end = max(len(t.max_forces) for t in traces) - 1
    fmax = tolerances.pop()
    chart.add_scatter(
        x=[0, max(end, 1)],
        y=[fmax, fmax],
        yaxis="y2",
        mode="lines",
        line={"color": VERMILLION if len(traces) == 1 else GREY, "width": 1.2, "dash": "dot"},
        name=f"tolerance {fmax:g} eV/Å",
        showlegend=False,
        hoverinfo="skip",
    )
