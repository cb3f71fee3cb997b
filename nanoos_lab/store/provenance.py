"""Where a structure, a run or a value came from, and what was made of it, as a graph.

The edges are those of the tables: a run used its inputs, made structures, gave values and left files; a
structure was read from a file or derived from another; a sample is of a structure or a material, may be a piece
of another sample, and has values and files. Texts in the graph are the user's own, unescaped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from nanoos_lab.display.numbers import conditions_text
from nanoos_lab.store.rows import Row, fetch_by, resolve_id
from nanoos_lab.store.schema import (
    ArtifactRow,
    MaterialRow,
    PropertyValueRow,
    RunInputRow,
    RunRow,
    SampleRow,
    StructureRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

Kind = Literal[
    "file", "source", "structure", "run", "values", "artifact", "report", "more", "sample", "material"
]
_MOST_PER_RUN = 40
"""How many inputs, outputs or files of one run are drawn each; the others are counted in one node."""
_MOST_STEPS = 100
_KINDS = ("structure", "run", "value", "artifact", "sample")


@dataclass(frozen=True)
class ProvenanceNode:
    """A thing in the graph."""

    id: str
    """The record's id, or one made from it for what has no record of its own."""
    kind: Kind
    label: str
    detail: str = ""
    state: str = ""
    """A run's state; else empty."""


