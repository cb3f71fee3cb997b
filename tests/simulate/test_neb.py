"""Paths whose saddle is known by symmetry or in closed form, and ends that are refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ase.io import read

import nanoos_lab
from nanoos_lab.errors import InvalidInputError, RunCancelledError
from nanoos_lab.simulate import relax_structure
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.simulate.neb import minimum_energy_path, neb_summary
from nanoos_lab.simulate.neb_ends import matched
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal


class Context:
    """A context that is cancelled after some lines."""

    def __init__(self, folder, stop_at=None):
        self.folder, self.stop_at, self.lines = folder, stop_at, []

    def progress(self, fraction, message=""):
        self.lines.append((fraction, message))
        if self.stop_at is not None and len(self.lines) > self.stop_at:
            raise RunCancelledError("interrupted")


@pytest.fixture(scope="module")
def block():
    """Return 32 atoms of copper at the toy's own lattice constant."""
    small = relax_structure(crystal("Cu", primitive=False), "toy", fmax=1e-4, keep_symmetry=True).structure
    return small * (2, 2, 2)


@pytest.fixture(scope="module")
def hop(block):
    """Return a vacancy before and after its nearest neighbour has moved into it."""
    neighbour = int(np.argsort(block.distance_matrix[0])[1])
    before, after = block.copy(), block.copy()
    before.remove_sites([0])
    after.replace(neighbour, "Cu", block[0].frac_coords)
    after.remove_sites([0])
    return before, after


@pytest.fixture(scope="module")
def path(hop):
    return minimum_energy_path(*hop, "toy", images=3, fmax=0.03)


def test_a_vacancy_hop_is_symmetric_with_its_saddle_in_the_middle(path, block):
    assert path.converged
    assert path.band.top == 2
    assert path.forward == pytest.approx(path.backward, abs=1e-3)
    assert 0.3 < path.forward < 2.0
    energies = path.band.energies
    assert energies[1] == pytest.approx(energies[3], abs=2e-3)
    mover = int(path.ends.moves.argmax())
    middle = 0.5 * (path.structures[0][mover].coords + path.structures[-1][mover].coords)
    assert path.saddle[mover].coords == pytest.approx(middle, abs=0.01)
    nearest = float(np.sort(block.distance_matrix[0])[1])
    assert path.ends.moves.max() == pytest.approx(nearest, abs=0.3)


def test_more_images_find_the_same_barrier(hop, path):
    """The saddle is a property of the energy, not of the band."""
    finer = minimum_energy_path(*hop, "toy", images=5, fmax=0.03)
    assert finer.forward == pytest.approx(path.forward, abs=5e-3)


def test_the_curve_goes_through_the_images(path):
    curve, band = path.band.curve(), path.band
    for at, energy in zip(band.distances, band.energies, strict=True):
        assert np.interp(at, curve[:, 0], curve[:, 1]) == pytest.approx(energy, abs=1e-6)
    json.dumps(neb_summary(path))


def test_ends_in_another_order_are_refused_and_can_be_matched(hop):
    before, after = hop
    shuffled = type(after).from_sites([after[k] for k in np.random.default_rng(1).permutation(len(after))])
    with pytest.raises(InvalidInputError, match="mapping='nearest'"):
        matched(before, shuffled, "check")
    ends = matched(before, shuffled, "nearest")
    assert ends.moves.max() == pytest.approx(matched(before, after, "check").moves.max())
    assert (ends.moves > 0.3).sum() == 1
    assert (matched(before, shuffled, "given").moves > 0.3).sum() > 5
    assert "moving: Cu (site" in ends.told()


def test_a_move_across_the_cell_s_edge_is_the_short_one(hop):
    before, after = hop
    moved = after.copy()
    moved.translate_sites(range(len(moved)), [1.0, 0.0, -1.0], to_unit_cell=False)
    assert matched(before, moved, "check").moves.max() < 3.0


