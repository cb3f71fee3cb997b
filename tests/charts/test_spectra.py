"""Arrays are drawn with every peak, whatever their length."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np

from nanoos_lab.charts.spectra import Curve, curves_svg


def heights(svg: str) -> list[float]:
    (path,) = re.findall(r"<path d='(M[^']+)' fill='none' stroke='#0072B2'", svg)
    return [float(point.split()[1]) for point in path[1:].split("L")]


def test_a_long_curve_keeps_its_peaks() -> None:
    x = np.linspace(10, 90, 50_000)
    y = np.zeros_like(x)
    y[12_345] = 100.0  # a reflection of one point's width
    svg = curves_svg([Curve("scan", np.column_stack([x, y]))], property="xrd_pattern")
    short = curves_svg([Curve("scan", np.array([[10, 0], [50, 100], [90, 0]]))], property="xrd_pattern")
    assert min(heights(svg)) == min(heights(short))
    assert len(svg) < 30_000


def test_several_curves_have_a_legend_and_axes_their_units() -> None:
    points = np.array([[1.0, 0.0], [2.0, 5.0]])
    svg = curves_svg([Curve("<one>", points), Curve("two", points + 1)], property="absorption_spectrum")
    ET.fromstring(svg)  # noqa: S314 - our own text
    assert "&lt;one&gt;" in svg
    assert "Photon energy (eV)" in svg
    assert "Absorption coefficient (cm⁻¹)" in svg


def test_a_single_point_and_a_flat_curve_are_drawn() -> None:
    for points in (np.array([[1.0, 2.0]]), np.array([[1.0, 2.0], [3.0, 2.0]])):
        svg = curves_svg([Curve("flat", points)], property="raman_spectrum")
        assert not re.search(r"\bnan\b", svg)
