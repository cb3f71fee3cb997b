"""Two models on the same structures, beside each other and beside what the lab knows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import CalculatorError, InvalidInputError, OutOfDomainError, UnknownNameError
from nanoos_lab.lab.modelling.names import named_predictor
from nanoos_lab.properties import get_property
from nanoos_lab.store import values as value_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.ml import Predictor
    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.store.schema import PropertyValueRow

_ORIGINS = ("measured", "computed", "imported")
_SHOWN = 12


class Known(NamedTuple):
    """What the lab holds to be right of one property, by one method."""

    method: str
    values: Mapping[str, float]
    """By the structure's id."""


class Trial:
    """What two models say of the same structures.

    Args:
        names: Of both models.
        rows: One for each structure and property.
        refused: Structures that a model could not answer for, with the reason.
        against: The method that was taken to be right, by property.

    Example:
        >>> trial = lab.models.compare("my-gap@1", "my-gap@2", lab.structures())  # doctest: +SKIP
        >>> trial.errors()  # doctest: +SKIP
    """

    def __init__(
        self,
        names: tuple[str, str],
        rows: Sequence[dict[str, Any]],
        *,
        refused: Sequence[tuple[str, str, str]] = (),
        against: Mapping[str, str] | None = None,
    ) -> None:
        self.names, self._rows = names, list(rows)
        self.refused, self.against = list(refused), dict(against or {})

    def __len__(self) -> int:
        return len(self._rows)

    def frame(self) -> pd.DataFrame:
        """Return one row for each structure and property: both values, half widths, difference, errors."""
        import pandas as pd  # noqa: PLC0415 - heavy

        columns = (
            "structure_id", "name", "property", "unit", "a", "a_half_width", "a_in_domain", "b", "b_half_width",
            "b_in_domain", "difference", "known", "known_by", "a_error", "b_error",
        )  # fmt: skip
        return pd.DataFrame(self._rows, columns=list(columns))

    def errors(self) -> pd.DataFrame:
        """Return one row for each property: how far the models are apart, and how far off where a value is known."""
        import pandas as pd  # noqa: PLC0415 - heavy

        found = []
        for name, rows in self.frame().groupby("property", sort=False):
            known = rows.dropna(subset=["known", "a", "b"])
            both = rows.dropna(subset=["difference"])["difference"]
            said = {
                "property": name, "unit": get_property(str(name)).unit, "n": len(both),
                "mean_difference": both.mean(), "mean_absolute_difference": both.abs().mean(),
                "known": len(known), "known_by": self.against.get(str(name), ""),
            }  # fmt: skip
            for model in "ab":
                error = known[f"{model}_error"].astype(float)
                inside = error.abs() <= known[f"{model}_half_width"].astype(float)
                said |= {
                    f"{model}_mae": error.abs().mean(),
                    f"{model}_rmse": float(np.sqrt((error**2).mean())),
                    f"{model}_bias": error.mean(),
                    f"{model}_coverage": inside.mean()
                    if len(known) and known[f"{model}_half_width"].notna().all()
                    else np.nan,
                }
            closer = (known["b_error"].abs() < known["a_error"].abs()).sum()
            found.append(said | {"b_closer": int(closer)})
        return pd.DataFrame(found)

    def sentences(self) -> list[str]:
        """Return in words, for each property, how the models differ and which is closer to what is known."""
        return [
            self._sentence({str(k): v for k, v in row.items()}) for row in self.errors().to_dict("records")
        ]

    def _sentence(self, row: Mapping[str, Any]) -> str:
        a, b = self.names
        entry = get_property(row["property"])
        apart = numbers.value_text(row["mean_absolute_difference"], None, entry.unit, digits=3)
        head = (
            f"{entry.label}: {a} and {b} are {apart} apart on average over {_counted(row['n'], 'structure')}"
        )
        if not row["known"]:
            return f"{head}; the lab knows none of these values, so neither is closer"
        errors = {m: numbers.value_text(row[f"{m}_mae"], None, entry.unit, digits=3) for m in "ab"}
        better = b if row["b_mae"] < row["a_mae"] else a
        wins = row["b_closer"] if better == b else row["known"] - row["b_closer"]
        few = "; too few to tell" if row["known"] < 20 else ""  # noqa: PLR2004 - half a spread either way
        return (
            f"{head}; against {_counted(row['known'], 'value')} by {row['known_by']} the mean absolute errors are "
            f"{errors['a']} and {errors['b']}: {better} is closer on {wins} of them{few}"
        )

    _HEADERS = ("structure", "property", "A", "B", "B − A", "known", "error A", "error B")

    def _cells(self) -> list[tuple[str, ...]]:
        shown = sorted(self._rows, key=lambda row: -abs(row["difference"] or 0.0))[:_SHOWN]
        return [
            (
                row["name"],
                _labelled(row["property"]),
                _stated(row, "a"),
                _stated(row, "b"),
                _signed(row["difference"]),
                "" if row["known"] is None else numbers.number(row["known"]),
                _signed(row["a_error"]),
                _signed(row["b_error"]),
            )
            for row in shown
        ]

    def _notes(self) -> list[str]:
        notes = self.sentences()
        notes += [f"{model} gave no answer for {name}: {why}" for model, name, why in self.refused[:5]]
        if len(self.refused) > 5:  # noqa: PLR2004 - as above
            notes.append(f"and {len(self.refused) - 5} more without an answer: .refused lists them")
        return notes

    def _title(self) -> str:
        more = f", the {_SHOWN} that differ most" if len(self) > _SHOWN else ""
        return f"A = {self.names[0]}, B = {self.names[1]}{more}"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        drawn = text.table(self._HEADERS, self._cells(), numeric=self._HEADERS[2:], title=self._title())
        return text.stack(*self._notes(), drawn)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        said = [html.note(one, tone="idle") for one in self._notes()]
        drawn = html.table(self._HEADERS, self._cells(), numeric=self._HEADERS[2:])
        page = html.block(*said, drawn, title="Two models", subtitle=self._title())
        return {"text/html": page, "text/plain": repr(self)}


