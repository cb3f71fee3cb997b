"""From the numbers of a model of matgl to statements: half widths, domain, and the words that belong to a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import OutOfDomainError
from nanoos_lab.ml.domain import Cloud
from nanoos_lab.ml.matgl import folder as folders
from nanoos_lab.potentials import matgl_folder
from nanoos_lab.properties import Method, Origin, PropertyEstimate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.matgl.model import Answers
    from nanoos_lab.ml.matgl.proof import Domain, MatGLCalibration

    FloatArray = NDArray[np.float64]

LEAST_CRYSTALS = 5
"""Calibration crystals with an element below which it counts as unknown."""
HASH_SHOWN = 12
"""Digits of a weight file's SHA-256 that make a version."""
UNCALIBRATED = "no calibrated uncertainty: see calibrate_matgl"


def statements(
    folder: Path, structures: Sequence[Structure], answers: Answers, wanted: Sequence[str], *, strict: bool
) -> list[tuple[PropertyEstimate, ...]]:
    """Make statements of a model's answers.

    Args:
        folder: The model's folder.
        structures: The crystals.
        answers: What it says of them.
        wanted: Which properties.
        strict: Whether a property that a crystal does not allow is an error; else it is left out.

    Raises:
        OutOfDomainError: A property cannot be stated of a crystal.
    """
    calibration = folders.calibration_of(folder)
    doubts = doubts_of(structures, answers, calibration.domain if calibration else None)
    stated: list[list[PropertyEstimate]] = [[] for _ in structures]
    for name in wanted:
        values = _values(name, structures, answers, calibration)
        known = calibration if calibration and calibration.property == name else None
        make = _maker(folder, name, known)
        for row, (value, doubt) in enumerate(zip(values, doubts, strict=True)):
            if np.isfinite(value):
                stated[row].append(make(float(value), doubt))
            elif strict:
                raise OutOfDomainError(
                    f"structure {row} of {len(structures)} ({structures[row].formula}): the calibration of "
                    f"{folder} knows no energy of one of its elements, so it has no {name} here"
                )
    return [tuple(row) for row in stated]


def _maker(
    folder: Path, name: str, calibration: MatGLCalibration | None
) -> Callable[[float, str], PropertyEstimate]:
    """Return what makes a statement of a value and the doubts about its crystal."""
    method = Method(
        name=matgl_folder.name_of(folder),
        version=matgl_folder.fingerprints(folder)["state.pt"][:HASH_SHOWN],
        recipe="at the geometry as given",
    )
    notes = _notes(folder)

    def make(value: float, doubt: str) -> PropertyEstimate:
        half = None
        if calibration:
            half = float(calibration.rule.half_widths(np.array([value]), np.zeros(1), np.zeros(1))[0])
        return PropertyEstimate(
            property=name,
            value=value,
            uncertainty=half,
            uncertainty_kind="none" if half is None else "conformal_90",
            origin=Origin.PREDICTED,
            method=method,
            in_domain=calibration is not None and not doubt,
            source=calibration.source if calibration else "",
            note="; ".join(filter(None, (*notes, doubt, "" if calibration else UNCALIBRATED))),
        )

    return make


def _values(
    name: str, structures: Sequence[Structure], answers: Answers, calibration: MatGLCalibration | None
) -> FloatArray:
    """Return values of a property, shape (n,): a potential's formation energy is counted from the elements."""
    if name != "formation_energy" or not calibration or not calibration.elements_ev:
        return answers.values
    counted = [counted_from(s, calibration.elements_ev) for s in structures]
    return np.asarray(answers.values - np.array(counted))


def counted_from(structure: Structure, elements_ev: dict[str, float]) -> float:
    """Return what a crystal's energy is counted from, eV/atom; NaN where an element is unknown.

    Args:
        structure: The crystal.
        elements_ev: Energy of each element, eV/atom.
    """
    parts = structure.composition.element_composition.fractional_composition.get_el_amt_dict()
    return sum(fraction * elements_ev.get(symbol, np.nan) for symbol, fraction in parts.items())


def _notes(folder: Path) -> tuple[str, ...]:
    """Return what a reader of every value must know."""
    if folders.describe(folder).kind == "potential":
        return ()
    references = folders.references_of(folder)
    return (references.note,) if references else ()


def doubts_of(structures: Sequence[Structure], answers: Answers, domain: Domain | None) -> list[str]:
    """Return why each crystal lies outside the domain, empty where it lies inside or nothing is known.

    Args:
        structures: The crystals.
        answers: What the model says of them.
        domain: What its calibration rows were.
    """
    if domain is None:
        return [""] * len(structures)
    distances = np.zeros(len(structures))
    if domain.mean and answers.vectors is not None:
        distances = Cloud(np.array(domain.mean), np.array(domain.whitening)).distance(
            np.asarray(answers.vectors, dtype=float)
        )
    found = []
    for structure, distance in zip(structures, distances, strict=True):
        reasons = [
            f"hardly any {symbol} crystal among the calibration rows"
            for symbol in structure.composition.element_composition.get_el_amt_dict()
            if domain.elements.get(symbol, 0) < LEAST_CRYSTALS
        ]
        if domain.mean and distance > domain.limit:
            reasons.append(
                f"its embedding is {distance:.1f} from the calibration rows' mean, beyond {domain.limit:.1f}"
            )
        found.append(f"outside the domain: {', '.join(reasons)}" if reasons else "")
    return found
