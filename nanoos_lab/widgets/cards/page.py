"""Cards as a page without scripts, with the same elements, classes and style sheet as in the browser's code."""

from __future__ import annotations

import functools
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from nanoos_lab.display.look import look_css, scale_colors
from nanoos_lab.widgets.cards.card import Card
from nanoos_lab.widgets.cards.parts import interval_svg, origin_badge
from nanoos_lab.widgets.cards.payload import cards_payload, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.widgets.cards.card import StoredValue

CardLike = Any
"""An estimate, a stored value or a card; or a pair of a title and one of these."""


def cards_html(
    values: Iterable[PropertyEstimate | StoredValue | Card | tuple[str, Any]], *, heading: str = ""
) -> str:
    """Draw values as cards, grouped by what they are of.

    Args:
        values: Estimates, stored values or cards; or pairs of a title and one of these.
        heading: What stands above all of them.
    """
    return payload_html(cards_payload(cards_of(values), heading=heading))


def cards_of(values: Iterable[CardLike]) -> list[Card]:
    """Return values as cards, those of one subject and property together.

    Args:
        values: Estimates, stored values or cards; or pairs of a title and one of these.
    """
    pairs = (item if isinstance(item, tuple) else ("", item) for item in values)
    return in_order(Card.of(value, title) for title, value in pairs)


def payload_html(payload: Mapping[str, Any]) -> str:
    """Draw what :func:`cards_payload` gave.

    Args:
        payload: Cards as JSON.
    """
    parts = [_style(), Markup('<div class="nanoos-ui nanoos-cards">')]
    if payload["heading"]:
        parts.append(
            Markup('<div class="nc-bar"><div class="nc-heading">{}</div></div>').format(payload["heading"])
        )
    if picture := payload.get("picture"):
        parts.append(Markup('<img class="nc-picture" alt="" src="{}">').format(picture_url(picture)))
    if not payload["cards"] and not payload["notes"]:
        parts.append(Markup('<div class="nc-empty">No values yet.</div>'))
    parts.append(_grid(payload) if len(payload["subjects"]) > 1 else _row(payload))
    parts += [Markup('<div class="nc-warning">⚠ {}</div>').format(note) for note in payload["notes"]]
    return str(Markup().join(parts) + Markup("</div>"))


def picture_url(svg: str) -> str:
    """Return a drawing as a data URL, as which no script in it runs.

    Args:
        svg: The drawing.
    """
    return f"data:image/svg+xml,{quote(svg)}"


@functools.cache
def _style() -> Markup:
    sheet = resources.files("nanoos_lab.widgets.cards").joinpath("cards.css").read_text(encoding="utf-8")
    return Markup("<style>{}{}</style>").format(Markup(look_css()), Markup(sheet))  # noqa: S704 - our own sheets


def _row(payload: Mapping[str, Any]) -> Markup:
    title = next((one for one in payload["subjects"] if one), "")
    head = Markup('<div class="nc-title">{}</div>').format(title) if title else Markup()
    cards = Markup().join(map(_card, payload["cards"]))
    return head + Markup('<div class="nc-row">{}</div>').format(cards) if cards else head


def _grid(payload: Mapping[str, Any]) -> Markup:
    """Return several subjects side by side, one row for each property."""
    subjects = payload["subjects"]
    cells = [Markup('<div class="nc-title">{}</div>').format(one or "other") for one in subjects]
    for name in dict.fromkeys(card["property"] for card in payload["cards"]):
        for number in range(len(subjects)):
            found = [c for c in payload["cards"] if (c["property"], c["subject"]) == (name, number)]
            label = next(c["label"] for c in payload["cards"] if c["property"] == name)
            none = Markup('<div class="nc-none">{}: not known</div>').format(label)
            inside = Markup().join(map(_card, found)) if found else none
            cells.append(Markup('<div class="nc-cell">{}</div>').format(inside))
    return Markup(
        '<div class="nc-wide"><div class="nc-grid" style="grid-template-columns:repeat({},262px)">{}</div></div>'
    ).format(len(subjects), Markup().join(cells))


def _card(card: Mapping[str, Any]) -> Markup:
    spread = Markup('<span class="nc-pm"> ± {}</span>').format(card["spread"]) if card["spread"] else ""
    symbol = Markup(' <span class="nc-symbol">{}</span>').format(card["symbol"]) if card["symbol"] else ""
    trusted = Markup('<span class="nc-ok">✓ in domain</span>') if card["in_domain"] else ""
    said = " ".join(
        filter(None, [card["text"], f"± {card['spread']}" if card["spread"] else "", card["unit"]])
    )
    ends = tuple(card["ends"]) if card["ends"] else None
    drawn = interval_svg(card["value"], card["uncertainty"], ends, card["origin"], card.get("bins", ()))
    return Markup(
        '<div class="nc-card{}" role="group" aria-label="{}: {}"><div class="nc-top"><span class="nc-label">{}{}</span>'
        '{}</div><div class="nc-value">{}{}<span class="nc-unit"> {}</span></div>{}{}{}{}<div class="nc-method">{} {}'
        "</div>{}{}{}{}</div>"
    ).format(
        " nc-synthetic" if card["synthetic"] else "", card["label"], said, card["label"], symbol,
        origin_badge(card["origin"]), card["text"], spread, card["unit"], drawn,
        _small(card.get("standing", "")), _small(card["words"]),
        _lines('<div class="nc-warning">⚠ {}</div>', card["warnings"]), card["method"], trusted,
        _lines('<div class="nc-small">{}</div>', card["details"]), _sites(card),
        Markup().join(map(_against, card["against"])), _foot(card),
    )  # fmt: skip


def _lines(form: str, texts: Iterable[str]) -> Markup:
    return Markup().join(Markup(form).format(text) for text in texts)  # noqa: S704 - a form of our own


def _small(text: str) -> Markup:
    return Markup('<div class="nc-small">{}</div>').format(text) if text else Markup()


def _against(one: Mapping[str, Any]) -> Markup:
    inside = {True: ("nc-good", "✓ inside the interval"), False: ("nc-warn", "✕ outside the interval")}
    tone, words = inside.get(one["inside"], ("nc-idle", ""))
    return Markup(
        '<div class="nc-against"><b>{}</b> against measured {} <span class="{}">{}</span></div>'
    ).format(one["difference"], one["measured"], tone, words)


def _foot(card: Mapping[str, Any]) -> Markup:
    note = Markup('<div class="nc-note">{}</div>').format(card["note"]) if card["note"] else Markup()
    run = Markup('<div class="nc-small">run <span class="nc-run">{}</span></div>').format(card["run"])
    return note + run if card["run"] else note


def _sites(card: Mapping[str, Any]) -> Markup:
    """Return what each site contributes as a strip of colours; nothing where no model told it."""
    import numpy as np  # noqa: PLC0415 - only where there are sites

    sites = card.get("sites")
    if not sites:
        return Markup()
    values = np.array([np.nan if one is None else one for one in sites], float)
    most = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
    colors = scale_colors(values, -most, most, "diverging")
    parts = [
        Markup('<i style="background:{}" title="site {}: {}"></i>').format(
            color, k, "unknown" if one is None else f"{one:.3g}"
        )
        for k, (color, one) in enumerate(zip(colors, sites, strict=True))
    ]
    label = f"contributions of {len(sites)} sites, up to {most:.3g} {card['unit']}"
    return Markup('<div class="nc-sites" role="img" aria-label="{}">{}</div>').format(
        label, Markup().join(parts)
    )
