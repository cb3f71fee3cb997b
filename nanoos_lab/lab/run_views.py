"""What a run made as live viewers: a trajectory that plays, or before and after side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from nanoos_lab.lab.runs import Run
    from nanoos_lab.scenes.scene import Scene

_PRODUCTION = 2
"""Index of the analysed part of a molecular dynamics run, in its file of series."""


def view_of_run(run: Run, scenes: list[tuple[str, Scene]], **options: Any) -> Any:  # noqa: ANN401 - a widget
    """Return what a run made as a live widget.

    Args:
        run: The run.
        scenes: The drawings of what it made, with their titles.
        **options: Of the viewers, as of :class:`nanoos_lab.widgets.StructureViewer`.

    Raises:
        InvalidInputError: It made no structure and no trajectory.
    """
    from nanoos_lab.widgets import StructureViewer, side_by_side  # noqa: PLC0415 - widgets are an extra

    files = run.artifacts
    if run.task == "md" and "trajectory" in files:
        energies = frame_energies(files["thermo"], files["trajectory"])
        return StructureViewer(
            files["trajectory"], energies=energies, energy_name=("potential energy", "eV/atom"), **options
        )
    if not scenes:
        raise InvalidInputError(
            f"run {run.id} ({run.task}, {run.state}) has nothing to turn: it made no structure"
        )
    if len(scenes) == 1:
        return StructureViewer(scenes[0][1], **options)
    titles, drawn = zip(*scenes, strict=True)
    return side_by_side(drawn, titles=titles, **options)


def frame_energies(thermo: Path, trajectory: Path) -> NDArray[np.float64]:
    """Return the potential energy at the frames of a molecular dynamics run, in eV/atom.

    Args:
        thermo: The run's file of series, which are sampled at times of their own.
        trajectory: The run's file of frames.
    """
    with np.load(thermo, allow_pickle=False) as series, np.load(trajectory, allow_pickle=False) as frames:
        kept = series["part"] == _PRODUCTION
        before = series["time"][~kept]
        start = before.max() if len(before) else 0.0  # frames count from the start of what is analysed
        energies: NDArray[np.float64] = np.interp(
            frames["times_ps"], series["time"][kept] - start, series["potential"][kept]
        )
    return energies
