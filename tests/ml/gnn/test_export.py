from __future__ import annotations

import functools

import numpy as np
import pytest
import torch

from nanoos_lab.ml.gnn.bundle import FOLDER
from nanoos_lab.ml.gnn.export import INPUTS, Ensemble, export_onnx
from nanoos_lab.ml.gnn.network import Network, Shape
from nanoos_lab.ml.gnn.session import open_session, run
from nanoos_lab.ml.graphs import build_graphs
from nanoos_lab.testing import crystal as fresh_crystal
from nanoos_lab.testing import rattled

crystal = functools.cache(fresh_crystal)
SMALL = Shape(width=16, layers=1, basis=8)


def tensors(graphs):
    return {name: torch.from_numpy(array) for name, array in graphs.inputs().items()}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    torch.manual_seed(0)
    ensemble = Ensemble([Network(SMALL).eval() for _ in range(2)])
    path = tmp_path_factory.mktemp("onnx") / "small.onnx"
    export_onnx(ensemble, tensors(build_graphs([crystal("MgO"), crystal("TiO2")])), path)
    return ensemble, path


@pytest.mark.parametrize("formulas", [("Cu",), ("MgO", "Si", "TiO2", "Cu", "GaAs", "NaCl", "SrTiO3")])
def test_onnx_says_what_torch_says_for_any_number_of_crystals(exported, formulas):
    ensemble, path = exported
    graphs = build_graphs([crystal(f) for f in formulas])
    found = run(path, graphs)
    with torch.no_grad():
        expected = ensemble(**tensors(graphs))
    for ours, theirs in zip((found.targets, found.sites, found.states), expected, strict=True):
        assert ours.shape == tuple(theirs.shape)
        assert np.allclose(ours, theirs.numpy(), atol=2e-5)


def test_half_precision_halves_the_file_and_moves_answers_little(exported, tmp_path):
    ensemble, path = exported
    example = tensors(build_graphs([crystal("MgO"), crystal("TiO2")]))
    export_onnx(ensemble, example, tmp_path / "half.onnx", half=True)
    assert (tmp_path / "half.onnx").stat().st_size < 0.7 * path.stat().st_size
    graphs = build_graphs([crystal(f) for f in ("Si", "SrTiO3")])
    whole, half = run(path, graphs), run(tmp_path / "half.onnx", graphs)
    assert not np.array_equal(whole.targets, half.targets)
    assert np.allclose(whole.targets, half.targets, atol=5e-3)


def test_batches_do_not_change_answers_nor_their_order(exported, monkeypatch):
    _, path = exported
    crystals = [crystal(f) for f in ("TiO2", "Cu", "MgO", "Si", "GaAs")]
    graphs = build_graphs(crystals)
    whole = run(path, graphs)
    monkeypatch.setattr("nanoos_lab.ml.gnn.session.MOST_EDGES", 1)
    done = []
    single = run(path, graphs, progress=done.append)
    for name in ("targets", "sites", "states"):
        assert np.allclose(getattr(whole, name), getattr(single, name), atol=2e-5), name
    assert done == [1, 2, 3, 4, 5]


def test_a_session_is_opened_once_until_its_file_changes(exported):
    _, path = exported
    assert open_session(path) is open_session(path)
    assert [i.name for i in open_session(path).get_inputs()] == list(INPUTS)


def test_the_same_crystals_are_answered_the_same_to_the_last_bit(monkeypatch):
    """Several threads of onnxruntime would lose some of what edges add to an atom, of other atoms each time."""
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    path = FOLDER / "fast.onnx"
    graphs = build_graphs([rattled(crystal("TiO2") * (2, 2, 2), seed=seed) for seed in range(12)])
    first = run(path, graphs)
    assert open_session(path).get_session_options().intra_op_num_threads == 1
    for _ in range(5):
        assert np.array_equal(run(path, graphs).targets, first.targets)


@pytest.fixture(scope="module")
def vivid():
    """A network whose first random weights are large enough that geometry matters."""
    torch.manual_seed(1)
    network = Network(Shape(width=16, layers=3, basis=8)).eval()
    with torch.no_grad():
        for weights in network.layers.parameters():
            weights.mul_(3.0)
    return network


def changes(network, structures):
    """Return the largest change of any target against the first structure."""
    with torch.no_grad():
        said = network(**tensors(build_graphs(structures)))[0].numpy()
    return np.abs(said - said[0]).max(axis=1)[1:]


def test_numbers_do_not_change_when_a_crystal_is_turned_moved_mirrored_or_doubled(vivid):
    structure = rattled(crystal("TiO2"), displacement=0.1)
    c, s = np.cos(0.7), np.sin(0.7)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])

    def seen_as(matrix):
        return type(structure)(structure.lattice.matrix @ matrix, structure.species, structure.frac_coords)

    moved = structure.copy().translate_sites(range(len(structure)), [0.37, 0.11, 0.83])
    shear = np.array([[1, 0.05, 0], [0, 1, 0], [0, 0, 1]])
    *same, sheared = changes(
        vivid,
        [
            structure,
            seen_as(turn),
            moved,
            seen_as(np.diag([1, 1, -1])),
            structure * (2, 1, 1),
            seen_as(shear),
        ],
    )
    assert max(same) < 0.02 * sheared


def test_directions_matter_where_distances_do_not():
    """Two arrangements with the same distances around each atom but other angles are told apart."""
    from pymatgen.core import Lattice, Structure

    box = Lattice.cubic(30)
    ring = [[0, 0, 0], [2, 0, 0], [0, 2, 0]], [[0, 0, 0], [2, 0, 0], [-2, 0, 0]]
    bent, straight = (Structure(box, ["O", "H", "H"], c, coords_are_cartesian=True) for c in ring)
    torch.manual_seed(2)
    one_layer = Network(Shape(width=16, layers=1, basis=8)).eval()
    graphs = build_graphs([bent, straight])
    near = np.linalg.norm(graphs.vectors, axis=1) < 2.5
    kept = {"centers", "neighbours", "vectors"}
    inputs = {k: (v[torch.from_numpy(near)] if k in kept else v) for k, v in tensors(graphs).items()}
    with torch.no_grad():
        said = one_layer(**inputs)[0].numpy()
    assert np.abs(said[0] - said[1]).max() > 1e-4
