"""The task that explains a prediction: what it answers is kept, and asking the same again is answered by that run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.errors import CalculatorError, InvalidInputError
from nanoos_lab.ml import get_predictor
from nanoos_lab.ml.attribution.answer import Attribution
from nanoos_lab.ml.attribution.explain import DRAWS
from nanoos_lab.ml.attribution.explain import explain as attribution_of
from nanoos_lab.properties import PropertyEstimate
from nanoos_lab.tasks import Context, Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "attribution.json"
"""The file that the task leaves."""


class ExplainParams(Params):
    """Parameters of the task ``explain``."""

    predictor: str = Field("nanoos-gnn", description="Name of the predictor.")
    property: str = Field("formation_energy", description="A property that it states.")
    draws: int = Field(DRAWS, description="Of elements that replace others, for Shapley values.")
    seed: int = Field(0, description="Of the draws.")


def _identity(params: ExplainParams) -> Mapping[str, Any]:
    return get_predictor(params.predictor).identity()


@task("explain", version="1", identity=_identity)
def explain(inputs: Mapping[str, Any], params: ExplainParams, context: Context) -> Outcome:
    """What each site or each element adds to a prediction."""
    model = get_predictor(params.predictor)
    if problem := model.available():
        raise CalculatorError(problem)
    found = attribution_of(
        inputs["structure"],
        params.property,
        model,
        draws=params.draws,
        seed=params.seed,
        progress=context.progress,
    )
    path = context.folder / FILE
    path.write_text(json.dumps(_plain(found)), encoding="utf-8")
    return Outcome(
        artifacts={"attribution": path},
        summary={
            "predictor": model.name,
            "property": params.property,
            "value": found.estimate.value,
            "unit": found.estimate.unit,
            "baseline": found.baseline,
            "way": found.way,
            "elements": dict(found.elements),
            "synthetic": model.synthetic,
        },
    )


def read_attribution(text: str) -> Attribution:
    """Return what a run left; as when it was made, it is refused where it does not add up.

    Args:
        text: Of its file.

    Raises:
        InvalidInputError: The file is not what the task writes.
        CalculatorError: The contributions do not add up.
    """
    try:
        row = json.loads(text)
        return Attribution(
            PropertyEstimate.model_validate(row["estimate"]),
            row["way"],
            {str(k): float(v) for k, v in row["elements"].items()},
            {str(k): float(v) for k, v in row["errors"].items()},
            tuple(float(s) for s in row["sites"]),
            float(row["baseline"]),
            str(row["meaning"]),
            int(row["draws"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidInputError(f"{FILE} is not what the task explain writes: {error}") from error


def _plain(found: Attribution) -> dict[str, Any]:
    return {
        "estimate": found.estimate.model_dump(mode="json"), "way": found.way, "elements": dict(found.elements),
        "errors": dict(found.errors), "sites": list(found.sites), "baseline": found.baseline,
        "meaning": found.meaning, "draws": found.draws,
    }  # fmt: skip
