"""What a molecular-dynamics run does, stretch by stretch, fixed before it begins.

The stretches follow from the parameters alone, never from the clock, so that a run that was interrupted cuts itself
in the same places when it goes on.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from nanoos_lab.calculators.abilities import DynamicsSegment
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.simulate.params import SimulationParams
from nanoos_lab.tasks import Params

if TYPE_CHECKING:
    from typing import Self

FS_PER_PS = 1000.0
STRETCHES = 40
"""A run is cut into about so many, after each of which it can be gone on from."""
SHORTEST, SHORTEST_NATIVE = 200, 2000
"""Steps of a stretch, at least; more where each stretch starts a program."""
_MOST_NUMBERS = 4e8
"""Coordinates of all frames that are kept, at most: 3.2 GB of memory."""


class Stage(Params):
    """A part of a temperature schedule."""

    temperature: float = Field(gt=0.0, le=20_000.0, description="Temperature in K at the end of the stage.")
    time_ps: float = Field(gt=0.0, description="How long it takes, ps.")
    hold: bool = Field(
        False, description="Whether it is at this temperature throughout, instead of going there linearly."
    )


class MdParams(SimulationParams):
    """Parameters of the task ``md``."""

    ensemble: Literal["nve", "nvt", "npt"] = Field(
        "nvt", description="What is kept: energy, volume, or pressure."
    )
    temperature: float = Field(300.0, gt=0.0, le=20_000.0, description="Temperature in K.")
    pressure: float = Field(0.0, ge=-100.0, le=1000.0, description="Pressure in GPa, for npt.")
    timestep: float = Field(1.0, gt=0.0, le=20.0, description="Time step in fs.")
    steps: int | None = Field(None, ge=1, description="Steps of the run that is analysed.")
    time_ps: float | None = Field(None, gt=0.0, description="Its length in ps, instead of steps.")
    equilibration_ps: float = Field(
        1.0,
        ge=0.0,
        description="Run before it that is not analysed, in ps; before nve, under a Langevin thermostat.",
    )
    schedule: tuple[Stage, ...] = Field(
        (), description="Temperatures gone through before, such as for melting and quenching."
    )
    sample_every: int = Field(10, ge=1, description="Steps from one frame to the next.")
    supercell: tuple[int, int, int] = Field((1, 1, 1), description="Copies of the cell along a, b and c.")
    min_length: float = Field(
        0.0, ge=0.0, le=200.0, description="The cell is repeated until it is at least as thick, in Å."
    )
    thermostat: Literal["nose-hoover", "langevin"] = Field("nose-hoover", description="Thermostat of nvt.")
    thermostat_time: float | None = Field(
        None, gt=0.0, description="Its time in fs; by default 100 time steps."
    )
    barostat: Literal["isotropic", "full"] = Field(
        "isotropic", description="What changes under npt: the volume alone, or the whole cell."
    )
    barostat_time: float | None = Field(
        None, gt=0.0, description="Its time in fs; by default 1000 time steps."
    )
    initial_temperature: float | None = Field(
        None, gt=0.0, description="Of the first velocities, in K; by default that of the run."
    )
    seed: int = Field(0, ge=0, description="Of velocities and random forces.")
    rdf_cutoff: float = Field(
        8.0, gt=0.5, le=50.0, description="How far g(r) reaches, Å; at most half the cell."
    )
    checkpoint_every: int | None = Field(
        None, ge=1, description="Steps after which it can be gone on from; by default about a fortieth."
    )
    engine: Literal["auto", "own", "native"] = Field(
        "auto", description="Who moves the atoms: the calculator's code itself (native), or we (own)."
    )

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.steps is None) == (self.time_ps is None):
            msg = "say how long it runs, by steps or by time_ps, and not by both"
            raise ValueError(msg)
        if any(n < 1 for n in self.supercell):
            msg = f"supercell={self.supercell}: at least one copy along each direction"
            raise ValueError(msg)
        return self


@dataclass(frozen=True)
class Stretch:
    """A segment and what it is for."""

    part: Literal["schedule", "equilibration", "production"]
    segment: DynamicsSegment


@dataclass(frozen=True)
class Plan:
    """All stretches in order."""

    stretches: tuple[Stretch, ...]
    initial_temperature: float
    seed: int

    @property
    def steps(self) -> int:
        """All steps."""
        return sum(s.segment.steps for s in self.stretches)

    @property
    def frames(self) -> int:
        """All frames that are kept."""
        return sum(s.segment.steps // s.segment.every for s in self.stretches)

    def mark(self) -> str:
        """Return a text that two plans share only where they are the same."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def make_plan(params: MdParams, *, native: bool = False) -> Plan:
    """Lay out a run.

    Args:
        params: What was asked for.
        native: Whether the calculator's code itself moves the atoms.
    """
    return _Planner(params, SHORTEST_NATIVE if native else SHORTEST).plan()


