"""Compare two structures atom by atom: is there a motion that lays one on the other?"""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import spglib

from nanoos_lab.structures.arrays import arrays_of
from nanoos_lab.structures.cubic import misfit

if TYPE_CHECKING:
    import numpy.typing as npt
    from pymatgen.core.structure import Molecule, Structure

    from nanoos_lab.structures.arrays import Arrays

    FloatArray = npt.NDArray[np.float64]

SAME_ANGSTROM = 0.01
SAME_STRAIN = 0.005
"""A cell that is stretched by more in any direction is another crystal's, however small it is."""
_STEPS = np.array([step for step in product((-1, 0, 1), repeat=3) if any(step)])
"""Vectors between reduced cells of one lattice have no larger components."""


def same_crystal(
    one: Structure | Molecule, other: Structure | Molecule, *, tolerance: float = SAME_ANGSTROM
) -> bool:
    """Whether two structures are the same crystal, or molecule, up to numerical noise.

    Crystals are reduced to primitive cells and laid on each other in every way in which the cells agree. Molecules and
    slabs are compared by the distances from each site to all others. As in the crystal hash, oxidation states
    do not count, and mirror images are the same unless their space groups are enantiomorphic.

    Args:
        one: A crystal or a molecule.
        other: Another.
        tolerance: How far an atom may be displaced, and how much a length of the cell may differ, in Å.
    """
    a, b = arrays_of(one), arrays_of(other)
    if a.molecule != b.molecule or not np.array_equal(a.pbc, b.pbc) or sorted(a.names) != sorted(b.names):
        return False
    if a.formula != b.formula or (a.molecule and a.charge != b.charge):
        return False
    if a.molecule:
        return _same_distances(a, b, max(a.extent, b.extent), tolerance)
    if not a.pbc.all():
        reach = 4.0 * float(abs(np.linalg.det(a.matrix)) / len(a.kinds)) ** (1 / 3)
        return _same_distances(a, b, reach, tolerance)
    return a.hand == b.hand and _isometric(a, b, tolerance)


def _isometric(a: Arrays, b: Arrays, tolerance: float) -> bool:
    names = sorted(a.names)
    cell_a, sites_a = _primitive(a, names, tolerance)
    cell_b, sites_b = _primitive(b, names, tolerance)
    if [len(sites) for sites in sites_a] != [len(sites) for sites in sites_b]:
        return False
    return any(
        _laid_on(sites_a, sites_b, change, cell_b, 2 * tolerance)
        for change in _changes_of_basis(cell_a, cell_b, tolerance)
    )


def _primitive(arrays: Arrays, names: list[Any], tolerance: float) -> tuple[FloatArray, list[FloatArray]]:
    """Return a reduced primitive cell and fractional coordinates by kind of site, the rarest kind first."""
    kinds = [names.index(arrays.names[kind - 1]) + 1 for kind in arrays.kinds]
    cell: Any = (arrays.matrix, arrays.frac_coords, kinds)
    found: Any = spglib.find_primitive(cell, symprec=tolerance)
    matrix, coords, numbers = (
        found if found is not None else (arrays.matrix, arrays.frac_coords, np.array(kinds))
    )
    niggli = spglib.niggli_reduce(matrix)
    reduced: FloatArray = matrix if niggli is None else niggli
    coords = coords @ (matrix @ np.linalg.inv(reduced))
    counts = np.bincount(numbers, minlength=len(names) + 1)[1:]
    return reduced, [coords[numbers == kind + 1] for kind in np.argsort(counts, kind="stable")]


