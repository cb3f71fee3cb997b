"""The composition's part of the network: what the elements alone say, whatever their arrangement.

It reads atoms as a weighted set, so that it can be trained before the rest on the many compounds whose
properties are known without a structure, and then answers for the atoms of a cell, each with the same weight.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nanoos_lab.ml.gnn.elements import descriptors


class CompositionNetwork(nn.Module):
    """A vector for each composition.

    Args:
        width: Numbers per atom.
        out: Numbers per composition.
        tasks: Targets when trained alone.
    """

    table: Tensor
    """What is told about each element, shape (95, 22)."""

    def __init__(self, width: int = 128, out: int = 64, tasks: int = 7) -> None:
        super().__init__()
        table = torch.from_numpy(descriptors())
        self.register_buffer("table", table)
        self.embedding = nn.Embedding(len(table), width)
        self.describe = nn.Linear(table.shape[1], width)
        self.first = nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.blocks = nn.ModuleList([_Block(width) for _ in range(2)])
        self.out = nn.Sequential(nn.LayerNorm(2 * width), nn.Linear(2 * width, out), nn.SiLU())
        self.heads = nn.Sequential(nn.Linear(out, out), nn.SiLU(), nn.Linear(out, tasks))

    def forward(self, numbers: Tensor, graph: Tensor, graph_ones: Tensor, weights: Tensor) -> Tensor:
        """Return a vector per composition, shape (g, out).

        Args:
            numbers: Atomic numbers, shape (a,).
            graph: Composition of each atom, shape (a,).
            graph_ones: Ones, shape (g,).
            weights: Weight of each atom, shape (a,).
        """
        x = self.embedding(numbers) + self.describe(self.table[numbers])
        x = x + self.first(x)
        share = (weights / pooled(weights[:, None], graph, graph_ones)[graph, 0])[:, None]
        for block in self.blocks:
            x = block(x, graph, graph_ones, share)
        mean = pooled(x * share, graph, graph_ones)
        spread = pooled((x - mean[graph]) ** 2 * share, graph, graph_ones)
        vector: Tensor = self.out(torch.cat([mean, torch.sqrt(spread + 1e-6)], dim=1))
        return vector


class _Block(nn.Module):
    """Lets each atom know the mean and the spread of all."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.own = nn.Linear(width, width)
        self.all = nn.Linear(2 * width, width)
        self.step = nn.Sequential(nn.SiLU(), nn.Linear(width, width))

    def forward(self, x: Tensor, graph: Tensor, graph_ones: Tensor, share: Tensor) -> Tensor:
        y = self.norm(x)
        mean = pooled(y * share, graph, graph_ones)
        spread = pooled((y - mean[graph]) ** 2 * share, graph, graph_ones)
        context = self.all(torch.cat([mean, torch.sqrt(spread + 1e-6)], dim=1))
        updated: Tensor = x + self.step(self.own(y) + context[graph])
        return updated


def pooled(values: Tensor, index: Tensor, ones: Tensor) -> Tensor:
    """Return sums over the members of each group, shape (g, c).

    Args:
        values: Shape (n, c).
        index: Group of each row, shape (n,).
        ones: Ones, shape (g,): its length says how many groups there are, also to an exporter.
    """
    return (ones[:, None] * torch.zeros_like(values[:1])).index_add(0, index, values)
