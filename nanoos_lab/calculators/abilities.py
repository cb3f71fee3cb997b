"""What only some calculators can do besides energies and forces, and in which form they give it.

A simulation asks ``isinstance(calculator, GivesBands)``; a calculator has an ability by having its method. All
energies are in eV, lengths in Å.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.workplace import Workplace

    FloatArray = NDArray[np.float64]

SAME_ENERGY_EV = 1e-3
"""Levels closer than this are one: where a band touches the Fermi level."""


@dataclass(frozen=True)
class Bands:
    """Electronic levels at k-points along a path."""

    kpoints: FloatArray
    """Fractional coordinates in the reciprocal lattice of the structure computed, shape (k, 3)."""
    energies: FloatArray
    """eV on the code's own scale, shape (spins, k, bands); one spin where the two are the same."""
    fermi: float
    """Fermi level, or the highest occupied level, of the self-consistent calculation on a full mesh, eV."""
    electrons: float = 0.0
    """Number of electrons per cell that the bands hold; 0 where the calculator does not say."""
    mesh_edges: tuple[float, float] | None = None
    """Highest occupied and lowest empty level on the full mesh, eV, where that is an insulator's and they are known:
    the true extrema may lie off the path."""


@dataclass(frozen=True)
class DensityOfStates:
    """Electronic states per energy."""

    energies: FloatArray
    """eV on the code's own scale, increasing, shape (m,)."""
    total: FloatArray
    """States per eV and cell, shape (spins, m); one spin where the two are the same, and then it holds both."""
    fermi: float
    """eV on the same scale."""
    projected: Mapping[tuple[str, str], FloatArray] = field(default_factory=dict)
    """By element and letter of the shell, such as ("Ga", "d"): as ``total``."""


@dataclass(frozen=True)
class NativeRelaxation:
    """A relaxation by a code's own optimiser."""

    structures: Sequence[Structure]
    """Geometries in order, the start first and the end last."""
    energies: Sequence[float]
    """eV per cell, one for each geometry."""
    forces: FloatArray
    """eV/Å at the end, shape (n, 3)."""
    stress: FloatArray
    """eV/Å³ at the end, positive under tension, shape (3, 3)."""
    converged: bool
    reason: str = ""
    """Why it did not converge."""
    magnetization: float | None = None
    """Mean magnitude of the site moments in μB at the end, where there are any."""
    force_calls: int = 0
    messages: tuple[str, ...] = ()
    """What the user must know, such as remedies that were needed."""


@runtime_checkable
class RelaxesItself(Protocol):
    """Has an optimiser of its own."""

    def relax_natively(  # noqa: D102 - told by the class
        self, structure: Structure, place: Workplace, *, freedom: str, fmax: float, max_steps: int
    ) -> NativeRelaxation: ...


@runtime_checkable
class GivesBands(Protocol):
    """Gives electronic levels at any k-points, on the density of a full mesh."""

    def band_structure(  # noqa: D102 - told by the class
        self, structure: Structure, kpoints: FloatArray, place: Workplace
    ) -> Bands: ...


@runtime_checkable
class GivesDensityOfStates(Protocol):
    """Gives the electronic density of states.

    ``density_factor`` multiplies the density of k-points of the self-consistent calculation along each direction.
    """

    def density_of_states(  # noqa: D102 - told by the class
        self, structure: Structure, place: Workplace, *, projected: bool, density_factor: float
    ) -> DensityOfStates: ...


@dataclass(frozen=True)
class DynamicsSegment:
    """A stretch of molecular dynamics under one set of conditions."""

    ensemble: Literal["nve", "nvt", "npt"]
    steps: int
    """A multiple of ``every``."""
    every: int
    """Steps from one frame to the next."""
    timestep: float
    """fs."""
    temperature: tuple[float, float]
    """K at the start and at the end, linear between; without meaning for nve."""
    thermostat: Literal["nose-hoover", "langevin"] = "nose-hoover"
    """For nvt; npt has Nosé-Hoover chains."""
    thermostat_time: float = 100.0
    """fs."""
    pressure: float = 0.0
    """GPa, for npt."""
    barostat: Literal["isotropic", "full"] = "isotropic"
    """Whether the volume alone changes, or the whole cell."""
    barostat_time: float = 1000.0
    """fs."""
    seed: int = 0
    """Of random forces in this stretch."""


@dataclass(frozen=True)
class DynamicsState:
    """All that a stretch needs to go on from the end of another, in arrays that can be kept in a file."""

    step: int
    positions: FloatArray
    """Å, not wrapped into the cell, shape (n, 3)."""
    velocities: FloatArray
    """Å/fs, shape (n, 3)."""
    cell: FloatArray
    """Row vectors in Å, shape (3, 3)."""
    internals: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """What the engine itself needs, such as its thermostat; empty at the very start."""


@dataclass(frozen=True)
class DynamicsFrames:
    """What was sampled on a stretch: m frames of n atoms, without the one it started from."""

    steps: NDArray[np.int64]
    """Shape (m,)."""
    positions: FloatArray
    """Å, not wrapped into the cell, shape (m, n, 3)."""
    cells: FloatArray
    """Row vectors in Å, shape (m, 3, 3)."""
    potential: FloatArray
    """eV per cell, shape (m,)."""
    kinetic: FloatArray
    """eV per cell, shape (m,)."""
    pressure: FloatArray
    """GPa with the kinetic part, shape (m,); nan where there is no stress."""


@runtime_checkable
class DynamicsEngine(Protocol):
    """Moves the atoms of one system. The same state and segment give the same frames, whatever came before."""

    def advance(
        self,
        state: DynamicsState,
        segment: DynamicsSegment,
        report: Callable[[int, float, float, float], None],
    ) -> tuple[DynamicsFrames, DynamicsState]:
        """Run a stretch.

        Args:
            state: Where it starts.
            segment: The conditions.
            report: Told step, potential and kinetic energy in eV and pressure in GPa of each frame as it comes; what
                it raises ends the stretch.
        """

    def close(self) -> None:
        """Give back what it holds."""


@runtime_checkable
class RunsDynamics(Protocol):
    """Has molecular dynamics of its own."""

    def dynamics(self, structure: Structure, place: Workplace) -> DynamicsEngine: ...  # noqa: D102 - told by the class


@dataclass(frozen=True)
class Electrons:
    """What a calculator knows of the electrons at the geometry it was asked about last."""

    band_gap: float | None = None
    """eV between the highest occupied and the lowest empty level on the mesh; 0 for a metal."""
    fermi: float | None = None
    """eV on the code's own scale."""
    total_magnetization: float | None = None
    """Sum of the moments with their signs, μB per cell."""


def electrons_of(results: Mapping[str, Any]) -> Electrons | None:
    """Return what an ASE calculator said of the electrons under the key ``electrons`` of its results.

    Args:
        results: ``calculator.results``.
    """
    said = results.get("electrons")
    return said if isinstance(said, Electrons) else None
