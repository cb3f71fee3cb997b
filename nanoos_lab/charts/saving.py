"""A figure as a file for a paper: its SVG still, or that still drawn as PDF or PNG.

The still is the one drawing; here its SVG is only translated, element by element, for matplotlib, which ASE brings
anyway, embeds its fonts and needs no browser. What a still can hold is known: paths, polylines, polygons, lines,
rectangles, circles and texts, in groups. Anything else is an error, never left out.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.charts.theme import INK
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMATS = ("svg", "pdf", "png")
MM_PER_PX = 25.4 / 96
"""A pixel of SVG and CSS is the 96th part of an inch."""
PAPER_INK = "#222222"
"""Texts and axes on paper; the grey of the screen is for white and black pages alike."""
PNG_DPI = 300
_POINTS_PER_PX = 0.75
_FONT_SCALE = 0.9
"""DejaVu Sans, which matplotlib ships, is wider than the fonts that a still is laid out for."""
_INHERITED = ("fill", "stroke", "stroke-width", "stroke-opacity", "fill-opacity", "stroke-dasharray", "opacity",
              "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline")  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_COLOR = re.compile(r"rgba?\(([^)]*)\)")
_TRANSFORM = re.compile(r"(\w+)\(([^)]*)\)")
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}
_SILENT = {"title", "desc", "style"}


def save_still(svg: str, path: str | Path) -> Path:
    """Write a still as SVG, PDF or PNG and return the path.

    Args:
        svg: The drawing.
        path: The file; its ending says the format.

    Raises:
        InvalidInputError: The ending is another one, or the drawing holds something that no still holds.
    """
    target = Path(path).expanduser()
    kind = target.suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise InvalidInputError(
            f"{target.name!r} names no format: a figure is saved as {', '.join('.' + f for f in FORMATS)}"
        )
    svg = svg.replace(INK, PAPER_INK)
    if kind == "svg":
        target.write_text(svg, encoding="utf-8")
    else:
        _draw(svg, target, kind)
    return target


def _draw(svg: str, target: Path, kind: str) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - only where a file is written
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.transforms import Affine2D  # noqa: PLC0415

    root = ET.fromstring(svg)  # noqa: S314 - drawn by this package
    width, height = (float(v) for v in root.attrib["viewBox"].split()[2:])
    embedded: Any = {"pdf.fonttype": 42, "font.family": "DejaVu Sans", "lines.scale_dashes": False}
    with mpl.rc_context(embedded):
        figure = Figure(figsize=(width / 96, height / 96))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        _Painter(axes).draw(root, {}, Affine2D())
        title = next((e.text for e in root if _tag(e) == "title"), "") or ""
        told = {"Title": title} | ({"CreationDate": None} if kind == "pdf" else {})
        figure.savefig(target, format=kind, dpi=PNG_DPI, transparent=kind == "pdf", metadata=told)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


class _Painter:
    """Draws elements on matplotlib's axes, in the order of the file."""

    def __init__(self, axes: Any) -> None:  # noqa: ANN401 - of matplotlib
        self._axes, self._order = axes, 0

    def draw(self, element: ET.Element, outer: Mapping[str, str], frame: Any) -> None:  # noqa: ANN401
        """Draw an element and what is in it.

        Args:
            element: The element.
            outer: What it inherits.
            frame: From its coordinates to those of the figure.
        """
        tag = _tag(element)
        if tag in _SILENT:
            return
        said = {**_declarations(element.get("style", "")), **element.attrib}
        look = {**outer, **{name: said[name] for name in _INHERITED if name in said}}
        frame = _moved(said.get("transform", ""), frame)
        self._order += 1
        if tag in {"svg", "g"}:
            for child in element:
                self.draw(child, look, frame)
        elif tag == "text":
            self._text(element, look, frame)
        else:
            self._shape(tag, said, look, frame)

    def _shape(self, tag: str, said: Mapping[str, str], look: Mapping[str, str], frame: Any) -> None:  # noqa: ANN401
        from matplotlib.patches import PathPatch  # noqa: PLC0415
        from matplotlib.path import Path as Outline  # noqa: PLC0415

        if tag == "circle":
            middle = float(said.get("cx", 0)), float(said.get("cy", 0))
            outline = Outline.circle(middle, float(said["r"]))
        else:
            corners, codes = _outline(tag, said)
            if not corners:
                return
            outline = Outline(corners, codes)
        path = frame.transform_path(outline)
        self._axes.add_patch(PathPatch(path, zorder=self._order, **_painting(look)))

    def _text(self, element: ET.Element, look: Mapping[str, str], frame: Any) -> None:  # noqa: ANN401
        at = frame.transform((float(element.get("x", 0)), float(element.get("y", 0))))
        (a, b), (c, d) = frame.get_matrix()[:2, :2].T
        size = float(_TOKEN.findall(look.get("font-size", "12"))[0]) * math.sqrt(abs(a * d - b * c))
        middle = look.get("dominant-baseline") in {"middle", "central"}
        self._axes.text(
            *at,
            "".join(element.itertext()),
            fontsize=size * _POINTS_PER_PX * _FONT_SCALE,
            color=_color(look.get("fill", PAPER_INK), float(look.get("opacity", 1))),
            ha=_ANCHORS[look.get("text-anchor", "start")],
            va="center" if middle else "baseline",
            rotation=-math.degrees(math.atan2(b, a)),
            rotation_mode="anchor",
            fontweight=look.get("font-weight", "normal"),
            fontstyle=look.get("font-style", "normal"),
            parse_math=False,
            zorder=self._order,
        )


