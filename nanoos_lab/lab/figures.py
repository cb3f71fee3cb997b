"""The figure of a run: what it left, handed to the charts, and the small still in its display."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError, NanoOSError
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.charts import Chart
    from nanoos_lab.charts.of_runs import Finished
    from nanoos_lab.lab.runs import Run

STILL_PX, TALL_STILL_PX = (400, 270), (420, 520)
"""Width and height of the still in a run's display, and of one with panels below each other."""


def figure_of_runs(runs: Sequence[Run], kind: str = "") -> Chart:
    """Return the figure that shows the results of runs of one task.

    Args:
        runs: The runs.
        kind: Which figure; by default the first of the task's.

    Raises:
        InvalidInputError: A run has not finished, or there is no such figure.
    """
    from nanoos_lab.charts.of_runs import figure_of  # noqa: PLC0415 - plotly loads when something is drawn

    return figure_of(_finished(runs), kind)


def still_of_run(run: Run) -> str | None:
    """Return the figure of a run as a small SVG, or None where it has none, or not any more.

    Args:
        run: The run.
    """
    from nanoos_lab.charts.of_runs import figure_of, kinds_of  # noqa: PLC0415
    from nanoos_lab.charts.still import equation_of_state_svg, still_svg  # noqa: PLC0415

    if run.state is not RunState.COMPLETED or not kinds_of(run.task):
        return None
    if run.task == "eos" and "points_per_atom" in run.summary:  # needs no plotly
        label = str(run.row.params.get("calculator", ""))
        return equation_of_state_svg(run.summary, label=label)
    if importlib.util.find_spec("plotly") is None:
        return None
    try:
        chart = figure_of(_finished([run]))
    except (NanoOSError, KeyError):  # its files were purged, or another version of the task told less
        return None
    width, height = TALL_STILL_PX if "yaxis2" in chart.layout.to_plotly_json() else STILL_PX
    chart.update_layout(width=width, height=height)
    return still_svg(chart)


def _finished(runs: Sequence[Run]) -> list[Finished]:
    from nanoos_lab.charts.of_runs import Finished  # noqa: PLC0415

    names = [run.inputs[0].name if len(run.inputs) else run.id for run in runs]
    several_calculators = len({run.row.params.get("calculator") for run in runs}) > 1
    finished = []
    for run, name in zip(runs, names, strict=True):
        if run.state is not RunState.COMPLETED:
            raise InvalidInputError(f"run {run.id} ({run.task}) is {run.state}: it has no figure")
        calculator = run.row.params.get("calculator", "")
        label = " · ".join(filter(None, [name, calculator if several_calculators else ""]))
        finished.append(Finished(run.task, label, run.summary, run.artifacts))
    return finished
