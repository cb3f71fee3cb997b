"""The vocabulary of properties: what a word such as ``bulk_modulus`` means, and in which unit it is kept.

An entry is a number, or an array whose columns are named with their units, such as a spectrum. Two values of one
entry may be compared because its description is exact; a kind of value that this does not hold for wants an
entry of its own.
"""

from __future__ import annotations

from nanoos_lab.errors import UnknownNameError
from nanoos_lab.vocabulary.arrays import ARRAYS
from nanoos_lab.vocabulary.entries import Axis, Property
from nanoos_lab.vocabulary.scalars import SCALARS

__all__ = ["VOCABULARY", "Axis", "Property", "get_property"]

VOCABULARY: dict[str, Property] = {entry.name: entry for entry in (*SCALARS, *ARRAYS)}


def get_property(name: str) -> Property:
    """Return an entry of the vocabulary.

    Args:
        name: Its identifier.

    Raises:
        UnknownNameError: No such property; close matches are suggested.
    """
    try:
        return VOCABULARY[name]
    except KeyError:
        raise UnknownNameError("property", name, VOCABULARY) from None
