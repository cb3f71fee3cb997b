"""Prediction cards: what is known of a property, how well, from where, and whether to trust it.

Pure HTML and SVG made in Python: a card reads the same in JupyterLab, papermill's output, an exported page and
Voila, with no kernel and no script. Colours follow JupyterLab's theme where there is one and the page's own text
colour elsewhere; origin and warnings are told by words and shapes, never by colour alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

from nanoos_lab.properties import VOCABULARY
from nanoos_lab.widgets.card_parts import STYLE, interval_svg, number_text, origin_badge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nanoos_lab.properties import PropertyEstimate

_UNCERTAINTY_WORDS = {
    "standard": "± one standard deviation",
    "expanded_90": "± covers 90 %",
    "conformal_90": "± covers 90 %, calibrated",
    "fit": "± error of the fit",
}
_CONDITION_UNITS = {"temperature_K": ("T", "K"), "pressure_GPa": ("p", "GPa")}


class StoredValue(Protocol):
    """A value as the store hands it out: an estimate with its method in three columns."""

    property: str
    value: float | None
    shape: list[int] | None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything one card says. Lengths of text are the caller's; everything is escaped when drawn."""

    name: str
    """A name of the vocabulary, or any other word."""
    value: float | None
    """None for an array."""
    shape: tuple[int, ...] = ()
    """Of an array."""
    unit: str
    uncertainty: float | None = None
    uncertainty_kind: str = "none"
    origin: str
    """``predicted``, ``computed``, ``measured`` or ``imported``."""
    method: str
    """Name and version."""
    recipe: str = ""
    title: str = ""
    """What the value is of, such as a formula."""
    converged: bool = True
    in_domain: bool | None = None
    synthetic: bool = False
    conditions: str = ""
    source: str = ""
    note: str = ""

    @classmethod
    def of(cls, value: PropertyEstimate | StoredValue | Card, title: str = "") -> Card:
        """Return the card of an estimate or of a stored value.

        Args:
            value: An estimate, a row of the store, or a card, which is returned as it is.
            title: What the value is of.
        """
        if isinstance(value, Card):
            return value
        method: Any = getattr(value, "method", None)
        part = (method.name, method.version, method.recipe) if method is not None else _method_columns(value)
        return cls(
            name=value.property,
            value=value.value,
            shape=tuple(getattr(value, "shape", None) or ()),
            unit=value.unit,
            uncertainty=value.uncertainty,
            uncertainty_kind=str(value.uncertainty_kind),
            origin=str(value.origin),
            method=f"{part[0]} {part[1]}".strip(),
            recipe=part[2],
            title=title,
            converged=value.converged,
            in_domain=value.in_domain,
            synthetic=value.synthetic,
            conditions=_conditions_text(value.conditions),
            source=value.source,
            note=value.note,
        )

    @property
    def label(self) -> str:
        """The property in words for people."""
        entry = VOCABULARY.get(self.name)
        return entry.label if entry else self.name.replace("_", " ").capitalize()

    @property
    def symbol(self) -> str:
        """The field's symbol, or nothing."""
        entry = VOCABULARY.get(self.name)
        return entry.symbol if entry else ""

    @property
    def typical(self) -> tuple[float, float] | None:
        """The range in which most crystals lie."""
        entry = VOCABULARY.get(self.name)
        return entry.typical if entry else None

    @property
    def text(self) -> str:
        """The value with its uncertainty and unit."""
        value, spread = number_text(self.value, self.uncertainty, self.shape)
        return " ".join(part for part in (value, f"± {spread}" if spread else "", self.unit) if part)

    @property
    def warnings(self) -> list[str]:
        """What a reader must know before using the value."""
        found = []
        if self.synthetic:
            found.append("Synthetic: made by the toy calculator, not physics")
        if self.value is not None and not math.isfinite(self.value):
            found.append("Not a finite number")
        if not self.converged:
            found.append("Not converged")
        if self.in_domain is False:
            found.append("Outside the model's domain: do not rely on it")
        return found


def _method_columns(value: Any) -> tuple[str, str, str]:  # noqa: ANN401 - a StoredValue, by its columns
    return value.method_name, value.method_version, value.method_recipe


