"""Layered placement of a directed graph, left to right, after Sugiyama, Tagawa and Toda.

Nodes go to the layer after their furthest predecessor; an edge over several layers gets a waypoint in each
between, so that it is led around boxes; sweeps by the mean of neighbours reduce crossings.
(K. Sugiyama, S. Tagawa, M. Toda, IEEE Trans. Syst. Man Cybern. 11, 109 (1981).)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Link = tuple[str, str]
_SWEEPS = 8


@dataclass(frozen=True)
class Layout:
    """Where nodes and edges go, in units of the given heights."""

    layer: Mapping[str, int]
    """Column of each node, from 0."""
    y: Mapping[str, float]
    """Middle of each node."""
    routes: Mapping[Link, Sequence[tuple[int, float]]]
    """Waypoints (column, y) of each edge between its ends, in drawing order."""


def place(nodes: Sequence[str], links: Sequence[Link], height: Mapping[str, float], gap: float) -> Layout:
    """Place a graph.

    Args:
        nodes: Node ids in the order wished for where nothing else decides.
        links: Edges (source, target); links to unknown nodes, to themselves and doubled ones are left out,
            and an edge that closes a cycle is placed as if it ran the other way.
        height: Height of each node.
        gap: Least free space between two nodes of a layer.
    """
    known = set(nodes)
    clean = list(dict.fromkeys((a, b) for a, b in links if a != b and a in known and b in known))
    forward = {link: _forward(link, back) for back in [_back_links(nodes, clean)] for link in clean}
    layer = _layers(nodes, list(forward.values()))
    order, chains = _with_waypoints(nodes, forward, layer)
    near_left, near_right = _neighbours(chains.values())
    for sweep in range(_SWEEPS):
        side, columns = (near_left, order) if sweep % 2 == 0 else (near_right, order[::-1])
        _sort_columns(columns, side, order)
    tall = {**dict.fromkeys((w for column in order for w in column), gap), **height}
    y = _coordinates(order, near_left, near_right, tall, gap)
    column_of = {name: index for index, column in enumerate(order) for name in column}
    routes = {
        link: [(column_of[w], y[w]) for w in (chain[1:-1] if link == forward[link] else chain[-2:0:-1])]
        for link, chain in chains.items()
    }
    return Layout(layer, {n: y[n] for n in nodes}, routes)


def _forward(link: Link, back: set[Link]) -> Link:
    return (link[1], link[0]) if link in back else link


def _back_links(nodes: Sequence[str], links: Sequence[Link]) -> set[Link]:
    """Return edges that close a cycle, found by depth-first search without recursion."""
    targets: dict[str, list[str]] = {n: [] for n in nodes}
    for a, b in links:
        targets[a].append(b)
    state: dict[str, int] = {}
    back: set[Link] = set()
    for root in nodes:
        stack = [(root, iter(targets[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[node] = 2
                stack.pop()
            elif following not in state:
                state[following] = 1
                stack.append((following, iter(targets[following])))
            elif state[following] == 1:
                back.add((node, following))
    return back


def _layers(nodes: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """Return the longest path from a root to each node; roots are then drawn close to their first target."""
    before: dict[str, set[str]] = {n: set() for n in nodes}
    after: dict[str, set[str]] = {n: set() for n in nodes}
    for a, b in links:
        before[b].add(a)
        after[a].add(b)
    layer: dict[str, int] = {}
    waiting = {n: len(before[n]) for n in nodes}
    ready = [n for n in nodes if not waiting[n]]
    while ready:
        node = ready.pop()
        layer[node] = max((layer[p] + 1 for p in before[node]), default=0)
        for target in after[node]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for node in nodes:
        if not before[node] and after[node]:
            layer[node] = min(layer[t] for t in after[node]) - 1
    return layer


def _with_waypoints(
    nodes: Sequence[str], forward: Mapping[Link, Link], layer: Mapping[str, int]
) -> tuple[list[list[str]], dict[Link, list[str]]]:
    """Return columns with waypoints, and each edge as a chain of names from left to right."""
    columns: list[list[str]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for node in nodes:
        columns[layer[node]].append(node)
    chains: dict[Link, list[str]] = {}
    for link, (a, b) in forward.items():
        ways = [(f"\0{a}\0{b}\0{column}", column) for column in range(layer[a] + 1, layer[b])]
        for name, column in ways:
            if name not in columns[column]:
                columns[column].append(name)
        chains[link] = [a, *(name for name, _ in ways), b]
    return columns, chains


def _neighbours(chains: Iterable[Sequence[str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    left: dict[str, list[str]] = {}
    right: dict[str, list[str]] = {}
    for chain in chains:
        for a, b in pairwise(chain):
            right.setdefault(a, []).append(b)
            left.setdefault(b, []).append(a)
    return left, right


def _sort_columns(
    columns: Sequence[list[str]], near: Mapping[str, Sequence[str]], order: Sequence[Sequence[str]]
) -> None:
    """Sort each column by the mean relative place of its neighbours on one side."""
    for column in columns:
        place_of = {n: (i + 0.5) / len(c) for c in order for i, n in enumerate(c)}

        def mean(name: str, place_of: Mapping[str, float] = place_of) -> float:
            around = near.get(name, ())
            return sum(place_of[n] for n in around) / len(around) if around else place_of[name]

        column.sort(key=mean)


def _coordinates(
    order: Sequence[Sequence[str]],
    left: Mapping[str, Sequence[str]],
    right: Mapping[str, Sequence[str]],
    tall: Mapping[str, float],
    gap: float,
) -> dict[str, float]:
    """Return the middles of all names: near their neighbours' mean, without overlap, from 0 downwards."""
    y: dict[str, float] = {}
    for column in order:
        top = 0.0
        for name in column:
            y[name] = top + tall[name] / 2
            top += tall[name] + gap
        for name in column:
            y[name] -= top / 2
    for sweep in range(_SWEEPS):
        for column in order if sweep % 2 == 0 else order[::-1]:
            wished = {n: _wish(n, y, left, right) for n in column}
            _settle(column, wished, tall, gap, y)
    lowest = min((y[n] - tall[n] / 2 for c in order for n in c), default=0.0)
    return {n: value - lowest for n, value in y.items()}


def _wish(
    name: str, y: Mapping[str, float], left: Mapping[str, Sequence[str]], right: Mapping[str, Sequence[str]]
) -> float:
    around = [*left.get(name, ()), *right.get(name, ())]
    return sum(y[n] for n in around) / len(around) if around else y[name]


def _settle(
    column: Sequence[str],
    wished: Mapping[str, float],
    tall: Mapping[str, float],
    gap: float,
    y: dict[str, float],
) -> None:
    """Place one column as near to the wishes as its order and the gap allow (pool adjacent violators)."""
    offsets, total = [], 0.0
    for index, name in enumerate(column):
        total += 0.0 if index == 0 else (tall[column[index - 1]] + tall[name]) / 2 + gap
        offsets.append(total)
    blocks: list[tuple[float, int]] = []
    for name, offset in zip(column, offsets, strict=True):
        blocks.append((wished[name] - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [(a + b, m + n)]
    bases = [total / count for total, count in blocks for _ in range(count)]
    for name, offset, base in zip(column, offsets, bases, strict=True):
        y[name] = base + offset
