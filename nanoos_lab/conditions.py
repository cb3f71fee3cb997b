"""Under which conditions a value holds, and how a sample was made: quantities with their unit in the name.

``temperature="25 °C"`` becomes ``temperature_K = 298.15``, so that equal conditions are equal whatever unit they
were stated in. A name that is not of this vocabulary is kept as it was given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.units import compatible, convert, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Condition:
    """A condition that is kept in one unit."""

    name: str
    unit: str
    suffix: str
    """The unit as the end of the kept name."""
    example: str

    @property
    def kept(self) -> str:
        """The name under which it is kept."""
        return f"{self.name}_{self.suffix}"


CONDITIONS = {
    one.name: one
    for one in (
        Condition("temperature", "K", "K", "300 K"),
        Condition("pressure", "GPa", "GPa", "1 atm"),
        Condition("magnetic_field", "T", "T", "5 T"),
        Condition("electric_field", "V/m", "V_per_m", "10 kV/cm"),
        Condition("wavelength", "nm", "nm", "1.5406 Å"),
        Condition("photon_energy", "eV", "eV", "2.33 eV"),
        Condition("frequency", "Hz", "Hz", "1 kHz"),
        Condition("strain", "%", "percent", "0.5 %"),
        Condition("humidity", "%", "percent", "40 %"),
        Condition("load", "N", "N", "9.8 N"),
        Condition("thickness", "nm", "nm", "120 nm"),
        Condition("grain_size", "nm", "nm", "2 um"),
        Condition("mass", "g", "g", "12 mg"),
        Condition("time", "s", "s", "24 h"),
        Condition("heating_rate", "K/min", "K_per_min", "5 K/min"),
        Condition("cooling_rate", "K/min", "K_per_min", "5 K/min"),
    )
}
"""Conditions whose quantities are converted, by name."""


_UNITS = {"percent": "%", "C": "degC", "F": "degF"}
"""Ends of names that say a unit otherwise than units are written."""


def condition_of(name: str) -> tuple[Condition, str] | None:
    """Return the condition that a name means, and the unit at its end; None for a name of one's own.

    Args:
        name: Such as ``temperature``, ``temperature_K`` or ``pressure_kbar``.
    """
    for known in CONDITIONS.values():
        if name == known.name:
            return known, ""
        suffix = name.removeprefix(f"{known.name}_")
        if suffix == known.suffix:
            return known, known.unit
        unit = _UNITS.get(suffix, suffix.replace("_per_", "/"))
        if suffix != name and compatible(unit, known.unit):
            return known, unit
    return None


def normal_conditions(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return conditions with known quantities in their kept unit, under the name that says it.

    Args:
        given: Quantities as texts with a unit, or as numbers under a name that ends in one; other names
            with any JSON value.

    Raises:
        InvalidInputError: A known quantity has no unit, one of another kind, or is given twice differently.

    Example:
        >>> normal_conditions({"temperature": "25 °C", "pressure_kbar": 10, "atmosphere": "N2"})
        {'temperature_K': 298.15, 'pressure_GPa': 1.0, 'atmosphere': 'N2'}
    """
    kept: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        known = condition_of(name)
        key, quantity = (
            (name, _json(value)) if known is None else (known[0].kept, _quantity(name, *known, value))
        )
        if key in kept and kept[key] != quantity:
            raise InvalidInputError(f"{key} is given twice: {kept[key]} and {quantity}")
        kept[key] = quantity
    return kept


def named_conditions(given: Mapping[str, Any], others: Iterable[str]) -> dict[str, Any]:
    """Return conditions that were given as keyword arguments, whose names must be known: others may be typos.

    Args:
        given: By name.
        others: The keyword arguments that are no conditions, to be suggested.

    Raises:
        UnknownNameError: A name is no known condition.
        InvalidInputError: As for :func:`normal_conditions`.
    """
    for name in given:
        if condition_of(name) is None:
            raise UnknownNameError(
                "condition",
                name,
                {*CONDITIONS, *others},
                hint="Conditions of your own go into conditions={...}.",
            )
    return normal_conditions(given)


def _quantity(name: str, known: Condition, unit: str, value: Any) -> float:  # noqa: ANN401 - as the user gave it
    if isinstance(value, str):
        stated = parse_quantity(value)
        if stated.uncertainty is not None:
            raise InvalidInputError(f"the condition {name}={value!r} has an uncertainty: say it in the note")
        number, unit = stated.value, stated.unit or unit
    elif isinstance(value, (bool, dict, list, tuple)) or not hasattr(value, "__float__"):
        raise InvalidInputError(f"the condition {name}={value!r} is not a quantity such as {known.example!r}")
    else:
        number = float(value)
    if not unit:
        raise InvalidInputError(
            f"the condition {name}={value!r} has no unit: write {name}={known.example!r}, or {known.kept}=..."
        )
    kept = convert(number, unit, known.unit, what=f"the condition {name}")
    if not math.isfinite(kept):
        raise InvalidInputError(f"the condition {name}={value!r} is not a finite number")
    return kept


def _json(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as JSON knows it: numpy's numbers are numbers."""
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "ndim", None) == 0 else value


_ROOM_K = (288.15, 303.15)
_COLD_K = 30.0
"""Below it nothing moves any more that a property at 0 K would not have."""
_AMBIENT_GPA = 1e-3


def telling(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conditions that make a difference: ambient pressure makes none.

    Args:
        conditions: By kept name.
    """
    pressure = conditions.get("pressure_GPa")
    ambient = isinstance(pressure, (int, float)) and abs(pressure) <= _AMBIENT_GPA
    return {k: v for k, v in conditions.items() if not (ambient and k == "pressure_GPa")}


def coarse(name: str, value: object) -> str:
    """Return a condition to three digits; all temperatures from 15 to 30 °C are room temperature.

    Args:
        name: Its kept name.
        value: Its value.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if name == "temperature_K" and _ROOM_K[0] <= value <= _ROOM_K[1]:
        return "room"
    return f"{value:.3g}"


def comparable(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether values of two methods may be held against each other.

    What both state must agree to three digits. Where only one states something, or they state different temperatures,
    it must be what models leave unsaid: room temperature, or so cold that it is as good as 0 K.

    Args:
        one: Conditions by kept name.
        other: Those of the other.

    Example:
        >>> comparable({"temperature_K": 298.15}, {}), comparable({"temperature_K": 900.0}, {})
        (True, False)
    """
    first, second = telling(one), telling(other)
    return all(
        (name in first and name in second and coarse(name, first[name]) == coarse(name, second[name]))
        or (name == "temperature_K" and _unsaid(first.get(name)) and _unsaid(second.get(name)))
        for name in {*first, *second}
    )


def _unsaid(kelvin: object) -> bool:
    """Return whether a temperature is one that models leave unsaid."""
    return kelvin is None or (
        isinstance(kelvin, (int, float)) and (kelvin <= _COLD_K or _ROOM_K[0] <= kelvin <= _ROOM_K[1])
    )
