"""Scenes where no kernel and no widget lives: MIME bundles of saved outputs, and pages exported to one file.

A page holds :func:`scene_div` for every scene and :func:`scene_script` once, near its end. Without scripts the
still drawing inside each div remains.
"""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from nanoos_lab.scenes.scene import MIME_TYPE
from nanoos_lab.scenes.svg import svg_of

if TYPE_CHECKING:
    from nanoos_lab.scenes.scene import Scene


def scene_bundle(scene: Scene, *, text: str | None = None, html: bool = False) -> dict[str, Any]:
    """Return a scene as a Jupyter MIME bundle: our own type, SVG and text.

    Args:
        scene: What to show.
        text: What plain terminals print; the title if None.
        html: Whether to add ``text/html`` holding :func:`scene_div`, for exporters that look at nothing else.
    """
    bundle: dict[str, Any] = {
        MIME_TYPE: scene.to_json(),
        "image/svg+xml": svg_of(scene),
        "text/plain": text if text is not None else f"Structure of {scene.title}",
    }
    if html:
        bundle["text/html"] = scene_div(scene)
    return bundle


def scene_div(scene: Scene, *, width: int = 420, height: int = 360) -> str:
    """Return a scene as HTML: the still drawing and the data from which :func:`scene_script` makes it turn.

    Args:
        scene: What to show.
        width: Of the still drawing, in pixels.
        height: Of the still drawing, in pixels.
    """
    data = json.dumps(scene.to_json(), separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<div class="nanoos-scene">{svg_of(scene, width=width, height=height)}'
        f'<script type="{MIME_TYPE}">{data}</script></div>'
    )


@functools.cache
def scene_script() -> str:
    """Return the script element that makes every scene of a page turn; to be inlined once per page."""
    script = files("nanoos_lab.widgets").joinpath("static/scene-standalone.js").read_text(encoding="utf-8")
    safe = script.replace("</script", "<\\/script")
    return f"<script>{safe}</script>"
