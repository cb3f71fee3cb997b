"""The answer to a question about many structures: how many, what could not be answered and why, the first lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.lab.answers import Predictions
from nanoos_lab.lab.predicting.output import columns_of, record_of
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.predicting.rows import Row
    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.runs import Run
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.store.schema import PropertyValueRow

SHOWN = 12
_PIECE = 1_000
_WIDE = 28


@dataclass(frozen=True)
class Told:
    """What is said above the lines."""

    predictor: str
    """Name and version."""
    properties: tuple[str, ...]
    asked: int = 0
    """Structures predicted by this call."""
    reused: int = 0
    """Structures whose values were there already."""
    path: Path | None = None
    """The file that was written."""
    elapsed_s: float = 0.0


class PredictionTable(Predictions):
    """Predicted values of many structures; shown as a table, its values read from the lab as they are wanted.

    Args:
        lab: The lab.
        rows: The lines of the answer.
        told: What is said above them.
        failed: Runs that ended without a result.
    """

    def __init__(
        self, lab: Workspace, rows: Sequence[Row], told: Told, *, failed: Sequence[Run] = ()
    ) -> None:
        super().__init__(
            (), failed=failed, lab=lab, problems=[(r.source, r.problem) for r in rows if r.problem]
        )
        self.__dict__.pop("groups", None)  # else the empty ones hide those that are read when wanted
        self._workspace, self.rows, self.told = lab, list(rows), told

    @property
    def path(self) -> Path | None:
        """The file that was written."""
        return self.told.path

    @cached_property
    def groups(self) -> list[tuple[StructureRecord, list[PropertyValueRow]]]:  # type: ignore[override] # read when wanted
        """Structures with their values, in order."""
        found = []
        for rows, values in self._pieces():
            ids = list(dict.fromkeys(row.structure for row in rows if row.structure and not row.problem))
            found += [(record, values.get(record.id, [])) for record in self._workspace.structures(ids)]
        return found

    def table(self) -> pd.DataFrame:
        """Return one line for each that was asked: value, half width and unit of each property, and the reason of none.

        The columns are those of the files that ``lab.predict(..., to=...)`` writes.
        """
        import pandas as pd  # noqa: PLC0415 - heavy

        records = [
            record_of(row, values.get(row.structure or "", ()), self.told.properties)
            for rows, values in self._pieces()
            for row in rows
        ]
        return pd.DataFrame(records, columns=list(columns_of(self.told.properties)))

    def _pieces(self) -> Iterator[tuple[list[Row], dict[str, list[PropertyValueRow]]]]:
        for start in range(0, len(self.rows), _PIECE):
            rows = self.rows[start : start + _PIECE]
            yield rows, self._values(rows)

    def _values(self, rows: Sequence[Row]) -> dict[str, list[PropertyValueRow]]:
        who = {row.structure: row.run for row in rows if row.structure and not row.problem}
        found: dict[str, list[PropertyValueRow]] = {}
        if who:
            runs = sorted({run for run in who.values() if run})
            for value in self._workspace.value_rows(
                run_id=runs, structure_id=list(who), include_synthetic=True
            ):
                if value.structure_id and value.run_id == who.get(value.structure_id):
                    found.setdefault(value.structure_id, []).append(value)
        return found

    # Shown ------------------------------------------------------------------------------------------

    def _heading(self) -> str:
        bad, told = len(self.problems), self.told
        parts = [f"{len(self.rows) - bad:,} of {len(self.rows):,} predicted by {told.predictor}"]
        if told.elapsed_s:
            rate = f", {told.asked / told.elapsed_s:,.0f}/s" if told.asked and told.elapsed_s > 1 else ""
            parts.append(f"{numbers.duration(told.elapsed_s)}{rate}")
        if told.reused:
            parts.append(f"{told.reused:,} were known already")
        return " · ".join(parts)

    def _headers(self) -> tuple[str, ...]:
        units = [get_property(name) for name in self.told.properties]
        named = [f"{one.label}, {one.unit}" if one.unit else one.label for one in units]
        return ("#", "asked", "formula", "space group", *named, "said")

    def _cells(self) -> list[tuple[str, ...]]:
        shown = self.rows[:SHOWN]
        values = self._values(shown)
        own = [values.get(row.structure or "", []) for row in shown]
        return [
            (
                str(row.number), _short(row.source), row.formula or "–", row.space_group or "–",
                *self._numbers(stated), self._said(row, stated),
            )
            for row, stated in zip(shown, own, strict=True)
        ]  # fmt: skip

    def _numbers(self, values: Sequence[PropertyValueRow]) -> list[str]:
        stated = {value.property: value for value in values}
        return [
            numbers.value_text(v.value, v.uncertainty)
            if (v := stated.get(name)) and v.value is not None
            else "–"
            for name in self.told.properties
        ]

    def _said(self, row: Row, values: Sequence[PropertyValueRow]) -> str:
        outside = "outside the model's domain" if any(v.in_domain is False for v in values) else ""
        synthetic = "synthetic" if any(v.synthetic for v in values) else ""
        problem = "not predicted" if row.problem else ""
        return "; ".join(filter(None, [row.how, problem, synthetic, outside]))

    def _notes(self) -> list[str]:
        """Return what could not be answered: each reason once where many share it."""
        reasons = Counter(reason for _, reason in self.problems)
        first = {reason: source for source, reason in reversed(self.problems)}
        said = [
            f"Not predicted: {_short(first[reason])}{f' and {count - 1:,} more' if count > 1 else ''}: {reason}"
            for reason, count in reasons.most_common(SHOWN)
        ]
        if len(reasons) > SHOWN:
            said.append(f"{len(reasons) - SHOWN} more reasons: see .table() or .problems")
        return said

    def _footer(self) -> str:
        more = len(self.rows) - SHOWN
        parts = [
            f"{more:,} more lines: .table()" if more > 0 else "",
            f"file: {self.path}" if self.path else "",
        ]
        return " · ".join(filter(None, parts))

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        headers = self._headers()
        drawn = text.table(headers, self._cells(), numeric=("#", *headers[4:-1]), title=self._heading())
        return text.stack(drawn, *self._notes(), self._footer() or None)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        headers = self._headers()
        drawn = html.table(headers, self._cells(), numeric=("#", *headers[4:-1]))
        notes = [html.note(said, tone="bad") for said in self._notes()]
        foot = [html.Markup('<p class="sub">{}</p>').format(self._footer())] if self._footer() else []
        page = html.block(*notes, drawn, *foot, title=self._heading())
        return {"text/html": page, "text/plain": repr(self)}


def _short(source: str) -> str:
    return source if len(source) <= _WIDE else f"…{source[1 - _WIDE :]}"
