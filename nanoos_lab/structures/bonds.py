"""Bonds of a crystal or molecule, periodic images included, and what follows from them.

A distance rule, not a chemical theory: it is meant for drawing, for coordination numbers and for telling
layers from frameworks, and it takes a fraction of a millisecond. Positive centres (atoms bonded to something
that takes their electrons) are not bonded to each other, so that rocksalt shows six neighbours and perovskite
its octahedra; atoms of a metal keep their nearest shell. The rules per pair of elements are in
:mod:`nanoos_lab.structures.bond_rules`. Works on pymatgen's ``Structure`` and ``Molecule``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.structures.bond_rules import METAL_SHELL, METALLIC, PairRules, pair_rules

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core.structure import Molecule, Structure

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    _Neighbours = list[list[tuple[int, int, int, int]]]


@dataclass(frozen=True, slots=True)
class BondGraph:
    """The bonds of one cell, each once: from site ``i`` to site ``j`` in the cell at ``image``.

    A bond from a site to its own image counts once too, in one of its two directions.
    """

    n_sites: int
    i: IntArray
    """First site, shape (n,)."""
    j: IntArray
    """Second site, shape (n,); ``i <= j``."""
    image: IntArray
    """Cell of the second site in lattice vectors, shape (n, 3)."""
    distance: FloatArray
    """Length in Å, shape (n,)."""

    def __len__(self) -> int:
        return len(self.i)

    def coordination_numbers(self) -> IntArray:
        """Return the number of bonds of every site, shape (n_sites,)."""
        ends = np.concatenate([self.i, self.j])
        return np.bincount(ends, minlength=self.n_sites)

    def directed(self) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        """Return every bond from both of its ends: centre, neighbour, image, distance."""
        return (
            np.concatenate([self.i, self.j]),
            np.concatenate([self.j, self.i]),
            np.concatenate([self.image, -self.image]),
            np.concatenate([self.distance, self.distance]),
        )


def find_bonds(structure: Structure | Molecule) -> BondGraph:
    """Find the bonds of a structure.

    A site shared by several species counts as its most abundant one. Alternative positions of one atom (both
    partly occupied and too close) are not bonded.

    Args:
        structure: A crystal, a slab (``lattice.pbc`` is respected) or a molecule.
    """
    lattice: Any = getattr(structure, "lattice", None)
    if lattice is None:
        xyz = np.array([site.coords for site in structure.sites], dtype=np.float64).reshape(-1, 3)
        return bonding_of(structure).at(xyz)
    matrix = np.asarray(lattice.matrix, np.float64)
    abc = np.array([site.frac_coords for site in structure.sites], dtype=np.float64).reshape(-1, 3)
    return bonding_of(structure).at(abc @ matrix, matrix, lattice.pbc)


@dataclass(frozen=True, slots=True)
class Bonding:
    """The rules for a set of atoms, wherever they are: made once for all frames of a trajectory."""

    codes: IntArray
    """Element by site, index into the rules, shape (n,)."""
    rules: PairRules
    occupancy: FloatArray | None
    """By site, shape (n,); None where all are full."""

    def at(
        self,
        positions: FloatArray,
        matrix: FloatArray | None = None,
        pbc: tuple[bool, bool, bool] = (True, True, True),
    ) -> BondGraph:
        """Find the bonds between atoms at these places.

        Args:
            positions: Cartesian, Å, shape (n, 3).
            matrix: Lattice vectors by row in Å, shape (3, 3); None for a molecule.
            pbc: In which directions the cell repeats.
        """
        if not len(self.codes) or self.rules.cutoff == 0.0:
            return _no_bonds(len(self.codes))
        return self.among(*close_pairs(positions, matrix, pbc, self.rules.cutoff))

    def candidates(
        self,
        positions: FloatArray,
        matrix: FloatArray | None,
        pbc: tuple[bool, bool, bool],
        skin_angstrom: float,
    ) -> tuple[IntArray, IntArray, IntArray]:
        """Return every pair that may bond while no atom moves by half of the skin: i, j, image.

        Args:
            positions: Cartesian, Å, shape (n, 3).
            matrix: Lattice vectors by row in Å, shape (3, 3); None for a molecule.
            pbc: In which directions the cell repeats.
            skin_angstrom: How far beyond a bond a pair may be.
        """
        if not len(self.codes) or self.rules.cutoff == 0.0:
            none = _no_bonds(len(self.codes))
            return none.i, none.j, none.image
        i, j, image, distance = close_pairs(positions, matrix, pbc, self.rules.cutoff + skin_angstrom)
        longest = self.rules.longest[self.codes[i], self.codes[j]]
        near = np.flatnonzero((longest > 0) & (distance <= longest + skin_angstrom))
        return i[near], j[near], image[near]

    def among(self, i: IntArray, j: IntArray, image: IntArray, distance: FloatArray) -> BondGraph:
        """Return which pairs are bonds; all pairs up to the longest bond must be there, each once.

        Args:
            i: First site, shape (p,).
            j: Second site, shape (p,).
            image: Cell of the second site, shape (p, 3).
            distance: In Å, shape (p,).
        """
        codes, rules, n = self.codes, self.rules, len(self.codes)
        near = np.flatnonzero(distance <= rules.longest[codes[i], codes[j]])
        i, j, image, distance = i[near], j[near], image[near], distance[near]
        a, b = codes[i], codes[j]
        keep = distance >= rules.shortest[a, b]
        if (full := self.occupancy) is not None:
            alternatives = (full[i] + full[j] <= 1.0 + 1e-6) & (distance < 1.5 * rules.shortest[a, b])
            keep &= ~alternatives
        kept = np.flatnonzero(keep)
        i, j, image, distance, a, b = i[kept], j[kept], image[kept], distance[kept], a[kept], b[kept]
        positive = np.zeros(n, bool)
        positive[i[rules.donor[a, b]]] = True
        positive[j[rules.donor[b, a]]] = True
        keep = ~(positive[i] & positive[j]) | (distance <= rules.among_positive[a, b])
        metallic = keep & (rules.kind[a, b] == METALLIC)
        if metallic.any():
            keep &= ~metallic | _nearest_shell(n, i, j, distance, among=keep)
        kept = np.flatnonzero(keep)
        return BondGraph(n, i[kept], j[kept], image[kept], distance[kept])


def bonding_of(structure: Structure | Molecule) -> Bonding:
    """Return the rules for the atoms of a structure.

    Args:
        structure: A crystal or molecule.
    """
    return Bonding(*_species(structure))


def symbols_of(structure: Structure | Molecule) -> list[str]:
    """Return the symbol of every site, of its most abundant species where it is shared.

    Args:
        structure: A crystal or molecule.
    """
    return [max(site.species.items(), key=lambda item: item[1])[0].symbol for site in structure]


def dimensionality(structure: Structure | Molecule) -> int:
    """Return in how many directions bonds run on without end: 3 framework, 2 layers, 1 chains, 0 molecules.

    The rank of the lattice vectors that join a component of the bond graph to its own images; the largest
    over the components. Source: Larsen et al., Phys. Rev. Mater. 3, 034003 (2019); Gorai et al.,
    J. Mater. Chem. A 4, 11110 (2016).

    Args:
        structure: A crystal or molecule; a molecule gives 0.
    """
    bonds = find_bonds(structure)
    neighbours = _neighbours(bonds.n_sites, bonds.i, bonds.j, bonds.image)
    place: list[tuple[int, int, int] | None] = [None] * bonds.n_sites
    best = 0
    for start in range(bonds.n_sites):
        if place[start] is None:
            best = max(best, _walk(start, neighbours, place, stop_at=3)[1])
            if best == 3:  # noqa: PLR2004 - space has three dimensions
                break
    return best


def finite_components(
    n_sites: int, i: IntArray, j: IntArray, image: IntArray
) -> list[tuple[IntArray, IntArray]]:
    """Return the components of a bond graph that are molecules.

    Args:
        n_sites: Number of sites.
        i: First ends, shape (n,).
        j: Second ends, shape (n,).
        image: Cells of the second ends, shape (n, 3).

    Returns:
        Per molecule its sites, shape (m,), and the cells that put it together around its first site, shape
        (m, 3).
    """
    neighbours = _neighbours(n_sites, i, j, image)
    place: list[tuple[int, int, int] | None] = [None] * n_sites
    found = []
    for start in range(n_sites):
        if place[start] is None:
            members, directions = _walk(start, neighbours, place, stop_at=4)
            if directions == 0:
                found.append((np.array(members), np.array([place[m] for m in members])))
    return found


def _no_bonds(n_sites: int) -> BondGraph:
    none = np.zeros(0, np.int64)
    return BondGraph(n_sites, none, none, np.zeros((0, 3), np.int64), np.zeros(0))


def _species(structure: Structure | Molecule) -> tuple[IntArray, PairRules, FloatArray | None]:
    """Return an element code per site, the rules for these codes, and occupancies where any is partial."""
    symbols: dict[str, int] = {}
    codes, occupancies, partial = [], [], False
    for site in structure:
        amounts = site.species._data  # noqa: SLF001 - the public views build a new dict per call
        if len(amounts) == 1:
            ((species, occupancy),) = amounts.items()
        else:
            species, occupancy = max(amounts.items(), key=lambda item: item[1])
            occupancy = sum(amounts.values())
        codes.append(symbols.setdefault(species.symbol, len(symbols)))
        occupancies.append(occupancy)
        partial = partial or occupancy < 1.0
    rules = pair_rules(tuple(symbols))
    return np.array(codes, np.int64), rules, np.array(occupancies) if partial else None


def close_pairs(
    xyz: FloatArray, lattice: FloatArray | None, pbc: tuple[bool, bool, bool], cutoff: float
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return every pair of sites within a distance once: i, j, image, distance.

    Args:
        xyz: Cartesian, Å, shape (n, 3).
        lattice: Lattice vectors by row in Å, shape (3, 3); None for a molecule.
        pbc: In which directions the cell repeats.
        cutoff: In Å.
    """
    from pymatgen.optimization.neighbors import find_points_in_spheres  # noqa: PLC0415 - heavy import

    if lattice is None:
        matrix, pbc = np.eye(3) * (np.ptp(xyz, axis=0).max() + 2 * cutoff + 1.0), (False, False, False)
    else:
        matrix = np.ascontiguousarray(lattice, dtype=np.float64)
    xyz = np.ascontiguousarray(xyz, dtype=np.float64)
    i, j, offset, distance = find_points_in_spheres(
        xyz, xyz, r=cutoff, pbc=np.array(pbc, dtype=np.int64), lattice=matrix, tol=1e-8
    )
    image: IntArray = np.rint(offset).astype(np.int64)
    # Of the two directions of a pair keep i < j; of a site and its own image the positive one.
    sign = image @ np.array([1_000_000, 1_000, 1])
    once = np.flatnonzero((i < j) | ((i == j) & (sign > 0)))
    order = once[np.lexsort((sign[once], j[once], i[once]))]
    return i[order], j[order], image[order], distance[order]


