"""CHGNet as a predictor: one evaluation at the geometry as given, calibrated against DFT.

Its figures are in ``cards/chgnet.md``. CHGNet was trained on the Materials Project's trajectories and very
likely saw the structures that it is calibrated on; every value says so.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError, MissingExtraError, OutOfDomainError, UnknownNameError
from nanoos_lab.ml import domain, references
from nanoos_lab.ml.calibration import Calibration
from nanoos_lab.ml.stiffness import Stiffness, single_shot_stiffness
from nanoos_lab.potentials import chgnet
from nanoos_lab.properties import Method, Origin, PropertyEstimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml import Report

FILE = Path(__file__).parent / "data" / "chgnet_calibration.json"
CHUNK = 64
"""Structures that are evaluated between two reports of progress."""
SEEN = "CHGNet very likely saw the calibration structures in training: expect more error on new chemistry"
ELEMENT = "an elemental crystal: the calibration holds compounds only"
RECIPES = {
    "formation_energy": "energy as given minus elemental references",
    "energy": "energy as given",
    "bulk_modulus": "Birch-Murnaghan, scaled copies, nothing relaxed",
    "magnetization": "site moments as given",
}
FAR_OFF = 0.05
"""Offset of the volume beyond which a geometry counts as unrelaxed."""


@functools.cache
def calibrations() -> dict[str, Calibration]:
    """Return the calibrations by property."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {entry["property"]: Calibration(**entry) for entry in data["properties"]}


@functools.cache
def _data_digest() -> str:
    digest = hashlib.sha256()
    for path in (FILE, references.FILE, domain.FILE):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class _Subject:
    """One structure with what CHGNet says about it."""

    structure: Structure
    evaluation: chgnet.Evaluation

    @functools.cached_property
    def doubts(self) -> tuple[str, ...]:
        return domain.doubts(self.evaluation, self.structure.composition)

    @functools.cached_property
    def elemental(self) -> bool:
        return len(self.structure.composition.element_composition) == 1

    def state(
        self, name: str, value: float, note: str = "", *, calibrated: bool = True, in_domain: bool = True
    ) -> PropertyEstimate:
        known = calibrations().get(name) if calibrated else None
        outside = f"outside the domain of the calibration: {', '.join(self.doubts)}" if self.doubts else ""
        notes = (note, outside, SEEN if known else "no calibrated uncertainty for this value")
        return PropertyEstimate(
            property=name,
            value=value,
            uncertainty=known.half_width(value) if known else None,
            uncertainty_kind="conformal_90" if known else "none",
            origin=Origin.PREDICTED,
            method=Method(name="CHGNet", version=chgnet.VERSION, recipe=RECIPES[name]),
            in_domain=in_domain and not self.doubts,
            source=known.source if known else "",
            note="; ".join(n for n in notes if n),
        )

    def formation_energy(self) -> PropertyEstimate:
        value = references.formation_energy(self.evaluation.energy, self.structure.composition)
        note = ELEMENT if self.elemental else ""
        return self.state("formation_energy", value, note, calibrated=not self.elemental)

    def energy(self) -> PropertyEstimate:
        note = ELEMENT if self.elemental else ""
        return self.state("energy", self.evaluation.energy, note, calibrated=not self.elemental)

    def bulk_modulus(self) -> PropertyEstimate:
        answer = single_shot_stiffness(self.structure, total_energies)
        near = abs(answer.volume_offset) <= FAR_OFF
        note = "" if near else _unrelaxed(answer)
        return self.state("bulk_modulus", answer.bulk_modulus, note, in_domain=near)

    def magnetization(self) -> PropertyEstimate:
        moments = self.evaluation.magmoms
        value = 0.0 if moments is None else float(np.abs(moments).mean())
        return self.state("magnetization", value)


def _unrelaxed(answer: Stiffness) -> str:
    return f"the given volume is {-answer.volume_offset:+.1%} off CHGNet's minimum: relax the structure first"


def total_energies(structures: Sequence[Structure]) -> NDArray[np.float64]:
    """Return CHGNet's total energies in eV, shape (n,).

    Args:
        structures: Crystals that CHGNet can know.
    """
    answers = chgnet.evaluate(structures, "e")
    return np.array([a.energy * len(s) for a, s in zip(answers, structures, strict=True)])


class CHGNetPredictor:
    """Formation energy, energy, bulk modulus and magnetization by CHGNet 0.3.0."""

    name = "chgnet"
    version = chgnet.VERSION
    synthetic = False
    card = Path(__file__).parent / "cards" / "chgnet.md"
    """Its model card, Markdown."""
    properties: tuple[str, ...] = ("formation_energy", "energy", "bulk_modulus", "magnetization")

    def available(self) -> str | None:
        """Return None where torch and chgnet are installed, else the line that installs them."""
        missing = chgnet.missing_package()
        return None if missing is None else str(MissingExtraError(missing, "ml", "CHGNet"))

    def identity(self) -> Mapping[str, Any]:
        """Return the hashes of weights and calibration and the versions, without importing torch."""
        return {**chgnet.identity(), "calibration_sha256": _data_digest()}

    def check(self, structure: Structure) -> None:
        """Refuse what CHGNet cannot know.

        Args:
            structure: The crystal in question.
        """
        chgnet.check(structure)

    def predict(
        self,
        structures: Sequence[Structure],
        properties: Sequence[str] | None = None,
        progress: Report | None = None,
    ) -> list[tuple[PropertyEstimate, ...]]:
        """State properties of structures.

        Args:
            structures: The crystals; each must pass :meth:`check`.
            properties: What to state; None for all, where one that a structure does not allow is left out.
            progress: Called with the done part and a line.

        Raises:
            InvalidInputError: A structure cannot be used.
            OutOfDomainError: A structure is outside what CHGNet knows.
        """
        wanted = self._wanted(properties)
        for index, structure in enumerate(structures):
            _check(structure, index, len(structures))
        done: list[tuple[PropertyEstimate, ...]] = []
        for first in range(0, len(structures), CHUNK):
            chunk = structures[first : first + CHUNK]
            for structure, answer in zip(chunk, chgnet.evaluate(chunk, "efsm"), strict=True):
                done.append(_state_all(_Subject(structure, answer), wanted, strict=properties is not None))
            if progress is not None:
                progress(len(done) / len(structures), f"{len(done)} of {len(structures)} predicted")
        return done

    def embed(self, structures: Sequence[Structure]) -> NDArray[np.float32]:
        """Return CHGNet's crystal features, shape (n, 64), as ``ml.embedding.Embedder`` asks.

        Args:
            structures: The crystals; each must pass :meth:`check`.
        """
        answers = chgnet.evaluate(structures, "e")
        return np.array([answer.embedding for answer in answers], dtype=np.float32)

    def _wanted(self, properties: Sequence[str] | None) -> tuple[str, ...]:
        for name in properties or ():
            if name not in self.properties:
                raise UnknownNameError("property of the predictor 'chgnet'", name, self.properties)
        return self.properties if properties is None else tuple(dict.fromkeys(properties))


def _check(structure: Structure, index: int, count: int) -> None:
    try:
        chgnet.check(structure)
    except (InvalidInputError, OutOfDomainError) as error:
        if count == 1:
            raise
        raise type(error)(f"structure {index} of {count}: {error}") from error


def _state_all(subject: _Subject, wanted: Sequence[str], *, strict: bool) -> tuple[PropertyEstimate, ...]:
    stated = []
    for name in wanted:
        try:
            stated.append(getattr(subject, name)())
        except OutOfDomainError:
            if strict:
                raise
    return tuple(stated)
