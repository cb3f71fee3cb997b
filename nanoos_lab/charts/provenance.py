"""Where something came from, drawn: files, structures, runs, values and artifacts from left to right.

The drawing is one self-contained SVG: boxes carry their own light fill and dark text, so that it reads on a
light and on a dark page, and every text is escaped. Kind is told by colour, sign and word.
"""

from __future__ import annotations

import html
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from nanoos_lab.charts.layers import place
from nanoos_lab.charts.theme import FONT, INK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class ProvenanceNode(Protocol):
    """What a node must tell."""

    @property
    def id(self) -> str:
        """Unique in the graph."""

    @property
    def kind(self) -> str:
        """``file``, ``structure``, ``run``, ``values``, ``artifact``, ``report``, ``material``, ..."""

    @property
    def label(self) -> str:
        """First line."""

    @property
    def detail(self) -> str:
        """Second line."""

    @property
    def state(self) -> str | None:
        """State of a run, or nothing."""


class ProvenanceEdge(Protocol):
    """What an edge must tell."""

    @property
    def source(self) -> str:
        """Id of the node it starts from."""

    @property
    def target(self) -> str:
        """Id of the node it ends at."""

    @property
    def label(self) -> str:
        """A word beside it, or nothing."""


class Provenance(Protocol):
    """A graph to draw."""

    @property
    def nodes(self) -> Sequence[ProvenanceNode]:
        """All nodes."""

    @property
    def edges(self) -> Sequence[ProvenanceEdge]:
        """All edges."""


_KINDS = {
    "file": ("▤", "#F3F0E8", "#8A6D1F"),
    "structure": ("⬡", "#E7F1FA", "#0B5C97"),
    "run": ("▶", "#FFF3DC", "#8F5A00"),
    "values": ("≡", "#E4F5EE", "#05694C"),
    "artifact": ("◫", "#F1EAF6", "#6B3F86"),
    "report": ("❏", "#FBE9E1", "#9C3B00"),
    "material": ("◇", "#E9F6F8", "#16606E"),
    "sample": ("◆", "#E6F0F2", "#0F5563"),
}
_OTHER = ("•", "#EFF1F4", "#4A5160")
_ALIASES = {"source": "file", "source file": "file", "value": "values", "property_value": "values"}
_STATES = {"COMPLETED": "#05694C", "FAILED": "#B3261E", "LOST": "#B3261E", "CANCELLED": "#8F5A00"}
_WIDE, _TALL, _GAP, _COLUMN_GAP, _MARGIN = 166.0, 46.0, 14.0, 76.0, 10.0
_CHARS = 17
_FOLD_ABOVE = 24
_FOLD_KEEP = 14


def provenance_svg(graph: Provenance) -> str:
    """Draw a provenance graph.

    Args:
        graph: Nodes and edges; many nodes of one kind with the same neighbours are folded into one box that
            says how many it stands for.

    Returns:
        One SVG element.
    """
    nodes, links = _folded(graph)
    order = [n["id"] for n in nodes]
    layout = place(order, [(a, b) for a, b, _ in links], dict.fromkeys(order, _TALL), _GAP)
    left = {n: _MARGIN + layout.layer[n] * (_WIDE + _COLUMN_GAP) for n in order}
    middle = {n: _MARGIN + layout.y[n] for n in order}
    wide = max(left.values(), default=0.0) + _WIDE + _MARGIN
    ways = [_MARGIN + y for route in layout.routes.values() for _, y in route]
    tall = max([*ways, *(m + _TALL / 2 for m in middle.values()), 0.0]) + _MARGIN
    edges = [
        _edge_svg(_path(left, middle, (a, b), layout.routes.get((a, b), ())), word)
        for a, b, word in dict.fromkeys(links)
        if a in left and b in left and a != b
    ]
    boxes = [_box_svg(node, left[node["id"]], middle[node["id"]] - _TALL / 2) for node in nodes]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {wide:.0f} {tall:.0f}' width='{wide:.0f}' "
        f"height='{tall:.0f}' role='img' aria-label='Provenance' font-family='{FONT}' font-size='12' "
        f"style='min-width:{0.66 * wide:.0f}px;max-width:100%;height:auto'>{''.join(edges)}{''.join(boxes)}</svg>"
    )


def _folded(graph: Provenance) -> tuple[list[dict[str, str]], list[tuple[str, str, str]]]:
    """Return nodes and links as plain values; of a crowd of like nodes the first few and one for the rest."""
    alike = _classes(graph)
    sizes, seen = Counter(alike.values()), Counter[int]()
    stands_for: dict[str, str] = {}
    rest: dict[int, str] = {}
    nodes = []
    for n in graph.nodes:
        key = alike[n.id]
        seen[key] += 1
        if sizes[key] <= _FOLD_ABOVE or seen[key] <= _FOLD_KEEP:
            nodes.append(_plain(n.id, _kind(n.kind), n.label, n.detail or "", n.state or ""))
        elif key not in rest:
            rest[key] = n.id
            more = f"and {sizes[key] - _FOLD_KEEP} more"
            nodes.append(_plain(n.id, _kind(n.kind), more, "like these", n.state or ""))
        stands_for[n.id] = rest.get(key, n.id) if seen[key] > _FOLD_KEEP else n.id
    known = [e for e in graph.edges if e.source in stands_for and e.target in stands_for]
    links = [(stands_for[e.source], stands_for[e.target], e.label or "") for e in known]
    return nodes, list(dict.fromkeys(links))