def _nearest_shell(
    n: int, i: IntArray, j: IntArray, distance: FloatArray, among: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which pairs lie in the first shell of at least one of their atoms."""
    nearest = np.full(n, np.inf)
    np.minimum.at(nearest, i[among], distance[among])
    np.minimum.at(nearest, j[among], distance[among])
    result: NDArray[np.bool_] = distance <= METAL_SHELL * np.maximum(nearest[i], nearest[j])
    return result


def _neighbours(n_sites: int, i: IntArray, j: IntArray, image: IntArray) -> _Neighbours:
    neighbours: _Neighbours = [[] for _ in range(n_sites)]
    for a, b, (x, y, z) in zip(i.tolist(), j.tolist(), image.tolist(), strict=True):
        neighbours[a].append((b, x, y, z))
        neighbours[b].append((a, -x, -y, -z))
    return neighbours


def _walk(
    start: int, neighbours: _Neighbours, place: list[tuple[int, int, int] | None], stop_at: int
) -> tuple[list[int], int]:
    """Visit one component; every closed way that ends in another cell adds a direction.

    Returns its members and the number of directions; leaves early once ``stop_at`` is reached.
    """
    place[start] = (0, 0, 0)
    members, directions = [start], _Directions()
    for site in members:  # grows as we go
        px, py, pz = place[site] or (0, 0, 0)
        for other, x, y, z in neighbours[site]:
            here = (px + x, py + y, pz + z)
            known = place[other]
            if known is None:
                place[other] = here
                members.append(other)
            elif known != here:
                directions.add(here[0] - known[0], here[1] - known[1], here[2] - known[2])
                if directions.rank == stop_at:
                    return members, stop_at
    return members, directions.rank


class _Directions:
    """Collects integer vectors until they span space; exact, because they are integers."""

    def __init__(self) -> None:
        self.rank = 0
        self._first = (0, 0, 0)
        self._normal = (0, 0, 0)

    def add(self, x: int, y: int, z: int) -> None:
        """Take one more vector."""
        if self.rank == 0:
            self._first, self.rank = (x, y, z), 1
        elif self.rank == 1:
            fx, fy, fz = self._first
            normal = (fy * z - fz * y, fz * x - fx * z, fx * y - fy * x)
            if normal != (0, 0, 0):
                self._normal, self.rank = normal, 2
        elif self._normal[0] * x + self._normal[1] * y + self._normal[2] * z:
            self.rank = 3
