"""Atoms, bonds, the cell's edges, arrows and texts on atoms as shapes of an SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.display.look import scale_colors
from nanoos_lab.scenes.model import WIRE_RADIUS_ANGSTROM
from nanoos_lab.scenes.svg.camera import Shape, outline
from nanoos_lab.scenes.svg.paint import VACANT, luminance, mixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from nanoos_lab.scenes.model import Scene, SceneSpecies
    from nanoos_lab.scenes.svg.camera import Camera
    from nanoos_lab.scenes.svg.paint import Paint

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    Disc = tuple[float, float, float]  # x, y and radius in pixels
    Ends = tuple[FloatArray, FloatArray]

MOST_ATOMS = 950
EDGE_WIDTH = "1.1"
_EDGE_PIECES = 24
_SHADES = 24
"""Colours of a scale that are told apart in a drawing."""
_LEGIBLE = 6.5
"""Pixels; texts on smaller atoms stand beside them."""
_SHAFT, _HEAD, _HEAD_LENGTH = 0.075, 0.2, 0.45  # Å


def colors_of_atoms(scene: Scene) -> list[str]:
    """Return the colour of every atom: of its value where there are values, else of its species.

    Args:
        scene: What is drawn.
    """
    told = scene.site_values
    if told is None:
        palette = [species.color for species in scene.species]
        return [palette[k] for k in scene.species_of.tolist()]
    place = np.rint((told.values.astype(np.float64) - told.low) / ((told.high - told.low) or 1.0) * _SHADES)
    return scale_colors(place, 0.0, float(_SHADES), told.scale)


def balls(scene: Scene, camera: Camera, paint: Paint, chosen: IntArray) -> Iterator[Shape]:
    """Yield the chosen atoms with their texts.

    Args:
        scene: What is drawn.
        camera: From where.
        paint: Makes the fills.
        chosen: Indices of atoms.
    """
    positions = scene.positions.astype(np.float64)
    pixels, depth, factor = camera.project(positions)
    radii, colors = scene.radii() * factor, colors_of_atoms(scene)
    for k in chosen.tolist():
        (x, y), r, at = pixels[k].tolist(), float(radii[k]), float(depth[k])
        species = scene.species[scene.species_of[k]]
        if species.portions and scene.site_values is None and scene.style != "wireframe":
            text = pie((x, y, r), species, paint, at)
        else:
            text = f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{r:.1f}' fill='{paint.ball(colors[k], at)}'/>"
        if scene.atom_labels:
            text += _text_on(scene.atom_labels[k], (x, y, r), colors[k], paint)
        yield Shape(at, positions[k], text)


def pie(disc: Disc, species: SceneSpecies, paint: Paint, depth: float) -> str:
    """Return a sphere with one sector per occupant, clockwise from the top; the vacant rest is nearly white.

    Args:
        disc: Its place and radius.
        species: With its portions.
        paint: Makes the fills.
        depth: Towards the viewer, Å.
    """
    x, y, r = disc
    parts, start = (
        [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{r:.1f}' fill='{paint.faded(VACANT, depth)}'/>"],
        0.0,
    )
    for color, share in species.portions:
        fill = paint.faded(color, depth)
        stop = min(start + share, 1.0)
        if share > 0.999:  # noqa: PLR2004 - an arc of a full turn is no arc
            parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{r:.1f}' fill='{fill}'/>")
        elif stop > start:
            (a, b), (c, d) = (
                (x + r * np.sin(2 * np.pi * t), y - r * np.cos(2 * np.pi * t)) for t in (start, stop)
            )
            large = int(stop - start > 0.5)  # noqa: PLR2004 - half a turn
            parts.append(
                f"<path d='M{x:.1f} {y:.1f}L{a:.1f} {b:.1f}A{r:.1f} {r:.1f} 0 {large} 1 {c:.1f} {d:.1f}Z' "
                f"fill='{fill}'/>"
            )
        start = stop
    parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{r:.1f}' fill='{paint.shade()}'/>")
    return f"<g>{''.join(parts)}</g>"


def _text_on(text: str, disc: Disc, color: str, paint: Paint) -> str:
    x, y, r = disc
    size = min(13.0, 1.5 * r / max(0.62 * len(text), 1.0))
    fill, anchor = ("#000" if luminance(color) > 0.45 else "#fff"), "middle"  # noqa: PLR2004 - reads on it
    if size < _LEGIBLE:
        x, y, size, fill, anchor = x + 0.75 * r + 1, y - 0.75 * r, 10.0, paint.ink, "start"
    return (
        f"<text x='{x:.1f}' y='{y + 0.36 * size:.1f}' font-size='{size:.1f}' fill='{fill}' font-weight='600' "
        f"text-anchor='{anchor}'>{escape(_printable(text))}</text>"
    )


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())  # others are not allowed in XML


def sticks(scene: Scene, camera: Camera, paint: Paint) -> Iterator[Shape]:
    """Yield both halves of every bond, from where they leave their atom to the middle.

    Args:
        scene: What is drawn.
        camera: From where.
        paint: Makes the fills.
    """
    positions, colors = scene.positions.astype(np.float64), colors_of_atoms(scene)
    wire = scene.style == "wireframe"
    radius = WIRE_RADIUS_ANGSTROM if wire else scene.bond_radius
    radii = np.zeros(len(scene)) if wire else scene.radii().astype(np.float64)
    for one, two in ((0, 1), (1, 0)):
        near, far = scene.bonds[:, one], scene.bonds[:, two]
        along = positions[far] - positions[near]
        length = np.linalg.norm(along, axis=1)
        rim, other_rim = (_rim(radii[ends], radius) for ends in (near, far))
        gap = np.clip((length + rim - other_rim) / 2, rim, length)  # half of what is seen of the bond
        unit = along / np.maximum(length, 1e-9)[:, None]
        start, _, _ = camera.project(positions[near] + unit * rim[:, None])
        stop, _, _ = camera.project(positions[near] + unit * gap[:, None])
        middle = positions[near] + unit * ((rim + gap) / 2)[:, None]
        _, depth, factor = camera.project(middle)
        for k in range(len(scene.bonds)):
            draw = _line if wire else _stick
            text = draw(
                (start[k], stop[k]), radius * float(factor[k]), colors[near[k]], paint, float(depth[k])
            )
            if text:
                yield Shape(float(depth[k]), middle[k], text)


def _stick(ends: Ends, half: float, color: str, paint: Paint, depth: float) -> str:
    start, stop = ends
    dx, dy = (stop - start).tolist()
    size = float(np.hypot(dx, dy))
    if size < 0.3:  # noqa: PLR2004 - seen end on
        return ""
    turn = f"translate({start[0]:.1f} {start[1]:.1f})rotate({np.degrees(np.arctan2(dy, dx)):.1f})"
    box = f"x='-.5' y='{-half:.1f}' width='{size + 1.0:.1f}' height='{2 * half:.1f}'"
    return f"<rect {box} fill='{paint.stick(color, depth)}' transform='{turn}'/>"


def _line(ends: Ends, half: float, color: str, paint: Paint, depth: float) -> str:
    start, stop = ends
    dark = mixed(paint.faded(color, depth), "#000000", 0.18)
    return (
        f"<path d='M{start[0]:.1f} {start[1]:.1f}L{stop[0]:.1f} {stop[1]:.1f}' stroke='{dark}' "
        f"stroke-width='{max(2 * half, 1.2):.1f}' stroke-linecap='round'/>"
    )


def _rim(radii: FloatArray, bond_radius: float) -> FloatArray:
    """Return how far from the middle of an atom its bonds come out."""
    result: FloatArray = np.sqrt(np.maximum(radii**2 - bond_radius**2, 0.0)) * 0.98
    return result


def cell_lines(scene: Scene, camera: Camera, paint: Paint) -> Iterator[Shape]:
    """Yield the cell's edges in pieces, without what lies inside atoms.

    Args:
        scene: What is drawn.
        camera: From where.
        paint: Knows the colour of lines.
    """
    radii = scene.radii().astype(np.float64)
    pieces = int(np.clip(600 // max(len(scene.edges), 1), 4, _EDGE_PIECES))
    steps = np.linspace(0.0, 1.0, pieces + 1)
    for start, stop in scene.edges.astype(np.float64):
        points = start + steps[:, None] * (stop - start)
        middles = (points[1:] + points[:-1]) / 2
        covered = (np.linalg.norm(middles[:, None] - scene.positions[None], axis=2) < radii).any(axis=1)
        pixels, depth, _ = camera.project(points)
        for k in np.flatnonzero(~covered):
            (x, y), (u, v) = pixels[k], pixels[k + 1]
            yield Shape(
                float(depth[k] + depth[k + 1]) / 2,
                middles[k],
                f"<path d='M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}' stroke='{paint.ink}' "
                f"stroke-width='{EDGE_WIDTH}' fill='none'/>",
            )


def arrows(scene: Scene, camera: Camera) -> Iterator[Shape]:
    """Yield the vectors, from where they leave their atom.

    Args:
        scene: What is drawn.
        camera: From where.
    """
    told = scene.vectors
    if told is None:
        return
    bases = scene.positions[told.atoms].astype(np.float64)
    tips = told.tips.astype(np.float64)
    lengths = np.linalg.norm(tips, axis=1)
    unit = tips / np.maximum(lengths, 1e-9)[:, None]
    rims = np.minimum(scene.radii()[told.atoms] * 0.95, lengths)
    start, _, _ = camera.project(bases + unit * rims[:, None])
    stop, _, _ = camera.project(bases + tips)
    neck, _, _ = camera.project(bases + unit * np.maximum(lengths - _HEAD_LENGTH, rims * 1.0)[:, None])
    middle = bases + unit * ((rims + lengths) / 2)[:, None]
    _, depth, factor = camera.project(middle)
    for k in np.flatnonzero(lengths > rims + 0.05).tolist():
        color = told.colors[k] if told.colors else told.color
        text = _arrow(start[k], neck[k], stop[k], float(factor[k]), color)
        yield Shape(float(depth[k]), middle[k], text)


def _arrow(start: FloatArray, neck: FloatArray, stop: FloatArray, factor: float, color: str) -> str:
    along = stop - start
    size = float(np.hypot(*along))
    rim = mixed(color, "#000000", 0.35)
    style = f"fill='{color}' stroke='{rim}' stroke-width='.6' stroke-linejoin='round'"
    if size < 2.0:  # noqa: PLR2004 - seen end on
        return f"<circle cx='{stop[0]:.1f}' cy='{stop[1]:.1f}' r='{_HEAD * factor:.1f}' {style}/>"
    side = np.array([-along[1], along[0]]) / size * factor
    shaft, head = side * _SHAFT, side * _HEAD
    corners = [start + shaft, neck + shaft, neck + head, stop, neck - head, neck - shaft, start - shaft]
    return f"<path d='{outline(np.array(corners))}' {style}/>"


def visible(pixels: FloatArray, depth: FloatArray, sizes: FloatArray) -> IntArray:
    """Return the atoms of which anything is seen, the largest parts if these are too many.

    Args:
        pixels: Shape (n, 2).
        depth: Shape (n,).
        sizes: Radii in pixels, shape (n,).
    """
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
