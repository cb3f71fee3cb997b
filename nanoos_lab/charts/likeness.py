"""Which values of one property are alike, so that they may be counted, averaged and ranked together.

Alike are values of one origin, method and version, whose recipes differ in numbers at most, found under like
conditions, and all of them trustworthy or all of them not. Conditions are alike where they have the same names and
agree to three digits; all temperatures from 15 to 30 °C are room temperature, and pressures up to 1 MPa are none.
"""

from __future__ import annotations

import math
import re
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from nanoos_lab.conditions import coarse, telling
from nanoos_lab.display.numbers import conditions_text
from nanoos_lab.properties import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class ComparedValue(Protocol):
    """What a value must tell to be compared; the store's rows do."""

    property: str
    value: float | None
    unit: str
    uncertainty: float | None
    uncertainty_kind: str
    origin: str
    method_name: str
    method_version: str
    method_recipe: str
    converged: bool
    in_domain: bool | None
    synthetic: bool
    conditions: dict[str, Any]
    source: str
    note: str


_ORDER = [str(o) for o in (Origin.PREDICTED, Origin.COMPUTED, Origin.IMPORTED, Origin.MEASURED)]
_NUMBERS = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class LikeGroup:
    """Values that are alike, the smallest first; at least one."""

    values: tuple[ComparedValue, ...]
    conditions: str
    """Under which they were found, in words; ranges where they differ a little."""

    @property
    def first(self) -> ComparedValue:
        """Any of them, for what they have in common."""
        return self.values[0]

    @property
    def origin(self) -> str:
        """Where they come from."""
        return str(self.first.origin)

    @property
    def method(self) -> str:
        """Their method in one line; numbers in which their recipes differ are left open."""
        lines = {method_of(value) for value in self.values}
        return lines.pop() if len(lines) == 1 else _NUMBERS.sub("…", method_of(self.first))

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values themselves, in the property's unit."""
        return tuple(value.value for value in self.values if value.value is not None)

    @property
    def mean(self) -> float:
        """Their arithmetic mean."""
        return statistics.fmean(self.numbers)

    @property
    def spread(self) -> float | None:
        """The standard deviation of a single one of them (n − 1), or None of one value."""
        return statistics.stdev(self.numbers) if len(self.numbers) > 1 else None

    @property
    def half_width(self) -> float:
        """Of the interval to draw: the spread of several, the uncertainty of one, or 0 where none is known."""
        if self.spread is not None:
            return self.spread
        half = self.first.uncertainty
        return half if half is not None and math.isfinite(half) else 0.0

    @property
    def flags(self) -> list[str]:
        """What a reader must know before trusting them."""
        return flags_of(self.first)


def like_groups(values: Iterable[ComparedValue]) -> list[LikeGroup]:
    """Return values in groups of like ones: by origin (predicted, computed, imported, measured), then method.

    Args:
        values: Values of one property; those without a number are left out.
    """
    found: dict[tuple[Any, ...], list[ComparedValue]] = {}
    for value in values:
        if value.value is not None:
            found.setdefault(_likeness(value), []).append(value)
    groups = []
    for members in found.values():
        members.sort(key=lambda v: v.value or 0.0)
        groups.append(LikeGroup(tuple(members), _conditions([v.conditions for v in members])))
    place = {origin: index for index, origin in enumerate(_ORDER)}
    return sorted(groups, key=lambda g: (place.get(g.origin, len(place)), g.method, g.conditions, g.mean))


def method_of(value: ComparedValue) -> str:
    """Return the method of a value in one line.

    Args:
        value: The value.
    """
    head = f"{value.method_name} {value.method_version}".strip()
    return f"{head} · {value.method_recipe}" if value.method_recipe else head


def flags_of(value: ComparedValue) -> list[str]:
    """Return what speaks against a value.

    Args:
        value: The value.
    """
    flags = ["synthetic: not real"] if value.synthetic else []
    flags += [] if value.converged else ["not converged"]
    return [*flags, "outside the model's domain"] if value.in_domain is False else flags


def _likeness(value: ComparedValue) -> tuple[Any, ...]:
    """Return what like values have in common."""
    recipe = _NUMBERS.sub("#", value.method_recipe)
    conditions = tuple(sorted((k, coarse(k, v)) for k, v in telling(value.conditions).items()))
    method = (str(value.origin), value.method_name, value.method_version, recipe)
    return (*method, tuple(flags_of(value)), conditions)


def _conditions(each: Sequence[Mapping[str, Any]]) -> str:
    """Return like conditions in words, such as ``temperature 293–300 K``."""
    together: dict[str, Any] = {}
    for name in telling(each[0]):
        stated = [one[name] for one in each if name in one]
        low, high = (
            (min(stated), max(stated)) if isinstance(stated[0], (int, float)) else (stated[0], stated[0])
        )
        together[name] = low if low == high else f"{low:g}–{high:g}"
    return conditions_text(together)
