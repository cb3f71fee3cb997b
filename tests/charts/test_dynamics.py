from __future__ import annotations

import math
from typing import Any

import pytest

from nanoos_lab.charts.dynamics import (
    arrhenius_figure,
    displacement_figure,
    distribution_figure,
    thermo_figure,
)
from nanoos_lab.charts.of_runs import Finished, figure_of, kinds_of
from nanoos_lab.charts.still import still_svg
from nanoos_lab.errors import InvalidInputError

EVIL = "<script>x</script>"


def summary(temperature: float = 900.0, *, diffuses: bool = True, stress: bool = True) -> dict[str, Any]:
    time = [0.1 * k for k in range(1, 41)]
    return {
        "temperature": temperature,
        "thermo": {
            "time": time,
            "temperature": [temperature + 30 * math.sin(t * 9) for t in time],
            "pressure": [0.3 * math.cos(t * 7) if stress else None for t in time],
            "total": [-3.5 + 0.001 * t for t in time],
            "volume": [11.8] * 40,
            "starts": {"equilibration": 0.1, "production": 1.0},
        },
        "radial_distribution": [{"pair": "Li-Li", "r": [1.0, 2.0, 3.0], "g": [0.0, 2.5, 1.0]}],
        "diffusion": [
            {
                "element": "Li",
                "times": [0.0, 1.0, 2.0],
                "displacement": [0.0, 0.6, 1.2],
                "fit": [0.5, 1.5],
                "slope": 0.6,
                "intercept": 0.0,
                "coefficient": 1e-5 if diffuses else None,
                "error": 2e-6 if diffuses else None,
            }
        ],
    }


def test_a_series_that_does_not_change_or_is_not_known_has_no_panel() -> None:
    chart = thermo_figure([("Li", summary(stress=False))])
    titles = {axis.title.text for axis in chart.select_yaxes()}
    assert titles == {"T (K)", "E (eV/atom)"}
    assert (
        sum(trace.line.dash == "dot" for trace in chart.data) == 2
    )  # where the analysis begins, once a panel
    with pytest.raises(InvalidInputError, match="nothing to draw"):
        thermo_figure([])


def test_only_atoms_that_diffuse_have_a_fit_and_a_coefficient() -> None:
    chart = displacement_figure([("a", summary()), ("b", summary(diffuses=False))])
    names = [trace.name for trace in chart.data if trace.name]
    assert names == ["Li, a: D = (1.00 ± 0.20) · 10⁻⁵ cm²/s", "Li, b: no D"]
    fits = [trace for trace in chart.data if trace.line.dash == "dash"]
    assert [list(t.y) for t in fits] == [[0.3, pytest.approx(0.9)]]


def test_labels_are_escaped_in_the_figure_and_in_its_still() -> None:
    for draw in (thermo_figure, distribution_figure, displacement_figure):
        chart = draw([(EVIL, summary()), ("b", summary())])
        assert EVIL not in chart.to_json()
        assert "<script" not in still_svg(chart)


def test_arrhenius_law_passes_through_its_points() -> None:
    energy, prefactor = 0.3, 1e-3
    points = [(t, prefactor * math.exp(-energy / (8.617333262e-5 * t)), 1e-6) for t in (800.0, 1000.0)]
    chart = arrhenius_figure(points, energy=energy, prefactor=prefactor, error=0.01, element="Li")
    line, dots = chart.data
    assert line.x[0] == dots.x[1] == 1.0
    assert line.y[0] == pytest.approx(dots.y[1])
    assert line.y[-1] == pytest.approx(dots.y[0])
    svg = still_svg(chart)
    assert "0.300 ± 0.010 eV" in svg
    assert len(chart.layout.yaxis.tickvals) >= 2


def test_runs_are_drawn_by_their_task() -> None:
    assert kinds_of("md") == ("course", "distribution", "displacement")
    runs = [Finished("md", "Li", summary(t)) for t in (900.0, 1100.0)]
    for kind in kinds_of("md"):
        assert "1100 K" in still_svg(figure_of(runs, kind))
