"""Samples as a notebook holds them: what each is of, how it was made, what was measured on it, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.lab.details import VALUE_HEADERS, value_cells

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.measuring import Measuring
    from nanoos_lab.store.schema import ArtifactRow, PropertyValueRow, SampleRow

_SHOWN = 30
_VALUE_HEADERS = (*VALUE_HEADERS[:-1], "conditions and source")


class SampleRecord:
    """A piece of matter: what it is of, how it was made, its values and its files.

    Args:
        lab: The lab that holds it.
        row: Its row.
        of: The name of the structure or material it is of; empty where that is not known.

    Example:
        >>> pellet = lab.sample("S-012", sto, synthesis={"temperature": "1300 °C", "time": "24 h"})  # doctest: +SKIP
        >>> lab.record(pellet, "density", "4.9 g/cm³", "2 %", method="Archimedes")  # doctest: +SKIP
    """

    def __init__(self, lab: Measuring, row: SampleRow, of: str = "") -> None:
        self._lab, self.row, self.of = lab, row, of

    @property
    def id(self) -> str:
        """Its id; any unique prefix names it."""
        return self.row.id

    @property
    def name(self) -> str:
        """What its label says."""
        return self.row.name

    @property
    def synthesis(self) -> dict[str, Any]:
        """How it was made; quantities with their unit in the name."""
        return dict(self.row.synthesis)

    @property
    def parent(self) -> SampleRecord | None:
        """The sample it was made from."""
        return self._lab.sample(self.row.parent_id) if self.row.parent_id else None

    @property
    def children(self) -> SampleSet:
        """The samples that were made from it."""
        return self._lab.samples(parent=self)

    @property
    def lineage(self) -> list[SampleRecord]:
        """What it was made from, the first piece first, and itself at the end."""
        line = [self]
        while (parent := line[0].parent) is not None:
            line.insert(0, parent)
        return line

    def values(self, property: str | None = None) -> pd.DataFrame:  # noqa: A002 - the field's word
        """Return what was found on it as a tidy table.

        Args:
            property: Only this property.
        """
        return self._lab.values(property=property, sample_id=self.id)

    def files(self) -> dict[str, Path]:
        """Return its files by name, after checking their bytes.

        Raises:
            ArtifactError: A file is missing, was purged or was changed.
        """
        from nanoos_lab.store import artifacts  # noqa: PLC0415 - most samples are only looked at

        scope = self._lab.store.scope
        with self._lab.store.read() as session:
            rows = artifacts.artifacts_of_sample(session, scope, self.id)
            return {row.name: artifacts.checked_path(scope, row, session=session) for row in rows}

    def facts(self) -> list[tuple[str, str]]:
        """Return what a reader wants to know first, as names and values in order."""
        line, children = self.lineage, self.children
        pairs = [
            ("Of", self.of or "not said yet"),
            ("Made by", numbers.conditions_text(self.row.synthesis)),
            ("Lineage", " → ".join(one.name for one in line) if len(line) > 1 else ""),
            ("Pieces", ", ".join(one.name for one in children)),
            ("Notes", self.row.notes),
            ("Added by", f"{self.row.author}, {numbers.age(self.row.created_at)}"),
            ("Id", self.id),
        ]
        return [(name, said) for name, said in pairs if said]

    def __repr__(self) -> str:
        return f"<sample {self.name}{f' of {self.of}' if self.of else ''}, id {self.id}>"

    def _rows(self) -> tuple[list[tuple[str, ...]], list[tuple[str, str]]]:
        values = [_value_cells(value) for value in self._lab.value_rows(sample_id=self.id)]
        return values, [_file_cells(row) for row in self._lab.files_of_sample(self.id)]

    def __rich__(self) -> RenderableType:
        """Return its terminal display."""
        values, files = self._rows()
        return text.stack(
            text.table([self.name, ""], self.facts()),
            text.table(_VALUE_HEADERS, values, title="values") if values else None,
            text.table(("file", "size"), files, numeric=("size",)) if files else None,
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        values, files = self._rows()
        cells = [(*c[:2], html.badge(c[2]), *c[3:]) for c in values]
        parts = [html.facts(self.facts())]
        parts += [html.table(_VALUE_HEADERS, cells)] if cells else []
        parts += [html.table(("file", "size"), files, numeric=("size",))] if files else []
        page = html.block(*parts, title=f"Sample {self.name}")
        return {"text/html": page, "text/plain": text.to_text(self.__rich__())}


class SampleSet(Sequence[SampleRecord]):
    """Samples in order, as a query gave them.

    Args:
        records: The samples.
        counts: How many values each has, by its id.
    """

    _HEADERS = ("id", "name", "of", "made by", "from", "values", "notes")

    def __init__(self, records: Iterable[SampleRecord], *, counts: dict[str, int] | None = None) -> None:
        self._records, self._counts = list(records), counts or {}

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - an index gives a sample, a slice a list
        return self._records[index]

    def frame(self) -> pd.DataFrame:
        """Return one row for each sample; facts of the synthesis are columns."""
        import pandas as pd  # noqa: PLC0415 - heavy

        rows = [
            {"id": s.id, "name": s.name, "of": s.of, "material": s.row.material_id, "structure": s.row.structure_id,
             "parent": s.row.parent_id, "values": self._counts.get(s.id, 0), "notes": s.row.notes, **s.row.synthesis}
            for s in self._records
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def _cells(self) -> list[tuple[str, ...]]:
        names = {s.id: s.name for s in self._records}
        return [
            (s.id, s.name, s.of, numbers.conditions_text(s.row.synthesis),
             names.get(s.row.parent_id or "", s.row.parent_id or ""), str(self._counts.get(s.id, 0)), s.row.notes)
            for s in self._records[:_SHOWN]
        ]  # fmt: skip

    def _heading(self) -> str:
        more = f", the first {_SHOWN} shown" if len(self) > _SHOWN else ""
        return f"{len(self)} sample{'' if len(self) == 1 else 's'}{more}"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return its terminal display."""
        return text.table(self._HEADERS, self._cells(), numeric=("values",), title=self._heading())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        empty = html.Markup('<p class="sub">No samples yet: lab.sample(...) records the first.</p>')
        drawn = html.table(self._HEADERS, self._cells(), numeric=("values",)) if len(self) else empty
        return {"text/html": html.block(drawn, title=self._heading()), "text/plain": repr(self)}


def _value_cells(value: PropertyValueRow) -> tuple[str, ...]:
    *cells, flags = value_cells(value)
    said = [flags, numbers.conditions_text(value.conditions), value.source or value.note]
    return (*cells, "; ".join(filter(None, said)))


def _file_cells(row: ArtifactRow) -> tuple[str, str]:
    purged = " (purged)" if row.purged_at is not None else ""
    return row.name + purged, numbers.size(row.size)
