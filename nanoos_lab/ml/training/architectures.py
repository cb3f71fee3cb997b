"""What can be trained: a table of architectures, and what one must do to be in it.

The task ``train`` does all that training has in common: rows and their parts, curves, metrics, intervals, the
domain, reference predictions, the packed model. An architecture does the rest: it learns, and leaves files from
which its runner (``nanoos_lab.ml.models``) answers. So the figures of a model are those of what is served, never
of something that only training saw.

Adding one takes a class with the members of :class:`Architecture` and a line in :data:`ARCHITECTURES`, or, in
another package, an entry point ``nanoos_lab.architectures``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from nanoos_lab.plugins import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

PARTS = ("train", "validation", "calibration", "test")
"""Of the rows: to learn from, to stop by, to measure intervals on, to judge by."""


@dataclass(frozen=True)
class Examples:
    """What a model learns from and is judged by: n crystals with one value each."""

    property: str
    """A name of the vocabulary."""
    structures: Sequence[Structure]
    """Ordered crystals."""
    values: FloatArray
    """In the vocabulary's unit, shape (n,)."""
    parts: Mapping[str, IntArray]
    """Positions of the rows of each of :data:`PARTS`; every row is in one of them."""
    logarithm: bool = False
    """Whether the model states, and learns, the logarithm to the base 10 of the value."""

    def targets(self) -> FloatArray:
        """Return what is learnt, shape (n,): the values, or their logarithms to the base 10."""
        return np.log10(self.values) if self.logarithm else self.values

    def to_values(self, targets: FloatArray) -> FloatArray:
        """Return values in the vocabulary's unit of what a model states.

        Args:
            targets: As of :meth:`targets`, any shape.
        """
        return (
            10.0 ** np.asarray(targets, dtype=float) if self.logarithm else np.asarray(targets, dtype=float)
        )


@dataclass(frozen=True)
class TrainingPlan:
    """How to learn; None leaves the choice to the architecture."""

    start: str = ""
    """What to begin from: nothing for random weights, the name of a shipped model, or the path of a model file or
    folder of the same architecture."""
    epochs: int = 200
    """Passes over the training rows at most; the learning rate is planned for as many."""
    patience: int = 40
    """Passes without a better validation error after which a member ends."""
    batch: int = 32
    """Crystals in a step."""
    rate: float | None = None
    """Largest learning rate."""
    members: int = 1
    """Networks that answer as one, alike but for their seed."""
    seed: int = 0
    """Of first weights and of the order of rows; a member adds its number."""
    device: str = "cpu"
    """Where torch computes, such as ``cpu`` or ``cuda``; never ``auto``."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the architecture, by name, such as the sizes of its network."""


@dataclass(frozen=True)
class Epoch:
    """What one pass of one member came to."""

    member: int
    """From 0."""
    epoch: int
    """From 0."""
    epochs: int
    """Passes at most."""
    loss: float
    """Mean training loss, as the architecture counts it."""
    validation: float
    """Mean absolute error of the validation rows, of the targets."""
    rate: float
    """Learning rate at the end of it."""
    best: bool
    """Whether no pass of this member had a smaller validation error."""


@runtime_checkable
class Architecture(Protocol):
    """A kind of model that can be trained.

    Example:
        >>> from nanoos_lab.ml.training.architectures import get_architecture
        >>> get_architecture("nanoos-gnn").extra
        'train'
    """

    name: str
    """As in ``model.json``, and in the table of runners (``nanoos_lab.ml.models.RUNNERS``)."""
    extra: str
    """The extra of nanoos-lab that brings what training it needs."""

    def available(self) -> str | None:
        """Return None where it can be trained here, else the reason and the line that installs what is missing."""

    def identity(self, plan: TrainingPlan) -> Mapping[str, Any]:
        """Return what the result depends on besides rows and plan, as JSON; cheap, for it is asked at each submit.

        Hashes of the weights to begin from belong to it, and versions of what computes.

        Args:
            plan: How it is going to learn.

        Raises:
            InvalidInputError: ``plan.start`` is nothing to begin from; the message says what is.
        """

    def base(self, start: str) -> str | None:
        """Return the name by which ``get_predictor`` gives what training begins from, or None where it gives nothing.

        Where that predictor states the property, the task judges it on the same rows as the trained model.

        Args:
            start: As in :class:`TrainingPlan`.
        """

    def check(self, structure: Structure) -> None:
        """Refuse a crystal that it cannot learn from.

        Args:
            structure: The crystal in question.

        Raises:
            InvalidInputError: The message says why.
        """

    def train(
        self, examples: Examples, plan: TrainingPlan, folder: Path, report: Callable[[Epoch], None]
    ) -> Mapping[str, Path]:
        """Learn, and return the files that the runner of this architecture answers from.

        It learns from ``examples.parts["train"]`` and stops by ``examples.parts["validation"]``; it must not look at
        the values of the other parts. With the same arguments it comes to the same weights.

        Killed at any time and called again with the same arguments and folder, it goes on from what it left there,
        and ends where an uninterrupted training does; then ``report`` may be told again of passes that were told
        already. What lies in the folder is written whole or not at all, is read without pickles, and anything
        damaged or of another plan is passed over.

        Args:
            examples: The rows.
            plan: How.
            folder: A folder of its own, for its checkpoints and for the files that it returns.
            report: Is told of each pass.

        Returns:
            Files by the name they have inside the model's folder: ``.json``, ``.onnx``, ``.safetensors`` or ``.md``,
            at least one with the weights. ``model.json`` is written by the task.
        """


ARCHITECTURES: Registry[Callable[[], Architecture]] = Registry("architectures", "architecture")
"""Classes, or functions without arguments, that make an architecture."""


def get_architecture(name: str) -> Architecture:
    """Return an architecture.

    Args:
        name: Its name.

    Raises:
        UnknownNameError: No such architecture; close matches are suggested.
        PluginError: It exists but could not be loaded.
    """
    return ARCHITECTURES.get(name)()
