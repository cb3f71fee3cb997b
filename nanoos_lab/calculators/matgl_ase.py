"""The ASE face of a matgl potential: every call evaluates energy, forces and stress together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ase import units
from ase.calculators.calculator import Calculator, all_changes
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from nanoos_lab.potentials import matgl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ase import Atoms


class MatGLASE(Calculator):
    """Energies in eV, forces in eV/Å, stress in eV/Å³, moments in μB where the potential gives them.

    Args:
        loaded: The potential.
    """

    implemented_properties = ["energy", "free_energy", "forces", "stress", "magmoms"]  # noqa: RUF012 - ASE's form

    def __init__(self, loaded: matgl.Loaded) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # ASE is not typed
        self.loaded = loaded

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Evaluate the model.

        Args:
            atoms: The atoms.
            properties: What is asked for; everything is evaluated in any case.
            system_changes: What changed since the last call.
        """
        super().calculate(atoms, list(properties), list(system_changes))  # type: ignore[no-untyped-call]
        now: Any = self.atoms
        structure = Structure(
            Lattice(now.cell.array), now.get_chemical_symbols(), now.get_scaled_positions(wrap=False)
        )
        answer = matgl.evaluate(self.loaded, structure)
        stress = 0.5 * (answer.stress + answer.stress.T) * units.GPa
        self.results = {
            "energy": answer.energy,
            "free_energy": answer.energy,
            "forces": answer.forces,
            "stress": stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],
        }
        if answer.magmoms is not None:
            self.results["magmoms"] = answer.magmoms.reshape(-1)
