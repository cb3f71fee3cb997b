"""Elastic constants of a crystal: it is strained along each component, and the stresses are measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from nanoos_lab.calculators import Calculator, Workplace, get_calculator, settled
from nanoos_lab.simulate.deform import CellFreedom
from nanoos_lab.simulate.elastic_fit import (
    Moduli,
    StiffnessFit,
    fit_stiffness,
    ieee_structure,
    moduli_of,
    rotations_of,
    settled_sense,
    strain_set,
    tensor_rows,
    without_images,
)
from nanoos_lab.simulate.groundwork import Ground, Tolerance, ground_of
from nanoos_lab.simulate.params import SimulationParams, identity_of, place_of
from nanoos_lab.simulate.relax import Relaxation, relax_structure, remarks
from nanoos_lab.simulate.statements import SYMPREC, Stater, cell_summary
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import ArrayEstimate, PropertyEstimate
    from nanoos_lab.simulate.deform import FloatArray

    Report = Callable[[float | None, str], None]

RESIDUAL_GPA = 0.5
"""A stress at no strain above this is told."""
ASYMMETRY = 0.05
"""A raw tensor that is less symmetric than this, or has the crystal's symmetry less well, is told of."""
_HILL_NOTE = 0.01
"""Hill's and Reuss's bulk moduli that differ by more are both told."""
STATED = (
    "elastic_tensor",
    "bulk_modulus",
    "shear_modulus",
    "young_modulus",
    "poisson_ratio",
    "elastic_anisotropy",
    "debye_temperature",
)
"""What the task states; all but the first where the tensor is positive definite."""
_USUAL_CALLS = 20
_USUAL_CALLS_PER_STRAIN = 4
_INTERNAL = {"positions": "atoms relaxed at each", "none": "clamped ions"}
_DEBYE = "from the sound velocities of Hill's moduli"


class ElasticParams(SimulationParams):
    """Parameters of the task ``elastic``."""

    relax_first: bool = Field(True, description="Whether atoms and cell are relaxed first.")
    strain: float = Field(0.01, gt=0.0, le=0.05, description="Largest component of the strains, both ways.")
    points: Literal[2, 4, 6] = Field(4, description="Number of strains along each component.")
    internal: Literal["positions", "none"] = Field(
        "positions", description="Whether atoms are relaxed at each strain; none gives clamped-ion constants."
    )
    use_symmetry: bool = Field(True, description="Whether strains that are equal by symmetry are done once.")
    fmax: float = Field(0.005, gt=0.0, le=1.0, description="Tolerance of every relaxation in eV/Å.")
    max_steps: int = Field(300, ge=1, description="Most steps of each relaxation.")


@dataclass(frozen=True)
class ElasticResult:
    """Elastic constants of one crystal, in IEEE orientation."""

    structure: Structure
    """The crystal that was strained, as it was given or relaxed."""
    tensor: FloatArray
    """GPa, Voigt, shape (6, 6)."""
    fit: StiffnessFit
    """The fit, and what speaks for and against it; its orientation may differ from the tensor's by a half turn."""
    moduli: Moduli | None
    """Averages over grains; None where the tensor is not positive definite."""
    strains: FloatArray
    """Shape (n, 3, 3)."""
    stresses: FloatArray
    """eV/Å³, shape (n, 3, 3)."""
    converged: bool
    """Whether every relaxation reached its tolerance."""
    force_calls: int
    messages: tuple[str, ...]
    estimates: tuple[PropertyEstimate | ArrayEstimate, ...]


def elastic_tensor(
    structure: Structure,
    calculator: str | Calculator = "chgnet",
    *,
    relax_first: bool = True,
    strain: float = 0.01,
    points: int = 4,
    internal: Literal["positions", "none"] = "positions",
    use_symmetry: bool = True,
    fmax: float = 0.005,
    max_steps: int = 300,
    progress: Report | None = None,
    memory: Path | None = None,
    place: Workplace | None = None,
) -> ElasticResult:
    """Compute elastic constants from stresses at small strains.

    Args:
        structure: The crystal.
        calculator: A calculator or its name.
        relax_first: Whether atoms and cell are relaxed first.
        strain: Largest component of the strains, both ways.
        points: Number of strains along each component, even.
        internal: Whether atoms are relaxed at each strain (``positions``) or move with it (``none``).
        use_symmetry: Whether strains that are equal by symmetry are done once.
        fmax: Tolerance of every relaxation in eV/Å.
        max_steps: Most steps of each relaxation.
        progress: Called with the done part and a line.
        memory: A folder that keeps each answer of the calculator: given again after an interruption, with all else
            the same, the work goes on from where it was.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        InvalidInputError: The calculator cannot use the structure.
        OutOfDomainError: The calculator cannot know the structure.
        CalculatorError: The calculator is not available.
    """
    chosen, say = get_calculator(calculator), progress or _silent
    desk = _Desk(chosen, fmax, max_steps, internal, place or Workplace(), memory)
    ground = Ground(structure)
    if relax_first:
        say(0.0, "relaxing the structure first")
        ground = ground_of(
            structure, chosen, Tolerance(fmax, max_steps), progress=progress, place=desk.place, memory=memory
        )
    turned = ieee_structure(ground.structure)
    desk = desk.settled_on(turned)
    rotations = rotations_of(turned, SYMPREC)
    strains = strain_set(strain, points)
    strains = without_images(strains, rotations) if use_symmetry else strains
    samples = []
    for k, one in enumerate(strains):
        say((k + 1) / (len(strains) + 2), f"strain {k + 1} of {len(strains)}: {_words_of(one)}")
        samples.append(desk.sample(turned, one, f"strain-{k}"))
    stresses = np.array([s.descent.last.stress for s in samples])
    fit = fit_stiffness(strains, stresses, rotations, images=use_symmetry)
    words = f"stress-strain, {len(strains)} strains to ±{100 * strain:g} %, {_INTERNAL[internal]}"
    return _assemble(desk, ground, turned, samples=samples, fitted=(strains, stresses, fit), recipe=words)


