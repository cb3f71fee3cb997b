"""Which copies of the atoms of a cell a drawing shows, and which bonds between them.

An atom on a face, edge or corner is shown on all of them; a molecule cut by a face is shown whole; the shell
of a cation is completed by atoms beyond the faces, so that no octahedron is left open. Ionic shells of more
than eight neighbours (strontium in SrTiO3) are bonds, but are left out of the drawing by default.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.structures.bond_rules import pair_rules
from nanoos_lab.structures.bonds import finite_components
from nanoos_lab.structures.elements import element_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Molecule, Structure

    from nanoos_lab.structures.bonds import BondGraph

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

FACE_ANGSTROM = 0.1
"""An atom this close to a face of the cell lies on it."""
LARGEST_SHELL = 8
"""Ionic shells with more neighbours are neither completed nor, by default, drawn with bonds."""
SHARED_BY = 2
"""Shells on the cell's faces are completed where a ligand belongs to at most so many of them on average: in
perovskite and quartz, not in rutile or rocksalt. A carbonate or phosphate is always completed."""


@dataclass(frozen=True, slots=True)
class DrawnAtoms:
    """Copies of sites, and bonds between these copies."""

    site: IntArray
    """Index into the structure, shape (n,)."""
    image: IntArray
    """Cell of the copy, relative to the site as stored, shape (n, 3)."""
    position: FloatArray
    """Cartesian, Å, shape (n, 3)."""
    bonds: IntArray
    """Pairs of copies, shape (m, 2)."""
    shells: tuple[IntArray, ...]
    """Per complete shell of 4 or more: the copy at its centre and then those around it."""
    added: BoolArray
    """Which copies lie outside the cell and only complete a shell, shape (n,)."""
    completed: BoolArray
    """Which copies are centres whose shells were completed, shape (n,)."""
    left_out: frozenset[tuple[str, str]] = frozenset()
    """Pairs of elements whose bonds are not drawn, because the shells are too large."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """The repeated cell that is drawn."""

    wrapped: FloatArray
    """Fractional coordinates of the sites inside one cell, shape (n_sites, 3)."""
    margin: FloatArray
    """How close to a face counts as on it, in fractions, shape (3,)."""
    repeat: IntArray
    both_faces: BoolArray
    """Whether what lies on a face is shown on the opposite one too, by lattice vector, shape (3,)."""

    def copies(self, wrapped: FloatArray) -> _Copies:
        """Return every copy inside the repeated cell or on its faces, of points given inside one cell."""
        on_face = (wrapped <= self.margin) & self.both_faces
        ranges = (np.arange(n + 1) for n in self.repeat)
        grid = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 3)
        beyond = grid == self.repeat
        shown = (~beyond[None, :, :] | on_face[:, None, :]).all(axis=2)
        site, where = np.nonzero(shown)
        return _Copies(site.astype(np.int64), grid[where].astype(np.int64))


@dataclass(frozen=True, slots=True)
class _Copies:
    site: IntArray
    image: IntArray
    """Relative to the wrapped site."""

    def keys(self) -> IntArray:
        return _key(self.site, self.image)


def drawn_atoms(
    structure: Structure,
    bonds: BondGraph,
    *,
    repeat: tuple[int, int, int] = (1, 1, 1),
    complete: bool = True,
    boundary: bool = True,
    all_bonds: bool = False,
    centres: frozenset[int] = frozenset(),
    every_shell: bool = False,
) -> DrawnAtoms:
    """Choose the copies and bonds that a drawing of a crystal shows.

    Args:
        structure: The crystal.
        bonds: Its bonds.
        repeat: How many cells along each lattice vector.
        complete: Whether shells and molecules are completed beyond the faces.
        boundary: Whether atoms on a face are shown on the opposite one too.
        all_bonds: Whether shells of more than eight ions are drawn with bonds too.
        centres: Sites whose shells are completed and drawn however large they are.
        every_shell: Whether all shells of up to eight are completed, on the cell's faces too.
    """
    lattice = structure.lattice
    margin = np.where(lattice.pbc, FACE_ANGSTROM / np.array(lattice.abc), 0.0)
    on_faces = np.array(lattice.pbc) & boundary
    frac = np.asarray(structure.frac_coords, dtype=np.float64).reshape(-1, 3)
    offset = np.where(lattice.pbc, np.floor(frac + margin), 0.0).astype(np.int64)
    cell = _Cell(frac - offset, margin, np.array(repeat, dtype=np.int64), on_faces)
    i, j = bonds.i, bonds.j
    shift = bonds.image + offset[j] - offset[i]
    copies = cell.copies(cell.wrapped)
    if complete:
        copies = _with_whole_molecules(copies, bonds, shift, cell)
    shells = _Shells.of(structure, bonds, centres)
    inside = len(copies.site)
    open_centres = np.zeros(inside, bool)
    if complete:
        open_centres = (shells.size[copies.site] > 0) if every_shell else shells.to_complete(copies, cell)
        copies = _completed(copies, shells, open_centres, shift)
    pairs, bond_of = _bonds_between(copies, i, j, shift)
    added = np.arange(len(copies.site)) >= inside
    completed = np.concatenate([open_centres, np.zeros(len(copies.site) - inside, bool)])
    p, q = pairs[:, 0], pairs[:, 1]
    keep = ~(added[p] | added[q])
    keep |= completed[p] & added[q] & shells.from_i[bond_of]
    keep |= completed[q] & added[p] & shells.from_j[bond_of]
    around = _around(pairs[keep], bond_of[keep], shells)
    if not all_bonds:
        keep &= ~shells.wide[bond_of]
    position = (cell.wrapped[copies.site] + copies.image) @ np.asarray(lattice.matrix)
    wide = frozenset() if all_bonds else shells.wide_pairs()
    image = copies.image - offset[copies.site]
    return DrawnAtoms(copies.site, image, position, pairs[keep], around, added, completed, wide)


def drawn_molecule(molecule: Molecule, bonds: BondGraph) -> DrawnAtoms:
    """Return every atom of a molecule once.

    Args:
        molecule: The molecule.
        bonds: Its bonds.
    """
    n = len(molecule)
    position = np.array(molecule.cart_coords, dtype=np.float64).reshape(-1, 3)
    pairs = np.stack([bonds.i, bonds.j], axis=1)
    none = np.zeros(n, bool)
    return DrawnAtoms(np.arange(n), np.zeros((n, 3), np.int64), position, pairs, (), none, none)


class BondFollower:
    """Finds which bonds between the same drawn atoms there are in other geometries.

    Args:
        drawn: The copies, chosen in the first geometry.
        symbols: Of the sites.
    """

    def __init__(self, drawn: DrawnAtoms, symbols: Sequence[str]) -> None:
        self._copies = _Copies(drawn.site, drawn.image)
        self._added, self._completed = drawn.added, drawn.completed
        names = np.array(symbols)
        self._left_out = [(names == a, names == b) for a, b in drawn.left_out]

    def pairs(self, bonds: BondGraph) -> IntArray:
        """Return pairs of copies, shape (m, 2).

        Args:
            bonds: Of the same sites, at places that are not wrapped into the cell.
        """
        wanted = np.ones(len(bonds), bool)
        for a, b in self._left_out:
            wanted &= ~((a[bonds.i] & b[bonds.j]) | (b[bonds.i] & a[bonds.j]))
        pairs, _ = _bonds_between(self._copies, bonds.i[wanted], bonds.j[wanted], bonds.image[wanted])
        added, completed = self._added[pairs], self._completed[pairs]
        result: IntArray = pairs[~added.any(axis=1) | (added.any(axis=1) & completed.any(axis=1))]
        return result


def _key(site: IntArray, image: IntArray) -> IntArray:
    """Return one integer per copy; images may lie up to 500 cells away."""
    result: IntArray = (
        ((site * 1024 + image[:, 0] + 512) * 1024 + image[:, 1] + 512) * 1024 + image[:, 2] + 512
    )
    return result


def _with_whole_molecules(copies: _Copies, bonds: BondGraph, shift: IntArray, cell: _Cell) -> _Copies:
    """Replace the copies of molecules by whole molecules whose middle lies in the cell."""
    molecules = [m for m in finite_components(bonds.n_sites, bonds.i, bonds.j, shift) if len(m[0]) > 1]
    if not molecules:
        return copies
    in_molecule = np.zeros(bonds.n_sites, bool)
    sites, images = [], []
    for members, places in molecules:
        in_molecule[members] = True
        middle = (cell.wrapped[members] + places).mean(axis=0)
        home = np.floor(middle + cell.margin).astype(np.int64)
        whole = cell.copies((middle - home)[None, :]).image
        sites.append(np.tile(members, len(whole)))
        images.append((places[None, :, :] - home + whole[:, None, :]).reshape(-1, 3))
    loose = ~in_molecule[copies.site]
    return _Copies(
        np.concatenate([copies.site[loose], *sites]), np.concatenate([copies.image[loose], *images])
    )


@dataclass(frozen=True, slots=True)
class _Shells:
    """Cations and their ligands, by bond."""

    from_i: BoolArray
    """Whether the bond's first end is a centre whose ligand is the second, shape (n_bonds,)."""
    from_j: BoolArray
    wide: BoolArray
    """Whether the bond belongs to a shell too large to draw, shape (n_bonds,)."""
    size: IntArray
    """Number of ligands per site; 0 where the site is no centre, shape (n_sites,)."""
    sharing: FloatArray
    """By how many shells the site's ligands are shared, on average, shape (n_sites,); 0 around a nonmetal."""
    i: IntArray
    j: IntArray
    symbols: tuple[str, ...]
    """Of the sites, shape (n_sites,)."""

    @classmethod
    def of(cls, structure: Structure, bonds: BondGraph, centres: frozenset[int]) -> _Shells:
        n, i, j = bonds.n_sites, bonds.i, bonds.j
        codes, symbols = _codes(structure)
        donor = pair_rules(symbols).donor
        gives_i, gives_j = donor[codes[i], codes[j]], donor[codes[j], codes[i]]
        size = np.bincount(i[gives_i], minlength=n) + np.bincount(j[gives_j], minlength=n)
        names = tuple(symbols[code] for code in codes.tolist())
        asked = np.isin(np.arange(n), list(centres))
        compact = (size > 0) & ((size <= LARGEST_SHELL) | asked)
        from_i, from_j = gives_i & compact[i], gives_j & compact[j]
        shells_of = np.bincount(j[from_i], minlength=n) + np.bincount(i[from_j], minlength=n)
        wide = (gives_i & ~compact[i] & (shells_of[j] > 0)) | (gives_j & ~compact[j] & (shells_of[i] > 0))
        total = np.bincount(i[from_i], shells_of[j[from_i]], n) + np.bincount(
            j[from_j], shells_of[i[from_j]], n
        )
        nonmetal = np.array([element_data(s).kind == "nonmetal" for s in symbols], bool)[codes]
        sharing = np.where(nonmetal, 0.0, total / np.maximum(size, 1))
        return cls(
            from_i, from_j, wide, np.where(compact, size, 0), np.where(asked, 0.0, sharing), i, j, names
        )

    def wide_pairs(self) -> frozenset[tuple[str, str]]:
        """Return the elements at the ends of bonds that belong to shells too large to draw."""
        chosen = np.flatnonzero(self.wide)
        ends = zip(self.i[chosen].tolist(), self.j[chosen].tolist(), strict=True)
        return frozenset((self.symbols[p], self.symbols[q]) for p, q in ends)

    def to_complete(self, copies: _Copies, cell: _Cell) -> BoolArray:
        """Return which copies are centres whose ligands are all to be shown."""
        place = cell.wrapped[copies.site] + copies.image
        inner = ((place > cell.margin) & (place < cell.repeat - cell.margin)).all(axis=1)
        loosely = self.sharing[copies.site] <= SHARED_BY + 1e-9
        result: BoolArray = (self.size[copies.site] > 0) & (inner | loosely)
        return result


