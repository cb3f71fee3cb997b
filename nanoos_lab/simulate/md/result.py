"""What a molecular-dynamics run says: series in time, averages, g(r), displacements and diffusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.simulate.md.averages import Mean, block_mean, drift
from nanoos_lab.simulate.md.course import temperature_of
from nanoos_lab.simulate.md.diffusion import Diffusion, diffusion
from nanoos_lab.simulate.md.rdf import PairDistribution, radial_distribution
from nanoos_lab.simulate.md.trajectory import Trajectory, trajectory_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import ArrayEstimate, PropertyEstimate
    from nanoos_lab.simulate.md.course import Sampled
    from nanoos_lab.simulate.md.plan import MdParams, Plan

    FloatArray = NDArray[np.float64]

UNKNOWN_SPACING = 3.0
"""Å, where no atom has a neighbour to speak of."""
PARTS = ("schedule", "equilibration", "production")


@dataclass(frozen=True)
class Thermo:
    """Series in time of the whole run; all of shape (m,)."""

    time: FloatArray
    """ps from the very start."""
    part: NDArray[np.int64]
    """Index in :data:`PARTS`."""
    temperature: FloatArray
    """K."""
    potential: FloatArray
    """eV/atom."""
    total: FloatArray
    """Potential and kinetic energy, eV/atom."""
    pressure: FloatArray
    """GPa; nan where the calculator gives no stress."""
    volume: FloatArray
    """Å³/atom."""

    @property
    def production(self) -> NDArray[np.bool_]:
        """Which samples are analysed."""
        return np.asarray(self.part == PARTS.index("production"))


@dataclass(frozen=True)
class MolecularDynamics:
    """How a run went and what follows from it."""

    initial: Structure
    """The system as it started, repeated."""
    structure: Structure
    """The last frame, wrapped into the cell."""
    thermo: Thermo
    trajectory: Trajectory
    """Frames of the part that is analysed."""
    temperature: Mean
    """K."""
    pressure: Mean
    """GPa."""
    volume: Mean
    """Å³/atom."""
    energy: Mean
    """Potential energy, eV/atom."""
    drift: float
    """Of the total energy, eV/atom per ps; meaningful for nve."""
    distributions: tuple[PairDistribution, ...]
    diffusion: tuple[Diffusion, ...]
    resumed_from: int
    engine: str
    """``own`` or ``native``."""
    estimates: tuple[PropertyEstimate | ArrayEstimate, ...] = ()
    messages: tuple[str, ...] = ()


def analysed(
    initial: Structure, sampled: Sampled, plan: Plan, params: MdParams, engine: str
) -> MolecularDynamics:
    """Return what a run says, without the statements.

    Args:
        initial: The system as it started.
        sampled: What was sampled.
        plan: The stretches that it was sampled on.
        params: What was asked for.
        engine: Who moved the atoms.
    """
    numbers = np.array([site.specie.Z for site in initial])
    thermo = _thermo(sampled, plan, len(initial))
    mine = [k for k, s in enumerate(plan.stretches) if s.part == "production"]
    before = sum(s.segment.steps for s in plan.stretches[: mine[0]])
    trajectory = trajectory_of(numbers, [sampled.parts[k] for k in mine], params.timestep, before)
    kept = thermo.production
    still, spacing = trajectory.still(), _nearest(initial)
    moved = tuple(
        diffusion(
            still[:, trajectory.of(symbol)],
            params.timestep * params.sample_every / 1000.0,
            element=symbol,
            site_radius=0.5 * spacing,
        )
        for symbol in sorted(set(trajectory.symbols))
    )
    return MolecularDynamics(
        initial=initial,
        structure=_last(initial, trajectory),
        thermo=thermo,
        trajectory=trajectory,
        temperature=block_mean(thermo.temperature[kept]),
        pressure=block_mean(thermo.pressure[kept]),
        volume=block_mean(thermo.volume[kept]),
        energy=block_mean(thermo.potential[kept]),
        drift=drift(thermo.time[kept], thermo.total[kept]),
        distributions=radial_distribution(trajectory, cutoff=params.rdf_cutoff),
        diffusion=moved,
        resumed_from=sampled.resumed_from,
        engine=engine,
    )


def _thermo(sampled: Sampled, plan: Plan, n: int) -> Thermo:
    series: dict[str, list[Any]] = {name: [] for name in Thermo.__dataclass_fields__}
    for stretch, part in zip(plan.stretches, sampled.parts, strict=True):
        segment = stretch.segment
        series["time"].append(part.steps * segment.timestep / 1000.0)
        series["part"].append(np.full(len(part.steps), PARTS.index(stretch.part)))
        series["temperature"].append(temperature_of(part.kinetic, segment, n))
        series["potential"].append(part.potential / n)
        series["total"].append((part.potential + part.kinetic) / n)
        series["pressure"].append(part.pressure)
        series["volume"].append(np.abs(np.linalg.det(part.cells)) / n)
    return Thermo(**{name: np.concatenate(values) for name, values in series.items()})


def _nearest(structure: Structure) -> float:
    """Return the shortest distance between two atoms, Å."""
    distances = structure.get_neighbor_list(min(8.0, 2.5 * structure.volume ** (1 / 3)))[3]
    return float(distances.min()) if len(distances) else UNKNOWN_SPACING


def _last(initial: Structure, trajectory: Trajectory) -> Structure:
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
    from pymatgen.core.structure import Structure  # noqa: PLC0415

    fractions = trajectory.fractions()[-1]
    return Structure(Lattice(trajectory.cells[-1]), initial.species, fractions - np.floor(fractions))
