"""What the lab answers: predictions as cards, comparisons by method, provenance as a graph, reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.lab.details import VALUE_HEADERS, value_cells

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.runs import Run
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.store.provenance import ProvenanceGraph
    from nanoos_lab.store.schema import PropertyValueRow
    from nanoos_lab.widgets.cards import PredictionCards
    from nanoos_lab.widgets.cards.live import LiveCards


def method_label(row: PropertyValueRow) -> str:
    """Return the method of a value in one line.

    Args:
        row: The value.
    """
    return value_cells(row)[3]


def values_frame(pairs: Iterable[tuple[StructureRecord | None, PropertyValueRow]]) -> pd.DataFrame:
    """Return values as a tidy table, one row each.

    Args:
        pairs: Values with their structures, None where a value is of a material alone.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    columns = [
        "structure", "material", "name", "formula", "property", "value", "unit", "uncertainty", "uncertainty_kind",
        "origin", "method", "converged", "in_domain", "synthetic", "conditions", "source", "note", "run", "sample",
        "shape", "id",
    ]  # fmt: skip
    rows = [
        (
            v.structure_id, v.material_id, s.name if s else None, s.formula if s else None, v.property, v.value, v.unit,
            v.uncertainty, v.uncertainty_kind, v.origin, method_label(v), v.converged, v.in_domain, v.synthetic,
            v.conditions, v.source, v.note, v.run_id, v.sample_id, v.shape, v.id,
        )
        for s, v in pairs
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


class Predictions(Sequence["PropertyValueRow"]):
    """Predicted values of one or several structures; shown as cards.

    Args:
        groups: The values of each structure.
        failed: Runs that could not predict, each with its reason.
        lab: The lab, from which the cards learn what was measured and where each value stands.
        problems: What was asked and could not be predicted, each with its reason; by default the failed runs say.
    """

    def __init__(
        self,
        groups: Iterable[tuple[StructureRecord, Sequence[PropertyValueRow]]],
        *,
        failed: Iterable[Run] = (),
        lab: Workspace | None = None,
        problems: Iterable[tuple[str, str]] | None = None,
    ) -> None:
        self._lab = lab
        self.groups = [(structure, list(values)) for structure, values in groups]
        self.failed = list(failed)
        self.problems = list(_reasons(self.failed) if problems is None else problems)

    @cached_property
    def _flat(self) -> list[PropertyValueRow]:
        return [value for _, values in self.groups for value in values]

    def __len__(self) -> int:
        return len(self._flat)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - an index gives a value, a slice a list
        return self._flat[index]

    def __iter__(self) -> Iterator[PropertyValueRow]:
        return iter(self._flat)

    def frame(self) -> pd.DataFrame:
        """Return one row for each value."""
        return values_frame((s, v) for s, values in self.groups for v in values)

    def _problems(self) -> list[str]:
        return [f"{source}: {reason}" for source, reason in self.problems]

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        tables = [
            text.table(VALUE_HEADERS, map(value_cells, values), title=s.name) for s, values in self.groups
        ]
        return text.stack(*tables, *(f"not predicted: {p}" for p in self._problems()))

    def cards(self) -> PredictionCards:
        """Return the predictions as cards, with what was measured of the same and where each value stands."""
        from nanoos_lab.lab.showing import cards_of_structures  # noqa: PLC0415 - drawn when shown

        problems = [f"Not predicted: {p}" for p in self._problems()]
        return cards_of_structures(self._lab, self.groups, notes=problems)

    def view(self) -> LiveCards:
        """Return the cards as a live widget, in which a run shows its record."""
        return self.cards().view()

    def csv(self) -> str:
        """Return one line for each predicted value."""
        from nanoos_lab.widgets.cards import PredictionCards  # noqa: PLC0415 - drawn when shown

        return PredictionCards((s.name, v) for s, values in self.groups for v in values).csv()

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return self.cards()._repr_mimebundle_() | {"text/plain": repr(self)}


def _reasons(failed: Iterable[Run]) -> Iterator[tuple[str, str]]:
    for run in failed:
        yield run.inputs[0].name if run.inputs else run.id, str((run.error or {}).get("message", run.state))


class Trace:
    """Where a record came from, as a drawn graph.

    Args:
        graph: Nodes, edges, and the record asked about as its focus.
    """

    def __init__(self, graph: ProvenanceGraph) -> None:
        self.graph = graph

    def svg(self) -> str:
        """Return the graph as one SVG drawing."""
        from nanoos_lab.charts.provenance import provenance_svg  # noqa: PLC0415 - drawn when shown

        return provenance_svg(self.graph)

    def frame(self) -> pd.DataFrame:
        """Return one row for each edge."""
        import pandas as pd  # noqa: PLC0415 - heavy

        labels = {n.id: f"{n.kind} {n.label}" for n in self.graph.nodes}
        rows = [(labels[e.source], e.label, labels[e.target]) for e in self.graph.edges]
        return pd.DataFrame(rows, columns=["from", "how", "to"])

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the graph as a tree, the record asked about at its root."""
        from rich.text import Text  # noqa: PLC0415 - drawn when shown
        from rich.tree import Tree  # noqa: PLC0415

        nodes = {n.id: n for n in self.graph.nodes}

        def caption(node_id: str) -> Text:
            node = nodes[node_id]
            return Text(" · ".join(filter(None, [node.kind, node.label, node.detail, node.state])))

        def grow(tree: Tree, node_id: str, seen: frozenset[str]) -> None:
            for edge in self.graph.edges:
                if edge.target == node_id and edge.source not in seen:
                    branch = tree.add(caption(edge.source))
                    grow(branch, edge.source, seen | {edge.source})

        root = self.graph.focus
        tree = Tree(caption(root))
        grow(tree, root, frozenset({root}))
        return tree

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        svg = self.svg()
        return {"text/html": html.block(html.safe(svg)), "image/svg+xml": svg, "text/plain": repr(self)}


@dataclass(frozen=True)
class Report:
    """A finished report: one HTML file that opens from disk."""

    run: Run
    """The run that made it."""
    path: Path
    """The HTML file in the lab's ``reports`` folder."""
    title: str
    """Its title."""

    def __repr__(self) -> str:
        return f"<Report {self.title!r}: {self.path} ({numbers.size(self.path.stat().st_size)})>"

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        return text.stack(f"{self.title}: {self.path} ({numbers.size(self.path.stat().st_size)})")

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        link = html.Markup('<a href="{}" target="_blank">{}</a>').format(self.path.as_uri(), self.path)
        pairs = {
            "File": link,
            "Size": numbers.size(self.path.stat().st_size),
            "Made by run": self.run.id,
            "Opens": "in any browser, without a network",
        }
        return {"text/html": html.block(html.facts(pairs), title=self.title), "text/plain": repr(self)}