def _declarations(style: str) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in style.split(";") if ":" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def _moved(transform: str, frame: Any) -> Any:  # noqa: ANN401
    """Return a frame after an element's own transformation, the last one named first."""
    from matplotlib.transforms import Affine2D  # noqa: PLC0415

    own = Affine2D()
    for name, words in reversed(_TRANSFORM.findall(transform)):
        numbers = [float(n) for n in re.split(r"[\s,]+", words.strip())]
        match name, numbers:
            case "translate", [x, *rest]:
                own.translate(x, rest[0] if rest else 0.0)
            case "scale", [x, *rest]:
                own.scale(x, rest[0] if rest else x)
            case "rotate", [angle]:
                own.rotate_deg(angle)
            case "rotate", [angle, x, y]:
                own.rotate_deg_around(x, y, angle)
            case _:
                raise InvalidInputError(f"a still holds no transformation {name}({words})")
    return own + frame


def _outline(tag: str, said: Mapping[str, str]) -> tuple[list[tuple[float, float]], list[int]]:
    """Return corners and matplotlib's path codes of an element."""
    number = {k: float(said.get(k, 0)) for k in ("x", "y", "x1", "y1", "x2", "y2") if tag in {"rect", "line"}}
    match tag:
        case "rect":
            x, y, w, h = number["x"], number["y"], float(said["width"]), float(said["height"])
            return [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], [1, 2, 2, 2, 79]
        case "line":
            return [(number["x1"], number["y1"]), (number["x2"], number["y2"])], [1, 2]
        case "polyline" | "polygon":
            numbers = [float(n) for n in _TOKEN.findall(said.get("points", ""))]
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
            closing = points[:1] if tag == "polygon" else []
            codes = [1, *[2] * (len(points) - 1), *([79] if closing else [])]
            return [*points, *closing], codes if points else []
        case "path":
            return _path(said["d"])
    raise InvalidInputError(f"a still holds no element <{tag}>")


def _path(words: str) -> tuple[list[tuple[float, float]], list[int]]:
    """Return corners and codes of a path of straight lines and Bézier curves."""
    corners: list[tuple[float, float]] = []
    codes: list[int] = []
    x = y = 0.0
    start = (0.0, 0.0)
    for command, numbers in _commands(words):
        dx, dy = (x, y) if command.islower() else (0.0, 0.0)
        match command.upper(), numbers:
            case "M" | "L" as kind, [a, b]:
                x, y = a + dx, b + dy
                start = (x, y) if kind == "M" else start
                corners.append((x, y))
                codes.append(1 if kind == "M" else 2)
            case "H", [a]:
                x = a + dx
                corners.append((x, y))
                codes.append(2)
            case "V", [b]:
                y = b + dy
                corners.append((x, y))
                codes.append(2)
            case "Q" | "C" as kind, [*several]:
                pairs = list(zip(several[::2], several[1::2], strict=True))
                corners += [(a + dx, b + dy) for a, b in pairs]
                codes += [3 if kind == "Q" else 4] * len(pairs)
                x, y = corners[-1]
            case "Z", []:
                corners.append(start)
                codes.append(79)
                x, y = start
            case _:
                raise InvalidInputError(f"a still holds no path command {command!r} with {numbers}")
    return corners, codes


_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6, "Z": 0}


def _commands(words: str) -> Iterator[tuple[str, list[float]]]:
    """Give each command with its numbers; numbers that follow without one repeat it, after M as L."""
    tokens = _TOKEN.findall(words)
    at, command = 0, ""
    while at < len(tokens):
        if tokens[at].isalpha():
            command, at = tokens[at], at + 1
        takes = _TAKES.get(command.upper())
        if takes is None:
            raise InvalidInputError(f"a still holds no path command {command!r}")
        yield command, [float(n) for n in tokens[at : at + takes]]
        at += takes
        if at < len(tokens) and not tokens[at].isalpha():
            if not takes:
                raise InvalidInputError(f"a path goes on after its end: {words[:60]!r}")
            command = {"M": "L", "m": "l"}.get(command, command)


def _painting(look: Mapping[str, str]) -> dict[str, Any]:
    """Return how matplotlib fills and strokes what SVG styles so."""
    width = float(look.get("stroke-width", 1))
    opacity = float(look.get("opacity", 1))
    fill = _color(look.get("fill", "#000000"), opacity * float(look.get("fill-opacity", 1)))
    stroke = _color(look.get("stroke", "none"), opacity * float(look.get("stroke-opacity", 1)))
    painting: dict[str, Any] = {"facecolor": fill, "edgecolor": stroke, "linewidth": width * _POINTS_PER_PX}
    painting["linewidth"] = painting["linewidth"] if stroke[3] else 0.0
    dashes = [float(n) * _POINTS_PER_PX for n in _TOKEN.findall(look.get("stroke-dasharray", ""))]
    return painting | ({"linestyle": (0, dashes)} if dashes else {})


def _color(words: str, opacity: float) -> tuple[float, float, float, float]:
    from matplotlib.colors import to_rgba  # noqa: PLC0415

    if words in {"none", "transparent"}:
        return 0.0, 0.0, 0.0, 0.0
    if found := _COLOR.fullmatch(words.strip()):
        parts = [float(part) for part in found[1].split(",")]
        own = parts[3] if len(parts) > 3 else 1.0  # noqa: PLR2004 - red, green, blue, and how opaque
        return parts[0] / 255, parts[1] / 255, parts[2] / 255, own * opacity
    red, green, blue, own = to_rgba(INK if words == "currentColor" else words)
    return red, green, blue, own * opacity
