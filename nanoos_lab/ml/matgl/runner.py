"""Who answers from a model file with a network of matgl: weights as safetensors, sizes as JSON, no pickles.

``network.json`` holds what the networks are made of and how their outputs become targets::

    {"architecture": "MEGNet", "members": 1, "arguments": {"cutoff": 4.0, ...}, "mean": -1.6, "scatter": 1.1}

``weights.safetensors`` holds their weights, those of member k with the prefix ``k.``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from nanoos_lab.errors import ModelFileError
from nanoos_lab.potentials.chgnet import known_elements
from nanoos_lab.potentials.domain import check_crystal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.matgl.model import Answers as Said
    from nanoos_lab.ml.matgl.model import Loaded
    from nanoos_lab.ml.models.manifest import Manifest
    from nanoos_lab.ml.models.runners import Answers

NETWORK = "network.json"
WEIGHTS = "weights.safetensors"


class NetworkFile(BaseModel):
    """What the weights belong to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str
    """Name of matgl's class."""
    members: int = Field(1, ge=1)
    arguments: dict[str, Any]
    """What matgl's class is made of; plain values."""
    mean: FiniteFloat = 0.0
    """Added to an output, after it was multiplied by ``scatter``."""
    scatter: FiniteFloat = 1.0


@dataclass
class _Scaled:
    """How an output becomes a target, in the form of matgl's transformers."""

    mean: float
    scatter: float

    def inverse_transform(self, data: Any) -> Any:  # noqa: ANN401 - a tensor
        return data * self.scatter + self.mean


class MatGLRunner:
    """Answers from a model file with networks of matgl.

    Args:
        folder: Where the model's files lie.
        manifest: What is said of it.

    Raises:
        ModelFileError: The files cannot be understood, or are of another architecture.
    """

    packages = ("torch", "matgl", "safetensors")
    extra = "matgl"
    architecture: ClassVar[str]

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        try:
            self.network = NetworkFile.model_validate_json((folder / NETWORK).read_bytes())
        except (OSError, ValidationError) as error:
            raise ModelFileError(
                folder, f"{NETWORK} cannot be understood: {str(error).splitlines()[0]}"
            ) from None
        if self.network.architecture != self.architecture:
            raise ModelFileError(
                folder,
                f"{NETWORK} is of a {self.network.architecture}, and the manifest says {self.architecture}",
            )

    @functools.cached_property
    def members(self) -> list[Loaded]:
        """The networks with their weights."""
        from safetensors.torch import load_file  # noqa: PLC0415 - seconds to import

        from nanoos_lab.ml.matgl.model import Loaded, Parts, converter_of, filled  # noqa: PLC0415

        weights = load_file(self.folder / WEIGHTS)
        scaled = _Scaled(self.network.mean, self.network.scatter)
        made = []
        for member in range(self.network.members):
            prefix = f"{member}."
            state = {n.removeprefix(prefix): w for n, w in weights.items() if n.startswith(prefix)}
            parts = Parts(self.architecture, self.network.arguments, state, None)
            model = filled(parts, f"{self.folder}/{WEIGHTS}, member {member}")
            made.append(Loaded(model, converter_of(model), scaled))
        return made

    def check(self, structure: Structure, who: str) -> None:
        """Refuse a crystal that the networks cannot know.

        Args:
            structure: The crystal in question.
            who: The model's name, for messages.
        """
        elements = self.network.arguments.get("element_types") or known_elements()
        cutoff = float(self.network.arguments["cutoff"])
        check_crystal(structure, who=who, elements=frozenset(elements), cutoff_angstrom=cutoff)

    def predict_targets(self, structures: Sequence[Structure]) -> NDArray[np.float64]:
        """Return targets, shape (n, 1).

        Args:
            structures: The crystals, at least one.
        """
        return np.asarray(np.mean([said.values for said in self._said(structures)], axis=0)[:, None])

    def embed(self, structures: Sequence[Structure]) -> NDArray[np.float32]:
        """Return the vectors that the first member reads its output from, shape (n, d).

        Args:
            structures: The crystals, at least one.
        """
        vectors = self._said(structures, count=1)[0].vectors
        return np.zeros((len(structures), 0), dtype=np.float32) if vectors is None else vectors

    def answer(self, structures: Sequence[Structure]) -> Answers:
        """Return targets, how far members differ, and embeddings where the manifest counts on them.

        Args:
            structures: The crystals, at least one.
        """
        from nanoos_lab.ml.models.runners import Answers  # noqa: PLC0415 - the rooms know each other

        for structure in structures:
            self.check(structure, self.manifest.name)
        said = self._said(structures)
        values = np.array([s.values for s in said])
        spreads = values.std(axis=0)[:, None] if len(said) > 1 else None
        states = said[0].vectors if self.manifest.embedding else None
        return Answers(values.mean(axis=0)[:, None], spreads, states=states)

    def _said(self, structures: Sequence[Structure], count: int | None = None) -> list[Said]:
        from nanoos_lab.ml.matgl.model import ask  # noqa: PLC0415 - torch takes seconds

        return [ask(member, structures) for member in self.members[:count]]


class MEGNetRunner(MatGLRunner):
    """Answers from a model file of the architecture ``megnet``."""

    architecture = "MEGNet"


class M3GNetRunner(MatGLRunner):
    """Answers from a model file of the architecture ``m3gnet``."""

    architecture = "M3GNet"
