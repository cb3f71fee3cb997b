"""Molecular dynamics: thermodynamic series, radial distributions, displacements, and diffusion against temperature.

Figures are drawn from the summary that a run of the task ``md`` leaves.
"""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import GREY, INK, PALETTE, nice_ticks, padded_range
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.charts.of_runs import Finished

    Summary = Mapping[str, Any]

_PANELS = (
    ("temperature", "T (K)"),
    ("pressure", "P (GPa)"),
    ("total", "E (eV/atom)"),
    ("volume", "V (Å³/atom)"),
)
_GAP = 0.045
_CONSTANT = 1e-9
"""A series that changes by no more, relatively, is a constant and gets no panel."""
_HAIR = {"mode": "lines", "showlegend": False, "hoverinfo": "skip"}
KELVIN_TIMES_EV = 8.617333262e-5
"""Boltzmann's constant in eV/K (CODATA 2018)."""


def thermo_figure(runs: Sequence[tuple[str, Summary]]) -> Chart:
    """Draw temperature, pressure, energy and volume against time, each on a panel of its own.

    Args:
        runs: Label and summary of each run. A dotted line marks where the part that is analysed begins.

    Raises:
        InvalidInputError: There is no run.
    """
    _some(runs)
    panels = [(name, title) for name, title in _PANELS if any(_varies(s["thermo"][name]) for _, s in runs)]
    chart = new_chart("Molecular dynamics", height=110 * len(panels) + 90)
    tall = (1.0 - _GAP * (len(panels) - 1)) / len(panels)
    for index, (name, title) in enumerate(panels):
        axis = f"y{index + 1 if index else ''}"
        top = 1.0 - index * (tall + _GAP)
        drawn: list[float] = []
        for k, (label, summary) in enumerate(runs):
            thermo, color = summary["thermo"], PALETTE[k % len(PALETTE)]
            drawn += [v for v in thermo[name] if v is not None]
            chart.add_scatter(
                x=thermo["time"],
                y=thermo[name],
                yaxis=axis,
                mode="lines",
                line={"color": color, "width": 1.2},
                name=html.escape(label),
                legendgroup=label,
                showlegend=index == 0,
                hovertemplate=f"%{{x:.4g}} ps: %{{y:.5g}}<extra>{html.escape(label)}</extra>",
            )
        _starts(chart, runs, axis, drawn)
        _panel(chart, axis, title, (max(top - tall, 0.0), top), drawn)
    _time_axis(chart, runs, len(panels))
    return chart


def _panel(chart: Chart, axis: str, title: str, domain: tuple[float, float], drawn: Sequence[float]) -> None:
    chart.update_layout(
        {
            f"yaxis{axis[1:]}": {
                **_house(chart),
                "title": {"text": title, "standoff": 10, "font": {"size": 13}},
                "domain": list(domain),
                "tickvals": nice_ticks(*padded_range(drawn), 3),
                "anchor": "x",
            }
        }
    )


def _time_axis(chart: Chart, runs: Sequence[tuple[str, Summary]], panels: int) -> None:
    chart.update_layout(
        showlegend=len(runs) > 1,
        xaxis={
            "title": {"text": "Time (ps)"},
            "anchor": f"y{panels}" if panels > 1 else "y",
            "range": [0.0, max(s["thermo"]["time"][-1] for _, s in runs)],
        },
    )


def _starts(chart: Chart, runs: Sequence[tuple[str, Summary]], axis: str, drawn: Sequence[float]) -> None:
    """Mark where the part that is analysed begins."""
    begins = {round(s["thermo"]["starts"].get("production", 0.0), 6) for _, s in runs}
    first = min(s["thermo"]["time"][0] for _, s in runs)
    for begin in sorted(begins):
        if begin > first and drawn:
            ends = [min(drawn), max(drawn)]
            chart.add_scatter(
                x=[begin, begin],
                y=ends,
                yaxis=axis,
                line={"color": GREY, "width": 1.2, "dash": "dot"},
                **_HAIR,
            )


def distribution_figure(runs: Sequence[tuple[str, Summary]]) -> Chart:
    """Draw radial distribution functions of all pairs of elements.

    Args:
        runs: Label and summary of each run.

    Raises:
        InvalidInputError: There is no run.
    """
    _some(runs)
    chart = new_chart("Radial distribution function", height=380)
    several, k, reach = len(runs) > 1, 0, 0.0
    for label, summary in runs:
        for one in summary["radial_distribution"]:
            name = html.escape(f"{one['pair']}, {label}" if several else one["pair"])
            chart.add_scatter(
                x=one["r"],
                y=one["g"],
                mode="lines",
                name=name,
                line={"color": PALETTE[k % len(PALETTE)], "width": 1.7},
                hovertemplate=f"{name}<br>%{{x:.3f}} Å: %{{y:.3g}}<extra></extra>",
            )
            k, reach = k + 1, max(reach, float(one["r"][-1]))
    chart.add_scatter(
        x=[0.0, reach], y=[1.0, 1.0], line={"color": GREY, "width": 1.0, "dash": "dash"}, **_HAIR
    )
    chart.update_layout(
        showlegend=k > 1,
        xaxis={"title": {"text": "Distance (Å)"}, "range": [0.0, reach]},
        yaxis={"title": {"text": "g(r)"}, "rangemode": "tozero"},
    )
    return chart


