"""How often the stated intervals of a shipped model held, in words for a reader of one value.

The figures are those of the model's card: rows that served neither training nor calibration.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.ml.gnn.bundle import Bundle, Figures

TIERS = {"nanoos-gnn": "fast", "nanoos-gnn-accurate": "accurate"}
UNSEEN = "unseen"
QUARTERS = tuple(f"quarter {k}" for k in range(1, 5))
"""Parts of the test rows by their distance from the training data, the nearest first."""
HALVES = ("near", "far")


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


def words_of(figures: Mapping[str, Figures]) -> str:
    """Return figures of coverage in a sentence.

    Args:
        figures: By the rows, as a bundle holds them.
    """
    test = figures.get("test")
    if test is None:
        return ""
    said = [f"Measured: the interval held for {test.coverage:.0%} of {test.n:,} rows that no model had seen"]
    if (unseen := figures.get(UNSEEN)) is not None:
        said.append(f"{unseen.coverage:.0%} in chemical systems never shown")
    for parts in (QUARTERS, HALVES):
        if all(part in figures for part in parts):
            said.append(_by_distance([figures[part] for part in parts]))
            break
    return ", ".join(said).replace("%", "\N{NO-BREAK SPACE}%")


def _by_distance(figures: Sequence[Figures]) -> str:
    each = ", ".join(f"{one.coverage:.0%}" for one in figures)
    part = "halves" if len(figures) == len(HALVES) else "quarters"
    return f"by {part} from near to far from the training data {each}"


def _bundle(name: str) -> Bundle | None:
    from nanoos_lab.ml.gnn.bundle import load_bundle  # noqa: PLC0415 - read when a value of it is shown

    if name not in TIERS:
        return None
    return load_bundle("accurate" if TIERS[name] == "accurate" else "fast")
