"""Phonons as pictures: bands beside their density of states, and harmonic thermal properties.

Frequencies are in THz, with cm⁻¹ where the pointer is; imaginary ones are below zero, in red.
"""

from __future__ import annotations

import csv
import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.of_runs import alone
from nanoos_lab.charts.theme import BLUE, GREY, PALETTE, VERMILLION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.charts.of_runs import Finished

CM_PER_THZ = 33.35640951981521
"""1 THz over the speed of light, in cm⁻¹."""
DULONG_PETIT = 24.943387854
"""3 R in J/(mol K)."""
_NOISE_THZ = 0.02
"""Frequencies closer to zero are not drawn as imaginary."""
_FILL, _RED_FILL = "rgba(0,114,178,0.18)", "rgba(213,94,0,0.25)"
_BEFORE = (0.0, 0.7)
_BESIDE = (0.74, 1.0)


@dataclass(frozen=True)
class ThermalCurves:
    """Harmonic thermal properties of one crystal over temperature."""

    label: str
    temperatures: Sequence[float]
    """K."""
    free_energy: Sequence[float]
    """eV/atom."""
    entropy: Sequence[float]
    """J/(mol atom K)."""
    heat_capacity: Sequence[float]
    """At constant volume, J/(mol atom K)."""


def phonon_figure(document: Mapping[str, Any]) -> Chart:
    """Draw phonon bands along the standard path, beside the density of states.

    Args:
        document: What the task ``phonons`` leaves as ``bands.json``.
    """
    chart = new_chart("Phonon bands and density of states", height=430)
    bands, at = document["frequencies"], document["distances"]
    for first, last in document["stretches"]:
        for band in zip(*bands[first:last], strict=True):
            _draw_band(chart, at[first:last], band)
    lowest, highest = min(map(min, bands)), max(map(max, bands))
    imaginary = lowest < -_NOISE_THZ
    floor, ceiling = 1.06 * lowest if imaginary else 0.0, 1.04 * highest
    _draw_dos(chart, [(f, g) for f, g in document["dos"] if floor <= f <= ceiling])
    if imaginary:
        for x_axis, end in (("x", at[-1]), ("x2", max(g for _, g in document["dos"]))):
            chart.add_scatter(x=[0.0, end], y=[0.0, 0.0], mode="lines", xaxis=x_axis, yaxis="y", showlegend=False,
                              line={"color": GREY, "width": 1.0, "dash": "dot"}, hoverinfo="skip")  # fmt: skip
    ticks = document["ticks"]
    chart.update_layout(
        showlegend=False,
        xaxis={
            "domain": list(_BEFORE),
            "range": [at[0], at[-1]],
            "tickvals": [x for x, _ in ticks],
            "ticktext": [html.escape(label) for _, label in ticks],
            "title": {"text": ""},
        },
        xaxis2={
            "domain": list(_BESIDE),
            "anchor": "y",
            "range": [0.0, 1.08 * max(g for _, g in document["dos"])],
            "nticks": 4,
            "title": {"text": "States (1/(THz atom))"},
        },
        yaxis={
            "title": {"text": "Frequency (THz)"},
            "range": [floor, ceiling],
        },
    )
    return chart


def _draw_band(chart: Chart, at: Sequence[float], band: Sequence[float]) -> None:
    """Draw one band of one stretch, its imaginary parts in red."""
    below = [y < -_NOISE_THZ for y in band]
    parts = [(BLUE, [None if b else y for y, b in zip(band, below, strict=True)])]
    if any(below):
        around = [any(below[max(0, k - 1) : k + 2]) for k in range(len(band))]
        parts.append((VERMILLION, [y if b else None for y, b in zip(band, around, strict=True)]))
    for color, values in parts:
        chart.add_scatter(
            x=list(at),
            y=values,
            mode="lines",
            line={"color": color, "width": 1.5},
            showlegend=False,
            customdata=[None if y is None else round(CM_PER_THZ * y, 1) for y in values],
            hovertemplate="%{y:.3f} THz · %{customdata:.0f} cm⁻¹<extra></extra>",
        )


