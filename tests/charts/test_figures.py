from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from nanoos_lab import charts
from nanoos_lab.charts.figure import PLOTLY_MIME
from nanoos_lab.errors import InvalidInputError


@pytest.fixture
def ranked() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["C <b>", "MgO", "Fe"],
            "value": [432.0, 154.0, 170.0],
            "uncertainty": [3.0, math.nan, 8.0],
            "ranked": [True, True, False],
            "note": ["", "", "not converged"],
        }
    )


@pytest.fixture
def pairs() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["MgO", "Si", "NaCl", "MgO"],
            "method": ["A", "A", "A", "B"],
            "measured": [160.0, 100.0, 24.0, 160.0],
            "estimate": [150.0, 90.0, 26.0, 162.0],
            "uncertainty": [5.0, 4.0, 3.0, math.nan],
        }
    )


def eos_summary() -> dict[str, object]:
    volumes = [9.0 + 0.1 * i for i in range(7)]
    points = [[v, -6.0 + 0.5 * (v - 9.3) ** 2] for v in volumes]
    return {
        "points_per_atom": points,
        "curve_per_atom": points,
        "volume_per_atom": 9.3,
        "energy": -6.0,
        "bulk_modulus": 154.0,
    }


def test_ranking_puts_the_first_row_on_top_and_hollows_what_has_no_place(ranked: pd.DataFrame) -> None:
    figure = charts.ranking_figure(ranked, property="bulk_modulus")
    places = {name: y for t in figure.data for name, y in zip(t.customdata, t.y, strict=True)}
    top = max(places, key=places.__getitem__)
    assert "C &lt;b&gt;" in top
    assert [t.marker.symbol for t in figure.data] == ["circle", "circle-open"]
    assert figure.layout.xaxis.title.text == "Bulk modulus (GPa)"
    assert list(figure.data[0].error_x.array) == [3.0, 0.0]


def test_every_name_in_a_figure_is_escaped(ranked: pd.DataFrame) -> None:
    text = charts.ranking_figure(ranked, property="bulk_modulus").to_json()
    assert "<b>C <b>" not in text
    assert "C &lt;b&gt;" in text.encode().decode("unicode_escape")


def test_parity_statistics_against_numbers_by_hand(pairs: pd.DataFrame) -> None:
    table = charts.parity_statistics(pairs).set_index("method")
    assert table.loc["A", "mae"] == pytest.approx((10 + 10 + 2) / 3)
    assert table.loc["A", "bias"] == pytest.approx((-10 - 10 + 2) / 3)
    assert table.loc["A", "mape"] == pytest.approx(100 * (10 / 160 + 10 / 100 + 2 / 24) / 3)
    assert table.loc["B", "n"] == 1


def test_parity_has_equal_axes_and_names_the_error_of_each_method(pairs: pd.DataFrame) -> None:
    figure = charts.parity_figure(pairs, property="bulk_modulus")
    assert figure.layout.xaxis.range == figure.layout.yaxis.range
    assert [t.name for t in figure.data[1:]] == ["A: MAE 7.33 GPa", "B: MAE 2.00 GPa"]


def test_equation_of_state_is_relative_to_its_minimum() -> None:
    curve = charts.EosCurve.from_summary(eos_summary(), "MgO")
    line, points = charts.eos_figure([curve]).data
    assert min(points.y) == pytest.approx(0.0, abs=1e-9)
    assert points.y[0] == pytest.approx(1000 * 0.5 * 0.3**2)
    assert list(points.x) == pytest.approx([9.0 + 0.1 * i for i in range(7)])
    several = charts.eos_figure([curve, curve])
    assert several.data[1].x[3] == pytest.approx(1.0)
    assert several.data[1].y[0] == pytest.approx(1000 * 0.5 * 0.3**2 / 9.3)
    assert several.layout.yaxis.title.text == "(E − E₀) / V₀ (meV/Å³)"
    assert line.mode == "lines"


