"""One property of one material, by every method that gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from nanoos_lab.charts.comparison import group_remarks, group_text
from nanoos_lab.charts.likeness import like_groups
from nanoos_lab.display import html, numbers, text
from nanoos_lab.lab.answers import values_frame
from nanoos_lab.lab.details import value_text
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from rich.console import RenderableType

    from nanoos_lab.charts.likeness import ComparedValue, LikeGroup
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.store.schema import PropertyValueRow
    from nanoos_lab.widgets.cards import PredictionCards
    from nanoos_lab.widgets.cards.live import LiveCards

_MOST_CURVES, _MOST_CARDS = 6, 24


class Comparison:
    """One property of one material, by every method that gave it.

    Values of like method and like conditions form a group, shown in one row with their number, mean and standard
    deviation; only values of one group are ranked together. Values of samples of the material count, and say of
    which; synthetic ones are left out.

    Args:
        subject: Name of the material.
        property: The property's name.
        values: Its values.
        samples: Names of samples, by id.
        arrays: The numbers of array values, by the value's id.
        lab: The lab, from which the cards learn where each value stands.
    """

    def __init__(
        self,
        subject: str,
        property: str,  # noqa: A002 - the field's word
        values: Iterable[PropertyValueRow],
        *,
        samples: Mapping[str, str] | None = None,
        arrays: Mapping[str, NDArray[np.float64]] | None = None,
        lab: Workspace | None = None,
    ) -> None:
        self._lab = lab
        self.subject, self.property = subject, get_property(property)
        order = {"measured": 0, "computed": 1, "predicted": 2, "imported": 3}
        self.values = sorted(values, key=lambda v: (order.get(v.origin, 9), v.method_name, v.created_at))
        self.groups: list[LikeGroup] = like_groups(self.values)
        self.arrays = dict(arrays or {})
        self._samples = dict(samples or {})

    def frame(self) -> pd.DataFrame:
        """Return one row for each value, with the number of its group; of arrays there are no groups."""
        frame = values_frame((None, v) for v in self.values).drop(columns=["name", "formula"])
        number = {id(value): n for n, group in enumerate(self.groups, 1) for value in group.values}
        frame["group"] = [number.get(id(value)) for value in self.values]
        return frame

    def groups_frame(self) -> pd.DataFrame:
        """Return one row for each group of like values."""
        import pandas as pd  # noqa: PLC0415 - heavy

        columns = [
            "group",
            "origin",
            "method",
            "conditions",
            "n",
            "mean",
            "spread",
            "lowest",
            "highest",
            "unit",
        ]
        rows = [
            (n, g.origin, g.method, g.conditions, len(g.values), g.mean, g.spread, g.numbers[0], g.numbers[-1],
             self.property.unit)
            for n, g in enumerate(self.groups, 1)
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def _title(self) -> str:
        return f"{self.property.label} of {self.subject}"

    def _remark(self, value: ComparedValue) -> str:
        sample = cast("PropertyValueRow", value).sample_id
        return f"sample {self._samples.get(sample, sample)}" if sample else ""

    _HEADERS = ("value", "n", "origin", "method", "conditions", "remarks")

    def _cells(self) -> list[tuple[str, ...]]:
        measured_last = sorted(self.groups, key=lambda g: g.origin != "measured")
        return [
            (
                group_text(g),
                str(len(g.values)),
                g.origin,
                g.method,
                g.conditions,
                group_remarks(g, self._remark),
            )
            for g in measured_last
        ]

    def _array_cells(self) -> list[tuple[str, str, str, str, str]]:
        return [
            (
                f"{self._remark(v)} {v.id[:6]}".strip(),
                value_text(v),
                v.origin,
                v.method_name,
                "; ".join(filter(None, [numbers.conditions_text(v.conditions), v.source or v.note])),
            )
            for v in self.values
        ]

    _ARRAY_HEADERS = ("id", "size", "origin", "method", "conditions and source")

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        if not self.values:
            return text.stack(self._empty())
        if not self.groups:
            return text.table(self._ARRAY_HEADERS, self._array_cells(), title=self._title())
        several = any(len(g.values) > 1 for g in self.groups)
        legend = "± of several values is their standard deviation" if several else None
        drawn = text.table(self._HEADERS, self._cells(), numeric=("n",), title=self._title())
        return text.stack(drawn, legend)

    def _empty(self) -> str:
        return (
            f"no {self.property.label.lower()} of {self.subject} is known yet: predict it with lab.predict(...), "
            "compute it with lab.run(...), or record what was measured with lab.record(...)"
        )

    def cards(self) -> PredictionCards:
        """Return the values as cards below their common drawing: predicted against measured, with the difference."""
        from nanoos_lab.charts.comparison import comparison_svg  # noqa: PLC0415 - drawn when shown
        from nanoos_lab.lab.showing import cards_of_values  # noqa: PLC0415

        shown = self.values[:_MOST_CARDS]
        more = len(self.values) - len(shown)
        return cards_of_values(
            self._lab,
            [(self.subject, value) for value in shown],
            heading=self._title(),
            notes=[f"{more} more values are not drawn as cards: see .frame()"] if more else (),
            picture=comparison_svg(self.values) if self.groups else "",
        )

    def view(self) -> LiveCards:
        """Return the cards as a live widget, in which a run shows its record."""
        return self.cards().view()

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        drawn: dict[str, Any] = {}
        if not self.values:
            page = html.block(html.note(self._empty(), tone="idle"))
        elif not self.groups:
            page = self._arrays_html()
        else:
            from nanoos_lab.charts.comparison import comparison_html  # noqa: PLC0415 - drawn when shown
            from nanoos_lab.widgets.cards import MIME_TYPE  # noqa: PLC0415

            page = html.block(
                html.safe(comparison_html(self.values, title=self._title(), remark=self._remark))
            )
            drawn = {MIME_TYPE: self.cards().to_json()}
        return drawn | {"text/html": page, "text/plain": repr(self)}

    def _arrays_html(self) -> str:
        from nanoos_lab.charts.spectra import Curve, curves_svg  # noqa: PLC0415 - drawn when shown

        drawn = [v for v in self.values if v.id in self.arrays][:_MOST_CURVES]
        curves = [
            Curve(" · ".join(filter(None, [v.origin, v.method_name, self._remark(v),
                                           numbers.conditions_text(v.conditions)])), self.arrays[v.id])
            for v in drawn
        ]  # fmt: skip
        more = len(self.values) - len(drawn)
        parts = [html.safe(curves_svg(curves, property=self.property.name))] if curves else []
        parts += [html.note(f"{more} more are not drawn", tone="idle")] if more else []
        rows = [(c[0], c[1], html.badge(c[2]), *c[3:]) for c in self._array_cells()]
        table = html.table(self._ARRAY_HEADERS, rows)
        return html.block(*parts, table, title=self._title(), subtitle=self.property.description)
