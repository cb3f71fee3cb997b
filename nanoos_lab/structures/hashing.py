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
:func:`nanoos_lab.structures.same_crystal` compares two structures atom by atom.
"""

from __future__ import annotations

import hashlib
import json
import math
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from pymatgen.core.structure import IStructure

from nanoos_lab.structures.arrays import arrays_of
from nanoos_lab.structures.serialize import plain

if TYPE_CHECKING:
    import numpy.typing as npt
    from pymatgen.core.structure import Molecule, Structure

    from nanoos_lab.structures.arrays import Arrays

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.int64]

_FREQUENCY = 3.1
_HARMONICS = 5
"""The invariants oscillate with 3 to 7 times the frequency in rad/Å: 0.01 Å turns a phase by 0.1 to 0.2 rad."""
_REACH = 2.5
"""Cutoff in units of (volume per site)^(1/3): about 65 neighbours in any crystal."""
_ROUNDS = 3
"""How often sites hear of their neighbours' environments, which tells apart stackings that differ far away only."""
_GRID = 0.1
"""Invariants are rounded to multiples of this."""
_MARGIN = 0.01
"""A value this near to a rounding border, in units of the grid, gets the hashes on both sides."""
_ALL_PAIRS = 500
_MOLECULE_REACH_ANGSTROM = 15.0
_MOLECULE_DECAY_ANGSTROM = 4.0


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


def _invariants(structure: Structure | Molecule) -> tuple[str, FloatArray]:
    """Return what must agree exactly, and the invariants in units of the grid."""
    arrays = arrays_of(structure)
    formula = arrays.formula
    if arrays.molecule:
        head = f"molecule {formula} {arrays.charge:g}"
    else:
        head = f"crystal {formula} {arrays.hand} {arrays.pbc.tolist()}"
    return head, _means(arrays) / _GRID


def _reach(arrays: Arrays) -> float:
    """Return how far neighbours count, in Å."""
    n_sites = len(arrays.kinds)
    if not arrays.molecule:
        return _REACH * math.cbrt(abs(float(np.linalg.det(arrays.matrix))) / n_sites)
    return _MOLECULE_REACH_ANGSTROM if n_sites > _ALL_PAIRS else arrays.extent


def _means(arrays: Arrays) -> FloatArray:
    """Return the invariants, shape (m,)."""
    reach, n_sites = _reach(arrays), len(arrays.kinds)
    centre, neighbour, distance = arrays.neighbours(reach)
    weights = np.array([_weights(name) for name in arrays.names])[np.array(arrays.kinds) - 1]
    if arrays.molecule:
        fade = 1 / (1 + (distance / _MOLECULE_DECAY_ANGSTROM) ** 2)
        if n_sites > _ALL_PAIRS:
            fade *= (1 - (distance / reach) ** 2) ** 3
    else:
        fade = 1 - (distance / reach) ** 2
        fade *= fade * fade
    return _pooled(centre, neighbour, _waves(distance, fade), weights)


def _waves(distance: FloatArray, fade: FloatArray) -> list[FloatArray]:
    """Return cos(m f r), faded, for m = 3, 4, ... by Chebyshev's recurrence."""
    first = np.cos(_FREQUENCY * distance)
    second = 2 * first * first - 1
    before, wave = fade * second, fade * first * (2 * second - 1)
    first *= 2
    waves = [wave]
    for _ in range(_HARMONICS - 1):
        before, wave = wave, first * wave - before
        waves.append(wave)
    return waves


def _pooled(
    centre: IntArray, neighbour: IntArray, waves: list[FloatArray], weights: FloatArray
) -> FloatArray:
    """Return means over sites of their environments, then of their neighbours' environments, and so on."""
    n_sites = len(weights)

    def gathered(wave: FloatArray, at_neighbour: FloatArray) -> FloatArray:
        return np.bincount(centre, wave * at_neighbour[neighbour], minlength=n_sites).astype(
            np.float64, copy=False
        )

    near = np.array([gathered(wave, weights[:, m]) for m, wave in enumerate(waves)])
    bent = np.sin(0.8 * near + weights.T)
    rounds = []
    state = bent[0] + bent[1]
    for m in range(_ROUNDS):
        further = 0.5 * gathered(waves[m + 1], state)
        rounds += [further * weights[:, m], 2 * np.sin(1.3 * further + weights[:, m])]
        state = bent[m] + np.sin(1.3 * further)
    means: FloatArray = np.concatenate([weights.T * near, 2 * bent, rounds]).mean(axis=1)
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
