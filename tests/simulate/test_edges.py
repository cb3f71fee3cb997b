"""Gaps of made-up bands whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.calculators.abilities import Bands
from nanoos_lab.simulate.edges import find_gap, place_of
from nanoos_lab.structures.kpath import standard_path

PATH = standard_path(
    Structure.from_spacegroup("Fd-3m", Lattice.cubic(5.43), ["Si"], [[0, 0, 0]]), spacing=0.1
)
GAMMA_X = PATH.segments[0]
ALONG = np.linspace(0.0, 1.0, GAMMA_X.last + 1)
"""From Γ to X."""


def bands_of(*spins, electrons=2.0, fermi=0.0, mesh_edges=None):
    """Return bands from one (valence, conduction) pair of levels for each spin, each a number or one per k-point."""
    count = len(PATH.kpoints)
    levels = np.array([[np.broadcast_to(band, count) for band in pair] for pair in spins]).transpose(0, 2, 1)
    return Bands(PATH.kpoints, levels, fermi, electrons, mesh_edges)


def conduction(minimum, at):
    """Return a band with its minimum at a fraction of the way from Γ to X, and flat and high elsewhere."""
    band = np.full(len(PATH.kpoints), minimum + 3.0)
    band[: len(ALONG)] = minimum + 2.0 * (ALONG - at) ** 2
    return band


def valence(maximum, at):
    return -conduction(-maximum, at)


def test_an_indirect_gap_and_its_places():
    gap = find_gap(bands_of((valence(0.0, 0.0), conduction(1.0, ALONG[9]))), PATH)
    assert gap.gap == pytest.approx(1.0)
    assert gap.valence.place == "Γ"
    assert gap.conduction.place == f"{ALONG[9]:.2f} Γ–X"
    assert gap.kind == "indirect"
    assert gap.direct == pytest.approx(1.0 + ALONG[9] ** 2, abs=0.02)  # half-way between the two


def test_a_direct_gap():
    gap = find_gap(bands_of((valence(0.2, 0.0), conduction(1.5, 0.0))), PATH)
    assert (gap.gap, gap.kind, gap.words) == (pytest.approx(1.3), "direct", "direct, at Γ")


@pytest.mark.parametrize("fermi", [0.0, 0.3, 0.99])
def test_where_the_fermi_level_lies_in_the_gap_does_not_matter(fermi):
    for spins in (1, 2):
        pairs = [(valence(0.0, 0.0), conduction(1.0, 0.0))] * spins
        assert find_gap(bands_of(*pairs, fermi=fermi), PATH).gap == pytest.approx(1.0)


def test_a_valence_top_that_the_mesh_missed_is_no_metal():
    gap = find_gap(bands_of((valence(0.05, 0.3), conduction(1.0, 0.0)), fermi=0.0), PATH)
    assert gap.gap == pytest.approx(0.95, abs=0.01)


def test_an_edge_off_the_path_narrows_the_gap():
    gap = find_gap(bands_of((valence(0.0, 0.0), conduction(1.0, 0.0)), mesh_edges=(0.1, 0.7)), PATH)
    assert gap.gap == pytest.approx(0.6)
    assert "off the path" in gap.words
    assert gap.valence.index is None


def test_metals():
    crossing = find_gap(bands_of((valence(0.5, 0.0), conduction(0.2, 1.0))), PATH)
    odd = find_gap(bands_of((valence(0.0, 0.0), conduction(1.0, 0.0)), electrons=3.0), PATH)
    touching = find_gap(bands_of((valence(0.0, 0.0), conduction(0.0005, 0.0))), PATH)
    half_filled = find_gap(
        bands_of((conduction(-1.0, 0.5), 5.0), (conduction(-1.0, 0.5), 5.0), fermi=0.0), PATH
    )
    for gap in (crossing, odd, touching, half_filled):
        assert gap.is_metal
        assert (gap.gap, gap.kind) == (0.0, "metal")


def test_spins_are_told_apart():
    up, down = (valence(0.0, 0.0), conduction(2.0, 0.0)), (valence(-1.0, 0.0), conduction(1.0, 0.0))
    gap = find_gap(bands_of(up, down, fermi=0.5), PATH)
    assert gap.gap == pytest.approx(1.0)
    assert (gap.valence.spin, gap.conduction.spin) == (0, 1)
    assert gap.direct == pytest.approx(2.0)  # spin is kept: 2 eV for either


def test_bands_that_end_with_the_electrons_are_no_gap():
    full = Bands(PATH.kpoints, np.zeros((1, len(PATH.kpoints), 1)), 0.0, 2.0)
    assert find_gap(full, PATH).gap == 0.0


def test_places_in_words():
    assert place_of(PATH, GAMMA_X.last) == "X"
    assert place_of(PATH, 6) == f"{ALONG[6]:.2f} Γ–X"
