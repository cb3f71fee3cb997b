"""The pieces that cards are made of: numbers as texts, and the drawn range, interval and distribution."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from markupsafe import Markup

from nanoos_lab.display.look import look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHAPES = {
    "diamond": "M0-6L6 0 0 6-6 0Z",
    "circle": "M-5.2 0A5.2 5.2 0 1 1 5.2 0A5.2 5.2 0 1 1-5.2 0Z",
    "square": "M-4.7-4.7H4.7V4.7H-4.7Z",
    "triangle-up": "M0-5.8L5.8 4.6H-5.8Z",
}
"""Outlines of the marks by which origins are told, around (0, 0)."""
WIDTH, LEFT, RIGHT, BARS = 230.0, 6.0, 224.0, 26.0
"""Of the drawing: its width, where its axis begins and ends, and how high bars stand above it."""


def number_text(
    value: float | None, uncertainty: float | None, shape: tuple[int, ...] = ()
) -> tuple[str, str]:
    """Round a value to the place that its uncertainty allows.

    Args:
        value: The value, or None for an array, whose size then stands for it.
        uncertainty: Its half width in the same unit, or None.
        shape: Of the array.

    Returns:
        Both as text; the second is empty where there is no uncertainty. The uncertainty keeps two digits where
        it starts with 1 or 2, else one.
    """
    if value is None:
        return "array " + "×".join(map(str, shape)), ""
    if not math.isfinite(value):
        return str(value), ""
    if uncertainty is None or not math.isfinite(uncertainty):
        return four_digits(value), ""
    if uncertainty == 0:
        return four_digits(value), "0"
    exponent = math.floor(math.log10(uncertainty))
    digits = 1 if uncertainty / 10**exponent < 2.95 else 0  # noqa: PLR2004 - rounds to 3 and keeps one digit
    places = max(digits - exponent, 0)
    return _minus(f"{value:.{places}f}"), f"{uncertainty:.{places}f}"


def four_digits(value: float) -> str:
    """Return a number with four significant digits, all of them before the point where it is large.

    Args:
        value: The number.
    """
    whole = 1e4 <= abs(value) < 1e7  # noqa: PLR2004 - %g would write these with an exponent
    return _minus(f"{value:.0f}" if whole else f"{value:.4g}")


def _minus(text: str) -> str:
    return text.replace("-", "−")


def tone_of(origin: str) -> str:
    """Return the tone of an origin, which names its colour.

    Args:
        origin: ``predicted``, ``computed``, ``measured`` or ``imported``; others are as imported.
    """
    return _sign(origin)[0]


def _sign(origin: str) -> tuple[str, str]:
    signs = look().origins
    sign = signs.get(origin, signs["imported"])
    return sign.tone, SHAPES[sign.symbol]


def origin_badge(origin: str) -> Markup:
    """Return the origin as a word with its mark and colour.

    Args:
        origin: ``predicted``, ``computed``, ``measured`` or ``imported``.
    """
    tone, outline = _sign(origin)
    return Markup(
        '<span class="nc-badge nc-{}"><svg width="11" height="11" viewBox="-7 -7 14 14" aria-hidden="true">'
        '<path d="{}" fill="currentColor"/></svg>{}</span>'
    ).format(tone, outline, origin)


def range_of(
    value: float | None, uncertainty: float | None, typical: tuple[float, float] | None
) -> tuple[float, float] | None:
    """Return the range a value is drawn on: the property's usual one, grown to hold the value and its interval.

    What usually begins at 0 grows below it for a negative value alone: the interval is then drawn as far as it is seen.

    Args:
        value: The value; None has no range.
        uncertainty: Half width of the interval, or None.
        typical: The usual range; without one there is none.
    """
    if typical is None or value is None or not math.isfinite(value):
        return None
    spread = uncertainty if uncertainty is not None and math.isfinite(uncertainty) else 0.0
    low, high = value - spread, value + spread
    if typical[0] == 0:  # what is never below 0 is not drawn there, however wide its interval
        low = max(low, min(value, 0.0))
    return (
        typical[0] if low >= typical[0] else _outward(low, math.floor),
        typical[1] if high <= typical[1] else _outward(high, math.ceil),
    )


def _outward(number: float, toward: Callable[[float], int]) -> float:
    """Return a number with two significant digits, rounded away from what lies between the ends."""
    if number == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(number))) - 1)
    return round(toward(number / step) * step, 12)


def interval_svg(
    value: float | None,
    uncertainty: float | None,
    ends: tuple[float, float] | None,
    origin: str,
    bins: Sequence[int] = (),
) -> Markup:
    """Draw a value and its interval on a range, below the distribution of others; nothing where no range is known.

    Args:
        value: The value; None draws nothing.
        uncertainty: Half width of the interval, or None.
        ends: The range's ends.
        origin: Decides colour and shape of the mark.
        bins: How many others lie in equal parts of the range.
    """
    if ends is None or value is None or not math.isfinite(value):
        return Markup()
    low, high = ends
    axis = 12.0 + (BARS if bins else 0.0)
    spread = uncertainty if uncertainty is not None and math.isfinite(uncertainty) else 0.0

    def x(at: float) -> float:
        return LEFT + (at - low) / (high - low) * (RIGHT - LEFT)

    tone, outline = _sign(origin)
    band = Markup()
    if spread:
        left, right = max(x(value - spread), LEFT), min(x(value + spread), RIGHT)
        seen = [end for end in (x(value - spread), x(value + spread)) if LEFT - 0.05 <= end <= RIGHT + 0.05]
        ends_of = "".join(f"M{end:.1f} {axis - 7:g}v14" for end in seen)
        band = Markup(
            '<path class="nc-ends" d="{}"/><rect class="nc-band" x="{:.1f}" y="{:g}" width="{:.1f}" height="6"/>'
        ).format(ends_of, left, axis - 3, max(right - left, 1.0))
    label = f"{value:g} on a range from {low:g} to {high:g}"
    return Markup(
        '<svg class="nc-range nc-{}" width="{:g}" height="{:g}" viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">'
        '{}<path class="nc-axis" d="M{:g} {:g}H{:g}"/>{}<path class="nc-mark" transform="translate({:.1f} {:g})'
        'scale(.85)" d="{}"/><text x="{:g}" y="{:g}">{}</text><text x="{:g}" y="{:g}" text-anchor="end">{}</text></svg>'
    ).format(
        tone, WIDTH, axis + 19, WIDTH, axis + 19, label, _bars(bins, axis - 4), LEFT, axis, RIGHT, band, x(value), axis,
        outline, LEFT - 3, axis + 17, four_digits(low), RIGHT + 3, axis + 17, four_digits(high),
    )  # fmt: skip


def _bars(bins: Sequence[int], foot: float) -> Markup:
    most = max(bins, default=0)
    if not most:
        return Markup()
    width = (RIGHT - LEFT) / len(bins)
    paths = [
        f"M{LEFT + k * width + 0.5:.1f} {foot:g}v{-max(BARS * count / most, 1.5):.1f}h{width - 1:.1f}V{foot:g}Z"
        for k, count in enumerate(bins)
        if count
    ]
    return Markup('<path class="nc-bars" d="{}"/>').format("".join(paths))
