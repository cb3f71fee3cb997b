"""The task that asks a predictor: about one structure, or about a set of hundreds in one run.

In a set, what the predictor cannot know is named with the reason and does not stop the others.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.errors import CalculatorError, InvalidInputError, OutOfDomainError
from nanoos_lab.ml import get_predictor
from nanoos_lab.tasks import Context, Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pymatgen.core.structure import Structure

    from nanoos_lab.ml import Predictor, Report
    from nanoos_lab.properties import PropertyEstimate

    Estimates = tuple[PropertyEstimate, ...]

_REASON = 500
_SAID = 20
"""So many of the refused structures are named in sentences; all of them are in the summary."""


class PredictParams(Params):
    """Parameters of the task ``predict``."""

    predictor: str = Field("chgnet", description="Name of the predictor.")
    properties: tuple[str, ...] | None = Field(None, description="What to state; None for all it can.")


def _identity(params: PredictParams) -> Mapping[str, Any]:
    return get_predictor(params.predictor).identity()


@task("predict", version="1", identity=_identity)
def predict(inputs: Mapping[str, Any], params: PredictParams, context: Context) -> Outcome:
    """Properties of structures as they are, by a model, with calibrated uncertainty."""
    predictor = get_predictor(params.predictor)
    if problem := predictor.available():
        raise CalculatorError(problem)
    if "structures" in inputs:
        return _many(list(inputs["structures"]), predictor, params, context)
    structure = inputs["structure"]
    context.progress(0.0, f"{predictor.name}: {structure.composition.reduced_formula}")
    estimates = predictor.predict([structure], params.properties, context.progress)[0]
    return Outcome(
        values={"structure": estimates},
        summary={
            "predictor": predictor.name,
            "synthetic": predictor.synthetic,
            "values": {e.property: [e.value, e.uncertainty, e.unit] for e in estimates},
            "in_domain": all(e.in_domain is not False for e in estimates),
        },
        messages=_messages(estimates, params.properties or predictor.properties),
    )


def _messages(estimates: Estimates, wanted: tuple[str, ...]) -> tuple[str, ...]:
    stated = {e.property for e in estimates}
    outside = sorted(e.property for e in estimates if e.in_domain is False)
    messages = [
        f"{name} cannot be stated at this geometry: relax the structure first"
        for name in wanted
        if name not in stated
    ]
    if outside:
        messages.append(f"outside the domain of the calibration: {', '.join(outside)}")
    return tuple(messages)


# A set --------------------------------------------------------------------------------------------------


def _many(
    structures: Sequence[Structure], predictor: Predictor, params: PredictParams, context: Context
) -> Outcome:
    context.progress(0.0, f"{predictor.name}: {len(structures)} structures")
    found, refused = predict_each(structures, predictor, params.properties, context.progress)
    outside = sum(any(e.in_domain is False for e in estimates) for estimates in found.values())
    messages = [f"structure {index + 1}: {reason}" for index, reason in list(refused.items())[:_SAID]]
    if len(refused) > _SAID:
        messages.append(f"{len(refused) - _SAID} more are refused: the summary says which and why")
    if outside:
        messages.append(f"outside the domain of the calibration: {outside} of {len(structures)}")
    return Outcome(
        values={f"structures[{index}]": estimates for index, estimates in found.items()},
        summary={
            "predictor": predictor.name,
            "synthetic": predictor.synthetic,
            "structures": len(structures),
            "predicted": len(found),
            "refused": {str(index): reason for index, reason in refused.items()},
            "outside_domain": outside,
        },
        messages=tuple(messages),
    )


def predict_each(
    structures: Sequence[Structure],
    predictor: Predictor,
    properties: Sequence[str] | None = None,
    progress: Report | None = None,
) -> tuple[dict[int, Estimates], dict[int, str]]:
    """State properties of all structures that a predictor can know, in bulk.

    Args:
        structures: Any structures.
        predictor: The predictor.
        properties: What to state; None for all it can.
        progress: Called with the done part and a line.

    Returns:
        Estimates, and the reasons of what was refused, each by the position of the structure.

    Raises:
        CalculatorError: The predictor cannot answer at all.
        UnknownNameError: A property is not among its own.
    """
    try:  # most often nothing is wrong, and the predictor looks at all of them in bulk anyway
        return _finite(dict(enumerate(predictor.predict(structures, properties, progress))))
    except (InvalidInputError, OutOfDomainError, CalculatorError) as error:
        if isinstance(error, CalculatorError) and not _answers(structures, predictor, properties):
            raise
    refused: dict[int, str] = {}
    for index, structure in enumerate(structures):
        try:
            predictor.check(structure)
        except (InvalidInputError, OutOfDomainError) as error:
            refused[index] = str(error)[:_REASON]
    sound = [index for index in range(len(structures)) if index not in refused]
    found, bad = _finite(_halving(structures, sound, predictor, properties, refused))
    return found, dict(sorted({**refused, **bad}.items()))


def _finite(found: dict[int, Estimates]) -> tuple[dict[int, Estimates], dict[int, str]]:
    """Take out what is no number, which no store and no file could hold, and say of what it was."""
    bad = {
        index: f"the model gives {e.property} = {e.value} ± {e.uncertainty}, which is no finite number"
        for index, estimates in found.items()
        for e in estimates
        if not (math.isfinite(e.value) and math.isfinite(e.uncertainty or 0.0))
    }
    return {index: estimates for index, estimates in found.items() if index not in bad}, bad


def _answers(structures: Sequence[Structure], predictor: Predictor, properties: Sequence[str] | None) -> bool:
    """Return whether the predictor answers for the first or the last: else the fault is its own."""
    for structure in (structures[0], structures[-1]):
        try:
            predictor.predict([structure], properties)
        except (InvalidInputError, OutOfDomainError):
            return True
        except CalculatorError:
            continue
        return True
    return False


def _halving(
    structures: Sequence[Structure],
    chosen: Sequence[int],
    predictor: Predictor,
    properties: Sequence[str] | None,
    refused: dict[int, str],
) -> dict[int, Estimates]:
    """Predict some; where it fails, each half, so that the one to blame is found in few calls."""
    if not chosen:
        return {}
    try:
        answers = predictor.predict([structures[index] for index in chosen], properties)
    except (InvalidInputError, OutOfDomainError, CalculatorError) as error:
        if len(chosen) == 1:
            refused[chosen[0]] = str(error)[:_REASON]
            return {}
        middle = len(chosen) // 2
        halves = (chosen[:middle], chosen[middle:])
        return {
            index: estimates
            for half in halves
            for index, estimates in _halving(structures, half, predictor, properties, refused).items()
        }
    return dict(zip(chosen, answers, strict=True))
