"""What is in a lab: the questions it answers from its store, and following the runs that are under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from nanoos_lab.display import html, text
from nanoos_lab.display.progress import ProgressBar
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab import figures, monitoring
from nanoos_lab.lab.answers import Trace, values_frame
from nanoos_lab.lab.records import StructureRecord, StructureSet
from nanoos_lab.lab.runs import Batch, Run, RunSet
from nanoos_lab.store import artifacts, provenance, summary
from nanoos_lab.store import runs as run_rows
from nanoos_lab.store import search as structure_search
from nanoos_lab.store import structures as structure_rows
from nanoos_lab.store import values as value_rows
from nanoos_lab.store.accounting import usage_of_project
from nanoos_lab.store.rows import resolve_id
from nanoos_lab.store.schema import Role
from nanoos_lab.store.wide import read_later

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd
    from rich.console import RenderableType
    from sqlalchemy.orm import Session

    from nanoos_lab.charts import Chart
    from nanoos_lab.runs import Progress
    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.accounting import Usage
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.schema import PropertyValueRow, RunRow, StructureRow
    from nanoos_lab.widgets import RunMonitor

StructureLike = Any
"""A ``StructureRecord``, a ``Run`` that made a structure, or an id."""


class Workspace:
    """The records of an open lab, and the runs under way.

    Args:
        store: The open store.
        runs: The runs of the store's project.
    """

    def __init__(self, store: Store, runs: Runs) -> None:
        self.store, self._runs = store, runs

    @property
    def root(self) -> Path:
        """The folder of the lab's files."""
        return self.store.root

    @property
    def address(self) -> str:
        """What opens this lab again: the folder, or the address without a password."""
        return self.store.address

    @property
    def project(self) -> str:
        """The project's name."""
        return self.store.scope.project

    def structures(self, ids: Iterable[StructureLike] | None = None, **filters: Any) -> StructureSet:
        """Return the structures that people added; :meth:`find` also returns those that runs derived.

        Args:
            ids: Only these, in this order; derived ones may be named.
            filters: As for :meth:`find`.
        """
        if ids is not None:
            given = list(ids)
            known = self._by_id([one for one in given if isinstance(one, str)])
            return StructureSet(
                [
                    known[one] if isinstance(one, str) and one in known else self.structure(one)
                    for one in given
                ]
            )
        return self.find(**{"derived": False, **filters})

    def find(self, **filters: Any) -> StructureSet:
        """Return the structures that fit every filter.

        Args:
            filters: As of :meth:`nanoos_lab.lab.finding.Finding.find`.

        Raises:
            UnknownNameError: A filter is unknown; close matches are suggested.
        """
        with self.store.read() as session:
            rows = structure_search.find_structures(session, self.store.scope, **filters)
            return self._records(session, rows)

    def children_of(self, structure: StructureLike) -> StructureSet:
        """Return the structures that were derived from one.

        Args:
            structure: As for :meth:`structure`.
        """
        with self.store.read() as session:
            rows = structure_rows.children_of(session, self.store.scope, self.structure(structure).id)
            return self._records(session, rows)

    def made_by(self, run_id: str) -> StructureSet:
        """Return the structures that a run gave, also one that was in the lab before.

        Args:
            run_id: The run's full id.
        """
        with self.store.read() as session:
            ids = run_rows.outputs_of(session, self.store.scope, run_id).values()
        return self.structures(ids)

    def _by_id(self, ids: Sequence[str]) -> dict[str, StructureRecord]:
        """Return those structures that have these full ids, in few queries."""
        with self.store.read() as session:
            rows = structure_rows.structures_by_id(session, self.store.scope, ids)
            return {record.id: record for record in self._records(session, rows)}

    def _records(self, session: Session, rows: Sequence[StructureRow]) -> StructureSet:
        tags = structure_rows.tags_of(session, self.store.scope, [row.id for row in rows])
        read_later(self.store, rows)
        return StructureSet([StructureRecord(self, row, tags.get(row.id, ())) for row in rows])

    def structure(self, structure: StructureLike) -> StructureRecord:
        """Return one structure.

        Args:
            structure: Its id or a unique prefix, a record, or a run that made one.

        Raises:
            UnknownNameError: No structure has this id.
            InvalidInputError: The run made no structure.
        """
        if isinstance(structure, StructureRecord):
            return structure
        if isinstance(structure, Run):
            if (made := structure.structure) is None:
                raise InvalidInputError(
                    f"run {structure.id} ({structure.task}) made no structure: give one it used"
                )
            return made
        with self.store.read() as session:
            row = structure_rows.get_structure(session, self.store.scope, str(structure))
            tags = structure_rows.tags_of(session, self.store.scope, [row.id])
        return StructureRecord(self, row, tags.get(row.id, ()))

    @overload
    def runs(self, *, limit: int | None = 50, live: Literal[False] = False, **filters: Any) -> RunSet: ...
    @overload
    def runs(self, *, limit: int | None = 50, live: Literal[True], **filters: Any) -> RunMonitor: ...
    def runs(self, *, limit: int | None = 50, live: bool = False, **filters: Any) -> RunSet | RunMonitor:
        """Return runs, newest first; live, as a widget that keeps showing how they stand.

        Args:
            limit: At most so many; None for all. A live display has room for hundreds, and counts all.
            live: Whether to watch them.
            filters: ``task``, ``state``, ``batch``, ``structure`` (one of its inputs), ``parent``.
        """
        if "structure" in filters:
            filters["structure"] = self.structure(filters["structure"]).id
        if live:
            return monitoring.watch_runs(self, filters)
        self._runs.step()
        with self.store.read() as session:
            rows = run_rows.find_runs(session, self.store.scope, limit=limit, **filters)
        return RunSet([Run(self, row) for row in rows])

    def batch(self, batch_id: str) -> Batch:
        """Return a batch.

        Args:
            batch_id: Its id or a unique prefix.
        """
        with self.store.read() as session:
            row = run_rows.get_batch(session, self.store.scope, batch_id)
            members = run_rows.runs_of_batch(session, self.store.scope, row.id)
        return Batch(self, row.id, [Run(self, run, reused=reused) for run, reused in members])

    def get(self, record_id: str) -> StructureRecord | Run | Batch:
        """Return the structure, run or batch with this id.

        Args:
            record_id: Its id or a unique prefix.

        Raises:
            UnknownNameError: Nothing has this id.
            AmbiguousIdError: The prefix fits several records.
        """
        with self.store.read() as session:
            kind, full = resolve_id(session, self.store.scope, record_id)
        if kind == "structure":
            return self.structure(full)
        return self.batch(full) if kind == "batch" else Run(self, self.run_rows([full])[0])

    def figure(self, runs: Run | str | Sequence[Run | str], kind: str = "") -> Chart:
        """Return the figure of finished runs of one task.

        Args:
            runs: A run, several that are drawn over each other, or their ids.
            kind: Which figure where the task has several; by default the first.

        Raises:
            InvalidInputError: A run has not finished, or there is no such figure.

        Example:
            >>> lab.figure(lab.runs(task="eos")).save("eos.pdf", width_mm=86)  # doctest: +SKIP
        """
        given = [runs] if isinstance(runs, (Run, str)) else list(runs)
        found = [one if isinstance(one, Run) else self.get(one) for one in given]
        if wrong := next((one for one in found if not isinstance(one, Run)), None):
            raise InvalidInputError(f"{wrong!r} is no run: a figure shows runs")
        return figures.figure_of_runs(RunSet(one for one in found if isinstance(one, Run)), kind)

    def wait(self, runs: Sequence[Run], timeout: float | None = None) -> None:
        """Wait until runs have ended, showing progress; an interrupt detaches and never cancels.

        Args:
            runs: The runs.
            timeout: Seconds, or None for as long as it takes.
        """
        waiting = [run for run in RunSet(runs).refresh() if not run.known_state.final]
        if not waiting:
            return
        title = waiting[0].task if len(waiting) == 1 else f"{waiting[0].task} · {len(runs)} runs"
        with ProgressBar(title) as bar:
            self._runs.wait([r.id for r in waiting], timeout=timeout, on_progress=bar.update)

    def cancel(self, run_id: str) -> None:
        """Ask a run to stop.

        Args:
            run_id: Its id or a unique prefix.
        """
        self._runs.cancel(self._run_id(run_id))

    def retry(self, run_id: str) -> Run:
        """Try a failed, lost or cancelled run again.

        Args:
            run_id: Its id or a unique prefix.
        """
        self._runs.retry(self._run_id(run_id))
        return Run(self, self.run_rows([self._run_id(run_id)])[0])

    @property
    def engine(self) -> Runs:
        """The runs themselves, for those who drive them."""
        return self._runs

    def step(self) -> None:
        """Start what waits, collect what has ended; harmless at any time."""
        self._runs.step()

    def values(
        self,
        structure: StructureLike | None = None,
        property: str | None = None,  # noqa: A002 - the field's word
        origin: str | None = None,
        **filters: Any,
    ) -> pd.DataFrame:
        """Return values as a tidy table, one row each.

        Args:
            structure: Only values of this structure and of its material as a whole.
            property: Only this property.
            origin: ``predicted``, ``computed``, ``measured`` or ``imported``.
            filters: As of ``store.value_rows.find_values``.
        """
        subject = None if structure is None else self.structure(structure)
        if subject is not None:
            filters["material_id"] = subject.row.material_id
        rows = self.value_rows(property=property, origin=origin, **filters)
        if subject is not None:
            rows = [r for r in rows if r.structure_id in {None, subject.id}]
        known = {s.id: s for s in self.structures({r.structure_id for r in rows if r.structure_id})}
        return values_frame((known.get(r.structure_id or "", subject), r) for r in rows)

    def trace(self, record: StructureLike) -> Trace:
        """Return where a record came from, as a graph.

        Args:
            record: A structure, a run, a sample or a value, or the id of one of these or of a file.
        """
        given = str(getattr(record, "id", record))
        with self.store.read() as session:
            graph = provenance.provenance(session, self.store.scope, given)
        return Trace(graph)

    def run_rows(self, ids: Sequence[str]) -> list[RunRow]:
        """Return the rows of runs, in order.

        Args:
            ids: Full ids.
        """
        with self.store.read() as session:
            return run_rows.get_runs(session, self.store.scope, ids)

    def value_rows(self, **filters: Any) -> list[PropertyValueRow]:
        """Return values as rows.

        Args:
            filters: As of ``store.value_rows.find_values``.
        """
        with self.store.read() as session:
            return value_rows.find_values(session, self.store.scope, **filters)

    def inputs_of(self, run_id: str) -> StructureSet:
        """Return the structures that a run was given.

        Args:
            run_id: Its full id.
        """
        with self.store.read() as session:
            ids = run_rows.input_ids(session, self.store.scope, run_id)
        return self.structures(ids)

    def input_rows(self, run_ids: Sequence[str]) -> dict[str, list[StructureRow]]:
        """Return the structures that runs were given, by run.

        Args:
            run_ids: Full ids.
        """
        with self.store.read() as session:
            found = run_rows.inputs_of(session, self.store.scope, run_ids)
        return {run: [row for _, row in edges] for run, edges in found.items()}

    def artifacts_of(self, run_id: str) -> dict[str, Path]:
        """Return the files that a run left, by name, after checking their bytes.

        Args:
            run_id: Its full id.

        Raises:
            ArtifactError: A file is missing, was purged or was changed.
        """
        with self.store.read() as session:
            scope = self.store.scope
            rows = artifacts.artifacts_of(session, scope, run_id)
            return {row.name: artifacts.checked_path(scope, row, session=session) for row in rows}

    def usage_of(self, run_id: str) -> Usage | None:
        """Return what a run's attempts took together, or None before it began.

        Args:
            run_id: Full id.
        """
        with self.store.read() as session:
            found = usage_of_project(session, self.store.scope, run=run_id)
        return found[0] if found else None

    def progress(self, run_id: str) -> Progress:
        """Return the last report of progress of a run.

        Args:
            run_id: Its full id.
        """
        return self._runs.progress(run_id)

    def _run_id(self, prefix: str) -> str:
        with self.store.read() as session:
            _, full = resolve_id(session, self.store.scope, prefix, kinds=("run",))
        return full

    def _counts(self) -> tuple[dict[str, str], RunSet]:
        with self.store.read() as session:
            counted = summary.summarize(session, self.store.scope)
        pairs = {
            ("Folder" if self.store.backend.dialect == "sqlite" else "Server"): self.address,
            "Project": f"{self.project} (as {self.store.scope.role})"
            if self.store.scope.role is not Role.OWNER
            else self.project,
            "Structures": f"{counted.structures} (of {counted.materials} materials)",
            "Values": ", ".join(f"{n} {origin}" for origin, n in counted.values.items()) or "none",
            "Runs": ", ".join(f"{n} {state.lower()}" for state, n in counted.runs.items()) or "none",
        }
        return pairs, RunSet([Run(self, row) for row in counted.recent_runs], title="recent runs")

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display: where, which project, how much is in it, what finished lately."""
        pairs, recent = self._counts()
        return text.stack(text.table(["Lab", ""], pairs.items()), recent.__rich__() if recent else None)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        pairs, recent = self._counts()
        rows = [(c[0], c[1], c[2], html.badge(c[3]), *c[4:]) for c in recent.cells()]
        lately = [html.table(recent.HEADERS, rows, numeric=("took",))] if rows else []
        page = html.block(html.facts(pairs), *lately, title=f"Lab {self.store.info.name}")
        return {"text/html": page, "text/plain": repr(self)}
