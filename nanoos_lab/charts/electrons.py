"""Electronic bands and densities of states, side by side as papers show them.

Figures are drawn from the documents that the tasks ``bands`` and ``dos`` leave (``bands.json``, ``dos.json``), so that
they can be drawn anew wherever those files are. Energies are relative to the top of the valence bands of an insulator,
or to the Fermi level of a metal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.theme import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILLION, nice_ticks
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from nanoos_lab.charts.of_runs import Finished

    FloatArray = NDArray[np.float64]
    Document = Mapping[str, Any]
    Window = tuple[float, float]

BANDS_FORMAT, DOS_FORMAT = "nanoos bands 1", "nanoos dos 1"
DEEPEST_EV, HIGHEST_EV = -14.0, 6.0
"""What is shown around the zero unless asked otherwise; of an insulator as much above the gap."""
SPIN_COLORS = (BLUE, VERMILLION)
PART_COLORS = (ORANGE, GREEN, PURPLE, SKY, VERMILLION, BLUE)
_SMALL_PART = 0.04
_MOST_PARTS = 6
_DIGITS = 4
_SAME_EV = 2e-3
_BESIDE = (0.0, 0.68), (0.72, 1.0)
_HEIGHT, _WIDTH, _WIDTH_WITH_DOS = 460, 560, 760
_SPINS = ("spin up", "spin down")


def bands_figure(bands: Document, dos: Document | None = None, *, window: Window | None = None) -> Chart:
    """Draw a band structure, with the density of states beside it where there is one.

    Args:
        bands: The document of a band structure.
        dos: The document of a density of states of the same crystal.
        window: Lowest and highest energy in eV relative to the zero line.

    Raises:
        InvalidInputError: A document is of another form, or the window holds no level.
    """
    _expect(bands, BANDS_FORMAT, "a band structure")
    if dos is not None:
        _expect(dos, DOS_FORMAT, "a density of states")
    levels = np.array(bands["energies"], dtype=float) - bands["zero"]
    low, high = window or _window(levels, float(bands["gap"]))
    if not low < high or not ((levels > low) & (levels < high)).any():
        raise InvalidInputError(f"there is no level between {low:g} and {high:g} eV: choose another window")
    insulator = bands["valence"] is not None
    chart = new_chart(
        f"Band structure of {bands['formula']}",
        height=_HEIGHT,
        width=_WIDTH if dos is None else _WIDTH_WITH_DOS,
        showlegend=dos is not None or len(levels) > 1,
    )
    _draw_gap(chart, bands, (low, high))
    _draw_bands(chart, bands, levels, (low, high))
    _draw_zero(chart, bands["distances"][-1], "x")
    if insulator:
        _mark_edges(chart, bands, levels)
    ticks = bands["ticks"]
    chart.update_layout(
        xaxis={
            "tickvals": [at for at, _ in ticks],
            "ticktext": [label for _, label in ticks],
            "range": [0.0, bands["distances"][-1]],
            "domain": list((0.0, 1.0) if dos is None else _BESIDE[0]),
            "gridcolor": GREY,
            "ticks": "",
            "mirror": True,
        },
        yaxis={
            "title": {"text": f"Energy above {_zero_words(insulator=insulator)} (eV)"},
            "range": [low, high],
            "showgrid": False,
            "mirror": True,
        },
    )
    if dos is not None:
        _draw_states_beside(chart, dos, (low, high))
    return chart


def dos_figure(dos: Document, *, window: Window | None = None) -> Chart:
    """Draw a density of states and its parts against the energy.

    Args:
        dos: The document of a density of states.
        window: Lowest and highest energy in eV relative to the zero line.

    Raises:
        InvalidInputError: The document is of another form, or the window holds nothing.
    """
    _expect(dos, DOS_FORMAT, "a density of states")
    energies = np.array(dos["energies"]) - dos["zero"]
    low, high = window or (max(DEEPEST_EV, float(energies[0])), min(2 * HIGHEST_EV, float(energies[-1])))
    chart = new_chart(f"Density of states of {dos['formula']}", height=400, showlegend=True)
    largest = _draw_states(chart, dos, (low, high), upright=True)
    spins = len(dos["total"])
    chart.add_scatter(
        x=[0.0, 0.0],
        y=[-largest if spins > 1 else 0.0, largest],
        mode="lines",
        line={"color": INK, "width": 1, "dash": "dot"},
        showlegend=False,
        hoverinfo="skip",
    )
    insulator = dos["zero"] != dos["fermi"]
    chart.update_layout(
        xaxis={
            "title": {"text": f"Energy above {_zero_words(insulator=insulator)} (eV)"},
            "range": [low, high],
            "showgrid": False,
        },
        yaxis={
            "title": {"text": "Density of states (1/(eV atom))"},
            "range": [-largest if spins > 1 else 0.0, largest],
            "showgrid": False,
        },
    )
    return chart


def _expect(document: Document, form: str, what: str) -> None:
    if not hasattr(document, "get") or document.get("format") != form:
        said = document.get("format") if hasattr(document, "get") else type(document).__name__
        raise InvalidInputError(f"this is no document of {what}: its format is {said!r} instead of {form!r}")


def _zero_words(*, insulator: bool) -> str:
    return "valence band top" if insulator else "Fermi level"


def _window(levels: FloatArray, gap: float) -> Window:
    """Return energies that show valence and conduction bands, and no level that stands for an unfinished band."""
    complete = float(levels[:, :, -1].min())
    lowest = levels[levels > DEEPEST_EV]
    low = float(lowest.min()) - 0.6 if lowest.size else DEEPEST_EV
    return low, max(min(gap + HIGHEST_EV, complete), gap + 1.0)


def _draw_bands(chart: Chart, bands: Document, levels: FloatArray, window: Window) -> None:
    for spin, of_spin in enumerate(levels):
        xs: list[float | None] = []
        ys: list[float | None] = []
        for first, stop in bands["stretches"]:
            along = np.array(bands["distances"][first:stop])
            for band in of_spin[first:stop].T:
                for piece in _inside(along, band, window):
                    xs += [*np.round(piece[0], _DIGITS).tolist(), None]
                    ys += [*np.round(piece[1], _DIGITS).tolist(), None]
        chart.add_scatter(
            x=xs[:-1],
            y=ys[:-1],
            mode="lines",
            line={"color": SPIN_COLORS[spin], "width": 1.6},
            name=_SPINS[spin] if len(levels) > 1 else "bands",
            showlegend=len(levels) > 1,
            hovertemplate="%{y:.3f} eV<extra></extra>",
        )


def _inside(x: FloatArray, y: FloatArray, window: Window) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield the pieces of a line that lie in the window, ending where it crosses the window's edge."""
    for edge in window:
        crossing = np.flatnonzero((y[:-1] - edge) * (y[1:] - edge) < 0)
        part = (edge - y[crossing]) / (y[crossing + 1] - y[crossing])
        x = np.insert(x, crossing + 1, x[crossing] + part * (x[crossing + 1] - x[crossing]))
        y = np.insert(y, crossing + 1, edge)
    kept = np.flatnonzero((y >= window[0]) & (y <= window[1]))
    for piece in np.split(kept, np.flatnonzero(np.diff(kept) > 1) + 1):
        if len(piece) > 1:
            yield x[piece], y[piece]


