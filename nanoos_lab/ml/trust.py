"""How often the stated intervals of a shipped model held, in words for a reader of one value.

The figures are those of the model's card: rows that served neither training nor calibration.
"""

from __future__ import annotations

import bisect
import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.ml.gnn.bundle import Bundle, Figures

TIERS = {"nanoos-gnn": "fast", "nanoos-gnn-accurate": "accurate"}
UNSEEN = "unseen"
QUARTERS = tuple(f"quarter {k}" for k in range(1, 5))
"""Parts of the test rows by their distance from the training data, the nearest first."""
NAMES = ("nearest", "second", "third", "farthest")
"""Of the quarters, in words."""
NEAR = "quarter by distance from the training data"
"""By what the words of :func:`near_words` are known among others."""
LEARNED = {"band_gap": "Learned from PBE gaps: measured ones are mostly larger, and the interval is of PBE's"}
"""What kind of value a shipped model learned, where that is easily forgotten, by property."""
_LINEAR = "_linear"
"""Ends the name of rows whose figures are in the property's unit instead of its logarithm."""


@functools.cache
def coverage_words(name: str, version: str, property: str) -> str:  # noqa: A002 - the field's word
    """Return how often the 90 % interval of a property held where it was measured.

    Args:
        name: Of the model, as its values' method says it.
        version: Of the model.
        property: A name of the vocabulary.

    Returns:
        A sentence; nothing of a model or version whose figures are not here.
    """
    bundle = _bundle(name)
    if bundle is None or bundle.version != version:
        return ""
    figures = next((one.figures for one in bundle.stated if one.property == property), None)
    return "" if figures is None else words_of(figures)


def learned_words(name: str, property: str) -> str:  # noqa: A002 - the field's word
    """Return what kind of value a shipped model learned, where that is easily forgotten.

    Args:
        name: Of the model, as its values' method says it.
        property: A name of the vocabulary.
    """
    return LEARNED.get(property, "") if name in TIERS else ""


def words_of(figures: Mapping[str, Figures]) -> str:
    """Return figures of coverage in a sentence, of the unit in which the interval is stated.

    Args:
        figures: By the rows, as a bundle holds them.
    """
    test = _of(figures, "test")
    if test is None:
        return ""
    said = f"Held for {test.coverage:.0%} of {test.n:,} rows that no model had seen"
    if (unseen := _of(figures, UNSEEN)) is not None:
        said += f", {unseen.coverage:.0%} in chemical systems never shown"
    return _tied(said)


def near_words(figures: Mapping[str, Figures], edges: Sequence[float], distance: float) -> str:
    """Return how often the interval held at a crystal's own distance from the training data.

    Args:
        figures: By the rows, as a bundle holds them.
        edges: Distances that part the quarters.
        distance: The crystal's.

    Returns:
        Words; nothing where edges or figures were not kept.
    """
    if len(edges) != len(QUARTERS) - 1:
        return ""
    quarter = bisect.bisect_left(edges, distance)
    found = _of(figures, QUARTERS[quarter])
    if found is None:
        return ""
    return _tied(f"in the {NAMES[quarter]} {NEAR}, where it held for {found.coverage:.0%} of {found.n:,}")


def _of(figures: Mapping[str, Figures], rows: str) -> Figures | None:
    return figures.get(rows + _LINEAR) or figures.get(rows)


def _tied(words: str) -> str:
    return words.replace("%", "\N{NO-BREAK SPACE}%")


def _bundle(name: str) -> Bundle | None:
    from nanoos_lab.ml.gnn.bundle import load_bundle  # noqa: PLC0415 - read when a value of it is shown

    if name not in TIERS:
        return None
    return load_bundle("accurate" if TIERS[name] == "accurate" else "fast")
