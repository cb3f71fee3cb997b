"""What a format gives for each structure of a text, and how it names the line of a problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymatgen.core.structure import Molecule, Structure


@dataclass(frozen=True)
class Parsed:
    """One structure of a text."""

    structure: Structure | Molecule
    text: str
    """The part of the text that it was read from."""
    title: str
    """What the text itself calls it; may be empty."""


def line_with(text: str, *words: str, after: int = 0) -> int | None:
    """Return the 1-based number of the first line that holds all words, or None.

    Args:
        text: The text.
        words: What to look for, as separate words; falls back to plain containment.
        after: Line number to start behind.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines[after:], after + 1):
        if set(words) <= set(line.split()):
            return number
    for number, line in enumerate(lines[after:], after + 1):
        if all(word in line for word in words):
            return number
    return None
