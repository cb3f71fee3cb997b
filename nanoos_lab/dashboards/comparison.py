"""Model comparison: each method's values against measured or computed ones, how far off, where, and the worst cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from nanoos_lab.agreement.pairs import REFERENCES, pair_values
from nanoos_lab.dashboards.frame import Dashboard, message, row, section
from nanoos_lab.properties import VOCABULARY, get_property
from nanoos_lab.workflows.agreement_page import sentences_html

if TYPE_CHECKING:
    from nanoos_lab.lab import Lab


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
        counts = {name: len(pair_values(self.values, name).table) for name in known}
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
        from nanoos_lab.charts import still_svg  # noqa: PLC0415 - plotly, when first drawn

        self.shown.layout.display = "none"
        name = self.property.value
        if name is None:
            self.said.value = message(
                "This lab holds no values yet. In a notebook, lab.predict(...), lab.run(...) and lab.record(...) "
                "bring some.",
                "idle",
            )
            return
        compared = self.lab.compare_models(name, truth=self.reference.value)
        if not len(compared):
            self.said.value = message(
                f"No material has both a {self.reference.value} value of {get_property(name).label.lower()} and "
                "another method's: nothing to compare. Choose another property or reference.", "idle",
            )  # fmt: skip
            return
        self.said.value = sentences_html(compared.sentences(), compared.left_out())
        self.shown.layout.display = ""
        self.figure.value = still_svg(compared.figure())
        self.errors.value, self.worst.value = compared.errors_html(), compared.worst_html()
