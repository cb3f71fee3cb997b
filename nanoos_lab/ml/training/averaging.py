"""What every training here shares: one cycle of the learning rate, and weights averaged over the last steps."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Generic, TypeVar

import torch

if TYPE_CHECKING:
    from torch import nn

N = TypeVar("N", bound="nn.Module")


class Average(Generic[N]):
    """An exponential mean of a network's weights.

    Args:
        network: The network in training.
        decay: Part of the mean that stays at each step.
    """

    def __init__(self, network: N, decay: float) -> None:
        self.network: N = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, network: N) -> None:
        """Let the mean follow.

        Args:
            network: The network after a step.
        """
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        own: list[torch.Tensor] = list(self.network.parameters())
        new: list[torch.Tensor] = list(network.parameters())
        torch._foreach_lerp_(own, new, 1.0 - decay)  # one call, where a loop over parameters is slow


def schedule(
    optimizer: torch.optim.Optimizer, steps: int, *, end: float = 1e-3, warm: float = 0.05
) -> torch.optim.lr_scheduler.LambdaLR:
    """Return one cycle of the learning rate: up in a straight line, then down by a cosine.

    Args:
        optimizer: Whose rate it is; its own rate is the largest.
        steps: All steps.
        end: Rate at the last step, as a part of the largest.
        warm: Part of the steps in which it rises.
    """
    rise = max(1.0, warm * steps)

    def part(step: int) -> float:
        if step < rise:
            return (step + 1) / (rise + 1)
        gone = min(1.0, (step - rise) / max(1.0, steps - rise))
        return end + (1.0 - end) * 0.5 * (1.0 + math.cos(math.pi * gone))

    return torch.optim.lr_scheduler.LambdaLR(optimizer, part)
