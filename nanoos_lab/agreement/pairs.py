"""Values of one property in pairs: a reference, and what each other method says of the same material."""

from __future__ import annotations

import math
import re
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.agreement.chemistry import chemistry_of, size_of
from nanoos_lab.conditions import comparable
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    Row = dict[str, Any]

REFERENCES = ("measured", "computed", "imported")
"""Origins that others are held against, the best first; an estimate never has an origin that comes before its own."""
COLUMNS = (
    "label", "formula", "material", "structure", "chemistry", "size", "crystal_system", "method", "origin",
    "reference", "estimate", "error", "reference_uncertainty", "uncertainty", "uncertainty_kind", "in_domain",
    "reference_method", "reference_source",
)  # fmt: skip
_NUMBERS = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Pairs:
    """Pairs of one property, and what found no partner."""

    table: pd.DataFrame
    """One row for each material and method, with the columns :data:`COLUMNS`; NaN where something is unknown."""
    without_reference: int
    """How many materials have an estimate and no reference."""
    unlike: int
    """How many estimates have references under other conditions only."""
    synthetic: int
    """How many synthetic values were left out."""
    unconverged: int
    """How many values were left out since they did not converge."""


def pair_values(
    values: pd.DataFrame,
    property: str,  # noqa: A002 - the field's word
    truth: str = "measured",
    *,
    methods: Iterable[str] | None = None,
    systems: Mapping[str, str] | None = None,
) -> Pairs:
    """Return what each method says of materials of which a reference is known.

    Synthetic and unconverged values are left out, and values under conditions that differ
    (:func:`nanoos_lab.conditions.comparable`) make no pair. A method that was asked about the very structure that the
    reference is of counts by that alone. Several references count by their median, and so do several values of a
    method.

    Args:
        values: As ``lab.values()`` returns them.
        property: A name of the vocabulary.
        truth: What is held to be right: an origin of :data:`REFERENCES`, or a method such as ``"PBE"``.
        methods: Only these methods, by the beginning of their labels; None for all.
        systems: The crystal system by the structure's id, where it is known.

    Raises:
        InvalidInputError: No value is by a method of that name; the message names those that are there.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    own = values[(values["property"] == property) & values["value"].notna()]
    synthetic, converged = own["synthetic"].astype(bool), own["converged"].astype(bool)
    real: list[Row] = own[~synthetic & converged].to_dict("records")  # type: ignore[assignment] # its keys are texts
    known, said = _split(real, truth, None if methods is None else list(methods))
    references: dict[Any, list[Row]] = {}
    for row in known:
        references.setdefault(row["material"], []).append(row)
    names = _names(real)
    found: dict[tuple[Any, str, str], list[tuple[Row, list[Row]]]] = {}
    alone, unlike = set(), 0
    for row in said:
        there = references.get(row["material"], [])
        like = [one for one in there if comparable(_conditions(one), _conditions(row))]
        alone |= set() if there else {row["material"]}
        unlike += bool(there and not like)
        if like:
            found.setdefault((row["material"], names[row["method"]], str(row["origin"])), []).append(
                (row, like)
            )
    rows = [_pair(key, members, systems or {}) for key, members in found.items()]
    rows.sort(key=lambda row: (row["method"], row["label"], str(row["material"])))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Pairs(table, len(alone), unlike, int(synthetic.sum()), int((~converged & ~synthetic).sum()))


def shortly(table: pd.DataFrame) -> pd.DataFrame:
    """Return pairs with methods named without their recipes, where that leaves them apart.

    Args:
        table: Pairs.
    """
    heads = table["method"].astype(str).str.partition(" · ")[0] if len(table) else table["method"]
    return table.assign(method=heads) if heads.nunique() == table["method"].nunique() else table


def _split(rows: Sequence[Row], truth: str, methods: list[str] | None) -> tuple[list[Row], list[Row]]:
    """Return the references, and what is held against them."""
    if truth in REFERENCES:
        later = {*REFERENCES[REFERENCES.index(truth) + 1 :], "predicted"}
        known = [row for row in rows if row["origin"] == truth]
        said = [row for row in rows if row["origin"] in later]
    else:
        known = [row for row in rows if _named(row, truth)]
        if not known:
            raise InvalidInputError(
                f"truth={truth!r}: no such values; give {_listed(REFERENCES)}, or one of the methods there are: "
                f"{_listed(sorted({str(row['method']) for row in rows})) or 'none'}"
            )
        said = [row for row in rows if not _named(row, truth)]
    if methods is None:
        return known, said
    for name in methods:
        if not any(_named(row, name) for row in said):
            raise InvalidInputError(
                f"{name!r} has no value to compare; methods with values are "
                f"{_listed(sorted({str(row['method']) for row in said})) or 'none'}"
            )
    return known, [row for row in said if any(_named(row, name) for name in methods)]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _named(row: Row, name: str) -> bool:
    """Return whether a value is by a method: its whole label, or its first words."""
    label = str(row["method"]).casefold()
    return label == name.casefold() or label.startswith((f"{name.casefold()} ", f"{name.casefold()}·"))


def _names(rows: Sequence[Row]) -> dict[str, str]:
    """Return by label under which name a method counts: recipes that differ in numbers alone are one."""
    alike: dict[str, set[str]] = {}
    for label in {str(row["method"]) for row in rows}:
        head, mark, recipe = label.partition(" · ")
        alike.setdefault(f"{head}{mark}{_NUMBERS.sub('…', recipe)}", set()).add(label)
    return {label: name if len(labels) > 1 else label for name, labels in alike.items() for label in labels}


def _conditions(row: Row) -> Mapping[str, Any]:
    given = row.get("conditions")
    return given if isinstance(given, dict) else {}


def _pair(
    key: tuple[Any, str, str], members: Sequence[tuple[Row, list[Row]]], systems: Mapping[str, str]
) -> Row:
    exact = [
        (row, [one for one in like if one["structure"] == row["structure"]])
        for row, like in members
        if _text(row["structure"]) and any(one["structure"] == row["structure"] for one in like)
    ]
    estimates, like = zip(*(exact or members), strict=True)
    references = list({id(one): one for some in like for one in some}.values())
    named = next((row for row in (*estimates, *references) if _text(row["structure"])), estimates[0])
    formula = _text(named.get("formula"))
    reference = statistics.median(float(row["value"]) for row in references)
    estimate = statistics.median(float(row["value"]) for row in estimates)
    sources = dict.fromkeys(filter(None, (_text(row.get("source")) for row in references)))
    return {
        "label": _text(named.get("name")) or str(key[0]),
        "formula": formula,
        "material": key[0],
        "structure": _text(named["structure"]) or None,
        "chemistry": chemistry_of(formula),
        "size": size_of(formula),
        "crystal_system": systems.get(_text(named["structure"]), ""),
        "method": key[1],
        "origin": key[2],
        "reference": reference,
        "estimate": estimate,
        "error": estimate - reference,
        "reference_uncertainty": _mean(references),
        "uncertainty": _mean(estimates),
        "uncertainty_kind": _text(estimates[0].get("uncertainty_kind")) or "none",
        "in_domain": not any(row.get("in_domain") is False for row in estimates),
        "reference_method": "; ".join(dict.fromkeys(str(row["method"]) for row in references)),
        "reference_source": "; ".join(sources),
    }


def _text(value: Any) -> str:  # noqa: ANN401 - a text, None or pandas' missing
    return value if isinstance(value, str) else ""


def _mean(rows: Iterable[Row]) -> float:
    known = [float(row["uncertainty"]) for row in rows if row["uncertainty"] is not None]
    finite = [one for one in known if math.isfinite(one)]
    return statistics.fmean(finite) if finite else math.nan
