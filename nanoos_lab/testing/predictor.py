"""Does a predictor hold together: form, vocabulary, batches equal single answers, honest doubt, proof of identity."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import CalculatorError, InvalidInputError, UnknownNameError
from nanoos_lab.ml import Predictor
from nanoos_lab.properties import VOCABULARY, Origin
from nanoos_lab.testing.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import PropertyEstimate

_TWO = 2
_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")


def check_predictor(
    predictor: Predictor,
    structures: Sequence[Structure],
    *,
    tolerance: float = 2e-3,
    changed: Callable[[], Predictor] | None = None,
    exact_contributions: bool = True,
) -> float:
    """Check a predictor on some crystals.

    Its vectors are checked where it has a method ``embed``, and what sites add where it has ``contributions``.

    Args:
        predictor: The predictor.
        structures: At least two crystals inside its domain.
        tolerance: Allowed relative difference between answers in a batch, alone and with sites reordered.
        changed: Makes the same predictor with other weights, or with some of its weights changed: it must refuse to
            answer, and say what it found and what is right: a prediction and the recorded one, or the file's SHA-256
            and the recorded one. Leave it out only where there are no weights.
        exact_contributions: Whether what sites add must come to the first property.

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
    _check_progress(predictor, structures, findings)
    _check_embedding(predictor, structures, findings, tolerance)
    _check_contributions(
        predictor, structures, findings, batch if exact_contributions else None, tolerance=tolerance
    )
    if changed is not None:
        _check_proof(changed, structures[0], findings)
    findings.conclude()
    return worst


def _check_form(predictor: Predictor, findings: Findings) -> None:
    problem = predictor.available()
    findings.expect(problem is None, f"it is not available: {problem}")
    findings.identity(predictor.identity)
    findings.expect(predictor.properties, "it states no property")
    findings.expect(predictor.name and predictor.version, "it has no name or no version")
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
        _check_doubt(e, findings)


def _check_doubt(e: PropertyEstimate, findings: Findings) -> None:
    """An uncertainty is calibrated and says on what, or is explicitly none and says so."""
    if e.uncertainty is None:
        findings.expect(
            e.synthetic or e.note, f"{e.property} has no uncertainty, and no note says that it has none"
        )
        return
    findings.expect(
        math.isfinite(e.uncertainty) and e.uncertainty > 0, f"{e.property} is given ± {e.uncertainty}"
    )
    findings.expect(
        e.synthetic or e.source, f"{e.property} has an uncertainty, and no source says on which data it rests"
    )


def _check_selection(predictor: Predictor, structure: Structure, findings: Findings) -> None:
    chosen = predictor.properties[-1:]
    stated = {e.property for e in predictor.predict([structure], chosen)[0]}
    findings.expect(stated == set(chosen), f"asked for {chosen}, it states {sorted(stated)}")
    try:
        predictor.predict([structure], ("no_such_property",))
    except (UnknownNameError, InvalidInputError):
        return
    findings.expect(False, "it takes a property that does not exist")


def _check_progress(predictor: Predictor, structures: Sequence[Structure], findings: Findings) -> None:
    parts: list[float] = []
    predictor.predict(structures, progress=lambda part, _line: None if part is None else parts.append(part))
    findings.expect(
        parts == sorted(parts) and all(0.0 <= p <= 1.0 for p in parts),
        f"it reports the done parts {parts[:5]}, which do not rise from 0 to 1",
    )


def _check_embedding(
    predictor: Any,  # noqa: ANN401 - may have more methods than the form asks
    structures: Sequence[Structure],
    findings: Findings,
    tolerance: float,
) -> None:
    if not hasattr(predictor, "embed"):
        return
    vectors = np.asarray(predictor.embed(structures))
    if vectors.ndim != _TWO or len(vectors) != len(structures) or not vectors.shape[1]:
        findings.expect(False, f"embed() gives the shape {vectors.shape} for {len(structures)} structures")
        return
    findings.expect(vectors.dtype == np.float32, f"embed() gives {vectors.dtype}, not float32")
    findings.expect(
        np.isfinite(vectors).all() and np.linalg.norm(vectors, axis=1).all(),
        "embed() gives a vector that is zero or not finite, which points nowhere",
    )
    alone = np.concatenate([predictor.embed([_reordered(s)]) for s in structures])
    norms = np.linalg.norm(vectors, axis=1)
    worst = float((np.linalg.norm(alone - vectors, axis=1) / np.maximum(norms, 1e-30)).max())
    findings.expect(
        worst <= tolerance,
        f"embed() differs by {worst:.2g} between a batch and single structures with reordered sites",
    )
    findings.expect(
        len(np.unique(vectors, axis=0)) == len(vectors), "embed() places different structures alike"
    )


def _check_contributions(
    predictor: Any,  # noqa: ANN401 - may have more methods than the form asks
    structures: Sequence[Structure],
    findings: Findings,
    batch: Sequence[Sequence[PropertyEstimate]] | None,
    *,
    tolerance: float,
) -> None:
    if not hasattr(predictor, "contributions"):
        return
    try:
        parts = predictor.contributions(structures)
    except InvalidInputError:  # a family of models, of which this one cannot tell
        return
    shapes = [np.shape(part) for part in parts]
    wanted = [(len(s),) for s in structures]
    findings.expect(shapes == wanted, f"contributions() gives the shapes {shapes}, not {wanted}")
    if batch is None or shapes != wanted:
        return
    name = predictor.properties[0]
    for structure, part, answers in zip(structures, parts, batch, strict=True):
        value = next((e.value for e in answers if e.property == name), math.nan)
        missing = abs(float(np.sum(part)) - value)
        findings.expect(
            missing <= tolerance * max(1.0, abs(value)),
            f"contributions() of {structure.formula} come to {float(np.sum(part)):.4f}, not to {name} = {value:.4f}",
        )


def _check_proof(changed: Callable[[], Predictor], structure: Structure, findings: Findings) -> None:
    """With other weights it refuses to answer and says what it found and what is right: two numbers or two hashes."""
    try:
        changed().predict([structure])
    except CalculatorError as error:
        numbers, hashes = re.findall(r"-?\d+\.\d+", str(error)), set(_SHA256.findall(str(error)))
        findings.expect(
            len(hashes) == _TWO or len(numbers) >= _TWO,
            "with changed weights it refuses, but does not say what it gave and what is right, as two numbers or two "
            f"SHA-256: {error}",
        )
    except Exception as error:  # noqa: BLE001 - a plug-in under test may raise anything: it is a finding
        findings.problems.append(
            f"with changed weights it raises {type(error).__name__} instead of CalculatorError: {error}"
        )
    else:
        findings.expect(False, "with changed weights it answers as if nothing had happened")


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
