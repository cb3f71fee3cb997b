"""The task that asks a predictor about one structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.errors import CalculatorError
from nanoos_lab.ml import get_predictor
from nanoos_lab.tasks import Context, Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nanoos_lab.properties import PropertyEstimate


class PredictParams(Params):
    """Parameters of the task ``predict``."""

    predictor: str = Field("chgnet", description="Name of the predictor.")
    properties: tuple[str, ...] | None = Field(None, description="What to state; None for all it can.")


def _identity(params: PredictParams) -> Mapping[str, Any]:
    return get_predictor(params.predictor).identity()


@task("predict", version="1", identity=_identity)
def predict(inputs: Mapping[str, Any], params: PredictParams, context: Context) -> Outcome:
    """Properties of a structure as it is, by a model, with calibrated uncertainty."""
    predictor = get_predictor(params.predictor)
    if problem := predictor.available():
        raise CalculatorError(problem)
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


def _messages(estimates: tuple[PropertyEstimate, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
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
