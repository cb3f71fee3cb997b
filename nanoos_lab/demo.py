"""The demo: the sample structures, screened from files to a ranked report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanoos_lab.lab import Lab
from nanoos_lab.lab.sources import samples_folder

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.lab.answers import Report

PREDICTOR = "nanoos-gnn-accurate"
"""What predicts: the model that was trained here, in the tier that also states gaps, moduli and Debye temperatures."""


def run_demo(folder: Path) -> Report:
    """Screen the sample structures in a lab of their own; a second time reuses every finished run.

    Args:
        folder: The lab folder; made when it is new.

    Returns:
        The report.
    """
    from rich.console import Console  # noqa: PLC0415 - only the demo talks while it works

    console = Console(highlight=False)
    with Lab(folder) as lab:
        lab.add(samples_folder(), tags=["sample"])
        chosen = lab.structures(tags=["sample"])
        console.print(
            f"{len(chosen)} structures in {lab.root}; screening them takes a few minutes the first time."
        )
        report = lab.report("screening", structures=chosen, predictor=PREDICTOR)
        console.print(report.run.summary.get("ranking_text", ""))
        console.print(f"Report: {report.path}")
        return report
