"""Where values stand among the project's values of like method: how many lie below, and how all are distributed.

Like are converged values of the same property, origin, method and version, synthetic ones apart from real ones. The
database gives their numbers in order, from an index; each kind is asked for once.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from nanoos_lab.properties import VOCABULARY
from nanoos_lab.store.schema import PropertyValueRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope

BINS = 24
FEWEST = 5
"""Among fewer there is nothing to stand among."""
_V = PropertyValueRow


@dataclass(frozen=True)
class Standing:
    """Where a value stands."""

    n: int
    """How many values there are, this one included."""
    below: int
    """How many of them are smaller."""
    low: float
    """Where the first part begins."""
    high: float
    """Where the last part ends."""
    bins: tuple[int, ...]
    """How many lie in each of equal parts; what lies outside counts in the first or the last."""

    @property
    def percentile(self) -> float:
        """The part of the others that is smaller, 0 to 100."""
        return 100 * self.below / max(self.n - 1, 1)


def standings(session: Session, scope: Scope, rows: Iterable[PropertyValueRow]) -> dict[str, Standing]:
    """Return where values stand, by their ids; arrays, and values with too few others, are left out.

    Args:
        session: An open session.
        scope: The project.
        rows: The values.
    """
    known: dict[tuple[str, str, str, str, bool], list[float]] = {}
    found = {}
    for row in rows:
        if row.value is None or not math.isfinite(row.value):
            continue
        kind = (row.property, row.origin, row.method_name, row.method_version, row.synthetic)
        if kind not in known:
            known[kind] = _like(session, scope, row)
        if len(known[kind]) >= FEWEST:
            found[row.id] = _standing(row, known[kind])
    return found


def _like(session: Session, scope: Scope, row: PropertyValueRow) -> list[float]:
    """Return the numbers of the values that are like one, ascending."""
    query = select(_V.value).where(
        _V.project_id == scope.project_id,
        _V.property == row.property,
        _V.origin == row.origin,
        _V.method_name == row.method_name,
        _V.method_version == row.method_version,
        _V.converged.is_(True),
        _V.synthetic.is_(row.synthetic),
        _V.value.is_not(None),
    )
    return [float(value) for (value,) in session.execute(query.order_by(_V.value)) if value is not None]


def _standing(row: PropertyValueRow, like: Sequence[float]) -> Standing:
    low, high = _ends(row, like[0], like[-1])
    step = (high - low) / BINS
    edges = [bisect_left(like, low + k * step) for k in range(1, BINS)]
    counts = [right - left for left, right in zip([0, *edges], [*edges, len(like)], strict=True)]
    return Standing(len(like), bisect_left(like, row.value or 0.0), low, high, tuple(counts))


def _ends(row: PropertyValueRow, least: float, most: float) -> tuple[float, float]:
    """Return the range that is drawn: the property's usual one, or that of the values, and the interval."""
    entry = VOCABULARY.get(row.property)
    usual = entry.typical if entry is not None and entry.typical is not None else (least, most)
    value, half = row.value or 0.0, row.uncertainty or 0.0
    low, high = min(usual[0], value - half), max(usual[1], value + half)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
