"""Molecular dynamics over any calculator, by the integrators of ASE.

Between two frames an integrator lives; at a frame it is taken apart into arrays and made anew. So the state at a
frame is complete, and a run that goes on from a file is the same run.

Source: W. C. Swope et al., J. Chem. Phys. 76, 637 (1982) (velocity Verlet); E. Vanden-Eijnden, G. Ciccotti, Chem. Phys.
Lett. 429, 310 (2006) (Langevin); G. J. Martyna, D. J. Tobias, M. L. Klein, J. Chem. Phys. 101, 4177 (1994) (Nosé-Hoover
chains and barostats).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.calculators.abilities import DynamicsFrames, DynamicsState
from nanoos_lab.simulate.statements import EV_PER_CUBIC_ANGSTROM_IN_GPA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators import Calculator, Workplace
    from nanoos_lab.calculators.abilities import DynamicsSegment

    FloatArray = NDArray[np.float64]
    Report = Callable[[int, float, float, float], None]

_INTERNALS = {
    "NoseHooverChainNVT": (("_thermostat", "_eta"), ("_thermostat", "_p_eta")),
    "IsotropicMTKNPT": (
        ("_thermostat", "_eta"),
        ("_thermostat", "_p_eta"),
        ("_barostat", "_xi"),
        ("_barostat", "_p_xi"),
        ("", "_p_eps"),
    ),
    "MTKNPT": (
        ("_thermostat", "_eta"),
        ("_thermostat", "_p_eta"),
        ("_barostat", "_xi"),
        ("_barostat", "_p_xi"),
        ("", "_p_g"),
    ),
}
"""What an integrator remembers besides atoms and cell: where it keeps it. A test holds this against ASE."""


@dataclass(frozen=True)
class _Moment:
    """The conditions between two frames."""

    segment: DynamicsSegment
    temperature: float
    step: int


class ASEDynamics:
    """Molecular dynamics of one system over a calculator.

    Args:
        structure: The system.
        calculator: What gives energies and forces.
        place: Where it keeps its files.
    """

    def __init__(self, structure: Structure, calculator: Calculator, place: Workplace) -> None:
        from ase import Atoms  # noqa: PLC0415 - keeps ASE out of the import

        self._atoms: Any = Atoms([site.specie.Z for site in structure], pbc=True)
        self._atoms.calc = calculator.ase_calculator(structure, place)

    def advance(
        self, state: DynamicsState, segment: DynamicsSegment, report: Report
    ) -> tuple[DynamicsFrames, DynamicsState]:
        """Run a stretch.

        Args:
            state: Where it starts.
            segment: The conditions.
            report: Told step, energies in eV and pressure in GPa of each frame as it comes.
        """
        from ase import units  # noqa: PLC0415 - keeps ASE out of the import

        atoms = self._atoms
        atoms.set_cell(state.cell)
        atoms.set_positions(state.positions)
        # momenta are kept as they are: velocities would be rounded on the way
        momenta = state.internals.get("momenta")
        atoms.set_momenta(
            state.velocities / units.fs * atoms.get_masses()[:, None] if momenta is None else momenta
        )
        internals, count = dict(state.internals), segment.steps // segment.every
        rows, positions, cells = [], [], []
        for k in range(count):
            step = state.step + k * segment.every
            now = _Moment(segment, _ramp(segment.temperature, (k + 0.5) / count), step)
            internals = self._between_frames(now, internals)
            rows.append((step + segment.every, *self._energies()))
            positions.append(atoms.get_positions())
            cells.append(np.array(atoms.get_cell()))
            report(*rows[-1])
        table: Any = np.array([row[1:] for row in rows])
        frames = DynamicsFrames(
            np.array([row[0] for row in rows]), np.array(positions), np.array(cells), *table.T
        )
        return frames, DynamicsState(
            step=rows[-1][0],
            positions=positions[-1],
            velocities=atoms.get_velocities() * units.fs,
            cell=cells[-1],
            internals=internals,
        )

    def close(self) -> None:
        """Let the calculator go."""
        self._atoms.calc = None

    def _between_frames(self, now: _Moment, internals: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Integrate to the next frame; return what the integrator remembers."""
        moving = _integrator(self._atoms, now)
        kind = type(moving).__name__
        places = {f"{kind}.{owner}.{name}": (owner, name) for owner, name in _INTERNALS.get(kind, ())}
        for key, (owner, name) in places.items():
            if key in internals:
                kept = internals[key]
                holder = getattr(moving, owner) if owner else moving
                setattr(holder, name, float(kept) if kept.ndim == 0 else kept.copy())
        for _ in range(now.segment.every):
            moving.step()
        left = {
            key: np.array(getattr(getattr(moving, owner) if owner else moving, name))
            for key, (owner, name) in places.items()
        }
        return {**left, "momenta": np.array(self._atoms.get_momenta())}

    def _energies(self) -> tuple[float, float, float]:
        from ase.calculators.calculator import PropertyNotImplementedError  # noqa: PLC0415 - see above

        try:
            stress = self._atoms.get_stress(voigt=False, include_ideal_gas=True)
            pressure = float(-np.trace(stress) / 3.0) * EV_PER_CUBIC_ANGSTROM_IN_GPA
        except PropertyNotImplementedError:
            pressure = float("nan")
        return float(self._atoms.get_potential_energy()), float(self._atoms.get_kinetic_energy()), pressure


def _ramp(temperature: tuple[float, float], part: float) -> float:
    return temperature[0] + (temperature[1] - temperature[0]) * part


def _integrator(atoms: Any, now: _Moment) -> Any:  # noqa: ANN401 - ASE is not typed
    """Return a fresh integrator of ASE."""
    from ase import units  # noqa: PLC0415 - see above
    from ase.md.langevin import Langevin  # noqa: PLC0415
    from ase.md.nose_hoover_chain import MTKNPT, IsotropicMTKNPT, NoseHooverChainNVT  # noqa: PLC0415
    from ase.md.verlet import VelocityVerlet  # noqa: PLC0415

    said = now.segment
    timestep, n = said.timestep * units.fs, len(atoms)
    damping = said.thermostat_time * units.fs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        if said.ensemble == "nve":
            return VelocityVerlet(atoms, timestep)
        if said.ensemble == "nvt" and said.thermostat == "langevin":
            random = np.random.default_rng([said.seed, now.step])
            return Langevin(
                atoms,
                timestep,
                temperature_K=now.temperature,
                friction=1.0 / damping,
                fixcm=False,
                rng=random,
            )
        # ASE counts 3n degrees of freedom, and the centre of mass stays at rest: three of them hold no heat
        chained: dict[str, Any] = {"temperature_K": now.temperature * (n - 1) / n, "tdamp": damping}
        if said.ensemble == "nvt":
            return NoseHooverChainNVT(atoms, timestep, **chained)
        chained |= {"pressure_au": said.pressure * units.GPa, "pdamp": said.barostat_time * units.fs}
        return (IsotropicMTKNPT if said.barostat == "isotropic" else MTKNPT)(atoms, timestep, **chained)
