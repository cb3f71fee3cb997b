"""Units as people write them, converted into the one unit in which a property is kept.

pint does the arithmetic and is loaded by the first unit that has to be converted. Two things are ours: an
``atom`` is a dimension of its own, so that an energy is never taken for an energy per atom, and a ``mol`` is a
number, so that ``kJ/(mol atom)``, a mole of atoms, is an energy per atom while ``kJ/mol`` is an energy.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any, TypeVar, cast

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.vocabulary import get_property

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

Number = TypeVar("Number", float, "NDArray[np.float64]")

EXAMPLES = {
    "eV/atom": ("meV/atom", "Ry/atom", "kJ/(mol atom)", "kcal/(mol atom)"),
    "eV": ("meV", "Ha", "kJ/mol", "kcal/mol"),
    "GPa": ("MPa", "kbar", "Mbar", "eV/Å³"),
    "Å³/atom": ("nm³/atom", "a0³/atom"),
    "Å": ("nm", "pm", "a0"),
    "g/cm³": ("kg/m³", "g/cc", "amu/Å³"),
    "eV/Å": ("meV/Å", "Ry/a0", "nN"),
    "μB/atom": ("uB/atom", "mu_B/atom"),
    "K": ("°C", "mK"),
    "1/K": ("ppm/K", "1e-6/K", "1/°C"),
    "W/(m K)": ("W/m/K", "mW/(cm K)"),
    "S/m": ("S/cm", "1/(ohm cm)"),
    "μV/K": ("uV/K", "mV/K"),
    "cm⁻¹": ("1/cm", "1/m", "1/nm"),
    "nm": ("Å", "um"),
    "T": ("mT", "gauss"),
    "s": ("min", "h"),
    "": ("%", "1"),
}
"""By kept unit, others that are converted into it."""
_DEFINITIONS = (
    "atom = [atom] = at",
    "formula_unit = [formula_unit] = fu",
    "mole = 6.02214076e23 = mol",
    "gauss = 1e-4 tesla = G",
    "oersted = 1e-4 tesla = Oe",
    "@alias hartree = Ha",
)
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SPELLINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+"), lambda m: "**" + m[0].translate(_PLAIN)),
    (re.compile(r"(?<![^\W\d])(?:[μu]B|mu_?B)(?![^\W\d])"), lambda _: "bohr_magneton"),
    (re.compile("[℃]|° ?C(?![^\\W\\d])"), lambda _: "degC"),
    (re.compile("[℉]|° ?F(?![^\\W\\d])"), lambda _: "degF"),
    (re.compile(r"f\. ?u\.|formula unit"), lambda _: "fu"),
    (re.compile(r"a0|a₀"), lambda _: "bohr"),
    (re.compile(r"[·⋅×]"), lambda _: "*"),
    (re.compile(r"\^"), lambda _: "**"),
    (re.compile(r"^(?:arb\. ?units?|a\.u\.|arb\.|counts?)$"), lambda _: ""),
)
_LONGEST = 60
_POWER = re.compile(r"\*\*\s*\(?\s*[-+]?\d{1,2}(?:\.\d)?\s*\)?(?!\s*\*\*|[\d.])")
_STRANGE = re.compile(r"[^\w\s*/().%°+-]|\d{5,}")
_OFFSET = re.compile(r"(?<![^\W\d])deg([CF])(?![^\W\d])")
_NO_UNIT = (ValueError, TypeError, AttributeError, ArithmeticError, SyntaxError, AssertionError, TokenError)
"""What pint raises for texts that are no units; its own errors are among these."""
_SURE_DIGITS = 12
"""Of a converted number: what arithmetic adds behind them would make one fact look like two."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:(?:e|\s*[×x*·]\s*10\s*(?:\*\*|\^)?\s*)[-+]?\d+)?"
_STATED = re.compile(rf"(\(?)\s*({_NUMBER})(?:\((\d+)\))?\s*(.*)", re.IGNORECASE | re.DOTALL)
_TEN = re.compile("(?<=[×x*·] )10([⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+)|(?<=[×x*·])10([⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+)")
_SPREAD = re.compile(r"±|\+\s*/\s*-|\+-|\\pm")


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, and its uncertainty in the same unit where one was stated."""

    value: float
    unit: str
    """As it was written; ``""`` where none was."""
    uncertainty: float | None = None


def convert(
    value: Number, unit: str, to: str, *, difference: bool = False, photon: bool = False, what: str = "it"
) -> Number:
    """Return a number, or an array of them, in another unit.

    Args:
        value: In ``unit``.
        unit: As people write it: ``GPa``, ``kJ/(mol atom)``, ``Å³/atom``, ``cm^-1``, ``°C``.
        to: The wanted unit.
        difference: Whether it is a difference or a width, for which 1 °C is 1 K.
        photon: Whether it is of a photon, whose energy is also said by wavelength, wavenumber or frequency.
        what: What it is, for messages.

    Raises:
        InvalidInputError: A unit is unknown, or is of another kind than the wanted one.

    Example:
        >>> convert(25.0, "°C", "K")
        298.15
    """
    if unit == to:
        return value
    (factor, source), (divisor, target) = _parse(unit), _parse(to)
    optics = ("spectroscopy",) if photon else ()
    if not source.is_compatible_with(target, *optics):
        raise InvalidInputError(_mismatch(what, unit, to))
    if difference:
        source, target = _as_difference(source), _as_difference(target)
    quantity = _registry().Quantity(value * factor, source)
    converted = quantity.to(target, *optics).magnitude / divisor
    return cast("Number", _rounded(converted) if isinstance(converted, float) else converted)


def compatible(unit: str, to: str) -> bool:
    """Return whether one unit can be converted into another.

    Args:
        unit: As people write it; an unknown one is compatible with none.
        to: The wanted unit.
    """
    try:
        return bool(_parse(unit)[1].is_compatible_with(_parse(to)[1]))
    except InvalidInputError:
        return False


def to_kept_unit(property: str, value: float | str, unit: str | None = None) -> float:  # noqa: A002 - the field's word
    """Return a value of a property in the unit in which it is kept.

    Args:
        property: A name of the vocabulary.
        value: A number, or a text such as ``"171 GPa"``.
        unit: The number's unit; None where it is the kept one, or the text says it.

    Raises:
        InvalidInputError: The unit is of another kind; the message names some that are not.
    """
    return kept_quantity(property, value, unit=unit).value


def kept_quantity(
    property: str,  # noqa: A002 - the field's word
    value: float | str,
    uncertainty: float | str | None = None,
    *,
    unit: str | None = None,
) -> Quantity:
    """Return a value of a property, and its uncertainty, in the unit in which they are kept.

    Args:
        property: A name of the vocabulary.
        value: A number, or a text such as ``"171 ± 8 GPa"`` or ``"3.905(2) Å"``.
        uncertainty: A number in the value's unit, or a text: ``"8 GPa"``, ``"5 %"`` of the value.
        unit: The value's unit; None where it is the kept one, or the text says it.

    Raises:
        InvalidInputError: Something is not a number, or a unit is of another kind.
    """
    entry = get_property(property)
    given = parse_quantity(value) if isinstance(value, str) else Quantity(_plain(property, value), "")
    if unit is not None and given.unit and unit != given.unit:
        raise InvalidInputError(f"{property}: {value!r} says its unit itself, which is not {unit!r}")
    said = given.unit or ("" if unit is None else unit)
    written = said if said or unit is not None else entry.unit
    if uncertainty is not None and given.uncertainty is not None:
        raise InvalidInputError(f"{property}: {value!r} says its uncertainty itself: give it once")
    width = given.uncertainty if uncertainty is None else _width(property, uncertainty, given.value, written)
    kept = convert(given.value, written, entry.unit, what=property)
    if not math.isfinite(kept):
        raise InvalidInputError(f"{property}: {value!r} is not a finite number")
    if width is not None:
        width = convert(width, written, entry.unit, difference=True, what=property)
        if not 0 <= width < math.inf:
            raise InvalidInputError(f"{property}: the uncertainty {uncertainty!r} is not a number >= 0")
    return Quantity(kept, entry.unit, width)


def parse_quantity(text: str) -> Quantity:
    """Return what a text such as ``"171 ± 8 GPa"`` states.

    Args:
        text: A number, where known its uncertainty (``± 8``, ``± 5 %``, or of the last digits: ``171(8)``), and
            its unit.

    Raises:
        InvalidInputError: It does not start with a number, or says two different things.
    """
    plain = _TEN.sub(lambda m: "10**" + (m[1] or m[2]).translate(_PLAIN), text.strip().replace("−", "-"))
    head, *spreads = _SPREAD.split(plain)
    found = _STATED.fullmatch(head.strip())
    if found is None or len(spreads) > 1:
        raise InvalidInputError(f"{text!r} is not a number with a unit, such as '171 GPa' or '171 ± 8 GPa'")
    bracket, number, digits, unit = found.groups()
    value, unit = _float(number), unit.strip()
    if unit.startswith(","):
        raise InvalidInputError(f"{text!r}: write a decimal point, and no comma between digits")
    if not spreads:
        width = None if digits is None else _of_last_digits(number, digits)
        return Quantity(value, unit.rstrip(")").strip() if bracket else unit, width)
    spread = _STATED.fullmatch(spreads[0].strip())
    if spread is None or spread[1] or spread[3] or digits is not None:
        raise InvalidInputError(f"{text!r}: what follows ± is not a number")
    width, second = _float(spread[2]), spread[4].strip()
    if bracket:
        if unit or not second.startswith(")"):
            raise InvalidInputError(f"{text!r} is not a number with a unit, such as '(171 ± 8) GPa'")
        return Quantity(value, second[1:].strip(), width)
    if second == "%":
        if not unit:
            raise InvalidInputError(f"{text!r} may mean two things: write '171 GPa ± 5 %' or '(30 ± 5) %'")
        return Quantity(value, unit, abs(value) * width / 100)
    if unit and second and unit != second:
        width = convert(width, second, unit, difference=True, what=repr(text))
    return Quantity(value, unit or second, width)


def _width(what: str, uncertainty: float | str, value: float, unit: str) -> float:
    """Return a stated uncertainty in the value's own unit."""
    if not isinstance(uncertainty, str):
        return _plain(what, uncertainty)
    given = parse_quantity(uncertainty)
    if given.uncertainty is not None:
        raise InvalidInputError(f"{what}: the uncertainty {uncertainty!r} has an uncertainty itself")
    if given.unit == "%" and unit.strip() != "%":
        if _OFFSET.search(_spelled(unit)):
            raise InvalidInputError(
                f"{what}: {uncertainty} of a value in {unit} depends on its zero: say it in K"
            )
        return abs(value) * given.value / 100
    return convert(given.value, given.unit, unit, difference=True, what=what) if given.unit else given.value


