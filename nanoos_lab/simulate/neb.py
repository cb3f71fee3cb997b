"""The way between two arrangements of the same atoms: a minimum-energy path and its barrier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.calculators import Calculator, Workplace, get_calculator, settled
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.simulate.deform import CellFreedom
from nanoos_lab.simulate.engine import Bounds, StructureEngine
from nanoos_lab.simulate.groundwork import Ground, Tolerance, ground_of
from nanoos_lab.simulate.neb_band import Band, relax_band
from nanoos_lab.simulate.neb_ends import SMALLEST_MOVE, Ends, matched
from nanoos_lab.simulate.neb_ends import Mapping as Matching
from nanoos_lab.simulate.params import SimulationParams, identity_of, place_of
from nanoos_lab.simulate.remembering import RememberedEngine
from nanoos_lab.simulate.statements import Stater
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import PropertyEstimate

    Report = Callable[[float | None, str], None]

_USUAL_STEPS = 40


class NebParams(SimulationParams):
    """Parameters of the task ``neb``."""

    images: int = Field(5, ge=3, le=51, description="Number of images between the ends.")
    mapping: Matching = Field(
        "check",
        description="Which atom goes where: in the order given (check refuses it where nearness says otherwise, given "
        "takes it), or nearest.",
    )
    relax_ends: bool = Field(True, description="Whether the atoms of both ends are relaxed first.")
    climb: bool = Field(True, description="Whether the highest image climbs to the saddle.")
    spring: float = Field(0.1, gt=0.0, description="Force constant of the springs between images in eV/Å².")
    fmax: float = Field(0.05, gt=0.0, le=1.0, description="Tolerance of the forces across the path in eV/Å.")
    max_steps: int = Field(300, ge=1, description="Most steps of the band.")


@dataclass(frozen=True)
class MinimumEnergyPath:
    """A path and what it says."""

    ends: Ends
    band: Band
    structures: tuple[Structure, ...]
    """All images, the ends among them."""
    forward: float | None
    """Energy of the saddle above the first image in eV; None where the ends are highest."""
    backward: float | None
    """The same above the last image."""
    converged: bool
    force_calls: int
    messages: tuple[str, ...]
    recipe: str

    @property
    def saddle(self) -> Structure:
        """The highest image."""
        return self.structures[self.band.top]


def minimum_energy_path(
    initial: Structure,
    final: Structure,
    calculator: str | Calculator = "chgnet",
    *,
    images: int = 5,
    mapping: Matching = "check",
    relax_ends: bool = True,
    climb: bool = True,
    spring: float = 0.1,
    fmax: float = 0.05,
    max_steps: int = 300,
    progress: Report | None = None,
    memory: Path | None = None,
    place: Workplace | None = None,
) -> MinimumEnergyPath:
    """Find the way of least energy between two arrangements in one cell.

    Args:
        initial: Where the path begins.
        final: Where it ends: the same atoms in the same cell.
        calculator: A calculator or its name.
        images: Number of images between the ends.
        mapping: Which atom goes where: see :func:`nanoos_lab.simulate.neb_ends.matched`.
        relax_ends: Whether the atoms of both ends are relaxed first.
        climb: Whether the highest image climbs to the saddle.
        spring: Force constant of the springs between images in eV/Å².
        fmax: Tolerance of the forces across the path, and of the ends, in eV/Å.
        max_steps: Most steps of the band, and of each end.
        progress: Called with the done part and a line.
        memory: A folder that keeps each answer of the calculator: given again after an interruption, with all else
            the same, the work goes on from where it was.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        InvalidInputError: The ends are not the same atoms in one cell, or are one arrangement.
        OutOfDomainError: The calculator cannot know the structure.
        CalculatorError: The calculator is not available.
    """
    chosen, say, place = get_calculator(calculator), progress or _silent, place or Workplace()
    ends = matched(initial, final, mapping)
    say(0.0, ends.told())
    chosen = settled(chosen, ends.initial)
    ground = [Ground(ends.initial), Ground(ends.final)]
    if relax_ends:
        tolerance = Tolerance(fmax, max_steps, CellFreedom.FIXED, keep_symmetry=False, own=True)
        ground = [
            ground_of(end, chosen, tolerance, progress=progress, place=place, memory=memory, name=name)
            for name, end in (("initial", ends.initial), ("final", ends.final))
        ]
    ends = Ends(ground[0].structure, ground[1].structure, ends.mapping)
    if ends.moves.max() < SMALLEST_MOVE:
        raise InvalidInputError(
            "both ends relax to the same arrangement: one of them is no minimum by this calculator"
        )
    engine = StructureEngine(ends.initial, chosen, Bounds(), place.within("path"))
    asked = engine if memory is None else RememberedEngine(engine, memory / "path.jsonl")
    band = relax_band(
        asked, engine.numbers, ends, images=images, climb=climb, spring=spring, fmax=fmax, max_steps=max_steps,
        say=say,
    )  # fmt: skip
    structures = tuple(engine.structure_at(response) for response in band.responses)
    recipe = f"{'climbing-image ' if climb else ''}nudged elastic band, {images} images, {fmax:g} eV/Å"
    return _assemble(ends, ground, band, structures, recipe)


def _silent(_fraction: float | None, _message: str) -> None:
    """Take progress of those who did not ask for it."""


def _assemble(
    ends: Ends, ground: list[Ground], band: Band, structures: tuple[Structure, ...], recipe: str
) -> MinimumEnergyPath:
    inside = 0 < band.top < len(structures) - 1
    messages = [
        f"{name}: {m}" for name, g in zip(("initial", "final"), ground, strict=True) for m in g.messages
    ]
    if not band.converged:
        messages.append(f"the band is not converged: {band.reason}")
    if not inside:
        messages.append(
            "no image is higher than the ends: there is no barrier on this path, or too few images to see it"
        )
    energies = band.energies
    return MinimumEnergyPath(
        ends=ends,
        band=band,
        structures=structures,
        forward=float(energies[band.top] - energies[0]) if inside else None,
        backward=float(energies[band.top] - energies[-1]) if inside else None,
        converged=band.converged and all(g.converged for g in ground),
        force_calls=band.force_calls + sum(g.force_calls for g in ground),
        messages=tuple(messages),
        recipe=recipe,
    )


def plan_neb(inputs: Mapping[str, Any], params: NebParams) -> Plan:  # noqa: ARG001 - a task's form
    """Return what the task ``neb`` is going to do.

    Args:
        inputs: Not needed.
        params: Its parameters.
    """
    most = params.max_steps + 1
    ends = (
        [Step("relaxation of the atoms of both ends", min(40, 2 * most), 2 * most)]
        if params.relax_ends
        else []
    )
    band = Step(
        f"{params.images} images, at most {params.max_steps} steps",
        params.images * min(_USUAL_STEPS, most) + 2,
        params.images * (params.max_steps + 2) + 2,
    )
    return Plan((*ends, band), ("migration_barrier",))


@task("neb", version="1", identity=identity_of, resumable=True, plan=plan_neb)
def neb(inputs: Mapping[str, Any], params: NebParams, context: Context) -> Outcome:
    """Barrier and minimum-energy path between two arrangements (inputs initial and final) of the same atoms."""
    names, initial, final = _ends_of(inputs)
    calculator = params.chosen()
    result = minimum_energy_path(
        initial,
        final,
        calculator,
        progress=context.progress,
        memory=context.folder,
        place=place_of(context),
        **params.rest(),
    )
    path = context.folder / "path.extxyz"
    write_path(result, path)
    barrier = "no barrier" if result.forward is None else f"barrier {result.forward:.3f} eV"
    context.progress(1.0, barrier if result.converged else f"{barrier}, NOT converged")
    names = ("relaxed_initial", "relaxed_final") if params.relax_ends else names
    made = {"saddle": result.saddle} if result.forward is not None else {}
    made |= (
        dict(zip(names, (result.structures[0], result.structures[-1]), strict=True))
        if params.relax_ends
        else {}
    )
    return Outcome(
        values=_values(result, calculator, names),
        structures=made,
        artifacts={"path.extxyz": path},
        summary={
            **params.model_dump(mode="json"),
            "synthetic": calculator.synthetic,
            **neb_summary(result),
        },
        converged=result.converged,
        messages=result.messages,
    )


def _ends_of(inputs: Mapping[str, Any]) -> tuple[tuple[str, str], Structure, Structure]:
    """Return what the inputs are called, and both ends: two by name, or a set of two."""
    several = inputs.get("structures", ())
    if len(several) == 2:  # noqa: PLR2004 - a path has two ends
        return ("structures[0]", "structures[1]"), several[0], several[1]
    if missing := [name for name in ("initial", "final") if name not in inputs]:
        raise InvalidInputError(
            f"a path has two ends: give {' and '.join(missing)}, as in lab.run('neb', {{'initial': a, 'final': b}}); "
            "ends that are the same crystal by symmetry are kept apart by lab.add(..., distinct=True)"
        )
    return ("initial", "final"), inputs["initial"], inputs["final"]


def _values(
    result: MinimumEnergyPath, calculator: Calculator, names: tuple[str, str]
) -> dict[str, tuple[PropertyEstimate, ...]]:
    state = Stater(calculator, result.recipe, converged=result.converged)
    values: dict[str, tuple[PropertyEstimate, ...]] = {}
    barriers = (result.forward, result.backward)
    for name, barrier, other in zip(names, barriers, ("final", "initial"), strict=True):
        if barrier is not None:
            note = f"towards the {other} arrangement; {result.ends.told()}"
            values[name] = (state("migration_barrier", barrier, note=note),)
    return values


def neb_summary(result: MinimumEnergyPath) -> dict[str, Any]:
    """Return the path as small JSON values, ready to be drawn.

    Args:
        result: The path.
    """
    band = result.band
    lowest = band.energies[0]
    return {
        "barrier": result.forward,
        "barrier_back": result.backward,
        "reaction_energy": float(band.energies[-1] - lowest),
        "distances": band.distances.round(6).tolist(),
        "energies": (band.energies - lowest).round(6).tolist(),
        "curve": [[round(float(x), 5), round(float(e - lowest), 6)] for x, e in band.curve()],
        "top": band.top,
        "residual": band.residual,
        "steps": band.steps,
        "force_calls": result.force_calls,
        "moving": result.ends.told(),
        "mapping": list(result.ends.mapping),
    }


def write_path(result: MinimumEnergyPath, path: Path) -> None:
    """Write all images with energies and forces as extended XYZ.

    Args:
        result: The path.
        path: The file.
    """
    from ase.calculators.singlepoint import SinglePointCalculator  # noqa: PLC0415 - keeps ASE out of the import
    from ase.io import write  # noqa: PLC0415
    from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415

    images = []
    for structure, response in zip(result.structures, result.band.responses, strict=True):
        plain = type(structure)(
            structure.lattice, [s.specie.symbol for s in structure], structure.frac_coords
        )
        atoms: Any = AseAtomsAdaptor.get_atoms(plain, msonable=False)
        atoms.calc = SinglePointCalculator(atoms, energy=response.energy, forces=response.forces)  # type: ignore[no-untyped-call]
        images.append(atoms)
    write(path, images, format="extxyz")
