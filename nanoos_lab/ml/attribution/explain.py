"""Choosing the way: the model's own sum over sites where it explains this very value, else Shapley values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.ml.attribution.answer import TOLERANCE, Attribution
from nanoos_lab.ml.attribution.shapley import background, shapley_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml import Predictor, Report
    from nanoos_lab.properties import PropertyEstimate

DRAWS = 12
MOST_ELEMENTS = 6
"""Up to so many elements all orders are counted: 2⁶ coalitions for each draw."""


def explain(
    structure: Structure,
    property: str,  # noqa: A002 - the field's word
    predictor: Predictor,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Report | None = None,
) -> Attribution:
    """Return what sites or elements add to a prediction.

    Args:
        structure: The crystal.
        property: A property that the predictor states.
        predictor: The predictor.
        draws: Of the background, for Shapley values.
        seed: Of the draws.
        progress: Called with the done part and a line.

    Raises:
        UnknownNameError: The predictor does not state the property.
        InvalidInputError: The structure cannot be used, or has too many elements.
        OutOfDomainError: The predictor cannot know it.
    """
    if property not in predictor.properties:
        raise UnknownNameError(
            f"property of the predictor {predictor.name!r}", property, predictor.properties
        )
    predictor.check(structure)
    found = {one.property: one for one in predictor.predict([structure], [property])[0]}
    if property not in found:
        raise InvalidInputError(f"{predictor.name} cannot state {property} at this geometry: relax it first")
    estimate = found[property]
    symbols = [site.specie.symbol for site in structure]
    if (sites := _own_sum(structure, estimate, predictor)) is not None:
        return Attribution(
            estimate, "sum over sites", _by_element(symbols, sites), {}, tuple(float(s) for s in sites), 0.0,
            f"the readout of {predictor.name} is a sum over sites, and these are its terms: nothing is approximated. "
            "How energy is shared among sites is the model's own choice, no measurable quantity",
        )  # fmt: skip
    return _shapley(structure, estimate, predictor, background(symbols, draws, seed), progress)


def _own_sum(structure: Structure, estimate: PropertyEstimate, predictor: Any) -> NDArray[np.float64] | None:  # noqa: ANN401 - perhaps with contributions
    """Return the model's own terms, or None where it has none or they are of another value."""
    if estimate.property != predictor.properties[0] or not hasattr(predictor, "contributions"):
        return None  # contributions are of the first property
    try:
        (terms,) = predictor.contributions([structure])
    except InvalidInputError:  # a model file whose architecture has no sum
        return None
    return terms if abs(float(terms.sum()) - estimate.value) <= TOLERANCE else None


def _by_element(symbols: Sequence[str], sites: NDArray[np.float64]) -> dict[str, float]:
    return {
        symbol: float(sum(s for name, s in zip(symbols, sites, strict=True) if name == symbol))
        for symbol in dict.fromkeys(symbols)
    }


def _shapley(
    structure: Structure,
    estimate: PropertyEstimate,
    predictor: Predictor,
    drawn: Sequence[dict[str, str]],
    progress: Report | None,
) -> Attribution:
    symbols = [site.specie.symbol for site in structure]
    players = list(dict.fromkeys(symbols))
    if len(players) > MOST_ELEMENTS:
        raise InvalidInputError(
            f"{len(players)} elements make {2 ** len(players)} coalitions: at most {MOST_ELEMENTS} are explained"
        )
    found = shapley_values(structure, estimate, predictor, drawn, progress)
    mean = found.values.mean(axis=0)
    spread = found.values.std(axis=0, ddof=1) / np.sqrt(len(found.values))
    share = {p: float(v) / symbols.count(p) for p, v in zip(players, mean, strict=True)}
    return Attribution(
        estimate, "Shapley values of elements", dict(zip(players, map(float, mean), strict=True)),
        dict(zip(players, map(float, spread), strict=True)), tuple(share[s] for s in symbols), float(found.baseline),
        f"the baseline is the mean of {len(found.values)} predictions for this very geometry with every element "
        "replaced by common ones; an element's number is how much putting it in changes the prediction, averaged over "
        "all orders. The replaced crystals are not relaxed, and most do not exist: read signs and rough sizes alone",
        len(found.values),
    )  # fmt: skip
