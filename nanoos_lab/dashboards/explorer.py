"""The materials explorer: search by the words of ``lab.find``, a table, the structure, its values, what is like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from nanoos_lab.dashboards.frame import Dashboard, message, page_of, row, section
from nanoos_lab.display import html
from nanoos_lab.errors import NanoOSError
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.verbs import parse_filters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.lab import Lab
    from nanoos_lab.lab.records import StructureRecord

_FIELDS = (
    ("elements", "Elements", "Li, O"),
    ("formula", "Formula", "ABX3 or SrTiO3"),
    ("space_group", "Space group", "221 or Pm-3m"),
    ("tags", "Tags", "perovskite"),
    ("text", "Text", "words in names and notes"),
)
_ALIKE = 8


def make(**options: Any) -> Dashboard:
    """Return the dashboard.

    Args:
        options: As for :class:`Dashboard`.
    """
    about = (
        "Search the lab's structures, look at them, read what is known of them, and find what is like them."
    )
    return Dashboard("Materials explorer", about, lambda lab: Explorer(lab).page, **options)


class Explorer:
    """The page for an open lab.

    Args:
        lab: The lab.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.viewer: Any = None
        self.fields = {
            name: ipywidgets.Text(description=label, placeholder=hint) for name, label, hint in _FIELDS
        }
        known = [(p.label, name) for name, p in sorted(VOCABULARY.items()) if p.kind == "scalar"]
        self.property = ipywidgets.Dropdown(description="Property", options=[("any", ""), *known])
        self.range = ipywidgets.Text(description="between", placeholder="1..2, >100 or <=0.5 eV")
        self.search = ipywidgets.Button(description="Search", button_style="primary", icon="search")
        self.reset = ipywidgets.Button(description="Clear")
        self.said, self.results = ipywidgets.HTML(), ipywidgets.VBox()
        self.title, self.picture, self.values = ipywidgets.HTML(), ipywidgets.VBox(), ipywidgets.HTML()
        self.similar, self.alike = ipywidgets.Button(description="Find similar"), ipywidgets.HTML()
        self.search.on_click(lambda _: self.find())
        self.reset.on_click(lambda _: self.clear())
        self.similar.on_click(lambda _: self.show_similar())
        self.chosen: StructureRecord | None = None
        self.closer = row(
            section("Structure", self.title, self.picture, grow="1 1 380px"),
            section("What is known of it", self.values, grow="1 1 420px"),
        )
        self.below = section("Similar structures", self.similar, self.alike)
        form = row(*self.fields.values(), self.property, self.range, self.search, self.reset, name="form")
        self.page = ipywidgets.VBox(
            [section("Search", form), self.said, self.results, self.closer, self.below]
        )
        self.find()

    def filters(self) -> dict[str, Any]:
        """Return what the form asks for, as filters of ``lab.find``.

        Raises:
            NanoOSError: It cannot be understood.
        """
        words = [
            f"{name}={field.value.strip()}" for name, field in self.fields.items() if field.value.strip()
        ]
        if self.property.value:
            asked = self.range.value.strip()
            words.append(f"{self.property.value}={asked}" if asked else f"has={self.property.value}")
        return dict(parse_filters(words))

    def find(self) -> None:
        """Search, and show the table and the first structure."""
        self.said.value = message("Searching …", "busy")
        try:
            found = self.lab.find(**self.filters())
        except NanoOSError as error:
            self.said.value = message(str(error), "bad")
            return
        if not found:
            self._nothing()
            return
        table = self.lab.table(found, height=360)
        table.observe(lambda change: self._select(change.new), "selection")
        self.results.children = (table,)
        self.said.value = message(f"{len(found)} structures", "quiet")
        self.closer.layout.display = self.below.layout.display = ""
        self.show(found[0])

    def _nothing(self) -> None:
        empty = not len(self.lab.find(limit=1))
        words = "No structure meets all of this. Take a condition away."
        if empty:
            words = "This lab holds no structures yet. In a notebook, lab.add('SrTiO3.cif') adds one."
        self.said.value = message(words, "idle")
        self.results.children = ()
        self.closer.layout.display = self.below.layout.display = "none"

    def clear(self) -> None:
        """Empty the form and show everything."""
        for field in (*self.fields.values(), self.range):
            field.value = ""
        self.property.value = ""
        self.find()

    def _select(self, ids: Sequence[str]) -> None:
        if ids:
            self.show(self.lab.structure(ids[-1]))

    def show(self, record: StructureRecord) -> None:
        """Show a structure, its values, and nothing yet of what is like it.

        Args:
            record: The structure.
        """
        from nanoos_lab.widgets import StructureViewer, cards_html  # noqa: PLC0415 - pymatgen, when first shown

        self.chosen = record
        facts = html.Markup("<b>{}</b> · {} · {} · {} sites").format(
            record.name, record.formula, record.space_group, record.row.n_sites
        )
        self.title.value, self.alike.value = str(facts), ""
        try:
            if self.viewer is None:
                self.viewer = StructureViewer(record.structure, height=380)
                self.picture.children = (self.viewer,)
            else:
                self.viewer.show(record.structure)
        except NanoOSError as error:
            self.title.value += message(str(error), "bad")
        values = self.lab.value_rows(structure_id=record.id, include_synthetic=True)
        general = self.lab.value_rows(material_id=record.row.material_id, include_synthetic=True)
        ids = {value.id for value in values}
        several = values + [v for v in general if v.structure_id is None and v.id not in ids]
        numbers = [v for v in several if v.value is not None]
        self.values.value = (
            cards_html(numbers)
            if numbers
            else message("Nothing is known of it yet: no value was computed or recorded.", "idle")
        )

    def show_similar(self) -> None:
        """Show what is like the chosen structure, as far as embeddings are there."""
        if self.chosen is None:
            return
        self.alike.value = message("Comparing …", "busy")
        try:
            found = self.lab.similar(self.chosen, _ALIKE, missing="ignore")
        except NanoOSError as error:
            self.alike.value = message(str(error), "bad")
            return
        none = "Nothing to compare with: no structure has an embedding yet. In a notebook, lab.embed() computes them."
        self.alike.value = page_of(found) if found else message(none, "idle")
