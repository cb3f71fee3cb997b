"""The graph network: gated messages between neighbours, with directions, in plain torch that exports whole.

Each layer sends a gated message along every edge (T. Xie and J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018),
doi:10.1103/PhysRevLett.120.145301). Some channels of the messages are also summed with the edge's direction, as
vectors and as symmetric traceless tensors; their lengths enter the atoms and their projections on an edge enter
the next layer's messages, which makes the network see angles at the price of pairs while every number stays
invariant under rotation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nanoos_lab.ml.gnn.composition import CompositionNetwork, pooled
from nanoos_lab.ml.gnn.opinion import TARGETS
from nanoos_lab.ml.graphs import CUTOFF_ANGSTROM


@dataclass(frozen=True)
class Shape:
    """The sizes of a network."""

    width: int = 64
    layers: int = 3
    basis: int = 32
    directed: int = 4
    """Channels that are summed with directions."""
    extra: int = 0
    """Numbers given with each atom, such as another model's features."""
    given: int = 0
    """Numbers given with each graph."""
    dropout: float = 0.0
    """Part of the numbers of atoms and crystals that is left out at random in training."""


class Network(nn.Module):
    """Properties of crystals from their graphs.

    Args:
        shape: Its sizes.
    """

    centres: Tensor
    """Of the Gaussians, in Å."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.composition = CompositionNetwork()
        context = 64
        width = shape.width
        self.register_buffer("centres", torch.linspace(0.6, CUTOFF_ANGSTROM, shape.basis))
        self.embedding = nn.Embedding(len(self.composition.table), width)
        self.describe = nn.Linear(self.composition.table.shape[1], width)
        self.tell = nn.Linear(context, width)
        self.extra = _Extra(shape.extra, width) if shape.extra else None
        self.layers = nn.ModuleList([Layer(shape, first=k == 0) for k in range(shape.layers)])
        self.site = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 1)
        )
        dropout = nn.Dropout(shape.dropout)
        self.pool = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.SiLU(), dropout)
        self.attend = nn.Linear(2 * width, 4)
        read = 4 * width + context + shape.given
        self.read = nn.Sequential(nn.LayerNorm(read), nn.Linear(read, 2 * width), nn.SiLU(), dropout)
        self.heads = nn.ModuleList(
            [nn.Sequential(nn.Linear(2 * width, width), nn.SiLU(), nn.Linear(width, 1)) for _ in TARGETS[1:]]
        )

    def forward(  # noqa: PLR0917 - the names of the inputs, in order
        self,
        numbers: Tensor,
        graph: Tensor,
        graph_ones: Tensor,
        centers: Tensor,
        neighbours: Tensor,
        vectors: Tensor,
        extra: Tensor | None = None,
        given: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """State the targets of g crystals with a atoms and e edges.

        Args:
            numbers: Atomic numbers, shape (a,).
            graph: Crystal of each atom, shape (a,).
            graph_ones: Ones, shape (g,).
            centers: Start of each edge, shape (e,).
            neighbours: End of each edge, shape (e,).
            vectors: From start to end in Å, shape (e, 3).
            extra: Numbers of each atom, shape (a, extra).
            given: Numbers of each crystal, shape (g, given).

        Returns:
            The targets, shape (g, 9); what each site adds to the formation energy, shape (a,): their mean is the
            crystal's; the vector that the targets are read from, shape (g, 2 width).
        """
        ones = torch.ones_like(numbers, dtype=vectors.dtype)
        vector = self.composition(numbers, graph, graph_ones, ones)
        x = (
            self.embedding(numbers)
            + self.describe(self.composition.table[numbers])
            + self.tell(vector)[graph]
        )
        if self.extra is not None and extra is not None:
            x = self.extra(x, extra)  # noqa: S610 - a network's part, not Django's
        edge = Edges.of(vectors, centers, neighbours, self.centres, self.shape.directed)
        projections: Tensor | None = None
        for layer in self.layers:
            x, projections = layer(x, edge, ones, projections)
        return self._states(x, vector, graph, graph_ones, ones, given)

    def _states(  # noqa: PLR0917 - as in forward
        self, x: Tensor, vector: Tensor, graph: Tensor, graph_ones: Tensor, ones: Tensor, given: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        count = pooled(ones[:, None], graph, graph_ones)
        site = self.site(x)
        energy = pooled(site, graph, graph_ones) / count
        y = self.pool(x)
        weight = torch.sigmoid(self.attend(y))
        share = weight / (pooled(weight, graph, graph_ones)[graph] + 1e-6)
        heads = y.reshape(y.shape[0], 4, -1)
        attended = pooled((heads * share[:, :, None]).reshape(y.shape), graph, graph_ones)
        mean = pooled(y, graph, graph_ones) / count
        parts = [attended, mean, vector] if given is None else [attended, mean, vector, given]
        state = self.read(torch.cat(parts, dim=1))
        gap, nonmetal, *others = [head(state) for head in self.heads]
        gate = torch.sigmoid(nonmetal)
        gap = gate * nn.functional.softplus(gap)
        return torch.cat([energy, gap, nonmetal, *others], dim=1), site[:, 0], state


class _Extra(nn.Module):
    """Takes in the numbers that are given with each atom."""

    def __init__(self, given: int, width: int) -> None:
        super().__init__()
        self.first = nn.Linear(given, width)
        self.steps = nn.ModuleList(
            [
                nn.Sequential(
                    nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, width)
                )
                for _ in range(2)
            ]
        )

    def forward(self, x: Tensor, extra: Tensor) -> Tensor:
        x = x + self.first(extra)
        for step in self.steps:
            x = x + step(x)
        return x


@dataclass
class Edges:
    """What all layers read of the edges."""

    centers: Tensor
    neighbours: Tensor
    basis: Tensor
    """Gaussians of the length times the envelope, shape (e, basis)."""
    envelope: Tensor
    """1 at zero length, 0 with zero slope at the cutoff, shape (e, 1)."""
    directions: Tensor
    """Unit vector and its five second-order harmonics, each as often as there are fields, shape (e, 8 directed)."""

    @classmethod
    def of(
        cls, vectors: Tensor, centers: Tensor, neighbours: Tensor, centres: Tensor, directed: int
    ) -> Edges:
        """Describe edges.

        Args:
            vectors: From start to end in Å, shape (e, 3).
            centers: Start of each edge.
            neighbours: End of each edge.
            centres: Centres of the Gaussians in Å.
            directed: Number of fields.
        """
        length = torch.sqrt((vectors * vectors).sum(dim=1, keepdim=True))
        envelope = 0.5 * (torch.cos(length * (math.pi / CUTOFF_ANGSTROM)) + 1.0)
        width = (CUTOFF_ANGSTROM - 0.6) / (len(centres) - 1)
        basis = torch.exp(-0.5 * ((length - centres) / width) ** 2)
        x, y, z = torch.tensor_split(vectors / length, 3, dim=1)
        root = math.sqrt(3.0)
        second = [root * x * y, root * y * z, root * x * z, 0.5 * root * (x * x - y * y), 1.5 * z * z - 0.5]
        directions = torch.cat([x, y, z, *second], dim=1)[:, :, None].expand(-1, -1, directed).flatten(1)
        return cls(centers, neighbours, basis, envelope, directions)


class Layer(nn.Module):
    """One exchange of messages.

    Args:
        shape: The network's sizes.
        first: Whether no projections are there yet.
    """

    orders: Tensor
    """Adds the three parts of each vector field and the five of each tensor field, shape (8 directed, 2 directed)."""

    def __init__(self, shape: Shape, *, first: bool) -> None:
        super().__init__()
        width, self.directed = shape.width, shape.directed
        which = torch.tensor([[1.0, 0.0]] * 3 + [[0.0, 1.0]] * 5)
        orders = torch.kron(which, torch.eye(shape.directed))
        self.register_buffer("orders", orders, persistent=False)
        self.norm = nn.LayerNorm(width)
        self.start = nn.Linear(width, 2 * width)
        self.end = nn.Linear(width, 2 * width, bias=False)
        self.edge = nn.Linear(shape.basis + (0 if first else 4 * shape.directed), 2 * width, bias=False)
        self.update = nn.Sequential(
            nn.Linear(width + 2 * shape.directed, 2 * width), nn.SiLU(), nn.Linear(2 * width, width)
        )
        self.after = nn.LayerNorm(width + 2 * shape.directed)

    def forward(
        self, x: Tensor, edge: Edges, ones: Tensor, projections: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return the atoms' new numbers, shape (a, width), and what the next layer's edges see, shape (e, 4 directed).

        Args:
            x: Numbers of the atoms, shape (a, width).
            edge: The edges.
            ones: Ones, shape (a,).
            projections: What the layer before gave, None for the first.
        """
        y = self.norm(x)
        known = edge.basis if projections is None else torch.cat([edge.basis, projections], dim=1)
        z = self.start(y).index_select(0, edge.centers) + self.end(y).index_select(0, edge.neighbours)
        gate, core = (z + self.edge(known)).chunk(2, dim=1)
        message = torch.sigmoid(gate) * nn.functional.silu(core) * edge.envelope
        k, width = self.directed, x.shape[1]
        spread = (message[:, : 2 * k] @ self.orders.T) * edge.directions
        summed = pooled(torch.cat([message, spread], dim=1), edge.centers, ones) * 0.2
        fields = summed[:, width:]
        lengths = torch.sqrt((fields * fields) @ self.orders + 1e-6)
        update = self.update(self.after(torch.cat([summed[:, :width], lengths], dim=1)))
        return x + update, self._projected(fields, edge)

    def _projected(self, fields: Tensor, edge: Edges) -> Tensor:
        """Return how the fields at both ends of each edge point along it, shape (e, 4 directed)."""
        ends = (edge.centers, edge.neighbours)
        shown = [(fields.index_select(0, end) * edge.directions) @ self.orders for end in ends]
        return torch.cat(shown, dim=1)
