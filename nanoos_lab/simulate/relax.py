"""Relaxation of atoms and cell to the nearest minimum of a calculator's energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from nanoos_lab.calculators import Calculator, Workplace, get_calculator, settled
from nanoos_lab.calculators.abilities import RelaxesItself
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.simulate.deform import CellFreedom
from nanoos_lab.simulate.descent import Descent, descend
from nanoos_lab.simulate.engine import Bounds, StructureEngine, make_ready
from nanoos_lab.simulate.native import descent_of
from nanoos_lab.simulate.params import SimulationParams, identity_of, place_of
from nanoos_lab.simulate.remembering import RememberedEngine
from nanoos_lab.simulate.statements import SYMPREC, Stater, cell_summary, pressure_gpa
from nanoos_lab.simulate.symmetry import symmetrizer_of
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.simulate.deform import FloatArray, Response

    Report = Callable[[float | None, str], None]


Optimizer = Literal["auto", "own", "native"]


class RelaxParams(SimulationParams):
    """Parameters of the task ``relax``."""

    fmax: float = Field(
        0.02, gt=0.0, le=1.0, description="Tolerance in eV/Å for forces and in eV for the virial per atom."
    )
    max_steps: int = Field(300, ge=1, description="Most steps.")
    cell: CellFreedom = Field(CellFreedom.FULL, description="What of the cell may change.")
    keep_symmetry: bool = Field(False, description="Whether the space group of the start is kept.")
    max_volume_change: float = Field(
        0.5, gt=0.0, le=5.0, description="Growth of the volume at which it gives up."
    )
    optimizer: Optimizer = Field(
        "auto", description="Who moves the atoms: the calculator's code itself (native), or we (own)."
    )


@dataclass(frozen=True)
class Relaxation:
    """How a relaxation went and where it led."""

    initial: Structure
    structure: Structure
    """The relaxed structure; the best one found where it did not converge."""
    descent: Descent
    """Responses, energies and residuals on the way."""
    magnetization: float | None
    """Mean magnitude of the site moments in μB at the end, where the calculator gives them."""
    estimates: tuple[PropertyEstimate, ...]
    """Energy, forces, pressure, volume, density and lattice of the relaxed structure."""
    messages: tuple[str, ...] = ()
    """What the user must know."""

    @property
    def converged(self) -> bool:
        """Whether the tolerance was reached."""
        return self.descent.converged

    @property
    def energy(self) -> float:
        """Energy at the end in eV/atom."""
        return self.descent.last.energy / len(self.structure)

    @property
    def energy_change(self) -> float:
        """Energy at the end minus energy at the start in eV/atom."""
        return (self.descent.last.energy - self.descent.first.energy) / len(self.structure)

    @property
    def volume_change(self) -> float:
        """Relative change of the volume."""
        return self.descent.last.volume / self.descent.first.volume - 1.0


class SymmetricEngine(StructureEngine):
    """A calculator whose answers are averaged over the space group of the start."""

    def __init__(
        self,
        structure: Structure,
        calculator: Calculator,
        bounds: Bounds | None = None,
        place: Workplace | None = None,
    ) -> None:
        super().__init__(structure, calculator, bounds, place)
        self._symmetrize = symmetrizer_of(structure, symprec=SYMPREC)

    def __call__(self, positions: FloatArray, cell: FloatArray) -> Response:
        """Evaluate energy, forces and stress, and average.

        Args:
            positions: Å, shape (n, 3).
            cell: Row vectors in Å, shape (3, 3).
        """
        return self._symmetrize(super().__call__(positions, cell))


def relax_structure(
    structure: Structure,
    calculator: str | Calculator = "chgnet",
    *,
    fmax: float = 0.02,
    max_steps: int = 300,
    cell: CellFreedom | str = CellFreedom.FULL,
    keep_symmetry: bool = False,
    max_volume_change: float = 0.5,
    optimizer: Optimizer = "auto",
    progress: Report | None = None,
    memory: Path | None = None,
    place: Workplace | None = None,
) -> Relaxation:
    """Relax a crystal to the nearest minimum.

    Args:
        structure: The crystal.
        calculator: A calculator or its name.
        fmax: Tolerance in eV/Å for forces and in eV for the virial per atom.
        max_steps: Most steps; ending there is no error but ``converged=False``.
        cell: What of the cell may change: ``full``, ``shape``, ``volume`` or ``fixed``.
        keep_symmetry: Whether the space group of the start is kept.
        max_volume_change: Growth of the volume, as a fraction, at which it gives up unconverged.
        optimizer: Who moves the atoms: ``native`` is the optimiser of the calculator's own code, ``own`` is ours,
            ``auto`` is the native one where there is one.
        progress: Called with done part (None: not known) and a line after each step.
        memory: A file that keeps each answer of the calculator: given again after an interruption, with all else
            the same, the relaxation goes on from where it was.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        InvalidInputError: The calculator cannot use the structure, or has no optimiser of its own and was asked to.
        OutOfDomainError: The calculator cannot know the structure.
        CalculatorError: The calculator is not available.
    """
    chosen, freedom = get_calculator(calculator), CellFreedom(cell)
    stated = _Stated(structure, _recipe(fmax, freedom), chosen)
    if native := _native(chosen, optimizer):
        make_ready(chosen, structure)
        found = native.relax_natively(
            structure, place or Workplace(), freedom=freedom.value, fmax=fmax, max_steps=max_steps
        )
        return stated(found.structures[-1], descent_of(found), found.magnetization, found.messages)
    chosen = settled(chosen, structure)
    kind = SymmetricEngine if keep_symmetry else StructureEngine
    engine = kind(structure, chosen, Bounds(max_volume_change), place)
    asked = engine if memory is None else RememberedEngine(engine, memory)
    descent = descend(
        asked,
        engine.numbers,
        engine.start,
        freedom=freedom,
        fmax=fmax,
        max_steps=max_steps,
        report=_reporter(progress, len(structure), fmax),
    )
    return stated(engine.structure_at(descent.last), descent, asked.magnetization())


@dataclass(frozen=True)
class _Stated:
    """A relaxation as it is stated."""

    initial: Structure
    recipe: str
    calculator: Calculator

    def __call__(
        self,
        relaxed: Structure,
        descent: Descent,
        magnetization: float | None,
        messages: tuple[str, ...] = (),
    ) -> Relaxation:
        stater = Stater(self.calculator, self.recipe, converged=descent.converged)
        estimates = (*stater.energetics(descent.last, magnetization), *stater.geometry(relaxed))
        return Relaxation(self.initial, relaxed, descent, magnetization, estimates, messages)


def _native(calculator: Calculator, optimizer: Optimizer) -> RelaxesItself | None:
    able = isinstance(calculator, RelaxesItself)
    if optimizer == "native" and not able:
        raise InvalidInputError(
            f"the calculator {calculator.name!r} has no optimiser of its own: leave optimizer at 'auto'"
        )
    return calculator if isinstance(calculator, RelaxesItself) and optimizer != "own" else None


def _recipe(fmax: float, freedom: CellFreedom) -> str:
    cell = {
        CellFreedom.FULL: "atoms and cell",
        CellFreedom.SHAPE: "atoms and cell shape",
        CellFreedom.VOLUME: "atoms and volume",
        CellFreedom.FIXED: "atoms",
    }[freedom]
    return f"{cell} relaxed to {fmax:g} eV/Å"


def _reporter(progress: Report | None, n_atoms: int, fmax: float) -> Callable[[int, Response, float], None]:
    def report(step: int, response: Response, residual: float) -> None:
        if progress is not None:
            energy = response.energy / n_atoms
            progress(None, f"step {step}: E = {energy:.4f} eV/atom, residual {residual:.3f} of {fmax:g} eV/Å")

    return report


def relaxation_summary(result: Relaxation) -> dict[str, Any]:
    """Return how a relaxation went as small JSON values.

    Args:
        result: The relaxation.
    """
    n, descent = len(result.structure), result.descent
    return {
        "energy_before": descent.first.energy / n,
        "energy_after": result.energy,
        "energy_change": result.energy_change,
        "volume_change": result.volume_change,
        "before": cell_summary(result.initial),
        "after": cell_summary(result.structure),
        "steps": len(descent.energies) - 1,
        "force_calls": descent.force_calls,
        "max_force": descent.last.largest_force,
        "pressure_GPa": pressure_gpa(descent.last),
        "magnetization": result.magnetization,
        "energies": [round(e / n, 6) for e in descent.energies],
        "residuals": [round(r, 5) for r in descent.residuals],
    }


def remarks(structure: Structure) -> tuple[str, ...]:
    """Return what a user must know about a structure that is about to be relaxed.

    Args:
        structure: The crystal.
    """
    flags = structure.site_properties.get("selective_dynamics")
    if flags is None or all(f is None or all(f) for f in flags):
        return ()
    return ("the file fixes some atoms (selective dynamics); every atom was free here",)


USUAL_CALLS = 8
"""Evaluations that a relaxation from a measured or a tabulated structure usually takes."""
STATED = (
    "energy",
    "max_force",
    "pressure",
    "volume_per_atom",
    "density",
    "lattice_a",
    "lattice_b",
    "lattice_c",
)


def plan_relax(inputs: Mapping[str, Any], params: RelaxParams) -> Plan:  # noqa: ARG001 - a task's form
    """Return what the task ``relax`` is going to do.

    Args:
        inputs: Not needed.
        params: Its parameters.
    """
    words = f"{_recipe(params.fmax, params.cell)}, in at most {params.max_steps} steps"
    most = params.max_steps + 1
    return Plan((Step(words, min(USUAL_CALLS, most), most),), STATED)


@task("relax", version="1", identity=identity_of, resumable=True, plan=plan_relax)
def relax(inputs: Mapping[str, Any], params: RelaxParams, context: Context) -> Outcome:
    """Atoms and cell relaxed to the nearest minimum of the energy."""
    calculator = params.chosen()
    result = relax_structure(
        inputs["structure"],
        calculator,
        progress=context.progress,
        memory=context.folder / "evaluations.jsonl",
        place=place_of(context),
        **params.rest(),
    )
    outcome = "converged" if result.converged else "NOT converged"
    context.progress(1.0, f"{outcome} after {result.descent.force_calls} force calls")
    reason = () if result.converged else (f"not converged: {result.descent.reason}",)
    summary = {**params.model_dump(mode="json"), "synthetic": calculator.synthetic}
    return Outcome(
        values={"relaxed": result.estimates},
        structures={"relaxed": result.structure},
        summary={**summary, **relaxation_summary(result)},
        converged=result.converged,
        messages=(*reason, *result.messages, *remarks(inputs["structure"])),
    )
