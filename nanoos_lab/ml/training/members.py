"""Training of one member: short passes over a few hundred crystals, stopped by validation, with a checkpoint.

Both the order of the rows and whatever is drawn at random in a pass come from seed, member and pass, and the
checkpoint holds all else, so that a killed training goes on and ends with the very same weights.
"""

from __future__ import annotations

import copy
import pickle
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from nanoos_lab.ml.training.architectures import Epoch
from nanoos_lab.ml.training.averaging import Average, schedule

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from nanoos_lab.ml.graphs import Graphs
    from nanoos_lab.ml.training.readout import PropertyNetwork

    IntArray = NDArray[np.int64]

_ASKED_TOGETHER = 64
_DECAY = 0.05
_CLIP = 5.0
_GATE_WEIGHT = 0.1
_MEMORY = 60
"""Steps over which weights are averaged."""


@dataclass(frozen=True)
class Lesson:
    """What a member learns, and how."""

    graphs: Graphs
    targets: NDArray[np.float32]
    """Shape (g,)."""
    train: IntArray
    validation: IntArray
    epochs: int
    patience: int
    batch: int
    rate: float
    """Of the read-out."""
    encoder_rate: float
    """Of the messages, as a part of the other; 0 leaves them as they are."""
    seed: int
    device: str
    key: str
    """Says which lesson it is: a checkpoint of another one is passed over."""


@dataclass
class _State:
    """Where a member stands."""

    network: PropertyNetwork
    average: Average[PropertyNetwork]
    optimizer: torch.optim.Optimizer
    rates: torch.optim.lr_scheduler.LambdaLR
    best: dict[str, Tensor] = field(default_factory=dict)
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
        state = _read(path, device)
        if state is None or state.get("key") != key:
            return
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.average.steps = int(state["steps"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.rates.load_state_dict(state["rates"])
        self.best, self.least = state["best"], float(state["least"])
        self.since, self.epoch = int(state["since"]), int(state["epoch"])


def _read(path: Path, device: str) -> dict[str, Any] | None:
    try:
        state = torch.load(path, weights_only=True, map_location=device)
    except (
        OSError,
        RuntimeError,
        EOFError,
        ValueError,
        KeyError,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
    ):
        return None  # there is none, or it is damaged
    return state if isinstance(state, dict) else None


def train_member(
    network: PropertyNetwork,
    lesson: Lesson,
    checkpoint: Path,
    report: Callable[[Epoch], None],
    *,
    member: int = 0,
) -> PropertyNetwork:
    """Train a network, or go on where its checkpoint ends, and return it as it was at its best.

    Args:
        network: With its first weights.
        lesson: What it learns.
        checkpoint: File that is written after each pass and read at the start.
        report: Told of each pass.
        member: Its number.
    """
    network = network.to(lesson.device)
    state = _begin(network, lesson)
    state.resume(checkpoint, lesson.key, lesson.device)
    while state.epoch < lesson.epochs and state.since < lesson.patience:
        loss = _pass(state, lesson, member)
        error = _error(state.average.network, lesson)
        better = error < state.least
        state.since = 0 if better else state.since + 1
        if better:
            state.least = error
            state.best = copy.deepcopy(state.average.network.state_dict())
        rate = float(state.rates.get_last_lr()[-1])
        report(Epoch(member, state.epoch, lesson.epochs, loss, error, rate, better))
        state.epoch += 1
        state.save(checkpoint, lesson.key)
    if state.best:
        network.load_state_dict(state.best)
    return network.cpu().eval()


def _begin(network: PropertyNetwork, lesson: Lesson) -> _State:
    readout = {id(p) for part in network.readout() for p in part.parameters()}
    groups: list[dict[str, Any]] = []
    messages = [p for p in network.parameters() if id(p) not in readout]
    if lesson.encoder_rate > 0:
        groups.append({"params": messages, "lr": lesson.rate * lesson.encoder_rate})
    else:
        for parameter in messages:
            parameter.requires_grad_(False)
    groups.append({"params": [p for p in network.parameters() if id(p) in readout], "lr": lesson.rate})
    optimizer = torch.optim.AdamW(groups, lr=lesson.rate, weight_decay=_DECAY)
    rates = schedule(optimizer, lesson.epochs * _steps(lesson), end=0.02, warm=0.05)
    return _State(network, Average(network, 1.0 - 1.0 / _MEMORY), optimizer, rates)


def _steps(lesson: Lesson) -> int:
    return max(1, round(len(lesson.train) / lesson.batch))


def _pass(state: _State, lesson: Lesson, member: int) -> float:
    """Learn from all rows once, and return the mean loss."""
    torch.manual_seed(1_000_003 * (lesson.seed + member) + state.epoch)
    order = np.random.default_rng([lesson.seed, member, state.epoch]).permutation(lesson.train)
    targets = lesson.targets[lesson.train]
    scatter = float(targets.std()) or 1.0
    state.network.train()
    total = 0.0
    for rows in np.array_split(order, _steps(lesson)):
        loss = _loss(state.network, lesson, rows, scatter)
        state.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for p in state.network.parameters() if p.requires_grad], _CLIP)
        state.optimizer.step()
        state.rates.step()
        state.average.update(state.network)
        total += float(loss.detach()) * len(rows)
    return total / len(order)


def _loss(network: PropertyNetwork, lesson: Lesson, rows: IntArray, scatter: float) -> Tensor:
    number, _, nonmetal, _ = network(**_inputs(lesson, rows))
    truth = torch.from_numpy(lesson.targets[rows]).to(lesson.device)
    loss = nn.functional.smooth_l1_loss(number / scatter, truth / scatter, beta=0.1)
    if network.kind.name == "gap":
        loss = loss + _GATE_WEIGHT * nn.functional.binary_cross_entropy_with_logits(
            nonmetal, (truth > 0).to(truth.dtype)
        )
    return loss


def _inputs(lesson: Lesson, rows: IntArray) -> dict[str, Tensor]:
    arrays = lesson.graphs.take(rows).inputs()
    return {name: torch.from_numpy(array).to(lesson.device) for name, array in arrays.items()}


def _error(network: PropertyNetwork, lesson: Lesson) -> float:
    """Return the mean absolute error of the validation rows, of the targets."""
    network.eval()
    total = 0.0
    with torch.no_grad():
        for first in range(0, len(lesson.validation), _ASKED_TOGETHER):
            rows = lesson.validation[first : first + _ASKED_TOGETHER]
            said = network(**_inputs(lesson, rows))[0].double().cpu().numpy()
            total += float(np.abs(said - lesson.targets[rows]).sum())
    return total / len(lesson.validation)
