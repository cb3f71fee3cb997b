"""From a model's numbers to statements: unit, interval, domain, and the words that belong to a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.ml.conformal import factor_words
from nanoos_lab.properties import Method, Origin, PropertyEstimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.models.manifest import Manifest, Target
    from nanoos_lab.ml.models.runners import Answers

    FloatArray = NDArray[np.float64]

LEAST_CRYSTALS = 10
"""Training crystals with an element below which it counts as unknown."""
_EVEN = 0.5


def state(
    structures: Sequence[Structure], answers: Answers, wanted: Sequence[str], manifest: Manifest
) -> list[tuple[PropertyEstimate, ...]]:
    """Make statements of a model's answers.

    Args:
        structures: The crystals.
        answers: What the model says of them.
        wanted: Which properties.
        manifest: The model's.
    """
    doubts = doubts_of(structures, answers, manifest)
    columns = [
        _column(at, target, answers, manifest, doubts)
        for at, target in enumerate(manifest.targets)
        if target.property in wanted
    ]
    return [tuple(column[row] for column in columns) for row in range(len(structures))]


def _column(
    at: int, target: Target, answers: Answers, manifest: Manifest, doubts: Sequence[str | None]
) -> list[PropertyEstimate]:
    numbers = answers.values[:, at]
    shown = natural(numbers, target)
    halves = _halves(at, target, answers, manifest)
    method = Method(name=manifest.name, version=manifest.version, recipe="at the geometry as given")
    made = []
    for row, value in enumerate(shown):
        doubt = doubts[row]
        notes = (
            _kind(target, answers, row),
            manifest.notes.get(target.property, ""),
            "" if halves is None or not target.logarithm else factor_words(value, halves[row], target.unit),
            doubt or "",
        )
        made.append(
            PropertyEstimate(
                property=target.property,
                value=float(value),
                uncertainty=None if halves is None else float(halves[row]),
                uncertainty_kind="none" if halves is None else "conformal_90",
                origin=Origin.PREDICTED,
                method=method,
                in_domain=None if doubt is None else not doubt,
                synthetic=manifest.synthetic,
                source=manifest.source,
                note="; ".join(n for n in notes if n),
            )
        )
    return made


def natural(numbers: FloatArray, target: Target) -> FloatArray:
    """Return a target's numbers in the property's unit.

    Args:
        numbers: The model's own.
        target: Which.
    """
    return np.asarray(10.0**numbers if target.logarithm else numbers)


def _halves(at: int, target: Target, answers: Answers, manifest: Manifest) -> FloatArray | None:
    """Return half widths of the 90 % intervals in the property's unit, shape (n,); None without a rule."""
    rule = manifest.intervals.get(target.property)
    if rule is None:
        return None
    numbers = answers.values[:, at]
    spreads = np.zeros(len(numbers)) if answers.spreads is None else answers.spreads[:, at]
    nonmetal = np.full(len(numbers), _EVEN) if answers.nonmetal is None else answers.nonmetal
    halves = rule.half_widths(numbers, spreads, nonmetal)
    return 10.0**numbers * (10.0**halves - 1.0) if target.logarithm else halves


def _kind(target: Target, answers: Answers, row: int) -> str:
    if target.property != "band_gap" or answers.nonmetal is None:
        return ""
    nonmetal = float(answers.nonmetal[row])
    return f"{'nonmetal' if nonmetal >= _EVEN else 'metal'} with a probability of {max(nonmetal, 1 - nonmetal):.0%}"


def doubts_of(structures: Sequence[Structure], answers: Answers, manifest: Manifest) -> list[str | None]:
    """Return why each crystal lies outside the domain: empty where it lies inside, None where nothing is known.

    Args:
        structures: The crystals.
        answers: What the model says of them.
        manifest: The model's.
    """
    domain = manifest.domain
    if not (domain.elements or manifest.elements or domain.mean):
        return [None] * len(structures)
    cloud = domain.cloud
    distances: list[float | None] = [None] * len(structures)
    if cloud is not None and answers.states is not None:
        distances = [float(d) for d in cloud.distance(answers.states.astype(np.float64))]
    found: list[str | None] = []
    for structure, distance in zip(structures, distances, strict=True):
        reasons = [
            f"hardly any {symbol} crystal among the training data"
            for symbol in sorted({e.symbol for e in structure.composition.element_composition})
            if not _known(symbol, manifest)
        ]
        if distance is not None and domain.limit is not None and distance > domain.limit:
            reasons.append(
                f"its embedding is {distance:.1f} from the training data's mean, beyond {domain.limit:.1f}"
            )
        found.append(f"outside the domain: {', '.join(reasons)}" if reasons else "")
    return found


def _known(symbol: str, manifest: Manifest) -> bool:
    if manifest.domain.elements:
        return manifest.domain.elements.get(symbol, 0) >= LEAST_CRYSTALS
    return not manifest.elements or symbol in manifest.elements
