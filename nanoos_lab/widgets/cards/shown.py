"""Values as cards, wherever Jupyter shows objects; and as a table for pandas and for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from nanoos_lab.widgets.cards.page import cards_of, payload_html
from nanoos_lab.widgets.cards.payload import COLUMNS, MIME_TYPE, cards_payload, rows_of
from nanoos_lab.widgets.plain import spreadsheet_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.widgets.cards.card import Card, StoredValue
    from nanoos_lab.widgets.cards.live import LiveCards


class PredictionCards:
    """Values as cards; several subjects stand side by side, one row for each property.

    Args:
        values: Estimates, stored values or cards; or pairs of a title and one of these.
        heading: What stands above all of them.
        notes: Sentences that must be read.
        picture: A drawing, as SVG, that stands above the cards.
        record_of: Given the id of a run, returns what a reader wants to know of it, for the live widget: its
            ``title``, ``state`` and ``facts``, pairs of names and values.

    Example:
        >>> PredictionCards(lab.predict(sto))  # doctest: +SKIP
    """

    def __init__(
        self,
        values: Iterable[PropertyEstimate | StoredValue | Card | tuple[str, Any]],
        *,
        heading: str = "",
        notes: Iterable[str] = (),
        picture: str = "",
        record_of: Callable[[str], dict[str, Any]] | None = None,
    ) -> None:
        self.cards: tuple[Card, ...] = tuple(cards_of(values))
        self.heading, self.notes, self.picture = heading, tuple(notes), picture
        self._record_of = record_of

    def to_json(self) -> dict[str, Any]:
        """Return the cards as JSON, which is what is drawn."""
        return cards_payload(self.cards, heading=self.heading, notes=self.notes, picture=self.picture)

    def html(self) -> str:
        """Return the cards as HTML that needs no script."""
        return payload_html(self.to_json())

    def frame(self) -> pd.DataFrame:
        """Return one row for each card."""
        import pandas as pd  # noqa: PLC0415 - heavy

        return pd.DataFrame(rows_of(self.cards), columns=list(COLUMNS))

    def csv(self) -> str:
        """Return one line for each card; texts that a spreadsheet would run as formulas are quoted."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([spreadsheet_cell(cell) for cell in row] for row in rows_of(self.cards))
        return out.getvalue()

    def view(self) -> LiveCards:
        """Return the live widget, in which a card's run shows its record.

        Raises:
            MissingExtraError: The extra ``notebook`` is not installed.
        """
        from nanoos_lab.widgets.cards.live import LiveCards  # noqa: PLC0415 - widgets are an extra

        return LiveCards(self, self._record_of)

    def __repr__(self) -> str:
        lines = [self.heading] if self.heading else []
        for card in self.cards:
            origin = f"{card.origin}, {card.method}" if card.method else card.origin
            head = f"{card.title}: {card.label}" if card.title else card.label
            lines.append(f"{head} = {card.text} ({'; '.join([origin, *card.warnings])})")
        return "\n".join([*lines, *self.notes]) or "No values yet."

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        return {MIME_TYPE: self.to_json(), "text/html": self.html(), "text/plain": repr(self)}
