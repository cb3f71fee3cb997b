from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanoos_lab.ml.graphs import CUTOFF_ANGSTROM, Graphs, build_graphs
from nanoos_lab.testing import crystal as fresh_crystal
from nanoos_lab.testing import rattled

crystal = functools.cache(fresh_crystal)


def test_rock_salt_has_the_neighbours_that_geometry_demands():
    structure = crystal("MgO")  # shells at a/2 (6), a/√2 (12), a√3/2 (8), a (6), a√5/2 (24)
    a = (structure.volume * 8 / len(structure)) ** (1 / 3)
    graphs = build_graphs([structure])
    lengths = np.linalg.norm(graphs.vectors[graphs.centers == 0], axis=1)
    shells = {a / 2: 6, a / np.sqrt(2): 12, a * np.sqrt(3) / 2: 8, a: 6, a * np.sqrt(5) / 2: 24}
    for length, count in shells.items():
        assert (np.abs(lengths - length) < 1e-3).sum() == count
    assert lengths.max() < CUTOFF_ANGSTROM


def test_edges_are_those_of_pymatgen_and_go_both_ways():
    structure = rattled(crystal("TiO2"), displacement=0.1)
    graphs = build_graphs([structure])
    center, neighbour, _, distance = structure.get_neighbor_list(CUTOFF_ANGSTROM)
    assert len(center) == len(graphs.centers)
    ours = sorted(zip(graphs.centers, graphs.neighbours, np.linalg.norm(graphs.vectors, axis=1), strict=True))
    theirs = sorted(zip(center, neighbour, distance, strict=True))
    assert np.allclose(ours, theirs, atol=1e-4)
    total = np.zeros((len(structure), 3))
    np.add.at(total, graphs.centers, graphs.vectors)
    np.add.at(total, graphs.neighbours, graphs.vectors)
    assert np.allclose(total, 0, atol=1e-3)  # every edge has its reverse


def test_bulk_is_the_same_as_one_by_one():
    crystals = [crystal(f) for f in ("MgO", "Si", "TiO2", "Cu")]
    together, alone = build_graphs(crystals), Graphs.joined([build_graphs([c]) for c in crystals])
    for name in Graphs.__dataclass_fields__:
        assert np.array_equal(getattr(together, name), getattr(alone, name)), name


def test_inputs_count_atoms_through_all_graphs():
    graphs = build_graphs([crystal("Si"), crystal("MgO")])
    inputs = graphs.inputs()
    assert inputs["graph"].tolist() == [0] * graphs.atoms[0] + [1] * graphs.atoms[1]
    assert (inputs["graph"][inputs["centers"]] == inputs["graph"][inputs["neighbours"]]).all()
    assert inputs["centers"].max() == graphs.atoms.sum() - 1


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_a_selection_is_what_those_crystals_alone_would_be(chosen):
    crystals = [crystal(f) for f in ("MgO", "Si", "TiO2", "Cu")]
    taken, made = build_graphs(crystals).take(chosen), build_graphs([crystals[k] for k in chosen])
    for name in Graphs.__dataclass_fields__:
        assert np.array_equal(getattr(taken, name), getattr(made, name)), name


@pytest.mark.parametrize("most", [1, 500, 10**6])
def test_batches_hold_every_crystal_once(most):
    graphs = build_graphs([crystal(f) for f in ("MgO", "Si", "TiO2", "Cu")] * 3)
    batches = graphs.batches(most)
    assert sorted(np.concatenate(batches).tolist()) == list(range(12))
    assert all(len(b) == 1 or graphs.edges[b].sum() <= most for b in batches)


def test_no_crystals_make_no_edges():
    graphs = build_graphs([])
    assert len(graphs) == 0
    assert graphs.vectors.shape == (0, 3)
    assert graphs.batches(100) == []
