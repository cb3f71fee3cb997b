"""One evaluation of a calculator at the geometry as given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.calculators import Calculator, get_calculator
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.simulate.statements import Stater, calculator_identity, cell_summary, pressure_gpa
from nanoos_lab.tasks import Context, Outcome, Params, task

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
    """Energy, largest force, pressure and, where the calculator gives moments, magnetization."""


class StaticParams(Params):
    """Parameters of the task ``static``."""

    calculator: str = Field("chgnet", description="Name of the calculator.")


def evaluate(structure: Structure, calculator: str | Calculator = "chgnet") -> StaticPoint:
    """Evaluate a calculator at the geometry as given.

    Args:
        structure: The crystal.
        calculator: A calculator or its name.

    Raises:
        InvalidInputError: The calculator cannot use the structure.
        OutOfDomainError: The calculator cannot know the structure.
        CalculatorError: The calculator is not available.
    """
    chosen = get_calculator(calculator)
    engine = StructureEngine(structure, chosen)
    response = engine(*engine.start)
    return StaticPoint(response, Stater(chosen, RECIPE).energetics(response, engine.magnetization()))


def _identity(params: StaticParams) -> Mapping[str, Any]:
    return calculator_identity(get_calculator(params.calculator))


@task("static", version="1", identity=_identity)
def static(inputs: Mapping[str, Any], params: StaticParams, context: Context) -> Outcome:
    """Energy, forces, pressure and magnetization of a structure as it is."""
    structure = inputs["structure"]
    context.progress(0.0, f"{params.calculator}: energy and forces of {len(structure)} atoms")
    point = evaluate(structure, params.calculator)
    energy = point.response.energy / len(structure)
    context.progress(1.0, f"E = {energy:.4f} eV/atom")
    return Outcome(
        values={"structure": point.estimates},
        summary={
            "calculator": params.calculator,
            "synthetic": get_calculator(params.calculator).synthetic,
            "energy": energy,
            "max_force": point.response.largest_force,
            "pressure_GPa": pressure_gpa(point.response),
            "stress_eV_per_A3": point.response.stress.round(8).tolist(),
            **cell_summary(structure),
        },
    )
