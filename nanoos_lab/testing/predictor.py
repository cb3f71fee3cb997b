"""Does a predictor hold together: form, vocabulary, batches equal single answers, refusals clear."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.ml import Predictor
from nanoos_lab.properties import VOCABULARY, Origin
from nanoos_lab.testing.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import PropertyEstimate


def check_predictor(
    predictor: Predictor, structures: Sequence[Structure], *, tolerance: float = 2e-3
) -> float:
    """Check a predictor on some crystals.

    Args:
        predictor: The predictor.
        structures: At least two crystals inside its domain.
        tolerance: Allowed relative difference between answers in a batch, alone and with sites reordered.

    Returns:
        The largest such difference that was measured.

    Raises:
        ConformanceError: Something does not hold; the message lists everything.
    """
    findings = Findings(f"predictor {getattr(predictor, 'name', predictor)!r}")
    findings.expect(isinstance(predictor, Predictor), "a member of nanoos_lab.ml.Predictor is missing")
    findings.conclude()
    _check_form(predictor, findings)
    findings.conclude()
    batch = predictor.predict(structures)
    findings.expect(len(batch) == len(structures), f"{len(batch)} answers for {len(structures)} structures")
    for answers in batch:
        _check_answers(predictor, answers, findings)
    alone = [predictor.predict([s])[0] for s in structures]
    turned = predictor.predict([_reordered(s) for s in structures])
    worst = max(_difference(a, b) for others in (alone, turned) for a, b in zip(batch, others, strict=False))
    findings.expect(worst <= tolerance, f"a batch, a single answer and reordered sites differ by {worst:.2g}")
    _check_selection(predictor, structures[0], findings)
    findings.conclude()
    return worst


def _check_form(predictor: Predictor, findings: Findings) -> None:
    problem = predictor.available()
    findings.expect(problem is None, f"it is not available: {problem}")
    findings.identity(predictor.identity)
    findings.expect(predictor.properties, "it states no property")
    for name in predictor.properties:
        findings.expect(
            name in VOCABULARY, f"{name!r} is not in the vocabulary nanoos_lab.properties.VOCABULARY"
        )
    findings.refusals(predictor.check)


def _check_answers(predictor: Predictor, answers: Sequence[PropertyEstimate], findings: Findings) -> None:
    for e in answers:
        findings.expect(e.property in predictor.properties, f"it states {e.property!r} without announcing it")
        findings.expect(math.isfinite(e.value), f"{e.property} is {e.value}")
        findings.expect(e.origin is Origin.PREDICTED, f"{e.property} has origin {e.origin}, not predicted")
        findings.expect(e.synthetic == predictor.synthetic, f"{e.property} hides whether it is synthetic")
        findings.expect(e.in_domain is not None, f"{e.property} does not say whether it is in domain")


def _check_selection(predictor: Predictor, structure: Structure, findings: Findings) -> None:
    chosen = predictor.properties[-1:]
    stated = {e.property for e in predictor.predict([structure], chosen)[0]}
    findings.expect(stated == set(chosen), f"asked for {chosen}, it states {sorted(stated)}")
    try:
        predictor.predict([structure], ("no_such_property",))
    except (UnknownNameError, InvalidInputError):
        return
    findings.expect(False, "it takes a property that does not exist")


def _reordered(structure: Structure) -> Structure:
    return type(structure).from_sites(list(structure)[::-1])


def _difference(one: Sequence[PropertyEstimate], other: Sequence[PropertyEstimate]) -> float:
    """Return the largest relative difference, infinite where the properties differ."""
    if [e.property for e in one] != [e.property for e in other]:
        return math.inf
    return max(
        (abs(a.value - b.value) / max(abs(a.value), 1.0) for a, b in zip(one, other, strict=True)),
        default=0.0,
    )
