"""A still drawing of a scene: shaded spheres, bonds, polyhedra, surfaces, arrows and a legend, as one SVG.

The same picture as the browser's first frame, for places where no script runs: git hosts, PDF, e-mail, a
sanitised notebook. Painter's algorithm: everything is sorted by depth and drawn from back to front; the cell's
edges in pieces, so that atoms hide them where they should. What is far off fades. Colours are chosen to read on light
and dark backgrounds; the background itself stays transparent unless one is asked for.
"""

from __future__ import annotations

import hashlib
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.scenes.looks import hexadecimal, rgb
from nanoos_lab.scenes.svg import atoms, faces, furniture
from nanoos_lab.scenes.svg.camera import Camera, in_order
from nanoos_lab.scenes.svg.paint import FONT, ID, Paint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nanoos_lab.scenes.geometry import View
    from nanoos_lab.scenes.model import Scene
    from nanoos_lab.scenes.svg.camera import Shape

__all__ = ["svg_of"]

MANY_ATOMS = 500
"""From here on bonds are left out, hidden atoms are dropped, and at most ``atoms.MOST_ATOMS`` are drawn."""
MOST_SHAPES = 3000
"""Faces, and halves of bonds, that are drawn; of more only the nearest."""
THUMBNAIL = 160
"""Drawings narrower than this, in pixels, go without axes, legend, bar and keys."""
BACKGROUNDS = {"light": "#ffffff", "dark": "#15181b"}


def svg_of(
    scene: Scene,
    *,
    width: int = 420,
    height: int = 360,
    uid: str | None = None,
    view: View = "auto",
    background: str | None = None,
) -> str:
    """Draw a scene as a self-contained SVG.

    Args:
        scene: What to draw.
        width: In pixels.
        height: In pixels.
        uid: Prefix of the ids inside; a hash of the drawing if None, so that two drawings on one page do not
            collide and the same drawing is always the same text.
        view: ``"a"``, ``"b"`` or ``"c"`` to look along a lattice vector, (h, k, l) to look straight at a plane.
        background: ``"light"``, ``"dark"`` or ``"#rrggbb"``; transparent if None.
    """
    scene = scene.seen(view)
    ground = hexadecimal(rgb(BACKGROUNDS.get(background, background))) if background is not None else None
    small = width < THUMBNAIL
    told = scene.site_values is not None
    below = furniture.LEGEND_HEIGHT if scene.species and not small and not told else 0
    above = 0 if small else furniture.KEY_HEIGHT * furniture.n_keys(scene)
    right = furniture.BAR_WIDTH if told and not small else 0
    camera = Camera.fitting(scene, width - right, height - below - above)
    camera = camera.moved(0.0, float(above))
    paint = Paint(camera, ground)
    body = "" if ground is None else f"<rect width='{width}' height='{height}' fill='{ground}'/>"
    body += _merged(in_order(_shapes(scene, camera, paint), faces.sheets(scene), camera), paint)
    bar, bar_gradient = "", ""
    if not small:
        bar, bar_gradient = furniture.color_bar(scene, width, height, paint)
        body += furniture.axes(scene, height) + bar + furniture.keys(scene, paint)
        body += furniture.free_labels(scene, camera, paint)
        body += "" if told else furniture.legend(scene, width, height, paint, camera.near)
    title = "".join(c for c in scene.title if c.isprintable())  # others are not allowed in XML
    label = escape(f"Structure of {title}" if title else "Structure", quote=True)
    uid = uid or "s" + hashlib.sha256((label + body).encode()).hexdigest()[:10]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' "
        f"viewBox='0 0 {width} {height}' role='img' aria-label='{label}' {FONT}><title>{label}</title>"
        f"<defs>{paint.definitions()}{bar_gradient}</defs>{body}</svg>"
    ).replace(ID, uid)


def _shapes(scene: Scene, camera: Camera, paint: Paint) -> list[Shape]:
    """Return everything that hides or is hidden."""
    pixels, depth, factor = camera.project(scene.positions.astype(np.float64))
    many = len(scene) > MANY_ATOMS
    chosen = atoms.visible(pixels, depth, scene.radii() * factor) if many else np.arange(len(scene))
    if scene.style == "wireframe":
        bonded = np.isin(chosen, scene.bonds)
        chosen = chosen[~bonded] if not scene.atom_labels else chosen
    shapes = [*atoms.balls(scene, camera, paint, chosen), *atoms.cell_lines(scene, camera, paint)]
    if not many or scene.style == "polyhedra":
        shapes += _nearest(faces.polyhedra(scene, camera, paint))
    if scene.style == "wireframe" or (not many and scene.style != "space-filling"):
        shapes += _nearest(atoms.sticks(scene, camera, paint))
    shapes += faces.isosurfaces(scene, camera, paint)
    shapes += atoms.arrows(scene, camera)
    return shapes


def _nearest(shapes: Iterable[Shape]) -> list[Shape]:
    """Return the shapes in front where there are too many for a still drawing."""
    return sorted(shapes, key=lambda shape: shape.depth)[-MOST_SHAPES:]


def _merged(parts: list[str], paint: Paint) -> str:
    """Join the shapes; neighbouring pieces of the cell's edges become one path."""
    joined: list[str] = []
    head = "<path d='M"
    tail = f"' stroke='{paint.ink}' stroke-width='{atoms.EDGE_WIDTH}' fill='none'/>"
    for part in parts:
        if joined and part.endswith(tail) and joined[-1].endswith(tail):
            joined[-1] = joined[-1][: -len(tail)] + part[len(head) - 1 :]
        else:
            joined.append(part)
    return "".join(joined)
