"""What one may ask for when looking for structures: the filters, read and checked, before any database is asked.

Python, the magic and the command all hand over the same names and values; a value may be written as a word on a
command line has it (``"1..2 eV"``, ``">100"``, ``"Sr-Ti-O"``). See ``docs/finding.md`` for people.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import VOCABULARY, Origin, get_property
from nanoos_lab.store.formulas import amounts_of, is_anonymous, reduce_formula
from nanoos_lab.store.rows import as_list

COUNTS = ("n_elements", "n_sites", "dimensionality")
"""Columns asked for by a number or a range."""
GEOMETRY = ("density", "volume_per_atom")
"""Properties that a structure's own cell gives: their ranges look there, not at values."""
STABLE_EV = 1e-6
"""A phase is stable where a value of its energy above the hull is at most this, in eV/atom: rounding, no more."""
CRYSTAL_SYSTEMS = {
    "triclinic": (1, 2), "monoclinic": (3, 15), "orthorhombic": (16, 74), "tetragonal": (75, 142),
    "trigonal": (143, 167), "hexagonal": (168, 194), "cubic": (195, 230),
}  # fmt: skip
"""Numbers of the first and the last space group of each (International Tables A)."""
ORDERS = ("created", "name", "formula", "space_group", *COUNTS, *GEOMETRY)
"""What else than a property the answer can be ordered by."""
FILTERS = (
    "ids", "tags", "exclude_tags", "elements", "any_elements", "exclude_elements", "formula", "reduced_formula",
    "chemical_system", "space_group", "crystal_system", "text", "material", "derived", "stable", "has", "lacks",
    "origin", "method", "order", "limit", *COUNTS,
)  # fmt: skip
"""Names of all filters besides those of the property vocabulary."""

_WORDS = re.compile(r'"([^"]+)"|(\S+)')
_ONE_SIDED = re.compile(r"\s*(>=|<=|>|<|≥|≤)\s*(\S.*)")


@dataclass(frozen=True)
class Span:
    """A range of numbers, in the unit in which the property is kept."""

    low: float | None = None
    high: float | None = None
    above: bool = False
    """Whether ``low`` itself lies outside."""
    below: bool = False
    """Whether ``high`` itself lies outside."""

    def holds(self, value: float) -> bool:
        """Return whether a number lies in it.

        Args:
            value: The number.
        """
        over = self.low is None or (value > self.low if self.above else value >= self.low)
        return over and (self.high is None or (value < self.high if self.below else value <= self.high))


@dataclass(frozen=True)
class Filters:
    """Filters, read: elements as symbols, space groups as numbers, ranges in the properties' units.

    Where one of several is meant, an empty tuple is met by nothing and None by everything.
    """

    ids: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    any_elements: tuple[str, ...] | None = None
    exclude_elements: tuple[str, ...] = ()
    formulas: tuple[str, ...] | None = None
    """Reduced, as the store keeps them, and as they were given."""
    amounts: tuple[tuple[float, ...], ...] = ()
    """Of formulas without elements, such as (1, 1, 3) of ``ABX3``."""
    chemical_system: tuple[str, ...] | None = None
    space_groups: tuple[tuple[int, int], ...] | None = None
    """Ranges of numbers."""
    crystal_systems: tuple[tuple[int, int], ...] | None = None
    """Ranges of space group numbers."""
    text: tuple[str, ...] = ()
    """Words and phrases."""
    material: str | None = None
    derived: bool | None = None
    stable: bool | None = None
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    origins: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None
    ranges: Mapping[str, Span] | None = None
    """By count, measure of the cell, or property."""
    order: str = "created"
    """One of :data:`ORDERS`, or a property."""
    descending: bool = False
    limit: int | None = None


