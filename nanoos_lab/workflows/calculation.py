"""What the templates of calculations share, so that a notebook holds only its own thought.

A template has these cells, in this order: title · parameters · opening (a :class:`Calculation`) · preflight, which
stops where something is missing · the runs · result in words · figures, each saved as PDF and SVG · values against
measurement · how it was done · record. The helpers here make each of them a line or two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.display.html import Markup, block, note, table
from nanoos_lab.display.numbers import number, value_text
from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import get_property
from nanoos_lab.workflows import record
from nanoos_lab.workflows.exhibits import caption_html
from nanoos_lab.workflows.notebook import FIGURES
from nanoos_lab.workflows.survey import Survey, chosen_structures, measured_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from nanoos_lab.workflows.survey import Ran, Record

COLUMN_MM, PAGE_MM = 86.0, 178.0
"""Widths of a column and of a page of a journal."""
_LEFT_OUT = {"max_force"}
_ROOM = "measured near room temperature, computed without the motion of the nuclei"


def records_of(lab: Any, named: Sequence[str]) -> list[Record]:  # noqa: ANN401 - a lab, which is above us
    """Return the structures that a template is to work on.

    Args:
        lab: The open lab.
        named: Ids or names of structures of the lab, or files to add, such as ``"Si.cif"``; empty for those that the
            report was asked for, else all that were added.

    Raises:
        InvalidInputError: There is none.
    """
    found = [_named(lab, name) for name in named] if named else chosen_structures(lab, [])
    if not found:
        raise InvalidInputError(
            "there is no structure to work on: name some, such as structures=['Si.cif'], or add them to the lab"
        )
    return found


def _named(lab: Any, name: str) -> Record:  # noqa: ANN401
    same = [one for one in lab.structures() if one.name == name]
    if len(same) == 1:
        return same[0]  # type: ignore[no-any-return]
    try:
        return lab.structure(name)  # type: ignore[no-any-return]
    except UnknownNameError:
        return lab.add(name)  # type: ignore[no-any-return]


@dataclass
class Calculation:
    """Structures worked through by one template, with one calculator.

    Example:
        >>> work = Calculation(lab, ["Si.cif"], calculator="qe", on="cluster")  # doctest: +SKIP
        >>> display(*work.preflight(relax={"fmax": 0.02}))  # doctest: +SKIP
        >>> work.require()  # doctest: +SKIP
        >>> work.run("relax", fmax=0.02)  # doctest: +SKIP
        >>> display(*work.show(work.figure("relax"), "How energy and forces fell."))  # doctest: +SKIP
    """

    lab: Any
    """The open lab."""
    structures: Sequence[str] = ()
    """As of :func:`records_of`."""
    calculator: str = "chgnet"
    options: Mapping[str, Any] = field(default_factory=dict)
    on: str = ""
    """The profile; empty for the default one."""
    folder: Path = Path(FIGURES)
    """Where figures are saved."""

    def __post_init__(self) -> None:
        self.records: list[Record] = records_of(self.lab, self.structures)
        self.survey = Survey(self.records)
        self.saved: list[Path] = []
        self._checks: list[Any] = []
        self._figures = 0

    @property
    def _common(self) -> dict[str, Any]:
        return {"on": self.on or None, "calculator": self.calculator, "options": dict(self.options)}

    def preflight(self, *, measure: bool = False, **tasks: Mapping[str, Any]) -> list[Any]:
        """Return what is going to be done, for display, before anything runs.

        Args:
            measure: Whether to evaluate the calculator once to see how long it takes.
            tasks: Parameters by task.
        """
        self._checks = [
            self.lab.preflight(task, list(self.records), measure=measure, **self._common, **params)
            for task, params in tasks.items()
        ]
        return self._checks

    def require(self) -> None:
        """Stop here where the preflight found that something is missing.

        Raises:
            PreflightError: The message lists every reason with what to do.
        """
        for check in self._checks:
            check.require()

    def run(self, task: str, *, after: str = "", **params: Any) -> Any:  # noqa: ANN401 - a batch of the lab
        """Run a task on every structure, wait, and return the runs; one that fails does not stop the others.

        Args:
            task: The task's name.
            after: A task whose structures are worked on instead, such as ``"relax"``.
            params: Its parameters.

        Raises:
            RunFailedError: All failed; the message is that of the first.
        """
        subjects = self.made_by(after) if after else list(self.records)
        batch = self.lab.map(task, subjects, **self._common, **params)
        self.survey.add(batch)
        if len(batch.failed) == len(batch):
            batch[0].check()
        return batch

    def made_by(self, task: str) -> list[Record]:
        """Return what the runs of a task made of each structure; those whose run failed are left out.

        Args:
            task: The task's name.
        """
        runs = [self.survey.run_of(record.id, task) for record in self.records]
        return [run.structures[0] for run in runs if run is not None and run.structures]

    def done(self, task: str) -> list[Ran]:
        """Return the runs of a task that have a result.

        Args:
            task: The task's name.
        """
        runs = [self.survey.run_of(record.id, task) for record in self.records]
        return [run for run in runs if run is not None and run.row.state == "COMPLETED"]

    def figure(self, task: str, kind: str = "") -> Any:  # noqa: ANN401 - a chart
        """Return one figure of all runs of a task.

        Args:
            task: The task's name.
            kind: Which of its figures.
        """
        return self.lab.figure(self.done(task), kind)

    def show(self, chart: Any, words: str, name: str = "", *, width_mm: float = PAGE_MM) -> list[Any]:  # noqa: ANN401
        """Save a figure as PDF and SVG, and return it with its caption, for display.

        Args:
            chart: The figure.
            words: What it shows.
            name: Name of the files, without ending; by default its number.
            width_mm: Width on paper.
        """
        from IPython.display import HTML  # noqa: PLC0415 - Jupyter is an extra

        self._figures += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        stem = name or f"figure-{self._figures}"
        paths = [self.folder / f"{stem}.{ending}" for ending in ("pdf", "svg")]
        self.saved += [chart.save(path, width_mm=width_mm) for path in paths]
        files = " and ".join(path.name for path in paths)
        caption = caption_html(self._figures, f"{words} Saved as {files}.")
        return [chart, HTML(caption)]  # type: ignore[no-untyped-call]

    # ------------------------------------------------------------------ words and numbers

    def problems_html(self) -> str:
        """Return what failed or did not converge, or that all went well."""
        labels = dict(zip(self.survey.candidates["candidate"], self.survey.candidates["label"], strict=True))
        tasks = {run.task for run in self.survey.runs}
        said = [
            note(f"{labels[candidate]}: {reason}", tone="bad")
            for candidate, reasons in self.survey.problems(tasks).items()
            for reason in reasons
        ]
        told = {
            f"{run.inputs[0].name}: {message}"
            for run in self.survey.runs
            for message in run.row.messages or ()
            if run.row.converged is not False
        }
        said += [note(message, tone="warn") for message in sorted(told)]
        return block(*(said or [note("Everything ran to its end and converged.", tone="good")]))

    def measured(self) -> pd.DataFrame:
        """Return the measured values of the materials, of the properties that were computed."""
        return measured_values(self.lab, self.survey.candidates, self.survey.values["property"].unique())

    def values_html(self) -> str:
        """Return every value with its unit and uncertainty, and what was measured beside it.

        The last value of a property counts, such as that of the relaxed structure.
        """
        values = self.survey.values
        values = values[values["value"].notna() & ~values["property"].isin(_LEFT_OUT)]
        values = values.drop_duplicates(["candidate", "property"], keep="last")
        measured = self.measured()
        names = self.survey.candidates.set_index("candidate")
        rows: list[list[Any]] = []
        remarks: dict[str, int] = {}
        for _, row in values.iterrows():
            found = measured[
                (measured["material"] == names.loc[row["candidate"], "material"])
                & (measured["property"] == row["property"])
            ]
            marks = [remarks.setdefault(remark, len(remarks) + 1) for remark in _remarks(row)]
            rows.append([names.loc[row["candidate"], "label"], *_value_cells(row, found, marks)])
        headers = ["Structure", "Property", "Value", "Measured", "Deviation"]
        if not rows:
            return block(note("Nothing was computed.", tone="bad"))
        words = [f"{number_}. {remark}." for remark, number_ in remarks.items()]
        words += [f"Compared: {_ROOM}."] if len(measured) else []
        line = Markup('<p class="sub" style="max-width:78ch;margin:2px 0">{}</p>')
        return block(table(headers, rows, numeric=headers[2:]), *(line.format(word) for word in words))

    def methods_html(self) -> str:
        """Return by which method each value came about, and the calculator's known limits."""
        values = self.survey.values
        seen = values.groupby("method", sort=False)["property"].agg(lambda p: ", ".join(dict.fromkeys(p)))
        rows = [[str(method), names.replace("_", " ")] for method, names in seen.items()]
        options = [[name, repr(value)] for name, value in self.options.items()]
        parts = [table(("Method", "Values"), [[_wrapped(cell) for cell in row] for row in rows])]
        return block(*parts, *([table(("Option", "Value"), options)] if options else []))

    def record_html(self, template: str, parameters: Mapping[str, Any]) -> str:
        """Return the end of every template: parameters, runs, where the first result comes from, versions, sources.

        Args:
            template: The template's name.
            parameters: Its parameters.
        """
        methods = sorted(set(self.survey.values["method"]))
        trace = [record.lineage_html(self.lab.trace(run.id).graph, run.id) for run in self.survey.runs[-1:]]
        ids = [one.id for one in self.records]
        parts = [
            ("Parameters", record.parameters_html(parameters)),
            ("Runs", record.runs_html(self.survey.runs)),
            *(("Where the last result comes from", drawn) for drawn in trace),
            ("Versions", record.versions_html()),
            ("Sources", record.sources_html(methods, self.measured(), self.survey)),
            ("How to run this again", record.again_html(parameters, ids, template=template)),
        ]
        return "".join(f"<h3>{title}</h3>{part}" for title, part in parts)


