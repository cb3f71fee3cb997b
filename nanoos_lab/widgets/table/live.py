"""The live table: the browser asks for what it shows, the kernel finds it, and both know what is selected."""

from __future__ import annotations

import array
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from nanoos_lab.errors import MissingExtraError, NanoOSError
from nanoos_lab.widgets.table.source import Request
from nanoos_lab.widgets.table.still import MIME_TYPE, ROWS, STILLS, still_html, still_payload

try:
    import anywidget
except ImportError as error:
    raise MissingExtraError("anywidget", "notebook", "The live table of materials") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from nanoos_lab.charts import Chart
    from nanoos_lab.widgets.table.source import HasTable

_MOST_ROWS, _MOST_STILLS = 500, 60
"""How many rows and thumbnails one message may ask for."""
_HOW = ("replace", "add", "toggle")


class MaterialTable(anywidget.AnyWidget):
    """Structures as rows to filter, sort, plot and select.

    Args:
        lab: The lab.
        structures: Only these; by default all that meet the filters.
        columns: Names of columns; by default the usual ones and the properties of which most is known.
        height: Of the table, in pixels.
        **filters: As of ``Lab.find``.

    Example:
        >>> table = lab.table(elements="O")  # doctest: +SKIP
        >>> table.observe(lambda change: print(len(change.new)), "selection")  # doctest: +SKIP
        >>> table.selected  # doctest: +SKIP
    """

    _esm = Path(__file__).parents[1] / "static" / "material-table.js"

    state = traitlets.Dict(read_only=True).tag(sync=True)
    """Columns, counts, order and filters, as the browser draws them."""
    selection = traitlets.List(traitlets.Unicode())
    """Ids of the selected rows."""

    def __init__(
        self,
        lab: HasTable,
        structures: Iterable[Any] | None = None,
        *,
        columns: Sequence[str] | None = None,
        height: int = 420,
        **filters: Any,
    ) -> None:
        super().__init__()
        self._source = lab.table_source(structures, columns, **filters)
        self._height, self._generation, self._turn = height, 0, 0
        self._asked = Request()
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._only_selected = False
        self._find(Request())
        self.on_msg(self._hear)
        self.observe(lambda _: self._mark(), "selection")

    # Python's side -----------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def selected(self) -> Any:  # noqa: ANN401 - a set of structures
        """The selected structures."""
        return self._source.records(self.selection)

    def select(self, structures: Iterable[Any] | Any = (), *, add: bool = False) -> None:  # noqa: ANN401
        """Select rows; without any, clear the selection.

        Args:
            structures: Structures or their full ids.
            add: Whether what is selected stays so.
        """
        several = [structures] if isinstance(structures, str) or hasattr(structures, "id") else structures
        ids = [str(getattr(one, "id", one)) for one in several]
        self.selection = list(dict.fromkeys([*self.selection, *ids] if add else ids))

    def filter(self, words: str = "", *, only_selected: bool = False, **cells: str) -> None:
        """Show only rows that fit.

        Args:
            words: Filters in words, such as ``"elements=Li,O band_gap>1 perovskite"``.
            only_selected: Whether to show the selected rows alone.
            **cells: What cells must hold, by column: part of a text, or a range such as ``"1..2"`` or ``">100 GPa"``.

        Raises:
            NanoOSError: A filter is unknown, or its value cannot be understood.
        """
        self._only_selected = only_selected
        self._find(self._request(words=words, cells=cells))

    def sort(self, column: str = "", *, descending: bool = False) -> None:
        """Sort by a column; without one, in the order in which the structures came.

        Args:
            column: Its name.
            descending: Whether the greatest comes first.

        Raises:
            NanoOSError: There is no such column, or it cannot be sorted.
        """
        self._find(self._request(order=column, descending=descending))

    def csv(self) -> str:
        """Return all rows that fit, in order, as a file that spreadsheets read."""
        return self._source.csv(self._ids, self._asked.methods)

    def frame(self) -> pd.DataFrame:
        """Return all rows that fit, in order."""
        import io  # noqa: PLC0415 - only here

        import pandas as pd  # noqa: PLC0415 - heavy

        return pd.read_csv(io.StringIO(self.csv()))

    def figure(self, x: str, y: str) -> Chart:
        """Return two columns of all rows that fit as a plotly figure; selected rows stand out.

        Args:
            x: Name of a column of numbers.
            y: Name of another.

        Raises:
            InvalidInputError: A column holds no numbers.
        """
        from nanoos_lab.widgets.table.figure import table_figure  # noqa: PLC0415 - plotly is heavy

        points = {name: self._source.numbers(name, self._ids, self._asked.methods) for name in (x, y)}
        titles = {
            column["key"]: f"{column['label']} / {column['unit']}" if column["unit"] else column["label"]
            for column in self._source.columns()
        }
        return table_figure(
            self._ids, self.selection, points, {name: titles.get(name, name) for name in (x, y)}
        )

    # The browser's side ------------------------------------------------------------------------------------

    def _request(self, **changes: Any) -> Request:
        only = list(self.selection) if self._only_selected else None
        return replace(self._asked, only=only, **changes)

    def _find(self, request: Request) -> None:
        self._ids = self._source.find(request)
        self._places = {one: place for place, one in enumerate(self._ids)}
        self._asked, self._generation = request, self._generation + 1
        self._tell("")
        self._mark()

    def _tell(self, problem: str) -> None:
        asked = self._asked
        self.set_trait("state", {
            "title": self._source.title, "columns": self._source.columns(), "total": self._source.total,
            "matching": len(self._ids), "generation": self._generation, "words": asked.words,
            "cells": dict(asked.cells),
            "order": asked.order, "descending": asked.descending, "methods": dict(asked.methods),
            "only": self._only_selected, "problem": problem, "height": self._height, "turn": self._turn,
            "plot": getattr(self._source, "plot", None),
        })  # fmt: skip

    def _hear(self, _widget: Any, content: Any, _buffers: Any) -> None:  # noqa: ANN401 - Jupyter's protocol
        answers: dict[str, Callable[[dict[str, Any]], None]] = {
            "ask": self._answer_ask, "rows": self._answer_rows, "stills": self._answer_stills,
            "points": self._answer_points, "select": self._answer_select, "marked": lambda _: self._mark(),
            "csv": self._answer_csv,
        }  # fmt: skip
        answer = answers.get(str(content.get("type"))) if isinstance(content, dict) else None
        if answer is None:
            return
        try:
            answer(content)
        except NanoOSError as error:
            self._tell(str(error))
        except (TypeError, ValueError) as error:
            self._tell(f"the table was asked for what it does not understand: {error}")

    def _say(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        send: Any = self.send  # ipywidgets has no types
        send(message, list(buffers))

    def _answer_ask(self, content: dict[str, Any]) -> None:
        self._turn = int(content.get("turn", self._turn))
        self._only_selected = bool(content.get("only"))
        self._find(
            self._request(
                words=str(content.get("words", "")),
                cells={str(k): str(v) for k, v in dict(content.get("cells", {})).items() if str(v).strip()},
                order=str(content.get("order", "")),
                descending=bool(content.get("descending")),
                methods={str(k): int(v) for k, v in dict(content.get("methods", {})).items()},
            )
        )

    def _answer_rows(self, content: dict[str, Any]) -> None:
        if content.get("generation") != self._generation:
            return
        start, count = max(int(content["start"]), 0), min(int(content["count"]), _MOST_ROWS)
        rows = self._source.rows(self._ids[start : start + count], self._asked.methods)
        self._say({"type": "rows", "generation": self._generation, "start": start, "rows": rows})

    def _answer_stills(self, content: dict[str, Any]) -> None:
        ids = [one for one in list(content["ids"])[:_MOST_STILLS] if one in self._places]
        self._say({"type": "stills", "stills": self._source.stills(ids)})

    def _answer_points(self, content: dict[str, Any]) -> None:
        names = [str(content[name]) for name in ("x", "y", "shade") if content.get(name)]
        buffers = []
        for name in names:
            known = self._source.numbers(name, self._ids, self._asked.methods)
            nothing = float("nan")
            buffers.append(array.array("f", (known.get(one, nothing) for one in self._ids)).tobytes())
        self._say({"type": "points", "generation": self._generation, "x": names[0], "y": names[1]}, buffers)

    def _answer_select(self, content: dict[str, Any]) -> None:
        how = str(content.get("how", "replace"))
        if how not in _HOW or content.get("generation") != self._generation:
            return
        ids = [self._ids[place] for place in map(int, content["places"]) if 0 <= place < len(self._ids)]
        if how == "toggle":
            there, changed = set(self.selection), set(ids)
            kept = [one for one in self.selection if one not in changed]
            self.selection = [*kept, *(one for one in ids if one not in there)]
        else:
            self.select(ids, add=how == "add")

    def _answer_csv(self, _content: dict[str, Any]) -> None:
        self._say({"type": "csv"}, [self.csv().encode()])

    def _mark(self) -> None:
        """Tell the browser which rows are selected."""
        places = array.array("I", sorted(self._places[one] for one in self.selection if one in self._places))
        message = {"type": "marked", "generation": self._generation, "total": len(self.selection)}
        self._say(message, [places.tobytes()])

    # Its twins ---------------------------------------------------------------------------------------------

    def payload(self) -> dict[str, Any]:
        """Return the first rows as JSON, which sorts and filters itself where no kernel answers."""
        first = self._ids[:ROWS]
        rows, stills = self._source.rows(first, self._asked.methods), self._source.stills(first[:STILLS])
        return still_payload(self.state, rows, stills)

    def __repr__(self) -> str:
        return (
            f"<MaterialTable: {len(self):,} of {self._source.total:,} rows, {len(self.selection)} selected>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:  # noqa: ANN401 - Jupyter's protocol
        """Add the first rows as data and as a page, for places that cannot show a widget."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            payload = self.payload()
            data |= {MIME_TYPE: payload, "text/html": still_html(payload), "text/plain": repr(self)}
        return bundle