def _draw_zero(chart: Chart, end: float, x_axis: str) -> None:
    chart.add_scatter(
        x=[0.0, end],
        y=[0.0, 0.0],
        xaxis=x_axis,
        mode="lines",
        line={"color": INK, "width": 1, "dash": "dot"},
        showlegend=False,
        hoverinfo="skip",
    )


def _draw_gap(chart: Chart, bands: Document, window: Window) -> None:
    """Shade the room between valence and conduction bands."""
    if bands["valence"] is None:
        return
    low, high = max(0.0, window[0]), min(float(bands["gap"]), window[1])
    end = bands["distances"][-1]
    chart.add_scatter(
        x=[0.0, end, end, 0.0, 0.0],
        y=[low, low, high, high, low],
        mode="lines",
        line={"width": 0, "color": "rgba(0,0,0,0)"},
        fill="toself",
        fillcolor="rgba(230,159,0,0.13)",
        showlegend=False,
        hoverinfo="skip",
    )


def _mark_edges(chart: Chart, bands: Document, levels: FloatArray) -> None:
    """Mark where the gap is, at those of the equivalent places that are nearest to each other."""
    gap, along = float(bands["gap"]), np.array(bands["distances"])
    tops, bottoms = (
        np.flatnonzero((np.abs(levels - energy) < _SAME_EV).any(axis=(0, 2))) for energy in (0.0, gap)
    )
    if not len(tops) or not len(bottoms):
        return  # it is off the path
    apart = np.abs(along[tops][:, None] - along[bottoms][None, :])
    i, j = np.unravel_index(int(np.argmin(apart)), apart.shape)
    ends = [float(along[tops[i]]), float(along[bottoms[j]])]
    chart.add_scatter(
        x=ends,
        y=[0.0, gap],
        mode="lines+markers",
        line={"color": VERMILLION, "width": 1.2, "dash": "dash"},
        marker={"color": VERMILLION, "size": 7, "symbol": "circle"},
        showlegend=False,
        hovertemplate=f"{bands['gap_kind']} gap {gap:.2f} eV<extra></extra>",
    )
    chart.add_scatter(
        x=[_free_place(along, levels, gap)],
        y=[0.5 * gap],
        mode="text",
        text=[f"{gap:.2f} eV"],
        textposition="top center",
        textfont={"color": INK, "size": 12},
        showlegend=False,
        hoverinfo="skip",
    )


