"""In which classes compounds are looked at: by anion, by number of elements, by element."""

from __future__ import annotations

import re

_CLASSES = (
    ("oxides", {"O"}), ("halides", {"F", "Cl", "Br", "I"}), ("chalcogenides", {"S", "Se", "Te"}),
    ("nitrides and pnictides", {"N", "P", "As", "Sb"}), ("carbides and borides", {"C", "B"}),
)  # fmt: skip
_WORDS = {1: "elements", 2: "binary", 3: "ternary", 4: "quaternary"}


def elements_of(formula: str) -> tuple[str, ...]:
    """Return the elements of a formula, in the order of the alphabet.

    Args:
        formula: A formula.
    """
    return tuple(sorted(set(re.findall(r"[A-Z][a-z]?", formula or ""))))


def chemistry_of(formula: str) -> str:
    """Return the class of a compound by its anion.

    Args:
        formula: A formula.
    """
    elements = set(elements_of(formula))
    if len(elements) == 1:
        return "elements"
    return next((name for name, anions in _CLASSES if elements & anions), "intermetallics")


def size_of(formula: str) -> str:
    """Return how many elements a compound has, in words.

    Args:
        formula: A formula.
    """
    count = len(elements_of(formula))
    return _WORDS.get(count, f"{count} elements")
