"""The task ``notebook``: execute a template with parameters and make a report of it.

The template opens the lab itself and works through it, so whatever it runs is recorded, reused and traced
like any other run. What the task leaves is the executed notebook and one HTML file.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping  # noqa: TC003 - read at run time by the parameter model
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.runs.attempts.parent import PARENT_VARIABLE, current_run_id
from nanoos_lab.tasks import Context, Outcome, Params, task
from nanoos_lab.workflows.templates import find_template, load_template, read_notebook, template_digest

if TYPE_CHECKING:
    from nanoos_lab.tasks import JSONValue

NOTEBOOK, REPORT = "notebook.ipynb", "report.html"
FIGURES = "figures"
"""Folder of the files that a notebook leaves besides, such as figures for a paper; each becomes an artifact."""
SUMMARY_MIME = "application/vnd.nanoos.summary+json"
"""An output of this type, a JSON object, becomes part of the run's summary; it is not drawn."""


class NotebookParams(Params):
    """Parameters of the task ``notebook``."""

    template: str
    """A template's name, or the path of a notebook."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Values of the template's parameters by name; the others keep their defaults."""
    lab: str
    """The lab folder that the notebook opens."""
    project: str = "default"
    """The project that it works in."""
    title: str = ""
    """Title of the report; by default the template's own."""
    deadline_s: float | None = Field(default=None, gt=0)
    """Seconds that the notebook may take; None for as long as it needs."""


def _identity(params: NotebookParams) -> Mapping[str, JSONValue]:
    """Return the template's SHA-256: an edited template is another piece of work."""
    return {"template_sha256": template_digest(find_template(params.template))}


@task("notebook", version="1", identity=_identity)
def notebook(inputs: Mapping[str, Any], params: NotebookParams, context: Context) -> Outcome:  # noqa: ARG001
    """Execute a notebook template in a fresh kernel and make one HTML report of it.

    Args:
        inputs: ``structures``: what the notebook works on, for the record; it is told their ids by parameter.
        params: Template, its parameters, and the lab to open.
        context: Told the progress; holds the folder of the artifacts.

    Raises:
        NotebookError: A cell failed.
        NotebookTimeoutError: It took longer than ``deadline_s``.
        InvalidInputError: A parameter is unknown or does not fit.
    """
    from nanoos_lab.workflows.kernel import Execution, execute  # noqa: PLC0415 - Jupyter is an extra
    from nanoos_lab.workflows.report import ReportInfo, write_report  # noqa: PLC0415

    template = load_template(params.template)
    values = template.convert(_with_lab(params, known=template.parameters))
    folder = Path(context.folder).resolve()
    output, page = folder / NOTEBOOK, folder / REPORT
    run = current_run_id() or ""
    started = time.time()
    execute(
        template.path,
        output,
        values,
        Execution(
            folder=folder,
            progress=context.progress,
            deadline_s=params.deadline_s,
            environment={PARENT_VARIABLE: run} if run else {},
        ),
    )
    context.progress(1.0, "writing the report")
    told = notebook_summary(read_notebook(output))
    title = params.title or str(told.get("title", "")) or template.title
    info = ReportInfo(
        title=title,
        lab=params.lab,
        project=params.project,
        template=template.name,
        template_sha256=template.sha256,
        run=run,
        created_at=started,
    )
    write_report(output, page, info)
    summary = {
        "template": template.name,
        "title": title,
        "html_bytes": page.stat().st_size,
        "html_sha256": hashlib.sha256(page.read_bytes()).hexdigest(),
    }
    figures = {path.name: path for path in sorted((folder / FIGURES).glob("*")) if path.is_file()}
    return Outcome(artifacts={**figures, NOTEBOOK: output, REPORT: page}, summary={**told, **summary})


def notebook_summary(executed: Any) -> dict[str, JSONValue]:  # noqa: ANN401 - nbformat's NotebookNode
    """Return what the notebook itself said of its result, in outputs of the MIME type :data:`SUMMARY_MIME`.

    Args:
        executed: The executed notebook; later outputs win.
    """
    told: dict[str, JSONValue] = {}
    for cell in executed.cells:
        for output in cell.get("outputs", ()):
            told |= output.get("data", {}).get(SUMMARY_MIME, {})
    return told


def _with_lab(params: NotebookParams, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the lab's folder and project, where the template has parameters for them."""
    own = {"lab_path": params.lab, "project": params.project}
    return {**params.parameters, **{name: value for name, value in own.items() if name in known}}
