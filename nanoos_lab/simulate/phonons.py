"""Phonons of a crystal: vibrations, whether it is stable, and its harmonic thermal properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from nanoos_lab.calculators import Calculator, Workplace, get_calculator, settled
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.simulate.groundwork import Ground, Tolerance, ground_of
from nanoos_lab.simulate.params import SimulationParams, identity_of, place_of
from nanoos_lab.simulate.phonons_model import (
    ROOM_K,
    Model,
    Spectrum,
    Thermal,
    primitive_path,
    supercell_matrix,
)
from nanoos_lab.simulate.phonons_record import phonons_summary, write_artifacts
from nanoos_lab.simulate.relax import remarks
from nanoos_lab.simulate.remembering import RememberedEngine
from nanoos_lab.simulate.statements import Stater, cell_summary
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import ArrayEstimate, PropertyEstimate
    from nanoos_lab.simulate.deform import FloatArray

    Report = Callable[[float | None, str], None]

HARMONIC = "harmonic, at constant volume"
_DEBYE = "from the speed of sound at long wavelengths, the limit of low temperatures"
STATED = (
    "phonon_density_of_states",
    "lowest_phonon_frequency",
    "highest_phonon_frequency",
    "zero_point_energy",
    "vibrational_free_energy",
    "vibrational_entropy",
    "heat_capacity",
    "debye_temperature",
)
"""What the task states; the last five where no mode is imaginary."""
_USUAL_CALLS = 20
_RESIDUAL = 0.01
"""Forces in eV/Å on the perfect supercell above this are told."""


class PhononParams(SimulationParams):
    """Parameters of the task ``phonons``."""

    relax_first: bool = Field(True, description="Whether atoms and cell are relaxed first.")
    min_length: float = Field(
        10.0,
        gt=0.0,
        le=60.0,
        description="Shortest distance of an atom from its own image in the supercell, Å.",
    )
    supercell: tuple[int, int, int] | None = Field(
        None, description="Multiples of the standard primitive cell instead, such as [3, 3, 3]."
    )
    displacement: float = Field(0.01, gt=0.0, le=0.2, description="Length of the displacements in Å.")
    mesh_length: float = Field(50.0, ge=5.0, le=500.0, description="Fineness of the mesh of q-points in Å.")
    t_max: float = Field(1000.0, gt=0.0, le=1e4, description="Highest temperature in K.")
    t_step: float = Field(10.0, gt=0.0, description="Step of the temperature in K.")
    imaginary_tolerance: float = Field(
        0.1, ge=0.0, le=5.0, description="Imaginary frequencies up to this, in THz, are taken for noise."
    )
    fmax: float = Field(0.001, gt=0.0, le=1.0, description="Tolerance of the first relaxation in eV/Å.")
    max_steps: int = Field(500, ge=1, description="Most steps of the first relaxation.")


@dataclass(frozen=True)
class Phonons:
    """Phonons of one crystal."""

    structure: Structure
    """The crystal, as it was given or relaxed."""
    model: Model
    """Force constants, for any further question."""
    spectrum: Spectrum
    thermal: Thermal | None
    """None where there are imaginary modes."""
    supercell: Structure
    displacements: int
    sum_rule: float
    """Largest violation of the acoustic sum rule before it was imposed, eV/Å²."""
    residual_force: float
    """Largest force on the perfect supercell, eV/Å; it was subtracted."""
    imaginary: bool
    """Whether there are imaginary modes beyond the tolerance."""
    converged: bool
    force_calls: int
    messages: tuple[str, ...]
    estimates: tuple[PropertyEstimate | ArrayEstimate, ...]


def phonons_of(
    structure: Structure,
    calculator: str | Calculator = "chgnet",
    *,
    relax_first: bool = True,
    min_length: float = 10.0,
    supercell: tuple[int, int, int] | None = None,
    displacement: float = 0.01,
    mesh_length: float = 50.0,
    t_max: float = 1000.0,
    t_step: float = 10.0,
    imaginary_tolerance: float = 0.1,
    fmax: float = 0.001,
    max_steps: int = 500,
    progress: Report | None = None,
    memory: Path | None = None,
    place: Workplace | None = None,
) -> Phonons:
    """Compute harmonic phonons by finite displacements.

    Args:
        structure: The crystal.
        calculator: A calculator or its name.
        relax_first: Whether atoms and cell are relaxed first, the space group being kept.
        min_length: Shortest distance of an atom from its own image in the supercell, Å.
        supercell: Multiples of the standard primitive cell instead.
        displacement: Length of the displacements in Å.
        mesh_length: Divisions of the mesh of q-points times the length of the cell's vectors, Å.
        t_max: Highest temperature in K.
        t_step: Step of the temperature in K.
        imaginary_tolerance: Imaginary frequencies up to this, in THz, are taken for noise.
        fmax: Tolerance of the first relaxation in eV/Å.
        max_steps: Most steps of the first relaxation.
        progress: Called with the done part and a line.
        memory: A folder that keeps each answer of the calculator: given again after an interruption, with all else
            the same, the work goes on from where it was.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        InvalidInputError: The calculator cannot use the structure, or the supercell is no use.
        OutOfDomainError: The calculator cannot know the structure.
        CalculatorError: The calculator is not available.
        MissingExtraError: phonopy or seekpath is not installed.
    """
    chosen, say, place = get_calculator(calculator), progress or _silent, place or Workplace()
    ground = Ground(structure)
    if relax_first:
        say(0.0, "relaxing the structure first")
        tolerance = Tolerance(fmax, max_steps)
        ground = ground_of(structure, chosen, tolerance, progress=progress, place=place, memory=memory)
    model = model_of(ground.structure, min_length=min_length, supercell=supercell, displacement=displacement)
    forces, residual = _forces(model, chosen, say, memory=memory, place=place)
    say(0.95, "force constants, bands and density of states")
    sum_rule = model.learn(forces)
    spectrum = model.spectrum(mesh_length)
    imaginary = min(spectrum.lowest, spectrum.lowest_on_path) < -imaginary_tolerance
    thermal = None if imaginary else model.thermal(t_max, t_step)
    cell = model.supercell()
    recipe = f"harmonic phonons, displacements of {displacement:g} Å, supercell of {len(cell)} atoms"
    state = Stater(chosen, recipe, converged=ground.converged)
    return Phonons(
        structure=ground.structure,
        model=model,
        spectrum=spectrum,
        thermal=thermal,
        supercell=cell,
        displacements=len(forces),
        sum_rule=sum_rule,
        residual_force=residual,
        imaginary=imaginary,
        converged=ground.converged,
        force_calls=ground.force_calls + len(forces) + 1,
        messages=(*ground.messages, *_doubts(chosen, model, spectrum, residual, imaginary=imaginary)),
        estimates=_estimates(state, spectrum, thermal, imaginary_tolerance),
    )


def model_of(
    structure: Structure,
    *,
    min_length: float = 10.0,
    supercell: tuple[int, int, int] | None = None,
    displacement: float = 0.01,
) -> Model:
    """Return supercell and displacements of a crystal, before any force is known.

    Args:
        structure: The crystal.
        min_length: Shortest distance of an atom from its own image in the supercell, Å.
        supercell: Multiples of the standard primitive cell instead.
        displacement: Length of the displacements in Å.

    Raises:
        InvalidInputError: The supercell is no use.
        MissingExtraError: phonopy or seekpath is not installed.
    """
    path = primitive_path(structure)
    if supercell is None:
        return Model(path, supercell_matrix(path.structure, min_length), displacement)
    if min(supercell) < 1:
        raise InvalidInputError(f"a supercell has at least one cell each way, not {list(supercell)}")
    return Model(path, np.diag(supercell), displacement)


def _silent(_fraction: float | None, _message: str) -> None:
    """Take progress of those who did not ask for it."""


def _forces(
    model: Model, calculator: Calculator, say: Report, *, memory: Path | None, place: Workplace
) -> tuple[list[FloatArray], float]:
    """Return the forces of each displaced supercell, less those of the perfect one, and the largest of these."""
    cell = model.supercell()
    engine = StructureEngine(cell, settled(calculator, cell), place=place.within("forces"))
    asked = engine if memory is None else RememberedEngine(engine, memory / "forces.jsonl")
    count, (positions, lattice) = len(model.displaced), engine.start
    say(0.1, f"forces on the perfect supercell of {len(cell)} atoms")
    rest = asked(positions, lattice).forces
    found = []
    for k, moved in enumerate(model.displaced):
        say(0.1 + 0.85 * (k + 1) / (count + 1), f"displacement {k + 1} of {count}, {len(cell)} atoms")
        found.append(asked(moved, lattice).forces - rest)
    return found, float(np.linalg.norm(rest, axis=1).max())


def _doubts(
    calculator: Calculator, model: Model, spectrum: Spectrum, residual: float, *, imaginary: bool
) -> list[str]:
    """Return what a reader must know, in sentences."""
    said = []
    if imaginary:
        said.append(
            f"imaginary modes, down to {_signed(spectrum.floor)} THz at {_place_of(spectrum)}: by this calculator the "
            "crystal is not at a minimum of its energy and would distort; thermal properties are not stated"
        )
    if residual > _RESIDUAL:
        said.append(
            f"forces of {residual:.2g} eV/Å are left on the undisplaced atoms, and were subtracted: relax it first or "
            "tighten fmax"
        )
    elements = {site.specie for site in model.primitive}
    if len(elements) > 1 and not all(element.is_metal for element in elements):
        said.append(
            f"{calculator.name} gives no Born charges: where the crystal is a polar insulator, the splitting of "
            "longitudinal and transverse optical modes at Γ (the non-analytical correction) is missing"
        )
    return said


def _signed(frequency: float) -> str:
    return f"{frequency:.3g}".replace("-", "−")


def _place_of(spectrum: Spectrum) -> str:
    """Return where the lowest frequency is: a labelled point, or coordinates."""
    q = spectrum.floor_at
    for label, point in spectrum.path.points.items():
        apart = np.array(q) - np.array(point)
        if np.abs(apart - np.round(apart)).max() < 1e-4:  # noqa: PLR2004 - the same point
            return label
    return "q = (" + ", ".join(f"{x:.3g}" for x in q) + ")"


def _estimates(
    state: Stater, spectrum: Spectrum, thermal: Thermal | None, tolerance: float
) -> tuple[PropertyEstimate | ArrayEstimate, ...]:
    shaky = spectrum.floor < -tolerance
    doubt = f"there are imaginary modes, down to {_signed(spectrum.floor)} THz" if shaky else ""
    stated: list[PropertyEstimate | ArrayEstimate] = [
        state.array("phonon_density_of_states", spectrum.dos, doubt),
        state("lowest_phonon_frequency", spectrum.lowest, note=doubt),
        state("highest_phonon_frequency", spectrum.highest, note=doubt),
    ]
    if thermal is None:
        return tuple(stated)
    free, entropy, capacity = thermal.room
    at = {"temperature_K": ROOM_K}
    stated += [
        state("zero_point_energy", thermal.zero_point),
        state("vibrational_free_energy", free, note=HARMONIC, conditions=at),
        state("vibrational_entropy", entropy, note=HARMONIC, conditions=at),
        state("heat_capacity", capacity, note=HARMONIC, conditions=at),
    ]
    if spectrum.debye is not None:
        stated.append(state("debye_temperature", spectrum.debye, note=_DEBYE))
    return tuple(stated)


def plan_phonons(inputs: Mapping[str, Any], params: PhononParams) -> Plan:
    """Return what the task ``phonons`` is going to do; displacements are counted in the structure as given.

    Args:
        inputs: The structure, where it is known.
        params: Its parameters.
    """
    most = params.max_steps + 1
    steps = (
        [Step("relaxation of atoms and cell", min(_USUAL_CALLS, most), most)] if params.relax_first else []
    )
    if (structure := inputs.get("structure")) is not None:
        chosen = {name: getattr(params, name) for name in ("min_length", "supercell", "displacement")}
        model = model_of(structure, **chosen)
        atoms, count = len(model.phonopy.supercell), len(model.displaced)
        words = f"forces on the supercell of {atoms} atoms and {count} displacements"
        steps.append(Step(words, count + 1, scale=atoms / len(structure)))
    return Plan(tuple(steps), STATED, {"phonopy": "simulation", "seekpath": "simulation"})


@task("phonons", version="1", identity=identity_of, resumable=True, plan=plan_phonons)
def phonons(inputs: Mapping[str, Any], params: PhononParams, context: Context) -> Outcome:
    """Phonon bands and density of states, stability, and harmonic thermal properties."""
    structure, calculator = inputs["structure"], params.chosen()
    result = phonons_of(
        structure,
        calculator,
        progress=context.progress,
        memory=context.folder,
        place=place_of(context),
        **params.rest(),
    )
    artifacts = write_artifacts(result, context.folder)
    context.progress(1.0, f"up to {result.spectrum.highest:.2f} THz{', imaginary modes' * result.imaginary}")
    subject = "relaxed" if params.relax_first else "structure"
    return Outcome(
        values={subject: result.estimates},
        structures={"relaxed": result.structure} if params.relax_first else {},
        artifacts=artifacts,
        summary={
            **params.model_dump(mode="json"),
            "synthetic": calculator.synthetic,
            **phonons_summary(result),
            "after": cell_summary(result.structure),
        },
        converged=result.converged,
        messages=(*result.messages, *remarks(structure)),
    )
