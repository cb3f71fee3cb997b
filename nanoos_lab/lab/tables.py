"""The lab's structures as a table: what the widget asks for, answered from the store a window at a time."""

from __future__ import annotations

import csv
import io
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import numbers
from nanoos_lab.errors import InvalidInputError, NanoOSError, UnknownNameError
from nanoos_lab.lab.records import StructureRecord, StructureSet
from nanoos_lab.lab.workspace import StructureLike, Workspace
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.store import structures as structure_rows
from nanoos_lab.store.filter_words import parse_search
from nanoos_lab.store.listing import (
    FACTS,
    NUMBERS,
    Asked,
    Kind,
    count_of,
    kinds_of,
    listed,
    numbers_of,
    values_in,
)
from nanoos_lab.store.rows import chunks
from nanoos_lab.store.schema import StructureRow
from nanoos_lab.store.search import conditions
from nanoos_lab.store.sql import among
from nanoos_lab.widgets.cards.parts import number_text
from nanoos_lab.widgets.plain import spreadsheet_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from nanoos_lab.widgets.table.live import MaterialTable
    from nanoos_lab.widgets.table.source import Request

_LABELS = {
    "name": "Name", "formula": "Formula", "space_group": "Space group", "crystal_system": "System", "n_sites": "Sites",
    "n_elements": "Elements", "dimensionality": "Dimensions", "density": "Density", "volume_per_atom": "Volume",
    "tags": "Tags", "notes": "Notes", "created": "Added",
}  # fmt: skip
_UNITS = {"density": "g/cm³", "volume_per_atom": "Å³/atom"}
_USUAL = ("name", "formula", "space_group", "n_sites", "tags")
_MOST_PROPERTIES = 4
_STILL_PIXELS, _STILLS, _LARGEST = 44, 512, 400
"""Of thumbnails: their size, how many are kept, and of how many sites a structure has one."""


