"""Simulations over any calculator: pure functions, and the tasks that wrap them.

``evaluate``, ``relax_structure`` and ``equation_of_state`` take a structure and a calculator (or its name) and
return a frozen result; no Lab, no database, no files. The tasks ``static``, ``relax`` and ``eos`` turn those
results into an :class:`~nanoos_lab.tasks.Outcome`.

Example:
    >>> from pymatgen.core import Lattice, Structure
    >>> from nanoos_lab.simulate import relax_structure
    >>> copper = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.7), ["Cu"], [[0, 0, 0]])
    >>> relax_structure(copper, "toy").converged
    True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanoos_lab.potentials.birch_murnaghan import BirchMurnaghan, fit_birch_murnaghan
    from nanoos_lab.simulate.bands import BandStructure, band_structure
    from nanoos_lab.simulate.deform import CellFreedom
    from nanoos_lab.simulate.dos import StatesPerEnergy, density_of_states
    from nanoos_lab.simulate.elastic import ElasticResult, elastic_tensor
    from nanoos_lab.simulate.eos import EquationOfState, equation_of_state
    from nanoos_lab.simulate.neb import MinimumEnergyPath, minimum_energy_path
    from nanoos_lab.simulate.phonons import Phonons, phonons_of
    from nanoos_lab.simulate.relax import Relaxation, relax_structure
    from nanoos_lab.simulate.static import StaticPoint, evaluate

_HOMES = {
    "BandStructure": "nanoos_lab.simulate.bands",
    "band_structure": "nanoos_lab.simulate.bands",
    "StatesPerEnergy": "nanoos_lab.simulate.dos",
    "density_of_states": "nanoos_lab.simulate.dos",
    "BirchMurnaghan": "nanoos_lab.potentials.birch_murnaghan",
    "fit_birch_murnaghan": "nanoos_lab.potentials.birch_murnaghan",
    "CellFreedom": "nanoos_lab.simulate.deform",
    "EquationOfState": "nanoos_lab.simulate.eos",
    "equation_of_state": "nanoos_lab.simulate.eos",
    "Relaxation": "nanoos_lab.simulate.relax",
    "relax_structure": "nanoos_lab.simulate.relax",
    "StaticPoint": "nanoos_lab.simulate.static",
    "evaluate": "nanoos_lab.simulate.static",
    "ElasticResult": "nanoos_lab.simulate.elastic",
    "elastic_tensor": "nanoos_lab.simulate.elastic",
    "Phonons": "nanoos_lab.simulate.phonons",
    "phonons_of": "nanoos_lab.simulate.phonons",
    "MinimumEnergyPath": "nanoos_lab.simulate.neb",
    "minimum_energy_path": "nanoos_lab.simulate.neb",
}
__all__ = [
    "BandStructure",
    "BirchMurnaghan",
    "CellFreedom",
    "ElasticResult",
    "EquationOfState",
    "MinimumEnergyPath",
    "Phonons",
    "Relaxation",
    "StatesPerEnergy",
    "StaticPoint",
    "band_structure",
    "density_of_states",
    "elastic_tensor",
    "equation_of_state",
    "evaluate",
    "fit_birch_murnaghan",
    "minimum_energy_path",
    "phonons_of",
    "relax_structure",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the room exports
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
