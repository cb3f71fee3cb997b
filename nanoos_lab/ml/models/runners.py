"""Who runs an architecture: the registry that a training or a plug-in adds to, and what a runner answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from nanoos_lab.errors import ModelFileError
from nanoos_lab.plugins import Registry
from nanoos_lab.potentials.domain import check_crystal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.models.manifest import Manifest

    FloatArray = NDArray[np.float64]

NEIGHBOUR_ANGSTROM = 5.0
"""Within which an atom must have a neighbour, where a runner does not check crystals itself."""


@dataclass(frozen=True)
class Answers:
    """What a model says of n crystals."""

    values: FloatArray
    """Its own numbers, logarithms where the manifest says so, shape (n, t)."""
    spreads: FloatArray | None = None
    """Standard deviations over its members, shape (n, t); None where it is one network."""
    nonmetal: FloatArray | None = None
    """Probabilities of being a nonmetal, shape (n,), where it knows them."""
    states: NDArray[np.float32] | None = None
    """Embeddings, shape (n, d), where it gives them."""


class Runner(Protocol):
    """What runs a model. Three more methods are used where there are any.

    ``check(structure, who)`` refuses a crystal, as ``Predictor.check`` does; ``embed(structures)`` returns float32 of
    shape (n, d), the manifest's ``embedding`` being d; ``answer(structures)`` returns :class:`Answers` in one pass,
    in place of ``predict_targets``.
    """

    def predict_targets(self, structures: Sequence[Structure]) -> FloatArray:
        """Return the model's own numbers in the manifest's order, shape (n, targets).

        Args:
            structures: The crystals, at least one.
        """


RUNNERS: Registry[Callable[[Path, Manifest], Runner]] = Registry("runners", "architecture")
"""By architecture: a class, or a function of the model's folder and manifest. Attributes ``packages`` (import names
that it needs) and ``extra`` (what installs them) are asked before it is made."""


def missing(architecture: str) -> tuple[str, str] | None:
    """Return the first package that an architecture lacks here with the extra that brings it.

    Args:
        architecture: A name of ``RUNNERS``.
    """
    from importlib.util import find_spec  # noqa: PLC0415 - rarely asked

    factory = RUNNERS.get(architecture)
    for package in getattr(factory, "packages", ()):
        if find_spec(package) is None:
            return package, str(getattr(factory, "extra", "ml"))
    return None


def check_structure(runner: Any, structure: Structure, who: str) -> None:  # noqa: ANN401 - may have more methods
    """Refuse a crystal that a runner cannot know.

    Args:
        runner: The runner.
        structure: The crystal in question.
        who: The model's name, for messages.
    """
    if hasattr(runner, "check"):
        runner.check(structure, who)
    else:
        check_crystal(structure, who=who, elements=None, cutoff_angstrom=NEIGHBOUR_ANGSTROM)


def answers_of(runner: Any, structures: Sequence[Structure], manifest: Manifest, path: Path) -> Answers:  # noqa: ANN401
    """Ask a runner.

    Args:
        runner: The runner.
        structures: The crystals, at least one.
        manifest: The model's.
        path: Where the model lies, for messages.

    Raises:
        ModelFileError: The numbers are not of the manifest's form.
    """
    if hasattr(runner, "answer"):
        found: Answers = runner.answer(structures)
    else:
        values = np.asarray(runner.predict_targets(structures), dtype=np.float64)
        states = runner.embed(structures) if manifest.embedding and hasattr(runner, "embed") else None
        found = Answers(values, states=states)
    wanted = (len(structures), len(manifest.targets))
    if found.values.shape != wanted:
        raise ModelFileError(
            path,
            f"it answers with numbers of shape {found.values.shape} where {wanted} belong to its manifest",
        )
    given = None if found.states is None else found.states.shape
    if manifest.embedding and given != (len(structures), manifest.embedding):
        raise ModelFileError(
            path,
            f"it embeds with shape {given} where its manifest says {manifest.embedding} numbers a crystal",
        )
    return found