def read_filters(given: Mapping[str, Any]) -> Filters:
    """Return filters as the store asks for them; one whose value is None is as if it were absent.

    Args:
        given: Values by the names of :data:`FILTERS` and of the property vocabulary.

    Raises:
        UnknownNameError: A filter, element, space group, property or other word does not exist.
        InvalidInputError: A value cannot be understood.
    """
    said = {name: value for name, value in given.items() if value is not None}
    for name in said:
        if name not in FILTERS and name not in VOCABULARY:
            raise UnknownNameError("filter", name, {*FILTERS, *VOCABULARY})
    formulas, amounts = _formulas(said)
    order = str(said.get("order", "created"))
    read: dict[str, Any] = {
        "ids": tuple(map(str, as_list(said["ids"]))) if "ids" in said else None,
        "formulas": formulas,
        "amounts": amounts,
        "space_groups": _space_groups(said.get("space_group")),
        "crystal_systems": _crystal_systems(said.get("crystal_system")),
        "text": tuple(a or b for a, b in _WORDS.findall(str(said.get("text", "")))),
        "material": str(said["material"]) if "material" in said else None,
        "origins": _origins(said.get("origin")),
        "methods": tuple(map(str, as_list(said["method"]))) if "method" in said else None,
        "ranges": {name: _span(name, said[name]) for name in said if name in COUNTS or name in VOCABULARY},
        "order": _order(order.removeprefix("-")),
        "descending": order.startswith("-"),
        "limit": _limit(said.get("limit")),
    }
    if "chemical_system" in said:
        read["chemical_system"] = tuple(sorted(_symbols(said["chemical_system"])))
    read |= {
        name: _symbols(said[name])
        for name in ("elements", "any_elements", "exclude_elements")
        if name in said
    }
    read |= {name: tuple(map(str, as_list(said.get(name, ())))) for name in ("tags", "exclude_tags")}
    read |= {name: _yes_or_no(name, said[name]) for name in ("derived", "stable") if name in said}
    read |= {
        name: tuple(get_property(str(p)).name for p in as_list(said.get(name, ())))
        for name in ("has", "lacks")
    }
    return Filters(**read)