def test_relaxation_shows_energy_above_the_end_and_the_tolerance() -> None:
    trace = charts.RelaxationTrace("MgO", [-5.9, -5.98, -6.0], [1.0, 0.2, 0.03], 0.05)
    energy, force, tolerance = charts.relaxation_figure([trace]).data
    assert list(energy.y) == pytest.approx([100.0, 20.0, 0.0])
    assert force.yaxis == tolerance.yaxis == "y2"
    assert set(tolerance.y) == {0.05}


def test_a_relaxation_that_was_at_rest_from_the_start_shows_its_energy_alone() -> None:
    chart = charts.relaxation_figure([charts.RelaxationTrace("Si", [-5.0], [0.0], 0.02)])
    assert [trace.yaxis for trace in chart.data] == [None]
    assert charts.still_svg(chart)


def test_scatter_draws_only_limits_that_lie_inside() -> None:
    frame = pd.DataFrame(
        {
            "label": list("ab"),
            "formation_energy": [-3.0, -1.0],
            "bulk_modulus": [160.0, 40.0],
            "ranked": [True] * 2,
        }
    )

    def lines(limit: float) -> int:
        limits = {"formation_energy": [limit]}
        figure = charts.scatter_figure(frame, x="formation_energy", y="bulk_modulus", limits=limits)
        return sum(t.mode == "lines" for t in figure.data)

    assert (lines(-2.0), lines(5.0)) == (1, 0)


def test_a_figure_displays_as_small_plotly_json_with_a_still(ranked: pd.DataFrame) -> None:
    bundle = charts.ranking_figure(ranked, property="bulk_modulus")._repr_mimebundle_()
    payload = json.dumps(bundle[PLOTLY_MIME])
    assert len(payload) < 20_000
    assert "plot.ly" not in payload
    assert bundle["image/svg+xml"].startswith("<svg")


def stills() -> list[str]:
    ranking = pd.DataFrame(
        {
            "label": ["A & B", "<i>"],
            "value": [1.0, 2.0],
            "uncertainty": [0.1, math.nan],
            "ranked": [True, False],
        }
    ).assign(note="")
    trace = charts.RelaxationTrace("x", [-1.0, -2.0], [1.0, 0.01], 0.05)
    curve = charts.EosCurve.from_summary(eos_summary(), "<b>")
    return [
        charts.still_svg(charts.ranking_figure(ranking, property="bulk_modulus")),
        charts.still_svg(charts.relaxation_figure([trace])),
        charts.still_svg(charts.eos_figure([curve, curve])),
        charts.equation_of_state_svg(eos_summary(), label="<b>"),
    ]


@pytest.mark.parametrize("svg", stills())
def test_a_still_is_well_formed_and_draws_inside_its_frame(svg: str) -> None:
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for circle in root.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 <= float(circle.attrib["cx"]) <= width
        assert 0 <= float(circle.attrib["cy"]) <= height
    assert not re.search(r"\b(nan|inf)\b", svg)


def test_a_still_puts_points_where_the_axis_says(ranked: pd.DataFrame) -> None:
    root = ET.fromstring(charts.still_svg(charts.ranking_figure(ranked, property="bulk_modulus")))  # noqa: S314
    circles = [c for c in root.iter("{http://www.w3.org/2000/svg}circle") if float(c.attrib["cy"]) > 30]
    x = sorted(float(c.attrib["cx"]) for c in circles)
    # 154, 170 and 432 GPa: distances on the axis are in the ratio of the values' distances
    assert (x[1] - x[0]) / (x[2] - x[0]) == pytest.approx((170 - 154) / (432 - 154), abs=0.01)


def test_a_trace_without_a_still_form_is_refused() -> None:
    from nanoos_lab.charts.figure import new_chart

    figure = new_chart("pie")
    figure.add_pie(values=[1, 2])
    with pytest.raises(InvalidInputError, match="pie"):
        charts.still_svg(figure)


def test_importing_the_room_loads_no_plotly() -> None:
    import subprocess
    import sys

    code = "import sys, nanoos_lab.charts; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
