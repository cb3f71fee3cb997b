"""Making structures and arrays of what was read, checked: no NaN, no empty cell, no unknown element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    FloatArray = NDArray[np.float64]

MOST_ATOMS = 1_000_000
SMALLEST_VOLUME = 1e-3
"""Å³ per atom."""
CLOSE_ANGSTROM = 1e-3
"""Two statements of one geometry may differ by so much by their printed digits."""


def table(
    rows: Any,  # noqa: ANN401 - rows of numbers
    columns: int,
    what: str,
    count: int | None = None,
    *,
    finite: bool = True,
) -> FloatArray:
    """Return rows of numbers as an array.

    Args:
        rows: The rows.
        columns: How many numbers each has.
        what: What they are, for the error.
        count: How many rows there must be.
        finite: Whether a number that is not finite is refused.

    Raises:
        ValueError: They are of another shape or not finite.
    """
    try:
        array = np.array(rows, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{what} are not rows of {columns} numbers") from error
    if array.ndim != 2 or array.shape[1] != columns or (count is not None and len(array) != count):  # noqa: PLR2004
        wanted = f"{count} rows" if count is not None else "rows"
        raise ValueError(f"{what} should be {wanted} of {columns} numbers, not of the shape {array.shape}")
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{what} hold numbers that are not finite, or whose column was too narrow")
    return array


def crystal(
    lattice: Any,  # noqa: ANN401 - rows of numbers
    species: Sequence[str],
    positions: Any,  # noqa: ANN401 - rows of numbers
    *,
    cartesian: bool = False,
) -> Structure:
    """Return a crystal.

    Args:
        lattice: Vectors in Å as rows, shape (3, 3).
        species: Element symbols.
        positions: Fractional, or Cartesian in Å, shape (n, 3).
        cartesian: Which of these.

    Raises:
        ValueError: It cannot be one; the message says why.
    """
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415
    from pymatgen.core.structure import Structure  # noqa: PLC0415

    cell = table(lattice, 3, "the lattice vectors", 3)
    if not species:
        raise ValueError("there is no atom")
    if len(species) > MOST_ATOMS:
        raise ValueError(f"there are more than {MOST_ATOMS} atoms")
    unknown = sorted({one for one in species if not Element.is_valid_symbol(one)})
    if unknown:
        raise ValueError(f"{', '.join(map(repr, unknown))} is no element")
    if abs(np.linalg.det(cell)) < SMALLEST_VOLUME * len(species):
        raise ValueError(
            f"the cell of {len(species)} atoms has a volume of {np.linalg.det(cell):.3g} Å³ only"
        )
    points = table(positions, 3, "the positions", len(species))
    if np.abs(points).max(initial=0.0) > 1e6:  # noqa: PLR2004 - far beyond any cell
        raise ValueError("a position lies a million Å away")
    return Structure(Lattice(cell), list(species), points, coords_are_cartesian=cartesian)


def same_geometry(one: Structure, other: Structure, *, within: float = CLOSE_ANGSTROM) -> bool:
    """Return whether two statements of a geometry agree, atoms in the same order.

    Args:
        one: A crystal.
        other: Another one.
        within: Å.
    """
    if [str(s) for s in one.species] != [str(s) for s in other.species]:
        return False
    if np.abs(one.lattice.matrix - other.lattice.matrix).max() > within:
        return False
    apart = one.frac_coords - other.frac_coords
    apart -= np.round(apart)
    return bool(np.abs(apart @ one.lattice.matrix).max() <= within)


def gap_of(levels: FloatArray, occupations: FloatArray, full: float) -> float:
    """Return the band gap in eV on a mesh, 0 for a metal.

    Bands that are occupied in part are those of a metal. Where the number of occupied levels differs between k-points
    and yet none overlap, the mesh is too coarse to tell.

    Args:
        levels: eV, shape (spins, k, bands).
        occupations: Of the levels, same shape.
        full: Of a full level.

    Raises:
        ValueError: Nothing is known of a gap.
    """
    tolerance = 1e-3 * full
    taken = occupations > full / 2
    partly = (occupations > tolerance) & (occupations < full - tolerance)
    if taken.all() or not taken.any():
        raise ValueError("all levels are occupied, or none")
    gap = float(levels[~taken].min() - levels[taken].max())
    if partly.any() or gap <= 0:
        return 0.0
    counts = taken.sum(axis=2)
    if (counts != counts[:, :1]).any():
        raise ValueError("the number of occupied levels differs between k-points")
    return gap
