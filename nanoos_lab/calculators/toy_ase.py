"""The ASE face of the toy potential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.data import chemical_symbols, covalent_radii
from ase.neighborlist import neighbor_list

from nanoos_lab.calculators.toy import (
    CUTOFF_RATIO,
    DEPTH_EV,
    DEPTH_PER_ELECTRONEGATIVITY_EV,
    pair_energy,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ase import Atoms
    from numpy.typing import NDArray

MIDDLE_ELECTRONEGATIVITY = 2.0
"""For the noble gases, which have no Pauling value."""


class ToyASE(Calculator):
    """Energies in eV, forces in eV/Å, stress in eV/Å³."""

    implemented_properties = ["energy", "free_energy", "forces", "stress"]  # noqa: RUF012 - ASE's form

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Evaluate the potential.

        Args:
            atoms: The atoms.
            properties: What is asked for; everything is evaluated in any case.
            system_changes: What changed since the last call.
        """
        super().calculate(atoms, list(properties), list(system_changes))  # type: ignore[no-untyped-call]
        now: Any = self.atoms
        numbers = now.numbers
        radii, affinity = covalent_radii[numbers], _electronegativities(numbers)
        i, j, distance, vector = neighbor_list(  # type: ignore[no-untyped-call]
            "ijdD", now, CUTOFF_RATIO * radii
        )
        length = radii[i] + radii[j]
        depth = DEPTH_EV + DEPTH_PER_ELECTRONEGATIVITY_EV * (affinity[i] - affinity[j]) ** 2
        value, slope = pair_energy(distance / length)
        # Both directions of every pair are in the list: each carries half the energy.
        pull = (depth * slope / length / distance)[:, None] * vector
        forces = np.zeros((len(numbers), 3))
        np.add.at(forces, i, pull)
        stress = 0.5 * np.einsum("pa,pb->ab", pull, vector) / now.get_volume()
        energy = 0.5 * float(depth @ value)
        self.results = {
            "energy": energy,
            "free_energy": energy,
            "forces": forces,
            "stress": stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],
        }


def _electronegativities(numbers: NDArray[np.int_]) -> NDArray[np.float64]:
    """Return Pauling electronegativities of elements, shape (n,)."""
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - heavy import

    table = {z: Element(chemical_symbols[z]).data.get("X") for z in set(numbers.tolist())}
    return np.array([table[z] or MIDDLE_ELECTRONEGATIVITY for z in numbers.tolist()], dtype=float)
