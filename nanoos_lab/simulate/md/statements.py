"""State what a molecular-dynamics run found, with its conditions and what a reader must know."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.simulate.md.diffusion import BLOCKS
from nanoos_lab.simulate.statements import Stater

if TYPE_CHECKING:
    from nanoos_lab.calculators import Calculator
    from nanoos_lab.properties import ArrayEstimate, PropertyEstimate
    from nanoos_lab.simulate.md.averages import Mean
    from nanoos_lab.simulate.md.diffusion import Diffusion
    from nanoos_lab.simulate.md.plan import MdParams
    from nanoos_lab.simulate.md.result import MolecularDynamics

FINITE_CELL = "not corrected for the size of the cell"
AMU_PER_CUBIC_ANGSTROM = 1.66053906660
"""g/cm³ (CODATA 2018)."""
MOST_POINTS = 500
"""Rows of an array that is stated; longer ones are thinned, and whole in the artifacts."""
UNSURE = 0.5
"""Error over value above which a diffusion coefficient does not count as converged."""


def stated(result: MolecularDynamics, params: MdParams, calculator: Calculator) -> MolecularDynamics:
    """Return a run with its statements and messages.

    Args:
        result: The run.
        params: What was asked for.
        calculator: What the energies came from.
    """
    return _Statements(result, params, calculator).complete()


class _Statements:
    def __init__(self, result: MolecularDynamics, params: MdParams, calculator: Calculator) -> None:
        self.result, self.params = result, params
        self.stater = Stater(calculator, recipe_of(params))
        self.conditions = {"temperature_K": round(result.temperature.value, 3)}
        if params.ensemble == "npt":
            self.conditions["pressure_GPa"] = params.pressure

    def complete(self) -> MolecularDynamics:
        result = self.result
        values: list[PropertyEstimate | ArrayEstimate] = []
        if math.isfinite(result.pressure.value):
            note = self._drift_note() if self.params.ensemble == "nve" else ""
            values.append(self._mean("pressure", result.pressure, note))
        if self.params.ensemble == "npt":
            values.append(self._mean("volume_per_atom", result.volume))
            values.append(self._mean("density", self._density()))
        values += [
            self._array("radial_distribution_function", np.column_stack([d.distances, d.values]), pair=d.pair)
            for d in result.distributions
        ]
        for one in result.diffusion:
            points = np.column_stack([one.times, one.displacement])
            values.append(self._array("mean_square_displacement", points, element=one.element))
            if one.coefficient is not None:
                values.append(self._coefficient(one))
        return replace(result, estimates=tuple(values), messages=self._messages())

    def _mean(self, name: str, mean: Mean, note: str = "") -> PropertyEstimate:
        sure = math.isfinite(mean.error)
        words = "; ".join(w for w in (note, "" if sure else "too few frames for an error") if w)
        plain = self.stater(name, mean.value, mean.error if sure else None, words, self.conditions)
        return _standard(plain)

    def _density(self) -> Mean:
        mass = float(self.result.initial.composition.weight) / len(self.result.initial)
        volume = self.result.volume
        value = mass * AMU_PER_CUBIC_ANGSTROM / volume.value
        return volume._replace(value=value, error=value * volume.error / volume.value)

    def _array(self, name: str, points: Any, **conditions: str) -> ArrayEstimate:  # noqa: ANN401 - an array
        thin = max(1, math.ceil(len(points) / MOST_POINTS))
        return self.stater.array(name, points[::thin], conditions={**self.conditions, **conditions})

    def _coefficient(self, one: Diffusion) -> PropertyEstimate:
        value, error = one.coefficient or 0.0, one.error or 0.0
        note = (
            f"slope of the displacement between {one.fit[0]:.3g} and {one.fit[1]:.3g} ps (it grows as time to the "
            f"power {one.exponent:.2f}); error of the mean over {BLOCKS} blocks; {FINITE_CELL}"
        )
        conditions = {**self.conditions, "element": one.element}
        plain = _standard(self.stater("diffusion_coefficient", value, error, note, conditions))
        return plain.model_copy(update={"converged": error <= UNSURE * abs(value)})

    def _drift_note(self) -> str:
        return f"total energy drifts by {1000.0 * self.result.drift:.2g} meV/atom per ps"

    def _messages(self) -> tuple[str, ...]:
        result, params = self.result, self.params
        told = [f"no diffusion coefficient of {d.element}: {d.reason}" for d in result.diffusion if d.reason]
        if params.ensemble == "nve":
            told.append(self._drift_note())
        mean, wanted = result.temperature, params.temperature
        off = abs(mean.value - wanted) > max(5.0 * mean.error, 0.05 * wanted)  # never where the error is nan
        if params.ensemble != "nve" and off:
            told.append(f"the mean temperature is {mean.value:.0f} K, not {wanted:.0f} K: equilibrate longer")
        return tuple(told)


def _standard(plain: PropertyEstimate) -> PropertyEstimate:
    """Return an estimate whose uncertainty is that of a mean of samples."""
    kind = "none" if plain.uncertainty is None else "standard"
    return plain.model_copy(update={"uncertainty_kind": kind})


def recipe_of(params: MdParams) -> str:
    """Return how the calculator was used, in a few words.

    Args:
        params: What was asked for.
    """
    kind = {"nve": "NVE", "nvt": "NVT", "npt": "NPT"}[params.ensemble]
    heat = " Langevin" if params.ensemble == "nvt" and params.thermostat == "langevin" else ""
    free = " (full cell)" if params.ensemble == "npt" and params.barostat == "full" else ""
    pressed = f", {params.pressure:g} GPa" if params.ensemble == "npt" else ""
    return (
        f"molecular dynamics, {kind}{heat}{free}, {params.temperature:g} K{pressed}, {params.timestep:g} fs"
    )
