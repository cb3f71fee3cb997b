"""A batch's snapshot where no script runs: its counts, the best, a drawing of all values, a table with pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers
from nanoos_lab.display.look import look
from nanoos_lab.widgets.monitor_still import counts_text, failure_note, moment, state_badge

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROWS = 12
_WIDTH, _HEIGHT = 640, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 10, 30
_MOST_POINTS = 2000
_STATES = {"C": "COMPLETED", "R": "RUNNING", "Q": "QUEUED", "S": "SUBMITTING", "P": "PENDING", "F": "FAILED",
           "L": "LOST", "X": "CANCELLED"}  # fmt: skip


def still_line(data: Mapping[str, Any]) -> str:
    """Return a batch in a line.

    Args:
        data: Its snapshot.
    """
    best = data["best"]
    words = f"; {data['direction']} {_label(data)}: {best['text']} ({best['name']})" if best else ""
    return f"{data['task']}, {data['total']} runs, {counts_text(data)}{words}"


def still(data: Mapping[str, Any]) -> str:
    """Return a batch as a page that needs no script.

    Args:
        data: Its snapshot.
    """
    head = [html.note(f"Not live: as of {moment(data['at'])}, {data['unfinished']} not finished.")]
    if not data["unfinished"]:
        head = [html.Markup('<p class="sub">as of {}</p>').format(moment(data["at"]))]
    parts: list[str] = [*head, html.bar((data["total"] - data["unfinished"]) / max(data["total"], 1))]
    if data["best"]:
        best = data["best"]
        facts = [(f"{data['direction'].capitalize()} {_label(data)}", best["text"]), ("of", best["name"])]
        method = [("Method", data["method"] + (" · SYNTHETIC" if data["synthetic"] else ""))]
        parts += [html.facts(facts + method), html.safe(drawing(data))]
    parts += [_table(data), *(failure_note(group) for group in data["failures"])]
    return html.block(
        *parts, title=f"{data['label'] or data['task']}: {data['total']} runs", subtitle=counts_text(data)
    )


def best_first(data: Mapping[str, Any]) -> list[int]:
    """Return the places of a batch's runs, the best value first, those without one last.

    Args:
        data: Its snapshot.
    """
    sign = 1 if data["direction"] == "lowest" else -1
    values = data["values"]
    return sorted(range(data["total"]), key=lambda k: (values[k] is None, sign * (values[k] or 0.0), k))


def _table(data: Mapping[str, Any]) -> html.Markup:
    pictures, unit = data.get("pictures", {}), (data["property"] or {}).get("unit", "")
    rows = []
    for k in best_first(data)[:_ROWS]:
        value = data["values"][k]
        drawn = pictures.get(data["runs"][k], "")
        words = "–" if value is None else numbers.value_text(value, data["uncertainties"][k], unit)
        rows.append(
            (
                html.safe(drawn),
                data["names"][k],
                data["formulas"][k],
                words,
                state_badge(_STATES[data["states"][k]]),
            )
        )
    table = html.table(("", "structure", "formula", _label(data), "state"), rows, numeric=(_label(data),))
    more = data["total"] - len(rows)
    return table + (
        html.note(f"{more} more are not in this table", tone="idle") if more > 0 else html.Markup()
    )


def drawing(data: Mapping[str, Any]) -> str:
    """Return every value against its place in the batch as SVG.

    Args:
        data: The snapshot.
    """
    points = [(k + 1, v, data["states"][k]) for k, v in enumerate(data["values"]) if v is not None]
    step = max(1, len(points) // _MOST_POINTS)
    points = points[::step]
    low, high = min(v for _, v, _ in points), max(v for _, v, _ in points)
    span = (high - low) or abs(high) * 0.1 or 1.0
    low, high = low - 0.06 * span, high + 0.06 * span
    across = (_WIDTH - _LEFT - _RIGHT) / max(data["total"] + 1, 2)
    up = (_HEIGHT - _TOP - _BOTTOM) / (high - low)
    dots = html.Markup().join(
        html.Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3" class="{}" fill="currentColor"/>').format(
            _LEFT + x * across, _HEIGHT - _BOTTOM - (y - low) * up, look().states[_STATES[state]].tone
        )
        for x, y, state in points
    )
    marks = html.Markup().join(
        html.Markup('<text x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
            _LEFT - 8, _HEIGHT - _BOTTOM - (y - low) * up + 4, numbers.number(y, digits=3)
        )
        for y in (low + 0.06 * (high - low), (low + high) / 2, high - 0.06 * (high - low))
    )
    frame = html.Markup('<path d="M{} {}V{}H{}" fill="none" stroke="#8a9097"/>').format(
        _LEFT, _TOP, _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    )
    label = html.Markup('<text x="{}" y="{}" text-anchor="middle">{}, in order</text>').format(
        (_LEFT + _WIDTH) // 2, _HEIGHT - 8, _label(data)
    )
    return str(
        html.Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" '
            'aria-label="{2} of {3} runs" font-size="11" font-family="system-ui,sans-serif" fill="#7d8187">'
        ).format(_WIDTH, _HEIGHT, _label(data), len(points))
        + frame + marks + label + dots + html.Markup("</svg>")
    )  # fmt: skip


def _label(data: Mapping[str, Any]) -> str:
    return str(data["property"]["label"]).lower() if data["property"] else "value"
