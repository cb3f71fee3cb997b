"""Trained networks for one property as the file that the runner of ``nanoos-gnn`` opens.

The exporter that traces is used: it takes a second where the newer one takes a minute, longer than many a
fine-tuning. It translates sums over groups wrongly, so that one translation is our own, and each file is compared
with the networks on crystals of other sizes than it was traced with before it counts.
"""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from nanoos_lab.errors import CalculatorError
from nanoos_lab.ml.gnn.export import INPUTS
from nanoos_lab.ml.graphs import build_graphs
from nanoos_lab.ml.training.readout import Members

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.training.readout import PropertyNetwork

_OPSET = 18
_AXES = {
    "numbers": "atoms", "graph": "atoms", "graph_ones": "graphs", "centers": "edges", "neighbours": "edges",
    "vectors": "edges", "targets": "graphs", "states": "graphs", "nonmetal": "graphs", "sites": "atoms",
}  # fmt: skip
"""What the axis of an array that differs from batch to batch counts."""
_TOLERANCE = 1e-3
"""Of the largest number: rounding in float32 makes 1e-5."""


def export_members(members: Sequence[PropertyNetwork], path: Path) -> None:
    """Write networks as one ONNX file that takes batches of any size; whole or not at all.

    Args:
        members: Networks of one shape for one property.
        path: The file.

    Raises:
        CalculatorError: The file does not answer as the networks do.
    """
    together = Members(members).eval()
    fresh = path.with_suffix(".new")
    names = [*INPUTS, *together.names]
    with warnings.catch_warnings(), _own_sums(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's own, about its future
        torch.onnx.export(
            together,
            tuple(_inputs(_crystals()[:2]).values()),
            fresh,
            input_names=list(INPUTS),
            output_names=list(together.names),
            dynamic_axes={name: {int(name in together.names): _AXES[name]} for name in names},
            opset_version=_OPSET,
            dynamo=False,
        )
    _compare(together, fresh)
    fresh.replace(path)


@contextlib.contextmanager
def _own_sums() -> Iterator[None]:
    """Translate sums over groups ourselves: rows are added where the index says, also twice to one place."""

    def index_add(graph: Any, base: Any, _axis: Any, index: Any, rows: Any, _factor: Any = None) -> Any:  # noqa: ANN401
        last = graph.op("Constant", value_t=torch.tensor([-1]))
        return graph.op("ScatterND", base, graph.op("Unsqueeze", index, last), rows, reduction_s="add")

    onnx: Any = torch.onnx  # its stubs do not export these two
    onnx.register_custom_op_symbolic("aten::index_add", index_add, _OPSET)
    try:
        yield
    finally:
        onnx.unregister_custom_op_symbolic("aten::index_add", _OPSET)


def _compare(together: Members, path: Path) -> None:
    import onnxruntime  # noqa: PLC0415 - optional

    runtime: Any = onnxruntime  # its stubs do not export their own names
    inputs = _inputs(_crystals())
    session = runtime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    found = session.run(None, {name: tensor.numpy() for name, tensor in inputs.items()})
    with torch.no_grad():
        wanted = [tensor.numpy() for tensor in together(**inputs)]
    for name, one, other in zip(together.names, found, wanted, strict=True):
        if one.shape != other.shape or not np.abs(one - other).max() <= _TOLERANCE * max(
            1.0, np.abs(other).max()
        ):
            raise CalculatorError(
                f"the exported network does not answer as the trained one does (output {name!r}): this version of "
                f"torch ({torch.__version__}) exports it wrongly; install the one that nanoos-lab was tested with"
            )


def _inputs(crystals: Sequence[Structure]) -> dict[str, torch.Tensor]:
    arrays = build_graphs(crystals).inputs()
    return {name: torch.from_numpy(arrays[name]) for name in INPUTS}


def _crystals() -> list[Structure]:
    """Return crystals of different size; the first two are traced."""
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
    from pymatgen.core.structure import Structure as Crystal  # noqa: PLC0415

    salt = Crystal.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    sites: Any = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0.0]]
    perovskite = Crystal.from_spacegroup("Pm-3m", Lattice.cubic(3.905), ["Sr", "Ti", "O"], sites)
    copper = Crystal.from_spacegroup("Fm-3m", Lattice.cubic(3.61), ["Cu"], [[0, 0, 0]])
    return [salt, salt.get_primitive_structure(), perovskite, copper]
