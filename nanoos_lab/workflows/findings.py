"""What may be said of a ranking: how far its method is from measurement, and the sentences of the summary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from nanoos_lab.display.numbers import number, value_text
from nanoos_lab.properties import get_property
from nanoos_lab.workflows.screening import choose_method

if TYPE_CHECKING:
    from nanoos_lab.workflows.screening import Ranking

_NAMED = 4
"""How many rivals of the leader are named."""


def measured_pairs(values: pd.DataFrame, measured: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Pair computed and predicted values with measured ones of the same material.

    Args:
        values: Columns :data:`VALUE_COLUMNS`; synthetic and unconverged ones are left out.
        measured: Columns ``material``, ``property``, ``value``, ``uncertainty``, ``source``; several measurements
            of one property of one material count by their median.
        candidates: Columns ``candidate``, ``label`` and ``material``.

    Returns:
        Columns ``property``, ``label``, ``method``, ``measured``, ``measured_uncertainty``, ``estimate``,
        ``uncertainty``, ``unit``, ``sources``.
    """
    columns = ["property", "label", "method", "measured", "measured_uncertainty", "estimate", "uncertainty"]
    columns += ["unit", "sources"]
    real = values[~values["synthetic"].astype(bool) & values["converged"].astype(bool)]
    if real.empty or measured.empty:
        return pd.DataFrame(columns=columns)
    known = measured.groupby(["material", "property"], as_index=False).agg(
        measured=("value", "median"),
        measured_uncertainty=("uncertainty", "median"),
        sources=("source", lambda s: "; ".join(dict.fromkeys(map(str, s)))),
    )
    joined = real.merge(candidates[["candidate", "label", "material"]], on="candidate")
    joined = joined.merge(known, on=["material", "property"]).rename(columns={"value": "estimate"})
    return joined.drop_duplicates(["candidate", "property", "method"], keep="last")[columns].reset_index(
        drop=True
    )


def mean_error(pairs: pd.DataFrame, property_name: str, method: str) -> tuple[float, int]:
    """Return the mean absolute error of a method against measurement, and over how many; NaN and 0 where none.

    Args:
        pairs: As :func:`measured_pairs` returns.
        property_name: The property.
        method: The method.
    """
    mine = pairs[(pairs["property"] == property_name) & (pairs["method"] == method)]
    if mine.empty:
        return math.nan, 0
    return float((mine["estimate"] - mine["measured"]).abs().mean()), len(mine)


def summary_sentences(ranking: Ranking, pairs: pd.DataFrame) -> list[str]:
    """Say in plain sentences what came out, from the data alone.

    Args:
        ranking: The ranking.
        pairs: As :func:`measured_pairs` returns.
    """
    label = get_property(ranking.objective).label.lower()
    total, placed = len(ranking.table), ranking.placed
    limits = (
        f" within the limit{'s' * (len(ranking.limits) > 1)} ({', '.join(x.words for x in ranking.limits)})"
    )
    opening = (
        f"{len(placed)} of {total} candidates could be ranked by {label}{limits if ranking.limits else ''}."
    )
    if placed.empty:
        return [opening, _why_none(ranking)]
    best = placed.iloc[0]
    leader = f"{best['label']} leads with {_stated(best, ranking)}{_runner_up(ranking)}."
    sentences = [opening, leader, _against_measurement(ranking, pairs)]
    if aside := len(ranking.set_aside):
        sentences.append(f"{aside} {'was' if aside == 1 else 'were'} set aside, each with its reason.")
    return [*sentences, f"Method: {ranking.method}."]


def _against_measurement(ranking: Ranking, pairs: pd.DataFrame) -> str:
    error, n = mean_error(pairs, ranking.objective, ranking.method)
    if not n:
        return "No measured value of this property is known here, so the method's error is not known."
    many = f"{n} material{'s' * (n > 1)}"
    head = f"Against measurement on {many}, the mean error of the method is {number(error, digits=2)} {ranking.unit}"
    return f"{head}{_unsettled(ranking, error)}."