def try_models(
    lab: Workspace, names: tuple[str, str], records: Sequence[StructureRecord], *, against: str = ""
) -> Trial:
    """Ask two models about the same structures.

    Args:
        lab: The lab.
        names: Of registered models or predictors.
        records: The structures.
        against: The method whose values are taken to be right; empty for the one that knows most.

    Raises:
        InvalidInputError: There are no structures, or nothing that both state.
        CalculatorError: A model cannot be used here.
    """
    from nanoos_lab.ml import get_predictor  # noqa: PLC0415 - brings numpy

    if not records:
        raise InvalidInputError("there are no structures to compare on: give at least one")
    models = [get_predictor(named_predictor(lab.store, name)) for name in names]
    for model in models:
        if problem := model.available():
            raise CalculatorError(problem)
    common = [p for p in models[0].properties if p in models[1].properties]
    if not common:
        raise InvalidInputError(
            f"{names[0]} states {', '.join(models[0].properties)} and {names[1]} {', '.join(models[1].properties)}: "
            "they have nothing in common to compare"
        )
    refused: list[tuple[str, str, str]] = []
    said = [_ask(m, n, records, common, refused) for m, n in zip(models, names, strict=True)]
    known = _known(lab, records, common, against)
    rows = [
        row
        for record in records
        for name in common
        if (row := _row(record, name, [one.get((record.id, name)) for one in said], known[name]))
    ]
    return Trial(names, rows, refused=refused, against={n: k.method for n, k in known.items()})


def _ask(
    model: Predictor,
    name: str,
    records: Sequence[StructureRecord],
    properties: Sequence[str],
    refused: list[tuple[str, str, str]],
) -> dict[tuple[str, str], PropertyEstimate]:
    """Return estimates by structure and property; what the model cannot know is told, and stops nothing."""
    sound = []
    for record in records:
        try:
            model.check(record.structure)
        except (InvalidInputError, OutOfDomainError) as error:
            refused.append((name, record.name, str(error)))
        else:
            sound.append(record)
    answers = model.predict([record.structure for record in sound], properties) if sound else []
    return {
        (record.id, e.property): e
        for record, estimates in zip(sound, answers, strict=True)
        for e in estimates
    }


def _row(
    record: StructureRecord, name: str, said: Sequence[PropertyEstimate | None], known: Known
) -> dict[str, Any] | None:
    if all(one is None for one in said):
        return None
    a, b = said
    truth = known.values.get(record.id)
    row = {
        "structure_id": record.id, "name": record.name, "property": name, "unit": get_property(name).unit,
        "difference": None if a is None or b is None else b.value - a.value,
        "known": truth, "known_by": known.method if truth is not None else "",
    }  # fmt: skip
    for letter, one in zip("ab", said, strict=True):
        row[letter] = None if one is None else one.value
        row[f"{letter}_half_width"] = None if one is None else one.uncertainty
        row[f"{letter}_in_domain"] = None if one is None else one.in_domain
        row[f"{letter}_error"] = None if one is None or truth is None else one.value - truth
    return row


def _known(
    lab: Workspace, records: Sequence[StructureRecord], properties: Sequence[str], against: str
) -> dict[str, Known]:
    """Return, of each property, the values of one method alone."""
    ids = {record.id for record in records}
    by_material: dict[str, list[str]] = defaultdict(list)
    for record in records:
        by_material[record.row.material_id].append(record.id)
    with lab.store.read() as session:
        found = value_rows.find_values(
            session, lab.store.scope, structure_id=list(ids), with_material=True, property=list(properties),
            origin=list(_ORIGINS),
        )  # fmt: skip
    methods: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for value in found:
        if value.value is None or not value.converged:
            continue
        of = [value.structure_id] if value.structure_id else by_material[value.material_id or ""]
        for one in of:
            if one in ids:
                methods[value.property][_method(value)][one] = value.value
    every = {method for known in methods.values() for method in known}
    if against and not any(against.casefold() in method.casefold() for method in every):
        raise UnknownNameError("method with values of these structures", against, every)
    return {name: _fullest(methods[name], against) for name in properties}


def _fullest(methods: Mapping[str, Mapping[str, float]], against: str) -> Known:
    fitting = {m: v for m, v in methods.items() if against.casefold() in m.casefold()}
    if not fitting:
        return Known("", {})
    best = max(fitting, key=lambda method: (len(fitting[method]), method))
    return Known(best, fitting[best])


def _method(value: PropertyValueRow) -> str:
    parts = (value.method_name, value.method_version, value.method_recipe)
    under = numbers.conditions_text(value.conditions)
    return f"{' '.join(filter(None, parts))} ({value.origin}{f', {under}' if under else ''})"


def _stated(row: Mapping[str, Any], letter: str) -> str:
    if row[letter] is None:
        return ""
    outside = " (outside)" if row[f"{letter}_in_domain"] is False else ""
    return numbers.value_text(row[letter], row[f"{letter}_half_width"]) + outside


def _labelled(name: str) -> str:
    entry = get_property(name)
    return f"{entry.label} ({entry.unit})" if entry.unit else entry.label


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _signed(value: float | None) -> str:
    return "" if value is None else numbers.signed(value)
