"""One property of one subject as every method gives it: predicted, computed and measured side by side.

The drawing is plain SVG in plain HTML (no script), light enough for every cell of a notebook.
"""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any, Protocol

from nanoos_lab.charts.theme import FONT, GREY, INK, ORIGIN_MARKS, axis_label, nice_ticks, padded_range
from nanoos_lab.display.html import Markup, badge, note, safe, table
from nanoos_lab.display.numbers import conditions_text, value_text
from nanoos_lab.properties import Origin, get_property

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class ComparedValue(Protocol):
    """What a value must tell to be compared; the store's rows do."""

    property: str
    value: float
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


_ORDER = [Origin.PREDICTED, Origin.COMPUTED, Origin.IMPORTED, Origin.MEASURED]
_ROW, _LEFT, _WIDE = 30, 250, 640
_METHOD_CHARS = 36
_KIND_WORDS = {
    "standard": "is 1 σ",
    "expanded_90": "covers 90 %",
    "conformal_90": "covers 90 %",
    "fit": "is the fit's",
}


def in_order(values: Sequence[ComparedValue]) -> list[ComparedValue]:
    """Return values by origin (predicted, computed, imported, measured), then method, then value.

    Args:
        values: Values of one property.
    """
    place = {str(origin): index for index, origin in enumerate(_ORDER)}
    return sorted(values, key=lambda v: (place.get(str(v.origin), len(place)), method_of(v), v.value))


def method_of(value: ComparedValue) -> str:
    """Return the method of a value in one line.

    Args:
        value: The value.
    """
    head = f"{value.method_name} {value.method_version}".strip()
    return f"{head} · {value.method_recipe}" if value.method_recipe else head


def comparison_svg(values: Sequence[ComparedValue]) -> str:
    """Draw values as dots with intervals on one axis; the measured range is a band behind all.

    Args:
        values: One subject's values of one property; at least one.
    """
    rows = in_order(values)
    low, high = padded_range([v.value + s * _width(v) for v in rows for s in (-1, 1)], 0.08)
    bottom = 12 + _ROW * len(rows)

    def at(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_WIDE - _LEFT - 16)

    parts = [_band(rows, at, bottom)]
    for tick in nice_ticks(low, high, 5):
        x, text = f"{at(tick):.1f}", f"{tick:g}".replace("-", "−")
        parts.append(f"<path d='M{x} 8V{bottom + 4}' stroke='{GREY}' stroke-opacity='0.35'/>")
        parts.append(f"<text x='{x}' y='{bottom + 18}' text-anchor='middle'>{text}</text>")
    parts += [_row_svg(value, 12 + _ROW * i + _ROW / 2, at) for i, value in enumerate(rows)]
    title = html.escape(axis_label(rows[0].property))
    parts.append(f"<text x='{(_LEFT + _WIDE) / 2}' y='{bottom + 38}' text-anchor='middle'>{title}</text>")
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDE} {bottom + 46}' width='{_WIDE}' "
        f"height='{bottom + 46}' role='img' font-family='{FONT}' font-size='12' fill='{INK}'>"
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )


def comparison_html(values: Sequence[ComparedValue], *, title: str) -> str:
    """Return the drawing with a table of values, methods and sources below it.

    Args:
        values: One subject's values of one property.
        title: What is compared.
    """
    head = Markup("<h4>{}</h4>").format(title)
    if not values:
        return str(head + note("No value is known yet.", tone="idle"))
    head += Markup('<p class="sub">{}</p>').format(get_property(values[0].property).description)
    rows = [
        (
            badge(str(v.origin)),
            _wrapped(method_of(v), "11em"),
            _value_cell(v),
            _wrapped(_remarks(v), "20em"),
        )
        for v in in_order(values)
    ]
    headers = ["Origin", "Method", "Value", "Remarks and source"]
    return str(head + safe(comparison_svg(values)) + table(headers, rows, numeric=["Value"]))


def _value_cell(value: ComparedValue) -> Markup:
    """Return the value, and below it what its uncertainty means."""
    text = value_text(value.value, _width(value) or None, value.unit)
    meaning = (
        f"± {_KIND_WORDS[value.uncertainty_kind]}"
        if value.uncertainty_kind in _KIND_WORDS
        else "± not stated"
    )
    return Markup('{}<div class="idle">{}</div>').format(text, meaning)


def _wrapped(text: str, least: str) -> Markup:
    cell = Markup('<div style="white-space:normal;min-width:{};max-width:34em">{}</div>')
    return cell.format(least, text)


def _remarks(value: ComparedValue) -> str:
    said = [*_flags(value), conditions_text(value.conditions), value.note.rstrip("."), value.source]
    return "; ".join(filter(None, said)) or "–"


def _width(value: ComparedValue) -> float:
    half = value.uncertainty
    return half if half is not None and math.isfinite(half) else 0.0


def _flags(value: ComparedValue) -> list[str]:
    flags = ["synthetic: not real"] if value.synthetic else []
    flags += [] if value.converged else ["not converged"]
    return [*flags, "outside the model's domain"] if value.in_domain is False else flags


def _band(rows: Sequence[ComparedValue], at: Callable[[float], float], bottom: float) -> str:
    measured = [v for v in rows if str(v.origin) == str(Origin.MEASURED)]
    if not measured or len(measured) == len(rows):
        return ""
    left = at(min(v.value - _width(v) for v in measured))
    right = at(max(v.value + _width(v) for v in measured))
    color = ORIGIN_MARKS[Origin.MEASURED].color
    return (
        f"<rect x='{left - 1:.1f}' y='8' width='{right - left + 2:.1f}' height='{bottom - 8}' "
        f"fill='{color}' fill-opacity='0.14'/>"
    )


def _row_svg(value: ComparedValue, y: float, at: Callable[[float], float]) -> str:
    mark, half, flags, method = (
        ORIGIN_MARKS[Origin(value.origin)],
        _width(value),
        _flags(value),
        method_of(value),
    )
    short = method if len(method) <= _METHOD_CHARS else f"{method[: _METHOD_CHARS - 1]}…"
    look = f"fill='none' stroke='{mark.color}' stroke-width='1.8'" if flags else f"fill='{mark.color}'"
    ends = f"M{at(value.value - half):.1f} {y}H{at(value.value + half):.1f}"
    whisker = f"<path d='{ends}' stroke='{mark.color}' stroke-width='1.8'/>" if half else ""
    tip = html.escape("; ".join([mark.word, method, *flags]))
    where = f"x='{_LEFT - 14}' text-anchor='end'"
    return (
        f"<g><title>{tip}</title>"
        f"<text {where} y='{y - 1}' font-weight='600' fill='{mark.color}'>{mark.word}</text>"
        f"<text {where} y='{y + 11}' font-size='10'>{html.escape(short)}</text>"
        f"{whisker}{_symbol(mark.symbol, at(value.value), y, look)}</g>"
    )


def _symbol(symbol: str, x: float, y: float, look: str) -> str:
    if symbol == "diamond":
        return f"<path d='M{x:.1f} {y - 6}l6 6l-6 6l-6 -6z' {look}/>"
    if symbol == "square":
        return f"<rect x='{x - 4.5:.1f}' y='{y - 4.5}' width='9' height='9' {look}/>"
    if symbol == "triangle-up":
        return f"<path d='M{x:.1f} {y - 6}l6 10h-12z' {look}/>"
    return f"<circle cx='{x:.1f}' cy='{y}' r='5' {look}/>"
