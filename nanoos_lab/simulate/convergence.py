"""How fine a calculator's knobs must be: its cut-offs and meshes raised until the answers stay.

Which options those are, the calculator says (:mod:`nanoos_lab.simulate.knobs`). One knob is raised at a time, the
others as they are asked for or as already found. A value will do where every finer one that was tried gives the same
energy, forces and stress within the tolerances.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from nanoos_lab.calculators import Calculator, Workplace, get_calculator
from nanoos_lab.errors import CalculatorError
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.simulate.knobs import chosen_ladders
from nanoos_lab.simulate.params import SimulationParams, identity_of, place_of
from nanoos_lab.simulate.statements import EV_PER_CUBIC_ANGSTROM_IN_GPA, Stater
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.simulate.deform import FloatArray, Response

    Report = Callable[[float | None, str], None]

_SAME_EV = 1e-9
"""Energies that differ by no more came of the same mesh or basis: a repetition, which confirms nothing."""
_ZERO_FORCE = 1e-4
_SEED = 20


class ConvergenceParams(SimulationParams):
    """Parameters of the task ``convergence``."""

    calculator: str = Field("qe", description="Name of the calculator.")
    knobs: list[str] = Field(
        default_factory=list,
        description="Options to raise, in this order; empty: all that the calculator names.",
    )
    ladders: dict[str, list[float]] = Field(
        default_factory=dict,
        description="By option, the values to try from coarse to fine, instead of its own.",
    )
    energy_mev: float = Field(1.0, gt=0.0, description="Tolerance of the energy in meV/atom.")
    force: float = Field(0.01, gt=0.0, description="Tolerance of every force in eV/Å.")
    stress_gpa: float = Field(0.5, gt=0.0, description="Tolerance of every stress in GPa.")
    confirmations: int = Field(
        2, ge=1, le=10, description="How many finer values must agree with one that will do."
    )
    displacement: float = Field(
        0.0,
        ge=0.0,
        le=0.3,
        description="Atoms are moved so far in Å first: in a symmetric crystal no force tells.",
    )


@dataclass(frozen=True)
class Tolerances:
    """What counts as the same."""

    energy_mev: float = 1.0
    """meV/atom."""
    force: float = 0.01
    """eV/Å, for every component on every atom."""
    stress_gpa: float = 0.5
    """GPa, for every component."""


@dataclass(frozen=True)
class Point:
    """One evaluation."""

    value: float
    """Of the knob."""
    energy: float
    """eV/atom."""
    forces: tuple[tuple[float, ...], ...]
    """eV/Å."""
    stress: tuple[tuple[float, ...], ...]
    """GPa."""
    seconds: float

    def off(self, other: Point) -> tuple[float, float, float]:
        """Return how far another point is: energy in meV/atom, largest force component in eV/Å, stress in GPa.

        Args:
            other: The other point.
        """
        force, stress = (
            float(np.abs(np.subtract(getattr(self, name), getattr(other, name))).max())
            for name in ("forces", "stress")
        )
        return 1000.0 * abs(self.energy - other.energy), force, stress


@dataclass(frozen=True)
class Climb:
    """One knob on its way up."""

    knob: str
    points: tuple[Point, ...]
    repeated: tuple[float, ...]
    """Values that gave the very same calculation as the one before them."""
    found: float | None
    """The coarsest value that will do; None where the ladder ended before one was sure."""


@dataclass(frozen=True)
class Convergence:
    """What was tried and what will do."""

    climbs: tuple[Climb, ...]
    options: Mapping[str, Any]
    """The options to use: those given, and each knob as found, or at its finest where none was."""
    tolerances: Tolerances
    last: Response
    """At the finest values."""

    @property
    def converged(self) -> bool:
        """Whether a value was found for every knob."""
        return all(climb.found is not None for climb in self.climbs)

    @property
    def calls(self) -> int:
        """How many evaluations it took."""
        return sum(len(climb.points) + len(climb.repeated) for climb in self.climbs)


def converge(
    structure: Structure,
    calculator: str = "qe",
    *,
    options: Mapping[str, Any] | None = None,
    ladders: Mapping[str, Sequence[float]] | None = None,
    tolerances: Tolerances | None = None,
    confirmations: int = 2,
    progress: Report | None = None,
    memory: Path | None = None,
    place: Workplace | None = None,
) -> Convergence:
    """Raise each knob of a calculator until energy, forces and stress stay within tolerances.

    Args:
        structure: The crystal, at the geometry that is evaluated.
        calculator: The calculator's name.
        options: Its options; of a knob, the value that holds until the knob's turn has come.
        ladders: By knob, the values to try from coarse to fine, in the order of the knobs; by default all of its own.
        tolerances: What counts as the same.
        confirmations: How many finer values must agree with one that will do.
        progress: Called with the done part and a line.
        memory: A file that keeps every point, so that an interrupted search goes on.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        InvalidInputError: The calculator has no such knob, or refuses a value or the structure.
        CalculatorError: The calculator is not available, or failed.
    """
    chosen = chosen_ladders(calculator, (), ladders)
    same, said = tolerances or Tolerances(), dict(options or {})
    ask = _Asker(structure, calculator, memory, place or Workplace(), progress)
    ask.total = sum(len(ladder) for ladder in chosen.values())
    climbs = []
    for knob, ladder in chosen.items():
        climb = _climb(knob, ladder, partial(ask, dict(said), knob), same, confirmations)
        said[knob] = climb.found if climb.found is not None else ladder[-1]
        climbs.append(climb)
    return Convergence(tuple(climbs), said, same, ask.last)


def _climb(
    knob: str,
    ladder: Sequence[float],
    ask: Callable[[float], Point],
    same: Tolerances,
    confirmations: int,
) -> Climb:
    points: list[Point] = []
    repeated: list[float] = []
    for value in ladder:
        point = ask(value)
        if points and abs(point.energy - points[-1].energy) < _SAME_EV and _alike(point, points[-1], same):
            repeated.append(value)
            continue
        points.append(point)
        for k, candidate in enumerate(points[:-confirmations]):
            if all(_alike(candidate, finer, same) for finer in points[k + 1 :]):
                return Climb(knob, tuple(points), tuple(repeated), candidate.value)
    return Climb(knob, tuple(points), tuple(repeated), None)


def _alike(one: Point, other: Point, same: Tolerances) -> bool:
    limits = (same.energy_mev, same.force, same.stress_gpa)
    return all(off <= limit for off, limit in zip(one.off(other), limits, strict=True))


class _Asker:
    """Evaluates the structure with one set of options after another, and keeps what it was told."""

    def __init__(
        self,
        structure: Structure,
        calculator: str,
        memory: Path | None,
        place: Workplace,
        progress: Report | None,
    ) -> None:
        self._structure, self._calculator, self._memory = structure, calculator, memory
        self._place, self._progress = place, progress
        self._known = _read(memory)
        self._asked, self.total = 0, 1
        self.last: Response

    def __call__(self, options: Mapping[str, Any], knob: str, value: float) -> Point:
        self._asked += 1
        if self._progress is not None:
            self._progress((self._asked - 1) / self.total, f"{knob} = {value:g}")
        calculator = get_calculator(self._calculator, {**options, knob: value})
        if problem := calculator.available():
            raise CalculatorError(problem)
        key = json.dumps(calculator.identity(), sort_keys=True, default=str)
        known = self._known.get(key)
        if known is None:
            known = self._evaluate(calculator, f"point-{self._asked}")
            self._keep(key, known)
        self.last = _response(self._structure, known)
        stress = np.multiply(known["stress"], EV_PER_CUBIC_ANGSTROM_IN_GPA)
        return Point(
            value=value,
            energy=known["energy"] / len(self._structure),
            forces=tuple(map(tuple, known["forces"])),
            stress=tuple(map(tuple, stress.tolist())),
            seconds=known["seconds"],
        )

    def _evaluate(self, calculator: Calculator, name: str) -> dict[str, Any]:
        engine = StructureEngine(self._structure, calculator, place=self._place.within(name))
        started = time.perf_counter()
        response = engine(*engine.start)
        return {
            "energy": response.energy,
            "forces": response.forces.tolist(),
            "stress": response.stress.tolist(),
            "seconds": time.perf_counter() - started,
        }

    def _keep(self, key: str, known: dict[str, Any]) -> None:
        self._known[key] = known
        if self._memory is not None:
            with self._memory.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"identity": key, **known}) + "\n")


def _read(path: Path | None) -> dict[str, dict[str, Any]]:
    """Return the points of a file by their calculators' identity; a line that was not finished is none."""
    known: dict[str, dict[str, Any]] = {}
    if path is None or not path.exists():
        return known
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            said = json.loads(line)
            known[said.pop("identity")] = said
        except (ValueError, KeyError, AttributeError):
            continue
    return known


