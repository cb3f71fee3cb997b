"""Scenes where no kernel and no widget lives: MIME bundles of saved outputs, and pages exported to one file.

A page holds :func:`scene_div` for every scene and :func:`scene_script` once, near its end. Without scripts the
still drawing inside each div remains.
"""

from __future__ import annotations

import functools
import json
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from nanoos_lab.scenes.scene import MIME_TYPE
from nanoos_lab.scenes.svg import svg_of

if TYPE_CHECKING:
    from nanoos_lab.scenes.scene import Scene

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<style>body{{margin:0 auto;padding:16px;max-width:{width}px;font-family:system-ui,sans-serif}}
.nanoos-scene>svg{{width:100%;height:auto}}.nanoos-row{{display:flex;flex-wrap:wrap;gap:12px}}
.nanoos-row>figure{{flex:1 1 300px;min-width:0;margin:0}}figcaption{{font-weight:600;margin-bottom:4px}}</style></head>
<body>{body}{script}</body></html>
"""


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


def scene_div(scene: Scene, *, width: int = 420, height: int = 360, group: str = "") -> str:
    """Return a scene as HTML: the still drawing and the data from which :func:`scene_script` makes it turn.

    Args:
        scene: What to show.
        width: Of the still drawing, in pixels.
        height: Of the still drawing, in pixels.
        group: Scenes of one group turn together.
    """
    data = json.dumps(scene.to_json(), separators=(",", ":")).replace("<", "\\u003c")
    linked = f' data-nanoos-group="{escape(group, quote=True)}"' if group else ""
    return (
        f'<div class="nanoos-scene"{linked}>{svg_of(scene, width=width, height=height)}'
        f'<script type="{MIME_TYPE}">{data}</script></div>'
    )


def scene_page(*scenes: Scene, linked: bool = True, width: int = 840, height: int = 560) -> str:
    """Return a page that opens from disk with no network, and in which scenes turn.

    Args:
        *scenes: One or more, laid out side by side.
        linked: Whether they turn together.
        width: The widest that the page is, in pixels.
        height: Of each scene, in pixels.
    """
    group = "page" if linked and len(scenes) > 1 else ""
    share = max(width // max(len(scenes), 1), 300)
    figures = "".join(
        f"<figure><figcaption>{escape(scene.title)}</figcaption>"
        f"{scene_div(scene, width=share, height=height, group=group)}</figure>"
        for scene in scenes
    )
    title = escape(", ".join(scene.title for scene in scenes))
    return _PAGE.format(
        title=title, width=width, body=f'<div class="nanoos-row">{figures}</div>', script=scene_script()
    )


@functools.cache
def scene_script() -> str:
    """Return the script element that makes every scene of a page turn; to be inlined once per page."""
    script = files("nanoos_lab.widgets").joinpath("static/scene-standalone.js").read_text(encoding="utf-8")
    safe = script.replace("</script", "<\\/script")
    return f"<script>{safe}</script>"
