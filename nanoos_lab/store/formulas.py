"""Chemical formulas as searches understand them: in any order of elements, in any multiple, or without elements."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from nanoos_lab.errors import InvalidInputError

_PART = re.compile(r"([A-Z][a-z]?)(\d*\.?\d*)")
_GROUP = re.compile(r"\(([^()]*)\)(\d*\.?\d*)")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NO_ELEMENTS = frozenset("ADEGJLMQRTXZ")
"""Letters that no element has for its symbol."""


def is_anonymous(formula: str) -> bool:
    """Return whether a formula has letters instead of elements, such as ``ABX3``.

    Args:
        formula: A formula; one that may be of elements alone, such as ``BN``, is taken to be.
    """
    expanded = _expanded(formula)
    parts = _PART.findall(expanded)
    whole = "".join(letter + amount for letter, amount in parts) == expanded
    letters = [letter for letter, _ in parts]
    single = len(set(letters)) == len(letters) and _LETTERS.issuperset(letters)
    return bool(parts) and whole and single and not _NO_ELEMENTS.isdisjoint(letters)


@lru_cache(maxsize=200_000)
def amounts_of(formula: str) -> tuple[float, ...]:
    """Return the amounts of a formula in ascending order, divided by what divides them all.

    Args:
        formula: Such as ``A2BX4``, ``LiFePO4`` or ``Li3(NiO2)4``; each element once.
    """
    amounts = sorted(float(amount or 1) for _, amount in _PART.findall(_expanded(formula)))
    if all(amount.is_integer() for amount in amounts):
        divisor = math.gcd(*(int(amount) for amount in amounts)) or 1
        amounts = [amount / divisor for amount in amounts]
    return tuple(amounts)


def _expanded(formula: str) -> str:
    """Return a formula without its parentheses."""
    while (group := _GROUP.search(formula)) is not None:
        times = float(group[2] or 1)
        inside = "".join(f"{symbol}{float(n or 1) * times:g}" for symbol, n in _PART.findall(group[1]))
        formula = formula[: group.start()] + inside + formula[group.end() :]
    return formula


def reduce_formula(formula: str) -> str:
    """Return a formula reduced and ordered as the store keeps it.

    Args:
        formula: Such as ``"O3 Sr Ti"`` or ``"Sr2Ti2O6"``.

    Raises:
        InvalidInputError: It is not a chemical formula.
    """
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy
    from pymatgen.core.periodic_table import DummySpecies  # noqa: PLC0415

    try:
        composition = Composition(formula)
        invented = any(isinstance(species, DummySpecies) for species in composition)
        reduced = "" if invented or not composition else composition.reduced_formula
    except (ValueError, KeyError, TypeError):
        reduced = ""
    if not reduced:
        raise InvalidInputError(
            f"{formula!r} is not a chemical formula such as 'SrTiO3', nor one such as 'ABX3'"
        )
    return reduced
