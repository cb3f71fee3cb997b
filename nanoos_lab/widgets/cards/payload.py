"""Cards as plain JSON: what the browser's code and Python's page draw, and what is copied and downloaded."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from nanoos_lab.charts.likeness import like_groups, method_of
from nanoos_lab.widgets.cards.parts import number_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nanoos_lab.charts.likeness import ComparedValue, LikeGroup
    from nanoos_lab.widgets.cards.card import Card

MIME_TYPE = "application/vnd.nanoos.cards+json"
SCHEMA, VERSION = "nanoos.cards", 1
COLUMNS = (
    "of", "property", "value", "uncertainty", "unit", "uncertainty_kind", "origin", "method", "recipe", "converged",
    "in_domain", "synthetic", "conditions", "run", "source", "note",
)  # fmt: skip
_MOST_MEASURED = 2


def cards_payload(
    cards: Sequence[Card], *, heading: str = "", notes: Iterable[str] = (), picture: str = ""
) -> dict[str, Any]:
    """Return cards as JSON.

    Args:
        cards: The cards.
        heading: What stands above all of them.
        notes: Sentences that must be read, such as what could not be predicted.
        picture: A drawing, as SVG, that stands above the cards.
    """
    subjects = list(dict.fromkeys(card.title for card in cards))
    drawn = [_card(card, subjects.index(card.title), _measured_beside(card, cards)) for card in cards]
    payload = {
        "schema": SCHEMA,
        "version": VERSION,
        "heading": heading,
        "subjects": subjects,
        "cards": drawn,
        "notes": list(notes),
        "table": {"columns": list(COLUMNS), "rows": rows_of(cards)},
    }
    return payload | {"picture": picture} if picture else payload


def rows_of(cards: Iterable[Card]) -> list[list[Any]]:
    """Return cards as the rows of a table with the columns :data:`COLUMNS`.

    Args:
        cards: The cards.
    """
    return [
        [
            card.title, card.name, _finite(card.value), _finite(card.uncertainty), card.unit, card.uncertainty_kind,
            card.origin, card.method, card.recipe, card.converged, card.in_domain, card.synthetic, card.conditions,
            card.run, card.source, card.note,
        ]
        for card in cards
    ]  # fmt: skip


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _card(card: Card, subject: int, measured: Sequence[LikeGroup]) -> dict[str, Any]:
    value, spread = number_text(card.value, card.shown_uncertainty, card.shape)
    drawn: dict[str, Any] = {
        "subject": subject,
        "property": card.name,
        "label": card.label,
        "symbol": card.symbol,
        "value": _finite(card.value),
        "uncertainty": _finite(card.uncertainty),
        "text": value,
        "spread": spread,
        "unit": card.unit,
        "words": card.uncertainty_words,
        "origin": card.origin,
        "method": card.method,
        "details": [text for text in (*card.grounds, card.recipe, card.conditions, card.source) if text],
        "in_domain": card.in_domain,
        "synthetic": card.synthetic,
        "warnings": card.warnings,
        "note": card.remark,
        "run": card.run,
        "ends": list(card.ends) if card.ends is not None else None,
        "against": [_against(card, group) for group in measured],
    }
    if card.standing is not None:
        drawn |= {"bins": list(card.standing.bins), "standing": standing_words(card)}
    if card.sites:
        drawn["sites"] = [_finite(one) for one in card.sites]
    return drawn


def standing_words(card: Card) -> str:
    """Return where a card's value stands in words.

    Args:
        card: A card with a standing.
    """
    standing = card.standing
    if standing is None:
        return ""
    others = f"{standing.n - 1:,} other values {card.origin} by {card.method}"
    if standing.below == 0:
        return f"the lowest of them and {others}"
    return f"higher than {standing.percentile:.0f} % of {others}"


def _measured_beside(card: Card, cards: Sequence[Card]) -> list[LikeGroup]:
    """Return what was measured of the same property of the same subject, for a value that was not."""
    if card.origin == "measured" or card.value is None or card.synthetic or not math.isfinite(card.value):
        return []
    beside = [
        _compared(other)
        for other in cards
        if other.origin == "measured" and (other.title, other.name) == (card.title, card.name)
    ]
    return [group for group in like_groups(beside) if all(map(math.isfinite, group.numbers))][:_MOST_MEASURED]


def _compared(card: Card) -> ComparedValue:
    """Return a card in the form in which values are found alike."""
    return cast(
        "ComparedValue",
        SimpleNamespace(
            property=card.name, value=card.value, unit=card.unit, uncertainty=card.uncertainty,
            uncertainty_kind=card.uncertainty_kind, origin=card.origin, method_name=card.method, method_version="",
            method_recipe=card.recipe, converged=card.converged, in_domain=card.in_domain, synthetic=card.synthetic,
            conditions=dict(card.quantities), source=card.source, note=card.note,
        ),
    )  # fmt: skip


def _against(card: Card, group: LikeGroup) -> dict[str, Any]:
    """Return how a value compares with what was measured."""
    value = card.value or 0.0
    half = _finite(card.uncertainty)
    difference, _ = number_text(value - group.mean, half or None)
    measured, spread = number_text(group.mean, group.half_width or None)
    several = f", mean of {len(group.values)}" if len(group.values) > 1 else ""
    where = f", {group.conditions}" if group.conditions else ""
    stated = f"{measured} ± {spread}" if spread else measured
    return {
        "difference": f"{'+' if value > group.mean else ''}{difference} {card.unit}".strip(),
        "measured": f"{stated} {card.unit}".strip() + f" ({method_of(group.first)}{several}{where})",
        "inside": None if half is None else bool(abs(value - group.mean) <= half),
    }


def in_order(cards: Iterable[Card]) -> list[Card]:
    """Return cards by subject and property as they came, within these measured values last.

    Args:
        cards: The cards.
    """
    several = list(cards)
    places: dict[tuple[str, str], int] = {}
    for card in several:
        places.setdefault((card.title, card.name), len(places))
    return sorted(several, key=lambda card: (places[card.title, card.name], card.origin == "measured"))