class TableOfLab:
    """Answers a table's questions from the store.

    Args:
        lab: The lab.
        structures: Only these, by full ids; None for all that meet the filters.
        columns: Names of columns; None for the usual ones and the properties of which most is known.
        filters: As of ``Lab.find``.
    """

    def __init__(
        self,
        lab: Workspace,
        structures: Sequence[str] | None,
        columns: Sequence[str] | None,
        filters: Mapping[str, Any],
    ) -> None:
        self._lab, self._only = lab, structures
        self._filters = {name: value for name, value in filters.items() if name not in {"order", "limit"}}
        for name in {*filters} - {*self._filters}:
            raise InvalidInputError(f"{name} is no condition on a row: sort and page in the table itself")
        with lab.store.read() as session:
            known = kinds_of(session, lab.store.scope, _properties(columns))
            self.total = count_of(session, self._where(session, "", None))
        self._kinds: dict[str, list[tuple[Kind, int]]] = {}
        for kind, count in known.items():
            self._kinds.setdefault(kind.name, []).append((kind, count))
        self._names = (
            list(columns) if columns is not None else [*_USUAL, *list(self._kinds)[:_MOST_PROPERTIES]]
        )
        self._stills: OrderedDict[str, str] = OrderedDict()
        self.title = "Materials"

    def columns(self) -> list[dict[str, Any]]:
        """Return what stands in the columns, in order."""
        found = []
        for name in self._names:
            entry = VOCABULARY.get(name) if name not in FACTS else None
            one: dict[str, Any] = {
                "key": name,
                "label": _LABELS.get(name) or (entry.label if entry else name),
                "unit": entry.unit if entry else _UNITS.get(name, ""),
                "kind": "value" if entry else "number" if name in NUMBERS else "text",
                "sortable": name != "tags",
                "filterable": name != "created",
            }
            if entry:
                one["methods"] = [
                    {"label": kind.label, "origin": kind.origin, "synthetic": kind.synthetic, "count": count}
                    for kind, count in self._kinds.get(name, ())
                ]
            found.append(one)
        return found

    def find(self, request: Request) -> list[str]:
        """Return the ids of the rows that are asked for, in order.

        Args:
            request: What is asked for.

        Raises:
            NanoOSError: A filter or a column is unknown, or cannot be understood.
        """
        with self._lab.store.read() as session:
            asked = Asked(
                self._where(session, request.words, request.only),
                self._chosen(request.methods),
                request.cells,
                request.order or "created",
                request.descending,
            )
            return listed(session, self._lab.store.scope, asked)

    def rows(self, ids: Sequence[str], methods: Mapping[str, int]) -> list[dict[str, Any]]:
        """Return rows by their ids: id, and cells in the order of the columns.

        Args:
            ids: Which rows.
            methods: The number of the chosen method of each property.
        """
        kinds, scope = self._chosen(methods), self._lab.store.scope
        with self._lab.store.read() as session:
            found = {row.id: row for row in structure_rows.structures_by_id(session, scope, ids)}
            rows = [found[one] for one in ids if one in found]
            tags = structure_rows.tags_of(session, scope, [row.id for row in rows])
            values = values_in(session, scope, kinds.values(), rows)
        return [
            {
                "id": row.id,
                "cells": [
                    _value_cell(values.get((row.id, kinds[name]), []))
                    if name in kinds
                    else _fact_cell(name, row, tags.get(row.id, ()))
                    for name in self._names
                ],
            }
            for row in rows
        ]

    def stills(self, ids: Sequence[str]) -> dict[str, str]:
        """Return thumbnails as SVG, by id; an empty text where a structure has none.

        Args:
            ids: Of which rows.
        """
        missing = [one for one in ids if one not in self._stills]
        for record in self._lab.structures(missing) if missing else ():
            self._stills[record.id] = _still(record)
        for one in ids:
            if one in self._stills:
                self._stills.move_to_end(one)
        found = {one: self._stills[one] for one in ids if one in self._stills}
        while len(self._stills) > _STILLS:
            self._stills.popitem(last=False)
        return found

    def numbers(self, column: str, ids: Sequence[str], methods: Mapping[str, int]) -> dict[str, float]:
        """Return the numbers of a column by id.

        Args:
            column: The name of a column.
            ids: Of which rows, at least.
            methods: The number of the chosen method of each property.
        """
        kind = self._chosen(methods).get(column)
        if kind is None and column in VOCABULARY and column not in NUMBERS:
            return {}
        with self._lab.store.read() as session:
            return numbers_of(session, self._lab.store.scope, kind or column, ids)

    def csv(self, ids: Sequence[str], methods: Mapping[str, int]) -> str:
        """Return rows as a file that spreadsheets read, each value with its uncertainty, unit and method.

        Args:
            ids: Which rows.
            methods: The number of the chosen method of each property.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        header, kinds = ["id"], self._chosen(methods)
        for column in self.columns():
            unit = f" / {column['unit']}" if column["unit"] else ""
            header.append(f"{column['key']}{unit}")
            header += (
                [f"{column['key']} uncertainty{unit}", f"{column['key']} method"]
                if column["key"] in kinds
                else []
            )
        writer.writerow(header)
        for part in chunks(list(ids)):
            writer.writerows(map(self._plain(kinds), self.rows(part, methods)))
        return out.getvalue()

    def _plain(self, kinds: Mapping[str, Kind]) -> Any:  # noqa: ANN401 - a function
        def line(row: Mapping[str, Any]) -> list[Any]:
            cells = [row["id"]]
            for name, cell in zip(self._names, row["cells"], strict=True):
                if name in kinds:
                    said = kinds[name].label if cell else ""
                    cells += [cell["v"], cell.get("u"), said] if cell else ["", "", ""]
                else:
                    cells.append(
                        spreadsheet_cell(
                            cell["v"] if isinstance(cell, dict) and name in NUMBERS else _text(cell)
                        )
                    )
            return cells

        return line

    def records(self, ids: Sequence[str]) -> StructureSet:
        """Return structures by id.

        Args:
            ids: Full ids.
        """
        return StructureSet(self._lab.structures(list(ids)), title="structures selected")

    def _chosen(self, methods: Mapping[str, int]) -> dict[str, Kind]:
        return {
            name: kinds[min(max(int(methods.get(name, 0)), 0), len(kinds) - 1)][0]
            for name, kinds in self._kinds.items()
            if name in self._names
        }

    def _where(self, session: Session, words: str, only: Sequence[str] | None) -> list[ColumnElement[bool]]:
        said = parse_search(words)
        for name in ("order", "limit"):
            if name in said:
                raise InvalidInputError(
                    f"{name} is no condition on a row: click on a column's title to sort by it"
                )
        where = conditions(session, self._lab.store.scope, **self._filters)
        if said:
            where += conditions(session, self._lab.store.scope, **said)
        where += [among(session, StructureRow.id, ids) for ids in (self._only, only) if ids is not None]
        return where


def _properties(columns: Sequence[str] | None) -> list[str] | None:
    """Return the properties among columns.

    Args:
        columns: Names of columns, or None.

    Raises:
        UnknownNameError: There is no such column.
        InvalidInputError: A property is an array.
    """
    if columns is None:
        return None
    for name in columns:
        if name not in FACTS and name not in VOCABULARY:
            raise UnknownNameError("column", name, {*FACTS, *VOCABULARY})
        if name in VOCABULARY and VOCABULARY[name].kind != "scalar":
            raise InvalidInputError(f"{name} is an array, not one number: it cannot be a column")
    return [name for name in columns if name not in FACTS]


def _fact_cell(name: str, row: StructureRow, tags: Iterable[str]) -> Any:  # noqa: ANN401 - a text, or a text and a number
    if name == "space_group":
        return (
            {"t": f"{row.space_group_symbol} ({row.space_group})", "v": row.space_group}
            if row.space_group
            else ""
        )
    if name == "tags":
        return ", ".join(tags)
    if name == "created":
        return {"t": numbers.age(row.created_at), "v": row.created_at}
    if name == "formula":
        return row.reduced_formula
    held = getattr(row, name)
    if name in NUMBERS:
        return (
            ""
            if held is None
            else {"t": numbers.number(held) if isinstance(held, float) else str(held), "v": held}
        )
    return held or ""


def _value_cell(values: Sequence[Any]) -> dict[str, Any] | None:
    """Return the least of a structure's values of one kind; None where there is none."""
    if not values:
        return None
    first = values[0]
    value, spread = number_text(first.value, first.uncertainty)
    cell: dict[str, Any] = {"t": value, "v": first.value}
    if spread:
        cell |= {"s": spread, "u": first.uncertainty}
    flags = ["synthetic"] if first.synthetic else []
    flags += ["outside the model's domain"] if first.in_domain is False else []
    flags += [f"the least of {len(values)}"] if len(values) > 1 else []
    return cell | {"f": flags} if flags else cell


