"""Equation of state: the bulk modulus and the equilibrium volume from energies over volumes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import Field

from nanoos_lab.calculators import Calculator, Workplace, get_calculator, settled
from nanoos_lab.potentials.birch_murnaghan import BirchMurnaghan, fit_birch_murnaghan
from nanoos_lab.simulate.deform import CellFreedom
from nanoos_lab.simulate.params import SimulationParams, identity_of, place_of
from nanoos_lab.simulate.relax import STATED, USUAL_CALLS, Relaxation, relax_structure, remarks
from nanoos_lab.simulate.statements import Stater, cell_summary
from nanoos_lab.structures.serialize import from_json, to_json
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import PropertyEstimate

    Report = Callable[[float | None, str], None]

Internal = Literal["shape", "positions", "none"]
_FREEDOM = {"shape": CellFreedom.SHAPE, "positions": CellFreedom.FIXED}
_WORDS = {
    "shape": "atoms and cell shape relaxed at each",
    "positions": "atoms relaxed at each",
    "none": "nothing relaxed",
}
_USUAL_CALLS_PER_VOLUME = 3
"""Evaluations that a relaxation under symmetry usually takes at one volume."""
FIT_ONLY = "the uncertainty is the fit's standard error, not the calculator's error against experiment"


class EosParams(SimulationParams):
    """Parameters of the task ``eos``."""

    strain: float = Field(
        0.02, gt=0.0, le=0.1, description="Largest change of the lengths, both ways, as a fraction."
    )
    points: int = Field(7, ge=5, le=51, description="Number of volumes.")
    relax_first: bool = Field(True, description="Whether the structure is relaxed first.")
    internal: Internal = Field("shape", description="What is relaxed at each volume.")
    fmax: float = Field(
        0.01, gt=0.0, le=1.0, description="Tolerance in eV/Å for forces and in eV for the virial per atom."
    )
    max_steps: int = Field(300, ge=1, description="Most steps of each relaxation.")


@dataclass(frozen=True)
class EquationOfState:
    """Energies over volumes of one crystal, and what follows from them."""

    structure: Structure
    """The crystal at the volume of the minimum."""
    fit: BirchMurnaghan
    """Per cell."""
    volumes: tuple[float, ...]
    """Å³ per cell, increasing."""
    energies: tuple[float, ...]
    """eV per cell."""
    converged: bool
    """Whether every relaxation reached its tolerance."""
    force_calls: int
    messages: tuple[str, ...]
    estimates: tuple[PropertyEstimate, ...]


def equation_of_state(
    structure: Structure,
    calculator: str | Calculator = "chgnet",
    *,
    strain: float = 0.02,
    points: int = 7,
    relax_first: bool = True,
    internal: Internal = "shape",
    fmax: float = 0.01,
    max_steps: int = 300,
    progress: Report | None = None,
    memory: Path | None = None,
    place: Workplace | None = None,
) -> EquationOfState:
    """Fit a third-order Birch-Murnaghan equation of state.

    Args:
        structure: The crystal.
        calculator: A calculator or its name.
        strain: Largest change of the lengths, both ways, as a fraction.
        points: Number of volumes, evenly spaced in length.
        relax_first: Whether atoms and cell are relaxed first.
        internal: What is relaxed at each volume: ``shape`` (atoms and cell shape, as under hydrostatic pressure,
            which is how the bulk modulus is defined), ``positions`` (atoms alone: the strain is uniform, as in
            a Voigt average, and a layered crystal seems many times too stiff) or ``none``.
        fmax: Tolerance of every relaxation in eV/Å (forces) and eV (virial per atom).
        max_steps: Most steps of each relaxation.
        progress: Called with the done part and a line.
        memory: A folder that keeps what the calculator answered: given again after an interruption, with all else
            the same, no volume is computed again and the one that was under way goes on from where it was.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        EquationOfStateError: The minimum lies outside the sampled volumes.
        InvalidInputError: The calculator cannot use the structure.
        OutOfDomainError: The calculator cannot know the structure.
        CalculatorError: The calculator is not available.
    """
    chosen, say, place = get_calculator(calculator), progress or _silent, place or Workplace()
    if memory is not None:
        memory.mkdir(parents=True, exist_ok=True)
    first = _First(structure)
    if relax_first:
        say(0.0, "relaxing the structure first")
        settings_of_first = {"fmax": fmax, "max_steps": max_steps, "progress": progress}
        first = _relaxed_first(structure, chosen, settings_of_first, memory, place.within("first"))
    start, converged, messages = first.structure, not first.reason, list[str]()
    messages += [f"the first relaxation: {first.reason}"] if first.reason else []
    chosen = settled(chosen, start)
    settings = _Settings(internal, fmax, max_steps, memory)
    lengths = np.linspace(1.0 - strain, 1.0 + strain, points)
    samples = []
    for k, length in enumerate(lengths):
        say((k + 1) / (points + 2), f"volume {k + 1} of {points}: {length**3 - 1.0:+.1%}")
        samples.append(settings.sample(start, float(length), chosen, place.within(f"volume-{k}")))
    stuck = [s for s in samples if not s.converged]
    messages += [f"{len(stuck)} of {points} volumes: {stuck[0].descent.reason}"] if stuck else []
    converged &= not stuck
    course = (first.force_calls, converged, tuple(messages))
    return _assemble(chosen, start, samples, course, f"{points} volumes, {_WORDS[internal]}")


@dataclass(frozen=True)
class _First:
    """Where the volumes start from."""

    structure: Structure
    force_calls: int = 0
    reason: str = ""
    """Why the first relaxation did not converge."""

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """Return it as it was kept; that of a first time goes this way too, so that no digit differs."""
        crystal: Any = from_json(said["structure"])
        return cls(crystal, said["force_calls"], said["reason"])


def _relaxed_first(
    structure: Structure,
    calculator: Calculator,
    settings: dict[str, Any],
    memory: Path | None,
    place: Workplace,
) -> _First:
    """Relax the structure, or recall where that led: a code's own optimiser keeps no answers to go on from."""
    kept = None if memory is None else memory / "first.json"
    if kept is not None and kept.exists():
        return _First.from_json(json.loads(kept.read_text(encoding="utf-8")))
    answers = None if memory is None else memory / "first.jsonl"
    led = relax_structure(structure, calculator, memory=answers, place=place, **settings)
    said = {
        "structure": to_json(led.structure),
        "force_calls": led.descent.force_calls,
        "reason": "" if led.converged else led.descent.reason,
    }
    if kept is not None:
        unfinished = kept.with_suffix(".part")
        unfinished.write_text(json.dumps(said), encoding="utf-8")
        unfinished.replace(kept)
    return _First.from_json(said)


