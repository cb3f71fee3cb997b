"""Training of the graph network, with checkpoints from which it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import nn

from nanoos_lab.ml.gnn.network import Network, Shape
from nanoos_lab.ml.gnn.opinion import TARGETS
from nanoos_lab.ml.training.averaging import Average, schedule
from nanoos_lab.ml.training.pretrain import loss_of, moments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from nanoos_lab.ml.gnn.composition import CompositionNetwork
    from nanoos_lab.ml.graphs import Graphs

WEIGHTS = {
    "formation_energy": 2.0, "gap": 1.0, "gap_2018": 0.25, "log_k": 0.3, "log_g": 0.3, "log_debye": 0.15,
    "log_phonon": 0.1, "log_index": 0.1,
}  # fmt: skip
"""Of each target's mean absolute error, in units of its scatter."""
GATE_WEIGHT = 0.1
"""Of the cross entropy of metal or not."""


@dataclass(frozen=True)
class Examples:
    """What a network learns from."""

    graphs: Graphs
    targets: NDArray[np.float32]
    """Shape (g, 9), in the order of ``TARGETS``; NaN where unknown."""
    extra: NDArray[np.float16] | None = None
    """Numbers of each atom, shape (a, x)."""
    given: NDArray[np.float32] | None = None
    """Numbers of each crystal, shape (g, y); the first is added to the formation energy where there are any."""

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Tensor]:
        """Return what the network reads of some crystals, besides ``targets``.

        Args:
            rows: Their positions.
        """
        arrays: dict[str, Any] = dict(self.graphs.take(rows).inputs())
        if self.extra is not None:
            first = np.cumsum(self.graphs.atoms) - self.graphs.atoms
            at = np.concatenate([np.arange(first[r], first[r] + self.graphs.atoms[r]) for r in rows])
            arrays["extra"] = self.extra[at].astype(np.float32)
        if self.given is not None:
            arrays["given"] = self.given[rows]
        return {name: torch.from_numpy(array) for name, array in arrays.items()}


@dataclass(frozen=True)
class Plan:
    """How long and how fast."""

    epochs: int = 26
    """Passes over the rows that the learning rate is planned for."""
    stop: int | None = None
    """Passes after which to stop before the rate is down; None for all of them."""
    batch: int = 64
    peak: float = 2.5e-3
    """Largest learning rate."""
    end: float = 0.15
    """Last learning rate, as a part of the largest."""
    warm: float = 0.05
    """Part of the steps in which the rate rises."""
    decay: float = 0.02
    seed: int = 0
    compiled: bool = True
    """Whether torch compiles the network first: minutes at the start, then half as long."""


def apply(network: Callable[..., Any], inputs: dict[str, Tensor]) -> Tensor:
    """Return the targets that a network states, shape (g, 9).

    Args:
        network: The network.
        inputs: What it reads; the first of the given numbers, where there are any, is a formation energy to
            which the network adds.
    """
    found: Tensor = network(**inputs)[0]
    if "given" in inputs:
        found = torch.cat([found[:, :1] + inputs["given"][:, :1], found[:, 1:]], dim=1)
    return found