def reading_html(sentences: Sequence[str]) -> str:
    """Return the result in words.

    Args:
        sentences: Whole sentences.
    """
    large = '<p style="font-size:1.15em;line-height:1.55;max-width:66ch;margin:0 0 8px">{}</p>'
    return block(*(Markup(large).format(sentence) for sentence in sentences))


def _remarks(row: pd.Series) -> list[str]:
    """Return what a reader of a value must know."""
    flags = [
        "" if row["converged"] else "Not converged",
        "SYNTHETIC: it means nothing about real materials" if row["synthetic"] else "",
        "Outside the model's domain" if row["in_domain"] is False else "",
        *(part[:1].upper() + part[1:] for part in str(row["note"] or "").split("; ")),
    ]
    return list(filter(None, flags))


def _value_cells(row: pd.Series, measured: pd.DataFrame, marks: Sequence[int]) -> list[Any]:
    """Return property, value, measured value and deviation of one value, with the numbers of its remarks."""
    entry = get_property(str(row["property"]))
    error = row["uncertainty"]
    known = error is not None and error == error  # noqa: PLR0124 - NaN
    value = value_text(float(row["value"]), float(error) if known else None, entry.unit)
    numbers = Markup("<sup> {}</sup>").format(", ".join(map(str, marks))) if marks else Markup()
    label = Markup("{}{}").format(entry.label, numbers)
    if measured.empty:
        return [label, value, "–", "–"]
    mean = float(measured["value"].mean())
    off = f"{100 * (float(row['value']) / mean - 1):+.1f} %".replace("-", "−") if mean else "–"
    several = f" (mean of {len(measured)})" if len(measured) > 1 else ""
    return [label, value, f"{number(mean)} {entry.unit}{several}", off]


def _wrapped(text: str) -> Markup:
    return Markup('<div style="white-space:normal;min-width:12em;max-width:40em">{}</div>').format(text)
