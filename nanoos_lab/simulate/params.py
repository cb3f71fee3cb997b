"""What every simulation asks for: a calculator, by name and options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.calculators import Calculator, Workplace, get_calculator
from nanoos_lab.simulate.statements import calculator_identity
from nanoos_lab.tasks import Params

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nanoos_lab.tasks import Context


class SimulationParams(Params):
    """Parameters that all simulations share."""

    calculator: str = Field("chgnet", description="Name of the calculator.")
    options: dict[str, Any] = Field(default_factory=dict, description="Options of the calculator, by name.")

    def chosen(self) -> Calculator:
        """Return the calculator that is meant.

        Raises:
            UnknownNameError: No such calculator.
            InvalidInputError: An option is unknown or refused.
        """
        return get_calculator(self.calculator, self.options)

    def rest(self) -> dict[str, Any]:
        """Return all other parameters by name."""
        return {name: value for name, value in self if name not in SimulationParams.model_fields}


def identity_of(params: SimulationParams) -> Mapping[str, Any]:
    """Return what a simulation depends on besides inputs and parameters.

    Args:
        params: Its parameters.
    """
    return calculator_identity(params.chosen())


def place_of(context: Context) -> Workplace:
    """Return where the calculator of a running task works: in the task's folder, telling the task's progress.

    Args:
        context: The task's.
    """
    return Workplace(context.folder / "calculator", lambda line: context.progress(None, line))
