"""Figures of bands and densities of states, drawn from the documents of the tasks."""

from __future__ import annotations

import copy
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from nanoos_lab.charts.electrons import bands_figure, bands_of_runs, dos_figure, dos_of_runs
from nanoos_lab.charts.of_runs import Finished
from nanoos_lab.charts.saving import save_still
from nanoos_lab.charts.still import still_svg
from nanoos_lab.errors import InvalidInputError

ALONG = np.linspace(0.0, 2.0, 21)


def bands_document(spins=1, *, gap=1.0):
    """Return a valence and a conduction band along Γ–X|U–Γ."""
    valence, conduction = -2.0 * ALONG * (2.0 - ALONG), gap + 3.0 * (ALONG - 0.5) ** 2
    levels = np.stack([valence, conduction], axis=1)
    insulator = gap > 0
    return {
        "format": "nanoos bands 1", "formula": "Si", "distances": ALONG.tolist(),
        "ticks": [[0.0, "Γ"], [1.0, "X|U"], [2.0, "Γ"]], "stretches": [[0, 11], [11, 21]],
        "energies": [(levels + 5.0 + 0.3 * s).tolist() for s in range(spins)], "fermi": 5.5, "zero": 5.0,
        "gap": gap, "gap_kind": "indirect" if insulator else "metal",
        "valence": {"energy": 5.0, "index": 0, "spin": None, "place": "Γ"} if insulator else None,
        "conduction": {"energy": 5.0 + gap, "index": 5, "spin": None, "place": "0.50 Γ–X"} if insulator else None,
    }  # fmt: skip


def dos_document(spins=1):
    energies = np.linspace(2.0, 9.0, 141)
    states = np.where(abs(energies - 5.5) > 0.5, 1.0 + np.sin(energies) ** 2, 0.0)
    return {
        "format": "nanoos dos 1", "formula": "Si", "atoms": 2, "energies": energies.tolist(), "fermi": 5.4,
        "zero": 5.0, "total": [states.tolist()] * spins,
        "projected": {"Si s": [(0.3 * states).tolist()] * spins, "Si f": [(0.001 * states).tolist()] * spins},
    }  # fmt: skip


def texts_of(svg):
    return [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314


def test_a_band_structure_has_labels_gap_and_zero():
    chart = bands_figure(bands_document())
    assert list(chart.layout.xaxis.ticktext) == ["Γ", "X|U", "Γ"]
    assert "valence band top" in chart.layout.yaxis.title.text
    texts = texts_of(still_svg(chart))
    assert "1.00 eV" in texts
    assert "X|U" in texts


def test_the_marks_are_at_the_edges_of_the_bands():
    chart = bands_figure(bands_document())
    (marks,) = (t for t in chart.data if t.mode == "lines+markers")
    assert list(marks.y) == [0.0, 1.0]
    assert list(marks.x) == [0.0, pytest.approx(0.5)]


def test_bands_break_at_jumps_and_end_at_the_window():
    chart = bands_figure(bands_document(), window=(-1.0, 1.6))
    (lines,) = (t for t in chart.data if t.name == "bands")
    assert None in lines.y
    drawn = [y for y in lines.y if y is not None]
    assert min(drawn) == pytest.approx(-1.0)
    assert max(drawn) == pytest.approx(1.6)
    at = [x for x, y in zip(lines.x, lines.y, strict=True) if y is not None and y == -1.0]
    for x in at:  # where it really crosses the edge, to the resolution of the path
        assert -2.0 * x * (2.0 - x) == pytest.approx(-1.0, abs=0.02)


def test_a_metal_has_the_fermi_level_and_no_gap():
    chart = bands_figure(bands_document(gap=-0.5))
    assert "Fermi level" in chart.layout.yaxis.title.text
    assert not [t for t in chart.data if t.mode in {"text", "lines+markers"}]


def test_spins_have_colours_and_a_legend():
    chart = bands_figure(bands_document(2), dos_document(2))
    spins = {t.name: t.line.color for t in chart.data if t.name in {"spin up", "spin down"}}
    assert len(set(spins.values())) == 2
    low, high = chart.layout.xaxis2.range
    assert low == -high
    assert "spin down" in texts_of(still_svg(chart))


def test_states_stand_beside_on_the_same_energies():
    chart = bands_figure(bands_document(), dos_document())
    names = {t.name for t in chart.data if t.xaxis == "x2" and t.name}
    assert names == {"total", "Si s"}  # a part that cannot be seen is left out
    assert chart.layout.xaxis.domain[1] < chart.layout.xaxis2.domain[0]
    (total,) = (t for t in chart.data if t.name == "total")
    assert max(total.x) <= 1.0  # 2 states per cell of two atoms
    assert min(total.y) >= chart.layout.yaxis.range[0]


def test_everything_in_the_still_lies_inside_its_frame():
    svg = still_svg(bands_figure(bands_document(2), dos_document(2), window=(-1.0, 1.5)))
    size = [float(v) for v in re.search(r"viewBox='0 0 (\d+) (\d+)'", svg).groups()]
    for points in re.findall(r"points='([^']+)'", svg):
        pairs = np.array([pair.split(",") for pair in points.split()], dtype=float)
        assert pairs.min() >= 0.0
        assert (pairs <= np.array([size[0] - 19.0, size[1] - 49.0])).all()


def test_a_density_of_states_alone(tmp_path):
    chart = dos_figure(dos_document(2))
    assert min(min(t.y) for t in chart.data) < 0.0
    assert save_still(still_svg(chart), tmp_path / "dos.pdf").stat().st_size > 1000


def test_other_documents_and_empty_windows_are_refused():
    with pytest.raises(InvalidInputError, match="no document of a band structure"):
        bands_figure(dos_document())
    with pytest.raises(InvalidInputError, match="no document of a density of states"):
        dos_figure({})
    with pytest.raises(InvalidInputError, match="choose another window"):
        bands_figure(bands_document(), window=(50.0, 60.0))
    with pytest.raises(InvalidInputError, match="no states are known"):
        dos_figure(dos_document(), window=(50.0, 60.0))


def test_text_from_elsewhere_is_escaped():
    document = copy.deepcopy(bands_document())
    document["ticks"][0][1] = document["formula"] = "<script>alert(1)</script>"
    svg = still_svg(bands_figure(document))
    assert "<script" not in svg


def test_runs_are_drawn_together_or_refused(tmp_path):
    for name, document in (("bands", bands_document()), ("dos", dos_document())):
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    bands = Finished("bands", "Si", {}, {"bands": tmp_path / "bands.json"})
    states = Finished("dos", "Si", {}, {"dos": tmp_path / "dos.json"})
    assert len(bands_of_runs([bands, states]).data) > len(bands_of_runs([bands]).data)
    assert dos_of_runs([states]).data
    for wrong in ([states], [bands, bands], [bands, states, states]):
        with pytest.raises(InvalidInputError, match="one run of bands"):
            bands_of_runs(wrong)
    with pytest.raises(InvalidInputError, match="one run of dos"):
        dos_of_runs([states, states])
