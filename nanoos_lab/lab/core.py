"""The ``Lab``: the one object a notebook holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from nanoos_lab.display.progress import ProgressBar
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab import adding, reporting, sources
from nanoos_lab.lab.answers import Comparison, Predictions, Trace, values_frame
from nanoos_lab.lab.records import StructureRecord, StructureSet
from nanoos_lab.lab.runs import Batch, Run, RunSet
from nanoos_lab.runs.engine import Runs
from nanoos_lab.settings import load_settings, user_settings_path
from nanoos_lab.store import provenance, structures
from nanoos_lab.store import runs as run_rows
from nanoos_lab.store.database import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from nanoos_lab.settings import Resources, RetryPolicy, Settings

StructureLike = Any
"""A ``StructureRecord``, a ``Run`` that made a structure, or an id."""


class Lab:
    """An open workspace: structures, runs and values of one project, in one folder.

    Args:
        root: The lab folder; made when it is new.
        project: The project to work in.
        settings: Settings; by default the person's file, then the lab's own.

    Example:
        >>> lab = Lab("titanates")  # doctest: +SKIP
        >>> sto = lab.add("SrTiO3.cif", tags=["perovskite"])  # doctest: +SKIP
        >>> relaxed = lab.run("relax", sto, calculator="chgnet")  # doctest: +SKIP
    """

    def __init__(
        self, root: str | Path, *, project: str = "default", settings: Settings | None = None
    ) -> None:
        self.store = Store.open(Path(root), project=project)
        self.settings = settings or load_settings(user_settings_path(), self.root / "settings.toml")
        self._runs = Runs(self.store, self.settings)
        self._runs.recover()

    @property
    def root(self) -> Path:
        """The lab folder."""
        return self.store.root

    @property
    def project(self) -> str:
        """The project's name."""
        return self.store.scope.project

    def close(self) -> None:
        """Let go of the store; runs elsewhere go on."""
        self._runs.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Structures -------------------------------------------------------------------------------------

    def add(
        self,
        source: Any,  # noqa: ANN401 - files, folders, texts, bytes, objects, lists of them
        *,
        name: str | None = None,
        tags: Iterable[str] = (),
        notes: str = "",
        distinct: bool = False,
    ) -> StructureRecord | StructureSet:
        """Add structures; the same crystal is kept once, whatever its setting.

        Measured values of the added materials that ship with the package are attached with their sources.

        Args:
            source: A path, a folder, text, bytes, a pymatgen or ASE object, or a list of these; a bare file
                name that is not found here may name a shipped sample, such as ``"SrTiO3.cif"``.
            name: Its name; by default the file's.
            tags: Words to find it by.
            notes: Free text.
            distinct: Keep another setting of a known crystal as a structure of its own.

        Returns:
            The record, or a set where the source holds several; a set's ``problems`` names what was unreadable.

        Raises:
            StructureParseError: A single source cannot be read.
            InvalidInputError: The source is of no known kind, or does not exist.
        """
        found = sources.collect(source, name=name)
        words = [tags] if isinstance(tags, str) else list(tags)
        records = [
            adding.store_parsed(self, parsed, tags=words, notes=notes, distinct=distinct)
            for parsed in found.parsed
        ]
        several = len(records) != 1 or bool(found.problems) or adding.is_collection(source)
        if not several:
            return records[0]
        return StructureSet(records, title="structures added", problems=found.problems)

    def structures(self, ids: Iterable[StructureLike] | None = None, **filters: Any) -> StructureSet:  # noqa: ANN401
        """Return the structures that people added; :meth:`find` also returns those that runs derived.

        Args:
            ids: Only these, in this order; derived ones may be named.
            filters: As for :meth:`find`.
        """
        if ids is not None:
            return StructureSet([self.structure(one) for one in ids])
        return self.find(**{"derived": False, **filters})

    def find(self, **filters: Any) -> StructureSet:  # noqa: ANN401 - the keywords of the query
        """Return the structures that fit every filter, newest last.

        Args:
            filters: ``tags``, ``elements``, ``exclude_elements``, ``formula``, ``chemical_system``,
                ``space_group``, ``crystal_system``, ``n_elements``, ``text``, ``material``, ``derived``,
                ``parent``, ``run``, ``limit``, or a property with a range: ``bulk_modulus=(100, None)``.

        Raises:
            UnknownNameError: A filter is unknown; close matches are suggested.
        """
        with self.store.read() as session:
            rows = structures.find_structures(session, self.store.scope, **filters)
            tags = structures.tags_of(session, self.store.scope, [row.id for row in rows])
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
            row = structures.get_structure(session, self.store.scope, str(structure))
            tags = structures.tags_of(session, self.store.scope, [row.id])
        return StructureRecord(self, row, tags.get(row.id, ()))

    # Runs -------------------------------------------------------------------------------------------

    def submit(
        self,
        task: str,
        structure: StructureLike | Sequence[StructureLike] | None = None,
        *,
        on: str | None = None,
        force: bool = False,
        priority: int = 0,
        resources: Resources | None = None,
        retry: RetryPolicy | None = None,
        label: str = "",
        **params: Any,  # noqa: ANN401 - the task's own
    ) -> Run:
        """Record a run, start it where the profile says, and return at once.

        An identical run that has finished, or is under way, is returned instead.

        Args:
            task: The task's name.
            structure: What it works on; several for a task that takes a set.
            on: The profile; by default the settings' default.
            force: Run again even where an identical run has finished.
            priority: Higher goes first among what waits.
            resources: What it needs, instead of the profile's.
            retry: Its retry policy, instead of the profile's.
            label: A word of your own.
            params: The task's parameters.
        """
        submission = self._runs.submit(
            task, self._inputs(structure), params, on=on, force=force, priority=priority, resources=resources,
            retry=retry, label=label,
        )  # fmt: skip
        return Run(self, submission.run, reused=submission.reused)

    def run(
        self,
        task: str,
        structure: StructureLike | Sequence[StructureLike] | None = None,
        *,
        timeout: float | None = None,
        **options: Any,  # noqa: ANN401 - as for submit
    ) -> Run:
        """Submit a run, wait for its end and return it; an interrupt detaches and never cancels.

        Args:
            task: The task's name.
            structure: What it works on.
            timeout: Seconds to wait, or None for as long as it takes.
            options: As for :meth:`submit`.

        Raises:
            RunFailedError: It ended without a result.
        """
        return self.submit(task, structure, **options).wait(timeout)

    def map(
        self,
        task: str,
        structures: Iterable[StructureLike],
        *,
        wait: bool = True,
        timeout: float | None = None,
        **options: Any,  # noqa: ANN401 - as for submit
    ) -> Batch:
        """Run one task on many structures; one that fails does not stop the others.

        Args:
            task: The task's name.
            structures: What it works on, one run each.
            wait: Whether to wait for all of them.
            timeout: Seconds to wait, or None for as long as it takes.
            options: ``on``, ``force``, ``priority``, ``resources``, ``retry``, ``label`` and the task's
                parameters, as for :meth:`submit`.
        """
        known = {"on", "force", "priority", "resources", "retry", "label"}
        params = {key: value for key, value in options.items() if key not in known}
        options = {key: value for key, value in options.items() if key in known}
        inputs = [self._inputs(one) for one in structures]
        row = self._runs.submit_many(task, inputs, params, **options)
        batch = self.batch(row.id)
        return batch.wait(timeout) if wait else batch

    def runs(self, *, limit: int | None = 50, **filters: Any) -> RunSet:  # noqa: ANN401 - the query's keywords
        """Return runs, newest first.

        Args:
            limit: At most so many; None for all.
            filters: ``task``, ``state``, ``batch``, ``structure`` (one of its inputs), ``parent``.
        """
        if "structure" in filters:
            filters["structure"] = self.structure(filters["structure"]).id
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
            kind, full = structures.resolve_id(session, self.store.scope, record_id)
        if kind == "structure":
            return self.structure(full)
        return self.batch(full) if kind == "batch" else Run(self, self.run_rows([full])[0])

    def wait(self, runs: Sequence[Run], timeout: float | None = None) -> None:
        """Wait until runs have ended, showing progress; an interrupt detaches and never cancels.

        Args:
            runs: The runs.
            timeout: Seconds, or None for as long as it takes.
        """
        waiting = [run for run in runs if not run.state.final]
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

    def step(self) -> None:
        """Start what waits, collect what has ended; harmless at any time."""
        self._runs.step()

    # Answers ----------------------------------------------------------------------------------------

    def predict(
        self,
        structures: StructureLike | Iterable[StructureLike],
        properties: Sequence[str] | None = None,
        *,
        predictor: str = "chgnet",
        **options: Any,  # noqa: ANN401 - as for map
    ) -> Predictions:
        """Predict properties and return them as cards.

        Args:
            structures: One structure or several.
            properties: Names of the vocabulary; None for all that the predictor gives.
            predictor: The predictor's name.
            options: As for :meth:`map`.
        """
        one = isinstance(structures, (str, StructureRecord, Run))
        records = [self.structure(s) for s in ([structures] if one else structures)]
        wanted = None if properties is None else list(properties)
        batch = self.map("predict", records, predictor=predictor, properties=wanted, **options)
        done = [
            (s, r.values) for s, r in zip(records, batch, strict=True) if not (r.error and r in batch.failed)
        ]
        return Predictions(done, failed=batch.failed)

    def values(
        self,
        structure: StructureLike | None = None,
        property: str | None = None,  # noqa: A002 - the field's word
        origin: str | None = None,
        **filters: Any,  # noqa: ANN401 - the query's keywords
    ) -> pd.DataFrame:
        """Return values as a tidy table, one row each.

        Args:
            structure: Only values of this structure and of its material as a whole.
            property: Only this property.
            origin: ``predicted``, ``computed``, ``measured`` or ``imported``.
            filters: As of ``store.values.find_values``.
        """
        subject = None if structure is None else self.structure(structure)
        if subject is not None:
            filters |= {"structure_id": subject.id, "with_material": True}
        rows = self.value_rows(property=property, origin=origin, **filters)
        known = {s.id: s for s in self.find(ids=sorted({r.structure_id for r in rows if r.structure_id}))}
        return values_frame((known.get(r.structure_id or "", subject), r) for r in rows)

    def compare(self, structure: StructureLike, property: str) -> Comparison:  # noqa: A002 - the field's word
        """Compare what is known of one property of a material, by origin and method.

        Args:
            structure: Any structure of the material.
            property: The property's name.
        """
        subject = self.structure(structure)
        rows = self.value_rows(material_id=subject.row.material_id, property=property)
        return Comparison(f"{subject.formula} {subject.space_group}", property, rows)

    def trace(self, record: StructureLike) -> Trace:
        """Return where a record came from, as a graph.

        Args:
            record: A structure, a run, or an id of either.
        """
        subject = record if isinstance(record, (StructureRecord, Run)) else self.get(str(record))
        with self.store.read() as session:
            graph = provenance.provenance(session, self.store.scope, subject.id)
        return Trace(graph, subject.id)

    def report(
        self,
        template: str = "screening",
        structures: Iterable[StructureLike] | None = None,
        **params: Any,
    ) -> Report:
        """Run a template on structures and write one HTML file that opens from disk.

        The notebook is executed anew each time; the runs that it asks for are reused where they have finished.

        Args:
            template: The template's name.
            structures: What it works on; None for all added ones.
            params: The template's parameters.

        Raises:
            RunFailedError: A cell failed; the message says which and why.
        """
        return reporting.make_report(self, template, self.structures(structures), params)

    def import_measured(self, table: str | Path) -> Any:
        """Import measured values from a CSV file, each with its source.

        Args:
            table: A file with the columns ``formula``, ``space_group``, ``property``, ``value``, ``unit``,
                ``uncertainty``, ``temperature_K``, ``source``, ``note``.

        Returns:
            What was added, what was there already, and which lines were refused and why.
        """
        with self.store.write() as session:
            return values.import_measured_csv(session, self.store.scope, Path(table))

    # What records ask their lab ---------------------------------------------------------------------

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
            filters: As of ``store.values.find_values``.
        """
        with self.store.read() as session:
            return values.find_values(session, self.store.scope, **filters)

    def inputs_of(self, run_id: str) -> StructureSet:
        """Return the structures that a run was given.

        Args:
            run_id: Its full id.
        """
        with self.store.read() as session:
            ids = run_rows.input_ids(session, self.store.scope, run_id)
        return self.structures(ids)

    def artifacts_of(self, run_id: str) -> dict[str, Path]:
        """Return the files that a run left, by name, after checking their bytes.

        Args:
            run_id: Its full id.

        Raises:
            ArtifactError: A file is missing or was changed.
        """
        with self.store.read() as session:
            rows = artifacts.artifacts_of(session, self.store.scope, run_id)
        return {row.name: artifacts.checked_path(self.store.scope, row) for row in rows}

    def progress(self, run_id: str) -> Progress:
        """Return the last report of progress of a run.

        Args:
            run_id: Its full id.
        """
        return self._runs.progress(run_id)

    def _inputs(self, structure: StructureLike | Sequence[StructureLike] | None) -> Mapping[str, Any]:
        if structure is None:
            return {}
        if isinstance(structure, (list, tuple, StructureSet)):
            return {"structures": [self.structure(one).row for one in structure]}
        return {"structure": self.structure(structure).row}

    def _run_id(self, prefix: str) -> str:
        with self.store.read() as session:
            _, full = structures.resolve_id(session, self.store.scope, prefix, kinds=("run",))
        return full

    # Displays ---------------------------------------------------------------------------------------

    def _counts(self) -> tuple[dict[str, str], RunSet]:
        with self.store.read() as session:
            counted = summary.summarize(session, self.store.scope)
        pairs = {
            "Folder": str(self.root),
            "Project": self.project,
            "Structures": f"{counted.structures} of {counted.materials} materials",
            "Values": ", ".join(f"{n} {origin}" for origin, n in sorted(counted.values.items())) or "none",
            "Runs": ", ".join(f"{n} {state.lower()}" for state, n in sorted(counted.runs.items())) or "none",
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
        page = html.block(html.facts(pairs), *lately, title=f"Lab {self.root.name}")
        return {"text/html": page, "text/plain": repr(self)}
