"""One property read from the graph network: the shipped network as encoder, and the read-out that is trained.

Where the shipped network has a head for the property, training begins from that head, so that a few hundred values
move it instead of teaching it anew; for any other property there is a new one on the same vector.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from nanoos_lab.ml.gnn.network import Network, Shape
from nanoos_lab.ml.gnn.opinion import TARGETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_HEADS = {
    "bulk_modulus": "log_k", "shear_modulus": "log_g", "debye_temperature": "log_debye",
    "phonon_peak": "log_phonon", "refractive_index": "log_index",
}  # fmt: skip
"""Heads of the network for logarithms, by property."""
_GAP, _NONMETAL = TARGETS.index("gap"), TARGETS.index("nonmetal")
OUTPUTS = ("targets", "states", "nonmetal", "sites")


@dataclass(frozen=True)
class Kind:
    """How a property is read from the network."""

    name: str
    """``sites``: the mean of what the sites add; ``gap``: a gap behind a gate of metal or not; ``column``: one of the
    network's heads; ``new``: a head of its own."""
    column: int = 0
    """Of the network's targets."""

    @classmethod
    def of(cls, name: str, *, logarithm: bool) -> Kind:
        """Return how a property is read.

        Args:
            name: The property.
            logarithm: Whether its logarithm is.
        """
        if logarithm:
            return cls("column", TARGETS.index(_HEADS[name])) if name in _HEADS else cls("new")
        if name == "formation_energy":
            return cls("sites")
        return cls("gap", _GAP) if name == "band_gap" else cls("new")


class PropertyNetwork(nn.Module):
    """One number of a crystal, from its graph.

    Args:
        shape: Sizes of the encoder.
        kind: How the number is read.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, shape: Shape, kind: Kind) -> None:
        super().__init__()
        self.kind, self.encoder = kind, Network(shape)
        width = 2 * shape.width
        self.head = nn.Sequential(nn.Linear(width, shape.width), nn.SiLU(), nn.Linear(shape.width, 1))
        self.register_buffer("shift", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))

    def prepare(self, mean: float, scatter: float, *, fresh: bool) -> None:
        """Begin at the training rows' mean.

        Args:
            mean: Of the targets.
            scatter: Their standard deviation.
            fresh: Whether the encoder's own heads know nothing yet.
        """
        with torch.no_grad():
            if self.kind.name == "new":
                self.shift.fill_(mean)
                self.scale.fill_(scatter)
            elif fresh:
                self._last().bias.fill_(mean)

    def _last(self) -> nn.Linear:
        """Return the layer that gives the number."""
        chain = self.encoder.site if self.kind.name == "sites" else self.encoder.heads[self.kind.column - 1]
        return cast("nn.Linear", cast("nn.Sequential", chain)[-1])

    def readout(self) -> list[nn.Module]:
        """Return the parts after the messages, from the pooling to the number."""
        encoder = self.encoder
        if self.kind.name == "sites":
            return [encoder.site]
        if self.kind.name == "gap":
            heads: list[nn.Module] = [encoder.heads[_GAP - 1], encoder.heads[_NONMETAL - 1]]
        else:
            heads = [self.head if self.kind.name == "new" else encoder.heads[self.kind.column - 1]]
        return [encoder.pool, encoder.attend, encoder.read, *heads]

    def forward(  # noqa: PLR0917 - the names of the inputs, in order
        self,
        numbers: Tensor,
        graph: Tensor,
        graph_ones: Tensor,
        centers: Tensor,
        neighbours: Tensor,
        vectors: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return number (g,), states (g, s), logit of a nonmetal (g,) and what the sites add (a,).

        Args:
            numbers: As for the encoder.
            graph: As for the encoder.
            graph_ones: As for the encoder.
            centers: As for the encoder.
            neighbours: As for the encoder.
            vectors: As for the encoder.
        """
        targets, sites, states = self.encoder(numbers, graph, graph_ones, centers, neighbours, vectors)
        if self.kind.name == "new":
            number = self.head(states)[:, 0] * self.scale + self.shift
        else:
            number = targets[:, self.kind.column]
        return number, states, targets[:, _NONMETAL], sites


class Members(nn.Module):
    """Networks that answer together, as the runner of ``nanoos-gnn`` asks.

    Args:
        members: Networks for one property.
    """

    def __init__(self, members: Sequence[PropertyNetwork]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.names = tuple(n for n in OUTPUTS if n in _outputs_of(members[0].kind))

    def forward(  # noqa: PLR0917 - the names of the inputs, in order
        self,
        numbers: Tensor,
        graph: Tensor,
        graph_ones: Tensor,
        centers: Tensor,
        neighbours: Tensor,
        vectors: Tensor,
    ) -> tuple[Tensor, ...]:
        """Return the outputs named in ``names``: targets (m, g, 1), states (m, g, s) and so on.

        Args:
            numbers: As for the encoder.
            graph: As for the encoder.
            graph_ones: As for the encoder.
            centers: As for the encoder.
            neighbours: As for the encoder.
            vectors: As for the encoder.
        """
        found = [m(numbers, graph, graph_ones, centers, neighbours, vectors) for m in self.members]
        number, states, nonmetal, sites = (torch.stack([f[k] for f in found]) for k in range(4))
        said = {"targets": number[:, :, None], "states": states, "nonmetal": nonmetal, "sites": sites}
        return tuple(said[name] for name in self.names)


def _outputs_of(kind: Kind) -> set[str]:
    return (
        {"targets", "states"}
        | ({"nonmetal"} if kind.name == "gap" else set())
        | ({"sites"} if kind.name == "sites" else set())
    )


def save_members(members: Sequence[PropertyNetwork], path: Path, words: Mapping[str, Any]) -> None:
    """Write weights in torch's names, with what is needed to build the networks again.

    Args:
        members: Networks of one shape.
        path: The safetensors file.
        words: Further JSON values, by name.
    """
    from safetensors.torch import save_file  # noqa: PLC0415 - optional

    weights = {
        f"{k}.{name}": tensor.detach().cpu().contiguous()
        for k, member in enumerate(members)
        for name, tensor in member.state_dict().items()
    }
    about = {
        "shape": asdict(members[0].encoder.shape),
        "kind": asdict(members[0].kind),
        "members": len(members),
    }
    save_file(weights, path, {"nanoos-gnn": json.dumps({**about, **words}, sort_keys=True)})
