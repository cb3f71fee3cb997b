"""Values of one property in pairs: a reference, and what each other method says of the same material."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

REFERENCES = ("measured", "computed", "imported")
"""Origins that others are held against, the best first; an estimate never has an origin that comes before its own."""
_CLASSES = (
    ("oxides", {"O"}), ("halides", {"F", "Cl", "Br", "I"}), ("chalcogenides", {"S", "Se", "Te"}),
    ("nitrides and pnictides", {"N", "P", "As", "Sb"}), ("carbides and borides", {"C", "B"}),
)  # fmt: skip
_ALL = "all"


def chemistry_of(formula: str) -> str:
    """Return the class of a compound by its anion.

    Args:
        formula: A formula.
    """
    elements = set(re.findall(r"[A-Z][a-z]?", formula or ""))
    if len(elements) == 1:
        return "elements"
    return next((name for name, anions in _CLASSES if elements & anions), "intermetallics")


def pair_values(values: pd.DataFrame, property: str, reference: str) -> pd.DataFrame:  # noqa: A002 - the field's word
    """Return what each method says of materials of which a reference is known.

    Synthetic and unconverged values are left out. Several references of a material count by their mean, and so do
    several values of one method.

    Args:
        values: As ``lab.values()`` returns them.
        property: A name of the vocabulary.
        reference: The reference's origin, one of :data:`REFERENCES`.

    Returns:
        One row for each material and method: ``label``, ``material``, ``structure``, ``chemistry``, ``method``,
        ``measured`` (the reference), ``estimate``, and their uncertainties, NaN where there is none.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    columns = ["label", "material", "structure", "chemistry", "method", "measured", "estimate",
               "measured_uncertainty", "uncertainty"]  # fmt: skip
    own = values[(values["property"] == property) & values["value"].notna()]
    own = own[~own["synthetic"].astype(bool) & own["converged"].astype(bool)]
    known = own[own["origin"] == reference]
    later = set(REFERENCES[REFERENCES.index(reference) :]) - {reference} | {"predicted"}
    rows = []
    for (material, method, _), part in own[own["origin"].isin(later)].groupby(
        ["material", "method", "origin"], sort=True
    ):
        ref = known[known["material"] == material]
        if ref.empty:
            continue
        both = pd.concat([part, ref])
        first = both[both["structure"].notna()].head(1)
        formula = str(first["formula"].iloc[0]) if len(first) else ""
        label = str(first["name"].iloc[0]) if len(first) else str(material)
        rows.append(
            (label, material, first["structure"].iloc[0] if len(first) else None, chemistry_of(formula), method,
             float(ref["value"].mean()), float(part["value"].mean()), _mean(ref), _mean(part))
        )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _mean(part: pd.DataFrame) -> float:
    known = part["uncertainty"].dropna()
    return float(known.mean()) if len(known) else float("nan")


def errors_by_chemistry(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return how far each method is off, over all and by chemistry.

    Args:
        pairs: As :func:`pair_values` returns them.

    Returns:
        ``method``, ``chemistry`` (``all`` first), ``n``, ``mae``, ``rmse`` and ``bias`` (mean of estimate minus
        reference), in the property's unit.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    rows = []
    for method, part in pairs.groupby("method", sort=True):
        groups = [(_ALL, part), *part.groupby("chemistry", sort=True)]
        for chemistry, some in groups if len(groups) > 2 else groups[:1]:  # noqa: PLR2004 - one class is all there is
            off = (some["estimate"] - some["measured"]).to_numpy(float)
            rows.append(
                (method, chemistry, len(off), np.abs(off).mean(), np.sqrt((off**2).mean()), off.mean())
            )
    return pd.DataFrame(rows, columns=["method", "chemistry", "n", "mae", "rmse", "bias"])
