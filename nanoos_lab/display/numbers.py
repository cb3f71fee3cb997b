"""Numbers as people write them: rounded to their uncertainty, with units, times and sizes."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONDITION_UNITS = {
    "K": "K", "GPa": "GPa", "eV": "eV", "T": "T", "nm": "nm", "percent": "%", "N": "N", "Hz": "Hz", "g": "g",
    "K_per_min": "K/min", "V_per_m": "V/m",
}  # fmt: skip
"""The units that names of conditions end in, and how they are written."""
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0


def decimals_for(uncertainty: float) -> int:
    """Return how many decimals a value with this uncertainty deserves.

    Two significant digits of the uncertainty are kept where it starts with 1 or 2, else one, which is the
    Particle Data Group's rule in short form (Phys. Rev. D 98, 030001 (2018), section 5.3).

    Args:
        uncertainty: Half width, > 0.
    """
    exponent = math.floor(math.log10(uncertainty))
    leading = uncertainty / 10**exponent
    digits = 2 if leading < 2.95 else 1  # noqa: PLR2004 - 3 and above keep one digit
    return max(digits - 1 - exponent, 0)


def number(value: float | None, *, digits: int = 4) -> str:
    """Return a number with so many significant digits, without an exponent where that reads well.

    Args:
        value: The number, or None for a dash.
        digits: Significant digits.
    """
    if value is None or math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e7:  # noqa: PLR2004 - beyond it exponents read better
        return f"{value:.{digits - 1}e}".replace("-", "−")
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{value:.{decimals}f}".replace("-", "−")


def value_text(value: float, uncertainty: float | None = None, unit: str = "", *, digits: int = 4) -> str:
    """Return ``"171 ± 8 GPa"``.

    Args:
        value: The value.
        uncertainty: Its half width; None or 0 leaves it out.
        unit: The unit; empty for dimensionless.
        digits: Significant digits where there is no uncertainty.
    """
    if uncertainty:
        decimals = decimals_for(uncertainty)
        text = f"{value:.{decimals}f} ± {uncertainty:.{decimals}f}".replace("-", "−")
    else:
        text = number(value, digits=digits)
    return f"{text} {unit}".strip()


def signed(value: float, *, digits: int = 3) -> str:
    """Return a number with its sign always shown.

    Args:
        value: The number.
        digits: Significant digits.
    """
    text = number(value, digits=digits)
    return text if value <= 0 else f"+{text}"


def duration(seconds: float | None) -> str:
    """Return a duration as ``"12 ms"``, ``"3.4 s"``, ``"5 min 10 s"`` or ``"2 h 5 min"``.

    Args:
        seconds: Length in s, or None for a dash.
    """
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"
    return f"{seconds // _HOUR:.0f} h {seconds % _HOUR / _MINUTE:.0f} min"


def age(at: float | None, *, now: float | None = None) -> str:
    """Return how long ago something was, as ``"just now"``, ``"5 min ago"``, ``"3 d ago"``.

    Args:
        at: UTC seconds since 1970, or None for a dash.
        now: The present, for tests.
    """
    if at is None:
        return "–"
    past = (time.time() if now is None else now) - at
    for limit, size, unit in ((_HOUR, _MINUTE, "min"), (_DAY, _HOUR, "h"), (math.inf, _DAY, "d")):
        if past < _MINUTE:
            return "just now"
        if past < limit:
            return f"{past / size:.0f} {unit} ago"
    return "–"


def size(n_bytes: int) -> str:
    """Return a file size as ``"12 kB"`` or ``"3.4 MB"``.

    Args:
        n_bytes: Size in bytes.
    """
    amount = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004 - SI steps
            return f"{amount:.0f} {unit}" if unit in {"B", "kB"} else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def conditions_text(conditions: Mapping[str, Any]) -> str:
    """Return conditions as ``"temperature 298 K, pressure 5 GPa"``; a unit is the last part of a name.

    Args:
        conditions: Values by name, such as ``{"temperature_K": 298.0}``.
    """
    return ", ".join(_condition(*pair) for pair in conditions.items())


def _condition(name: str, value: object) -> str:
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    if name == "time_s" and isinstance(value, (int, float)):
        return f"time {duration(value).removesuffix(' 0 s').removesuffix(' 0 min')}"
    for suffix, unit in _CONDITION_UNITS.items():
        words = name.removesuffix(f"_{suffix}")
        if words != name:
            return f"{words.replace('_', ' ')} {shown} {unit}"
    return f"{name.replace('_', ' ')} {shown}"


def formula_html(formula: str) -> str:
    """Return a formula with its numbers as subscripts: ``SrTiO<sub>3</sub>``; escaped.

    Args:
        formula: Any text; only digits that follow a letter or a bracket become subscripts.
    """
    import re  # noqa: PLC0415 - used by this function alone

    from markupsafe import escape  # noqa: PLC0415 - terminals do without it

    return re.sub(r"(?<=[A-Za-z)\]])(\d+(?:\.\d+)?)", r"<sub>\1</sub>", str(escape(formula)))
