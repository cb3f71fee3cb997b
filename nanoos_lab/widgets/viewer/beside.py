"""Several viewers in a row, as one widget that also reads where no widget can be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html
from nanoos_lab.errors import MissingExtraError
from nanoos_lab.widgets.viewer.pictures import light_payload, still_now

try:
    from ipywidgets.widgets.widget_box import Box, VBox
    from ipywidgets.widgets.widget_layout import Layout
    from ipywidgets.widgets.widget_string import Label
except ImportError as error:
    raise MissingExtraError("ipywidgets", "notebook", "Viewers side by side") from error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.widgets.viewer.widget import StructureViewer

SCENES_MIME = "application/vnd.nanoos.scenes+json"
_NARROWEST_PX = 260


class SideBySide(Box):
    """Viewers in a row that wraps where the page is narrow.

    Args:
        viewers: The viewers.
        titles: What stands above each; none, or one for each.
    """

    def __init__(self, viewers: Sequence[StructureViewer], titles: Sequence[str] = ()) -> None:
        self.viewers = list(viewers)
        self.titles = list(titles) or [""] * len(self.viewers)
        column: Any = Layout(flex=f"1 1 {_NARROWEST_PX}px", min_width="0", overflow="hidden")
        columns = [
            VBox([*([Label(value=title)] if title else []), viewer], layout=column)
            for viewer, title in zip(self.viewers, self.titles, strict=True)
        ]
        row: Any = Layout(display="flex", flex_flow="row wrap", width="100%")
        super().__init__(columns, layout=row)

    def payload(self) -> dict[str, Any]:
        """Return the JSON from which a browser draws it with no kernel (extensions/displays/src/scenes.ts)."""
        scenes = [
            {"caption": title, "scene": light_payload(viewer)}
            for viewer, title in zip(self.viewers, self.titles, strict=True)
        ]
        empty: dict[str, Any] = {"title": "", "state": "", "subtitle": "", "picture": ""}
        return {
            "schema": "nanoos.scenes", "version": 1, **empty, "notes": [], "facts": [], "tables": [], "scenes": scenes,
        }  # fmt: skip

    def html(self) -> str:
        """Return the still drawings in a row, as HTML that needs no script."""
        figures = html.Markup().join(
            html.Markup(
                '<figure style="margin:0;flex:1 1 {}px"><figcaption>{}</figcaption>{}</figure>'
            ).format(_NARROWEST_PX, title, html.safe(still_now(viewer)))
            for viewer, title in zip(self.viewers, self.titles, strict=True)
        )
        return html.block(html.Markup('<div class="row">{}</div>').format(figures))

    def __repr__(self) -> str:
        names = (title or repr(viewer) for viewer, title in zip(self.viewers, self.titles, strict=True))
        return f"<{len(self.viewers)} viewers side by side: {', '.join(names)}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Add the scenes, their stills and a line, for places that cannot show a widget."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, SCENES_MIME: self.payload(), "text/html": self.html(), "text/plain": repr(self)}
