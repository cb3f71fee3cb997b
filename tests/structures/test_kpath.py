"""The standard path, against the points that every textbook has."""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure
from pymatgen.core.composition import Composition

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.structures.kpath import standard_path

SILICON = Structure.from_spacegroup("Fd-3m", Lattice.cubic(5.431), ["Si"], [[0, 0, 0]])
IRON = Structure(Lattice.cubic(2.866), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]])
MAGNESIUM = Structure.from_spacegroup(
    "P6_3/mmc", Lattice.hexagonal(3.21, 5.21), ["Mg"], [[1 / 3, 2 / 3, 0.25]]
)


def wave_vector(path, label):
    """Return a labelled point in 1/Å, by length."""
    return float(
        np.linalg.norm(np.array(path.points[label]) @ path.structure.lattice.reciprocal_lattice.matrix)
    )


def test_fcc_path_and_points():
    path = standard_path(SILICON)
    assert path.text == "Γ–X–U|K–Γ–L–W–X"
    assert len(path.structure) == 2
    a = 5.431
    known = {"Γ": 0.0, "X": 1.0, "L": np.sqrt(0.75), "W": np.sqrt(1.25), "K": np.sqrt(1.125)}
    for (
        label,
        length,
    ) in known.items():  # in units of 2π/a, C. Kittel, Introduction to Solid State Physics, ch. 9
        assert wave_vector(path, label) == pytest.approx(length * 2 * np.pi / a, abs=1e-6), label


def test_bcc_path_and_points():
    path = standard_path(IRON)
    assert path.text == "Γ–H–N–Γ–P–H|P–N"
    for label, length in {"H": 1.0, "N": np.sqrt(0.5), "P": np.sqrt(0.75)}.items():
        assert wave_vector(path, label) == pytest.approx(length * 2 * np.pi / 2.866, abs=1e-6), label


def test_hexagonal_path_and_points():
    path = standard_path(MAGNESIUM)
    assert path.text == "Γ–M–K–Γ–A–L–H–A|L–M|H–K"
    assert wave_vector(path, "K") == pytest.approx(4 * np.pi / 3 / 3.21, abs=1e-6)
    assert wave_vector(path, "M") == pytest.approx(2 * np.pi / np.sqrt(3) / 3.21, abs=1e-6)
    assert wave_vector(path, "A") == pytest.approx(np.pi / 5.21, abs=1e-6)


@pytest.mark.parametrize("crystal", [SILICON, IRON, MAGNESIUM])
def test_points_are_spaced_as_asked_and_jumps_take_no_length(crystal):
    path = standard_path(crystal, spacing=0.1)
    reciprocal = path.structure.lattice.reciprocal_lattice.matrix
    for first, stop in path.stretches:
        steps = np.linalg.norm(np.diff(path.kpoints[first:stop] @ reciprocal, axis=0), axis=1)
        assert np.allclose(steps, np.diff(path.distances[first:stop]))
        assert steps.max() < 0.16
    for (_, stop), (first, _) in pairwise(path.stretches):
        assert stop == first
        assert path.distances[stop - 1] == path.distances[first]
    assert len(path.distances) == len(path.kpoints)
    for segment in path.segments:
        assert np.allclose(path.kpoints[segment.first], path.points[segment.start])
        assert np.allclose(path.kpoints[segment.last], path.points[segment.end])


def test_labels_are_written_as_in_papers():
    orthorhombic = Structure(Lattice.orthorhombic(3.0, 4.0, 5.0), ["Mg"], [[0, 0, 0]])
    centred = Structure.from_spacegroup("Cmcm", Lattice.orthorhombic(2.8, 5.9, 4.9), ["U"], [[0, 0.1, 0.25]])
    assert standard_path(orthorhombic).text.startswith("Γ–X–S")
    assert "Σ₀" in standard_path(centred).points


def test_any_cell_of_a_crystal_gives_the_same_path():
    whole, supercell = standard_path(SILICON), standard_path(SILICON * (1, 1, 2))
    assert whole.text == supercell.text
    assert np.allclose(whole.distances, supercell.distances)


def test_an_antiferromagnet_keeps_its_cell_and_moments():
    moments = IRON.copy(site_properties={"magmom": [2.0, -2.0]})
    path = standard_path(moments)
    assert sorted(path.structure.site_properties["magmom"]) == [-2.0, 2.0]
    assert path.lattice_type.startswith("cP")
    parallel = standard_path(IRON.copy(site_properties={"magmom": [2.0, 2.0]}))
    assert list(parallel.structure.site_properties["magmom"]) == [2.0]


@given(st.floats(2.0, 6.0), st.floats(0.7, 1.4), st.floats(0.7, 1.4), st.floats(70.0, 110.0))
@settings(max_examples=25, deadline=None)
def test_any_lattice_has_a_path_that_starts_and_ends_at_labels(a, b, c, beta):
    crystal = Structure(Lattice.from_parameters(a, a * b, a * c, 90, beta, 90), ["Al"], [[0, 0, 0]])
    path = standard_path(crystal, spacing=0.3)
    assert path.structure.volume == pytest.approx(crystal.volume, rel=0.02)
    assert path.stretches[-1][1] == len(path.kpoints)
    assert np.all(np.diff(path.distances) >= 0)
    assert path.ticks[-1][0] == path.distances[-1]


def test_what_has_no_path_is_refused():
    alloy = Structure(Lattice.cubic(3.0), [Composition({"Fe": 0.5, "Co": 0.5})], [[0, 0, 0]])
    with pytest.raises(InvalidInputError, match="disordered"):
        standard_path(alloy)
    with pytest.raises(InvalidInputError, match="above 0"):
        standard_path(SILICON, spacing=0.0)
    with pytest.raises(InvalidInputError, match="take a larger one"):
        standard_path(SILICON, spacing=1e-5)


def test_a_missing_package_is_named_with_its_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "seekpath", None)
    with pytest.raises(MissingExtraError, match=r"nanoos-lab\[simulation\]"):
        standard_path(SILICON)
