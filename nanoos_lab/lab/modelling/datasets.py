"""A dataset: structures with one value each of one property, all of like method, chosen from the lab's values."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

from nanoos_lab.charts.likeness import flags_of, like_groups
from nanoos_lab.conditions import normal_conditions
from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.charts import Chart
    from nanoos_lab.charts.likeness import LikeGroup
    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.store.schema import PropertyValueRow

Duplicates = Literal["mean", "refuse"]
_ALIKE = 0.01
"""Part by which a condition may differ from the one that was asked for."""
_SOURCES, _TOLD = 3, 12


@dataclass(frozen=True)
class Entry:
    """A structure and its value."""

    structure: StructureRecord
    value: float
    """In the property's unit."""
    count: int = 1
    """Values of which it is the mean."""
    spread: float = 0.0
    """Largest difference among them."""


@dataclass(frozen=True)
class Dataset(Sequence[Entry]):
    """Structures with one value each, ready to be learnt from; shows what it is made of.

    Example:
        >>> gaps = lab.dataset("band_gap", origin="computed", method="GPAW")  # doctest: +SKIP
        >>> lab.train(gaps, name="my-gap")  # doctest: +SKIP
    """

    property: str
    entries: tuple[Entry, ...]
    origin: str
    method: str
    """In one line, as values of it are shown."""
    conditions: str = ""
    """Under which the values hold, in words."""
    sources: tuple[str, ...] = ()
    """Citations, the most frequent first."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Values of the property that are not in it, by the reason."""

    def __len__(self) -> int:
        return len(self.entries)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | Sequence[Entry]:
        return self.entries[index]

    def unit(self) -> str:
        """Return the unit of the values."""
        return get_property(self.property).unit

    def values(self) -> list[float]:
        """Return the values in order."""
        return [entry.value for entry in self.entries]

    def structures(self) -> list[StructureRecord]:
        """Return the structures in order."""
        return [entry.structure for entry in self.entries]

    def source(self) -> str:
        """Return the citations in a line."""
        more = f" and {len(self.sources) - _SOURCES} more" if len(self.sources) > _SOURCES else ""
        return "; ".join(self.sources[:_SOURCES]) + more

    def about(self) -> dict[str, Any]:
        """Return what a model keeps of it, as JSON."""
        return {
            "origin": self.origin,
            "method": self.method,
            "conditions": self.conditions,
            "rows": len(self),
        }

    def frame(self) -> pd.DataFrame:
        """Return one row for each structure; ``frame.attrs["units"]`` has the unit."""
        import pandas as pd  # noqa: PLC0415 - heavy

        rows = [
            (e.structure.id, e.structure.name, e.structure.formula, e.value, e.count, e.spread) for e in self
        ]
        frame = pd.DataFrame(
            rows, columns=["structure", "name", "formula", self.property, "values", "spread"]
        )
        frame.attrs["units"] = {self.property: self.unit()}
        return frame

    def histogram(self) -> Chart:
        """Return how its values are spread, as a figure."""
        from nanoos_lab.charts.training import histogram_figure  # noqa: PLC0415 - plotly when something is drawn

        return histogram_figure(self.values(), property=self.property)

    def facts(self) -> dict[str, str]:
        """Return what it is, as pairs of words."""
        values = sorted(self.values())
        systems = {entry.structure.row.chemical_system for entry in self}
        repeated = [entry for entry in self if entry.count > 1]
        unit = self.unit()
        widest = numbers.value_text(max((e.spread for e in repeated), default=0.0), unit=unit)
        shown = {
            "Structures": f"{len(self)} of {len(systems)} chemical systems",
            "Origin": self.origin,
            "Method": self.method,
            "Conditions": self.conditions,
            "Range": f"{numbers.number(values[0])} to {numbers.value_text(values[-1], unit=unit)}",
            "Median": numbers.value_text(statistics.median(values), unit=unit),
            "Means of several": f"{len(repeated)}, which differ by up to {widest}" if repeated else "",
            "Source": self.source(),
            "Left out": "; ".join(f"{count} {why}" for why, count in self.left_out.items()),
        }  # fmt: skip
        return {name: words for name, words in shown.items() if words}

    def _title(self) -> str:
        return f"{get_property(self.property).label}: {len(self)} values to learn from"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return its terminal display."""
        return text.table([self._title(), ""], self.facts().items())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from nanoos_lab.charts.still import still_svg  # noqa: PLC0415 - plotly when something is drawn

        drawn = html.safe(still_svg(self.histogram().update_layout(height=240), width=420))
        page = html.block(html.row(html.facts(self.facts()), drawn), title=self._title())
        return {"text/html": page, "text/plain": repr(self)}


def make_dataset(
    name: str,
    values: Sequence[tuple[StructureRecord, PropertyValueRow]],
    *,
    origin: str,
    method: str | None,
    conditions: Mapping[str, Any] | None,
    duplicates: Duplicates,
    left_out: Mapping[str, int],
) -> Dataset:
    """Make a dataset of values that were found.

    Args:
        name: The property.
        values: With the structures that they are of.
        origin: Of all of them.
        method: A word of the method that is wanted; None where there is but one.
        conditions: Under which they must hold.
        duplicates: What is done with several values of one structure.
        left_out: What is not among them already, by the reason.

    Raises:
        InvalidInputError: There is none, methods or conditions are mixed, or a structure has several values.
    """
    missing = Counter(left_out)
    trusted = []
    for structure, row in values:
        if flags := flags_of(row):
            missing[", ".join(flags)] += 1
        elif row.value is None:
            missing["arrays"] += 1
        else:
            trusted.append((structure, row))
    wanted = normal_conditions(conditions or {})
    kept = [(s, row) for s, row in trusted if _holds(row.conditions, wanted)]
    missing["under other conditions"] += len(trusted) - len(kept)
    group = _group([row for _, row in kept], name, origin, method, missing)
    chosen = {id(row) for row in group.values}
    missing["by other methods"] += len(kept) - len(chosen)
    entries = _entries([(s, row) for s, row in kept if id(row) in chosen], name, duplicates)
    sources = Counter(value.source for value in group.values if value.source)
    return Dataset(
        name, entries, origin, group.method, group.conditions,
        tuple(s for s, _ in sources.most_common()), {why: n for why, n in missing.items() if n},
    )  # fmt: skip


def _holds(conditions: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    for name, value in wanted.items():
        found = conditions.get(name)
        if isinstance(value, (int, float)) and isinstance(found, (int, float)):
            if abs(found - value) > _ALIKE * max(abs(value), 1e-9):
                return False
        elif found != value:
            return False
    return True


def _group(
    rows: Sequence[PropertyValueRow], name: str, origin: str, method: str | None, missing: Mapping[str, int]
) -> LikeGroup:
    """Return the one group of like values that is meant."""
    label = get_property(name).label
    groups = like_groups(rows)
    if not groups:
        more = "; ".join(f"{n} {why}" for why, n in missing.items() if n)
        raise InvalidInputError(
            f"there is no {origin} {label} ({name}) to learn from"
            + (f": left out were {more}" if more else "")
        )
    found = groups
    if method is not None:
        exact = [g for g in groups if method in {g.method, g.first.method_name}]
        found = exact or [g for g in groups if method.lower() in g.method.lower()]
        if not found:
            raise InvalidInputError(
                f"no {origin} {label} is by the method {method!r}: there are\n{_listed(groups)}"
            )
    if len(found) > 1:
        methods = {g.method for g in found}
        how = (
            f"method={found[0].method!r}"
            if len(methods) > 1
            else 'conditions={"temperature": "300 K"}, for example'
        )
        raise InvalidInputError(
            f"the {origin} values of {name} are not alike, and unlike ones are never learnt together: there are\n"
            f"{_listed(found)}\nSay which are meant: {how}"
        )
    return found[0]


def _listed(groups: Sequence[LikeGroup]) -> str:
    lines = [
        f"  {len(g.values)} by {g.method}" + (f", at {g.conditions}" if g.conditions else "")
        for g in sorted(groups, key=lambda g: -len(g.values))
    ]
    more = [f"  and {len(lines) - _TOLD} more"] if len(lines) > _TOLD else []
    return "\n".join(lines[:_TOLD] + more)


def _entries(
    values: Sequence[tuple[StructureRecord, PropertyValueRow]], name: str, duplicates: Duplicates
) -> tuple[Entry, ...]:
    """Return one entry for each structure, in the order of their ids."""
    found: dict[str, list[float]] = {}
    records = {}
    for structure, row in values:
        records[structure.id] = structure
        found.setdefault(structure.id, []).append(float(row.value or 0.0))
    several = {key: each for key, each in found.items() if len(each) > 1}
    if several and duplicates == "refuse":
        key, each = next(iter(several.items()))
        raise InvalidInputError(
            f"{len(several)} structures have several values of {name}, the first of them {records[key].name} ({key}): "
            f"{', '.join(numbers.number(v) for v in each[:5])}; say duplicates='mean' to average them"
        )
    return tuple(
        Entry(records[key], statistics.fmean(each), len(each), max(each) - min(each))
        for key, each in sorted(found.items())
    )
