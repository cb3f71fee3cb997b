"""Molecular dynamics over any calculator: by its own code where it has one, else by ASE's integrators.

``molecular_dynamics`` takes a structure and a calculator and returns averages, a trajectory, radial distribution
functions, mean square displacements and diffusion coefficients; the task ``md`` wraps it. A run is cut into stretches,
each of which is kept when it is done, so that what was interrupted goes on and gives the same frames.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanoos_lab.simulate.md.arrhenius import Arrhenius, fit_arrhenius
    from nanoos_lab.simulate.md.cost import Cost, measure_cost
    from nanoos_lab.simulate.md.plan import MdParams, Stage
    from nanoos_lab.simulate.md.result import MolecularDynamics
    from nanoos_lab.simulate.md.task import md, molecular_dynamics
    from nanoos_lab.simulate.md.trajectory import Trajectory, load_trajectory

_HOMES = {
    "Arrhenius": "arrhenius",
    "Cost": "cost",
    "fit_arrhenius": "arrhenius",
    "measure_cost": "cost",
    "MdParams": "plan",
    "MolecularDynamics": "result",
    "Stage": "plan",
    "Trajectory": "trajectory",
    "load_trajectory": "trajectory",
    "md": "task",
    "molecular_dynamics": "task",
}
__all__ = [
    "Arrhenius",
    "Cost",
    "MdParams",
    "MolecularDynamics",
    "Stage",
    "Trajectory",
    "fit_arrhenius",
    "load_trajectory",
    "md",
    "measure_cost",
    "molecular_dynamics",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the room exports
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