def _codes(structure: Structure) -> tuple[IntArray, tuple[str, ...]]:
    """Return an element code per site and the symbols of the codes."""
    symbols: dict[str, int] = {}
    codes = []
    for site in structure:
        species = max(site.species.items(), key=lambda item: item[1])[0]
        codes.append(symbols.setdefault(species.symbol, len(symbols)))
    return np.array(codes, dtype=np.int64), tuple(symbols)


def _completed(copies: _Copies, shells: _Shells, centres: BoolArray, shift: IntArray) -> _Copies:
    """Add the ligands of some centres that are not shown yet; they come last."""
    chosen = _Copies(copies.site[centres], copies.image[centres])
    new_site, new_image = [], []
    for ends, others, sign, mask in (
        (shells.i, shells.j, 1, shells.from_i),
        (shells.j, shells.i, -1, shells.from_j),
    ):
        bond = np.flatnonzero(mask)
        which, at = _join(ends[bond], chosen.site)
        new_site.append(others[bond[which]])
        new_image.append(chosen.image[at] + sign * shift[bond[which]])
    site, image = np.concatenate(new_site), np.concatenate(new_image)
    keys, first = np.unique(_key(site, image), return_index=True)
    first = first[~np.isin(keys, copies.keys())]
    return _Copies(np.concatenate([copies.site, site[first]]), np.concatenate([copies.image, image[first]]))


