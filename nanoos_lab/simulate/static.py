"""One evaluation of a calculator at the geometry as given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.calculators import Calculator, Workplace, get_calculator
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.simulate.params import SimulationParams, identity_of, place_of
from nanoos_lab.simulate.statements import Stater, cell_summary, pressure_gpa
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Structure

    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.simulate.deform import Response

RECIPE = "static"


@dataclass(frozen=True)
class StaticPoint:
    """What a calculator says about a structure as it is."""

    response: Response
    """Energy in eV, forces in eV/Å, stress in eV/Å³."""
    estimates: tuple[PropertyEstimate, ...]
    """Energy, largest force, pressure and, where the calculator knows them, magnetization and band gap."""
    messages: tuple[str, ...] = ()
    """What the user must know, such as remedies that were needed."""


class StaticParams(SimulationParams):
    """Parameters of the task ``static``."""


def evaluate(
    structure: Structure, calculator: str | Calculator = "chgnet", *, place: Workplace | None = None
) -> StaticPoint:
    """Evaluate a calculator at the geometry as given.

    Args:
        structure: The crystal.
        calculator: A calculator or its name.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        InvalidInputError: The calculator cannot use the structure.
        OutOfDomainError: The calculator cannot know the structure.
        CalculatorError: The calculator is not available.
    """
    chosen = get_calculator(calculator)
    engine = StructureEngine(structure, chosen, place=place)
    response = engine(*engine.start)
    stater = Stater(chosen, RECIPE)
    estimates = (
        *stater.energetics(response, engine.magnetization()),
        *stater.electronics(engine.electrons()),
    )
    return StaticPoint(response, estimates, engine.messages())


def plan_static(inputs: Mapping[str, Any], params: StaticParams) -> Plan:  # noqa: ARG001 - a task's form
    """Return what the task ``static`` is going to do.

    Args:
        inputs: Not needed.
        params: Not needed.
    """
    states = ("energy", "max_force", "pressure", "magnetization", "band_gap")
    return Plan((Step("energy and forces as it is", 1),), states)


@task("static", version="1", identity=identity_of, resumable=True, plan=plan_static)
def static(inputs: Mapping[str, Any], params: StaticParams, context: Context) -> Outcome:
    """Energy, forces, pressure and magnetization of a structure as it is."""
    structure = inputs["structure"]
    context.progress(0.0, f"{params.calculator}: energy and forces of {len(structure)} atoms")
    calculator = params.chosen()
    point = evaluate(structure, calculator, place=place_of(context))
    energy = point.response.energy / len(structure)
    context.progress(1.0, f"E = {energy:.4f} eV/atom")
    return Outcome(
        values={"structure": point.estimates},
        summary={
            "calculator": params.calculator,
            "options": params.options,
            "synthetic": calculator.synthetic,
            "energy": energy,
            "max_force": point.response.largest_force,
            "pressure_GPa": pressure_gpa(point.response),
            "stress_eV_per_A3": point.response.stress.round(8).tolist(),
            **cell_summary(structure),
        },
        messages=point.messages,
    )