def check_size(plan: Plan, atoms: int) -> None:
    """Refuse a run whose frames would not fit into memory.

    Args:
        plan: The run.
        atoms: How many atoms it moves.

    Raises:
        InvalidInputError: It would keep too many coordinates; the message says what to change.
    """
    numbers = 3.0 * atoms * plan.frames
    if numbers > _MOST_NUMBERS:
        raise InvalidInputError(
            f"{plan.frames} frames of {atoms} atoms would need {8e-9 * numbers:.0f} GB of memory: raise sample_every "
            f"at least {math.ceil(numbers / _MOST_NUMBERS)} times, or make the run shorter"
        )


class _Planner:
    def __init__(self, params: MdParams, shortest: int) -> None:
        self.params, self.shortest = params, shortest
        self.count = 0

    def plan(self) -> Plan:
        said = self.params
        stretches: list[Stretch] = []
        before = said.initial_temperature or (
            said.schedule[0].temperature if said.schedule else said.temperature
        )
        first = before
        ensemble: Literal["nvt", "npt"] = "npt" if said.ensemble == "npt" else "nvt"
        for stage in said.schedule:
            begin = stage.temperature if stage.hold else before
            stretches += self._cut(
                "schedule", ensemble, self._steps_of(stage.time_ps), (begin, stage.temperature)
            )
            before = stage.temperature
        constant = (said.temperature, said.temperature)
        if said.equilibration_ps:
            steps = self._steps_of(said.equilibration_ps)
            stretches += self._cut("equilibration", ensemble, steps, constant)
        steps = said.steps if said.steps is not None else self._steps_of(said.time_ps or 0.0)
        stretches += self._cut("production", said.ensemble, steps, constant)
        return Plan(tuple(stretches), first, said.seed)

    def _steps_of(self, time_ps: float) -> int:
        return max(1, round(time_ps * FS_PER_PS / self.params.timestep))

    def _cut(
        self,
        part: Literal["schedule", "equilibration", "production"],
        ensemble: Literal["nve", "nvt", "npt"],
        steps: int,
        temperature: tuple[float, float],
    ) -> list[Stretch]:
        """Cut a part into stretches of whole numbers of frames."""
        every = self.params.sample_every
        frames = max(1, math.ceil(steps / every))
        wished = self.params.checkpoint_every or max(self.shortest, steps / STRETCHES)
        each = max(1, math.ceil(wished / every))
        cuts = [*range(0, frames, each), frames]
        slope = (temperature[1] - temperature[0]) / frames
        return [
            Stretch(
                part,
                self._segment(
                    part, ensemble, (b - a) * every, (temperature[0] + slope * a, temperature[0] + slope * b)
                ),
            )
            for a, b in pairwise(cuts)
        ]

    def _segment(
        self,
        part: str,
        ensemble: Literal["nve", "nvt", "npt"],
        steps: int,
        temperature: tuple[float, float],
    ) -> DynamicsSegment:
        said, self.count = self.params, self.count + 1
        gentle = part == "equilibration" and said.ensemble == "nve"
        return DynamicsSegment(
            ensemble=ensemble,
            steps=steps,
            every=said.sample_every,
            timestep=said.timestep,
            temperature=temperature,
            thermostat="langevin" if gentle else said.thermostat,
            thermostat_time=said.thermostat_time or 100.0 * said.timestep,
            pressure=said.pressure,
            barostat=said.barostat,
            barostat_time=said.barostat_time or 1000.0 * said.timestep,
            seed=int.from_bytes(hashlib.sha256(f"{said.seed} {self.count}".encode()).digest()[:4], "big"),
        )
