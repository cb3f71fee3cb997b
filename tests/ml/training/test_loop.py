from __future__ import annotations

import numpy as np
import pytest
import torch

from nanoos_lab.ml.gnn.network import Network, Shape
from nanoos_lab.ml.gnn.opinion import TARGETS
from nanoos_lab.ml.graphs import build_graphs
from nanoos_lab.ml.training.loop import Examples, Plan, grown, predict, train
from nanoos_lab.testing import crystal, rattled

SMALL = Shape(width=16, layers=2, basis=8, directed=4)


@pytest.fixture(scope="module")
def examples():
    crystals = [
        rattled(crystal(f), displacement=0.05, seed=k) for k in range(4) for f in ("MgO", "Si", "TiO2", "Cu")
    ]
    targets = np.full((len(crystals), len(TARGETS)), np.nan, dtype=np.float32)
    targets[:, 0] = np.tile([-3.0, 0.0, -3.4, 0.0], 4)
    targets[:, 1] = np.tile([4.5, 0.6, 1.8, 0.0], 4)
    targets[:, 2] = np.tile([1.0, 1.0, 1.0, 0.0], 4)
    targets[:4, 4] = [2.2, 1.95, 2.3, 2.1]
    return Examples(build_graphs(crystals), targets)


def plan(epochs, **more):
    return Plan(epochs=epochs, batch=4, compiled=False, **more)


def quiet(*_):
    return None


def test_it_learns(examples, tmp_path):
    rows = np.arange(len(examples.graphs))
    losses = []
    network = train(
        examples, rows, SMALL, plan(60, peak=5e-3, end=1e-3), checkpoint=tmp_path / "c.pt",
        report=lambda _, loss, __: losses.append(loss),
    )  # fmt: skip
    assert losses[-1] < 0.4 * losses[0]
    said = predict(network, examples, rows)
    assert np.abs(said[:, 0] - examples.targets[:, 0]).mean() < 0.7


def test_an_interrupted_training_ends_where_a_whole_one_does(examples, tmp_path):
    rows = np.arange(len(examples.graphs))
    whole = train(examples, rows, SMALL, plan(4), checkpoint=tmp_path / "a.pt", report=quiet)
    train(examples, rows, SMALL, plan(4, stop=2), checkpoint=tmp_path / "b.pt", report=quiet)
    resumed = train(examples, rows, SMALL, plan(4), checkpoint=tmp_path / "b.pt", report=quiet)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_grown_network_answers_as_before(examples):
    torch.manual_seed(0)
    small = Network(SMALL).eval()
    large = Network(Shape(width=16, layers=2, basis=8, directed=4, extra=5)).eval()
    large.load_state_dict(grown(large, small.state_dict()))
    inputs = examples.batch(np.arange(3))
    extra = torch.randn(len(inputs["numbers"]), 5)
    with torch.no_grad():
        before, after = small(**inputs)[0], large(**inputs, extra=extra)[0]
    assert torch.allclose(before[:, 1:], after[:, 1:], atol=1e-5)
    assert torch.all(after[:, 0] == 0)  # it begins at the given formation energy


def test_unknown_targets_teach_nothing(examples, tmp_path):
    rows = np.arange(4)
    blind = Examples(
        examples.graphs, np.where(np.arange(9) == 0, examples.targets, np.nan).astype(np.float32)
    )
    network = train(blind, rows, SMALL, plan(1), checkpoint=tmp_path / "c.pt", report=quiet)
    assert all(torch.isfinite(p).all() for p in network.parameters())