def _text(cell: Any) -> str:  # noqa: ANN401 - a cell
    return str(cell["t"]) if isinstance(cell, dict) else str(cell or "")


def _still(record: StructureRecord) -> str:
    from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415 - drawn when shown

    if record.row.n_sites > _LARGEST:
        return ""
    try:
        return svg_of(record.scene(), width=_STILL_PIXELS, height=_STILL_PIXELS)
    except NanoOSError:  # what cannot be drawn has no thumbnail; opening it says why
        return ""


class Tabling(Workspace):
    """Shows structures as a table."""

    def table(
        self,
        structures: Iterable[StructureLike] | None = None,
        *,
        columns: Sequence[str] | None = None,
        height: int = 420,
        **filters: Any,
    ) -> MaterialTable:
        """Return structures as a live table: filter, sort, plot and select; any number of rows.

        What is selected in it is ``.selected``, as a set of structures; ``.select(...)`` selects from Python.

        Args:
            structures: Only these; by default all that meet the filters.
            columns: Names of columns: ``name``, ``formula``, ``space_group``, ``n_sites``, ``density``, ``tags``, ...,
                and properties; by default the usual ones and the properties of which most is known.
            height: Of the table, in pixels.
            filters: As of :meth:`find`.

        Raises:
            UnknownNameError: A column or a filter is unknown; close ones are suggested.
            MissingExtraError: The extra ``notebook`` is not installed.

        Example:
            >>> table = lab.table(elements="O", columns=["formula", "band_gap"])  # doctest: +SKIP
            >>> table.selected.frame()  # doctest: +SKIP
        """
        from nanoos_lab.widgets.table import MaterialTable  # noqa: PLC0415 - widgets are an extra

        return MaterialTable(self, structures, columns=columns, height=height, **filters)

    def table_source(
        self, structures: Iterable[StructureLike] | None, columns: Sequence[str] | None, **filters: Any
    ) -> TableOfLab:
        """Return what answers a table's questions.

        Args:
            structures: Only these, or None.
            columns: Names of columns, or None for the usual ones.
            filters: As of :meth:`find`.
        """
        ids = None if structures is None else [one.id for one in self.structures(list(structures))]
        return TableOfLab(self, ids, columns, filters)
