"""The ASE face of CHGNet: every call evaluates energy, forces, stress and moments together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ase import units
from ase.calculators.calculator import Calculator, all_changes
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from nanoos_lab.potentials import chgnet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ase import Atoms


class CHGNetASE(Calculator):
    """Energies in eV, forces in eV/Å, stress in eV/Å³, moments in μB."""

    implemented_properties = ["energy", "free_energy", "forces", "stress", "magmoms"]  # noqa: RUF012 - ASE's form

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
        answer = chgnet.evaluate([structure], "efsm")[0]
        self.results = _results(answer, len(structure))


def _results(answer: chgnet.Evaluation, n_sites: int) -> dict[str, Any]:
    energy = answer.energy * n_sites
    assert answer.forces is not None  # noqa: S101 - asked for above
    assert answer.stress is not None  # noqa: S101
    assert answer.magmoms is not None  # noqa: S101
    stress = 0.5 * (answer.stress + answer.stress.T).astype(float) * units.GPa
    return {
        "energy": energy,
        "free_energy": energy,
        "forces": answer.forces.astype(float),
        "stress": stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],
        "magmoms": answer.magmoms.astype(float),
    }
