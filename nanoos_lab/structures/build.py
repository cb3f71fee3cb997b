"""Make pymatgen structures quickly, and refuse impossible ones.

pymatgen's constructors check and convert every site; here sites are made from parts that are already checked, and
species and compositions, which are immutable, are shared between sites and files. The result is an ordinary
``Structure`` or ``Molecule``. This file knows no file format.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from pymatgen.core.composition import Composition
from pymatgen.core.lattice import Lattice
from pymatgen.core.periodic_table import Element, Species
from pymatgen.core.sites import PeriodicSite
from pymatgen.core.structure import Molecule, Structure
from pymatgen.optimization.neighbors import find_points_in_spheres
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]

Occupant = tuple[str, float | None, float]
"""Element symbol, oxidation state (None: not stated) and occupancy."""

TOO_CLOSE_ANGSTROM = 0.3
"""Two full atoms nearer than this are on top of each other; the shortest bond known, in H2, is 0.74 Å."""
OCCUPANCY_SLACK = 1e-2
"""Published occupancies are rounded: a sum up to 1 + slack is scaled to 1, more is an error."""
MIN_THICKNESS_ANGSTROM = 0.01
_HALF_A_CELL = 0.25
"""Safely less than half, for sums of three components."""
_FEW_SITES = 120
"""Up to here all pairs are faster than a neighbour search."""
MAX_LENGTH_ANGSTROM = 1e5
MAX_MOLECULE_ANGSTROM = 1e3
MAX_CELLS_AWAY = 1e3


class BuildError(ValueError):
    """The parts do not make a structure; formats turn it into a StructureParseError with file and line.

    Args:
        problem: What is wrong, in a sentence.
        atom: Index of the atom it is about, where there is one.
    """

    def __init__(self, problem: str, atom: int | None = None) -> None:
        self.problem, self.atom = problem, atom
        super().__init__(problem)


@lru_cache(maxsize=4096)
def species(symbol: str, oxidation_state: float | None) -> Element | Species:
    """Return the shared element, or species where an oxidation state is given.

    Args:
        symbol: Element symbol.
        oxidation_state: Charge in units of e.
    """
    return Element(symbol) if oxidation_state is None else Species(symbol, oxidation_state)


@lru_cache(maxsize=4096)
def site_composition(occupants: tuple[Occupant, ...]) -> Composition:
    """Return the shared composition of a site.

    Args:
        occupants: Its occupants; equal species are added up.

    Raises:
        BuildError: The occupancies sum to more than 1, or one is not a number.
    """
    amounts: dict[Element | Species, float] = {}
    for symbol, oxidation_state, occupancy in occupants:
        if not 0 <= occupancy < math.inf:
            raise BuildError(f"the occupancy of {symbol} is {occupancy:g}")
        kind = species(symbol, oxidation_state)
        amounts[kind] = amounts.get(kind, 0.0) + occupancy
    total = sum(amounts.values())
    if total > 1 + OCCUPANCY_SLACK:
        names = " + ".join(f"{kind} {amount:g}" for kind, amount in amounts.items())
        raise BuildError(f"the occupancies of one site sum to {total:.4g} > 1 ({names})")
    if total > 1:
        amounts = {kind: amount / total for kind, amount in amounts.items()}
    return Composition(amounts)


@lru_cache(maxsize=8192)
def element_symbol(text: str) -> str | None:
    """Return the element that a label such as ``Fe``, ``FE``, ``fe1``, ``26`` means, or None.

    Args:
        text: Symbol, atomic number, or symbol followed by digits and signs.
    """
    if text.isascii() and text.isdigit() and len(text) <= 3:  # noqa: PLR2004 - no element has four digits
        number = int(text)
        return Element.from_Z(number).symbol if 1 <= number <= 118 else None  # noqa: PLR2004
    match = re.match(r"[A-Za-z]{1,2}(?![A-Za-z])", text)
    if match is None:
        return None
    symbol = match.group().capitalize()
    return symbol if Element.is_valid_symbol(symbol) else None


def lattice_of_parameters(parameters: Sequence[float]) -> Lattice:
    """Return pymatgen's ``Lattice.from_parameters``, or say why there is none.

    Args:
        parameters: a, b, c in Å and α, β, γ in degrees.

    Raises:
        BuildError: Not a cell of positive volume.
    """
    a, b, c, alpha, beta, gamma = parameters
    if not all(MIN_THICKNESS_ANGSTROM <= x <= MAX_LENGTH_ANGSTROM for x in (a, b, c)):
        raise BuildError(f"the cell lengths {a:g}, {b:g}, {c:g} Å are not those of a crystal")
    if not all(0 < x < 180 for x in (alpha, beta, gamma)):  # noqa: PLR2004 - degrees
        raise BuildError(f"the cell angles {alpha:g}, {beta:g}, {gamma:g}° must lie between 0 and 180")
    cosines = [math.cos(math.radians(x)) for x in (alpha, beta, gamma)]
    root = 1 - sum(x * x for x in cosines) + 2 * cosines[0] * cosines[1] * cosines[2]
    if root <= 1e-10:  # noqa: PLR2004 - zero but for rounding
        raise BuildError(f"the cell angles {alpha:g}, {beta:g}, {gamma:g}° span no volume")
    sines = [math.sin(math.radians(x)) for x in (alpha, beta, gamma)]
    if (
        min(x * math.sqrt(root) / sine for x, sine in zip((a, b, c), sines, strict=True))
        < MIN_THICKNESS_ANGSTROM
    ):
        raise BuildError(f"the cell {a:g}, {b:g}, {c:g} Å with {alpha:g}, {beta:g}, {gamma:g}° is flat")
    star = (cosines[0] * cosines[1] - cosines[2]) / (sines[0] * sines[1])
    gamma_star = math.acos(max(-1.0, min(1.0, star)))
    return Lattice(
        [
            [a * sines[1], 0.0, a * cosines[1]],
            [-b * sines[0] * math.cos(gamma_star), b * sines[0] * math.sin(gamma_star), b * cosines[0]],
            [0.0, 0.0, c],
        ]
    )


def lattice_of_matrix(matrix: FloatArray, pbc: tuple[bool, bool, bool] = (True, True, True)) -> Lattice:
    """Return a lattice, or say why there is none.

    Args:
        matrix: Cell vectors as rows, Å, shape (3, 3).
        pbc: Along which vectors the structure repeats.

    Raises:
        BuildError: Not a cell of positive volume.
    """
    if not np.isfinite(matrix).all() or np.abs(matrix).max() > MAX_LENGTH_ANGSTROM:
        raise BuildError("a cell vector is not a finite length")
    _check_thickness(matrix)
    return Lattice(matrix, pbc=pbc)


def _check_thickness(matrix: FloatArray) -> None:
    first, second, third = matrix.tolist()  # numbers: numpy takes ten times as long for so few
    faces = (_cross(second, third), _cross(third, first), _cross(first, second))
    volume = abs(_dot(first, faces[0]))
    if volume <= MIN_THICKNESS_ANGSTROM * math.sqrt(max(_dot(face, face) for face in faces)):
        raise BuildError(f"the cell is flat: its volume is {volume:.3g} Å³")


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float]:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def crystal(
    lattice: Lattice,
    compositions: Sequence[Composition],
    frac_coords: FloatArray,
    *,
    labels: Sequence[str | None] | None = None,
    site_properties: Mapping[str, Sequence[Any]] | None = None,
    charge: float | None = None,
    properties: dict[str, Any] | None = None,
) -> Structure:
    """Return a structure of parts that are known to be sound.

    Args:
        lattice: The lattice.
        compositions: One per site.
        frac_coords: Fractional coordinates, shape (n, 3).
        labels: Site labels.
        site_properties: Property name to one value per site.
        charge: Net charge of the cell, or None.
        properties: Properties of the whole structure.
    """
    coords = np.array(frac_coords, dtype=np.float64)  # a copy: sites hold its rows
    structure = Structure.__new__(Structure)
    structure._lattice = lattice  # noqa: SLF001 - what Structure.__init__ sets, without its checks per site
    structure._charge = charge  # noqa: SLF001
    structure._properties = properties or {}  # noqa: SLF001
    names = labels if labels is not None else [None] * len(coords)
    structure._sites = [  # noqa: SLF001
        site_of(composition, coord, lattice, label=label)
        for composition, coord, label in zip(compositions, coords, names, strict=True)
    ]
    for key, values in (site_properties or {}).items():
        for site, value in zip(structure._sites, values, strict=True):  # noqa: SLF001
            site.properties[key] = value
    return structure


def site_of(
    composition: Composition,
    coord: FloatArray,
    lattice: Lattice,
    *,
    properties: dict[str, Any] | None = None,
    label: str | None = None,
) -> PeriodicSite:
    """Return what ``PeriodicSite(..., skip_checks=True)`` returns, without its slow ``__setattr__``.

    Args:
        composition: What is there.
        coord: Fractional coordinates, shape (3,); held, not copied.
        lattice: The lattice.
        properties: The site's properties.
        label: Its label.
    """
    site = PeriodicSite.__new__(PeriodicSite)
    site.__dict__.update(
        _lattice=lattice,
        _frac_coords=coord,
        _species=composition,
        _coords=None,
        properties={} if properties is None else properties,
        _label=label,
    )
    return site


def molecule(
    compositions: Sequence[Composition],
    coords: FloatArray,
    *,
    site_properties: Mapping[str, Sequence[Any]] | None = None,
    charge: float = 0.0,
    properties: dict[str, Any] | None = None,
) -> Molecule:
    """Return a molecule.

    Args:
        compositions: One per site.
        coords: Cartesian coordinates in Å, shape (n, 3).
        site_properties: Property name to one value per site.
        charge: Net charge.
        properties: Properties of the whole molecule.
    """
    given = {key: list(values) for key, values in (site_properties or {}).items()}
    return Molecule(
        list(compositions), coords, charge=charge, site_properties=given or None, properties=properties
    )


def check_distances(structure: Structure | Molecule) -> None:
    """Refuse atoms on top of each other, or at absurd places.

    Split positions whose occupancies add up to one atom are fine.

    Args:
        structure: What to check.

    Raises:
        BuildError: Two sites are closer than ``TOO_CLOSE_ANGSTROM`` and hold more than one atom together, or a site
            lies farther away than anything could.
    """
    for i, j, gap in _near_pairs(structure):
        one, other = structure[i], structure[j]
        if one.species.num_atoms + other.species.num_atoms > 1 + OCCUPANCY_SLACK:
            raise BuildError(
                f"atoms on top of each other: {one.species_string} and {other.species_string} "
                f"(sites {min(i, j) + 1} and {max(i, j) + 1}) are {gap:.3f} Å apart",
                atom=max(i, j),
            )


def _near_pairs(structure: Structure | Molecule) -> list[tuple[int, int, float]]:
    if isinstance(structure, Structure):
        frac = np.array([site.frac_coords for site in structure])
        _check_magnitude(frac, MAX_CELLS_AWAY, "cells")
        return near_pairs(frac, structure.lattice)
    coords, _, _ = cartesian(structure)
    _check_magnitude(coords, MAX_MOLECULE_ANGSTROM, "Å")
    tree: Any = KDTree(coords)  # type: ignore[no-untyped-call]
    pairs = tree.query_pairs(TOO_CLOSE_ANGSTROM)
    return [(i, j, float(np.linalg.norm(coords[i] - coords[j]))) for i, j in sorted(pairs)]


def _check_magnitude(coords: FloatArray, limit: float, unit: str) -> None:
    sizes = np.abs(coords).max(axis=1)
    if not sizes.max() <= limit:
        raise BuildError(
            f"an atom lies {sizes.max():g} {unit} away from the others' place", int(np.argmax(sizes))
        )


def near_pairs(frac_coords: FloatArray, lattice: Lattice) -> list[tuple[int, int, float]]:
    """Return all pairs of sites closer than ``TOO_CLOSE_ANGSTROM`` and their distances in Å.

    Args:
        frac_coords: Shape (n, 3).
        lattice: The lattice.
    """
    thick = float(np.abs(lattice.inv_matrix).max()) * TOO_CLOSE_ANGSTROM < _HALF_A_CELL
    if len(frac_coords) > _FEW_SITES or not thick or not all(lattice.pbc):
        matrix = np.ascontiguousarray(lattice.matrix)
        return _search(frac_coords @ matrix, matrix, np.array(lattice.pbc, dtype=np.int64))
    apart = frac_coords[:, None, :] - frac_coords
    apart -= np.rint(apart)  # the nearest image, as so short a vector spans less than half of so thick a cell
    apart = apart @ lattice.matrix
    squares = np.einsum("ijk,ijk->ij", apart, apart)
    near = squares < TOO_CLOSE_ANGSTROM**2
    if int(np.count_nonzero(near)) == len(near):  # each site is near itself only
        return []
    return [(i, j, float(squares[i, j]) ** 0.5) for i, j in np.argwhere(near).tolist() if i != j]


def _search(
    coords: FloatArray, matrix: FloatArray, pbc: npt.NDArray[np.int64]
) -> list[tuple[int, int, float]]:
    found = find_points_in_spheres(coords, coords, TOO_CLOSE_ANGSTROM, pbc, matrix)
    pairs = zip(found[0].tolist(), found[1].tolist(), found[3].tolist(), strict=True)
    return [(i, j, gap) for i, j, gap in pairs if i != j or gap > 1e-8]  # noqa: PLR2004 - not a site itself


def cartesian(structure: Structure | Molecule) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int64]]:
    """Return Cartesian coordinates (n, 3) in Å, cell vectors (3, 3) and periodicity (3,) for a neighbour search.

    Args:
        structure: A crystal, or a molecule, which gets a box that nothing leaves.
    """
    if isinstance(structure, Structure):
        matrix = np.ascontiguousarray(structure.lattice.matrix)
        frac = np.array([site.frac_coords for site in structure])
        return frac @ matrix, matrix, np.array(structure.lattice.pbc, dtype=np.int64)
    coords = np.ascontiguousarray(structure.cart_coords, dtype=np.float64)
    coords = coords - coords.min(axis=0)
    return coords, np.diag(coords.max(axis=0) + 1.0), np.zeros(3, dtype=np.int64)
