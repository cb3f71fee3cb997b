from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanoos_lab.charts import provenance_svg
from nanoos_lab.charts.layers import place

SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Node:
    id: str
    kind: str = "structure"
    label: str = ""
    detail: str = ""
    state: str = ""


@dataclass
class Edge:
    source: str
    target: str
    label: str = ""


@dataclass
class Graph:
    nodes: list[Node]
    edges: list[Edge] = field(default_factory=list)


def boxes(svg: str) -> dict[str, tuple[float, float, float, float]]:
    found = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):  # noqa: S314 - our own text
        rect, texts = group.find(f"{SVG}rect"), group.findall(f"{SVG}text")
        assert rect is not None
        found[str(texts[1].text)] = tuple(float(rect.attrib[k]) for k in ("x", "y", "width", "height"))
    return found


def test_a_chain_runs_from_left_to_right() -> None:
    graph = Graph(
        [Node("r", "run", "relax"), Node("f", "file", "MgO.cif"), Node("s", "structure", "MgO")],
        [Edge("f", "s"), Edge("s", "r")],
    )
    at = boxes(provenance_svg(graph))
    assert at["MgO.cif"][0] < at["MgO"][0] < at["relax"][0]


def test_text_from_files_is_escaped() -> None:
    svg = provenance_svg(Graph([Node("a", "file", "<script>x</script>", "\"'&")]))
    assert "<script" not in svg
    assert ET.fromstring(svg) is not None  # noqa: S314


def test_a_failed_run_says_so_in_words_and_by_a_dashed_frame() -> None:
    svg = provenance_svg(Graph([Node("r", "run", "relax", state="FAILED")]))
    assert ">failed<" in svg
    assert "stroke-dasharray" in svg


def test_a_crowd_is_folded_and_counted_but_one_that_differs_is_kept() -> None:
    n = 80
    nodes = [Node("n", "run", "notebook", state="COMPLETED")]
    nodes += [Node(f"s{i}", "structure", f"S{i}") for i in range(n)]
    nodes += [Node(f"r{i}", "run", "relax", state="FAILED" if i == 70 else "COMPLETED") for i in range(n)]
    edges = [Edge(f"s{i}", f"r{i}") for i in range(n)] + [Edge(f"r{i}", "n") for i in range(n)]
    svg = provenance_svg(Graph(nodes, edges))
    assert len(re.findall("<rect", svg)) < 40
    assert svg.count(">failed<") == 1
    assert "and 65 more" in svg


def test_an_empty_graph_is_an_empty_drawing() -> None:
    assert ET.fromstring(provenance_svg(Graph([]))) is not None  # noqa: S314


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]]]:
    nodes = [f"n{i}" for i in range(draw(st.integers(1, 14)))]
    links = draw(st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=30))
    return nodes, links


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_any_graph_is_placed_without_overlap(graph: tuple[list[str], list[tuple[str, str]]]) -> None:
    nodes, links = graph
    height, gap = 40.0, 10.0
    layout = place(nodes, links, dict.fromkeys(nodes, height), gap)
    for a in nodes:
        assert layout.y[a] >= height / 2 - 1e-6
        for b in nodes:
            if a < b and layout.layer[a] == layout.layer[b]:
                assert abs(layout.y[a] - layout.y[b]) >= height + gap - 1e-6


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_edges_of_a_graph_without_cycles_run_to_the_right(
    graph: tuple[list[str], list[tuple[str, str]]],
) -> None:
    nodes, links = graph
    acyclic = [(a, b) for a, b in links if nodes.index(a) < nodes.index(b)]
    layout = place(nodes, acyclic, dict.fromkeys(nodes, 40.0), 10.0)
    for a, b in acyclic:
        assert layout.layer[a] < layout.layer[b]
        columns = [column for column, _ in layout.routes[a, b]]
        assert columns == list(range(layout.layer[a] + 1, layout.layer[b]))


def test_a_crossing_that_can_be_avoided_is_avoided() -> None:
    layout = place(["a", "b", "x", "y"], [("a", "y"), ("b", "x")], dict.fromkeys("abxy", 40.0), 10.0)
    assert (layout.y["a"] - layout.y["b"]) * (layout.y["y"] - layout.y["x"]) > 0


def test_a_cycle_is_drawn_too() -> None:
    layout = place(["a", "b"], [("a", "b"), ("b", "a")], dict.fromkeys("ab", 40.0), 10.0)
    assert layout.layer["a"] != layout.layer["b"]
    assert layout.y["a"] == pytest.approx(layout.y["b"])
