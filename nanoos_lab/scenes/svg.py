"""A still drawing of a scene: shaded spheres and cylinders, the cell, axes and a legend, as one SVG.

The same picture as the browser's first frame, for places where no script runs: git hosts, PDF, e-mail, a
sanitised notebook. Painter's algorithm: everything is sorted by depth and drawn from back to front; the cell's
edges in pieces, so that atoms hide them where they should. Colours are chosen to read on light and dark
backgrounds; the background itself stays transparent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from nanoos_lab.scenes.scene import Scene

    FloatArray = NDArray[np.float64]

MANY_ATOMS = 500
"""From here on bonds are left out, hidden atoms are dropped, and at most :data:`MOST_ATOMS` are drawn."""
MOST_ATOMS = 1000
FIELD_OF_VIEW_DEGREES = 22.0
THUMBNAIL = 160
"""Drawings narrower than this, in pixels, go without axes and legend."""
_INK = "#7d7d7d"  # 4:1 on white and on black
_EDGE_PIECES = 24
_ID = "\0"
"""Stands for the prefix of the ids until the drawing is finished; no text of a drawing holds it."""
_AXES = (("a", "#d4493c"), ("b", "#3b9a43"), ("c", "#4079d6"))
_FONT = "font-family='system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif'"


def svg_of(scene: Scene, *, width: int = 420, height: int = 360, uid: str | None = None) -> str:
    """Draw a scene as a self-contained SVG.

    Args:
        scene: What to draw.
        width: In pixels.
        height: In pixels.
        uid: Prefix of the ids inside; a hash of the drawing if None, so that two drawings on one page do not
            collide and the same drawing is always the same text.
    """
    small = width < THUMBNAIL
    legend_height = 26 if scene.species and not small else 0
    camera = _Camera.fitting(scene, width, height - legend_height)
    parts = [text for _, text in sorted(_shapes(scene, camera), key=lambda shape: shape[0])]
    body = _merged(parts) + ("" if small else _axes(scene, height) + _legend(scene, width, height))
    title = "".join(c for c in scene.title if c.isprintable())  # others are not allowed in XML
    label = escape(f"Structure of {title}" if title else "Structure", quote=True)
    uid = uid or "s" + hashlib.sha256((label + body).encode()).hexdigest()[:10]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' "
        f"viewBox='0 0 {width} {height}' role='img' aria-label='{label}'><title>{label}</title>"
        f"<defs>{_gradients(scene)}</defs>{body}</svg>"
    ).replace(_ID, uid)


@dataclass(frozen=True, slots=True)
class _Camera:
    """A perspective camera in front of the scene, and where things land on the page."""

    view: FloatArray
    center: FloatArray
    distance: float
    """From the eye to the centre, Å."""
    scale: float
    """Pixels per Å at the centre."""
    x: float
    y: float

    @classmethod
    def fitting(cls, scene: Scene, width: float, height: float) -> _Camera:
        """Return the camera that shows all of the scene with a small border."""
        view, center = scene.view.astype(np.float64), scene.center.astype(np.float64)
        points = np.concatenate([scene.positions, scene.edges.reshape(-1, 3)]).astype(np.float64)
        sizes = np.concatenate([scene.radii(), np.zeros(2 * len(scene.edges))]).astype(np.float64)
        if not len(points):
            points, sizes = np.zeros((1, 3)), np.ones(1)
        seen = (points - center) @ view.T
        reach = float((np.linalg.norm(seen, axis=1) + sizes).max())
        distance = reach / np.sin(np.radians(FIELD_OF_VIEW_DEGREES) / 2)
        factor = distance / (distance - seen[:, 2])
        low = ((seen[:, :2] - sizes[:, None]) * factor[:, None]).min(axis=0)
        high = ((seen[:, :2] + sizes[:, None]) * factor[:, None]).max(axis=0)
        border = 10.0
        scale = float(
            min((width - 2 * border) / (high[0] - low[0]), (height - 2 * border) / (high[1] - low[1]))
        )
        scale = min(scale, 90.0)
        middle = (low + high) / 2 * scale
        return cls(view, center, distance, scale, width / 2 - middle[0], height / 2 + middle[1])

    def project(self, points: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return pixels, shape (n, 2), depth towards the viewer in Å, and pixels per Å there, shape (n,)."""
        seen = (points - self.center) @ self.view.T
        factor = self.scale * self.distance / (self.distance - seen[:, 2])
        pixels = np.stack([self.x + seen[:, 0] * factor, self.y - seen[:, 1] * factor], axis=1)
        return pixels, seen[:, 2], factor


