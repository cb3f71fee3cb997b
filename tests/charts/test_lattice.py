"""Phonons, elastic constants and paths as pictures."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from pymatgen.analysis.elasticity.elastic import ElasticTensor

from nanoos_lab import charts
from nanoos_lab.charts.elastic import young_modulus
from nanoos_lab.charts.of_runs import Finished, figure_of, kinds_of
from nanoos_lab.charts.phonons import ThermalCurves
from nanoos_lab.charts.still import still_svg
from nanoos_lab.charts.theme import BLUE, VERMILLION
from nanoos_lab.errors import InvalidInputError

CUBIC = np.diag([168.0] * 3 + [75.0] * 3)
CUBIC[:3, :3] += 121.0 * (1 - np.eye(3))


def bands(lowest):
    """Two branches over two stretches, the lower one down to a value."""
    at = np.linspace(0, 1, 11)
    lower = np.where(at < 0.5, 2 * at, 1 + (lowest - 1) * (2 * at - 1))
    return {
        "ticks": [[0.0, "Γ"], [0.5, "X|U"], [1.0, "<b>"]],
        "stretches": [[0, 6], [6, 11]],
        "distances": at.tolist(),
        "frequencies": np.column_stack([lower, 5 + at]).tolist(),
        "dos": [[-4.0, 0.0], [lowest, 0.3], [0.0, 0.1], [3.0, 1.0], [6.0, 0.5], [9.0, 0.0]],
    }


def colors(figure):
    return {t.line.color for t in figure.data}


def test_imaginary_frequencies_are_red_below_zero_and_only_then():
    stable, unstable = charts.phonon_figure(bands(0.2)), charts.phonon_figure(bands(-2.0))
    assert VERMILLION not in colors(stable)
    assert {BLUE, VERMILLION} <= colors(unstable)
    red = [
        y
        for t in unstable.data
        if t.line.color == VERMILLION and t.xaxis != "x2"
        for y in t.y
        if y is not None
    ]
    assert min(red) == pytest.approx(-2.0)
    assert stable.layout.yaxis.range[0] == 0.0
    assert unstable.layout.yaxis.range[0] < -2.0
    ET.fromstring(still_svg(unstable))  # noqa: S314 - made here


def test_wavenumbers_are_where_the_pointer_is_and_labels_are_escaped():
    """1 THz is 33.356 cm⁻¹."""
    figure = charts.phonon_figure(bands(0.2))
    top = next(t for t in figure.data if min(t.y) >= 5)
    assert top.customdata[0] == pytest.approx(33.3564 * top.y[0], abs=0.06)
    assert figure.layout.xaxis.ticktext[-1] == "&lt;b&gt;"


def test_bands_are_not_joined_over_a_jump():
    figure = charts.phonon_figure(bands(0.2))
    lines = [t for t in figure.data if t.xaxis != "x2"]
    assert sorted(len(t.x) for t in lines) == [5, 5, 6, 6]


def test_nothing_is_drawn_outside_the_axes():
    figure = charts.phonon_figure(bands(0.2))
    low, high = figure.layout.yaxis.range
    assert all(low <= y <= high for t in figure.data for y in t.y if y is not None)


def test_thermal_properties_approach_dulong_and_petit():
    t = np.linspace(0, 1000, 5)
    figure = charts.thermal_figure([ThermalCurves("Cu", t, -t / 5000, t / 20, 24.9 * t / 1000)])
    limit = next(one for one in figure.data if one.name == "3 R")
    assert limit.y[0] == pytest.approx(24.943, abs=1e-3)
    assert "Free energy" in still_svg(figure)


def test_young_s_modulus_agrees_with_pymatgen_along_any_direction():
    theirs = ElasticTensor.from_voigt(CUBIC)
    for direction in ([1, 0, 0], [1, 1, 0], [1, 1, 1], [0.3, -0.5, 0.81]):
        unit = np.array(direction) / np.linalg.norm(direction)
        full = np.einsum("ijkl,i,j,k,l", np.array(theirs.compliance_tensor), unit, unit, unit, unit)
        assert young_modulus(CUBIC, unit) == pytest.approx(1 / full)


def test_the_surface_turns_and_its_still_has_three_sections():
    figure = charts.young_figure(CUBIC.tolist())
    assert figure.data[0].type == "surface"
    svg = still_svg(figure)
    ET.fromstring(svg)  # noqa: S314 - made here
    assert len(re.findall("<polygon", svg)) == 3
    softest, stiffest = (
        young_modulus(CUBIC, np.array([1.0, 0, 0])),
        young_modulus(CUBIC, np.array([1, 1, 0]) / 2**0.5),
    )
    assert f"{softest:.0f} to {stiffest:.0f} GPa" in svg


def test_an_unstable_tensor_has_no_young_s_modulus():
    with pytest.raises(InvalidInputError, match="not positive definite"):
        charts.young_figure((CUBIC - 300 * np.eye(6)).tolist())


def test_the_tensor_is_a_table_with_its_numbers():
    svg = still_svg(charts.stiffness_figure(CUBIC.tolist()))
    assert svg.count(">168.0<") == 3
    assert svg.count(">121.0<") == 6
    assert svg.count(">0<") == 24


def test_a_path_shows_its_barrier():
    summary = {
        "barrier": 0.71, "barrier_back": 0.5, "top": 1, "distances": [0.0, 1.0, 2.0], "energies": [0.0, 0.71, 0.21],
        "curve": [[0.0, 0.0], [1.0, 0.71], [2.0, 0.21]],
    }  # fmt: skip
    figure = figure_of([Finished("neb", "Cu", summary)])
    assert "0.710 eV, back 0.500 eV" in figure.data[1].name
    assert ">0.71 eV<" in still_svg(figure)


def test_each_task_has_its_figures(tmp_path):
    assert kinds_of("phonons") == ("bands", "thermal")
    assert kinds_of("elastic") == ("young", "tensor")
    run = Finished("elastic", "Cu", {"elastic_tensor": CUBIC.tolist()})
    assert figure_of([run], "tensor").data[0].type == "heatmap"
    with pytest.raises(InvalidInputError, match="imaginary"):
        figure_of([Finished("phonons", "Cu", {})], "thermal")
