"""Any calculator as the engine of a simulation: geometry in, response out, calls counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.calculators import Workplace
from nanoos_lab.calculators.abilities import Electrons, electrons_of
from nanoos_lab.errors import CalculatorError
from nanoos_lab.simulate.deform import Response

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators import Calculator
    from nanoos_lab.simulate.deform import FloatArray

CLOSEST = 0.4
"""Shortest distance that a simulation may come to, over the sum of covalent radii."""


@dataclass(frozen=True)
class Bounds:
    """Where a simulation must not go."""

    max_volume_change: float = 0.5
    """Largest allowed growth of the volume as a fraction; shrinking by the same factor is the lower bound."""


def make_ready(calculator: Calculator, structure: Structure) -> None:
    """Refuse a calculator that cannot be used, or not for a structure.

    Args:
        calculator: What is about to be used.
        structure: What it is about to be used for.

    Raises:
        CalculatorError: The calculator is not available.
        InvalidInputError: The calculator cannot use the structure.
        OutOfDomainError: The calculator cannot know the structure.
    """
    if problem := calculator.available():
        raise CalculatorError(problem)
    calculator.check(structure)


class StructureEngine:
    """A calculator bound to the atoms of one structure.

    Args:
        structure: The crystal; only its species count from here on.
        calculator: What gives energies and forces.
        bounds: Where it must not go.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        CalculatorError: The calculator is not available.
        InvalidInputError: The calculator cannot use the structure.
        OutOfDomainError: The calculator cannot know the structure.
    """

    def __init__(
        self,
        structure: Structure,
        calculator: Calculator,
        bounds: Bounds | None = None,
        place: Workplace | None = None,
    ) -> None:
        from ase import Atoms  # noqa: PLC0415 - keeps ASE out of the import

        make_ready(calculator, structure)
        self.calculator, self.structure, self.bounds = calculator, structure, bounds or Bounds()
        self.numbers = np.array([site.specie.Z for site in structure])
        self.calls = 0
        self._atoms: Any = Atoms(self.numbers, pbc=True)
        self._atoms.calc = calculator.ase_calculator(structure, place or Workplace())
        self._volume0 = float(structure.volume)

    @property
    def start(self) -> tuple[FloatArray, FloatArray]:
        """Positions and cell of the structure, Å."""
        return np.array(self.structure.cart_coords), np.array(self.structure.lattice.matrix)

    def __call__(self, positions: FloatArray, cell: FloatArray) -> Response:
        """Evaluate energy, forces and stress.

        Args:
            positions: Å, shape (n, 3).
            cell: Row vectors in Å, shape (3, 3).
        """
        self._place(positions, cell)
        self.calls += 1
        atoms = self._atoms
        return Response(
            positions=positions,
            cell=cell,
            energy=float(atoms.get_potential_energy()),
            forces=np.array(atoms.get_forces()),
            stress=np.array(atoms.get_stress(voigt=False)),
        )

    def _place(self, positions: FloatArray, cell: FloatArray) -> None:
        self._atoms.set_cell(cell)
        self._atoms.set_positions(positions)

    def magnetization(self) -> float | None:
        """Return the sum of the site moments' magnitudes per atom in μB at the last geometry, if any."""
        moments = self._atoms.calc.results.get("magmoms")
        return None if moments is None else float(np.abs(moments).mean())

    def electrons(self) -> Electrons | None:
        """Return what the calculator knows of the electrons at the last geometry, if anything."""
        return electrons_of(self._atoms.calc.results)

    def messages(self) -> tuple[str, ...]:
        """Return what the calculator wants people to know of its last answer, such as remedies that were needed."""
        return tuple(self._atoms.calc.results.get("messages", ()))

    def trouble(self, positions: FloatArray, cell: FloatArray) -> str | None:
        """Return why a geometry must not be evaluated: too large or small a cell, or atoms that collide.

        Args:
            positions: Å, shape (n, 3).
            cell: Row vectors in Å, shape (3, 3).
        """
        from ase.data import covalent_radii  # noqa: PLC0415 - keeps ASE out of the import
        from ase.neighborlist import neighbor_list  # noqa: PLC0415

        ratio = abs(float(np.linalg.det(cell))) / self._volume0
        limit = 1.0 + self.bounds.max_volume_change
        if not 1.0 / limit <= ratio <= limit:
            return (
                f"the volume would change by {100.0 * (ratio - 1.0):+.0f} %, beyond the limit: the start is far "
                "from equilibrium or the calculator is out of its depth; raise max_volume_change to go on"
            )
        self._place(positions, cell)
        reach = CLOSEST * covalent_radii[self.numbers]
        i, j, d = neighbor_list("ijd", self._atoms, reach)  # type: ignore[no-untyped-call]
        if len(d):
            k = int(np.argmin(d))
            return (
                f"sites {int(i[k])} and {int(j[k])} would come as close as {d[k]:.2f} Å: check the structure"
            )
        return None

    def structure_at(self, response: Response) -> Structure:
        """Return the structure at a geometry, with species and properties of the first one.

        Args:
            response: The geometry.
        """
        from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
        from pymatgen.core.structure import Structure  # noqa: PLC0415

        stale = {"forces", "velocities", "selective_dynamics"}
        properties = {k: v for k, v in self.structure.site_properties.items() if k not in stale}
        return Structure(
            Lattice(response.cell),
            self.structure.species,
            response.positions,
            coords_are_cartesian=True,
            site_properties=properties,
            labels=self.structure.labels,
            charge=self.structure._charge,  # noqa: SLF001 - .charge would fill in a sum of oxidation states
        )
