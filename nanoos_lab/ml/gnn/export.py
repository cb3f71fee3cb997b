"""A trained ensemble as one ONNX file that takes batches of any size."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nanoos_lab.ml.gnn.network import Network

OUTPUTS = ("targets", "sites", "states")
"""Of all m members: targets (m, g, t), contributions of the sites (m, a), vectors (m, g, s)."""
INPUTS = ("numbers", "graph", "graph_ones", "centers", "neighbours", "vectors")
_OPSET = 18
_LARGE = 1024
"""Numbers of a weight that is kept in half precision."""


class Ensemble(nn.Module):
    """Networks that answer together.

    Args:
        members: Networks of one shape.
    """

    def __init__(self, members: Sequence[Network]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(  # noqa: PLR0917 - the names of the inputs, in order
        self,
        numbers: Tensor,
        graph: Tensor,
        graph_ones: Tensor,
        centers: Tensor,
        neighbours: Tensor,
        vectors: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return what every member states, as ``OUTPUTS`` says.

        Args:
            numbers: As for a network.
            graph: As for a network.
            graph_ones: As for a network.
            centers: As for a network.
            neighbours: As for a network.
            vectors: As for a network.
        """
        found = [member(numbers, graph, graph_ones, centers, neighbours, vectors) for member in self.members]
        targets, sites, states = (torch.stack([f[k] for f in found]) for k in range(3))
        return targets, sites, states


def export_onnx(
    ensemble: nn.Module,
    example: dict[str, Tensor],
    path: Path,
    outputs: Sequence[str] = OUTPUTS,
    *,
    half: bool = False,
) -> None:
    """Write an ensemble as ONNX.

    Args:
        ensemble: The networks.
        example: Inputs of at least two crystals with two atoms each.
        path: The file to write.
        outputs: Their names.
        half: Whether large weights are kept in half precision, for a file of half the size.
    """
    atoms, graphs, edges = (torch.export.Dim(name, min=2) for name in ("atoms", "graphs", "edges"))
    dims = {
        "numbers": atoms, "graph": atoms, "graph_ones": graphs, "centers": edges, "neighbours": edges,
        "vectors": edges, "extra": atoms, "given": graphs,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, about its future
        program = torch.onnx.export(
            ensemble.eval(),
            kwargs=example,
            dynamic_shapes={name: {0: dims[name]} for name in example},
            input_names=list(example),
            output_names=list(outputs),
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # noqa: S101 - None only of other exporters
    program.optimize()
    program.save(path, include_initializers=True)
    if half:
        _halve(path)


def _halve(path: Path) -> None:
    """Keep the large weights of a file in half precision, which onnxruntime turns to single as it reads them.

    Args:
        path: An ONNX file.
    """
    import onnx  # noqa: PLC0415 - only to train

    model = onnx.load(path)
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or math.prod(tensor.dims) < _LARGE:
            continue
        name, values = tensor.name, onnx.numpy_helper.to_array(tensor)
        tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)