@pytest.mark.parametrize("kind", ["composition", "species", "cell", "same"])
def test_ends_that_no_path_joins_are_refused(hop, kind):
    before, after = hop
    words = {"composition": "same atoms", "species": "another order", "cell": "cells", "same": "are the same"}
    if kind == "composition":
        after = after.copy()
        after.replace(3, "Ag")
    elif kind == "species":
        before, after = before.copy(), after.copy()
        before.replace(3, "Ag")
        after.replace(4, "Ag")
    elif kind == "cell":
        after = after.copy()
        after.scale_lattice(1.02 * after.volume)
    else:
        after = before
    with pytest.raises(InvalidInputError, match=words[kind]):
        minimum_energy_path(before, after, "toy")


def run(context, hop, **params):
    task = TASKS.get("neb")
    given = {"calculator": "toy", "images": 3, "fmax": 0.05, **params}
    return task({"initial": hop[0], "final": hop[1]}, task.parse_params(given), context)


def test_the_task_states_both_barriers_and_leaves_the_path(tmp_path, hop):
    context = Context(tmp_path)
    outcome = run(context, hop)
    forward, backward = (outcome.values[n][0] for n in ("relaxed_initial", "relaxed_final"))
    assert forward.property == backward.property == "migration_barrier"
    assert forward.value == pytest.approx(backward.value, abs=1e-3)
    assert "climbing-image" in forward.method.recipe
    assert "moving: Cu" in forward.note
    assert set(outcome.structures) == {"saddle", "relaxed_initial", "relaxed_final"}
    images = read(outcome.artifacts["path.extxyz"], ":")
    assert len(images) == 5
    heights = [a.get_potential_energy() for a in images]
    assert heights[2] - heights[0] == pytest.approx(forward.value)
    json.dumps(outcome.summary)
    assert context.lines[-1][0] == 1.0


def test_a_band_that_runs_out_of_steps_is_not_converged(tmp_path, hop):
    outcome = run(Context(tmp_path), hop, max_steps=2, relax_ends=False)
    assert not outcome.converged
    assert any("2 steps were not enough" in m for m in outcome.messages)
    assert all(not e.converged for stated in outcome.values.values() for e in stated)


@pytest.mark.parametrize("stop_at", [4, 18])
def test_an_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch, hop, stop_at):
    made = []
    act = StructureEngine.__call__
    monkeypatch.setattr(StructureEngine, "__call__", lambda *a: made.append(1) or act(*a))
    folders = [tmp_path / name for name in ("whole", "parts")]
    for folder in folders:
        folder.mkdir()
    whole = run(Context(folders[0]), hop)
    needed = len(made)
    with pytest.raises(RunCancelledError):
        run(Context(folders[1], stop_at), hop)
    parts = run(Context(folders[1]), hop)
    assert len(made) == 2 * needed
    assert parts.summary == whole.summary


def test_ends_may_be_a_set_of_two_and_come_from_a_lab(tmp_path, hop):
    lab = nanoos_lab.open(tmp_path / "lab")
    ends = [
        lab.add(one, name=name, distinct=True) for one, name in zip(hop, ("before", "after"), strict=True)
    ]
    assert ends[0].id != ends[1].id
    params = {"calculator": "toy", "images": 3, "fmax": 0.1}
    by_name = lab.run("neb", {"initial": ends[0], "final": ends[1]}, **params)
    in_order = lab.run("neb", ends, relax_ends=False, **params)
    assert by_name.summary["barrier"] == pytest.approx(in_order.summary["barrier"], rel=0.1)
    assert "eV, back" in by_name.figure().data[1].name
    lab.close()


def test_an_end_that_is_missing_is_asked_for(tmp_path, hop):
    task = TASKS.get("neb")
    with pytest.raises(InvalidInputError, match="give final"):
        task({"initial": hop[0]}, task.parse_params({"calculator": "toy"}), Context(tmp_path))
