"""Prediction cards: what is known of a property, how well, from where, and whether to trust it.

One payload, plain JSON, is drawn in three ways that look alike: by the browser's code in a live widget and in the lab
extension, and by Python as a page without scripts. Origin and warnings are told by words and shapes, never by colour
alone. Importing this package imports neither anywidget nor pymatgen.
"""

from __future__ import annotations

from nanoos_lab.widgets.cards.card import Card, StoredValue
from nanoos_lab.widgets.cards.page import cards_html
from nanoos_lab.widgets.cards.payload import MIME_TYPE
from nanoos_lab.widgets.cards.shown import PredictionCards

__all__ = ["MIME_TYPE", "Card", "PredictionCards", "StoredValue", "cards_html"]
