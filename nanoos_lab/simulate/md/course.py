"""Carry a plan out: from the first velocities to the last frame, watched, and gone on from where it stopped."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.calculators.abilities import DynamicsState
from nanoos_lab.errors import CalculatorError
from nanoos_lab.simulate.md.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import DynamicsEngine, DynamicsFrames, DynamicsSegment
    from nanoos_lab.simulate.md.plan import Plan

    FloatArray = NDArray[np.float64]
    Report = Callable[[float | None, str], None]

RUNAWAY = 10.0
"""A temperature above so many times the highest one planned is an explosion, not a fluctuation."""
LEAST_RUNAWAY_K = 3000.0
"""Below this no temperature counts as one: tiny cells fluctuate, and start far from equilibrium."""
TELL_EVERY_S = 0.2
KELVIN_PER_EV = 2.0 / (3.0 * 8.617333262e-5)
"""Temperature of one eV of kinetic energy in one atom with three degrees of freedom (CODATA 2018)."""


@dataclass(frozen=True)
class Sampled:
    """What a run left, stretch by stretch as planned."""

    parts: tuple[DynamicsFrames, ...]
    state: DynamicsState
    resumed_from: int
    """The step at which it was gone on from; 0 where it was not."""


def carry_out(
    plan: Plan,
    structure: Structure,
    engine: DynamicsEngine,
    *,
    memory: Path | None,
    mark: str,
    report: Report,
) -> Sampled:
    """Run every stretch that is not behind yet.

    Args:
        plan: The stretches.
        structure: The system at the start.
        engine: What moves the atoms.
        memory: Folder that keeps what is done.
        mark: What the run is, besides the plan.
        report: Told the done part and a line.

    Raises:
        CalculatorError: The system exploded, or the calculator failed.
    """
    recording = Recording(memory, f"{plan.mark()} {mark}")
    state = recording.state or first_state(structure, plan.initial_temperature, plan.seed)
    resumed = recording.state.step if recording.state else 0
    if resumed:
        report(resumed / plan.steps, f"going on from step {resumed} of {plan.steps}")
    try:
        for stretch in plan.stretches[recording.done :]:
            watch = _Watch(plan, stretch.segment, len(structure), report)
            frames, state = engine.advance(state, stretch.segment, watch)
            recording.keep(frames, state)
    finally:
        engine.close()
    return Sampled(recording.frames, state, resumed)


def first_state(structure: Structure, temperature: float, seed: int) -> DynamicsState:
    """Return a structure with velocities of Maxwell's distribution, its centre of mass at rest.

    Args:
        structure: The system.
        temperature: K; the kinetic energy has this temperature exactly.
        seed: Of the random numbers.
    """
    from ase import units  # noqa: PLC0415 - keeps ASE out of the import
    from ase.data import atomic_masses  # noqa: PLC0415

    mass = atomic_masses[[site.specie.Z for site in structure]][:, None]
    velocities = np.random.default_rng(seed).normal(size=(len(structure), 3)) / np.sqrt(mass)
    velocities -= (mass * velocities).sum(axis=0) / mass.sum()
    wanted = 0.5 * degrees_of_freedom(len(structure)) * units.kB * temperature
    has = 0.5 * float((mass * velocities**2).sum())
    velocities *= math.sqrt(wanted / has) if has > 0.0 else 0.0
    return DynamicsState(
        step=0,
        positions=np.array(structure.cart_coords),
        velocities=velocities * units.fs,
        cell=np.array(structure.lattice.matrix),
    )


def degrees_of_freedom(atoms: int, *, centre_moves: bool = False) -> int:
    """Return how many degrees of freedom hold heat.

    Args:
        atoms: How many atoms there are.
        centre_moves: Whether the centre of mass is heated too, as random forces do.
    """
    return 3 * atoms if centre_moves else max(3 * atoms - 3, 1)


def temperature_of(kinetic: Any, segment: DynamicsSegment, atoms: int) -> Any:  # noqa: ANN401 - a float or an array
    """Return the temperature of kinetic energies in K.

    Args:
        kinetic: eV per cell.
        segment: Under which conditions they were sampled.
        atoms: How many atoms there are.
    """
    heated = segment.ensemble == "nvt" and segment.thermostat == "langevin"
    return kinetic * KELVIN_PER_EV * 3.0 / degrees_of_freedom(atoms, centre_moves=heated)


class _Watch:
    """Looks at every frame as it comes: tells how it goes, and stops what has gone wrong."""

    def __init__(self, plan: Plan, segment: DynamicsSegment, atoms: int, report: Report) -> None:
        self._plan, self._segment, self._atoms, self._report = plan, segment, atoms, report
        highest = max(plan.initial_temperature, *(max(s.segment.temperature) for s in plan.stretches))
        self._highest, self._limit = highest, max(RUNAWAY * highest, LEAST_RUNAWAY_K)
        self._told = -math.inf

    def __call__(self, step: int, potential: float, kinetic: float, pressure: float) -> None:
        temperature = float(temperature_of(kinetic, self._segment, self._atoms))
        if not (math.isfinite(potential) and math.isfinite(temperature)):
            raise CalculatorError(
                f"the simulation exploded before step {step}: its energy is no number; use a smaller timestep than "
                f"{self._segment.timestep:g} fs, or relax the structure first"
            )
        if temperature > self._limit:
            raise CalculatorError(
                f"the simulation exploded before step {step}: {temperature:.0f} K, where at most "
                f"{self._highest:.0f} K were planned; use a smaller timestep than {self._segment.timestep:g} fs, "
                "relax the structure first, or use a potential that knows such geometries"
            )
        if (now := time.monotonic()) - self._told >= TELL_EVERY_S:
            self._told = now
            squeezed = "" if math.isnan(pressure) else f", P = {pressure:.3g} GPa"
            self._report(
                min(step / self._plan.steps, 1.0),
                f"step {step} of {self._plan.steps}: T = {temperature:.0f} K, "
                f"E = {(potential + kinetic) / self._atoms:.4f} eV/atom{squeezed}",
            )
