"""What pairs say, in sentences that a reader understands at once; all from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.agreement.errors import ALL, errors, errors_by
from nanoos_lab.agreement.paired import difference
from nanoos_lab.agreement.pairs import shortly
from nanoos_lab.display.numbers import number, value_text
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    import pandas as pd

    from nanoos_lab.agreement.paired import Difference
    from nanoos_lab.agreement.pairs import Pairs

_FEW, _CLASS = 10, 5
"""Below so many pairs an average says little, and below so many a class is not named."""


def said_of(pairs: Pairs, name: str, truth: str) -> list[str]:
    """Return what comes out, most important first.

    Args:
        pairs: The pairs.
        name: The property.
        truth: What is held to be right.
    """
    table, label, unit = shortly(pairs.table), _label(name), get_property(name).unit
    if table.empty:
        return [
            f"No material has both a {_noun(truth)} of {label} and another method's: there is nothing to compare."
        ]
    known = errors(table)
    best = known.iloc[0]
    materials, methods = table["material"].nunique(), len(known)
    many = f"{_counted(materials, 'material')} by {_counted(methods, 'method')}"
    sentences = [
        f"{label[0].upper()}{label[1:]} of {many}, held against {_noun(truth)}s.",
        _closest(best, unit, truth, alone=methods == 1),
    ]
    if best["intervals"]:
        sentences.append(
            f"Its intervals hold {_percent(best['coverage'])} of the {int(best['intervals'])} {_noun(truth)}s "
            f"({_percent(best['nominal'])} is meant)."
        )
    sentences += _outside(table[table["method"] == best["method"]], unit)
    if said := _worst_class(table, str(best["method"]), unit):
        sentences.append(said)
    if methods > 1 and (said := _against_second(table, known, unit)):
        sentences.append(said)
    if best["n"] < _FEW:
        sentences.append(f"{_counted(int(best['n']), 'pair')} settle little: take the averages with care.")
    return sentences


def left_out(pairs: Pairs, truth: str) -> list[str]:
    """Return what is not among the pairs, and why.

    Args:
        pairs: The pairs.
        truth: What is held to be right.
    """
    said = (
        (
            pairs.without_reference,
            f"{_counted(pairs.without_reference, 'material')} without a {_noun(truth)}",
        ),
        (pairs.unlike, f"{_counted(pairs.unlike, 'value')} under other conditions than any {_noun(truth)}"),
        (pairs.synthetic, f"{_counted(pairs.synthetic, 'synthetic value')}"),
        (pairs.unconverged, f"{_counted(pairs.unconverged, 'value')} that did not converge"),
    )
    return [sentence for count, sentence in said if count]


def difference_said(found: Difference, unit: str) -> str:
    """Return one method against another in a sentence.

    Args:
        found: The difference.
        unit: The property's.
    """
    closer, other = found.closer, found.second if found.closer == found.first else found.first
    size = value_text(abs(found.mean), found.standard_error or None, unit)
    interval = f"95 %: {number(found.low, digits=2)} to {number(found.high, digits=2)}"
    if not found.settled:
        return (
            f"On the {found.n} materials that both know, {found.first} and {found.second} cannot be told apart: "
            f"their mean errors differ by {size} ({interval})."
        )
    rows = f"the {found.n} materials that both know"
    return f"On {rows}, {closer} is closer than {other} by {size} on average ({interval})."


def _outside(own: pd.DataFrame, unit: str) -> list[str]:
    """Return how many rows lie outside the model's domain, and how far off the others are."""
    inside = own[own["in_domain"].astype(bool)]
    outside = len(own) - len(inside)
    if not outside:
        return []
    others = (
        f": the other {len(inside)} are off by {number(_mae(inside), digits=2)} {unit}" if len(inside) else ""
    )
    return [f"{outside} of {len(own)} lie outside the model's domain{others.rstrip()}."]


def _mae(own: pd.DataFrame) -> float:
    return float(own["error"].abs().mean())


def _closest(best: pd.Series[Any], unit: str, truth: str, *, alone: bool) -> str:
    error = value_text(float(best["mae"]), _known(best["mae_se"]), unit)
    far = "lies" if alone else "is closest: it lies"
    r2 = "" if best["r2"] != best["r2"] else f"; R² {number(float(best['r2']), digits=3)}"
    bias, mae = float(best["bias"]), float(best["mae"])
    leaning = ""
    if best["n"] > 1 and abs(bias) > mae / 2:
        leaning = f", mostly too {'high' if bias > 0 else 'low'}"
    return f"{best['method']} {far} {error} from {'the ' + _noun(truth)} on average{leaning}{r2}."


def _against_second(table: pd.DataFrame, known: pd.DataFrame, unit: str) -> str:
    for second in known["method"].iloc[1:]:
        try:
            return difference_said(difference(table, str(known["method"].iloc[0]), str(second)), unit)
        except InvalidInputError:  # too few rows in common to say anything
            continue
    return ""


def _worst_class(table: pd.DataFrame, method: str, unit: str) -> str:
    classes = errors_by(table[table["method"] == method], "chemistry", least=_CLASS)
    classes = classes[classes["chemistry"] != ALL].sort_values("mae")
    if len(classes) < 2:  # noqa: PLR2004 - one class is no comparison
        return ""
    low, high = classes.iloc[0], classes.iloc[-1]
    return (
        f"It is best for {low['chemistry']} ({number(float(low['mae']), digits=2)} {unit}) and worst for "
        f"{high['chemistry']} ({number(float(high['mae']), digits=2)} {unit}).".replace(" )", ")")
    )


def _noun(truth: str) -> str:
    return f"{truth} value"


def _label(name: str) -> str:
    label = get_property(name).label
    return label if label[1:2].isupper() else f"{label[0].lower()}{label[1:]}"


def _percent(part: float) -> str:
    return f"{100 * part:.0f} %"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _known(value: float) -> float | None:
    return None if value != value else float(value)  # noqa: PLR0124 - NaN
