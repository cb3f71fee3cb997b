"""How filters are written in words, ``name=value`` or ``name>value``, in the magic, the command and a table's box.

What a filter's value means is said in :mod:`nanoos_lab.store.filters`.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

WORD_LISTS = frozenset(
    {
        "ids", "tags", "exclude_tags", "elements", "any_elements", "exclude_elements", "formula", "reduced_formula",
        "space_group", "crystal_system", "has", "lacks", "origin", "method",
    }
)  # fmt: skip
"""Names of filters that take several words with commas between."""
YES_OR_NO = {"true": True, "yes": True, "false": False, "no": False}
_FILTER = re.compile(r"([\w-]+)\s*(>=|<=|≥|≤|=|>|<)\s*(.*)", re.DOTALL)


def parse_filters(words: Iterable[str]) -> dict[str, Any]:
    """Return filters by name, as ``Lab.find`` takes them.

    Args:
        words: Such as ``["elements=Li,Fe", "bulk_modulus=100..200", "band_gap>1", "stable=true"]``.

    Raises:
        InvalidInputError: A word is not a filter, or a name stands twice.

    Example:
        >>> parse_filters(["elements=Li,Fe", "band_gap>1", "limit=3"])
        {'elements': ['Li', 'Fe'], 'band_gap': '>1', 'limit': 3}
    """
    filters: dict[str, Any] = {}
    for word in words:
        found = _FILTER.fullmatch(word.strip())
        if found is None:
            raise InvalidInputError(
                f"{word!r} is not a filter: write name=value, such as elements=Li,Fe or band_gap=1..2"
            )
        key, sign, value = found[1].replace("-", "_"), found[2], found[3].strip()
        if key in filters:
            raise InvalidInputError(f"{key!r} is given twice: {filters[key]!r} and {value!r}")
        filters[key] = _filter(key, value) if sign == "=" else sign + value
    return filters


def _filter(name: str, value: str) -> Any:  # noqa: ANN401 - what the filter takes
    if name in WORD_LISTS:
        return [part.strip() for part in value.split(",")]
    if name in {"derived", "stable"}:
        return YES_OR_NO.get(value.lower(), value)
    if name == "limit":
        return int(value) if value.isdecimal() else value
    return value


def parse_search(line: str) -> dict[str, Any]:
    """Return the filters that a line asks for; words that are no filters are looked for in texts.

    Args:
        line: Such as ``"elements=Li,O band_gap>1 perovskite"``; quotes hold a phrase together.

    Raises:
        InvalidInputError: A quote is not closed, or a name stands twice.

    Example:
        >>> parse_search('elements=Li,O "grown by flux" new')
        {'elements': ['Li', 'O'], 'text': '"grown by flux" new'}
    """
    try:
        words = shlex.split(line)
    except ValueError:
        raise InvalidInputError(f"a quote is not closed in {line!r}") from None
    filters = parse_filters(word for word in words if _FILTER.fullmatch(word))
    texts = [f'"{word}"' if " " in word else word for word in words if not _FILTER.fullmatch(word)]
    if texts:
        filters["text"] = " ".join([*texts, *([str(filters["text"])] if "text" in filters else [])])
    return filters
