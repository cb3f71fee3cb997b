"""A map of materials beside their rows and the structure of the one that was clicked on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import MissingExtraError, NanoOSError
from nanoos_lab.widgets.table.live import MaterialTable
from nanoos_lab.widgets.viewer import StructureViewer

try:
    from ipywidgets.widgets.widget_box import Box, VBox
    from ipywidgets.widgets.widget_layout import Layout
    from ipywidgets.widgets.widget_string import HTML
except ImportError as error:
    raise MissingExtraError("ipywidgets", "notebook", "A live map") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.widgets.table.source import HasTable

_HINT = "Click on a point, or drag over several: the first is shown here."


class LiveMap(Box):
    """A map whose points select rows and show their structures.

    Args:
        lab: What answers the table's questions, and knows where the points are.
        record_of: Given a structure's id, returns its record.
        still: The map as HTML, for places that cannot show a widget.
        height: Of table and viewer, in pixels.
    """

    def __init__(
        self, lab: HasTable, record_of: Callable[[str], Any], *, still: Callable[[], str], height: int = 420
    ) -> None:
        self.table = MaterialTable(lab, height=height)
        self.viewer: StructureViewer | None = None
        self._record_of, self._still, self._height = record_of, still, height
        self.said = HTML(value=_HINT)
        self._side = VBox([self.said], layout=Layout(flex="1 1 300px", min_width="0"))
        wide = VBox([self.table], layout=Layout(flex="3 1 620px", min_width="0"))
        row: Any = Layout(display="flex", flex_flow="row wrap", width="100%")
        super().__init__([wide, self._side], layout=row)
        self.table.observe(lambda change: self._show(list(change["new"])), "selection")

    @property
    def selected(self) -> Any:  # noqa: ANN401 - a set of structures
        """The selected structures."""
        return self.table.selected

    def _show(self, ids: list[str]) -> None:
        """Show the structure of the first selected point."""
        if not ids:
            self.said.value = _HINT
            return
        record = self._record_of(ids[0])
        more = f" and {len(ids) - 1:,} more" if len(ids) > 1 else ""
        self.said.value = str(_named(record, more))
        try:
            if self.viewer is None:
                self.viewer = StructureViewer(record, height=self._height - 60)
                self._side.children = (self.said, self.viewer)
            else:
                self.viewer.show(record)
        except NanoOSError as error:
            self.said.value = str(_named(record, f": {error}"))

    def __repr__(self) -> str:
        return f"<LiveMap: {len(self.table):,} structures, {len(self.table.selection)} selected>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Add the map as a drawing, for places that cannot show a widget."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/html": self._still(), "text/plain": repr(self)}


def _named(record: Any, more: str) -> Any:  # noqa: ANN401 - Markup
    from markupsafe import Markup  # noqa: PLC0415 - only where something is drawn

    return Markup("<b>{}</b> · {} · {}{}").format(record.name, record.formula, record.space_group, more)