def _shapes(scene: Scene, camera: _Camera) -> Iterator[tuple[float, str]]:
    """Yield everything that hides or is hidden, with its depth."""
    positions, radii = scene.positions.astype(np.float64), scene.radii().astype(np.float64)
    pixels, depth, factor = camera.project(positions)
    many = len(positions) > MANY_ATOMS
    chosen = _visible(pixels, depth, radii * factor) if many else np.arange(len(positions))
    for k in chosen.tolist():
        x, y = pixels[k]
        fill = f"url(#{_ID}a{scene.species_of[k]})"
        yield (
            float(depth[k]),
            f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radii[k] * factor[k]:.1f}' fill='{fill}'/>",
        )
    yield from _edges(scene, camera, radii)
    if not many:
        yield from _faces(scene, camera)
        if scene.style == "ball-and-stick":
            yield from _bonds(scene, camera, positions, radii)


def _bonds(
    scene: Scene, camera: _Camera, positions: FloatArray, radii: FloatArray
) -> Iterator[tuple[float, str]]:
    """Yield both halves of every bond, from where they leave their atom to the middle."""
    for one, two in ((0, 1), (1, 0)):
        near, far = scene.bonds[:, one], scene.bonds[:, two]
        along = positions[far] - positions[near]
        length = np.linalg.norm(along, axis=1)
        rim, other_rim = (_rim(radii[ends], scene.bond_radius) for ends in (near, far))
        gap = np.clip((length + rim - other_rim) / 2, rim, length)  # half of what is seen of the bond
        unit = along / np.maximum(length, 1e-9)[:, None]
        start, _, _ = camera.project(positions[near] + unit * rim[:, None])
        stop, _, _ = camera.project(positions[near] + unit * gap[:, None])
        _, depth, factor = camera.project(positions[near] + unit * ((rim + gap) / 2)[:, None])
        for k in range(len(scene.bonds)):
            dx, dy = stop[k] - start[k]
            size, half = float(np.hypot(dx, dy)), scene.bond_radius * factor[k]
            if size < 0.3:  # noqa: PLR2004 - seen end on
                continue
            turn = (
                f"translate({start[k, 0]:.1f} {start[k, 1]:.1f})rotate({np.degrees(np.arctan2(dy, dx)):.1f})"
            )
            box = f"x='-.5' y='{-half:.1f}' width='{size + 1.0:.1f}' height='{2 * half:.1f}'"
            yield (
                float(depth[k]),
                f"<rect {box} fill='url(#{_ID}b{scene.species_of[near[k]]})' transform='{turn}'/>",
            )


def _rim(radii: FloatArray, bond_radius: float) -> FloatArray:
    """Return how far from the middle of an atom its bonds come out."""
    result: FloatArray = np.sqrt(np.maximum(radii**2 - bond_radius**2, 0.0)) * 0.98
    return result


