"""A genuine model file to try things on: some properties of the shipped ``nanoos-gnn``, cut out of its network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import MissingExtraError
from nanoos_lab.ml.gnn.bundle import FOLDER, load_bundle
from nanoos_lab.ml.gnn.opinion import NONMETAL, TARGETS
from nanoos_lab.ml.models import Domain, Figures, Manifest, Target, pack, write_model
from nanoos_lab.ml.models.onnx import FILE
from nanoos_lab.testing.crystals import crystal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SOURCE = "fast.onnx"
REFERENCES = ("MgO", "Si", "SrTiO3")


def shipped_model(
    folder: Path,
    name: str = "tried",
    version: str = "1",
    *,
    properties: Sequence[str] = ("formation_energy", "band_gap"),
    shift: float = 0.0,
) -> Path:
    """Write and pack a model of the architecture ``nanoos-gnn`` that answers as the shipped one does.

    Args:
        folder: Where the model's folder ``NAME-VERSION`` and its packed file go.
        name: Its name.
        version: Its version.
        properties: Some of those that the shipped one states.
        shift: Added to all its numbers, so that two models can differ.

    Returns:
        The packed file.
    """
    bundle = load_bundle("fast")
    stated = {s.property: s for s in bundle.stated}
    chosen = [stated[p] for p in properties]
    content = _cut([TARGETS.index(s.task) for s in chosen], shift)
    manifest = Manifest(
        name=name,
        version=version,
        architecture="nanoos-gnn",
        targets=tuple(Target(property=s.property, logarithm=s.power) for s in chosen),
        elements=tuple(sorted(bundle.domain.elements)),
        base=f"{bundle.name} {bundle.version}",
        training=dict(bundle.trained),
        metrics={"test": {s.property: Figures(**_figures(s.figures["test"])) for s in chosen}},
        intervals={s.property: s.rule for s in chosen},
        domain=Domain(**bundle.domain.model_dump(include={"mean", "whitening", "limit", "elements"})),
        embedding=len(bundle.domain.mean),
        source=bundle.source,
    )
    done = folder / f"{name}-{version}"
    write_model(done, manifest, {FILE: content}, {formula: crystal(formula) for formula in REFERENCES})
    return pack(done)


def _figures(figures: Any) -> dict[str, Any]:  # noqa: ANN401 - the shipped model's own record
    return {k: v for k, v in figures.model_dump().items() if k in Figures.model_fields}


def _cut(columns: Sequence[int], shift: float) -> bytes:
    """Return the shipped network with some of its columns as targets."""
    try:
        import onnx  # noqa: PLC0415 - optional
    except ImportError:
        raise MissingExtraError("onnx", "train", "a model to try things on") from None
    model: Any = onnx.load(FOLDER / SOURCE)
    graph, helper = model.graph, onnx.helper
    for node in graph.node:
        for at, output in enumerate(node.output):
            if output == "targets":
                node.output[at] = "all_targets"
        for at, given in enumerate(node.input):
            if given == "targets":
                node.input[at] = "all_targets"
    kept = [o for o in graph.output if o.name != "targets"]
    del graph.output[:]
    graph.initializer.extend(
        [
            onnx.numpy_helper.from_array(np.array(columns, dtype=np.int64), "chosen_columns"),
            onnx.numpy_helper.from_array(np.array(NONMETAL, dtype=np.int64), "nonmetal_column"),
            onnx.numpy_helper.from_array(np.array(shift, dtype=np.float32), "shift"),
        ]
    )
    graph.node.extend(
        [
            helper.make_node("Gather", ["all_targets", "chosen_columns"], ["chosen"], axis=2),
            helper.make_node("Add", ["chosen", "shift"], ["targets"]),
            helper.make_node("Gather", ["all_targets", "nonmetal_column"], ["nonmetal"], axis=2),
        ]
    )
    float32 = onnx.TensorProto.FLOAT
    graph.output.extend(
        [
            helper.make_tensor_value_info("targets", float32, ["members", "graphs", len(columns)]),
            helper.make_tensor_value_info("nonmetal", float32, ["members", "graphs"]),
            *kept,
        ]
    )
    return bytes(model.SerializeToString())
