"""A structure as arrays of what tells crystals apart: elements, occupancies and places, without oxidation states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pymatgen.core.structure import IStructure
from pymatgen.optimization.neighbors import find_points_in_spheres

from nanoos_lab.structures.symmetry import fractional, symmetry_of_cell

if TYPE_CHECKING:
    import numpy.typing as npt
    from pymatgen.core.structure import Molecule, Structure

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]

_ENANTIOMORPHIC = frozenset(
    (76, 78, 91, 95, 92, 96, 144, 145, 151, 153, 152, 154, 169, 170, 171, 172, 178, 179, 180, 181, 212, 213)
)
"""Space groups that come in left and right (International Tables A, 11 pairs)."""


@dataclass(frozen=True)
class Arrays:
    """A structure as arrays, without oxidation states."""

    coords: FloatArray
    """Cartesian, Å, (n, 3)."""
    frac_coords: FloatArray
    matrix: FloatArray
    pbc: IntArray
    kinds: list[int]
    """Which of ``names`` each site is, from 1 in order of appearance."""
    names: list[tuple[tuple[str, float], ...]]
    """Occupants of each kind of site: element and occupancy, sorted."""
    molecule: bool
    charge: float

    @property
    def extent(self) -> float:
        """A distance in Å that no two sites of a molecule exceed."""
        return float(np.linalg.norm(np.ptp(self.coords, axis=0))) + 1.0

    def neighbours(self, reach: float) -> tuple[IntArray, IntArray, FloatArray]:
        """Return centre, neighbour and distance of all pairs within reach, without a site itself.

        Args:
            reach: Cutoff in Å.
        """
        first, second, _, distance = find_points_in_spheres(
            self.coords, self.coords, reach, self.pbc, self.matrix
        )
        apart = distance > 1e-6  # noqa: PLR2004 - Å
        return first[apart], second[apart], distance[apart]

    @property
    def formula(self) -> str:
        """Return the composition per site, in a form without rounding borders at round numbers."""
        counts = np.bincount(self.kinds)[1:]
        if all(len(name) == 1 and name[0][1] == 1.0 for name in self.names):
            divisor = 1 if self.molecule else math.gcd(*counts.tolist())
            return str(
                sorted((name[0][0], int(n) // divisor) for name, n in zip(self.names, counts, strict=True))
            )
        amounts: dict[str, float] = {}
        for name, count in zip(self.names, counts.tolist(), strict=True):
            for symbol, occupancy in name:
                amounts[symbol] = amounts.get(symbol, 0.0) + occupancy * count / len(self.kinds)
        return str(sorted((symbol, math.floor(amount * 1e4 + 0.3717)) for symbol, amount in amounts.items()))

    @property
    def hand(self) -> int:
        """Return the space group where it is one of an enantiomorphic pair, else 0.

        Every Wyckoff position of those groups has a multiplicity divisible by 3, or every one by 4, which
        spares nearly all crystals the search.
        """
        counts = np.bincount(self.kinds)[1:]
        if (counts % 3).any() and (counts % 4).any():
            return 0
        if not self.pbc.all():
            return 0
        found = symmetry_of_cell(self.matrix, self.frac_coords, self.kinds)
        return found.number if found is not None and found.number in _ENANTIOMORPHIC else 0


def arrays_of(structure: Structure | Molecule) -> Arrays:
    """Return a structure as arrays.

    Args:
        structure: A crystal or a molecule.
    """
    seen: dict[tuple[tuple[str, float], ...], int] = {}
    by_species: dict[int, int] = {}
    kinds = []
    for site in structure:
        species = site.species
        number = by_species.get(id(species))
        if number is None:
            number = seen.setdefault(_occupants(species), len(seen) + 1)
            by_species[id(species)] = number
        kinds.append(number)
    if isinstance(structure, IStructure):
        matrix = np.ascontiguousarray(structure.lattice.matrix)
        frac = fractional(structure)
        pbc = np.array(structure.lattice.pbc, dtype=np.int64)
        return Arrays(frac @ matrix, frac, matrix, pbc, kinds, list(seen), molecule=False, charge=0.0)
    coords = np.array([site.coords for site in structure], dtype=np.float64)
    coords -= coords.min(axis=0)
    box = np.diag(coords.max(axis=0) + 1.0)
    nowhere = np.zeros(3, dtype=np.int64)
    return Arrays(
        coords, coords, box, nowhere, kinds, list(seen), molecule=True, charge=float(structure.charge)
    )


def _occupants(species: Any) -> tuple[tuple[str, float], ...]:  # noqa: ANN401 - pymatgen Composition
    amounts: dict[str, float] = {}
    for kind, amount in species.items():
        amounts[kind.symbol] = amounts.get(kind.symbol, 0.0) + float(amount)
    return tuple(sorted((symbol, round(amount, 6)) for symbol, amount in amounts.items()))
