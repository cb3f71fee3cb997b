"""The few HTML parts that every display is made of; text is escaped unless it is ``Markup`` already.

Colours follow JupyterLab's theme variables and have fallbacks, so the same HTML reads in JupyterLab, in a
report and in Voila, light or dark. States and origins differ by word as well as by colour.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@cache
def style() -> Markup:
    """Return the style sheet of all displays as one ``<style>`` element."""
    css = resources.files("nanoos_lab.display").joinpath("style.css").read_text(encoding="utf-8")
    return Markup("<style>\n{}</style>").format(safe(css))


_TONES = {
    "COMPLETED": "good", "RUNNING": "busy", "QUEUED": "busy", "SUBMITTING": "busy", "PENDING": "idle",
    "FAILED": "bad", "LOST": "bad", "CANCELLED": "warn",
    "measured": "good", "computed": "busy", "predicted": "warn", "imported": "idle",
}  # fmt: skip


def block(*parts: str, title: str = "", subtitle: str = "") -> str:
    """Return one display: style, title, and parts below each other.

    Args:
        parts: HTML as ``Markup``; other text is escaped.
        title: Heading.
        subtitle: A quieter line under it.
    """
    head = Markup("<h4>{}</h4>").format(title) if title else Markup()
    if subtitle:
        head += Markup('<p class="sub">{}</p>').format(subtitle)
    return str(style() + Markup('<div class="nanoos">') + head + Markup().join(parts) + Markup("</div>"))


def badge(text: str) -> Markup:
    """Return a state or an origin as a small label with its colour.

    Args:
        text: The word; unknown words are grey.
    """
    return Markup('<span class="badge {}">{}</span>').format(_TONES.get(text, "idle"), text)


def note(text: str, *, tone: str = "warn") -> Markup:
    """Return a sentence that must be read.

    Args:
        text: The sentence.
        tone: ``good``, ``busy``, ``warn``, ``bad`` or ``idle``.
    """
    return Markup('<div class="note {}">{}</div>').format(tone, text)


def row(*parts: str) -> Markup:
    """Return parts beside each other, wrapping where the page is narrow.

    Args:
        parts: HTML as ``Markup``.
    """
    cells = Markup().join(Markup("<div>{}</div>").format(part) for part in parts)
    return Markup('<div class="row">{}</div>').format(cells)


def figure(svg: str, caption: str | Markup) -> Markup:
    """Return a drawing with its caption below.

    Args:
        svg: A drawing made by this package.
        caption: Text, or HTML as ``Markup``; none if empty.
    """
    said = Markup("<figcaption>{}</figcaption>").format(caption) if caption else Markup()
    return Markup('<figure style="margin:0;text-align:center">{}{}</figure>').format(safe(svg), said)


def facts(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> Markup:
    """Return a two-column table of names and values.

    Args:
        pairs: Names and values in order.
    """
    items = pairs.items() if hasattr(pairs, "items") else pairs
    rows = Markup().join(Markup("<tr><th>{}</th><td>{}</td></tr>").format(k, v) for k, v in items)
    return Markup("<table><tbody>{}</tbody></table>").format(rows)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Iterable[str] = ()) -> Markup:
    """Return a table.

    Args:
        headers: Column names.
        rows: Cells, as many as headers.
        numeric: The columns that are right-aligned.
    """
    right = set(numeric)
    classes = ["num" if h in right else "" for h in headers]
    head = Markup().join(
        Markup('<th class="{}">{}</th>').format(c, h) for c, h in zip(classes, headers, strict=True)
    )
    body = Markup().join(
        Markup("<tr>{}</tr>").format(
            Markup().join(
                Markup('<td class="{}">{}</td>').format(c, cell)
                for c, cell in zip(classes, cells, strict=True)
            )
        )
        for cells in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)


def bar(fraction: float | None) -> Markup:
    """Return a progress bar.

    Args:
        fraction: Done part, 0 to 1; None draws it empty.
    """
    percent = 100 * min(max(fraction or 0.0, 0.0), 1.0)
    return Markup(
        '<div class="bar" role="progressbar" aria-valuenow="{:.0f}"><div style="width:{:.0f}%"></div></div>'
    ).format(percent, percent)


def safe(html: str) -> Markup:
    """Mark HTML that one of our own functions made as not to be escaped again.

    Args:
        html: HTML made by this package from escaped parts.
    """
    return Markup(html)  # noqa: S704 - only for text made by this package


__all__ = ["Markup", "badge", "bar", "block", "escape", "facts", "figure", "note", "row", "safe", "table"]