def predict(network: Network, examples: Examples, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what a network states of some crystals, shape (n, 9).

    Args:
        network: The network.
        examples: Where the crystals are.
        rows: Their positions.
    """
    out = np.zeros((len(rows), len(TARGETS)), dtype=np.float32)
    order = np.argsort(examples.graphs.edges[rows], kind="stable")
    network.eval()
    with torch.no_grad():
        for chunk in np.array_split(order, max(1, len(order) // 96)):
            out[chunk] = apply(network, examples.batch(rows[chunk])).numpy()
    return out


def train(
    examples: Examples,
    rows: NDArray[np.int64],
    shape: Shape,
    plan: Plan,
    *,
    start: CompositionNetwork | Mapping[str, Tensor] | None = None,
    weights: Mapping[str, float] = WEIGHTS,
    checkpoint: Path,
    report: Callable[[int, float, Network], None],
) -> Network:
    """Train a network, or go on where a checkpoint ends.

    Args:
        examples: All crystals.
        rows: Positions of those to learn from.
        shape: The network's sizes.
        plan: How long and how fast.
        start: What to begin with: a trained composition network, or the weights of a whole one.
        weights: Of each target's error, in units of its scatter.
        checkpoint: File that is written after each pass and read at the start.
        report: Called after each pass with its number, the mean loss and the averaged network.
    """
    torch.manual_seed(plan.seed)
    network = Network(shape)
    targets = torch.from_numpy(examples.targets.copy())
    scatter = _prepare(network, examples.targets[rows], start)
    run = torch.compile(network, dynamic=True) if plan.compiled else network
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.peak, weight_decay=plan.decay)
    per_epoch = len(rows) // plan.batch
    rates = schedule(optimizer, plan.epochs * per_epoch, end=plan.end, warm=plan.warm)
    average = Average(network, 0.999)
    progress = _Progress(network, average, optimizer, rates)
    first = progress.resume(checkpoint)
    for epoch in range(first, plan.epochs if plan.stop is None else plan.stop):
        network.train()
        order = np.random.default_rng([plan.seed, epoch]).permutation(rows)
        total = 0.0
        for k in range(per_epoch):
            chosen = order[k * plan.batch : (k + 1) * plan.batch]
            loss = _loss(apply(run, examples.batch(chosen)), targets[chosen], scatter, weights)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            rates.step()
            average.update(network)
            total += float(loss.detach())
        progress.save(checkpoint, epoch + 1)
        report(epoch, total / per_epoch, average.network)
    return average.network


def _prepare(
    network: Network, targets: NDArray[np.float32], start: CompositionNetwork | Mapping[str, Tensor] | None
) -> Tensor:
    """Set the first weights, the heads at the targets' means, and return the targets' scatter."""
    mean, scatter = moments(targets)
    with torch.no_grad():
        for head, task, value in zip(network.heads, TARGETS[1:], mean[1:], strict=True):
            if task.startswith(("log", "gap_")):
                last = cast("nn.Linear", cast("nn.Sequential", head)[-1])
                last.bias.fill_(float(value))
        if not network.shape.given:
            cast("nn.Linear", network.site[-1]).bias.fill_(float(mean[0]))
    if isinstance(start, nn.Module):
        network.composition.load_state_dict(start.state_dict())
    elif start is not None:
        network.load_state_dict(start)
    return torch.from_numpy(scatter)


def grown(network: Network, trained: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights of a network that reads more than a trained one did, and answers alike at first.

    What is new begins at zero; the formation energy begins at the given one.

    Args:
        network: The larger network.
        trained: Weights of the smaller one.
    """
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    for name, old in trained.items():
        new = state[name]
        if new.ndim > 1 and new.shape != old.shape:
            new.zero_()
        new[tuple(slice(0, n) for n in old.shape)] = old
    fresh = ("extra.first.", "extra.steps.0.3.", "extra.steps.1.3.", "site.3.")
    for name, tensor in state.items():
        if name.startswith(fresh):
            tensor.zero_()
    return state


def _loss(found: Tensor, targets: Tensor, scatter: Tensor, chosen: Mapping[str, float]) -> Tensor:
    weights = torch.tensor([chosen.get(task, 0.0) for task in TARGETS])
    at = TARGETS.index("nonmetal")
    known = torch.isfinite(targets[:, at])
    gate = nn.functional.binary_cross_entropy_with_logits(
        found[:, at], torch.nan_to_num(targets[:, at]), reduction="none"
    )
    gate = (gate * known).sum() / known.sum().clamp(min=1)
    return loss_of(found, targets, scatter, weights) + GATE_WEIGHT * gate


@dataclass
class _Progress:
    """What a checkpoint holds."""

    network: Network
    average: Average[Network]
    optimizer: torch.optim.Optimizer
    rates: torch.optim.lr_scheduler.LambdaLR

    def resume(self, path: Path) -> int:
        """Go back to a checkpoint where there is one, and return the passes that are done."""
        if not path.exists():
            return 0
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.rates.load_state_dict(state["rates"])
        self.average.steps = int(state["steps"])
        return int(state["epoch"])

    def save(self, path: Path, epoch: int) -> None:
        """Write a checkpoint, whole or not at all."""
        state = {
            "epoch": epoch,
            "steps": self.average.steps,
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rates": self.rates.state_dict(),
        }
        fresh = path.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(path)
