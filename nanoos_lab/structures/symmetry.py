"""Space groups, through spglib, with the tolerances of pymatgen's ``SpacegroupAnalyzer``.

Clearly cubic crystals, at which spglib is slow, are recognised by :mod:`nanoos_lab.structures.cubic`.

Results are remembered for the last structures asked about, because a description, a hash and a comparison of one
structure ask the same question.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import spglib

from nanoos_lab.structures.cubic import cubic_group, names_of

if TYPE_CHECKING:
    import numpy.typing as npt
    from pymatgen.core.structure import Structure

    FloatArray = npt.NDArray[np.float64]

SYMPREC_ANGSTROM = 0.01
ANGLE_TOLERANCE_DEGREES = 5.0
"""Both as in pymatgen's ``SpacegroupAnalyzer``."""


@dataclass(frozen=True)
class Symmetry:
    """The space group of a crystal and the size of its conventional cell."""

    number: int
    """Number in the International Tables, 1 to 230."""
    symbol: str
    """Short Hermann-Mauguin symbol, such as ``Fm-3m``."""
    point_group: str
    """Such as ``m-3m``."""
    conventional: tuple[float, float, float]
    """a, b, c of the standard conventional cell of the International Tables, in Å."""

    @property
    def crystal_system(self) -> str:
        """One of the seven crystal systems, such as ``cubic``."""
        bounds = {
            2: "triclinic",
            15: "monoclinic",
            74: "orthorhombic",
            142: "tetragonal",
            167: "trigonal",
            194: "hexagonal",
        }
        return next((name for last, name in bounds.items() if self.number <= last), "cubic")


def symmetry_of(structure: Structure, symprec: float = SYMPREC_ANGSTROM) -> Symmetry | None:
    """Return the symmetry of a crystal; sites are alike where species, charges and occupancies are.

    Args:
        structure: A crystal, periodic in three directions.
        symprec: How far in Å atoms may be from where the symmetry wants them.

    Returns:
        None where spglib finds none, as for atoms nearer than ``symprec``.
    """
    seen: dict[object, int] = {}
    kinds = [seen.setdefault(site.species, len(seen) + 1) for site in structure]
    return symmetry_of_cell(structure.lattice.matrix, fractional(structure), kinds, symprec)


def symmetry_of_cell(
    matrix: FloatArray, frac_coords: FloatArray, kinds: list[int], symprec: float = SYMPREC_ANGSTROM
) -> Symmetry | None:
    """Return the symmetry of a cell.

    Args:
        matrix: Cell vectors as rows, Å.
        frac_coords: Fractional coordinates, shape (n, 3).
        kinds: One number per site, equal for equal sites, counted from 1 in order of appearance.
        symprec: Tolerance in Å.
    """
    return _remembered(matrix.tobytes(), frac_coords.tobytes(), tuple(kinds), symprec)


def fractional(structure: Structure) -> FloatArray:
    """Return fractional coordinates, shape (n, 3).

    Args:
        structure: A crystal.
    """
    return np.array([site.frac_coords for site in structure])


def forget() -> None:
    """Forget remembered results, as a measurement wants."""
    _remembered.cache_clear()


@lru_cache(maxsize=256)
def _remembered(matrix: bytes, frac_coords: bytes, kinds: tuple[int, ...], symprec: float) -> Symmetry | None:
    cell = (
        np.frombuffer(matrix).reshape(3, 3),
        np.frombuffer(frac_coords).reshape(-1, 3),
        list(kinds),
    )
    clear = cubic_group(*cell, symprec) if np.isfinite(cell[0]).all() else None
    if clear is None:
        return _ask_spglib(*cell, symprec)
    number, edge = clear
    return Symmetry(number, *names_of(number), (edge, edge, edge))


def _ask_spglib(matrix: FloatArray, coords: FloatArray, kinds: list[int], symprec: float) -> Symmetry | None:
    if not (np.isfinite(matrix).all() and np.isfinite(coords).all()):  # spglib would crash the process
        return None
    try:
        cell: Any = (matrix, coords, kinds)
        found = spglib.get_symmetry_dataset(cell, symprec=symprec, angle_tolerance=ANGLE_TOLERANCE_DEGREES)
    except spglib.SpglibError:
        return None
    if found is None:
        return None
    a, b, c = np.sqrt((found.std_lattice**2).sum(axis=1)).tolist()
    return Symmetry(int(found.number), found.international, found.pointgroup, (a, b, c))
