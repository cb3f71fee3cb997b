from __future__ import annotations

import functools

import numpy as np
import pytest
import torch

from nanoos_lab.ml.accurate.heads import Head, HeadEnsemble, HeadShape
from nanoos_lab.ml.gnn.composition import CompositionNetwork
from nanoos_lab.ml.gnn.export import export_onnx
from nanoos_lab.ml.gnn.session import run_heads
from nanoos_lab.ml.graphs import build_graphs
from nanoos_lab.testing import crystal as fresh_crystal

crystal = functools.cache(fresh_crystal)

SMALL = HeadShape(width=16, attention=2, atom=5)
FORMULAS = ("MgO", "TiO2", "Cu", "GaAs")


def numbers_of(graphs, seed=0):
    rng = np.random.default_rng(seed)
    extra = rng.normal(size=(len(graphs.numbers), 5)).astype(np.float32)
    return extra, rng.normal(size=(len(graphs), 2)).astype(np.float32)


def tensors(graphs, extra, given):
    arrays = {k: graphs.inputs()[k] for k in ("numbers", "graph", "graph_ones")}
    return {k: torch.from_numpy(v) for k, v in (arrays | {"extra": extra, "given": given}).items()}


@pytest.fixture(scope="module")
def ensemble():
    torch.manual_seed(0)
    return HeadEnsemble(CompositionNetwork(), [Head(SMALL) for _ in range(2)]).eval()


@pytest.fixture(scope="module")
def exported(ensemble, tmp_path_factory):
    graphs = build_graphs([crystal("MgO"), crystal("Si")])
    path = tmp_path_factory.mktemp("onnx") / "heads.onnx"
    export_onnx(ensemble, tensors(graphs, *numbers_of(graphs)), path, ("targets", "known"))
    return path


@pytest.mark.parametrize("count", [1, 4])
def test_onnx_says_what_torch_says_for_any_number_of_crystals(ensemble, exported, count):
    graphs = build_graphs([crystal(f) for f in FORMULAS[:count]])
    extra, given = numbers_of(graphs)
    with torch.no_grad():
        expected = ensemble(**tensors(graphs, extra, given))
    found = run_heads(exported, graphs, extra, given)
    assert [x.shape for x in found] == [(2, count, 9), (count, 7)]
    assert all(np.allclose(a, b.numpy(), atol=2e-5) for a, b in zip(found, expected, strict=True))


def test_batches_do_not_change_answers_nor_their_order(exported, monkeypatch):
    graphs = build_graphs([crystal(f) for f in FORMULAS])
    extra, given = numbers_of(graphs)
    whole = run_heads(exported, graphs, extra, given)
    monkeypatch.setattr("nanoos_lab.ml.gnn.session.MOST_EDGES", 1)
    parts = run_heads(exported, graphs, extra, given)
    assert all(np.allclose(a, b, atol=2e-5) for a, b in zip(parts, whole, strict=True))


def test_a_doubled_cell_and_another_order_of_atoms_are_the_same_crystal(ensemble):
    graphs = build_graphs([crystal("TiO2")])
    extra, given = numbers_of(graphs)
    base = tensors(graphs, extra, given)
    order = torch.randperm(len(graphs.numbers), generator=torch.Generator().manual_seed(1))
    at = torch.cat([order, order])
    doubled = {
        "numbers": base["numbers"][at], "graph": torch.zeros(len(at), dtype=torch.int64),
        "graph_ones": torch.ones(1), "extra": base["extra"][at], "given": base["given"],
    }  # fmt: skip
    with torch.no_grad():
        for one, two in zip(ensemble(**base), ensemble(**doubled), strict=True):
            assert torch.allclose(one, two, atol=1e-4)


def test_it_adds_to_the_given_formation_energy_and_no_gap_is_negative():
    ensemble = HeadEnsemble(CompositionNetwork(), [Head(SMALL)]).eval()
    graphs = build_graphs([crystal(f) for f in FORMULAS])
    extra, given = numbers_of(graphs)
    more = given + np.array([[1.0, 0.0]], dtype=np.float32)
    with torch.no_grad():
        for head in ensemble.members:
            torch.nn.init.zeros_(head.read[0].weight)
        less, greater = (ensemble(**tensors(graphs, extra, g))[0].numpy() for g in (given, more))
    assert np.allclose(greater[:, :, 0] - less[:, :, 0], 1.0, atol=1e-5)
    assert (less[:, :, 1] >= 0).all()