def _conditions_text(conditions: Mapping[str, Any]) -> str:
    parts = []
    for name, value in conditions.items():
        symbol, unit = _CONDITION_UNITS.get(name, (name.replace("_", " "), ""))
        shown = f"{value:g}" if isinstance(value, (int, float)) else str(value)
        parts.append(f"{symbol} = {shown} {unit}".strip())
    return ", ".join(parts)


def cards_html(
    values: Iterable[PropertyEstimate | StoredValue | Card | tuple[str, Any]], *, heading: str = ""
) -> str:
    """Draw values as cards, grouped by what they are of.

    Args:
        values: Estimates, stored values or cards; or pairs of a title and one of these.
        heading: What stands above all of them.
    """
    cards = _cards(values)
    parts = ['<div class="nanoos-cards">', f"<style>{STYLE}</style>"]
    if heading:
        parts.append(f'<div class="nanoos-cards-heading">{escape(heading)}</div>')
    if not cards:
        parts.append('<div class="nanoos-cards-empty">No values yet.</div>')
    for title, group in _groups(cards):
        if title:
            parts.append(f'<div class="nanoos-cards-title">{escape(title)}</div>')
        parts.append('<div class="nanoos-cards-row">')
        parts.extend(_card_html(card) for card in group)
        parts.append("</div>")
    return "".join([*parts, "</div>"])


class PredictionCards:
    """Values as cards, wherever Jupyter shows objects.

    Args:
        values: Estimates, stored values or cards; or pairs of a title and one of these.
        heading: What stands above all of them.
    """

    def __init__(
        self, values: Iterable[PropertyEstimate | StoredValue | Card | tuple[str, Any]], *, heading: str = ""
    ) -> None:
        self.cards: tuple[Card, ...] = tuple(_cards(values))
        self.heading = heading

    def __repr__(self) -> str:
        lines = [self.heading] if self.heading else []
        for card in self.cards:
            origin = f"{card.origin}, {card.method}" if card.method else card.origin
            head = f"{card.title}: {card.label}" if card.title else card.label
            lines.append(f"{head} = {card.text} ({'; '.join([origin, *card.warnings])})")
        return "\n".join(lines) or "No values yet."

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, str]:
        return {"text/html": cards_html(self.cards, heading=self.heading), "text/plain": repr(self)}


def _cards(values: Iterable[Any]) -> list[Card]:
    pairs = (item if isinstance(item, tuple) else ("", item) for item in values)
    return [Card.of(value, title) for title, value in pairs]


def _groups(cards: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    groups: dict[str, list[Card]] = {}
    for card in cards:
        groups.setdefault(card.title, []).append(card)
    return list(groups.items())


def _card_html(card: Card) -> str:
    """Return one card; every text that came from outside is escaped here."""
    value, spread = number_text(card.value, card.uncertainty, card.shape)
    pm = f'<span class="nc-pm"> ± {spread}</span>' if spread else ""
    symbol = f' <span class="nc-symbol">{escape(card.symbol)}</span>' if card.symbol else ""
    words = _UNCERTAINTY_WORDS.get(card.uncertainty_kind, "no uncertainty stated")
    trusted = '<span class="nc-ok">✓ in domain</span>' if card.in_domain else ""
    warnings = "".join(f'<div class="nc-warning">⚠ {escape(text)}</div>' for text in card.warnings)
    details = [card.recipe, card.conditions, card.source]
    small = "".join(f'<div class="nc-small">{escape(text)}</div>' for text in details if text)
    note = f'<div class="nc-note">{escape(card.note)}</div>' if card.note else ""
    kind = " nc-synthetic" if card.synthetic else ""
    return (
        f'<div class="nc-card{kind}" role="group" aria-label="{escape(f"{card.label}: {card.text}", quote=True)}">'
        f'<div class="nc-top"><span class="nc-label">{escape(card.label)}{symbol}</span>'
        f"{origin_badge(card.origin)}</div>"
        f'<div class="nc-value">{value}{pm}<span class="nc-unit"> {escape(card.unit)}</span></div>'
        f"{interval_svg(card.value, card.uncertainty, card.typical, card.origin)}"
        f'<div class="nc-small">{escape(words)}</div>{warnings}'
        f'<div class="nc-method">{escape(card.method)} {trusted}</div>{small}{note}</div>'
    )
