"""One property of one subject as every method gives it: predicted, computed and measured side by side.

Like values (:mod:`nanoos_lab.charts.likeness`) share a row, with their mean and spread; unlike ones never do.
The drawing is plain SVG in plain HTML (no script), light enough for every cell of a notebook.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from nanoos_lab.charts.likeness import ComparedValue, LikeGroup, like_groups
from nanoos_lab.charts.theme import FONT, GREY, INK, ORIGIN_MARKS, axis_label, nice_ticks, padded_range
from nanoos_lab.display.html import Markup, badge, note, safe, table
from nanoos_lab.display.numbers import value_text
from nanoos_lab.properties import Origin, get_property

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ROW, _LEFT, _WIDE = 30, 250, 640
_METHOD_CHARS = 36
_MOST_REMARKS = 6
_KIND_WORDS = {
    "standard": "is 1 σ",
    "expanded_90": "covers 90 %",
    "conformal_90": "covers 90 %",
    "fit": "is the fit's",
}


def comparison_svg(values: Sequence[ComparedValue]) -> str:
    """Draw like values as one row each, on one axis; the measured range is a band behind all.

    One value is a dot with its interval; several are small dots, and a mark at their mean with their spread.

    Args:
        values: One subject's values of one property; at least one is a number.
    """
    groups = like_groups(values)
    ends = [g.mean + s * g.half_width for g in groups for s in (-1, 1)]
    low, high = padded_range([*ends, *(number for g in groups for number in g.numbers)], 0.08)
    bottom = 12 + _ROW * len(groups)

    def at(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_WIDE - _LEFT - 16)

    parts = [_band(groups, at, bottom)]
    for tick in nice_ticks(low, high, 5):
        x, text = f"{at(tick):.1f}", f"{tick:g}".replace("-", "−")
        parts.append(f"<path d='M{x} 8V{bottom + 4}' stroke='{GREY}' stroke-opacity='0.35'/>")
        parts.append(f"<text x='{x}' y='{bottom + 18}' text-anchor='middle'>{text}</text>")
    parts += [_row_svg(group, 12 + _ROW * i + _ROW / 2, at) for i, group in enumerate(groups)]
    title = html.escape(axis_label(groups[0].first.property))
    parts.append(f"<text x='{(_LEFT + _WIDE) / 2}' y='{bottom + 38}' text-anchor='middle'>{title}</text>")
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDE} {bottom + 46}' width='{_WIDE}' "
        f"height='{bottom + 46}' role='img' font-family='{FONT}' font-size='12' fill='{INK}'>"
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )


def comparison_html(
    values: Sequence[ComparedValue], *, title: str, remark: Callable[[ComparedValue], str] | None = None
) -> str:
    """Return the drawing with a table of groups, methods and sources below it.

    Args:
        values: One subject's values of one property.
        title: What is compared.
        remark: What else to say of a value, such as the sample it was found on.
    """
    head = Markup("<h4>{}</h4>").format(title)
    groups = like_groups(values)
    if not groups:
        return str(head + note("No value is known yet.", tone="idle"))
    head += Markup('<p class="sub">{}</p>').format(get_property(groups[0].first.property).description)
    rows = [
        (
            badge(group.origin),
            _wrapped(group.method, "11em"),
            group.conditions or "–",
            str(len(group.values)),
            _value_cell(group),
            _wrapped(group_remarks(group, remark), "18em"),
        )
        for group in groups
    ]
    headers = ["Origin", "Method", "Conditions", "n", "Value", "Remarks and source"]
    drawn = safe(comparison_svg(values))
    return str(head + drawn + table(headers, rows, numeric=["n", "Value"]))


def group_text(group: LikeGroup) -> str:
    """Return the value of a group: of several, their mean and standard deviation.

    Args:
        group: Like values.
    """
    return value_text(group.mean, group.half_width or None, group.first.unit)


def group_remarks(group: LikeGroup, remark: Callable[[ComparedValue], str] | None = None) -> str:
    """Return what is to be said of the values of a group, each thing once.

    Args:
        group: Like values.
        remark: What else to say of a value.
    """
    said = list(group.flags)
    for value in group.values:
        said += [remark(value) if remark else "", value.note.rstrip("."), value.source]
    several = [one for one in dict.fromkeys(said) if one]
    more = f"; and {len(several) - _MOST_REMARKS} more" if len(several) > _MOST_REMARKS else ""
    return "; ".join(several[:_MOST_REMARKS]) + more


def _value_cell(group: LikeGroup) -> Markup:
    """Return the value, and below it what its uncertainty means."""
    kind = group.first.uncertainty_kind
    if group.spread is not None:
        low, high = (value_text(n, None, "") for n in (group.numbers[0], group.numbers[-1]))
        meaning = f"mean ± standard deviation, {low} to {high}"
    elif group.half_width:
        meaning = f"± {_KIND_WORDS.get(kind, 'not stated')}"
    else:
        meaning = "± not stated"
    return Markup('{}<div class="idle">{}</div>').format(group_text(group), meaning)


def _wrapped(text: str, least: str) -> Markup:
    cell = Markup('<div style="white-space:normal;min-width:{};max-width:30em">{}</div>')
    return cell.format(least, text or "–")


def _band(groups: Sequence[LikeGroup], at: Callable[[float], float], bottom: float) -> str:
    measured = [g for g in groups if g.origin == str(Origin.MEASURED)]
    if not measured or len(measured) == len(groups):
        return ""
    left = at(min(min(g.mean - g.half_width, *g.numbers) for g in measured))
    right = at(max(max(g.mean + g.half_width, *g.numbers) for g in measured))
    color = ORIGIN_MARKS[Origin.MEASURED].color
    return (
        f"<rect x='{left - 1:.1f}' y='8' width='{right - left + 2:.1f}' height='{bottom - 8}' "
        f"fill='{color}' fill-opacity='0.14'/>"
    )


def _row_svg(group: LikeGroup, y: float, at: Callable[[float], float]) -> str:
    mark, half, flags, method = (
        ORIGIN_MARKS[Origin(group.origin)],
        group.half_width,
        group.flags,
        group.method,
    )
    short = method if len(method) <= _METHOD_CHARS else f"{method[: _METHOD_CHARS - 1]}…"
    look = f"fill='none' stroke='{mark.color}' stroke-width='1.8'" if flags else f"fill='{mark.color}'"
    ends = f"M{at(group.mean - half):.1f} {y}H{at(group.mean + half):.1f}"
    whisker = f"<path d='{ends}' stroke='{mark.color}' stroke-width='1.8'/>" if half else ""
    dots = "".join(
        f"<circle cx='{at(number):.1f}' cy='{y}' r='2.6' fill='none' stroke='{mark.color}' stroke-opacity='0.75'/>"
        for number in (group.numbers if len(group.numbers) > 1 else ())
    )
    short_conditions = group.conditions.replace("temperature ", "").replace("pressure ", "")
    head = " · ".join(filter(None, [_count(group), short_conditions]))
    head = (
        head if len(head) <= _METHOD_CHARS - len(mark.word) else f"{head[: _METHOD_CHARS - len(mark.word)]}…"
    )
    tip = html.escape("; ".join([mark.word, method, *filter(None, [group.conditions]), *flags]))
    where = f"x='{_LEFT - 14}' text-anchor='end'"
    return (
        f"<g><title>{tip}</title>"
        f"<text {where} y='{y - 1}'><tspan font-weight='600' fill='{mark.color}'>{mark.word}</tspan>"
        f"<tspan font-size='10'>{html.escape(f' · {head}' if head else '')}</tspan></text>"
        f"<text {where} y='{y + 11}' font-size='10'>{html.escape(short)}</text>"
        f"{whisker}{dots}{_symbol(mark.symbol, at(group.mean), y, look)}</g>"
    )


def _count(group: LikeGroup) -> str:
    return f"mean of {len(group.values)}" if len(group.values) > 1 else ""


def _symbol(symbol: str, x: float, y: float, look: str) -> str:
    if symbol == "diamond":
        return f"<path d='M{x:.1f} {y - 6}l6 6l-6 6l-6 -6z' {look}/>"
    if symbol == "square":
        return f"<rect x='{x - 4.5:.1f}' y='{y - 4.5}' width='9' height='9' {look}/>"
    if symbol == "triangle-up":
        return f"<path d='M{x:.1f} {y - 6}l6 10h-12z' {look}/>"
    return f"<circle cx='{x:.1f}' cy='{y}' r='5' {look}/>"
