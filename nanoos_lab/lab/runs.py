"""Runs and batches as a notebook holds them: handles that read the store each time they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, overload

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import RunFailedError
from nanoos_lab.lab import beside, details, figures
from nanoos_lab.lab.records import StructureRecord, StructureSet
from nanoos_lab.store.schema import RunRow, RunState

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.charts import Chart
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.runs import Progress
    from nanoos_lab.scenes.scene import Scene
    from nanoos_lab.store.accounting import Usage
    from nanoos_lab.store.schema import PropertyValueRow
    from nanoos_lab.widgets import BatchMonitor

_SHOWN_ROWS = 40


class Run:
    """A task's recorded execution.

    Args:
        lab: The lab that holds it.
        row: Its row, as last read.
        reused: Whether it was there before it was asked for.

    Example:
        >>> relaxed = lab.run("relax", sto, calculator="chgnet")  # doctest: +SKIP
        >>> relaxed.structure.parent.name  # doctest: +SKIP
        'SrTiO3'
    """

    def __init__(self, lab: Workspace, row: RunRow, *, reused: bool = False) -> None:
        self.lab, self.last_row, self.reused = lab, row, reused

    @property
    def known_state(self) -> RunState:
        """Where it stood when its row was last read."""
        return RunState(self.last_row.state)

    def update(self, row: RunRow) -> None:
        """Take a newer row.

        Args:
            row: The row.
        """
        self.last_row = row

    @property
    def row(self) -> RunRow:
        """Its row, read again from the store until it is COMPLETED: what ended otherwise may be tried again."""
        if self.known_state is not RunState.COMPLETED:
            self.update(self.lab.run_rows([self.id])[0])
        return self.last_row

    @property
    def id(self) -> str:
        """Its id; any unique prefix names it."""
        return self.last_row.id

    @property
    def task(self) -> str:
        """The task's name."""
        return self.last_row.task

    @property
    def state(self) -> RunState:
        """Where it stands now."""
        return RunState(self.row.state)

    @property
    def summary(self) -> dict[str, Any]:
        """What the task said of how it went."""
        return self.row.summary or {}

    @property
    def messages(self) -> list[str]:
        """Sentences of the task that must be read."""
        return self.row.messages or []

    @property
    def error(self) -> dict[str, Any] | None:
        """``type``, ``message`` and ``traceback`` of what ended it, or None."""
        return self.row.error

    @property
    def elapsed_s(self) -> float | None:
        """Seconds from start to end, or to now while it runs."""
        return details.elapsed_s(self.row)

    @property
    def usage(self) -> Usage | None:
        """What its attempts took: hours, CPU-hours, GPU-hours, peak memory; None before it began."""
        return self.lab.usage_of(self.id)

    @property
    def progress(self) -> Progress:
        """Its last report of progress."""
        return self.lab.progress(self.id)

    @property
    def inputs(self) -> StructureSet:
        """The structures it was given."""
        return self.lab.inputs_of(self.id)

    @property
    def structures(self) -> StructureSet:
        """The structures it made."""
        return self.lab.made_by(self.id)

    @property
    def structure(self) -> StructureRecord | None:
        """The structure it made, or None; the first where there are several."""
        made = self.structures
        return made[0] if made else None

    @property
    def values(self) -> list[PropertyValueRow]:
        """The values it gave."""
        return self.lab.value_rows(run_id=self.id, include_synthetic=True)

    @property
    def artifacts(self) -> dict[str, Path]:
        """The files it left, by name; their bytes are checked when this is read."""
        return self.lab.artifacts_of(self.id)

    def figure(self, kind: str = "") -> Chart:
        """Return the figure that shows its result: interactive, with a still, and saved by ``.save("x.pdf")``.

        Args:
            kind: Which one where its task has several; by default the first.

        Raises:
            InvalidInputError: It has not finished, its task has no figure, or not this one.
        """
        return figures.figure_of_runs([self], kind)

    def view(self, **options: Any) -> Any:  # noqa: ANN401 - one viewer, or several side by side
        """Return what it made as a live widget: a trajectory that plays, before and after, or one structure.

        Args:
            options: Of the viewers, such as ``height=400``.

        Raises:
            InvalidInputError: It made nothing that can be shown.
        """
        from nanoos_lab.lab.run_views import view_of_run  # noqa: PLC0415 - widgets are an extra

        return view_of_run(self, self._scenes(), **options)

    def wait(self, timeout: float | None = None) -> Run:
        """Wait for its end and return it; an interrupt detaches and never cancels.

        Args:
            timeout: Seconds, or None for as long as it takes.

        Raises:
            RunFailedError: It ended without a result.
        """
        self.lab.wait([self], timeout=timeout)
        return self.check()

    def check(self) -> Run:
        """Return it, unless it ended without a result.

        Raises:
            RunFailedError: It is FAILED, CANCELLED or LOST.
        """
        state = self.state
        if state.final and state is not RunState.COMPLETED:
            raise RunFailedError(self.id, state, (self.error or {}).get("message", "no reason was recorded"))
        return self

    def cancel(self) -> Run:
        """Ask it to stop and return it; one that has ended stays as it is."""
        self.lab.cancel(self.id)
        return self

    def retry(self) -> Run:
        """Try again what failed, was lost or was cancelled, and return it."""
        self.lab.retry(self.id)
        return self

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return its terminal display."""
        values, heading = self._shown()
        return details.run_text(self.row, values, heading)

    def _shown(self) -> tuple[list[PropertyValueRow], str]:
        """Return the values that stand in its record, and its heading; those of a large set are only counted."""
        values, inputs = self.values, self.inputs
        many = len(inputs) > 1 and len(values) > _SHOWN_ROWS
        counted = f"{len(values):,} values of {len(inputs):,} structures" if many else ""
        heading = " · ".join(filter(None, [self.task, details.names_of(inputs), counted]))
        return [] if many else values, heading

    def _scenes(self) -> list[tuple[str, Scene]]:
        """Return the drawing of what it made; of a relaxation, that of what it was given as well."""
        made = self.structure
        if made is None:
            return []
        if details.before_after(self.summary) and len(given := self.inputs) == 1:
            return [("before", given[0].scene()), ("after", made.scene())]
        return [("", made.scene())]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        row, scenes, picture = self.row, self._scenes(), figures.still_of_run(self)
        values, heading = self._shown()
        page = details.run_html(row, values, heading, scenes, picture)
        shown = {"text/html": page, "text/plain": repr(self)}
        if not scenes:
            return shown
        return {beside.MIME_TYPE: beside.run_payload(row, values, heading, scenes, picture), **shown}


class RunSet(Sequence[Run]):
    """Runs in order, as a query gave them.

    Args:
        runs: The runs.
        title: What they are, for the display.
    """

    def __init__(self, runs: Iterable[Run], *, title: str = "runs") -> None:
        self._runs = list(runs)
        self.title = title

    def refresh(self) -> RunSet:
        """Read the rows of all runs again that are not COMPLETED, in one query, and return the set."""
        open_runs = [run for run in self._runs if run.known_state is not RunState.COMPLETED]
        if open_runs:
            rows = open_runs[0].lab.run_rows([run.id for run in open_runs])
            for run, row in zip(open_runs, rows, strict=True):
                run.update(row)
        return self

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> RunSet: ...
    def __getitem__(self, index: int | slice) -> Run | RunSet:
        if isinstance(index, slice):
            return RunSet(self._runs[index], title=self.title)
        return self._runs[index]

    def frame(self) -> pd.DataFrame:
        """Return one row for each run."""
        import pandas as pd  # noqa: PLC0415 - heavy

        rows = [
            (
                r.id,
                r.task,
                str(r.state),
                r.profile,
                r.attempt,
                r.created_at,
                details.elapsed_s(r),
                r.converged,
            )
            for r in self.rows()
        ]
        columns = ["run", "task", "state", "profile", "attempts", "created_at", "elapsed_s", "converged"]
        frame = pd.DataFrame(rows, columns=columns)
        frame["created_at"] = pd.to_datetime(frame["created_at"], unit="s", utc=True)
        return frame

    HEADERS = ("run", "task", "on", "state", "when", "took", "what")

    def figure(self, kind: str = "") -> Chart:
        """Return one figure of all its runs, drawn over each other.

        Args:
            kind: Which one where their task has several; by default the first.

        Raises:
            InvalidInputError: A run has not finished, or the figure cannot show these runs together.
        """
        return figures.figure_of_runs(self._runs, kind)

    def cells(self) -> list[tuple[str, str, str, str, str, str, str]]:
        """Return what the table shows of each run, by :attr:`HEADERS`."""
        rows = self.rows()[:_SHOWN_ROWS]
        inputs = self._runs[0].lab.input_rows([row.id for row in rows]) if rows else {}
        return [
            (
                row.id,
                row.task,
                details.names_of(inputs[row.id]),
                str(row.state),
                numbers.age(row.created_at),
                numbers.duration(details.elapsed_s(row)),
                details.one_line(row),
            )
            for row in rows
        ]

    def rows(self) -> list[RunRow]:
        """Return the runs' rows as they stand now."""
        return [run.last_row for run in self.refresh()]

    def _title(self) -> str:
        states: dict[str, int] = {}
        for row in self.rows():
            states[row.state] = states.get(row.state, 0) + 1
        counts = ", ".join(f"{n} {state.lower()}" for state, n in sorted(states.items()))
        return f"{len(self)} {self.title}: {counts}" if counts else f"no {self.title}"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return its terminal display."""
        return text.table(self.HEADERS, self.cells(), numeric=("took",), title=self._title())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        rows = [(*cells[:3], html.badge(cells[3]), *cells[4:]) for cells in self.cells()]
        page = html.block(html.table(self.HEADERS, rows, numeric=("took",)), title=self._title())
        return {"text/html": page, "text/plain": repr(self)}


class Batch(RunSet):
    """Many runs of one task asked for together, in the order of their structures.

    Args:
        lab: The lab that holds it.
        batch_id: Its id.
        runs: Its runs.
    """

    def __init__(self, lab: Workspace, batch_id: str, runs: Iterable[Run]) -> None:
        super().__init__(runs, title="runs in this batch")
        self._lab, self.id = lab, batch_id

    @property
    def failed(self) -> RunSet:
        """The runs that ended without a result."""
        bad = [r for r in self.refresh() if r.known_state.final and r.known_state is not RunState.COMPLETED]
        return RunSet(bad, title="failed runs")

    @property
    def structures(self) -> StructureSet:
        """The structures that the runs made, in order."""
        return StructureSet([s for r in self for s in r.structures], title="derived structures")

    def wait(self, timeout: float | None = None) -> Batch:
        """Wait until every run has ended and return it; an interrupt detaches and never cancels.

        Args:
            timeout: Seconds, or None for as long as it takes.
        """
        self._lab.wait(list(self), timeout=timeout)
        return self

    def frame(self) -> pd.DataFrame:
        """Return one row for each run: its structure, its state, and a column for each property.

        A property ``p`` has its value in the column ``p``, its uncertainty, where there is one, in ``p_unc``
        and its unit in ``frame.attrs["units"]["p"]``.
        """
        ids = [run.id for run in self]
        values: dict[str, list[PropertyValueRow]] = {}
        for value in self._lab.value_rows(run_id=ids, include_synthetic=True):
            values.setdefault(value.run_id or "", []).append(value)
        return details.batch_frame(self.rows(), self._lab.input_rows(ids), values)

    def monitor(self, *, property: str = "", direction: str = "") -> BatchMonitor:  # noqa: A002 - the field's word
        """Return a widget that keeps showing how the batch stands, the best so far, and each run's structure.

        Args:
            property: Which property is shown; by default the task's main one.
            direction: Which value is best: ``lowest`` or ``highest``; by default as the property suggests.

        Raises:
            UnknownNameError: There is no such property.
            InvalidInputError: The direction is neither.
        """
        from nanoos_lab.lab.watching import watch_batch  # noqa: PLC0415 - it is above this module

        return watch_batch(self._lab, self.id, property=property, direction=direction)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from nanoos_lab.lab.batches import BatchWatch  # noqa: PLC0415 - it is above this module
        from nanoos_lab.widgets.live import still_bundle  # noqa: PLC0415 - drawn when shown

        watch = BatchWatch(self._lab, self.id)
        return still_bundle(watch.saved(watch.read())) | {"text/plain": repr(self)}