def _free_place(along: FloatArray, levels: FloatArray, gap: float) -> float:
    """Return where along the path valence and conduction bands are farthest apart, not at its ends."""
    middle = 0.5 * gap
    below = np.where(levels < middle, levels, -np.inf).max(axis=(0, 2))
    above = np.where(levels > middle, levels, np.inf).min(axis=(0, 2))
    inner = (along > 0.08 * along[-1]) & (along < 0.92 * along[-1])
    return float(along[int(np.argmax(np.where(inner, above - below, -np.inf)))])


def _draw_states_beside(chart: Chart, dos: Document, window: Window) -> None:
    largest = _draw_states(chart, dos, window, upright=False)
    spins = len(dos["total"])
    _draw_zero(chart, largest, "x2")
    if spins > 1:
        chart.data[-1].x = [-largest, largest]
    ticks = nice_ticks(-largest if spins > 1 else 0.0, largest, 4)
    chart.update_layout(
        xaxis2={
            "title": {"text": "DOS (1/(eV atom))"},
            "range": [-largest if spins > 1 else 0.0, largest],
            "domain": list(_BESIDE[1]),
            "anchor": "y",
            "showgrid": False,
            "mirror": True,
            "tickvals": ticks,
            "ticktext": [f"{abs(tick):g}" for tick in ticks],
        }
    )


def _draw_states(chart: Chart, dos: Document, window: Window, *, upright: bool) -> float:
    """Draw total and parts, spin down to the other side; return where the axis ends."""
    energies = np.array(dos["energies"]) - dos["zero"]
    inside = (energies >= window[0]) & (energies <= window[1])
    if not inside.any():
        raise InvalidInputError(f"no states are known between {window[0]:g} and {window[1]:g} eV")
    total = np.array(dos["total"])[:, inside] / dos["atoms"]
    parts = {name: np.array(rows)[:, inside] / dos["atoms"] for name, rows in dos["projected"].items()}
    shown = _largest_parts(parts, total)
    drawn = [("total", GREY, total), *((n, c, parts[n]) for n, c in zip(shown, PART_COLORS, strict=False))]
    for name, color, rows in drawn:
        for spin, row in enumerate(rows):
            _draw_curve(
                chart, (energies[inside], -row if spin else row), (name, color), spin, upright=upright
            )
    return float(total.max()) * 1.06 or 1.0


def _largest_parts(parts: Mapping[str, FloatArray], total: FloatArray) -> list[str]:
    weight = {name: float(rows.max()) for name, rows in parts.items()}
    large = [name for name in parts if weight[name] > _SMALL_PART * float(total.max())]
    kept = set(sorted(large, key=lambda name: -weight[name])[:_MOST_PARTS])
    return [name for name in parts if name in kept]


def _draw_curve(
    chart: Chart, points: tuple[FloatArray, FloatArray], look: tuple[str, str], spin: int, *, upright: bool
) -> None:
    energies, states = (np.round(values, _DIGITS).tolist() for values in points)
    name, color = look
    area = name == "total"
    along, up = ("x", "y") if upright else ("y", "x")
    chart.add_scatter(
        x=energies if upright else states,
        y=states if upright else energies,
        xaxis="x" if upright else "x2",
        mode="lines",
        line={"color": color, "width": 1.0 if area else 1.5},
        fill=("tozeroy" if upright else "tozerox") if area else None,
        fillcolor="rgba(138,143,152,0.22)" if area else None,
        name=name,
        legendgroup=name,
        showlegend=spin == 0,
        hovertemplate=f"{name} %{{{up}:.3f}} at %{{{along}:.2f}} eV<extra></extra>",
    )


def bands_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw a run of the task ``bands``, beside one of ``dos`` where there is one.

    Args:
        runs: One of ``bands``, and at most one of ``dos``.

    Raises:
        InvalidInputError: They are others.
    """
    found = {task: [run for run in runs if run.task == task] for task in ("bands", "dos")}
    if len(found["bands"]) != 1 or len(found["dos"]) > 1 or len(runs) > 2:  # noqa: PLR2004 - one of each
        raise InvalidInputError(
            "a band structure is drawn of one run of bands, with one of dos beside it, not of "
            + ", ".join(run.task for run in runs)
        )
    dos = found["dos"][0].document("dos") if found["dos"] else None
    return bands_figure(found["bands"][0].document("bands"), dos)


def dos_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw a run of the task ``dos``.

    Args:
        runs: One run.

    Raises:
        InvalidInputError: There are several.
    """
    if len(runs) != 1:
        raise InvalidInputError(f"this figure shows one run of dos, not {len(runs)}: ask for one each")
    return dos_figure(runs[0].document("dos"))
