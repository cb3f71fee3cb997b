"""How parameters and filters are written in words: ``name=value``, shared by the command and the magic."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

LISTS = frozenset({"tags", "elements", "exclude_elements", "ids", "properties"})
"""Names whose values are lists even where one word is given."""


def parse_params(words: Iterable[str]) -> dict[str, Any]:
    """Return parameters by name; values are JSON where they can be, else text.

    Args:
        words: Such as ``["calculator=chgnet", "fmax=0.02", "properties=band_gap,energy"]``.

    Raises:
        InvalidInputError: A word has no ``=``, or a name stands twice.

    Example:
        >>> parse_params(["fmax=0.02", "calculator=chgnet"])
        {'fmax': 0.02, 'calculator': 'chgnet'}
    """
    params: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise InvalidInputError(f"{word!r} is not a parameter: write name=value, such as fmax=0.02")
        key = name.replace("-", "_")
        if key in params:
            raise InvalidInputError(f"{key!r} is given twice: {params[key]!r} and {value!r}")
        params[key] = [_value(part) for part in value.split(",")] if key in LISTS else _value(value)
    return params


def parse_filters(words: Iterable[str]) -> dict[str, Any]:
    """Return filters by name; ``a..b`` is a range whose ends may be left out.

    Args:
        words: Such as ``["elements=Li,Fe", "bulk_modulus=100.."]``.

    Raises:
        InvalidInputError: A word has no ``=``, or the end of a range is not a number.

    Example:
        >>> parse_filters(["elements=Li,Fe", "bulk_modulus=100.."])
        {'elements': ['Li', 'Fe'], 'bulk_modulus': (100.0, None)}
    """
    return {
        name: _range(name, value) if isinstance(value, str) and ".." in value else value
        for name, value in parse_params(words).items()
    }


def _value(word: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(word)
    except json.JSONDecodeError:
        return word


def _range(name: str, word: str) -> tuple[float | None, float | None]:
    low, _, high = word.partition("..")
    try:
        return (float(low) if low else None, float(high) if high else None)
    except ValueError:
        raise InvalidInputError(
            f"{name}={word} is not a range: write two numbers as 100..200, 100.. or ..200"
        ) from None
