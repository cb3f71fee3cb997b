"""Shapley values of the elements of a crystal, by asking a model about replaced ones.

Source: L. S. Shapley, in Contributions to the Theory of Games II, 307 (1953); replacing absent players by draws of a
background is the interventional form of S. M. Lundberg and S.-I. Lee, NeurIPS 30 (2017), arXiv:1705.07874.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError, OutOfDomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml import Predictor, Report
    from nanoos_lab.properties import PropertyEstimate

COMMON = (
    "O", "Li", "Mg", "Al", "Si", "P", "S", "F", "Na", "K", "Ca", "Ti", "V", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga",
    "Ge", "As", "Se", "Sr", "Y", "Zr", "In", "Sn", "Sb", "Te", "Ba", "La",
)  # fmt: skip
"""Elements that replace: common in the Materials Project, of all kinds."""
LEAST_DRAWS = 4


@dataclass(frozen=True)
class Found:
    """Shapley values of n players by b draws."""

    values: NDArray[np.float64]
    """Shape (b, n)."""
    baseline: float
    """Mean prediction with every player absent."""


def background(symbols: Sequence[str], draws: int, seed: int) -> list[dict[str, str]]:
    """Return what replaces each element, by draw; no element replaces itself or two others.

    Args:
        symbols: The elements of a crystal.
        draws: How many.
        seed: Of the draws.
    """
    if draws < LEAST_DRAWS:
        raise InvalidInputError(f"draws={draws}: at least {LEAST_DRAWS} are needed for a standard error")
    players = list(dict.fromkeys(symbols))
    pool = [symbol for symbol in COMMON if symbol not in players]
    random = np.random.default_rng(seed)
    return [
        dict(zip(players, random.choice(pool, len(players), replace=False).tolist(), strict=True))
        for _ in range(draws)
    ]


def shapley_values(
    structure: Structure,
    estimate: PropertyEstimate,
    predictor: Predictor,
    drawn: Sequence[Mapping[str, str]],
    progress: Report | None = None,
) -> Found:
    """Return the Shapley values of elements, by draw.

    Args:
        structure: The crystal.
        estimate: What the predictor says of it.
        predictor: The predictor.
        drawn: What replaces each of its elements, by draw; draws with a refused crystal are left out.
        progress: Called with the done part and a line.

    Raises:
        InvalidInputError: Too few draws are left.
    """
    players = list(drawn[0])
    subsets = [frozenset(c) for n in range(len(players) + 1) for c in combinations(players, n)]
    rows, bases = [], []
    for number, draw in enumerate(drawn, 1):
        asked = [_replaced(structure, {p: draw[p] for p in players if p not in s}) for s in subsets[:-1]]
        try:
            said: list[Any] = predictor.predict(asked, [estimate.property])
        except (InvalidInputError, OutOfDomainError):  # atoms too close, or an element the model cannot know
            continue
        if all(one for one in said):
            worth = dict(zip(subsets, [*(one[0].value for one in said), estimate.value], strict=True))
            rows.append([_value(worth, player, players) for player in players])
            bases.append(worth[frozenset()])
        if progress is not None:
            progress(number / len(drawn), f"{number} of {len(drawn)} draws")
    if len(rows) < LEAST_DRAWS:
        raise InvalidInputError(
            f"{predictor.name} answers only {len(rows)} of {len(drawn)} draws of replaced crystals; {LEAST_DRAWS} "
            "are the least: this structure cannot be explained by replacing its elements"
        )
    return Found(np.array(rows), float(np.mean(bases)))


def _value(worth: Mapping[frozenset[str], float], player: str, players: Sequence[str]) -> float:
    """Return the mean change that a player makes over all orders."""
    others = [p for p in players if p != player]
    n = len(players)
    total = 0.0
    for size in range(n):
        weight = factorial(size) * factorial(n - size - 1) / factorial(n)
        total += weight * sum(
            worth[frozenset((*chosen, player))] - worth[frozenset(chosen)]
            for chosen in combinations(others, size)
        )
    return total


def _replaced(structure: Structure, changes: Mapping[str, str]) -> Structure:
    from pymatgen.core.structure import Structure as Crystal  # noqa: PLC0415 - heavy import

    symbols = [changes.get(site.specie.symbol, site.specie.symbol) for site in structure]
    return Crystal(structure.lattice, symbols, structure.frac_coords)