@dataclass(frozen=True)
class _Settings:
    internal: Internal
    fmax: float
    max_steps: int
    memory: Path | None

    def sample(self, start: Structure, length: float, calculator: Calculator, place: Workplace) -> Relaxation:
        """Relax a copy whose lengths are scaled, at its volume."""
        scaled = start.copy()
        scaled.scale_lattice(start.volume * length**3)
        answers = None if self.memory is None else self.memory / f"{length:.6f}.jsonl"
        if self.internal == "none":
            return relax_structure(
                scaled,
                calculator,
                fmax=np.inf,
                cell=CellFreedom.FIXED,
                optimizer="own",
                memory=answers,
                place=place,
            )
        freedom = _FREEDOM[self.internal]
        # the phase is the one of the start: its space group is kept while the volume changes
        return relax_structure(
            scaled,
            calculator,
            fmax=self.fmax,
            max_steps=self.max_steps,
            cell=freedom,
            keep_symmetry=True,
            optimizer="own",  # on one mesh and basis, or the energies would not lie on one curve
            memory=answers,
            place=place,
        )


def _silent(_fraction: float | None, _message: str) -> None:
    """Take progress of those who did not ask for it."""


def _assemble(
    calculator: Calculator,
    start: Structure,
    samples: list[Relaxation],
    course: tuple[int, bool, tuple[str, ...]],
    words: str,
) -> EquationOfState:
    calls, converged, messages = course
    volumes = np.array([s.descent.last.volume for s in samples])
    energies = np.array([s.descent.last.energy for s in samples])
    fit = fit_birch_murnaghan(volumes, energies)
    equilibrium = samples[int(np.argmin(np.abs(volumes - fit.volume)))].structure.copy()
    equilibrium.scale_lattice(fit.volume)
    state = Stater(calculator, f"Birch-Murnaghan, {words}", converged=converged)
    n = len(start)
    estimates = (
        state("bulk_modulus", fit.bulk_modulus, fit.bulk_modulus_error, FIT_ONLY),
        state("bulk_modulus_derivative", fit.derivative, fit.derivative_error, FIT_ONLY),
        state("energy", fit.energy / n, fit.energy_error / n, FIT_ONLY),
        *state.geometry(equilibrium),
    )
    return EquationOfState(
        structure=equilibrium,
        fit=fit,
        volumes=tuple(map(float, volumes)),
        energies=tuple(map(float, energies)),
        converged=converged,
        force_calls=calls + sum(s.descent.force_calls for s in samples),
        messages=messages,
        estimates=estimates,
    )


