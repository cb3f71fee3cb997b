"""What stands in a page for each output: the display that moves where we have one, its still twin, or a sentence.

A display is a ``<div>`` with its JSON as a data block and its still twin. The page's scripts draw from the JSON and
hide the twin; in print, without scripts, and where a display cannot be drawn, the twin is what one sees.
"""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING, Any, Literal

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.scene import MIME_TYPE as SCENE_MIME
from nanoos_lab.workflows.export.formulas import markdown, mathml_of_output
from nanoos_lab.workflows.export.saved_widgets import VIEW_MIME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nanoos_lab.workflows.export.saved_widgets import SavedWidgets

Kind = Literal["plot", "scene", "display", "still"]
"""By which script a part of a page is drawn; ``still`` by none."""

PLOTLY_MIME = "application/vnd.plotly.v1+json"
DISPLAY_MIMES = tuple(
    f"application/vnd.nanoos.{name}+json" for name in ("cards", "monitor", "table", "scenes")
)
"""Displays of ours beside scenes; the browser's side is extensions/displays."""
_STILLS = (
    "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain",
)  # fmt: skip
SHOWN = (PLOTLY_MIME, SCENE_MIME, *DISPLAY_MIMES, *_STILLS, VIEW_MIME)
"""All MIME types that a page shows something for."""
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def draw_output(data: Mapping[str, Any], widgets: SavedWidgets, *, still: bool) -> tuple[str, set[Kind]]:
    """Return an output as HTML, and what is needed to draw it.

    Args:
        data: Its MIME bundle.
        widgets: The notebook's saved widgets.
        still: Whether nothing may move: for paper.
    """
    bundles = widgets.bundles(data) if VIEW_MIME in data else [data]
    parts = [_draw(bundle, still=still) for bundle in bundles]
    return "".join(part for part, _ in parts), {kind for _, kind in parts}


def _draw(data: Mapping[str, Any], *, still: bool) -> tuple[str, Kind]:
    if PLOTLY_MIME in data:
        if still and "image/svg+xml" in data:
            return f'<div class="plot">{_image(_text(data["image/svg+xml"]), "figure")}</div>', "still"
        return _plot(data[PLOTLY_MIME], data), "plot"
    if SCENE_MIME in data:
        return _scene(data[SCENE_MIME], data, still=still), "still" if still else "scene"
    if mime := next((mime for mime in DISPLAY_MIMES if mime in data), ""):
        if not still:
            return _display(mime, data), "display"
        return f'<div class="html">{_twin(data)}</div>', "still"
    return _still(data), "still"


def _still(data: Mapping[str, Any]) -> str:
    """Return the best of the forms that need no script."""
    kind = next((mime for mime in _STILLS if mime in data), "")
    text = _text(data.get(kind, ""))
    if kind in {"image/png", "image/jpeg"}:
        encoded = html.escape("".join(text.split()), quote=True)
        return f'<img class="still" alt="picture" src="data:{kind};base64,{encoded}">'
    drawn: dict[str, Callable[[], str]] = {
        "text/html": lambda: f'<div class="html">{text}</div>',
        "text/markdown": lambda: f'<div class="prose">{markdown(text)}</div>',
        "text/latex": lambda: mathml_of_output(text),
        "image/svg+xml": lambda: f'<div class="picture">{_image(text, "drawing")}</div>',
        "text/plain": lambda: _absent(text) if VIEW_MIME in data else _stream(text),
    }
    return drawn[kind]() if kind else ""


def _absent(sentence: str) -> str:
    return f'<p class="absent">{html.escape(sentence)}</p>'


def _stream(text: str) -> str:
    from nbconvert.filters import ansi2html  # noqa: PLC0415 - Jupyter is an extra

    return f'<pre class="stream">{ansi2html(text)}</pre>'  # type: ignore[no-untyped-call]


def _text(value: Any) -> str:  # noqa: ANN401 - nbformat allows a list of lines
    return "".join(value) if isinstance(value, list) else str(value)


def _json_block(payload: Any, kind: str) -> str:  # noqa: ANN401 - JSON
    """Return JSON as a data block that no text inside can close."""
    text = json.dumps(payload, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="{kind}">{text}</script>'


def _image(svg: str, words: str) -> str:
    data = base64.b64encode(svg.encode()).decode()
    return (
        f'<img class="still" alt="{html.escape(words, quote=True)}" src="data:image/svg+xml;base64,{data}">'
    )


def _plot(payload: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return a figure: its JSON for the script, and its still for print and for pages without scripts."""
    still = _image(_text(data["image/svg+xml"]), "figure") if "image/svg+xml" in data else ""
    config = {**payload.get("config", {}), "displaylogo": False, "responsive": True, "plotlyServerURL": ""}
    spec = {"data": payload["data"], "layout": payload.get("layout", {}), "config": config}
    return f'<div class="plot">{still}{_json_block(spec, "application/json")}</div>'


def _display(mime: str, data: Mapping[str, Any]) -> str:
    twin = f'<div class="twin">{_twin(data)}</div>'
    return f'<div class="nanoos-display html">{_json_block(data[mime], mime)}{twin}</div>'


def _twin(data: Mapping[str, Any]) -> str:
    """Return a display's still form, or a sentence where it was saved without."""
    if "text/html" in data:
        return _text(data["text/html"])
    if "image/svg+xml" in data:
        return _image(_text(data["image/svg+xml"]), "drawing")
    return _absent(_text(data.get("text/plain", "a display without a still picture")))


def _scene(payload: Mapping[str, Any], data: Mapping[str, Any], *, still: bool) -> str:
    """Return a 3D view with the facts that its payload carries, and a still inside it.

    The viewer hides the still when it can draw; what an ``<svg>`` may smuggle in, the policy keeps from running.
    """
    found = _SVG.search(_text(data.get("image/svg+xml") or data.get("text/html", "")))
    picture = found[0] if found else _svg_of(payload)
    block = "" if still else _json_block(payload, SCENE_MIME)
    rows = "".join(
        f"<tr><th>{html.escape(str(name))}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in payload.get("facts", ())
    )
    view = f'<div class="nanoos-scene">{block}{picture}</div>'
    if not rows:
        return f'<div class="nanoos-scene-frame alone">{view}</div>'
    title = f"<h4>{html.escape(str(payload['title']))}</h4>" if payload.get("title") else ""
    return f'<div class="nanoos-scene-frame">{view}<div>{title}<table>{rows}</table></div></div>'


def _svg_of(payload: Mapping[str, Any]) -> str:
    from nanoos_lab.scenes.scene import Scene  # noqa: PLC0415 - drawn only where no still was saved
    from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415

    try:
        return svg_of(Scene.from_json(payload), width=420, height=360)
    except InvalidInputError as error:
        return _absent(str(error))
