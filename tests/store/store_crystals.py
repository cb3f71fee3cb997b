"""A few crystals and molecules that the tests of the store put into it."""

from __future__ import annotations

from pymatgen.core import Lattice, Molecule, Structure


def perovskite(a: float = 3.905, centre: str = "Ti", corner: str = "Sr") -> Structure:
    positions = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    return Structure(Lattice.cubic(a), [corner, centre, "O", "O", "O"], positions)


def rocksalt(a: float = 4.212, cation: str = "Mg", anion: str = "O") -> Structure:
    corners = [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    middles = [[0.5, 0.5, 0.5], [0, 0, 0.5], [0, 0.5, 0], [0.5, 0, 0]]
    return Structure(Lattice.cubic(a), [cation] * 4 + [anion] * 4, corners + middles)


def rutile(a: float = 4.594, c: float = 2.959, u: float = 0.305) -> Structure:
    v = 0.5 - u
    oxygens = [[u, u, 0], [-u, -u, 0], [-v, v, 0.5], [v, -v, 0.5]]
    return Structure(Lattice.tetragonal(a, c), ["Ti"] * 2 + ["O"] * 4, [[0, 0, 0], [0.5, 0.5, 0.5], *oxygens])


def water(bond: float = 0.9572) -> Molecule:
    return Molecule(["O", "H", "H"], [[0, 0, 0], [bond, 0, 0], [-0.24 * bond, 0.971 * bond, 0]])