def _draw_dos(chart: Chart, dos: Sequence[Sequence[float]]) -> None:
    parts = (
        (BLUE, _FILL, [(f, g) for f, g in dos if f >= 0.0]),
        (VERMILLION, _RED_FILL, [(f, g) for f, g in dos if f < 0.0]),
    )
    for color, fill, points in parts:
        if not points:
            continue
        chart.add_scatter(
            x=[g for _, g in points],
            y=[f for f, _ in points],
            xaxis="x2",
            yaxis="y",
            mode="lines",
            fill="tozerox",
            fillcolor=fill,
            line={"color": color, "width": 1.4},
            showlegend=False,
            customdata=[round(CM_PER_THZ * f, 1) for f, _ in points],
            hovertemplate="%{y:.3f} THz · %{customdata:.0f} cm⁻¹<br>%{x:.3g} 1/(THz atom)<extra></extra>",
        )


def thermal_figure(curves: Sequence[ThermalCurves]) -> Chart:
    """Draw free energy, entropy and heat capacity over temperature.

    Args:
        curves: One for each crystal.
    """
    chart = new_chart("Harmonic thermal properties", height=380)
    for index, curve in enumerate(curves):
        color, name = PALETTE[index % len(PALETTE)], html.escape(curve.label)
        common = {"mode": "lines", "legendgroup": name, "x": list(curve.temperatures)}
        several = len(curves) > 1
        chart.add_scatter(
            **common, y=list(curve.free_energy), name=name, showlegend=several,
            line={"color": color, "width": 1.8},
            hovertemplate="%{x:.0f} K: F = %{y:.4f} eV/atom<extra></extra>",
        )  # fmt: skip
        for word, values, dash in (("CV", curve.heat_capacity, "solid"), ("S", curve.entropy, "dash")):
            chart.add_scatter(
                **common, y=list(values), xaxis="x2", yaxis="y2", showlegend=not several,
                name={"CV": "heat capacity at constant volume", "S": "entropy (dashed)"}[word],
                line={"color": color if several or word == "CV" else PALETTE[1], "width": 1.8, "dash": dash},
                hovertemplate=f"%{{x:.0f}} K: {word} = %{{y:.3f}} J/(mol atom K)<extra></extra>",
            )  # fmt: skip
    ends = [curves[0].temperatures[0], max(c.temperatures[-1] for c in curves)]
    chart.add_scatter(
        x=ends, y=[DULONG_PETIT] * 2, xaxis="x2", yaxis="y2", mode="lines", name="3 R", showlegend=False,
        line={"color": GREY, "width": 1.1, "dash": "dot"}, hovertemplate="3 R (Dulong, Petit)<extra></extra>",
    )  # fmt: skip
    chart.update_layout(
        showlegend=True,
        xaxis={"domain": [0.0, 0.42], "anchor": "y", "range": ends, "title": {"text": "Temperature (K)"}},
        xaxis2={"domain": [0.57, 1.0], "anchor": "y2", "range": ends, "title": {"text": "Temperature (K)"}},
        yaxis={"title": {"text": "Free energy (eV/atom)"}},
        yaxis2={"anchor": "x2", "title": {"text": "J/(mol atom K)"}},
    )
    return chart


def bands_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw bands and density of states of a run of the task ``phonons``.

    Args:
        runs: One.
    """
    return phonon_figure(alone(runs).document("bands"))


def thermal_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw thermal properties of runs of the task ``phonons``.

    Args:
        runs: The runs; those with imaginary modes have none, and are left out.

    Raises:
        InvalidInputError: None of them has any.
    """
    from nanoos_lab.errors import InvalidInputError  # noqa: PLC0415 - the one use

    curves = []
    for run in runs:
        if (path := run.files.get("thermal.csv")) is None:
            continue
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [[float(cell) for cell in row] for row in list(csv.reader(stream))[1:]]
        curves.append(ThermalCurves(run.label, *(list(column) for column in zip(*rows, strict=True))))
    if not curves:
        raise InvalidInputError("there are imaginary modes, so there are no thermal properties to show")
    return thermal_figure(curves)