def _symbols(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return element symbols from ``["Sr", "Ti"]``, ``"Sr-Ti"`` or ``"Sr, Ti"``."""
    import gemmi  # noqa: PLC0415 - the lightest table of elements at hand

    parts = given.replace("-", " ").replace(",", " ").split() if isinstance(given, str) else list(given)
    for symbol in parts:
        element = gemmi.Element(str(symbol))
        if element.atomic_number == 0 or element.name != symbol:
            raise UnknownNameError("element", str(symbol), [gemmi.Element(z).name for z in range(1, 119)])
    return tuple(str(symbol) for symbol in dict.fromkeys(parts))


def _formulas(said: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, tuple[tuple[float, ...], ...]]:
    """Return the reduced formulas to look for, None where any will do, and the anonymous ones' amounts."""
    if "formula" not in said and "reduced_formula" not in said:
        return None, ()
    exact = [str(one) for one in as_list(said.get("reduced_formula", ()))]
    named, amounts = [], []
    for formula in map(str, as_list(said.get("formula", ()))):
        if is_anonymous(formula):
            amounts.append(amounts_of(formula))
        else:
            named += [reduce_formula(formula), formula]
    if exact and "formula" in said:
        named = [one for one in exact if one in named or amounts_of(one) in amounts]
        return tuple(named), ()
    return tuple(dict.fromkeys([*exact, *named])), tuple(dict.fromkeys(amounts))


def _space_groups(given: Any) -> tuple[tuple[int, int], ...] | None:  # noqa: ANN401 - as the user gave it
    if given is None:
        return None
    several = [given] if isinstance(given, (int, str)) else list(given)
    return tuple(map(_space_group_range, several))


def _space_group_range(given: int | str) -> tuple[int, int]:
    low, dots, high = str(given).partition("..")
    if not dots:
        number = space_group_number(given)
        return number, number
    return space_group_number(low or 1), space_group_number(high or 230)


def space_group_number(given: int | str) -> int:
    """Return the number of a space group.

    Args:
        given: Its number, or its symbol in any usual form, such as ``"Pm-3m"``.

    Raises:
        UnknownNameError: There is none such.
    """
    import gemmi  # noqa: PLC0415 - only needed for symbols

    text = str(given).strip()
    number = int(text) if text.isdecimal() else getattr(gemmi.find_spacegroup_by_name(text), "number", 0)
    if not 1 <= number <= 230:  # noqa: PLR2004
        raise UnknownNameError(
            "space group", text, hint="Give a number from 1 to 230 or a symbol such as 'Pm-3m'."
        )
    return number


def _crystal_systems(given: str | Iterable[str] | None) -> tuple[tuple[int, int], ...] | None:
    if given is None:
        return None
    names = [str(name).strip().lower() for name in as_list(given)]
    for name in names:
        if name not in CRYSTAL_SYSTEMS:
            raise UnknownNameError("crystal system", name, CRYSTAL_SYSTEMS)
    return tuple(CRYSTAL_SYSTEMS[name] for name in names)


def _origins(given: str | Iterable[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    known = [origin.value for origin in Origin]
    for name in as_list(given):
        if name not in known:
            raise UnknownNameError("origin", str(name), known)
    return tuple(as_list(given))


def _order(name: str) -> str:
    if name not in ORDERS and name not in VOCABULARY:
        raise UnknownNameError("order", name, {*ORDERS, *VOCABULARY})
    return name


def _limit(given: Any) -> int | None:  # noqa: ANN401 - as the user gave it
    if given is not None and (type(given) is not int or given < 0):
        raise InvalidInputError(f"limit is a number of structures, not {given!r}")
    return given


def _yes_or_no(name: str, given: Any) -> bool:  # noqa: ANN401 - as the user gave it
    if isinstance(given, bool):
        return given
    raise InvalidInputError(f"{name} is true or false, not {given!r}")


def _span(name: str, given: Any) -> Span:  # noqa: ANN401 - as the user gave it
    """Return a range from ``(1, 2)``, ``"1..2 eV"``, ``">100"``, or a count."""
    if isinstance(given, Span):
        return given
    if isinstance(given, str):
        return _span_of_words(name, given)
    if name in COUNTS and isinstance(given, int) and not isinstance(given, bool):
        return Span(given, given)
    pair = list(given) if isinstance(given, Iterable) else []
    if len(pair) != 2:  # noqa: PLR2004
        raise _not_a_range(name, given)
    return _ordered(name, Span(_end(name, pair[0], given), _end(name, pair[1], given)), given)


def _span_of_words(name: str, words: str) -> Span:
    if one_sided := _ONE_SIDED.fullmatch(words):
        sign, end = one_sided[1].replace("≥", ">=").replace("≤", "<="), _end(name, one_sided[2], words)
        open_ = len(sign) == 1
        return Span(low=end, above=open_) if sign[0] == ">" else Span(high=end, below=open_)
    low, dots, high = (part.strip() for part in words.partition(".."))
    if not dots:
        if name in COUNTS and low.isdecimal():
            return Span(int(low), int(low))
        raise _not_a_range(name, words)
    if _is_number(low) and high and not _is_number(high):  # the unit at the end is that of both
        low += " " + re.sub(r"^[-+\d.eE]+", "", high)
    return _ordered(name, Span(_end(name, low or None, words), _end(name, high or None, words)), words)


def _end(name: str, end: Any, given: Any) -> float | None:  # noqa: ANN401 - as the user gave it
    """Return one end of a range in the property's unit; None where it is open."""
    if end is None:
        return None
    if isinstance(end, str):
        if _is_number(end):
            end = float(end)
        elif name in VOCABULARY:
            from nanoos_lab.units import to_kept_unit  # noqa: PLC0415 - loads pint

            end = to_kept_unit(name, end)
    if isinstance(end, bool) or not isinstance(end, Real) or math.isnan(float(end)):
        raise _not_a_range(name, given)
    return None if math.isinf(float(end)) else float(end)


def _ordered(name: str, span: Span, given: Any) -> Span:  # noqa: ANN401 - as the user gave it
    if span.low is not None and span.high is not None and span.low > span.high:
        raise InvalidInputError(f"{name}={given!r} is empty: its lower end comes first")
    return span


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _not_a_range(name: str, given: Any) -> InvalidInputError:  # noqa: ANN401 - as the user gave it
    return InvalidInputError(
        f"{name} is asked for as (low, high), either end None, or in words as '1..2', '>1' or '<=2', not {given!r}"
    )