def _join(wanted: IntArray, having: IntArray) -> tuple[IntArray, IntArray]:
    """Return all pairs of positions where ``wanted[first] == having[second]``."""
    order = np.argsort(having, kind="stable")
    low = np.searchsorted(having[order], wanted, side="left")
    count = np.searchsorted(having[order], wanted, side="right") - low
    first = np.repeat(np.arange(len(wanted)), count)
    within = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)
    return first, order[np.repeat(low, count) + within]


def _bonds_between(copies: _Copies, i: IntArray, j: IntArray, shift: IntArray) -> tuple[IntArray, IntArray]:
    """Return the bonds between shown copies, and of which bond of the cell each is a copy."""
    bond, start = _join(i, copies.site)
    wanted = _key(j[bond], copies.image[start] + shift[bond])
    keys = copies.keys()
    order = np.argsort(keys)
    at = np.minimum(np.searchsorted(keys[order], wanted), max(len(keys) - 1, 0))
    end = order[at] if len(keys) else at
    found = keys[end] == wanted if len(keys) else np.zeros(0, bool)
    return np.stack([start[found], end[found]], axis=1), bond[found]


def _around(pairs: IntArray, bond_of: IntArray, shells: _Shells) -> tuple[IntArray, ...]:
    """Return the complete shells of 4 or more among the shown copies."""
    forward, back = shells.from_i[bond_of], shells.from_j[bond_of]
    centre = np.concatenate([pairs[forward, 0], pairs[back, 1]])
    ligand = np.concatenate([pairs[forward, 1], pairs[back, 0]])
    site = np.concatenate([shells.i[bond_of[forward]], shells.j[bond_of[back]]])
    order = np.argsort(centre, kind="stable")
    centre, ligand, site = centre[order], ligand[order], site[order]
    changes = np.flatnonzero(centre[1:] != centre[:-1]) + 1
    found = []
    for start, stop in itertools.pairwise([0, *changes.tolist(), len(centre)]):
        if stop - start >= 4 and stop - start == shells.size[site[start]]:  # noqa: PLR2004 - tetrahedron
            found.append(np.concatenate([centre[start : start + 1], ligand[start:stop]]))
    return tuple(found)
