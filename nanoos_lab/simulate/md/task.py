"""Molecular dynamics of a structure, as a function and as the task ``md``."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.calculators import Calculator, Workplace, get_calculator, settled
from nanoos_lab.calculators.abilities import RunsDynamics
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.simulate.engine import make_ready
from nanoos_lab.simulate.md.course import carry_out
from nanoos_lab.simulate.md.plan import MdParams, check_size, make_plan
from nanoos_lab.simulate.md.recording import Recording
from nanoos_lab.simulate.md.result import PARTS, MolecularDynamics, Thermo, analysed
from nanoos_lab.simulate.md.statements import stated
from nanoos_lab.simulate.params import identity_of, place_of
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import DynamicsEngine

    Report = Callable[[float | None, str], None]

POINTS = 400
"""Samples of each series in a summary; the artifacts have all."""
FEWEST_ATOMS = 2


def molecular_dynamics(
    structure: Structure,
    calculator: str | Calculator = "chgnet",
    params: MdParams | None = None,
    *,
    progress: Report | None = None,
    memory: Path | None = None,
    place: Workplace | None = None,
    **said: Any,
) -> MolecularDynamics:
    """Move the atoms of a structure in time.

    Args:
        structure: The crystal; it is repeated as the parameters say.
        calculator: A calculator or its name.
        params: What is asked for, all at once.
        progress: Called with the done part and a line.
        memory: A folder that keeps what is done: begun again with it and with all else the same, the run goes on
            from its last checkpoint and gives the same frames.
        place: Where the calculator keeps its files, and whom it tells.
        said: Parameters by name, as :class:`MdParams` has them, where ``params`` are not given.

    Example:
        >>> from nanoos_lab.testing import crystal
        >>> run = molecular_dynamics(crystal("Cu"), "toy", ensemble="nve", steps=100, supercell=(3, 3, 3))
        >>> len(run.trajectory)
        10

    Raises:
        InvalidInputError: The calculator cannot use the structure, or the parameters do not go together.
        OutOfDomainError: The calculator cannot know the structure.
        CalculatorError: The calculator is not available or failed, or the system exploded.
    """
    asked = params or MdParams(**said)
    system = supercell_of(structure, asked)
    chosen = get_calculator(calculator)
    make_ready(chosen, system)
    chosen = settled(chosen, system)
    engine, kind = engine_of(chosen, system, asked, place or Workplace())
    plan = make_plan(asked, native=kind == "native")
    check_size(plan, len(system))
    sampled = carry_out(
        plan, system, engine, memory=memory, mark=_mark(system, chosen, kind), report=progress or _silent
    )
    return stated(analysed(system, sampled, plan, asked, kind), asked, chosen)


def supercell_of(structure: Structure, params: MdParams) -> Structure:
    """Return the system that is simulated: the structure repeated.

    Args:
        structure: The crystal.
        params: How often, or how thick the cell must be.

    Raises:
        InvalidInputError: There would be one atom only.
    """
    matrix = np.array(structure.lattice.matrix)
    thick = 1.0 / np.linalg.norm(np.linalg.inv(matrix), axis=0)
    copies = [
        max(n, int(np.ceil(params.min_length / t - 1e-9)))
        for n, t in zip(params.supercell, thick, strict=True)
    ]
    system = structure.copy()
    system.make_supercell(copies)
    if len(system) < FEWEST_ATOMS:
        raise InvalidInputError(
            "one atom in its cell cannot move against itself: repeat it with supercell=(3, 3, 3) or min_length=10"
        )
    return system


def engine_of(
    chosen: Calculator, system: Structure, asked: MdParams, place: Workplace
) -> tuple[DynamicsEngine, str]:
    """Return what moves the atoms, and whether it is ``own`` or ``native``.

    Args:
        chosen: The calculator.
        system: What is simulated.
        asked: What is asked for.
        place: Where the calculator keeps its files.

    Raises:
        InvalidInputError: The calculator has no dynamics of its own, and was asked for them.
    """
    if isinstance(chosen, RunsDynamics) and asked.engine != "own":
        return chosen.dynamics(system, place), "native"
    if asked.engine == "native":
        raise InvalidInputError(
            f"the calculator {chosen.name!r} has no molecular dynamics of its own: leave engine at 'auto'"
        )
    from nanoos_lab.simulate.md.ase_engine import ASEDynamics  # noqa: PLC0415 - only where it is used

    return ASEDynamics(system, chosen, place), "own"


def _mark(system: Structure, chosen: Calculator, kind: str) -> str:
    parts = [kind, json.dumps(dict(chosen.identity()), sort_keys=True, default=str)]
    digest = hashlib.sha256("\n".join(parts).encode())
    digest.update(np.ascontiguousarray(system.cart_coords).tobytes())
    digest.update(np.ascontiguousarray(system.lattice.matrix).tobytes())
    digest.update(str([site.specie.Z for site in system]).encode())
    return digest.hexdigest()


def _silent(_fraction: float | None, _message: str) -> None:
    """Take progress of those who did not ask for it."""


def plan_md(inputs: Mapping[str, Any], params: MdParams) -> Plan:
    """Say what a run is going to do.

    Args:
        inputs: ``structure``.
        params: What is asked for.
    """
    stretches, structure = make_plan(params).stretches, inputs.get("structure")
    size = "" if structure is None else f" of {len(supercell_of(structure, params))} atoms"
    steps = {part: sum(s.segment.steps for s in stretches if s.part == part) for part in PARTS}
    stated = ["pressure", "radial_distribution_function", "mean_square_displacement", "diffusion_coefficient"]
    stated += ["volume_per_atom", "density"] if params.ensemble == "npt" else []
    return Plan(tuple(Step(f"{part}{size}, steps", n) for part, n in steps.items() if n), tuple(stated))


@task("md", version="1", identity=identity_of, resumable=True, plan=plan_md)
def md(inputs: Mapping[str, Any], params: MdParams, context: Context) -> Outcome:
    """Molecular dynamics: averages, trajectory, radial distribution, displacements and diffusion."""
    calculator, kept = params.chosen(), context.folder / "dynamics"
    result = molecular_dynamics(
        inputs["structure"],
        calculator,
        params,
        progress=context.progress,
        memory=kept,
        place=place_of(context),
    )
    context.progress(1.0, f"T = {result.temperature.value:.0f} K over {len(result.trajectory)} frames")
    trajectory, thermo = context.folder / "trajectory.npz", context.folder / "thermo.npz"
    result.trajectory.save(trajectory)
    np.savez_compressed(thermo, **vars(result.thermo))
    outcome = Outcome(
        values={"structure": result.estimates},
        structures={"final": result.structure},
        artifacts={"trajectory": trajectory, "thermo": thermo},
        summary={
            **params.model_dump(mode="json"),
            "synthetic": calculator.synthetic,
            **summary_of(result),
        },
        messages=result.messages,
    )
    Recording(kept, "").clear()
    return outcome


def summary_of(result: MolecularDynamics) -> dict[str, Any]:
    """Return how a run went as small JSON values, ready to be drawn.

    Args:
        result: The run.
    """
    means = {n: getattr(result, n) for n in ("temperature", "pressure", "volume", "energy")}
    return {
        "atoms": len(result.initial),
        "formula": result.initial.composition.reduced_formula,
        "frames": len(result.trajectory),
        "engine_used": result.engine,
        "resumed_from": result.resumed_from,
        "means": {n: {"value": _json(m.value), "error": _json(m.error)} for n, m in means.items()},
        "drift_eV_per_atom_ps": _json(result.drift),
        "thermo": _thermo_summary(result.thermo),
        "radial_distribution": [
            {"pair": d.pair, "r": d.distances.round(4).tolist(), "g": d.values.round(4).tolist()}
            for d in result.distributions
        ],
        "diffusion": [
            {
                "element": d.element,
                "times": _thin(d.times, 5),
                "displacement": _thin(d.displacement, 5),
                "fit": list(d.fit),
                "slope": _json(d.slope),
                "intercept": _json(d.intercept),
                "exponent": _json(d.exponent),
                "coefficient": d.coefficient,
                "error": d.error,
                "reason": d.reason,
            }
            for d in result.diffusion
        ],
    }


def _thermo_summary(thermo: Thermo) -> dict[str, Any]:
    names = ("time", "temperature", "potential", "total", "pressure", "volume")
    series = {n: _thin(getattr(thermo, n), 6) for n in names}
    changes = np.flatnonzero(np.diff(thermo.part)) + 1
    return {
        **series,
        "starts": {PARTS[int(thermo.part[k])]: float(thermo.time[k]) for k in (0, *changes.tolist())},
    }


def _thin(series: Any, digits: int) -> list[float | None]:  # noqa: ANN401 - an array
    step = max(1, int(np.ceil(len(series) / POINTS)))
    return [_json(round(float(v), digits)) for v in series[::step]]


def _json(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