def _stated(row: pd.Series, ranking: Ranking) -> str:
    return value_text(float(row["value"]), _or_none(float(row["uncertainty"])), ranking.unit)


def _why_none(ranking: Ranking) -> str:
    reasons = ranking.table["reasons"].value_counts()
    return f"The most frequent reason: {reasons.index[0]}." if len(reasons) else "There was nothing to rank."


def _runner_up(ranking: Ranking) -> str:
    if len(ranking.placed) < 2:  # noqa: PLR2004 - no second
        return ""
    second = ranking.placed.iloc[1]
    return f", before {second['label']} with {_stated(second, ranking)}"


def _unsettled(ranking: Ranking, error: float) -> str:
    """Return who cannot be told from the leader, given the method's error."""
    best = float(ranking.placed.iloc[0]["value"])
    rest = ranking.placed.iloc[1:]
    close = [str(r["label"]) for _, r in rest.iterrows() if abs(float(r["value"]) - best) <= error]
    if not close:
        lead = abs(best - float(rest.iloc[0]["value"])) if len(rest) else 0.0
        return (
            f"; the lead of {number(lead, digits=2)} {ranking.unit} is larger than that" if len(rest) else ""
        )
    shown = ", ".join(close[:_NAMED]) + (f" and {len(close) - _NAMED} more" if len(close) > _NAMED else "")
    return f", so the first place is not settled against {shown}"


def ranking_text(ranking: Ranking, top: int = 10) -> str:
    """Return the head of a ranking as lines for a terminal.

    Args:
        ranking: The ranking.
        top: How many places.
    """
    label = get_property(ranking.objective).label
    lines = [f"{label} by {ranking.method}" if ranking.method else f"{label}: nothing could be ranked"]
    shown = ranking.placed.head(top)
    wide = max((len(str(v)) for v in shown["label"]), default=0)
    for _, row in shown.iterrows():
        lines.append(f"{int(row['place']):3d}  {row['label']!s:<{wide}}  {_stated(row, ranking)}")
    aside = len(ranking.set_aside)
    return "\n".join([*lines, *([f"     {aside} set aside, with reasons in the report"] if aside else [])])


def ranking_frame(ranking: Ranking) -> pd.DataFrame:
    """Return the rows with a value as :func:`nanoos_lab.charts.ranking_figure` takes them.

    Args:
        ranking: The ranking.
    """
    shown = ranking.table[ranking.table["value"].notna()]
    return shown.assign(note=shown["reasons"])[["label", "value", "uncertainty", "ranked", "note"]]


def second_axis(ranking: Ranking, values: pd.DataFrame) -> str | None:
    """Return the property to draw the objective against: a limited one, else formation energy, else volume.

    Args:
        ranking: The ranking.
        values: All values.
    """
    there = set(values["property"])
    wished = [*(limit.name for limit in ranking.limits), "formation_energy", "volume_per_atom"]
    return next((name for name in wished if name != ranking.objective and name in there), None)


def scatter_frame(ranking: Ranking, values: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return objective and another property as :func:`nanoos_lab.charts.scatter_figure` takes them.

    Args:
        ranking: The ranking.
        values: All values.
        name: The other property; values of one method only.
    """
    origin, method = choose_method(values, name)
    mine = values[(values["property"] == name) & (values["method"] == method) & (values["origin"] == origin)]
    other = dict(zip(mine["candidate"].astype(str), mine["value"].astype(float), strict=True))
    table = ranking.table
    return pd.DataFrame(
        {
            "label": table["label"],
            ranking.objective: table["value"],
            "y_uncertainty": table["uncertainty"],
            name: [other.get(str(c), math.nan) for c in table["candidate"]],
            "ranked": table["ranked"],
        }
    )


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
