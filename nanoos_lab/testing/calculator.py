"""Does a calculator hold together: energies, forces and stress consistent, answers repeatable, refusals clear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.calculators import Calculator, Workplace
from nanoos_lab.testing.crystals import rattled
from nanoos_lab.testing.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    FloatArray = NDArray[np.float64]

STEP_ANGSTROM = 0.005
STEP_STRAIN = 0.002
DIRECTIONS = 3


@dataclass(frozen=True)
class CalculatorReport:
    """The largest deviations that were measured."""

    force: float
    """Analytic minus numerical derivative along random directions, eV/Å."""
    stress: float
    """Analytic minus numerical derivative along random strains, eV/Å³."""
    repeat: float
    """Difference between two fresh calculators, eV/atom."""


def check_calculator(
    calculator: Calculator,
    structures: Sequence[Structure],
    *,
    force_tolerance: float = 0.02,
    stress_tolerance: float = 0.003,
    repeat_tolerance: float = 1e-5,
) -> CalculatorReport:
    """Check a calculator on some crystals; each is also taken out of equilibrium.

    Args:
        calculator: The calculator.
        structures: Crystals inside its domain, a few atoms each.
        force_tolerance: Allowed deviation of forces from finite differences, eV/Å.
        stress_tolerance: Allowed deviation of the stress from strain derivatives, eV/Å³.
        repeat_tolerance: Allowed difference between two fresh calculators, eV/atom.

    Returns:
        What was measured.

    Raises:
        ConformanceError: Something does not hold; the message lists everything.
    """
    findings = Findings(f"calculator {getattr(calculator, 'name', calculator)!r}")
    findings.expect(
        isinstance(calculator, Calculator), "a member of nanoos_lab.calculators.Calculator is missing"
    )
    findings.conclude()
    _check_form(calculator, findings)
    findings.conclude()
    deviations = [_measure(calculator, rattled(s, seed=k)) for k, s in enumerate(structures)]
    force, stress, repeat = np.max(deviations, axis=0)
    findings.expect(force <= force_tolerance, f"forces miss finite differences by {force:.2g} eV/Å")
    findings.expect(stress <= stress_tolerance, f"the stress misses strain derivatives by {stress:.2g} eV/Å³")
    findings.expect(repeat <= repeat_tolerance, f"the same question differs by {repeat:.2g} eV/atom")
    findings.conclude()
    return CalculatorReport(float(force), float(stress), float(repeat))


def _check_form(calculator: Calculator, findings: Findings) -> None:
    problem = calculator.available()
    findings.expect(problem is None, f"it is not available: {problem}")
    findings.identity(calculator.identity)
    findings.expect(calculator.method("recipe").recipe == "recipe", "method() drops the recipe")
    findings.expect(calculator.method().name, "method() has no name")
    findings.refusals(calculator.check)


def _measure(calculator: Calculator, structure: Structure) -> tuple[float, float, float]:
    calculator.check(structure)
    probe, again = _Probe(calculator, structure), _Probe(calculator, structure)
    random = np.random.default_rng(0)
    forces = max(probe.force_deviation(random.normal(size=(len(structure), 3))) for _ in range(DIRECTIONS))
    stress = max(probe.stress_deviation(random.normal(size=(3, 3))) for _ in range(DIRECTIONS))
    repeat = abs(probe.energy() - again.energy()) / len(structure)
    return forces, stress, repeat


class _Probe:
    """One structure under one fresh ASE calculator."""

    def __init__(self, calculator: Calculator, structure: Structure) -> None:
        from ase import Atoms  # noqa: PLC0415 - keeps ASE out of the import

        numbers = [site.specie.Z for site in structure]
        self.cell, self.positions = np.array(structure.lattice.matrix), np.array(structure.cart_coords)
        self.atoms: Any = Atoms(numbers, cell=self.cell, positions=self.positions, pbc=True)
        self.atoms.calc = calculator.ase_calculator(structure, Workplace())

    def energy(self, shift: FloatArray | None = None, strain: FloatArray | None = None) -> float:
        matrix = np.eye(3) if strain is None else np.eye(3) + strain
        self.atoms.set_cell(self.cell @ matrix)
        self.atoms.set_positions((self.positions if shift is None else self.positions + shift) @ matrix)
        return float(self.atoms.get_potential_energy())

    def force_deviation(self, direction: FloatArray) -> float:
        unit = direction / np.linalg.norm(direction)
        numerical = (self.energy(STEP_ANGSTROM * unit) - self.energy(-STEP_ANGSTROM * unit)) / (
            2 * STEP_ANGSTROM
        )
        self.energy()
        return float(abs(numerical + np.sum(self.atoms.get_forces() * unit)))

    def stress_deviation(self, direction: FloatArray) -> float:
        unit = direction + direction.T
        unit /= np.linalg.norm(unit)
        rise = self.energy(strain=STEP_STRAIN * unit) - self.energy(strain=-STEP_STRAIN * unit)
        self.energy()
        stress = self.atoms.get_stress(voigt=False)
        numerical = rise / (2 * STEP_STRAIN) / self.atoms.get_volume()
        return float(abs(numerical - np.sum(stress * unit)))
