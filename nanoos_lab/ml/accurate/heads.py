"""The network that reads CHGNet's numbers of the atoms: a step for each atom, several ways of pooling, one answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from nanoos_lab.ml.gnn.composition import CompositionNetwork, pooled
from nanoos_lab.ml.gnn.elements import descriptors
from nanoos_lab.ml.gnn.opinion import TARGETS

if TYPE_CHECKING:
    from collections.abc import Sequence

FARTHEST = 1e4
"""Beyond any number that is pooled."""
STEEPEST = 10.0
"""Largest logarithm of a weight in attention."""


@dataclass(frozen=True)
class HeadShape:
    """The sizes of a head."""

    width: int = 128
    attention: int = 4
    """Ways of weighting the atoms."""
    atom: int = 66
    """Numbers given with each atom."""
    given: int = 2
    """Numbers given with each crystal; the first is a formation energy, to which the head adds."""
    context: int = 7
    """Properties that the composition network states of each crystal."""
    element: int = 32
    """Numbers learned for each element."""
    dropout: float = 0.1


class Head(nn.Module):
    """Properties of crystals from CHGNet's numbers of their atoms and from what their composition alone says.

    Args:
        shape: Its sizes.
    """

    table: Tensor
    """What is told about each element, shape (95, 22)."""

    def __init__(self, shape: HeadShape) -> None:
        super().__init__()
        self.shape = shape
        table = torch.from_numpy(descriptors())
        self.register_buffer("table", table)
        w, dropout = shape.width, nn.Dropout(shape.dropout)
        self.embedding = nn.Embedding(len(table), shape.element)
        known = shape.atom + shape.element + table.shape[1]
        self.atom = nn.Sequential(nn.Linear(known, w), nn.SiLU(), dropout, nn.Linear(w, w), nn.SiLU())
        self.attend = nn.Linear(w, shape.attention)
        read = w * (shape.attention + 3) + shape.given + shape.context
        self.read = _read(read, w, len(TARGETS), shape.dropout)

    def forward(  # noqa: PLR0917 - the names of the inputs, in order
        self, numbers: Tensor, graph: Tensor, graph_ones: Tensor, extra: Tensor, given: Tensor, known: Tensor
    ) -> Tensor:
        """State the targets of g crystals with a atoms, shape (g, 9).

        Args:
            numbers: Atomic numbers, shape (a,).
            graph: Crystal of each atom, shape (a,).
            graph_ones: Ones, shape (g,).
            extra: CHGNet's numbers of each atom, shape (a, 66).
            given: Numbers of each crystal, shape (g, 2).
            known: What the composition network says, shape (g, 7).
        """
        y = self.atom(torch.cat([extra, self.embedding(numbers), self.table[numbers]], dim=1))
        weight = torch.exp(torch.clamp(self.attend(y), -STEEPEST, STEEPEST))
        share = weight / pooled(weight, graph, graph_ones).index_select(0, graph)
        heads = (share[:, :, None] * y[:, None, :]).flatten(1)
        count = pooled(torch.ones_like(y[:, :1]), graph, graph_ones)
        both = [_largest(sign * y, graph, graph_ones) * sign for sign in (1.0, -1.0)]
        mean = pooled(y, graph, graph_ones) / count
        parts = [pooled(heads, graph, graph_ones), mean, *both, given, known]
        found = self.read(torch.cat(parts, dim=1))
        energy = found[:, :1] + given[:, :1]
        gap = torch.sigmoid(found[:, 2:3]) * nn.functional.softplus(found[:, 1:2])
        return torch.cat([energy, gap, found[:, 2:]], dim=1)


def _read(given: int, width: int, out: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(given, width), nn.SiLU(), nn.Dropout(dropout), nn.Linear(width, width), nn.SiLU(),
        nn.Linear(width, out),
    )  # fmt: skip


def _largest(values: Tensor, graph: Tensor, graph_ones: Tensor) -> Tensor:
    start = graph_ones[:, None] * torch.full_like(values[:1], -FARTHEST)
    index = graph[:, None].expand_as(values)
    return start.scatter_reduce(0, index, values, reduce="amax", include_self=True)


class HeadEnsemble(nn.Module):
    """Heads that answer together, with the composition network that speaks first.

    Args:
        composition: The composition network.
        members: Heads of one shape.
    """

    def __init__(self, composition: CompositionNetwork, members: Sequence[Head]) -> None:
        super().__init__()
        self.composition = composition
        self.members = nn.ModuleList(members)

    def forward(
        self, numbers: Tensor, graph: Tensor, graph_ones: Tensor, extra: Tensor, given: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return what every member states, shape (m, g, 9), and what the composition alone says, shape (g, 7).

        Args:
            numbers: As for a head.
            graph: As for a head.
            graph_ones: As for a head.
            extra: As for a head.
            given: As for a head.
        """
        ones = torch.ones_like(extra[:, 0])
        known = self.composition.heads(self.composition(numbers, graph, graph_ones, ones))
        found = [member(numbers, graph, graph_ones, extra, given, known) for member in self.members]
        return torch.stack(found), known
