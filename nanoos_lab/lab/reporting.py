"""Making a report: a notebook run of a template, whose HTML goes into the lab's ``reports`` folder."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.answers import Report
from nanoos_lab.store.folder import make_folder, share_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nanoos_lab.lab.core import Lab
    from nanoos_lab.lab.records import StructureSet

REPORT_ARTIFACT = "report.html"


def make_report(lab: Lab, template: str, structures: StructureSet, params: Mapping[str, Any]) -> Report:
    """Execute a template on structures and keep its HTML.

    Args:
        lab: The lab.
        template: The template's name.
        structures: What it works on.
        params: The template's parameters.

    Raises:
        InvalidInputError: There is no structure to report on.
        RunFailedError: A cell failed.
    """
    if not len(structures):
        raise InvalidInputError("there is no structure to report on: add some with lab.add(...) first")
    run = lab.run(
        "notebook", list(structures), force=True, label=template, template=template, parameters=dict(params),
        lab=lab.store.address, project=lab.project,
    )  # fmt: skip
    path = _target(lab.store.backend.reports, template, run.id)
    shutil.copyfile(run.artifacts[REPORT_ARTIFACT], path)
    share_file(path)
    return Report(run, path, str(run.summary.get("title", template)))


def _target(folder: Path, template: str, run_id: str) -> Path:
    make_folder(folder)
    stamp = time.strftime("%Y-%m-%d-%H%M%S")
    return folder / f"{template}-{stamp}-{run_id[:6]}.html"
