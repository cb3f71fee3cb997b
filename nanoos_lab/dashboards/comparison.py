"""Model comparison: each method's values against measured or computed ones, how far off, where, and the worst cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from nanoos_lab.dashboards.frame import Dashboard, message, row, section
from nanoos_lab.dashboards.pairs import REFERENCES, errors_by_chemistry, pair_values
from nanoos_lab.display import html, numbers
from nanoos_lab.errors import NanoOSError
from nanoos_lab.properties import VOCABULARY, get_property

if TYPE_CHECKING:
    import pandas as pd

    from nanoos_lab.lab import Lab

_WORST = 8
_PICTURE_PX = 84


def make(**options: Any) -> Dashboard:
    """Return the dashboard.

    Args:
        options: As for :class:`Dashboard`.
    """
    about = "How far predicted and computed values are from a reference, by method and chemistry."
    return Dashboard("Model comparison", about, lambda lab: ModelComparison(lab).page, **options)


class ModelComparison:
    """The page for an open lab.

    Args:
        lab: The lab.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.values = lab.values()
        scalar = {name for name, known in VOCABULARY.items() if known.kind == "scalar"}
        known = [name for name in self.values["property"].unique() if name in scalar]
        counts = {name: len(pair_values(self.values, name, "measured")) for name in known}
        ordered = sorted(known, key=lambda name: (-counts[name], name))
        options = [(f"{get_property(name).label} ({counts[name]} pairs)", name) for name in ordered]
        self.property = ipywidgets.Dropdown(description="Property", options=options)
        self.reference = ipywidgets.Dropdown(
            description="Against", options=[(f"{one} values", one) for one in REFERENCES]
        )
        self.figure, self.errors, self.worst = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self.said = ipywidgets.HTML()
        self.property.observe(lambda _: self.show(), "value")
        self.reference.observe(lambda _: self.show(), "value")
        self.shown = ipywidgets.VBox(
            [
                row(
                    section("Parity", self.figure, grow="3 1 520px"),
                    section("How far off, by chemistry", self.errors, grow="2 1 420px"),
                ),
                section("Worst cases", self.worst),
            ]
        )
        self.page = ipywidgets.VBox([row(self.property, self.reference, name="form"), self.said, self.shown])
        self.show()

    def show(self) -> None:
        """Show the chosen property against the chosen reference."""
        self.shown.layout.display = "none"
        name = self.property.value
        if name is None:
            self.said.value = message(
                "This lab holds no values yet. In a notebook, lab.predict(...), lab.run(...) and lab.record(...) "
                "bring some.",
                "idle",
            )
            return
        pairs = pair_values(self.values, name, self.reference.value)
        if pairs.empty:
            self.said.value = message(
                f"No material has both a {self.reference.value} value of {get_property(name).label.lower()} and "
                "another method's: nothing to compare. Choose another property or reference.", "idle",
            )  # fmt: skip
            return
        left = int(self.values["synthetic"].sum())
        self.said.value = message(
            f"{len(pairs)} pairs of {pairs['material'].nunique()} materials"
            + (f" · {left} synthetic values are left out" if left else ""), "quiet",
        )  # fmt: skip
        self.shown.layout.display = ""
        self._draw(name, pairs)

    def _draw(self, name: str, pairs: pd.DataFrame) -> None:
        from nanoos_lab.charts import parity_figure, still_svg  # noqa: PLC0415 - plotly, when first drawn

        self.figure.value = still_svg(parity_figure(pairs, property=name))
        unit = get_property(name).unit
        records: list[dict[Any, Any]] = errors_by_chemistry(pairs).to_dict("records")
        rows = [
            (
                one["method"], one["chemistry"], str(one["n"]), numbers.number(one["mae"], digits=3),
                numbers.number(one["rmse"], digits=3), numbers.signed(one["bias"]),
            )
            for one in records
        ]  # fmt: skip
        headers = ("method", "chemistry", "n", "MAE", "RMSE", "bias")
        self.errors.value = html.block(
            html.table(headers, rows, numeric=headers[2:]), subtitle=f"in {unit}" if unit else ""
        )
        self.worst.value = html.block(self._worst_table(pairs, unit))

    def _worst_table(self, pairs: pd.DataFrame, unit: str) -> html.Markup:
        far = pairs.assign(off=pairs["estimate"] - pairs["measured"])
        far = far.reindex(far["off"].abs().sort_values(ascending=False).index).head(_WORST)
        records: list[dict[Any, Any]] = far.to_dict("records")
        rows = [
            (
                html.safe(self._picture(one["structure"])), one["label"], one["method"],
                numbers.value_text(one["measured"], None, unit), numbers.value_text(one["estimate"], None, unit),
                f"{numbers.signed(one['off'])} {unit}",
            )
            for one in records
        ]  # fmt: skip
        headers = ("", "material", "method", "reference", "estimate", "off by")
        return html.table(headers, rows, numeric=headers[3:])

    def _picture(self, structure: str | None) -> str:
        from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415 - pymatgen, when first drawn

        if not structure:
            return ""
        try:
            return svg_of(self.lab.structure(structure).scene(), width=_PICTURE_PX, height=_PICTURE_PX)
        except NanoOSError:  # what cannot be drawn has no picture; its row says all else
            return ""