def _response(structure: Structure, known: Mapping[str, Any]) -> Response:
    from nanoos_lab.simulate.deform import Response  # noqa: PLC0415 - only its name is needed above

    def array(numbers: Any) -> FloatArray:  # noqa: ANN401 - nested lists
        return np.asarray(numbers, dtype=float)

    return Response(
        positions=array(structure.cart_coords),
        cell=array(structure.lattice.matrix),
        energy=float(known["energy"]),
        forces=array(known["forces"]),
        stress=array(known["stress"]),
    )


def plan_convergence(inputs: Mapping[str, Any], params: ConvergenceParams) -> Plan:  # noqa: ARG001 - a task's form
    """Return what the task ``convergence`` is going to do.

    Args:
        inputs: Not needed.
        params: Its parameters.
    """
    chosen = chosen_ladders(params.calculator, params.knobs, params.ladders)
    steps = [
        Step(
            f"{knob} from {ladder[0]:g} to {ladder[-1]:g}",
            min(len(ladder), params.confirmations + 2),
            len(ladder),
        )
        for knob, ladder in chosen.items()
    ]
    return Plan(tuple(steps), ("energy", "max_force", "pressure"))


@task("convergence", version="1", identity=identity_of, resumable=True, plan=plan_convergence)
def convergence(inputs: Mapping[str, Any], params: ConvergenceParams, context: Context) -> Outcome:
    """Cut-offs and meshes raised until energy, forces and stress stay."""
    structure = _moved(inputs["structure"], params.displacement)
    result = converge(
        structure,
        params.calculator,
        options=params.options,
        ladders=chosen_ladders(params.calculator, params.knobs, params.ladders),
        tolerances=Tolerances(params.energy_mev, params.force, params.stress_gpa),
        confirmations=params.confirmations,
        progress=context.progress,
        memory=context.folder / "points.jsonl",
        place=place_of(context),
    )
    context.progress(1.0, ", ".join(f"{climb.knob} = {climb.found}" for climb in result.climbs))
    calculator = get_calculator(params.calculator, result.options)
    stater = Stater(calculator, "static, converged in its options", converged=result.converged)
    moved = params.displacement > 0.0
    return Outcome(
        values={} if moved else {"structure": stater.energetics(result.last, None)},
        summary={
            **params.model_dump(mode="json"),
            "synthetic": calculator.synthetic,
            "recommended": dict(result.options),
            "climbs": [_summary(climb) for climb in result.climbs],
            "force_calls": result.calls,
        },
        converged=result.converged,
        messages=_messages(result),
    )


