"""The ASE face of the toy potential."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.data import covalent_radii
from ase.neighborlist import neighbor_list

from nanoos_lab.calculators.toy import CUTOFF_ANGSTROM, Pairs, pair_energy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ase import Atoms

    from nanoos_lab.calculators.toy import FloatArray

_MIDDLE_ELECTRONEGATIVITY = 2.0
"""For the noble gases, which have no Pauling value."""
_CHARGE_PER_ELECTRONEGATIVITY = 1.6


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
        found = neighbor_list("ijdD", now, CUTOFF_ANGSTROM)  # type: ignore[no-untyped-call]
        i, j, distance, vector = found
        length, charge = _atoms_of(now.numbers)
        value, slope = pair_energy(distance, Pairs(length[i] + length[j], charge[i] * charge[j]))
        # Both directions of every pair are in the list: each carries half the energy.
        pull = (slope / distance)[:, None] * vector
        forces = np.zeros((len(now), 3))
        np.add.at(forces, i, pull)
        stress = 0.5 * np.einsum("pa,pb->ab", pull, vector) / now.get_volume()
        energy = 0.5 * float(value.sum())
        self.results = {
            "energy": energy,
            "free_energy": energy,
            "forces": forces,
            "stress": stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],
        }


def _atoms_of(numbers: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the radius in Å and the charge of each atom, shape (n,) each."""
    elements = np.array([_element(int(z)) for z in numbers])
    affinity, metallic, covalent = elements.T
    charge = np.tanh(_CHARGE_PER_ELECTRONEGATIVITY * (affinity.mean() - affinity))
    return covalent + (metallic - covalent) * (1.0 - np.abs(charge)), charge


@functools.cache
def _element(number: int) -> tuple[float, float, float]:
    """Return Pauling electronegativity, and metallic and covalent radius in Å."""
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - heavy import

    element, covalent = Element.from_Z(number), float(covalent_radii[number])
    metallic = element.metallic_radius if element.is_metal else None
    affinity = element.data.get("X") or _MIDDLE_ELECTRONEGATIVITY
    return float(affinity), float(metallic or covalent), covalent
