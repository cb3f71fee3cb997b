"""Training of the heads that read CHGNet's numbers of the atoms: minutes, on one thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from nanoos_lab.ml.accurate.heads import Head, HeadShape
from nanoos_lab.ml.gnn.opinion import TARGETS
from nanoos_lab.ml.graphs.flat import ranges, starts
from nanoos_lab.ml.training.averaging import Average, schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from torch import Tensor

    from nanoos_lab.ml.gnn.composition import CompositionNetwork
    from nanoos_lab.ml.graphs import Graphs

WEIGHTS = {
    "formation_energy": 2.0, "gap": 2.0, "gap_2018": 0.2, "log_k": 1.0, "log_g": 1.0, "log_debye": 0.7,
    "log_phonon": 0.3, "log_index": 0.3,
}  # fmt: skip
"""Of each target's mean absolute error in its own unit, over the rows of a batch that know it."""
GATE_WEIGHT = 0.2
"""Of the cross entropy of metal or not."""
LEAST_KNOWN = 0.02
"""Part of a batch below which a target weighs less."""


@dataclass(frozen=True)
class HeadPlan:
    """How long and how fast."""

    epochs: int = 35
    batch: int = 128
    peak: float = 2e-3
    decay: float = 0.02
    averaged: float = 0.998
    seed: int = 0


@dataclass(frozen=True)
class HeadData:
    """What heads learn from, for g crystals with a atoms in all."""

    graphs: Graphs
    targets: Tensor
    """Shape (g, 9)."""
    extra: Tensor
    """Shape (a, 66)."""
    given: Tensor
    """Shape (g, 2)."""
    known: Tensor
    """What the composition network says, shape (g, 7)."""

    def batch(self, rows: NDArray[np.int64]) -> tuple[Tensor, ...]:
        """Return what a head reads of some crystals, in its order.

        Args:
            rows: Their positions.
        """
        at = ranges(starts(self.graphs.atoms)[rows], self.graphs.atoms[rows])
        graph = np.repeat(np.arange(len(rows)), self.graphs.atoms[rows])
        chosen = torch.from_numpy(at)
        return (
            torch.from_numpy(self.graphs.numbers[at]), torch.from_numpy(graph), torch.ones(len(rows)),
            self.extra[chosen], self.given[rows], self.known[rows],
        )  # fmt: skip


@torch.no_grad()
def known_of(network: CompositionNetwork, graphs: Graphs) -> Tensor:
    """Return what a composition network says of each crystal, shape (g, 7).

    Args:
        network: The trained composition network.
        graphs: The crystals.
    """
    network.eval()
    first, found = starts(graphs.atoms), []
    for rows in np.array_split(np.arange(len(graphs)), max(1, len(graphs) // 512)):
        at = ranges(first[rows], graphs.atoms[rows])
        graph = np.repeat(np.arange(len(rows)), graphs.atoms[rows])
        numbers = torch.from_numpy(graphs.numbers[at])
        ones = torch.ones(len(rows))
        found.append(network.heads(network(numbers, torch.from_numpy(graph), ones, torch.ones(len(at)))))
    return torch.cat(found)


def train_head(
    data: HeadData,
    rows: NDArray[np.int64],
    shape: HeadShape,
    plan: HeadPlan,
    report: Callable[[int, Head], None] = lambda *_: None,
) -> Head:
    """Train one head.

    Args:
        data: All crystals.
        rows: Positions of those to learn from.
        shape: Its sizes.
        plan: How long and how fast.
        report: Called after each pass with its number and the averaged head.
    """
    torch.manual_seed(plan.seed)
    head = Head(shape)
    mean = torch.from_numpy(np.nanmean(data.targets[rows].numpy(), axis=0))
    with torch.no_grad():
        logged = [k for k, t in enumerate(TARGETS) if t.startswith(("log", "gap_"))]
        last = head.read[-1]
        last.bias[logged] = mean[logged].to(last.bias.dtype)
        last.weight[0].zero_()
        last.bias[0] = 0.0
    optimizer = torch.optim.AdamW(head.parameters(), lr=plan.peak, weight_decay=plan.decay)
    steps = len(rows) // plan.batch
    rates = schedule(optimizer, plan.epochs * steps, warm=0.1)
    average = Average(head, plan.averaged)
    chosen = torch.tensor([WEIGHTS.get(t, 0.0) for t in TARGETS])
    for epoch in range(plan.epochs):
        head.train()
        order = np.random.default_rng([plan.seed, epoch]).permutation(rows)
        for k in range(steps):
            batch = order[k * plan.batch : (k + 1) * plan.batch]
            loss = _loss(head(*data.batch(batch)), data.targets[batch], chosen)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(head.parameters(), 5.0)
            optimizer.step()
            rates.step()
            average.update(head)
        report(epoch, average.network)
    return average.network


def _loss(found: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    known = torch.isfinite(targets)
    truth = torch.nan_to_num(targets)
    rate = known.to(found.dtype).mean(dim=0).clamp(min=LEAST_KNOWN)
    error = ((found - truth).abs() * known).mean(dim=0) / rate
    at = TARGETS.index("nonmetal")
    gate = nn.functional.binary_cross_entropy_with_logits(found[:, at], truth[:, at], reduction="none")
    gate = (gate * known[:, at]).mean() / rate[at]
    return (error * weights).sum() + GATE_WEIGHT * gate


@torch.no_grad()
def head_says(head: Head, data: HeadData, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what a head states of some crystals, shape (n, 9).

    Args:
        head: The head.
        data: Where the crystals are.
        rows: Their positions.
    """
    head.eval()
    parts = np.array_split(rows, max(1, len(rows) // 512))
    return np.concatenate([head(*data.batch(part)).numpy() for part in parts])
