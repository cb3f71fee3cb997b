"""What a run is going to cost, from a few steps of it that are really made."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nanoos_lab.calculators import Workplace, get_calculator, settled
from nanoos_lab.errors import NanoOSError
from nanoos_lab.simulate.engine import make_ready
from nanoos_lab.simulate.md.course import first_state
from nanoos_lab.simulate.md.plan import check_size, make_plan

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import DynamicsEngine, DynamicsSegment, DynamicsState
    from nanoos_lab.simulate.md.plan import MdParams

ENOUGH_S = 0.3
"""Steps are doubled until they take so long."""
MOST_STEPS = 2000


@dataclass(frozen=True)
class Cost:
    """What is known of a run before it begins."""

    atoms: int
    steps: int
    frames: int
    seconds_per_step: float | None
    """None where it could not be measured."""
    seconds_apart: float = 0.0
    """What is paid besides the steps, such as for starting a program."""
    problem: str = ""
    """Why it would fail, and what to do."""

    @property
    def seconds(self) -> float | None:
        """Of the whole run."""
        return (
            None if self.seconds_per_step is None else self.seconds_per_step * self.steps + self.seconds_apart
        )


def measure_cost(structure: Structure, params: MdParams) -> Cost:
    """Measure how long a step takes, by making some; nothing is kept.

    Args:
        structure: The crystal.
        params: What is asked for.
    """
    from nanoos_lab.simulate.md.task import engine_of, supercell_of  # noqa: PLC0415 - it imports calculators' engines

    system, plan = supercell_of(structure, params), make_plan(params)
    known = Cost(len(system), plan.steps, plan.frames, None)
    try:
        check_size(plan, len(system))
        calculator = get_calculator(params.calculator, params.options)
        make_ready(calculator, system)
        engine, kind = engine_of(settled(calculator, system), system, params, Workplace())
        plan = make_plan(params, native=kind == "native")
        state = first_state(system, plan.initial_temperature, plan.seed)
        each, once = _measured(engine, state, plan.stretches[0].segment)
    except NanoOSError as error:
        return replace(known, problem=str(error))
    return replace(known, seconds_per_step=each, seconds_apart=once * len(plan.stretches))


def _measured(engine: DynamicsEngine, state: DynamicsState, segment: DynamicsSegment) -> tuple[float, float]:
    """Return the time that one more step takes, and what a stretch takes besides its steps."""
    took: list[tuple[int, float]] = []
    every, steps = segment.every, segment.every
    try:
        while True:
            began = time.perf_counter()
            engine.advance(state, replace(segment, steps=steps, every=every), _quiet)
            took.append((steps, time.perf_counter() - began))
            # the first one also loads what there is to load
            if len(took) > 1 and (took[-1][1] > ENOUGH_S or steps >= MOST_STEPS):
                break
            steps *= 4 if len(took) > 1 else 1
    finally:
        engine.close()
    (few, short), (many, long) = took[-2:] if len(took) > 2 else ((0, 0.0), took[-1])  # noqa: PLR2004
    each = max((long - short) / (many - few), 0.0)
    return each, max(short - few * each, 0.0)


def _quiet(_step: int, _potential: float, _kinetic: float, _pressure: float) -> None:
    """Take what is said of each frame."""
