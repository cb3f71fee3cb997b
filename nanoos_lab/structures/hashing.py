"""Say whether two structures are exactly the same cell, or the same crystal.

:func:`digest` names a cell to the last bit. :func:`crystal_hash` names a crystal: it does not change with the choice
of cell, origin, orientation or site order, nor with oxidation states, labels and moments, and it changes with
elements, occupancies and geometry. Mirror images share a hash unless their space groups are one of the eleven
enantiomorphic pairs, such as left and right quartz.

The crystal hash is made of a few smooth isometry invariants, rounded. Each is a mean over all sites of a
function of the distances to the neighbours, weighted by their elements, and fades smoothly at the cutoff; like the
symmetry functions of Behler and Parrinello (Phys. Rev. Lett. 98, 146401 (2007)) but oscillating in the
distance, so that hundredths of an ångström matter. Means over sites do not depend on the cell; deviations from an
ideal symmetry cancel in them to first order, so a refined and a rounded setting agree. Rounding has borders
all the same: :func:`crystal_hashes` gives the hashes on both sides for a value next to one, and
:func:`same_crystal` compares numerically, by the pointwise distance distribution of Widdowson and Kurlin
(Adv. Neural Inf. Process. Syst. 35 (2022)).
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from pymatgen.core.structure import IStructure
from pymatgen.optimization.neighbors import find_points_in_spheres

from nanoos_lab.structures.serialize import plain
from nanoos_lab.structures.symmetry import fractional, symmetry_of_cell

if TYPE_CHECKING:
    import numpy.typing as npt
    from pymatgen.core.structure import Molecule, Structure

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]

_FREQUENCY = 3.1
_HARMONICS = 5
"""The invariants oscillate with 3 to 7 times the frequency in rad/Å: 0.01 Å turns a phase by 0.1 to 0.2 rad."""
_REACH = 2.9
"""Cutoff in units of (volume per site)^(1/3): about 100 neighbours in any crystal."""
_GRID = 0.1
"""Invariants are rounded to multiples of this."""
_MARGIN = 0.01
"""A value this near to a rounding border, in units of the grid, gets the hashes on both sides."""
_ALL_PAIRS = 500
_MOLECULE_REACH_ANGSTROM = 15.0
_MOLECULE_DECAY_ANGSTROM = 4.0
_ENANTIOMORPHIC = frozenset(
    (76, 78, 91, 95, 92, 96, 144, 145, 151, 153, 152, 154, 169, 170, 171, 172, 178, 179, 180, 181, 212, 213)
)
"""Space groups that come in left and right (International Tables A, 11 pairs)."""
SAME_ANGSTROM = 0.01


def digest(structure: Structure | Molecule) -> str:
    """Return the SHA-256 of exactly this cell: lattice, sites in order, species, occupancies, site properties, charge.

    Labels, and properties of the structure as a whole, do not count: no calculation depends on them.

    Args:
        structure: A crystal or a molecule.
    """
    periodic = isinstance(structure, IStructure)
    parts: list[Any] = ["crystal" if periodic else "molecule", structure._charge]  # noqa: SLF001 - None differs from 0
    if isinstance(structure, IStructure):
        parts += [_exact(structure.lattice.matrix), [bool(p) for p in structure.lattice.pbc]]
    else:
        parts.append(structure.spin_multiplicity)
    for site in structure:
        species = sorted(
            [kind.__class__.__name__, str(kind), float(amount).hex()] for kind, amount in site.species.items()
        )
        parts.append([species, _exact(site.frac_coords if periodic else site.coords)])
        if site.properties:
            parts.append(plain(site.properties, "site property"))
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _exact(values: FloatArray) -> list[str]:
    return [(float(x) + 0.0).hex() for x in np.ravel(values)]


def crystal_hash(structure: Structure | Molecule) -> str:
    """Return a SHA-256 that is the same for the same crystal in any setting; see the module's text.

    Args:
        structure: A crystal or a molecule.
    """
    head, values = _invariants(structure)
    return _named(head, np.floor(values).astype(int).tolist())


def crystal_hashes(structure: Structure | Molecule) -> tuple[str, ...]:
    """Return the crystal hash, and those it would have if rounding had gone the other way.

    Two settings of one crystal that differ by numerical noise always have one in common.

    Args:
        structure: A crystal or a molecule.

    Returns:
        At least one; the first is :func:`crystal_hash`.
    """
    head, values = _invariants(structure)
    choices = []
    for value in values.tolist():
        down = math.floor(value)
        both = [down]
        if value - down < _MARGIN:
            both.append(down - 1)
        elif down + 1 - value < _MARGIN:
            both.append(down + 1)
        choices.append(both)
    return tuple(_named(head, list(rounded)) for rounded in product(*choices))


def _named(head: str, rounded: list[int]) -> str:
    return hashlib.sha256(f"1|{head}|{rounded}".encode()).hexdigest()


@dataclass(frozen=True)
class _Arrays:
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
    def reach(self) -> float:
        """How far neighbours count, in Å."""
        if not self.molecule:
            return _REACH * float(abs(np.linalg.det(self.matrix)) / len(self.coords)) ** (1 / 3)
        if len(self.coords) > _ALL_PAIRS:
            return _MOLECULE_REACH_ANGSTROM
        return float(np.linalg.norm(np.ptp(self.coords, axis=0))) + 1.0

    def neighbours(self, reach: float) -> tuple[IntArray, IntArray, FloatArray]:
        """Return centre, neighbour and distance of all pairs within reach, without a site itself."""
        first, second, _, distance = find_points_in_spheres(
            self.coords, self.coords, reach, self.pbc, self.matrix
        )
        apart = distance > 1e-6  # noqa: PLR2004 - Å
        return first[apart], second[apart], distance[apart]


def _arrays(structure: Structure | Molecule) -> _Arrays:
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
        return _Arrays(frac @ matrix, frac, matrix, pbc, kinds, list(seen), molecule=False, charge=0.0)
    coords = np.array([site.coords for site in structure], dtype=np.float64)
    coords -= coords.min(axis=0)
    box = np.diag(coords.max(axis=0) + 1.0)
    nowhere = np.zeros(3, dtype=np.int64)
    return _Arrays(
        coords, coords, box, nowhere, kinds, list(seen), molecule=True, charge=float(structure.charge)
    )


def _occupants(species: Any) -> tuple[tuple[str, float], ...]:  # noqa: ANN401 - pymatgen Composition
    amounts: dict[str, float] = {}
    for kind, amount in species.items():
        amounts[kind.symbol] = amounts.get(kind.symbol, 0.0) + float(amount)
    return tuple(sorted((symbol, round(amount, 6)) for symbol, amount in amounts.items()))


def _invariants(structure: Structure | Molecule) -> tuple[str, FloatArray]:
    """Return what must agree exactly, and the invariants in units of the grid."""
    arrays = _arrays(structure)
    formula = _formula(arrays)
    if arrays.molecule:
        head = f"molecule {formula} {arrays.charge:g}"
    else:
        head = f"crystal {formula} {_hand(arrays)} {arrays.pbc.tolist()}"
    return head, _means(arrays) / _GRID


def _formula(arrays: _Arrays) -> str:
    """Return the composition per site, in a form without rounding borders at round numbers."""
    counts = np.bincount(arrays.kinds)[1:]
    if all(len(name) == 1 and name[0][1] == 1.0 for name in arrays.names):
        divisor = 1 if arrays.molecule else math.gcd(*counts.tolist())
        return str(
            sorted((name[0][0], int(n) // divisor) for name, n in zip(arrays.names, counts, strict=True))
        )
    amounts: dict[str, float] = {}
    for name, count in zip(arrays.names, counts.tolist(), strict=True):
        for symbol, occupancy in name:
            amounts[symbol] = amounts.get(symbol, 0.0) + occupancy * count / len(arrays.kinds)
    return str(sorted((symbol, math.floor(amount * 1e4 + 0.3717)) for symbol, amount in amounts.items()))


def _hand(arrays: _Arrays) -> int:
    """Return the space group where it is one of an enantiomorphic pair, else 0.

    Every Wyckoff position of those groups has a multiplicity divisible by 3, or every one by 4, which
    spares nearly all crystals the search.
    """
    counts = np.bincount(arrays.kinds)[1:]
    if (counts % 3).any() and (counts % 4).any():
        return 0
    if not arrays.pbc.all():
        return 0
    found = symmetry_of_cell(arrays.matrix, arrays.frac_coords, arrays.kinds)
    return found.number if found is not None and found.number in _ENANTIOMORPHIC else 0


def _means(arrays: _Arrays) -> FloatArray:
    """Return the invariants, shape (m,)."""
    reach, n_sites = arrays.reach, len(arrays.kinds)
    centre, neighbour, distance = arrays.neighbours(reach)
    weights = np.array([_weights(name) for name in arrays.names])[np.array(arrays.kinds) - 1]
    if arrays.molecule:
        fade = 1 / (1 + (distance / _MOLECULE_DECAY_ANGSTROM) ** 2)
        if n_sites > _ALL_PAIRS:
            fade *= (1 - (distance / reach) ** 2) ** 3
    else:
        fade = 1 - (distance / reach) ** 2
        fade *= fade * fade
    first = np.cos(_FREQUENCY * distance)
    second = 2 * first * first - 1
    before, wave = second, first * (2 * second - 1)  # cos 2x and cos 3x; the next by Chebyshev's recurrence
    before, wave, first = fade * before, fade * wave, 2 * first
    at_site = np.empty((_HARMONICS, n_sites))
    neighbour_weights = np.ascontiguousarray(weights.T)[:, neighbour]
    for m in range(_HARMONICS):
        at_site[m] = np.bincount(centre, wave * neighbour_weights[m], minlength=n_sites)
        before, wave = wave, first * wave - before
    bent = at_site.T + 0.5 * np.sin(1.7 * at_site.T + weights)
    means: FloatArray = (weights * bent).mean(axis=0)
    return means


@lru_cache(maxsize=4096)
def _weights(occupants: tuple[tuple[str, float], ...]) -> tuple[float, ...]:
    """Return one weight per invariant for a kind of site, different for different elements."""
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - only for kinds not yet seen

    total = np.zeros(_HARMONICS)
    for symbol, occupancy in occupants:
        number = Element(symbol).Z if Element.is_valid_symbol(symbol) else 119 + sum(map(ord, symbol))
        total += occupancy * (1 + 0.6 * np.sin(number * np.array([1.1, 1.9, 2.3, 2.7, 0.7])))
    return tuple(total.tolist())


def same_crystal(
    one: Structure | Molecule, other: Structure | Molecule, *, tolerance: float = SAME_ANGSTROM
) -> bool:
    """Whether two structures are the same crystal, or molecule, up to numerical noise.

    Every site of one is matched with a site of the other that has the same occupants and the same distances to
    neighbours of each kind, so cells of different size may be compared.

    Args:
        one: A crystal or a molecule.
        other: Another.
        tolerance: How far an atom may be displaced, in Å.
    """
    a, b = _arrays(one), _arrays(other)
    if a.molecule != b.molecule or not np.array_equal(a.pbc, b.pbc) or sorted(a.names) != sorted(b.names):
        return False
    if _formula(a) != _formula(b) or (a.molecule and a.charge != b.charge):
        return False
    if not a.molecule and _hand(a) != _hand(b):
        return False
    reach = min(a.reach, b.reach)
    rows_a, rows_b = _distance_rows(a, reach), _distance_rows(b, reach)
    return all(_matched(rows_a.get(name, []), rows_b.get(name, []), reach, 2 * tolerance) for name in a.names)


def _distance_rows(arrays: _Arrays, reach: float) -> dict[Any, list[list[FloatArray]]]:
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
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - only for comparisons

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