def _edges(scene: Scene, camera: _Camera, radii: FloatArray) -> Iterator[tuple[float, str]]:
    """Yield the cell's edges in pieces, without what lies inside atoms."""
    pieces = int(np.clip(600 // max(len(scene.edges), 1), 4, _EDGE_PIECES))
    steps = np.linspace(0.0, 1.0, pieces + 1)
    for start, stop in scene.edges.astype(np.float64):
        points = start + steps[:, None] * (stop - start)
        middles = (points[1:] + points[:-1]) / 2
        covered = (np.linalg.norm(middles[:, None] - scene.positions[None], axis=2) < radii).any(axis=1)
        pixels, depth, _ = camera.project(points)
        for k in np.flatnonzero(~covered):
            (x, y), (u, v) = pixels[k], pixels[k + 1]
            yield (
                float(depth[k] + depth[k + 1]) / 2,
                f"<path d='M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}' stroke='{_INK}' stroke-width='1.1' fill='none'/>",
            )


def _faces(scene: Scene, camera: _Camera) -> Iterator[tuple[float, str]]:
    if not len(scene.faces):
        return
    corners = scene.positions[scene.faces].astype(np.float64)
    pixels, depth, _ = camera.project(corners.reshape(-1, 3))
    pixels, depth = pixels.reshape(-1, 3, 2), depth.reshape(-1, 3).mean(axis=1)
    for triangle, at, kind in zip(pixels, depth, scene.face_species, strict=True):
        color = scene.species[kind].color
        outline = "L".join(f"{x:.1f} {y:.1f}" for x, y in triangle)
        yield (
            float(at),
            f"<path d='M{outline}Z' fill='{color}' fill-opacity='.38' stroke='{color}' stroke-width='.7'/>",
        )


def _visible(pixels: FloatArray, depth: FloatArray, sizes: FloatArray) -> NDArray[np.int64]:
    """Return the atoms of which anything is seen, the nearest if these are too many."""
    origin = (pixels - sizes[:, None]).min(axis=0)
    extent = np.ceil((pixels + sizes[:, None]).max(axis=0) - origin).astype(int) + 1
    owner = np.full((extent[1], extent[0]), -1)
    for k in np.argsort(depth):
        x, y = pixels[k] - origin
        r = max(sizes[k], 0.5)
        left, top = max(int(x - r), 0), max(int(y - r), 0)
        rows, columns = np.ogrid[top : int(y + r) + 1, left : int(x + r) + 1]
        box = owner[top : int(y + r) + 1, left : int(x + r) + 1]
        box[((columns - x) ** 2 + (rows - y) ** 2 <= r * r)[: box.shape[0], : box.shape[1]]] = k
    seen, area = np.unique(owner[owner >= 0], return_counts=True)
    return np.asarray(seen[np.argsort(-area)[:MOST_ATOMS]], dtype=np.int64)


def _merged(parts: list[str]) -> str:
    """Join the shapes; neighbouring pieces of the cell's edges become one path."""
    joined: list[str] = []
    head, tail = "<path d='M", f"' stroke='{_INK}' stroke-width='1.1' fill='none'/>"
    for part in parts:
        if joined and part.endswith(tail) and joined[-1].endswith(tail):
            joined[-1] = joined[-1][: -len(tail)] + part[len(head) - 1 :]
        else:
            joined.append(part)
    return "".join(joined)


def _gradients(scene: Scene) -> str:
    """Return a ball and a stick gradient per species."""
    texts: list[str] = []
    for k, species in enumerate(scene.species):
        base = np.array([int(species.color[i : i + 2], 16) for i in (1, 3, 5)], float)
        glint, dark, edge = _mix(base, 255, 0.78), _mix(base, 0, 0.30), _mix(base, 0, 0.58)
        texts.append(
            f"<radialGradient id='{_ID}a{k}' cx='.5' cy='.5' r='.5' fx='.34' fy='.3'>"
            f"<stop offset='0' stop-color='{glint}'/><stop offset='.38' stop-color='{species.color}'/>"
            f"<stop offset='.82' stop-color='{dark}'/><stop offset='1' stop-color='{edge}'/></radialGradient>"
            f"<linearGradient id='{_ID}b{k}' x1='0' y1='0' x2='0' y2='1'><stop offset='0' stop-color='{edge}'/>"
            f"<stop offset='.5' stop-color='{_mix(base, 255, 0.3)}'/><stop offset='1' stop-color='{edge}'/>"
            "</linearGradient>"
        )
    return "".join(texts)


def _mix(color: FloatArray, towards: float, share: float) -> str:
    mixed = np.rint(color * (1 - share) + towards * share).astype(int)
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _axes(scene: Scene, height: int) -> str:
    """Draw the directions of a, b and c in the lower left corner."""
    if scene.lattice is None:
        return ""
    length, x0, y0 = 26.0, 36.0, height - 62.0
    unit = scene.lattice.astype(np.float64)
    unit = unit / np.linalg.norm(unit, axis=1)[:, None] @ scene.view.astype(np.float64).T
    texts = []
    for k in np.argsort(unit[:, 2]):
        name, color = _AXES[k]
        dx, dy = unit[k, 0] * length, -unit[k, 1] * length
        away = max(float(np.hypot(dx, dy)), 1e-6)
        lx, ly = x0 + dx + dx / away * 9, y0 + dy + dy / away * 9
        texts.append(
            f"<path d='M{x0:.1f} {y0:.1f}l{dx:.1f} {dy:.1f}' stroke='{color}' stroke-width='2.4' "
            f"stroke-linecap='round'/><text x='{lx:.1f}' y='{ly + 4:.1f}' fill='{color}' font-size='12' "
            f"font-weight='600' font-style='italic' text-anchor='middle' {_FONT}>{name}</text>"
        )
    return "".join(texts)


def _legend(scene: Scene, width: int, height: int) -> str:
    """Draw every species with its label along the lower border."""
    spans = [24.0 + 7.5 * len(s.label) + 12 for s in scene.species]
    x, y, texts = (width - sum(spans)) / 2, height - 14.0, []
    for k, (species, span) in enumerate(zip(scene.species, spans, strict=True)):
        texts.append(
            f"<circle cx='{x + 8:.1f}' cy='{y:.1f}' r='7' fill='url(#{_ID}a{k})'/><text x='{x + 20:.1f}' "
            f"y='{y + 4.5:.1f}' fill='{_INK}' font-size='13' {_FONT}>{escape(species.label)}</text>"
        )
        x += span
    return "".join(texts)