@dataclass(frozen=True)
class ProvenanceEdge:
    """An arrow from what was there first to what came of it."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True)
class ProvenanceGraph:
    """Nodes and edges, each once; what was asked for is ``focus``."""

    focus: str
    nodes: tuple[ProvenanceNode, ...]
    edges: tuple[ProvenanceEdge, ...]

    def node(self, node_id: str) -> ProvenanceNode:
        """Return a node by its id."""
        return next(node for node in self.nodes if node.id == node_id)


def provenance(session: Session, scope: Scope, given: str, *, downstream: bool = False) -> ProvenanceGraph:
    """Return the graph of everything a record came from; of a run, what it made too.

    Args:
        session: An open session.
        scope: The project.
        given: A structure, run, value, artifact or sample, by id, beginning of an id, or exact name.
        downstream: Whether to follow what was made of the record as well.

    Raises:
        AmbiguousIdError: Several records fit.
        UnknownNameError: None does.
    """
    kind, focus = resolve_id(session, scope, given, kinds=_KINDS)
    graph = _Graph(session, scope)
    if kind == "value":
        graph.add_value(focus)
    elif kind == "artifact":
        graph.add_artifact(session.get_one(ArtifactRow, (scope.project_id, focus)))
    else:
        wanted = {
            "run": graph.wanted_runs,
            "structure": graph.wanted_structures,
            "sample": graph.wanted_samples,
        }
        wanted[kind].add(focus)
        graph.with_outputs.add(focus)
    graph.walk(downstream_from=focus if downstream else None)
    return ProvenanceGraph(focus, tuple(graph.nodes.values()), tuple(graph.edges))


class _Graph:
    """A graph being gathered, one generation of records at a time."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self.session, self.scope = session, scope
        self.nodes: dict[str, ProvenanceNode] = {}
        self.edges: dict[ProvenanceEdge, None] = {}
        self.wanted_structures: set[str] = set()
        self.wanted_runs: set[str] = set()
        self.wanted_samples: set[str] = set()
        self.downward: set[str] = set()
        """Records whose consequences are followed."""
        self.with_outputs: set[str] = set()
        """Runs whose structures are shown, but not what was made of these; samples whose values and files are."""

    def walk(self, *, downstream_from: str | None) -> None:
        """Follow what is wanted until nothing new is."""
        if downstream_from is not None:
            self.downward.add(downstream_from)
        for _ in range(_MOST_STEPS):
            structures = sorted(self.wanted_structures - self.nodes.keys())
            runs = sorted(self.wanted_runs - self.nodes.keys())
            samples = sorted(self.wanted_samples - self.nodes.keys())
            if not structures and not runs and not samples:
                return
            self._take_structures(structures)
            self._take_runs(runs)
            self._take_samples(samples)

    def add_value(self, value_id: str) -> None:
        """Put a single value at the end of the graph."""
        value = self.session.get_one(PropertyValueRow, (self.scope.project_id, value_id))
        self._node(value.id, "values", value.property, _value_text(value))
        if value.run_id is not None:
            self.wanted_runs.add(value.run_id)
            self._edge(value.run_id, value.id, "gave")
        elif value.source:
            self._node(f"source:{value.id}", "source", value.source, value.method_name)
            self._edge(f"source:{value.id}", value.id, value.origin)
        if value.structure_id is not None:
            self.wanted_structures.add(value.structure_id)
            if value.run_id is None:
                self._edge(value.structure_id, value.id, "subject")
        elif value.sample_id is not None:
            self.wanted_samples.add(value.sample_id)
            self._edge(value.sample_id, value.id, value.origin)
        elif value.material_id is not None and value.run_id is None:
            self._add_material(value.material_id)
            self._edge(value.material_id, value.id, "subject")

    def add_artifact(self, file: ArtifactRow) -> None:
        """Put a file at the end of the graph, or of its run."""
        kind: Kind = "report" if file.name.endswith(".html") else "artifact"
        purged = "" if file.purged_at is None else ", purged"
        self._node(file.id, kind, file.name, f"{file.size} bytes, sha256 {file.sha256[:12]}{purged}")
        if file.run_id is not None:
            self.wanted_runs.add(file.run_id)
            self._edge(file.run_id, file.id, "left")
        if file.sample_id is not None:
            self.wanted_samples.add(file.sample_id)
            self._edge(file.sample_id, file.id, "has")

    def _take_structures(self, ids: list[str]) -> None:
        rows = self._rows(StructureRow, StructureRow.id, ids)
        for row in rows:
            self._node(
                row.id,
                "structure",
                row.name,
                " ".join(filter(None, (row.reduced_formula, row.space_group_symbol))),
            )
            if row.original_name or row.original_format:
                file = f"file:{row.id}"
                self._node(file, "file", row.original_name or "text", row.original_format or "")
                self._edge(file, row.id, "read as " + (row.original_format or "structure"))
            if row.run_id is not None:
                self.wanted_runs.add(row.run_id)
                self._edge(row.run_id, row.id, "made")
            if row.parent_id is not None:
                self.wanted_structures.add(row.parent_id)
                if row.run_id is None:
                    self._edge(row.parent_id, row.id, "derived")
        downward = [row.id for row in rows if row.id in self.downward]
        if downward:
            self._follow_structures(downward)

    def _follow_structures(self, ids: list[str]) -> None:
        """Want the runs that used some structures, and the structures derived from them."""
        for used in self._rows(RunInputRow, RunInputRow.structure_id, ids):
            self.wanted_runs.add(used.run_id)
            self.downward.add(used.run_id)
        for child in self._rows(StructureRow, StructureRow.parent_id, ids):
            self.wanted_structures.add(child.id)
            self.downward.add(child.id)
        for sample in self._rows(SampleRow, SampleRow.structure_id, ids):
            self.wanted_samples.add(sample.id)
            self.downward.add(sample.id)

    def _take_samples(self, ids: list[str]) -> None:
        rows = self._rows(SampleRow, SampleRow.id, ids)
        for row in rows:
            self._node(row.id, "sample", row.name, conditions_text(row.synthesis) or row.notes)
            if row.parent_id is not None:
                self.wanted_samples.add(row.parent_id)
                self._edge(row.parent_id, row.id, "piece")
            elif row.structure_id is not None:
                self.wanted_structures.add(row.structure_id)
                self._edge(row.structure_id, row.id, "sample")
            elif row.material_id is not None:
                self._add_material(row.material_id)
                self._edge(row.material_id, row.id, "sample")
        shown = [row.id for row in rows if row.id in self.downward | self.with_outputs]
        for file in self._rows(ArtifactRow, ArtifactRow.sample_id, shown):
            self.add_artifact(file)
        self._add_values(shown, PropertyValueRow.sample_id)
        for child in self._rows(SampleRow, SampleRow.parent_id, [i for i in shown if i in self.downward]):
            self.wanted_samples.add(child.id)
            self.downward.add(child.id)

    def _add_material(self, material_id: str) -> None:
        row = self.session.get_one(MaterialRow, (self.scope.project_id, material_id))
        self._node(row.id, "material", row.name or row.reduced_formula, row.phase_key.replace("|", " · "))

    def _take_runs(self, ids: list[str]) -> None:
        rows = self._rows(RunRow, RunRow.id, ids)
        for row in rows:
            self._node(row.id, "run", row.label or row.task, _run_text(row), row.state)
            if row.parent_id is not None:
                self.wanted_runs.add(row.parent_id)
                self._edge(row.parent_id, row.id, "started")
        self._add_inputs(ids)
        self._add_values(ids, PropertyValueRow.run_id)
        self._add_artifacts(ids)
        self._add_outputs([run_id for run_id in ids if run_id in self.downward | self.with_outputs])
        downward = [row.id for row in rows if row.id in self.downward]
        for child in self._rows(RunRow, RunRow.parent_id, downward):
            self.wanted_runs.add(child.id)
            self.downward.add(child.id)

    def _add_inputs(self, run_ids: list[str]) -> None:
        seen: Counter[str] = Counter()
        for used in self._rows(RunInputRow, RunInputRow.run_id, run_ids):
            seen[used.run_id] += 1
            if seen[used.run_id] <= _MOST_PER_RUN or used.structure_id in self.wanted_structures:
                self.wanted_structures.add(used.structure_id)
                self._edge(used.structure_id, used.run_id, used.name)
        self._count_rest(seen, "more structures", into=True)

    def _add_outputs(self, run_ids: list[str]) -> None:
        seen: Counter[str] = Counter()
        for made in self._rows(StructureRow, StructureRow.run_id, run_ids):
            run_id = made.run_id or ""
            seen[run_id] += 1
            if seen[run_id] <= _MOST_PER_RUN:
                self.wanted_structures.add(made.id)
                if run_id in self.downward:
                    self.downward.add(made.id)
        self._count_rest(seen, "more results", into=False)

    def _add_values(self, ids: list[str], column: Any) -> None:  # noqa: ANN401 - a column
        """Add one node with the values of each run, or of each sample."""
        found: dict[str, list[PropertyValueRow]] = {}
        for value in self._rows(PropertyValueRow, column, ids):
            if value.id not in self.nodes:
                found.setdefault(getattr(value, column.key), []).append(value)
        for source, values in found.items():
            node = f"values:{source}"
            plural = "value" if len(values) == 1 else "values"
            texts = [f"{value.property} {_value_text(value)}" for value in values[:_MOST_PER_RUN]]
            self._node(node, "values", f"{len(values)} {plural}", "\n".join(texts))
            self._edge(source, node, "gave")

    def _add_artifacts(self, run_ids: list[str]) -> None:
        seen: Counter[str] = Counter()
        for file in self._rows(ArtifactRow, ArtifactRow.run_id, run_ids):
            run_id = file.run_id or ""
            seen[run_id] += 1
            if seen[run_id] <= _MOST_PER_RUN:
                self.add_artifact(file)
        self._count_rest(seen, "more files", into=False)

    def _count_rest(self, seen: Counter[str], what: str, *, into: bool) -> None:
        for run_id, count in seen.items():
            if count > _MOST_PER_RUN:
                node = f"{what}:{run_id}"
                self._node(node, "more", f"{count - _MOST_PER_RUN} {what}")
                self._edge(*((node, run_id) if into else (run_id, node)), "")

    def _rows(self, table: type[Row], column: Any, ids: Iterable[str]) -> list[Row]:  # noqa: ANN401
        t = table.__table__
        query = select(table).where(t.c.project_id == self.scope.project_id)
        rows = fetch_by(self.session, query, column, ids)
        # Sorted here, not in SQL: asked for order, SQLite would walk through the whole project by key.
        return sorted(rows, key=lambda row: [getattr(row, column.key) for column in t.primary_key])

    def _node(self, node_id: str, kind: Kind, label: str, detail: str = "", state: str = "") -> None:
        self.nodes[node_id] = ProvenanceNode(node_id, kind, label, detail, state)

    def _edge(self, source: str, target: str, label: str) -> None:
        self.edges[ProvenanceEdge(source, target, label)] = None


def _value_text(value: PropertyValueRow) -> str:
    if value.value is None:
        return f"array {'×'.join(map(str, value.shape or ()))} ({value.origin}, {value.method_name})"
    spread = "" if value.uncertainty is None else f" ± {value.uncertainty:.2g}"
    return f"{value.value:.4g}{spread} {value.unit}".rstrip() + f" ({value.origin}, {value.method_name})"


def _run_text(row: RunRow) -> str:
    took = ""
    if row.started_at is not None and row.finished_at is not None:
        took = f"{row.finished_at - row.started_at:.1f} s"
    params = ", ".join(f"{k}={v}" for k, v in row.params.items() if isinstance(v, (str, int, float, bool)))
    parts = (f"{row.task} {row.task_version}", params, row.profile, took)
    return " · ".join(filter(None, parts))
