"""The composition network's own school: compounds whose properties are known without a structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from nanoos_lab.ml.gnn.composition import CompositionNetwork
from nanoos_lab.ml.training.averaging import Average, schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

TASKS = ("formation_energy", "gap", "log_k", "log_g", "log_phonon", "log_index", "log_debye")
WEIGHTS = (2.0, 1.0, 0.3, 0.3, 0.1, 0.1, 0.2)


class Compounds:
    """Compounds as weighted sets of elements.

    Args:
        formulas: One a compound.
        targets: Shape (n, 7), in the order of ``TASKS``; NaN where unknown.
    """

    def __init__(self, formulas: Sequence[str], targets: NDArray[np.float64]) -> None:
        from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy import

        parts = [Composition(f).fractional_composition for f in formulas]
        sizes = np.array([len(p) for p in parts])
        self.first = np.cumsum(sizes) - sizes
        self.sizes = sizes
        self.numbers = np.array([e.Z for p in parts for e in p])
        self.weights = np.array([p[e] for p in parts for e in p], dtype=np.float32)
        self.targets = targets.astype(np.float32)

    def batch(self, rows: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return what the network reads of some compounds, and their targets.

        Args:
            rows: Positions.
        """
        sizes = self.sizes[rows]
        at = np.repeat(self.first[rows] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        graph = np.repeat(np.arange(len(rows)), sizes)
        arrays = (
            self.numbers[at],
            graph,
            np.ones(len(rows), np.float32),
            self.weights[at],
            self.targets[rows],
        )
        a, b, c, d, e = (torch.from_numpy(x) for x in arrays)
        return a, b, c, d, e


def moments(targets: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and scatter of each target, 0 and 1 where fewer than two rows know it, shape (t,) each.

    Args:
        targets: Shape (n, t), NaN where unknown.
    """
    known = np.isfinite(targets)
    count = known.sum(axis=0)
    filled = np.where(known, targets, 0.0)
    mean = filled.sum(axis=0) / np.maximum(count, 1)
    scatter = np.sqrt((known * (filled - mean) ** 2).sum(axis=0) / np.maximum(count, 1))
    usable = (count > 1) & (scatter > 0)
    return (mean * (count > 0)).astype(np.float32), np.where(usable, scatter, 1.0).astype(np.float32)


def loss_of(found: Tensor, targets: Tensor, scatter: Tensor, weights: Tensor) -> Tensor:
    """Return the mean absolute errors in units of the scatter, weighted and summed over what is known.

    Args:
        found: Shape (g, t).
        targets: Shape (g, t), NaN where unknown.
        scatter: Standard deviation of each target, shape (t,).
        weights: Shape (t,).
    """
    known = torch.isfinite(targets)
    error = torch.where(known, (found - torch.nan_to_num(targets)).abs(), torch.zeros_like(found)) / scatter
    rate = known.to(found.dtype).mean(dim=0).clamp(min=0.02)
    total: Tensor = (error.mean(dim=0) / rate * weights).sum()
    return total


def pretrain(
    train: Compounds, *, epochs: int, seed: int, report: Callable[[int, CompositionNetwork], None]
) -> CompositionNetwork:
    """Train a composition network.

    Args:
        train: What it learns from.
        epochs: Passes over all compounds.
        seed: Of its first weights and of the order of rows.
        report: Called after each pass with its number and the averaged network.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = CompositionNetwork()
    mean, scatter = (torch.from_numpy(x) for x in moments(train.targets))
    weights = torch.tensor(WEIGHTS)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.02)
    size = 512
    steps = epochs * (len(train.sizes) // size)
    rates = schedule(optimizer, steps)
    average = Average(network, 0.998)
    for epoch in range(epochs):
        network.train()
        order = rng.permutation(len(train.sizes))
        for k in range(len(order) // size):
            numbers, graph, ones, share, targets = train.batch(order[k * size : (k + 1) * size])
            out = network.heads(network(numbers, graph, ones, share)) * scatter + mean
            loss = loss_of(out, targets, scatter, weights)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            rates.step()
            average.update(network)
        report(epoch, average.network)
    return average.network