def _changes_of_basis(cell: FloatArray, target: FloatArray, tolerance: float) -> list[FloatArray]:
    """Return all integer matrices m for which m @ cell has the lengths and angles of the target."""
    vectors = _STEPS @ cell
    lengths, wanted = np.linalg.norm(vectors, axis=1), np.linalg.norm(target, axis=1)
    products = target @ target.T
    choices = [np.flatnonzero(np.abs(lengths - length) < tolerance) for length in wanted]
    changes = []
    for rows in product(*choices):
        change = _STEPS[list(rows)]
        if abs(round(np.linalg.det(change))) != 1:
            continue
        chosen = vectors[list(rows)]
        stretches = np.sqrt(np.abs(np.linalg.eigvals(np.linalg.solve(products, chosen @ chosen.T))))
        if np.abs(stretches - 1).max() < SAME_STRAIN:
            changes.append(change.astype(np.float64))
    return changes


def _laid_on(
    sites: list[FloatArray], targets: list[FloatArray], change: FloatArray, cell: FloatArray, slack: float
) -> bool:
    """Whether some translation lays all sites on targets of the same kind."""
    to_new = np.linalg.inv(change)
    turned = [group @ to_new for group in sites]
    shifts = targets[0] - turned[0][0]
    for group, target in zip(turned, targets, strict=True):
        shifts = shifts[misfit(group + shifts[:, None, :], target, cell) < slack]
        if not len(shifts):
            return False
    return True


def _same_distances(a: Arrays, b: Arrays, reach: float, tolerance: float) -> bool:
    """Compare the pointwise distance distributions of Widdowson and Kurlin (NeurIPS 2022) up to a reach."""
    rows_a, rows_b = _distance_rows(a, reach), _distance_rows(b, reach)
    return all(_matched(rows_a.get(name, []), rows_b.get(name, []), reach, 2 * tolerance) for name in a.names)


def _distance_rows(arrays: Arrays, reach: float) -> dict[Any, list[list[FloatArray]]]:
    """Return by kind of centre, for each site, the sorted distances to the neighbours of each kind, kinds sorted."""
    centre, neighbour, distance = arrays.neighbours(reach)
    kinds = np.array(arrays.kinds)
    order = np.lexsort((distance, kinds[neighbour], centre))
    centre, distance, of_kind = centre[order], distance[order], kinds[neighbour][order]
    sorted_names = sorted(arrays.names)
    numbers = [arrays.names.index(name) + 1 for name in sorted_names]
    rows: dict[Any, list[list[FloatArray]]] = {}
    starts = np.searchsorted(centre, np.arange(len(kinds) + 1))
    for site, kind in enumerate(arrays.kinds):
        mine = slice(starts[site], starts[site + 1])
        row = [distance[mine][of_kind[mine] == number] for number in numbers]
        rows.setdefault(arrays.names[kind - 1], []).append(row)
    return rows


def _matched(
    rows: list[list[FloatArray]], others: list[list[FloatArray]], reach: float, slack: float
) -> bool:
    """Whether two sets of rows, repeated to equal number, can be paired with all distances within slack."""
    from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]  # noqa: PLC0415 - seldom

    if not rows or not others:
        return len(rows) == len(others)
    left, right = _padded(rows, others, reach)
    far = np.array([np.abs(right - row).max(axis=1, initial=0.0) > slack for row in left])
    common = math.lcm(*far.shape)
    costs = np.repeat(np.repeat(far, common // far.shape[0], axis=0), common // far.shape[1], axis=1)
    pairs = linear_sum_assignment(costs)
    return not costs[pairs].any()


def _padded(
    rows: list[list[FloatArray]], others: list[list[FloatArray]], reach: float
) -> tuple[FloatArray, FloatArray]:
    """Return both sets as tables of equal width: a neighbour beyond reach counts as one at reach."""
    widths = [max(len(row[kind]) for row in (*rows, *others)) for kind in range(len(rows[0]))]
    tables = []
    for some in (rows, others):
        table = np.full((len(some), sum(widths)), reach)
        at = 0
        for kind, width in enumerate(widths):
            for number, row in enumerate(some):
                table[number, at : at + len(row[kind])] = row[kind]
            at += width
        tables.append(table)
    return tables[0], tables[1]
