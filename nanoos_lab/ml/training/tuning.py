"""The architecture ``nanoos-gnn``: fine-tuning of the shipped network, or training of one like it from nothing.

With a few hundred values the messages, which know chemistry, move at a small part of the read-out's rate, and the
weights are averaged over the last steps; from nothing everything moves alike.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.ml.gnn import checking
from nanoos_lab.ml.graphs import build_graphs
from nanoos_lab.ml.training.starting import SHIPPED, WEIGHTS, digest_of, is_model, load_start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.training.architectures import Epoch, Examples, TrainingPlan
    from nanoos_lab.ml.training.members import Lesson
    from nanoos_lab.ml.training.readout import PropertyNetwork
    from nanoos_lab.ml.training.starting import Start

MODEL = "model.onnx"
TUNING_RATE, FRESH_RATE = 1e-3, 2e-3
"""Largest learning rates of the read-out, beginning from trained weights and from random ones."""
ENCODER_RATE = 0.3
"""Of the messages, as a part of the read-out's, where they begin from trained weights."""
_OPTIONS = {"encoder_rate", "shape"}
_PACKAGES = {"torch": "ml", "safetensors": "ml", "onnxruntime": "ml", "onnx": "train", "onnxscript": "train"}


class NanoosGNN:
    """The project's own graph network.

    Options of a plan: ``encoder_rate``, the learning rate of the messages as a part of the read-out's, 0 to leave
    them as they are; and, from random weights, ``shape``: sizes of the network by name.
    """

    name = SHIPPED
    extra = "train"

    def available(self) -> str | None:
        """Return None where it can be trained here, else the line that installs what is missing."""
        for package, extra in _PACKAGES.items():
            if importlib.util.find_spec(package) is None:
                return str(MissingExtraError(package, extra, "training nanoos-gnn"))
        return None

    def identity(self, plan: TrainingPlan) -> Mapping[str, Any]:
        """Return the hash of the weights to begin from, and torch's version.

        Args:
            plan: How it is going to learn.

        Raises:
            InvalidInputError: There is nothing to begin from, or an option is unknown.
        """
        from importlib.metadata import version  # noqa: PLC0415

        if foreign := sorted(set(plan.options) - _OPTIONS):
            raise InvalidInputError(
                f"training of nanoos-gnn has no option {', '.join(foreign)}: there are {', '.join(sorted(_OPTIONS))}"
            )
        if plan.start and "shape" in plan.options:
            raise InvalidInputError(
                f"the option shape belongs to random weights: {plan.start} has its own; give start='' or no shape"
            )
        return {**digest_of(plan.start), "torch": version("torch")}

    def base(self, start: str) -> str | None:
        """Return the predictor that training begins from.

        Args:
            start: As in a plan.
        """
        return f"model:{start}" if start and is_model(start) else start or None

    def check(self, structure: Structure) -> None:
        """Refuse a crystal that the network cannot know.

        Args:
            structure: The crystal in question.
        """
        checking.check(structure, self.name)

    def train(
        self, examples: Examples, plan: TrainingPlan, folder: Path, report: Callable[[Epoch], None]
    ) -> Mapping[str, Path]:
        """Learn, and return ``model.onnx`` and ``weights.safetensors``.

        Args:
            examples: The rows.
            plan: How.
            folder: For checkpoints and the files.
            report: Is told of each pass.
        """
        from nanoos_lab.ml.training.exporting import export_members  # noqa: PLC0415 - brings torch
        from nanoos_lab.ml.training.members import train_member  # noqa: PLC0415
        from nanoos_lab.ml.training.readout import save_members  # noqa: PLC0415

        start = load_start(plan.start) if plan.start else None
        lesson = _lesson(examples, plan)
        trained = []
        for member in range(plan.members):
            network = _network(examples, plan, start, member)
            checkpoint = folder / f"member-{member}.pt"
            trained.append(train_member(network, lesson, checkpoint, report, member=member))
        files = {MODEL: folder / MODEL, WEIGHTS: folder / WEIGHTS}
        save_members(
            trained, files[WEIGHTS], {"property": examples.property, "logarithm": examples.logarithm}
        )
        export_members(trained, files[MODEL])
        return files


def _lesson(examples: Examples, plan: TrainingPlan) -> Lesson:
    from nanoos_lab.ml.training.members import Lesson  # noqa: PLC0415 - brings torch

    graphs = build_graphs(examples.structures)
    rate = plan.rate or (TUNING_RATE if plan.start else FRESH_RATE)
    share = float(plan.options.get("encoder_rate", ENCODER_RATE if plan.start else 1.0))
    targets = examples.targets().astype(np.float32)
    made = hashlib.sha256(
        json.dumps([asdict(plan), examples.property, digest_of(plan.start)], sort_keys=True).encode()
    )
    for array in (
        targets,
        graphs.numbers,
        graphs.vectors,
        *(examples.parts[p] for p in ("train", "validation")),
    ):
        made.update(np.ascontiguousarray(array).tobytes())
    return Lesson(
        graphs, targets, examples.parts["train"], examples.parts["validation"], plan.epochs, plan.patience,
        plan.batch, rate, share, plan.seed, plan.device, made.hexdigest(),
    )  # fmt: skip


def _network(examples: Examples, plan: TrainingPlan, start: Start | None, member: int) -> PropertyNetwork:
    """Return a network with its first weights."""
    import torch  # noqa: PLC0415 - heavy import

    from nanoos_lab.ml.gnn.network import Shape  # noqa: PLC0415
    from nanoos_lab.ml.training.readout import Kind, PropertyNetwork  # noqa: PLC0415

    torch.manual_seed(plan.seed + member)
    sizes = dict(plan.options.get("shape", {})) if start is None else dict(start.shape)
    network = PropertyNetwork(Shape(**sizes), Kind.of(examples.property, logarithm=examples.logarithm))
    learnt = examples.targets()[examples.parts["train"]]
    network.prepare(float(learnt.mean()), float(learnt.std()) or 1.0, fresh=start is None)
    if start is not None:
        at = member % len(start.members)
        network.encoder.load_state_dict(start.members[at])
        if start.property == examples.property and start.heads[at]:
            network.load_state_dict(start.heads[at], strict=False)
    return network
