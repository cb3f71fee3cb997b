"""Models of matgl as predictors: ``matgl:/whole/path`` or ``matgl:NAME``.

Nothing is downloaded, weights are read without running anything that they say, and a model that misses its
reference predictions, or has none, is refused. Importing this module imports neither torch nor matgl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import (
    CalculatorError,
    InvalidInputError,
    MissingExtraError,
    NanoOSError,
    OutOfDomainError,
    UnknownNameError,
)
from nanoos_lab.ml.matgl import folder as folders
from nanoos_lab.ml.matgl.statements import HASH_SHOWN, statements
from nanoos_lab.potentials import matgl, matgl_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml import Report
    from nanoos_lab.ml.matgl.model import Answers
    from nanoos_lab.properties import PropertyEstimate

CHUNK = 256
"""Crystals that are asked about between two reports of progress."""


class MatGLPredictor:
    """What one folder of matgl states.

    Args:
        model: Whole path of the folder, or its name in a folder of ``NANOOS_MODELS``, of the person's own models or
            of matgl's cache.
    """

    synthetic = False

    def __init__(self, model: str) -> None:
        self.model = model
        self.name = f"matgl:{model}"

    @property
    def folder(self) -> Path:
        """The model's folder, looked for each time: it may be put in place while a session runs."""
        return folders.find(self.model)

    @property
    def version(self) -> str:
        """The first digits of the weights' SHA-256; empty where there are none yet."""
        try:
            return matgl_folder.fingerprints(self.folder)["state.pt"][:HASH_SHOWN]
        except NanoOSError:
            return ""

    @property
    def properties(self) -> tuple[str, ...]:
        """What its files say that it states; nothing where they do not."""
        folder = self.folder
        calibration = folders.calibration_of(folder)
        if folders.describe(folder).kind == "potential":
            return ("formation_energy", "energy") if calibration and calibration.elements_ev else ("energy",)
        references = folders.references_of(folder)
        return (references.property,) if references else ()

    def available(self) -> str | None:
        """Return None where matgl is installed and the model is here and has references, else what to do."""
        if missing := matgl_folder.missing_package():
            return str(MissingExtraError(missing, "matgl", "a model of matgl"))
        try:
            folder = self.folder
            folders.calibration_of(folder)
            return matgl_folder.withdrawn(folder) or folders.unproven(folder)
        except NanoOSError as error:
            return str(error)

    def identity(self) -> Mapping[str, Any]:
        """Return the hashes of all its files and the versions of the packages, without importing them."""
        return folders.identity(self.folder)

    def check(self, structure: Structure) -> None:
        """Refuse what the model cannot know.

        Args:
            structure: The crystal in question.
        """
        folders.check(self.folder, structure)

    def predict(
        self,
        structures: Sequence[Structure],
        properties: Sequence[str] | None = None,
        progress: Report | None = None,
    ) -> list[tuple[PropertyEstimate, ...]]:
        """State properties of structures.

        Args:
            structures: The crystals; each must pass :meth:`check`.
            properties: What to state; None for all.
            progress: Called with the done part and a line.

        Raises:
            UnknownNameError: A property is not among its own.
            CalculatorError: The model is not proven to be itself.
        """
        wanted = self._wanted(properties)
        folder, done = self.folder, []
        for first in range(0, len(structures), CHUNK):
            chunk = structures[first : first + CHUNK]
            answers = self._ask(folder, chunk, first, len(structures))
            done += statements(folder, chunk, answers, wanted, strict=properties is not None)
            if progress is not None:
                progress(len(done) / len(structures), f"{len(done)} of {len(structures)} predicted")
        return done

    def _wanted(self, properties: Sequence[str] | None) -> tuple[str, ...]:
        known = self.properties
        for name in properties or ():
            if name not in known:
                raise UnknownNameError(f"property of the predictor {self.name!r}", name, known)
        return known if properties is None else tuple(dict.fromkeys(properties))

    def _ask(self, folder: Path, chunk: Sequence[Structure], first: int, count: int) -> Answers:
        for index, structure in enumerate(chunk, start=first):
            try:
                folders.check(folder, structure)
            except (InvalidInputError, OutOfDomainError) as error:
                if count == 1:
                    raise
                raise type(error)(f"structure {index} of {count}: {error}") from error
        return self._answers(folder, chunk)

    def _answers(self, folder: Path, chunk: Sequence[Structure]) -> Answers:
        from nanoos_lab.ml.matgl import model  # noqa: PLC0415 - nothing heavy at import

        return model.ask(model.load(folder), chunk)


class MatGLPropertyPredictor(MatGLPredictor):
    """A model of one property, which also gives the vectors that it reads the property from."""

    def embed(self, structures: Sequence[Structure]) -> NDArray[np.float32]:
        """Return the vectors that the property is read from, shape (n, d), as ``ml.embedding.Embedder`` asks.

        Args:
            structures: The crystals; each must pass :meth:`check`.

        Raises:
            InvalidInputError: The model adds up sites and has no such vector.
        """
        if not structures:
            return np.zeros((0, 0), dtype=np.float32)
        vectors = self._ask(self.folder, structures, 0, len(structures)).vectors
        if vectors is None:
            raise InvalidInputError(f"{self.name} adds up sites and has no vector of a whole crystal")
        return vectors


class MatGLPotentialPredictor(MatGLPredictor):
    """A potential: its energy, and the formation energy where its calibration holds the elements' energies."""

    def _answers(self, folder: Path, chunk: Sequence[Structure]) -> Answers:
        from nanoos_lab.ml.matgl.model import Answers  # noqa: PLC0415

        if reason := matgl_folder.withdrawn(folder) or folders.unproven(folder):
            raise CalculatorError(reason)
        loaded = matgl.load(folder)
        return Answers(np.array([matgl.evaluate(loaded, s).energy / len(s) for s in chunk]), None)


def matgl_predictor(model: str) -> MatGLPredictor:
    """Return the predictor of a folder: of a property, or of a potential's energies.

    Args:
        model: As of :class:`MatGLPredictor`.

    Raises:
        InvalidInputError: The folder holds no model that can be asked.
        UnknownNameError: No folder has this name; the message says where it was looked for.
    """
    potential = folders.describe(folders.find(model)).kind == "potential"
    return (MatGLPotentialPredictor if potential else MatGLPropertyPredictor)(model)