def _moved(structure: Structure, displacement: float) -> Structure:
    if not displacement:
        return structure
    moved = structure.copy()
    moved.perturb(displacement, seed=_SEED)
    return moved


def _summary(climb: Climb) -> dict[str, Any]:
    """Return a climb as small JSON values, each point with how far it is from the finest."""
    rows = []
    for point in climb.points:
        energy, force, stress = point.off(climb.points[-1])
        said = {k: v for k, v in asdict(point).items() if k in {"value", "energy", "seconds"}}
        rows.append({**said, "off_mev": energy, "off_force": force, "off_stress_gpa": stress})
    return {
        "knob": climb.knob,
        "recommended": climb.found,
        "repeated": list(climb.repeated),
        "points": rows,
    }


def _messages(result: Convergence) -> tuple[str, ...]:
    said = [
        f"not converged: {climb.knob} = {climb.points[-1].value:g}, the finest that was tried, is not known to be "
        "enough: give a ladder that goes further"
        for climb in result.climbs
        if climb.found is None
    ]
    said += [
        f"{climb.knob} = {', '.join(f'{v:g}' for v in climb.repeated)} gave the same calculation as the value before: "
        "it confirmed nothing"
        for climb in result.climbs
        if climb.repeated
    ]
    if np.abs(result.last.forces).max() < _ZERO_FORCE:
        said.append(
            "the forces vanish by symmetry and were not tested: displacement=0.05 moves the atoms first"
        )
    return tuple(said)
