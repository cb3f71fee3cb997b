"""Which figure shows a finished run, by its task: one table, to which a task adds a line.

A run reaches this room as :class:`Finished`: its summary, and the JSON documents that it left. So a figure can be
drawn anew at any time, by any process that can read the run.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.foreign_json import loads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nanoos_lab.charts.figure import Chart


@dataclass(frozen=True)
class Finished:
    """What charts need of a run."""

    task: str
    label: str
    """What it is called in a legend."""
    summary: Mapping[str, Any]
    files: Mapping[str, Path] = field(default_factory=dict)
    """What it left, by name."""

    def document(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return a JSON document that it left.

        Args:
            name: The artifact's name, with or without its ending.

        Raises:
            InvalidInputError: It left none of this name.
        """
        path = self.files.get(name) or self.files.get(f"{name}.json")
        if path is None:
            raise InvalidInputError(
                f"this run of {self.task} left no document {name!r}: it left {', '.join(self.files) or 'nothing'}"
            )
        return loads(path.read_text(encoding="utf-8"), path.name)


FIGURES: dict[str, dict[str, str]] = {
    "relax": {"course": "nanoos_lab.charts.of_runs:relaxations"},
    "eos": {"curve": "nanoos_lab.charts.of_runs:equations_of_state"},
    "md": {
        "course": "nanoos_lab.charts.dynamics:thermo_of_runs",
        "distribution": "nanoos_lab.charts.dynamics:distribution_of_runs",
        "displacement": "nanoos_lab.charts.dynamics:displacement_of_runs",
    },
    "bands": {"bands": "nanoos_lab.charts.electrons:bands_of_runs"},
    "dos": {"states": "nanoos_lab.charts.electrons:dos_of_runs"},
    "bands+dos": {"bands": "nanoos_lab.charts.electrons:bands_of_runs"},
    "convergence": {"course": "nanoos_lab.charts.convergence:convergence_of_runs"},
    "phonons": {
        "bands": "nanoos_lab.charts.phonons:bands_of_runs",
        "thermal": "nanoos_lab.charts.phonons:thermal_of_runs",
    },
    "elastic": {
        "young": "nanoos_lab.charts.elastic:young_of_runs",
        "tensor": "nanoos_lab.charts.elastic:tensor_of_runs",
    },
    "neb": {"path": "nanoos_lab.charts.barrier:barriers_of_runs"},
    "train": {
        "course": "nanoos_lab.charts.training:curves_of_runs",
        "parity": "nanoos_lab.charts.training:parity_of_runs",
        "coverage": "nanoos_lab.charts.training:coverage_of_runs",
    },
}
"""By task, or by tasks with ``+`` between whose runs are shown together, their figures: a word for each, the default
first, and a function ``module:name`` that takes a list of :class:`Finished` and returns a
:class:`~nanoos_lab.charts.figure.Chart`."""


def kinds_of(task: str) -> tuple[str, ...]:
    """Return the words for the figures that runs of a task have, the default first.

    Args:
        task: The task's name.
    """
    return tuple(FIGURES.get(task, ()))


def figure_of(runs: Sequence[Finished], kind: str = "") -> Chart:
    """Return the figure of finished runs.

    Args:
        runs: Runs of one task; several are drawn over each other where the figure can.
        kind: Which figure, of :func:`kinds_of`; by default the first.

    Raises:
        InvalidInputError: There is no run, its task has no figure, or these tasks have none together.
    """
    tasks = sorted({run.task for run in runs})
    if not tasks:
        raise InvalidInputError("there is no run to show")
    task = "+".join(tasks)
    known = kinds_of(task)
    if not known:
        words = f"runs of {task} have no figure" if len(tasks) == 1 else "one figure shows runs of one task"
        raise InvalidInputError(f"{words}: there are figures of {', '.join(FIGURES)}")
    if kind and kind not in known:
        raise InvalidInputError(
            f"runs of {task} have no figure {kind!r}: say {' or '.join(map(repr, known))}"
        )
    module, _, name = FIGURES[task][kind or known[0]].partition(":")
    drawn: Chart = getattr(importlib.import_module(module), name)(runs)
    return drawn


def alone(runs: Sequence[Finished]) -> Finished:
    """Return the one run of a figure that cannot show several.

    Args:
        runs: The runs.

    Raises:
        InvalidInputError: There are several.
    """
    if len(runs) > 1:
        raise InvalidInputError(
            f"this figure shows one run of {runs[0].task}, not {len(runs)}: ask for one each"
        )
    return runs[0]


def equations_of_state(runs: Sequence[Finished]) -> Chart:
    """Draw runs of the task ``eos``.

    Args:
        runs: The runs.
    """
    from nanoos_lab.charts.birch import EosCurve  # noqa: PLC0415 - plotly loads when something is drawn
    from nanoos_lab.charts.curves import eos_figure  # noqa: PLC0415

    return eos_figure([EosCurve.from_summary(run.summary, run.label) for run in runs])


def relaxations(runs: Sequence[Finished]) -> Chart:
    """Draw runs of the task ``relax``.

    Args:
        runs: The runs.
    """
    from nanoos_lab.charts.curves import RelaxationTrace, relaxation_figure  # noqa: PLC0415

    traces = []
    for run in runs:
        energies, residuals = run.summary["energies"], run.summary.get("residuals", ())
        forces = (
            residuals if len(residuals) == len(energies) else ()
        )  # a code's own optimiser tells the last only
        traces.append(RelaxationTrace(run.label, energies, forces, run.summary.get("fmax")))
    return relaxation_figure(traces)