def plan_eos(inputs: Mapping[str, Any], params: EosParams) -> Plan:  # noqa: ARG001 - a task's form
    """Return what the task ``eos`` is going to do.

    Args:
        inputs: Not needed.
        params: Its parameters.
    """
    most = params.max_steps + 1
    first = Step("relaxation of atoms and cell", min(USUAL_CALLS, most), most)
    volumes = Step(f"{params.points} volumes, {_WORDS[params.internal]}", params.points)
    if params.internal != "none":
        calls = min(_USUAL_CALLS_PER_VOLUME, most) * params.points
        volumes = replace(volumes, calls=calls, most=most * params.points)
    states = ("bulk_modulus", "bulk_modulus_derivative", "energy", *STATED[3:])
    return Plan((*([first] if params.relax_first else []), volumes), states)


@task("eos", version="1", identity=identity_of, resumable=True, plan=plan_eos)
def eos(inputs: Mapping[str, Any], params: EosParams, context: Context) -> Outcome:
    """Bulk modulus and equilibrium volume from a Birch-Murnaghan equation of state."""
    structure = inputs["structure"]
    calculator = params.chosen()
    result = equation_of_state(
        structure,
        calculator,
        progress=context.progress,
        memory=context.folder / "evaluations",
        place=place_of(context),
        **params.rest(),
    )
    context.progress(1.0, f"K = {result.fit.bulk_modulus:.1f} GPa")
    return Outcome(
        values={"equilibrium": result.estimates},
        structures={"equilibrium": result.structure},
        summary={
            **params.model_dump(mode="json"),
            "synthetic": calculator.synthetic,
            **_summary(result),
            "before": cell_summary(structure),
            "after": cell_summary(result.structure),
        },
        converged=result.converged,
        messages=(*result.messages, *remarks(structure)),
    )


def _summary(result: EquationOfState) -> dict[str, Any]:
    """Return points and fit per atom as small JSON values, ready to be drawn."""
    n, fit = len(result.structure), result.fit
    curve = np.linspace(result.volumes[0], result.volumes[-1], 41)
    return {
        "bulk_modulus": fit.bulk_modulus,
        "bulk_modulus_error": fit.bulk_modulus_error,
        "bulk_modulus_derivative": fit.derivative,
        "volume_per_atom": fit.volume / n,
        "energy": fit.energy / n,
        "fit_residual_eV_per_atom": fit.residual / n,
        "points_per_atom": [[v / n, e / n] for v, e in zip(result.volumes, result.energies, strict=True)],
        "curve_per_atom": [[v / n, e / n] for v, e in zip(curve, fit.energy_at(curve), strict=True)],
        "force_calls": result.force_calls,
    }
