"""The thinking of the screening template: limits, ranking, and what may be said of it.

Everything works on tidy tables, so each rule can be tested without a lab. A ranking holds only values of one
method. What is synthetic, not converged, outside the model's domain, outside a limit or failed gets no place,
and is listed with its reason.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from nanoos_lab.display.numbers import value_text
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.properties import Origin, get_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NUMBER = r"[-+−]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+−]?\.\d+"
_ONE_SIDED = re.compile(rf"^\s*(<=|>=|≤|≥|<|>)\s*({_NUMBER})\s*$")
_BETWEEN = re.compile(rf"^\s*({_NUMBER})\s*(?:\.\.|to|…)\s*({_NUMBER})\s*$")
RANKED_ORIGINS = (Origin.COMPUTED, Origin.PREDICTED, Origin.IMPORTED)
"""Whose values are ranked: the first of these that there are any of. Measured ones are compared with."""
VALUE_COLUMNS = (
    "candidate", "property", "value", "unit", "uncertainty", "uncertainty_kind", "origin", "method",
    "converged", "in_domain", "synthetic", "task", "run", "source", "note",
)  # fmt: skip
RANKING_COLUMNS = ("place", "candidate", "label", "formula", "value", "uncertainty", "ranked", "reasons")


@dataclass(frozen=True)
class Limit:
    """What a property must be for a candidate to be ranked."""

    name: str
    """The property."""
    low: float | None
    high: float | None

    def allows(self, value: float) -> bool:
        """Whether a value is inside; the ends belong to it.

        Args:
            value: In the property's unit.
        """
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @property
    def words(self) -> str:
        """The limit as people write it, such as ``formation energy ≤ 0.05 eV/atom``."""
        entry = get_property(self.name)
        label = entry.label[0].lower() + entry.label[1:]
        if self.low is not None and self.high is not None:
            text = f"{label} {self.low:g} to {self.high:g} {entry.unit}"
        elif self.low is not None:
            text = f"{label} ≥ {self.low:g} {entry.unit}"
        else:
            text = f"{label} ≤ {self.high:g} {entry.unit}"
        return text.strip().replace("-", "−")

    @property
    def ends(self) -> list[float]:
        """The values at which it ends."""
        return [v for v in (self.low, self.high) if v is not None]


def parse_limits(limits: Mapping[str, str]) -> list[Limit]:
    """Read limits such as ``{"formation_energy": "<= 0.05", "volume_per_atom": "8..14"}``.

    Args:
        limits: A condition by property, in the property's unit.

    Raises:
        UnknownNameError: No such property.
        InvalidInputError: A condition cannot be read; the message shows the forms.
    """
    return [_parse_limit(get_property(name).name, str(text)) for name, text in limits.items()]


def _parse_limit(name: str, text: str) -> Limit:
    if found := _ONE_SIDED.match(text):
        value = float(found[2].replace("−", "-"))
        return Limit(name, None, value) if found[1] in "<=≤" else Limit(name, value, None)
    if found := _BETWEEN.match(text):
        low, high = (float(group.replace("−", "-")) for group in found.groups())
        if low <= high:
            return Limit(name, low, high)
    raise InvalidInputError(f"the limit on {name} is {text!r}: write it as '<= 0.05', '>= 100' or '8..14'")


def check_direction(direction: str) -> str:
    """Return ``"max"`` or ``"min"``.

    Args:
        direction: What was asked for.

    Raises:
        InvalidInputError: It is neither.
    """
    if direction not in {"max", "min"}:
        raise InvalidInputError(f"direction is {direction!r}: give 'max' or 'min'")
    return direction


@dataclass(frozen=True)
class Ranking:
    """Candidates in order, with those that got no place after them."""

    table: pd.DataFrame
    """Columns :data:`RANKING_COLUMNS`, and one for each limited property; places from 1, NA where none."""
    objective: str
    direction: str
    method: str
    """The one method whose values are ranked; ``""`` where there are none."""
    origin: str
    limits: tuple[Limit, ...]

    @property
    def placed(self) -> pd.DataFrame:
        """The rows that have a place, best first."""
        return self.table[self.table["ranked"]]

    @property
    def set_aside(self) -> pd.DataFrame:
        """The rows without a place."""
        return self.table[~self.table["ranked"]]

    @property
    def unit(self) -> str:
        """The objective's unit."""
        return get_property(self.objective).unit


def rank(
    candidates: pd.DataFrame,
    values: pd.DataFrame,
    *,
    objective: str,
    direction: str = "max",
    limits: Sequence[Limit] = (),
    problems: Mapping[str, Sequence[str]] | None = None,
) -> Ranking:
    """Rank candidates by one property, like with like.

    Args:
        candidates: Columns ``candidate``, ``label`` and ``formula``.
        values: Columns :data:`VALUE_COLUMNS`.
        objective: The property to rank by.
        direction: ``"max"`` where more is better, ``"min"`` where less is.
        limits: What other properties must be.
        problems: Further reasons against a candidate, such as a failed run, by candidate.

    Returns:
        All candidates: ranked ones first, best first; then those with a value; then those without.
    """
    get_property(objective)
    check_direction(direction)
    origin, method = choose_method(values, objective)
    chosen = values[
        (values["property"] == objective) & (values["method"] == method) & (values["origin"] == origin)
    ]
    by_candidate = {str(row["candidate"]): row for _, row in chosen.iterrows()}
    rows = []
    for _, c in candidates.iterrows():
        key = str(c["candidate"])
        row = by_candidate.get(key)
        limited = {limit.name: _limited_value(values, key, limit.name) for limit in limits}
        reasons = [*(problems or {}).get(key, ())]
        reasons += _limit_objections(limited, limits, explained=bool(reasons))
        reasons += _objections(row, objective, explained=bool(reasons))
        rows.append(
            {
                "candidate": key,
                "label": c["label"],
                "formula": c["formula"],
                "value": math.nan if row is None else float(row["value"]),
                "uncertainty": math.nan if row is None else _float(row["uncertainty"]),
                "ranked": not reasons,
                "reasons": "; ".join(reasons),
                **{name: found[0] for name, found in limited.items()},
            }
        )
    table = _ordered(pd.DataFrame(rows, columns=_columns(limits)), direction)
    return Ranking(table, objective, direction, method, origin, tuple(limits))