def _plain(what: str, number: float) -> float:
    try:
        return float(number)
    except (TypeError, ValueError):
        raise InvalidInputError(f"{what}: {number!r} is not a number") from None


def _of_last_digits(number: str, digits: str) -> float:
    mantissa = re.split(r"[eE×x*·]", number)[0]
    decimals = len(mantissa.partition(".")[2])
    scale = _float(number) / float(mantissa) if float(mantissa) else 1.0
    return abs(int(digits) * 10.0**-decimals * scale)


def _float(number: str) -> float:
    return float(re.sub(r"\s*[×x*·]\s*10\s*(?:\*\*|\^)?\s*", "e", number))


def _rounded(value: float) -> float:
    return float(f"{value:.{_SURE_DIGITS}g}") if math.isfinite(value) else value


def _mismatch(what: str, unit: str, to: str) -> str:
    kept = f"{what} is kept in {to}" if to else f"{what} is kept as a plain number"
    said = f"{unit!r} cannot be converted into it" if unit else "a number without a unit is not that"
    some = EXAMPLES.get(to)
    advice = f": give it in {', '.join((to, *some) if to else some)}" if some else ""
    why = ""
    whole = to.removesuffix("/atom")
    if whole != to and (compatible(unit, whole) or compatible(unit, f"{whole}/fu")):
        why = "; it does not say per how many atoms: divide by the atoms it counts, or write (mol atom) for a mole of them"  # noqa: E501
    return f"{kept}, and {said}{advice}{why}"


