"""Stills with several panels, areas and broken lines."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from nanoos_lab.charts.figure import new_chart
from nanoos_lab.charts.still import still_svg
from nanoos_lab.errors import InvalidInputError


def beside():
    """Two panels side by side that share their y axis, as bands beside a density of states."""
    chart = new_chart("beside", width=700, height=300)
    chart.add_scatter(x=[0, 1, 2], y=[0, 5, 3], mode="lines", name="left")
    chart.add_scatter(x=[0, 8, 0], y=[0, 2, 5], mode="lines", fill="tozerox", xaxis="x2", name="right")
    chart.update_layout(
        showlegend=False,
        xaxis={"domain": [0.0, 0.6], "title": {"text": "along"}},
        xaxis2={"domain": [0.7, 1.0], "title": {"text": "states"}},
        yaxis={"title": {"text": "frequency"}, "range": [0, 6]},
    )
    return chart


def points_of(svg, tag):
    return [
        [tuple(map(float, pair.split(","))) for pair in found.split()]
        for found in re.findall(rf"<{tag} points='([^']*)'", svg)
    ]


def test_panels_stand_side_by_side_in_their_domains():
    svg = still_svg(beside())
    ET.fromstring(svg)  # noqa: S314 - made here
    left, right = points_of(svg, "polyline")
    width = 700 - 20 - 64
    assert max(x for x, _ in left) <= 64 + 0.6 * width + 0.1
    assert min(x for x, _ in right) >= 64 + 0.7 * width - 0.1
    assert left[0][1] == right[0][1]  # zero is at one height in both
    assert [svg.count(word) for word in (">frequency<", ">along<", ">states<")] == [1, 1, 1]


def test_an_area_reaches_to_zero():
    (area,) = points_of(still_svg(beside()), "polygon")
    line = points_of(still_svg(beside()), "polyline")[1]
    assert area[: len(line)] == line
    assert area[-2][0] == area[-1][0]


def test_a_line_is_broken_where_a_point_is_missing():
    chart = new_chart("broken")
    chart.add_scatter(x=[0, 1, 2, 3, 4], y=[0, 1, None, 1, 0], mode="lines")
    assert [len(line) for line in points_of(still_svg(chart), "polyline")] == [2, 2]


def test_an_area_that_cannot_be_drawn_is_refused():
    chart = new_chart("area")
    chart.add_scatter(x=[0, 1], y=[0, 1], mode="lines", fill="tonexty")
    with pytest.raises(InvalidInputError, match="tonexty"):
        still_svg(chart)
