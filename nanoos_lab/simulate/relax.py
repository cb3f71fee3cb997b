"""Relaxation of atoms and cell to the nearest minimum of a calculator's energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.calculators import Calculator, get_calculator
from nanoos_lab.simulate.deform import CellFreedom
from nanoos_lab.simulate.descent import Descent, descend
from nanoos_lab.simulate.engine import Bounds, StructureEngine
from nanoos_lab.simulate.remembering import RememberedEngine
from nanoos_lab.simulate.statements import (
    SYMPREC,
    Stater,
    calculator_identity,
    cell_summary,
    pressure_gpa,
)
from nanoos_lab.simulate.symmetry import symmetrizer_of
from nanoos_lab.tasks import Context, Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.simulate.deform import FloatArray, Response

    Report = Callable[[float | None, str], None]


class RelaxParams(Params):
    """Parameters of the task ``relax``."""

    calculator: str = Field("chgnet", description="Name of the calculator.")
    fmax: float = Field(
        0.02, gt=0.0, le=1.0, description="Tolerance in eV/Å for forces and in eV for the virial per atom."
    )
    max_steps: int = Field(300, ge=1, description="Most steps.")
    cell: CellFreedom = Field(CellFreedom.FULL, description="What of the cell may change.")
    keep_symmetry: bool = Field(False, description="Whether the space group of the start is kept.")
    max_volume_change: float = Field(
        0.5, gt=0.0, le=5.0, description="Growth of the volume at which it gives up."
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

    def __init__(self, structure: Structure, calculator: Calculator, bounds: Bounds | None = None) -> None:
        super().__init__(structure, calculator, bounds)
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
    progress: Report | None = None,
    memory: Path | None = None,
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
        progress: Called with done part (None: not known) and a line after each step.
        memory: A file that keeps each answer of the calculator: given again after an interruption, with all else
            the same, the relaxation goes on from where it was.

    Raises:
        InvalidInputError: The calculator cannot use the structure.
        OutOfDomainError: The calculator cannot know the structure.
        CalculatorError: The calculator is not available.
    """
    chosen, freedom = get_calculator(calculator), CellFreedom(cell)
    kind = SymmetricEngine if keep_symmetry else StructureEngine
    engine = kind(structure, chosen, Bounds(max_volume_change))
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
    relaxed = engine.structure_at(descent.last)
    stater = Stater(chosen, _recipe(fmax, freedom), converged=descent.converged)
    magnetization = asked.magnetization()
    estimates = (*stater.energetics(descent.last, magnetization), *stater.geometry(relaxed))
    return Relaxation(structure, relaxed, descent, magnetization, estimates)


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


def _identity(params: RelaxParams) -> Mapping[str, Any]:
    return calculator_identity(get_calculator(params.calculator))


@task("relax", version="1", identity=_identity, resumable=True)
def relax(inputs: Mapping[str, Any], params: RelaxParams, context: Context) -> Outcome:
    """Atoms and cell relaxed to the nearest minimum of the energy."""
    options = params.model_dump()
    memory = context.folder / "evaluations.jsonl"
    result = relax_structure(inputs["structure"], progress=context.progress, memory=memory, **options)
    outcome = "converged" if result.converged else "NOT converged"
    context.progress(1.0, f"{outcome} after {result.descent.force_calls} force calls")
    reason = () if result.converged else (f"not converged: {result.descent.reason}",)
    synthetic = get_calculator(params.calculator).synthetic
    return Outcome(
        values={"relaxed": result.estimates},
        structures={"relaxed": result.structure},
        summary={**params.model_dump(mode="json"), "synthetic": synthetic, **relaxation_summary(result)},
        converged=result.converged,
        messages=(*reason, *remarks(inputs["structure"])),
    )