@dataclass(frozen=True)
class _Desk:
    """How one strain is done."""

    calculator: Calculator
    fmax: float
    max_steps: int
    internal: str
    place: Workplace
    memory: Path | None

    def settled_on(self, structure: Structure) -> _Desk:
        calculator = settled(self.calculator, structure)
        return _Desk(calculator, self.fmax, self.max_steps, self.internal, self.place, self.memory)

    def sample(self, structure: Structure, strain: FloatArray, name: str) -> Relaxation:
        """Strain a copy, relax its atoms where that is wanted, and measure."""
        from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import

        strained = structure.copy()
        strained.lattice = Lattice(structure.lattice.matrix @ (np.eye(3) + strain))
        return relax_structure(
            strained,
            self.calculator,
            fmax=self.fmax if self.internal == "positions" else np.inf,
            max_steps=self.max_steps,
            cell=CellFreedom.FIXED,
            optimizer="own",  # on one mesh and basis, or the stresses would not lie on one line
            memory=None if self.memory is None else self.memory / f"{name}.jsonl",
            place=self.place.within(name),
        )


def _silent(_fraction: float | None, _message: str) -> None:
    """Take progress of those who did not ask for it."""


def _words_of(strain: FloatArray) -> str:
    i, j = np.unravel_index(int(np.abs(strain).argmax()), (3, 3))
    return f"{'xyz'[i]}{'xyz'[j]} {100 * strain[i, j]:+.2g} %"


def _assemble(
    desk: _Desk,
    ground: Ground,
    turned: Structure,
    *,
    samples: list[Relaxation],
    fitted: tuple[FloatArray, FloatArray, StiffnessFit],
    recipe: str,
) -> ElasticResult:
    strains, stresses, fit = fitted
    tensor = settled_sense(fit.tensor, turned, SYMPREC)
    moduli = moduli_of(tensor, turned) if fit.stable else None
    stuck = [s for s in samples if not s.converged]
    converged = ground.converged and not stuck
    stops = [f"{len(stuck)} of {len(samples)} strains: {stuck[0].descent.reason}"] if stuck else []
    return ElasticResult(
        structure=ground.structure,
        tensor=tensor,
        fit=fit,
        moduli=moduli,
        strains=strains,
        stresses=stresses,
        converged=converged,
        force_calls=ground.force_calls + sum(s.descent.force_calls for s in samples),
        messages=(*ground.messages, *stops, *_doubts(fit)),
        estimates=_estimates(Stater(desk.calculator, recipe, converged=converged), tensor, fit, moduli),
    )


def _doubts(fit: StiffnessFit) -> list[str]:
    """Return what speaks against a fit, in sentences."""
    said = []
    stress = float(np.abs(fit.residual_stress).max())
    if stress > RESIDUAL_GPA:
        said.append(
            f"the crystal is under a stress of {stress:.2g} GPa where it is not strained: the constants are those of "
            "this state, not of the free crystal; relax it first or tighten fmax"
        )
    if fit.asymmetry > ASYMMETRY:
        said.append(
            f"the fitted tensor is asymmetric by {100 * fit.asymmetry:.0f} %: stresses and energies of this calculator "
            "do not agree, or the strains are too large or the atoms not relaxed well enough"
        )
    if fit.broken_symmetry > ASYMMETRY:
        said.append(f"averaging over the space group changed a constant by {100 * fit.broken_symmetry:.0f} %")
    if not fit.stable:
        said.append(_unstable(fit))
    return said


def _unstable(fit: StiffnessFit) -> str:
    return (
        f"not positive definite: the lowest eigenvalue is {fit.eigenvalues[0]:.3g} GPa, so this crystal is "
        "mechanically unstable by this calculator (Born), and averages over grains make no sense"
    )