def _columns(limits: Sequence[Limit]) -> list[str]:
    return [*RANKING_COLUMNS[1:], *(limit.name for limit in limits)]


def _ordered(table: pd.DataFrame, direction: str) -> pd.DataFrame:
    sign = -1.0 if direction == "max" else 1.0
    keyed = table.assign(
        _group=(~table["ranked"].astype(bool)).astype(int) + table["value"].isna().astype(int),
        _key=sign * table["value"],
    )
    ordered = keyed.sort_values(["_group", "_key", "label"], kind="stable", na_position="last")
    ordered = ordered.drop(columns=["_group", "_key"]).reset_index(drop=True)
    placed = int(ordered["ranked"].sum())
    places = pd.array([i + 1 if i < placed else pd.NA for i in range(len(ordered))], dtype="Int64")
    ordered["ranked"] = ordered["ranked"].astype(bool)
    return ordered.assign(place=places)[["place", *table.columns]]


def choose_method(values: pd.DataFrame, objective: str) -> tuple[str, str]:
    """Return origin and method of the values to rank: computed before predicted, then the one that covers most.

    Args:
        values: Columns :data:`VALUE_COLUMNS`.
        objective: The property.

    Returns:
        Two empty strings where there is no value.
    """
    mine = values[values["property"] == objective]
    for origin in RANKED_ORIGINS:
        part = mine[mine["origin"].astype(str) == str(origin)]
        if len(part):
            covered = part.groupby("method")["candidate"].nunique().sort_index()
            return str(origin), str(covered.index[int(covered.to_numpy().argmax())])
    return "", ""


def _objections(row: pd.Series | None, objective: str, *, explained: bool) -> list[str]:
    label = get_property(objective).label.lower()
    if row is None:
        return [] if explained else [f"no {label} by this method"]
    reasons = []
    if bool(row["synthetic"]):
        reasons.append("synthetic: a value of the toy calculator is never ranked")
    if not bool(row["converged"]):
        reasons.append(f"{label} not converged")
    if row["in_domain"] is not None and not pd.isna(row["in_domain"]) and not bool(row["in_domain"]):
        reasons.append("outside the model's domain")
    return reasons


def _limited_value(values: pd.DataFrame, candidate: str, name: str) -> tuple[float, bool]:
    """Return a candidate's value of a limited property and whether it can be trusted."""
    origin, method = choose_method(values, name)
    mine = values[
        (values["candidate"].astype(str) == candidate)
        & (values["property"] == name)
        & (values["method"] == method)
        & (values["origin"] == origin)
    ]
    if mine.empty:
        return math.nan, False
    last = mine.iloc[-1]
    return float(last["value"]), bool(last["converged"]) and not bool(last["synthetic"])


def _limit_objections(
    found: Mapping[str, tuple[float, bool]],
    limits: Sequence[Limit],
    *,
    explained: bool,
) -> list[str]:
    reasons = []
    for limit in limits:
        value, sound = found[limit.name]
        entry = get_property(limit.name)
        if math.isnan(value):
            reasons += [] if explained else [f"{entry.label.lower()} not known, and a limit asks for it"]
        elif not limit.allows(value):
            reasons.append(
                f"{entry.label.lower()} {value_text(value, unit=entry.unit)}, outside {limit.words}"
            )
        elif not sound:
            reasons.append(f"{entry.label.lower()} cannot be relied on, and a limit asks for it")
    return reasons


def shortlist(
    candidates: pd.DataFrame, values: pd.DataFrame, limits: Sequence[Limit], *, objective: str,
    direction: str = "max", at_most: int = 0, without: Iterable[str] = (),
) -> list[str]:  # fmt: skip
    """Return the candidates that deserve the costly step, best first where that is known already.

    Args:
        candidates: Columns ``candidate``, ``label`` and ``formula``.
        values: What is known so far.
        limits: Candidates whose value lies outside one are left out; those without a value are kept.
        objective: Its predicted values decide the order, where there are any.
        direction: ``"max"`` or ``"min"``.
        at_most: How many; 0 for all.
        without: Candidates that are out already, such as those whose relaxation failed.
    """
    out = set(without)
    origin, method = choose_method(values, objective)
    mine = values[
        (values["property"] == objective) & (values["method"] == method) & (values["origin"] == origin)
    ]
    known = dict(zip(mine["candidate"].astype(str), mine["value"].astype(float), strict=True))
    sign = -1.0 if direction == "max" else 1.0
    kept = []
    for index, key in enumerate(candidates["candidate"].astype(str)):
        found = [(limit, _limited_value(values, key, limit.name)[0]) for limit in limits]
        if key not in out and all(math.isnan(value) or limit.allows(value) for limit, value in found):
            kept.append((sign * known.get(key, math.inf * sign), index, key))
    return [key for _, _, key in sorted(kept)][: at_most or None]


def _float(value: Any) -> float:  # noqa: ANN401 - None or a number
    return math.nan if value is None or pd.isna(value) else float(value)
