"""Hulls as pictures."""

from __future__ import annotations

import math

import pytest

from nanoos_lab.charts import HullPicture, HullPoint, hull_figure, still_svg
from nanoos_lab.errors import InvalidInputError

A, B = HullPoint("Mg", (1.0, 0.0), 0.0, 0.0), HullPoint("O", (0.0, 1.0), 0.0, 0.0)
MGO, HIGH = HullPoint("MgO", (0.5, 0.5), -3.0, 0.0), HullPoint("MgO", (0.5, 0.5), -2.9, 0.1, "b")
FAR = HullPoint("MgO", (0.5, 0.5), -1.0, 2.0, "far")
TWO = HullPicture(
    ("Mg", "O"),
    (A, B, MGO, HIGH, FAR),
    ((0, 2), (1, 2)),
    HullPoint("MgO2", (1 / 3, 2 / 3), -1.8, 0.2),
    0.05,
    (1, 2),
)


def test_two_elements_have_axes_and_phases_far_above_are_left_out():
    chart = hull_figure(TWO)
    by_name = {trace.name: trace for trace in chart.data if trace.name}
    assert list(by_name["on the hull"].x) == [0.0, 0.5, 1.0]
    assert list(by_name["above the hull"].y) == [-2.9]
    chosen = by_name["MgO2: 0.200 eV/atom above the hull of the others"]
    assert (list(chosen.x), list(chosen.y), list(chosen.error_y.array)) == ([2 / 3], [-1.8], [0.05])
    svg = still_svg(chart)
    assert "Formation energy (eV/atom)" in svg
    assert ">MgO<" in svg


def _three():
    def point(label, *parts, energy=0.0, height=0.0):
        return HullPoint(label, parts, energy, height)

    points = (
        point("Li", 1.0, 0.0, 0.0), point("Fe", 0.0, 1.0, 0.0), point("O", 0.0, 0.0, 1.0),
        point("Li2O", 2 / 3, 0.0, 1 / 3, energy=-2.0), point("Fe2O3", 0.0, 0.4, 0.6, energy=-1.6),
        point("<b>", 0.3, 0.3, 0.4, energy=-1.0, height=0.1),
    )  # fmt: skip
    edges = ((0, 3), (2, 3), (1, 4), (2, 4), (3, 4), (0, 1), (1, 3))
    chosen = point("LiFeO2", 0.25, 0.25, 0.5, energy=-1.8, height=-0.03)
    return HullPicture(("Li", "Fe", "O"), points, edges, chosen, None, (3, 4))


def test_three_elements_make_a_triangle_with_its_corners_apart():
    chart = hull_figure(_three())
    stable = next(trace for trace in chart.data if trace.name == "on the hull")
    places = dict(zip(stable.text, zip(stable.x, stable.y, strict=True), strict=True))
    assert places["Li"] == (0.0, 0.0)
    assert places["Fe"] == (1.0, 0.0)
    assert places["O"] == pytest.approx((0.5, math.sqrt(3) / 2))
    assert places["Li2O"] == pytest.approx((1 / 6, math.sqrt(3) / 6))
    svg = still_svg(chart)
    for text in (
        ">Li<",
        ">Fe<",
        ">O<",
        ">Li2O<",
        ">Fe2O3<",
        "LiFeO2: 0.030 eV/atom below the hull of the others",
    ):
        assert text in svg
    assert "<b>" not in svg
    assert svg.count("stroke-dasharray") == 2, "a line to each part of the decomposition"


def test_other_numbers_of_elements_have_no_picture():
    with pytest.raises(InvalidInputError, match="a hull of 1 elements"):
        hull_figure(
            HullPicture(("Mg",), (HullPoint("Mg", (1.0,), 0.0, 0.0),), (), HullPoint("Mg", (1.0,), 0.1, 0.1))
        )
