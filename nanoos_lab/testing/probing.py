"""One structure under one fresh ASE calculator: answers, and their derivatives by finite differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.calculators import Calculator, Workplace

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    FloatArray = NDArray[np.float64]

STEP_ANGSTROM = 0.005
STEP_STRAIN = 0.002


class Probe:
    """One structure under one fresh ASE calculator.

    Args:
        calculator: The calculator.
        structure: The crystal.
        place: Where it works.
    """

    def __init__(self, calculator: Calculator, structure: Structure, place: Workplace | None = None) -> None:
        from ase import Atoms  # noqa: PLC0415 - keeps ASE out of the import

        numbers = [site.specie.Z for site in structure]
        self.cell, self.positions = np.array(structure.lattice.matrix), np.array(structure.cart_coords)
        self.atoms: Any = Atoms(numbers, cell=self.cell, positions=self.positions, pbc=True)
        self.atoms.calc = calculator.ase_calculator(structure, place or Workplace())

    def energy(self, shift: FloatArray | None = None, strain: FloatArray | None = None) -> float:
        """Return the energy of a deformation.

        Args:
            shift: Of the positions in Å, shape (n, 3).
            strain: Of the cell, shape (3, 3).
        """
        matrix = np.eye(3) if strain is None else np.eye(3) + strain
        self.atoms.set_cell(self.cell @ matrix)
        self.atoms.set_positions((self.positions if shift is None else self.positions + shift) @ matrix)
        return float(self.atoms.get_potential_energy())

    def difference(self, other: Probe) -> tuple[float, float]:
        """Return how far two answers lie apart: energies in eV/atom, and the largest force in eV/Å.

        Args:
            other: The same structure under another ASE calculator.
        """
        energy = abs(self.energy() - other.energy()) / len(self.atoms)
        return energy, float(np.abs(self.atoms.get_forces() - other.atoms.get_forces()).max())

    def force_deviation(self, direction: FloatArray) -> float:
        """Return analytic minus numerical derivative along a direction in eV/Å.

        Args:
            direction: Of all atoms together, shape (n, 3).
        """
        unit = direction / np.linalg.norm(direction)
        rise = self.energy(STEP_ANGSTROM * unit) - self.energy(-STEP_ANGSTROM * unit)
        self.energy()
        return float(abs(rise / (2 * STEP_ANGSTROM) + np.sum(self.atoms.get_forces() * unit)))

    def stress_deviation(self, direction: FloatArray) -> float:
        """Return analytic minus numerical derivative along a strain in eV/Å³.

        Args:
            direction: Made symmetric, shape (3, 3).
        """
        unit = direction + direction.T
        unit /= np.linalg.norm(unit)
        rise = self.energy(strain=STEP_STRAIN * unit) - self.energy(strain=-STEP_STRAIN * unit)
        self.energy()
        stress = self.atoms.get_stress(voigt=False)
        numerical = rise / (2 * STEP_STRAIN) / self.atoms.get_volume()
        return float(abs(numerical - np.sum(stress * unit)))