def _estimates(
    state: Stater, tensor: FloatArray, fit: StiffnessFit, moduli: Moduli | None
) -> tuple[PropertyEstimate | ArrayEstimate, ...]:
    whole = state.array("elastic_tensor", tensor_rows(tensor), "" if fit.stable else _unstable(fit))
    if moduli is None:
        return (whole,)
    apart = abs(moduli.bulk_reuss / moduli.bulk - 1.0) > _HILL_NOTE
    hill = f"Hill's mean; Reuss's, which is −V dP/dV of the crystal, is {moduli.bulk_reuss:.4g} GPa"
    shear = state.calculator.known_limits.get("shear_modulus", "")

    def softened(name: str, value: float) -> PropertyEstimate:
        own = state.calculator.known_limits.get(name)
        return state(name, value, note="" if own else shear)

    return (
        whole,
        state("bulk_modulus", moduli.bulk, note=hill if apart else ""),
        state("shear_modulus", moduli.shear),
        softened("young_modulus", moduli.young),
        softened("poisson_ratio", moduli.poisson),
        softened("elastic_anisotropy", moduli.anisotropy),
        state("debye_temperature", moduli.debye, note=_DEBYE),
    )


def plan_elastic(inputs: Mapping[str, Any], params: ElasticParams) -> Plan:
    """Return what the task ``elastic`` is going to do.

    Args:
        inputs: The structure, where it is known.
        params: Its parameters.
    """
    most, strains = params.max_steps + 1, strain_set(params.strain, params.points)
    steps = (
        [Step("relaxation of atoms and cell", min(_USUAL_CALLS, most), most)] if params.relax_first else []
    )
    if params.use_symmetry and (structure := inputs.get("structure")) is not None:
        turned = ieee_structure(structure)
        strains = without_images(strains, rotations_of(turned, SYMPREC))
    words = f"{len(strains)} strains to ±{100 * params.strain:g} %, {_INTERNAL[params.internal]}"
    if params.internal == "none":
        steps.append(Step(words, len(strains)))
    else:
        steps.append(Step(words, min(_USUAL_CALLS_PER_STRAIN, most) * len(strains), most * len(strains)))
    return Plan(tuple(steps), STATED)


@task("elastic", version="1", identity=identity_of, resumable=True, plan=plan_elastic)
def elastic(inputs: Mapping[str, Any], params: ElasticParams, context: Context) -> Outcome:
    """Elastic tensor, and the moduli and Debye temperature that follow from it."""
    structure, calculator = inputs["structure"], params.chosen()
    result = elastic_tensor(
        structure,
        calculator,
        progress=context.progress,
        memory=context.folder,
        place=place_of(context),
        **params.rest(),
    )
    path = context.folder / "elastic.json"
    path.write_text(json.dumps(_document(result), indent=1), encoding="utf-8")
    context.progress(1.0, _told(result))
    subject = "relaxed" if params.relax_first else "structure"
    return Outcome(
        values={subject: result.estimates},
        structures={"relaxed": result.structure} if params.relax_first else {},
        artifacts={"elastic.json": path},
        summary={
            **params.model_dump(mode="json"),
            "synthetic": calculator.synthetic,
            **elastic_summary(result),
            "after": cell_summary(result.structure),
        },
        converged=result.converged,
        messages=(*result.messages, *remarks(structure)),
    )


def _told(result: ElasticResult) -> str:
    if result.moduli is None:
        return "the tensor is not positive definite"
    return f"K = {result.moduli.bulk:.1f} GPa, G = {result.moduli.shear:.1f} GPa"


def elastic_summary(result: ElasticResult) -> dict[str, Any]:
    """Return tensor, moduli and checks as small JSON values, ready to be drawn.

    Args:
        result: The elastic constants.
    """
    fit, moduli = result.fit, result.moduli
    summary: dict[str, Any] = {
        "elastic_tensor": result.tensor.round(4).tolist(),
        "stable": fit.stable,
        "eigenvalues_GPa": fit.eigenvalues.round(4).tolist(),
        "asymmetry": fit.asymmetry,
        "broken_symmetry": fit.broken_symmetry,
        "residual_stress_GPa": fit.residual_stress.round(5).tolist(),
        "fit_error_GPa": fit.fit_error,
        "strains": len(result.strains),
        "force_calls": result.force_calls,
    }
    if moduli is not None:
        names = (
            "bulk_voigt",
            "bulk_reuss",
            "bulk",
            "shear_voigt",
            "shear_reuss",
            "shear",
            "young",
            "poisson",
        )
        summary |= {name: getattr(moduli, name) for name in (*names, "anisotropy", "debye")}
    return summary


def _document(result: ElasticResult) -> dict[str, Any]:
    """Return strains, stresses and both tensors in full."""
    return {
        "elastic_tensor_GPa": result.tensor.tolist(),
        "raw_tensor_GPa": result.fit.raw.tolist(),
        "strains": result.strains.tolist(),
        "stresses_eV_per_A3": result.stresses.tolist(),
        "orientation": "IEEE 176-1987",
    }
