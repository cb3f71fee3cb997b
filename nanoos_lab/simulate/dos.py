"""The electronic density of states, by any calculator that gives it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from nanoos_lab.calculators import Calculator, Workplace, get_calculator, settled
from nanoos_lab.calculators.abilities import GivesDensityOfStates
from nanoos_lab.errors import CalculatorError, InvalidInputError
from nanoos_lab.simulate.bands import no_ability
from nanoos_lab.simulate.engine import make_ready
from nanoos_lab.simulate.params import SimulationParams, identity_of, place_of
from nanoos_lab.simulate.statements import Stater
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import DensityOfStates
    from nanoos_lab.properties import ArrayEstimate
    from nanoos_lab.simulate.deform import FloatArray

FORMAT = "nanoos dos 1"
_DIGITS = 6
_LARGEST_FACTOR = 6.0
NO_STATES = 1e-3
"""Per eV and atom: fewer are none."""


@dataclass(frozen=True)
class StatesPerEnergy:
    """The density of states of a crystal."""

    structure: Structure
    dos: DensityOfStates
    estimates: tuple[ArrayEstimate, ...] = field(default=())
    """The density of states per atom against the energy above the Fermi level."""

    @property
    def zero(self) -> float:
        """What energies are stated relative to, eV: the Fermi level, or the top of the valence bands of an insulator.

        Codes put the Fermi level of an insulator anywhere in its gap: only the top of what is filled can be compared.
        """
        both = self.dos.total.sum(axis=0) / len(self.structure)
        filled = self.dos.energies[(both > NO_STATES) & (self.dos.energies <= self.dos.fermi)]
        if self.at_fermi > NO_STATES or not len(filled):
            return self.dos.fermi
        return float(filled[-1])

    @property
    def states_below(self) -> float:
        """States per cell below the Fermi level, by the trapezoidal rule: about the number of valence electrons."""
        below = self.dos.energies <= self.dos.fermi
        both = self.dos.total.sum(axis=0)
        return float(np.trapezoid(both[below], self.dos.energies[below]))

    @property
    def at_fermi(self) -> float:
        """States of both spins per eV and atom at the Fermi level."""
        both = self.dos.total.sum(axis=0) / len(self.structure)
        return float(np.interp(self.dos.fermi, self.dos.energies, both))

    def document(self) -> dict[str, Any]:
        """Return everything as JSON values.

        Keys: ``format``, ``formula``, ``atoms`` in the cell, ``energies`` (eV, the code's own scale), ``fermi`` and
        ``zero`` (eV on it; zero is the top of the valence bands of an insulator, else the Fermi level), ``total``
        (states per eV and cell; spin, then energy; one spin holds both), ``projected`` (by element and shell, such as
        ``"Ga d"``: as ``total``; what lies between the atoms' orbitals is in none).
        """
        dos = self.dos
        return {
            "format": FORMAT,
            "formula": self.structure.composition.reduced_formula,
            "atoms": len(self.structure),
            "energies": np.round(dos.energies, _DIGITS).tolist(),
            "fermi": dos.fermi,
            "zero": self.zero,
            "total": np.round(dos.total, _DIGITS).tolist(),
            "projected": {
                f"{element} {shell}": np.round(part, _DIGITS).tolist()
                for (element, shell), part in dos.projected.items()
            },
        }


class DosParams(SimulationParams):
    """Parameters of the task ``dos``."""

    calculator: str = Field(
        "qe", description="Name of a calculator that gives densities of states, such as qe or gpaw."
    )
    projected: bool = Field(default=True, description="Also by element and shell.")
    density_factor: float = Field(
        1.5,
        ge=1.0,
        le=_LARGEST_FACTOR,
        description="How many times denser than for the energy k-points lie along each direction.",
    )


def density_of_states(
    structure: Structure,
    calculator: str | Calculator = "qe",
    *,
    projected: bool = True,
    density_factor: float = 1.5,
    place: Workplace | None = None,
) -> StatesPerEnergy:
    """Compute the electronic density of states at the geometry as given.

    Args:
        structure: The crystal.
        calculator: A calculator or its name.
        projected: Whether it is also wanted by element and shell.
        density_factor: How many times denser k-points lie along each direction than for the energy.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        InvalidInputError: The calculator has no density of states, or cannot use the structure.
        CalculatorError: The calculation failed, or did not reach self-consistency.
    """
    chosen = get_calculator(calculator)
    if not isinstance(chosen, GivesDensityOfStates):
        raise InvalidInputError(no_ability(chosen.name, "densities of states", GivesDensityOfStates))
    make_ready(chosen, structure)
    able = settled(chosen, structure)
    dos = able.density_of_states(
        structure, place or Workplace(), projected=projected, density_factor=density_factor
    )
    _check(dos, chosen.name)
    state = Stater(able, f"static, density of states, {density_factor:g} times denser k-points")
    both = dos.total.sum(axis=0) / len(structure)
    found = StatesPerEnergy(structure, dos)
    table = np.column_stack([dos.energies - found.zero, both])
    note = (
        "" if found.zero == dos.fermi else "no states at the Fermi level: EF is the top of the valence bands"
    )
    return replace(found, estimates=(state.array("density_of_states", table, note),))


def _check(dos: DensityOfStates, name: str) -> None:
    """Refuse what is no density of states."""
    energies, total = np.asarray(dos.energies), np.asarray(dos.total)
    parts: list[FloatArray] = [total, *dos.projected.values()]
    sound = (
        total.ndim == 2  # noqa: PLR2004 - spins and energies
        and len(energies) > 1
        and bool(np.all(np.diff(energies) > 0))
        and all(part.shape == (len(total), len(energies)) and np.isfinite(part).all() for part in parts)
        and energies[0] < dos.fermi < energies[-1]
    )
    if not sound:
        raise CalculatorError(
            f"the calculator {name!r} gave no density of states: shape {total.shape} for {len(energies)} energies "
            f"from {energies[0]:g} to {energies[-1]:g} eV with the Fermi level at {dos.fermi:g} eV"
        )


def plan_dos(inputs: Mapping[str, Any], params: DosParams) -> Plan:
    """Return what the task ``dos`` is going to do.

    Args:
        inputs: The structure.
        params: Its parameters.
    """
    del inputs
    denser = max(
        1, round(params.density_factor**3 / 2.0)
    )  # at a fixed density a point takes about half as long
    steps = Step("self-consistent calculation", 1), Step("levels on a denser mesh", denser)
    return Plan(steps, ("density_of_states",))


@task("dos", version="1", identity=identity_of, resumable=True, plan=plan_dos)
def dos(inputs: Mapping[str, Any], params: DosParams, context: Context) -> Outcome:
    """Electronic density of states, in all and by element and shell."""
    structure = inputs["structure"]
    calculator = params.chosen()
    result = density_of_states(structure, calculator, place=place_of(context), **params.rest())
    artifact = context.folder / "dos.json"
    artifact.write_text(json.dumps(result.document()), encoding="utf-8")
    context.progress(1.0, f"{result.at_fermi:.2f} states/(eV atom) at the Fermi level")
    return Outcome(
        values={"structure": result.estimates},
        artifacts={"dos": artifact},
        summary={
            **params.model_dump(mode="json"),
            "synthetic": calculator.synthetic,
            "spins": len(result.dos.total),
            "fermi_eV": result.dos.fermi,
            "states_at_fermi_per_eV_atom": result.at_fermi,
            "states_below_fermi": result.states_below,
            "projected_on": [" ".join(name) for name in result.dos.projected],
        },
    )