def displacement_figure(runs: Sequence[tuple[str, Summary]]) -> Chart:
    """Draw mean square displacements, and the fit and coefficient where atoms diffuse.

    Args:
        runs: Label and summary of each run.

    Raises:
        InvalidInputError: There is no run.
    """
    _some(runs)
    chart = new_chart("Mean square displacement", height=400)
    several, k = len(runs) > 1, 0
    for label, summary in runs:
        for one in summary["diffusion"]:
            head = f"{one['element']}, {label}" if several else one["element"]
            name = html.escape(f"{head}: {_coefficient_words(one)}")
            color = PALETTE[k % len(PALETTE)]
            chart.add_scatter(
                x=one["times"],
                y=one["displacement"],
                mode="lines",
                name=name,
                line={"color": color, "width": 1.8},
                hovertemplate=f"{html.escape(head)}<br>%{{x:.3g}} ps: %{{y:.3g}} Å²<extra></extra>",
            )
            if one["coefficient"] is not None:
                ends = one["fit"]
                chart.add_scatter(
                    x=list(ends),
                    y=[one["intercept"] + one["slope"] * t for t in ends],
                    line={"color": INK, "width": 2.2, "dash": "dash"},
                    **_HAIR,
                )
            k += 1
    chart.update_layout(
        showlegend=True,
        xaxis={"title": {"text": "Lag time (ps)"}, "rangemode": "tozero"},
        yaxis={"title": {"text": "Mean square displacement (Å²)"}, "rangemode": "tozero"},
    )
    return chart


def arrhenius_figure(
    points: Sequence[tuple[float, float, float]],
    *,
    energy: float,
    prefactor: float,
    error: float,
    element: str,
) -> Chart:
    """Draw diffusion coefficients against inverse temperature with Arrhenius' line.

    Args:
        points: Temperature in K, coefficient in cm²/s and its standard error.
        energy: Activation energy in eV.
        prefactor: cm²/s.
        error: Standard error of the activation energy in eV.
        element: What diffuses.

    Raises:
        InvalidInputError: There are fewer than two points.
    """
    _some(points)
    chart = new_chart("Diffusion against temperature", height=380)
    inverse = [1000.0 / t for t, _, _ in points]
    low, high = min(inverse), max(inverse)
    line = [low + (high - low) * k / 40 for k in range(41)]
    chart.add_scatter(
        x=line,
        y=[prefactor * math.exp(-energy * x / (1000.0 * KELVIN_TIMES_EV)) for x in line],
        mode="lines",
        line={"color": GREY, "width": 1.6, "dash": "dash"},
        name=f"E<sub>a</sub> = {energy:.3f} ± {error:.3f} eV",
    )
    chart.add_scatter(
        x=inverse,
        y=[d for _, d, _ in points],
        error_y={"array": [e for _, _, e in points], "color": PALETTE[0]},
        mode="markers",
        marker={"color": PALETTE[0], "size": 9, "symbol": "circle"},
        name=html.escape(element),
        customdata=[t for t, _, _ in points],
        hovertemplate="%{customdata:.0f} K: %{y:.3g} cm²/s<extra></extra>",
    )
    bottom = min(d - min(e, 0.9 * d) for _, d, e in points)
    top = max(d + e for _, d, e in points)
    decades = (math.log10(bottom) - 0.1, math.log10(top) + 0.1)
    chart.update_layout(
        showlegend=True,
        xaxis={"title": {"text": "1000 K / T"}},
        yaxis={
            "title": {"text": "D (cm²/s)"},
            "type": "log",
            "range": list(decades),
            **_log_ticks(*decades),
        },
    )
    return chart


def thermo_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw the series of runs of the task ``md``.

    Args:
        runs: The runs.
    """
    return thermo_figure(_told(runs))


def distribution_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw the radial distribution functions of runs of the task ``md``.

    Args:
        runs: The runs.
    """
    return distribution_figure(_told(runs))


def displacement_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw the mean square displacements of runs of the task ``md``.

    Args:
        runs: The runs.
    """
    return displacement_figure(_told(runs))


def _told(runs: Sequence[Finished]) -> list[tuple[str, Summary]]:
    temperatures = {run.summary["temperature"] for run in runs}
    tell = len(temperatures) > 1
    return [
        (f"{run.label}, {run.summary['temperature']:g} K" if tell else run.label, run.summary) for run in runs
    ]


def _some(things: Sequence[Any]) -> None:
    if not things:
        raise InvalidInputError("there is nothing to draw: give at least one finished run of the task md")


def _varies(series: Sequence[float | None]) -> bool:
    known = [v for v in series if v is not None]
    return bool(known) and max(known) - min(known) > _CONSTANT * max(abs(v) for v in known)


def _coefficient_words(one: Mapping[str, Any]) -> str:
    if one["coefficient"] is None:
        return "no D"
    power = math.floor(math.log10(abs(one["coefficient"]))) if one["coefficient"] else 0
    scale = 10.0**power
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"D = ({one['coefficient'] / scale:.2f} ± {(one['error'] or 0.0) / scale:.2f}) · 10{raised} cm²/s"


def _log_ticks(low: float, high: float) -> dict[str, list[Any]]:
    """Return ticks of a logarithmic axis that has at least two of them."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    ticks = [m * 10.0**p for p in decades for m in (1, 2, 5) if low <= math.log10(m * 10.0**p) <= high]
    if len(ticks) < 2:  # noqa: PLR2004 - one tick is no scale
        ticks = [t for t in nice_ticks(10.0**low, 10.0**high, 4) if t > 0.0]
    return {"tickvals": ticks, "ticktext": [f"{t:.2g}" for t in ticks]}


def _house(chart: Chart) -> dict[str, Any]:
    axis = chart.layout.template.layout.yaxis.to_plotly_json()
    return {key: value for key, value in axis.items() if key != "title"}
