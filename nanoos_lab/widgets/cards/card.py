"""One card: a value with everything that belongs to it, made of an estimate or of a stored value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from nanoos_lab.properties import VOCABULARY
from nanoos_lab.widgets.cards.parts import number_text, range_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.store.standing import Standing

_UNCERTAINTY_WORDS = {
    "standard": "± one standard deviation",
    "expanded_90": "± covers 90 %",
    "conformal_90": "± covers 90 %, calibrated",
    "fit": "± error of the fit",
}
_OUTSIDE = "outside the domain: "
"""How a note begins that says why a value lies outside."""
_FINEST = 1e-4
"""Of the usual range of a property: predictions are not written more finely."""
_NEAR = " quarter by distance from the training data"
"""Of a note that tells how often intervals held at this distance: belongs to what is said of trust."""
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
    run: str = ""
    """Id of the run it came from."""
    standing: Standing | None = None
    """Where it stands among the lab's values of like method."""
    quantities: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The conditions as they were stated, by which values are found alike."""
    sites: tuple[float, ...] = ()
    """What each site contributes, where a model tells it, in ``unit``."""
    trust: tuple[str, ...] = ()
    """What a reader must know of such values: how often intervals held where it was measured, and what was learned."""

    @classmethod
    def of(
        cls, value: PropertyEstimate | StoredValue | Card, title: str = "", standing: Standing | None = None
    ) -> Card:
        """Return the card of an estimate or of a stored value.

        Args:
            value: An estimate, a row of the store, or a card, which is returned as it is.
            title: What the value is of.
            standing: Where it stands among others.
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
            quantities=dict(value.conditions),
            run=str(getattr(value, "run_id", None) or ""),
            standing=standing,
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
    def ends(self) -> tuple[float, float] | None:
        """The range it is drawn on: of the others it stands among, or in which most crystals lie."""
        entry = VOCABULARY.get(self.name)
        if self.standing is not None:
            return self.standing.low, self.standing.high
        return range_of(self.value, self.uncertainty, entry.typical if entry else None)

    @property
    def uncertainty_words(self) -> str:
        """What the half width means."""
        return _UNCERTAINTY_WORDS.get(self.uncertainty_kind, "no uncertainty stated")

    @property
    def shown_uncertainty(self) -> float | None:
        """The half width that numbers are rounded to: no model is good to a part in 10,000 of the usual range."""
        entry = VOCABULARY.get(self.name)
        if self.uncertainty is None or self.origin != "predicted" or entry is None or entry.typical is None:
            return self.uncertainty
        return max(self.uncertainty, _FINEST * (entry.typical[1] - entry.typical[0]))

    @property
    def text(self) -> str:
        """The value with its uncertainty and unit."""
        value, spread = number_text(self.value, self.shown_uncertainty, self.shape)
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
            why = next((part for part in self._parts_of_note() if part.startswith(_OUTSIDE)), "")
            said = f"{why.removeprefix(_OUTSIDE)}: do not rely on it" if why else "do not rely on it"
            found.append(f"Outside the model's domain: {said}")
        return found

    @property
    def remark(self) -> str:
        """The note without what a warning says already."""
        said = self.in_domain is False
        return "; ".join(
            part
            for part in self._parts_of_note()
            if _NEAR not in part and not (said and part.startswith(_OUTSIDE))
        )

    @property
    def grounds(self) -> list[str]:
        """Why to trust the value or not, one line each: intervals that held, at this distance, and what was learned."""
        near = [f"{part[0].upper()}{part[1:]}" for part in self._parts_of_note() if _NEAR in part]
        return [*self.trust[:1], *near, *self.trust[1:]]

    def _parts_of_note(self) -> list[str]:
        return self.note.split("; ")


def _method_columns(value: Any) -> tuple[str, str, str]:  # noqa: ANN401 - a StoredValue, by its columns
    return value.method_name, value.method_version, value.method_recipe


def _conditions_text(conditions: Mapping[str, Any]) -> str:
    parts = []
    for name, value in conditions.items():
        symbol, unit = _CONDITION_UNITS.get(name, (name.replace("_", " "), ""))
        shown = f"{value:g}" if isinstance(value, (int, float)) else str(value)
        parts.append(f"{symbol} = {shown} {unit}".strip())
    return ", ".join(parts)