def _classes(graph: Provenance) -> dict[str, int]:
    """Return a class for each node: equal for equal kind, task and state, and surroundings three deep."""
    around: dict[str, list[tuple[str, str]]] = {n.id: [] for n in graph.nodes}
    for e in graph.edges:
        if e.source in around and e.target in around:
            around[e.source].append(("to", e.target))
            around[e.target].append(("from", e.source))
    words = {
        n.id: (_kind(n.kind), n.label if _kind(n.kind) == "run" else "", n.state or "") for n in graph.nodes
    }
    classes = {node: hash(word) for node, word in words.items()}
    for _ in range(3):
        classes = {
            node: hash((classes[node], tuple(sorted({(way, classes[other]) for way, other in around[node]}))))
            for node in classes
        }
    return classes


def _plain(node_id: str, kind: str, label: str, detail: str, state: str) -> dict[str, str]:
    return {"id": node_id, "kind": kind, "label": label, "detail": detail, "state": str(state)}


def _kind(kind: str) -> str:
    return _ALIASES.get(str(kind).lower(), str(kind).lower())


def _path(
    left: Mapping[str, float],
    middle: Mapping[str, float],
    link: tuple[str, str],
    route: Iterable[tuple[int, float]],
) -> list[tuple[float, float]]:
    """Return the points of an edge: out of one box, through the free columns' middles, into the other."""
    a, b = link
    forward = left[a] <= left[b]
    start = (left[a] + (_WIDE if forward else 0), middle[a])
    end = (left[b] + (0 if forward else _WIDE), middle[b])
    points = [start]
    for column, y in route:
        x = _MARGIN + column * (_WIDE + _COLUMN_GAP)
        ends = [(x, y + _MARGIN), (x + _WIDE, y + _MARGIN)]
        points += ends if forward else ends[::-1]
    return [*points, end]


def _edge_svg(points: Sequence[tuple[float, float]], word: str) -> str:
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        bend = (x0 + x1) / 2
        path += (
            f"L{x1:.1f} {y1:.1f}"
            if y0 == y1
            else f"C{bend:.1f} {y0:.1f} {bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        )
    x, y = points[-1]
    size = 5 if x >= points[-2][0] else -5
    head = f"<path d='M{x:.1f} {y:.1f}l{-1.6 * size:.1f} -4v8z' fill='{INK}'/>"
    line = f"<path d='{path}' fill='none' stroke='{INK}' stroke-opacity='0.7' stroke-width='1.3'/>"
    if not word:
        return line + head
    (x0, y0), (x1, y1) = points[0], points[1]
    where = f"x='{(x0 + x1) / 2:.1f}' y='{(y0 + y1) / 2 - 4:.1f}'"
    shown = html.escape(_short(word, 12))
    return f"{line}{head}<text {where} text-anchor='middle' font-size='10' fill='{INK}'>{shown}</text>"


def _box_svg(node: Mapping[str, str], x: float, y: float) -> str:
    sign, fill, color = _KINDS.get(node["kind"], _OTHER)
    state = node["state"]
    failed = state in {"FAILED", "LOST", "CANCELLED"}
    dash = (
        " stroke-dasharray='5 3'" if failed or state in {"PENDING", "QUEUED", "RUNNING", "SUBMITTING"} else ""
    )
    tip = " · ".join(t for t in (node["kind"], node["label"], node["detail"], state) if t)
    room = _CHARS - (len(state) + 1 if state else 0)
    detail = _short(node["detail"], max(room, 8) if state else _CHARS + 4)
    state_text = (
        f"<text x='{x + _WIDE - 9:.1f}' y='{y + 36:.1f}' text-anchor='end' font-size='9.5' font-weight='600' "
        f"fill='{_STATES.get(state, '#4A5160')}'>{html.escape(state.lower())}</text>"
        if state
        else ""
    )
    return (
        f"<g data-kind='{html.escape(node['kind'], quote=True)}'><title>{html.escape(tip)}</title>"
        f"<rect x='{x:.1f}' y='{y:.1f}' width='{_WIDE:.0f}' height='{_TALL:.0f}' rx='7' fill='{fill}' "
        f"stroke='{_STATES[state] if failed else color}' stroke-width='1.3'{dash}/>"
        f"<text x='{x + 16:.1f}' y='{y + 28:.1f}' text-anchor='middle' font-size='15' fill='{color}'>{sign}"
        f"</text>"
        f"<text x='{x + 31:.1f}' y='{y + 20:.1f}' font-weight='600' fill='#1F2430'>"
        f"{html.escape(_short(node['label'], _CHARS))}</text>"
        f"<text x='{x + 31:.1f}' y='{y + 36:.1f}' font-size='10.5' fill='#4A5160'>"
        f"{html.escape(detail)}</text>"
        f"{state_text}</g>"
    )


def _short(text: str, length: int) -> str:
    flat = " ".join(str(text).split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"
