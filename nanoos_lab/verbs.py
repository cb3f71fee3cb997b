"""How parameters and filters are written in words: ``name=value``, shared by the command and the magic.

Words become the same names and values that Python hands over; what a filter's value means is decided in one place,
:mod:`nanoos_lab.store.filters`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.filter_words import parse_filters

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LISTS", "parse_filters", "parse_params"]

LISTS = frozenset({"tags", "elements", "exclude_elements", "ids", "properties", "knobs"})
"""Names of parameters whose values are lists even where one word is given."""


def parse_params(words: Iterable[str]) -> dict[str, Any]:
    """Return parameters by name; values are JSON where they can be, else text.

    Args:
        words: Such as ``["calculator=qe", "fmax=0.02", "options.cutoff_ry=40", "properties=band_gap,energy"]``; a
            dot goes into a dictionary.

    Raises:
        InvalidInputError: A word has no ``=``, or a name stands twice.

    Example:
        >>> parse_params(["fmax=0.02", "calculator=chgnet"])
        {'fmax': 0.02, 'calculator': 'chgnet'}
        >>> parse_params(["calculator=qe", "options.cutoff_ry=40", "options.spin=none"])
        {'calculator': 'qe', 'options': {'cutoff_ry': 40, 'spin': 'none'}}
    """
    params: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise InvalidInputError(f"{word!r} is not a parameter: write name=value, such as fmax=0.02")
        *outer, key = name.replace("-", "_").split(".")
        if not all([*outer, key]):
            raise InvalidInputError(
                f"{name!r} is not a name: a dot stands inside one, such as options.cutoff_ry=40"
            )
        inside = _inside(params, outer, name)
        if key in inside:
            raise InvalidInputError(
                f"{name.replace('-', '_')!r} is given twice: {inside[key]!r} and {value!r}"
            )
        inside[key] = [_value(part) for part in value.split(",")] if key in LISTS else _value(value)
    return params


def _inside(params: dict[str, Any], outer: list[str], name: str) -> dict[str, Any]:
    """Return the dictionary that a name with dots is a member of, made where it is not there yet."""
    for part in outer:
        params = params.setdefault(part, {})
        if not isinstance(params, dict):
            raise InvalidInputError(f"{name!r} is given, and {part!r} is {params!r}: say one of them")
    return params


def _value(word: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(word)
    except json.JSONDecodeError:
        return word
