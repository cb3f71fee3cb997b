"""The loop that trains networks of matgl: plain torch, stopped by validation, with checkpoints. Needs torch and matgl.

The order of the rows comes from seed, member and pass, and the checkpoint holds all else: a killed training goes on
and ends with the very same weights.
"""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from nanoos_lab.ml.matgl.model import forward
from nanoos_lab.ml.training.architectures import Epoch
from nanoos_lab.ml.training.averaging import Average, schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]

SAVE_EVERY_S = 5.0
"""A checkpoint is written after a pass where the last one is older."""
_ASKED_TOGETHER = 64
_DECAY = 1e-4
_CLIP = 5.0
_MEMORY = 60
"""Steps over which weights are averaged."""


@dataclass(frozen=True)
class Lesson:
    """What a member learns, and how."""

    graphs: Sequence[Any]
    """Of torch_geometric, one a crystal, on the device."""
    targets: NDArray[np.float32]
    """Shape (g,)."""
    train: IntArray
    validation: IntArray
    mean: float
    """Added to an output, after it was multiplied by ``scatter``."""
    scatter: float
    epochs: int
    patience: int
    batch: int
    rate: float
    seed: int
    device: str
    key: str
    """Says which lesson it is: a checkpoint of another one is passed over."""


@dataclass
class _State:
    """Where a member stands."""

    network: nn.Module
    average: Average[nn.Module]
    optimizer: torch.optim.Optimizer
    rates: torch.optim.lr_scheduler.LambdaLR
    best: dict[str, torch.Tensor] = field(default_factory=dict)
    least: float = float("inf")
    since: int = 0
    """Passes since the best."""
    epoch: int = 0

    def save(self, path: Path, key: str) -> None:
        """Write a checkpoint, whole or not at all."""
        state = {
            "key": key, "epoch": self.epoch, "steps": self.average.steps, "least": self.least, "since": self.since,
            "network": self.network.state_dict(), "average": self.average.network.state_dict(), "best": self.best,
            "optimizer": self.optimizer.state_dict(), "rates": self.rates.state_dict(),
        }  # fmt: skip
        fresh = path.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(path)

    def resume(self, path: Path, key: str, device: str) -> None:
        """Go back to a checkpoint of the same lesson, where there is one that can be read."""
        try:
            state = torch.load(path, weights_only=True, map_location=device)
        except Exception:  # noqa: BLE001 - there is none, or torn bytes, which may raise anything
            return
        if not isinstance(state, dict) or state.get("key") != key:
            return
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.average.steps = int(state["steps"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.rates.load_state_dict(state["rates"])
        self.best, self.least = state["best"], float(state["least"])
        self.since, self.epoch = int(state["since"]), int(state["epoch"])


def train_member(
    network: nn.Module, lesson: Lesson, checkpoint: Path, report: Callable[[Epoch], None], *, member: int = 0
) -> nn.Module:
    """Train a network, or go on where its checkpoint ends, and return it as it was at its best.

    Args:
        network: A model of matgl with its first weights.
        lesson: What it learns.
        checkpoint: File that is written after passes and read at the start.
        report: Told of each pass.
        member: Its number.
    """
    network = network.to(lesson.device)
    learnt = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learnt, lr=lesson.rate, weight_decay=_DECAY)
    rates = schedule(optimizer, lesson.epochs * _steps(lesson), end=0.02, warm=0.05)
    state = _State(network, Average(network, 1.0 - 1.0 / _MEMORY), optimizer, rates)
    state.resume(checkpoint, lesson.key, lesson.device)
    saved = time.monotonic()
    while state.epoch < lesson.epochs and state.since < lesson.patience:
        loss = _pass(state, lesson, member)
        error = _error(state.average.network, lesson)
        better = error < state.least
        state.since = 0 if better else state.since + 1
        if better:
            state.least = error
            state.best = copy.deepcopy(state.average.network.state_dict())
        rate = float(rates.get_last_lr()[-1])
        report(Epoch(member, state.epoch, lesson.epochs, loss, error, rate, better))
        state.epoch += 1
        if time.monotonic() - saved >= SAVE_EVERY_S:
            state.save(checkpoint, lesson.key)
            saved = time.monotonic()
    state.save(checkpoint, lesson.key)
    if state.best:
        network.load_state_dict(state.best)
    return network.cpu().eval()


def _steps(lesson: Lesson) -> int:
    return max(1, round(len(lesson.train) / lesson.batch))


def _pass(state: _State, lesson: Lesson, member: int) -> float:
    """Learn from all rows once, and return the mean loss."""
    torch.manual_seed(1_000_003 * (lesson.seed + member) + state.epoch)
    order = np.random.default_rng([lesson.seed, member, state.epoch]).permutation(lesson.train)
    state.network.train()
    total = 0.0
    for rows in np.array_split(order, _steps(lesson)):
        found, _ = forward(state.network, [lesson.graphs[r] for r in rows])
        wanted = (torch.from_numpy(lesson.targets[rows]).to(lesson.device) - lesson.mean) / lesson.scatter
        loss = nn.functional.smooth_l1_loss(found, wanted, beta=0.1)
        state.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(state.network.parameters(), _CLIP)
        state.optimizer.step()
        state.rates.step()
        state.average.update(state.network)
        total += float(loss.detach()) * len(rows)
    return total / len(order)


def _error(network: nn.Module, lesson: Lesson) -> float:
    """Return the mean absolute error of the validation rows, of the targets."""
    network.eval()
    total = 0.0
    with torch.no_grad():
        for first in range(0, len(lesson.validation), _ASKED_TOGETHER):
            rows = lesson.validation[first : first + _ASKED_TOGETHER]
            found, _ = forward(network, [lesson.graphs[r] for r in rows])
            said = found.double().cpu().numpy() * lesson.scatter + lesson.mean
            total += float(np.abs(said - lesson.targets[rows]).sum())
    return total / len(lesson.validation)
