"""Making a report: a notebook run of a template, whose page goes into the lab's ``reports`` folder."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any, Literal, get_args

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.answers import Report
from nanoos_lab.store.folder import make_folder, share_file
from nanoos_lab.workflows.export.page import ReportInfo
from nanoos_lab.workflows.export.pdf import find_browser
from nanoos_lab.workflows.report import write_report

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nanoos_lab.lab.core import Lab
    from nanoos_lab.lab.records import StructureSet

REPORT_ARTIFACT, NOTEBOOK_ARTIFACT = "report.html", "notebook.ipynb"
Format = Literal["html", "pdf"]
"""One page that opens from disk and still turns, or still pictures on paper."""


def make_report(
    lab: Lab,
    template: str,
    structures: StructureSet,
    params: Mapping[str, Any],
    format: Format,  # noqa: A002
) -> Report:
    """Execute a template on structures and keep its HTML.

    Args:
        lab: The lab.
        template: The template's name.
        structures: What it works on.
        params: The template's parameters.
        format: ``html`` or ``pdf``.

    Raises:
        InvalidInputError: There is no structure to report on, or no such format.
        MissingBrowserError: A PDF is asked for, and no Chromium is there to print it; nothing was run then.
        RunFailedError: A cell failed.
    """
    if not len(structures):
        raise InvalidInputError("there is no structure to report on: add some with lab.add(...) first")
    if format not in get_args(Format):
        raise InvalidInputError(f"a report is {' or '.join(get_args(Format))}, not {format!r}")
    if format == "pdf":
        find_browser()
    run = lab.run(
        "notebook", list(structures), force=True, label=template, template=template, parameters=dict(params),
        lab=lab.store.address, project=lab.project,
    )  # fmt: skip
    path = _target(lab.store.backend.reports, template, run.id, format)
    title = str(run.summary.get("title", template))
    if format == "html":
        shutil.copyfile(run.artifacts[REPORT_ARTIFACT], path)
    else:
        about = ReportInfo(
            title=title, lab=lab.store.address, project=lab.project, template=template, run=run.id,
            created_at=run.row.created_at,
        )  # fmt: skip
        write_report(run.artifacts[NOTEBOOK_ARTIFACT], path, about)
    share_file(path)
    return Report(run, path, title)


def _target(folder: Path, template: str, run_id: str, ending: str) -> Path:
    make_folder(folder)
    stamp = time.strftime("%Y-%m-%d-%H%M%S")
    return folder / f"{template}-{stamp}-{run_id[:6]}.{ending}"
