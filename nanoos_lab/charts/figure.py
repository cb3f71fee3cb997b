"""The one figure class: a plain plotly figure with the house template and a still of itself.

A notebook stores a :class:`Chart` as plotly JSON (a few kilobytes) next to an SVG drawn in Python, so it
reads well with the kernel dead, in print and on a git host. No ``FigureWidget``: each keeps megabytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from nanoos_lab.charts.theme import FAINT, FONT, INK, PALETTE
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

PLOTLY_MIME = "application/vnd.plotly.v1+json"

_AXIS = {
    "gridcolor": FAINT,
    "zeroline": False,
    "linecolor": FAINT,
    "showline": True,
    "ticks": "outside",
    "tickcolor": FAINT,
    "ticklen": 4,
    "automargin": True,
    "title": {"standoff": 10, "font": {"size": 13}},
}

TEMPLATE: dict[str, Any] = {
    "layout": {
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(PALETTE),
        "margin": {"l": 64, "r": 24, "t": 28, "b": 52},
        "hoverlabel": {"font": {"family": FONT}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": FAINT, "activecolor": INK},
    }
}
"""The house template; transparent, so that the page's own background shows."""

_SMALLEST_MM = 40.0

CONFIG = {
    "responsive": True,
    "displaylogo": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"],
}


class Chart(go.Figure):  # type: ignore[misc,name-defined]  # plotly fills its namespace when asked
    """A plotly figure that displays as plotly JSON with an SVG still beside it."""

    _ipython_display_ = None  # plotly's own would pick a renderer that may reach for a CDN

    def _repr_mimebundle_(self, *_args: object, **_kwargs: object) -> dict[str, Any]:
        from nanoos_lab.charts.still import still_svg  # noqa: PLC0415 - it reads figures; no cycle at import

        payload = json.loads(self.to_json())
        return {
            PLOTLY_MIME: {**payload, "config": CONFIG},
            "image/svg+xml": still_svg(self),
            "text/plain": repr(self),
        }

    def save(
        self, path: str | Path, *, width_mm: float | None = None, height_mm: float | None = None
    ) -> Path:
        """Write its still to a file for a paper and return the path.

        Args:
            path: The file: ``.svg``, ``.pdf`` (fonts embedded) or ``.png`` (300 dots per inch).
            width_mm: Width on paper, such as 86 for one column and 178 for two; by default as on the screen.
                Texts keep their size.
            height_mm: Height on paper.

        Raises:
            InvalidInputError: The ending is another one, a size makes no sense, or the figure has no still.
        """
        from nanoos_lab.charts.saving import MM_PER_PX, save_still  # noqa: PLC0415 - it reads figures
        from nanoos_lab.charts.still import still_svg  # noqa: PLC0415

        shape = Chart(self)
        for name, size in (("width", width_mm), ("height", height_mm)):
            if size is not None:
                if not size >= _SMALLEST_MM:
                    raise InvalidInputError(
                        f"{name}_mm is {size!r}: a figure is at least {_SMALLEST_MM} mm wide and high"
                    )
                shape.update_layout({name: round(size / MM_PER_PX)})
        return save_still(still_svg(shape), path)

    def __repr__(self) -> str:
        title = self.layout.meta.get("title", "") if isinstance(self.layout.meta, dict) else ""
        return f"<Chart {title!r}: {len(self.data)} traces>"


def new_chart(title: str, *, height: int = 420, width: int | None = None, **layout: Any) -> Chart:
    """Return an empty figure with the house template.

    Args:
        title: What it shows, for readers of the text form; captions are written outside the figure.
        height: Height in pixels.
        width: Width in pixels, or None to fill the page.
        layout: Further plotly layout.
    """
    figure = Chart()
    figure.update_layout(template=TEMPLATE, height=height, width=width, meta={"title": title}, **layout)
    return figure
