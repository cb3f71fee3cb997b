"""How far estimates are from their references: over all, in classes, and where most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.agreement.chemistry import elements_of
from nanoos_lab.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

BY = {
    "chemistry": "chemical class",
    "element": "element",
    "size": "number of elements",
    "crystal_system": "crystal system",
    "domain": "domain of the model",
}
"""What errors are looked at by, in words."""
NOMINAL = {"conformal_90": 0.9, "expanded_90": 0.9, "standard": 0.6827}
"""What part of references an interval means to hold, by its kind; a fit's own error means none."""
ALL = "all"


def errors(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return how far each method is off.

    Args:
        pairs: With columns ``method``, ``reference``, ``estimate``, and where known ``uncertainty`` and
            ``uncertainty_kind``, in one unit.

    Returns:
        One row per method, the least ``mae`` first: ``n``; ``mae`` and its standard error ``mae_se``; ``median`` (of
        the absolute errors); ``rmse``; ``bias`` (mean of estimate minus reference); ``mape`` (mean absolute error in
        per cent of the reference); ``r2`` (1 minus the sum of squares over that around the references' mean; NaN
        below two different references); of those rows that have an interval ``intervals`` (how many), ``coverage``
        (which part holds its reference) and ``nominal`` (which part should).
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    rows = [{"method": method, **statistics(part)} for method, part in pairs.groupby("method", sort=True)]
    columns = ["method", *_COLUMNS]
    return pd.DataFrame(rows, columns=columns).sort_values("mae", kind="stable", ignore_index=True)


_COLUMNS = (
    "n", "mae", "mae_se", "median", "rmse", "bias", "mape", "r2", "intervals", "coverage", "nominal",
)  # fmt: skip


def statistics(part: pd.DataFrame) -> dict[str, Any]:
    """Return how far the rows of one method are off, as :func:`errors` says.

    Args:
        part: The rows; at least one.
    """
    reference = part["reference"].to_numpy(float)
    off = part["estimate"].to_numpy(float) - reference
    size, n = np.abs(off), len(off)
    around = float(((reference - reference.mean()) ** 2).sum())
    nonzero = reference != 0
    return {
        "n": n,
        "mae": float(size.mean()),
        "mae_se": float(size.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan,
        "median": float(np.median(size)),
        "rmse": float(np.sqrt((off**2).mean())),
        "bias": float(off.mean()),
        "mape": float(100 * (size[nonzero] / np.abs(reference[nonzero])).mean()) if nonzero.any() else np.nan,
        "r2": 1 - float((off**2).sum()) / around if around > 0 else np.nan,
        **_coverage(part, size),
    }


def _coverage(part: pd.DataFrame, size: NDArray[np.float64]) -> dict[str, Any]:
    if not {"uncertainty", "uncertainty_kind"} <= set(part):
        return {"intervals": 0, "coverage": np.nan, "nominal": np.nan}
    meant = part["uncertainty_kind"].map(NOMINAL).to_numpy(float)
    half = part["uncertainty"].to_numpy(float)
    there = np.isfinite(half) & np.isfinite(meant)
    if not there.any():
        return {"intervals": 0, "coverage": np.nan, "nominal": np.nan}
    held = size[there] <= half[there]
    return {
        "intervals": int(there.sum()),
        "coverage": float(held.mean()),
        "nominal": float(meant[there].mean()),
    }


def errors_by(pairs: pd.DataFrame, by: str = "chemistry", *, least: int = 1) -> pd.DataFrame:
    """Return how far each method is off, over all and in classes.

    Args:
        pairs: As :func:`~nanoos_lab.agreement.pairs.pair_values` returns them.
        by: One of :data:`BY`; by ``element`` a compound counts for each of its elements.
        least: Classes with fewer rows are left out.

    Returns:
        As :func:`errors`, with the class in a column ``by``; ``all`` first, then the largest classes.

    Raises:
        UnknownNameError: Nothing is looked at by that.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    if by not in BY:
        raise UnknownNameError("way to divide errors", by, BY)
    rows = []
    for method, part in pairs.groupby("method", sort=True):
        rows.append({"method": method, by: ALL, **statistics(part)})
        classes = [one for one in _classes(part, by) if len(one[1]) >= least]
        classes.sort(key=lambda one: (-len(one[1]), one[0]))
        if len(classes) > 1:
            rows += [{"method": method, by: name, **statistics(some)} for name, some in classes]
    return pd.DataFrame(rows, columns=["method", by, *_COLUMNS])


def _classes(part: pd.DataFrame, by: str) -> Iterator[tuple[str, pd.DataFrame]]:
    if by == "element":
        holding: dict[str, list[int]] = {}
        for at, formula in enumerate(part["formula"]):
            for element in elements_of(formula):
                holding.setdefault(element, []).append(at)
        for element, places in holding.items():
            yield element, part.iloc[places]
        return
    if by == "domain":
        words = part["in_domain"].map({True: "inside", False: "outside"})
    else:
        words = part[by].where(part[by].astype(bool), "unknown")
    for name, some in part.groupby(words, sort=True):
        yield str(name), some


def errors_by_chemistry(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return how far each method is off, over all and by chemical class; see :func:`errors_by`.

    Args:
        pairs: As :func:`~nanoos_lab.agreement.pairs.pair_values` returns them.
    """
    return errors_by(pairs, "chemistry")


def worst(pairs: pd.DataFrame, count: int = 8) -> pd.DataFrame:
    """Return the pairs that are furthest apart, furthest first.

    Args:
        pairs: As :func:`~nanoos_lab.agreement.pairs.pair_values` returns them.
        count: How many.
    """
    order = pairs["error"].abs().sort_values(ascending=False, kind="stable").index
    return pairs.loc[order[:count]]
