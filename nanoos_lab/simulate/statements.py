"""How a simulation states its results: property estimates, and small JSON values for displays."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.properties import ArrayEstimate, Method, Origin, PropertyEstimate
from nanoos_lab.structures import describe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators import Calculator
    from nanoos_lab.calculators.abilities import Electrons
    from nanoos_lab.simulate.deform import FloatArray, Response

GAP_NOTE = (
    "difference of Kohn-Sham levels on the mesh of k-points: semilocal functionals give gaps that are too small, "
    "often by half"
)
SYMPREC = 0.01
"""Tolerance in Å for space groups in summaries."""
EV_PER_CUBIC_ANGSTROM_IN_GPA = 160.21766208
"""CODATA 2014, the value that pymatgen and ASE-based codes share to ten digits."""


class Stater:
    """Makes estimates of one subject by one method.

    Args:
        calculator: What the numbers come from.
        recipe: How it was used.
        converged: Whether the procedure reached its tolerance.
    """

    def __init__(self, calculator: Calculator, recipe: str, *, converged: bool = True) -> None:
        self.calculator, self.converged = calculator, converged
        self.method: Method = calculator.method(recipe)

    def __call__(
        self,
        name: str,
        value: float,
        error: float | None = None,
        note: str = "",
        conditions: Mapping[str, Any] | None = None,
    ) -> PropertyEstimate:
        """State one property.

        Args:
            name: A name of the vocabulary.
            value: The value in the vocabulary's unit.
            error: The standard error of a fit, where there is one.
            note: One sentence that a reader must know, besides the calculator's known limit.
            conditions: What it holds at, such as ``temperature_K``.
        """
        return PropertyEstimate(
            property=name,
            value=float(value),
            uncertainty=None if error is None else float(error),
            uncertainty_kind="none" if error is None else "fit",
            **self._common(name, note, conditions),
        )

    def array(
        self, name: str, array: FloatArray, note: str = "", conditions: Mapping[str, Any] | None = None
    ) -> ArrayEstimate:
        """State an array property.

        Args:
            name: A name of the vocabulary, of an array.
            array: One row a point and one column an axis of the property, in the axes' units.
            note: One sentence that a reader must know, besides the calculator's known limit.
            conditions: What it holds at, such as ``temperature_K``.
        """
        numbers = np.ascontiguousarray(array, dtype=np.float64)
        return ArrayEstimate(property=name, array=numbers, **self._common(name, note, conditions))

    def _common(self, name: str, note: str, conditions: Mapping[str, Any] | None) -> dict[str, Any]:
        limit = self.calculator.known_limits.get(name, "")
        return {
            "origin": Origin.COMPUTED,
            "method": self.method,
            "converged": self.converged,
            "synthetic": self.calculator.synthetic,
            "conditions": dict(conditions or {}),
            "note": "; ".join(part for part in (note, limit) if part),
        }

    def geometry(self, structure: Structure) -> tuple[PropertyEstimate, ...]:
        """State volume, density and conventional lattice parameters.

        Args:
            structure: The crystal.
        """
        a, b, c = describe(structure, symprec=SYMPREC).conventional or structure.lattice.abc
        return (
            self("volume_per_atom", structure.volume / len(structure)),
            self("density", structure.density),
            self("lattice_a", a),
            self("lattice_b", b),
            self("lattice_c", c),
        )

    def energetics(self, response: Response, magnetization: float | None) -> tuple[PropertyEstimate, ...]:
        """State energy, largest force, pressure and, where the calculator gives moments, magnetization.

        Args:
            response: The calculator's answer.
            magnetization: Mean magnitude of the site moments in μB, or None.
        """
        estimates = (
            self("energy", response.energy / len(response.forces)),
            self("max_force", response.largest_force),
            self("pressure", pressure_gpa(response)),
        )
        return estimates if magnetization is None else (*estimates, self("magnetization", magnetization))

    def electronics(self, electrons: Electrons | None) -> tuple[PropertyEstimate, ...]:
        """State the band gap, where the calculator knows of one.

        Args:
            electrons: What it said of the electrons.
        """
        if electrons is None or electrons.band_gap is None:
            return ()
        return (self("band_gap", electrons.band_gap, note=GAP_NOTE),)


def pressure_gpa(response: Response) -> float:
    """Return the pressure in GPa, positive under compression.

    Args:
        response: The calculator's answer.
    """
    return float(-np.trace(response.stress) / 3.0) * EV_PER_CUBIC_ANGSTROM_IN_GPA


def cell_summary(structure: Structure) -> dict[str, Any]:
    """Return lattice, volume per atom and space group of a crystal as JSON values.

    Args:
        structure: The crystal.
    """
    known = describe(structure, symprec=SYMPREC)
    names = ("a", "b", "c", "alpha", "beta", "gamma")
    return {
        "lattice": {k: round(float(v), 6) for k, v in zip(names, known.lattice or (), strict=True)},
        "volume_per_atom": known.volume_per_atom,
        "space_group": known.space_group,
        "space_group_symbol": known.space_group_symbol,
    }


def calculator_identity(calculator: Calculator) -> Mapping[str, Any]:
    """Return what a simulation's numbers depend on besides inputs and parameters.

    Args:
        calculator: What the numbers come from.
    """
    versions = {name: importlib.metadata.version(name) for name in ("ase", "numpy", "scipy")}
    return {"calculator": dict(calculator.identity()), "packages": versions}