def _spelled(unit: str) -> str:
    """Return a unit as pint spells it."""
    text = unicodedata.normalize("NFC", unit).replace("µ", "μ").replace("−", "-").strip()
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return text


@cache
def _registry() -> Any:  # noqa: ANN401 - pint is loaded when first needed
    import pint  # noqa: PLC0415 - 0.2 s, and most sessions convert nothing

    # Loaded by hand, because a registry that is complete does not forget what it worked out of replaced units.
    registry: Any = pint.UnitRegistry(None, on_redefinition="ignore")
    registry.load_definitions(Path(pint.__file__).with_name("default_en.txt"))
    registry.load_definitions(_DEFINITIONS)
    return registry


@lru_cache(maxsize=500)
def _parse(unit: str) -> tuple[float, Any]:
    """Return the factor in a unit, 1 of most and 1e-6 of ``10⁻⁶/K``, and what remains, as pint's."""
    text = _spelled(unit)
    if not text:
        return 1.0, _registry().dimensionless
    wild = "**" in _POWER.sub("", text) or _STRANGE.search(text) or len(unit) > _LONGEST
    try:
        if wild:
            raise ValueError(text)  # a power of a power would be computed for ever
        if text not in {"degC", "degF"}:
            text = _OFFSET.sub(r"delta_deg\1", text)
        parsed = _registry().parse_expression(f"1{text}" if text.startswith("/") else text)
    except _NO_UNIT as error:
        raise InvalidInputError(
            f"{unit!r} is not a unit that is known: write it like GPa, eV/atom, W/(m K) or cm^-1"
        ) from error
    magnitude = float(getattr(parsed, "magnitude", parsed))
    if not 0 < magnitude < math.inf or not math.isclose(math.log10(magnitude) % 1, 0, abs_tol=1e-9):
        raise InvalidInputError(
            f"{unit!r} is not a unit: the number in it is {magnitude:g}, not a power of ten"
        )
    return magnitude, getattr(parsed, "units", _registry().dimensionless)


def _as_difference(unit: Any) -> Any:  # noqa: ANN401 - a unit of pint's
    """Return the unit of a difference on the scale of a unit, which matters to °C and °F."""
    named = {"degree_Celsius": "delta_degree_Celsius", "degree_Fahrenheit": "delta_degree_Fahrenheit"}
    return _registry().Unit(named.get(str(unit), str(unit)))
