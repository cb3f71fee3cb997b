"""Bonds that a person asks for instead of our rules: by the lengths of chosen pairs, or by CrystalNN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.structures.bonds import BondGraph, close_pairs, symbols_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Molecule, Structure


def bonds_within(
    structure: Structure | Molecule, longest: Mapping[tuple[str, str], float | tuple[float, float]]
) -> BondGraph:
    """Find the bonds of chosen pairs of elements by length alone.

    Args:
        structure: A crystal or molecule.
        longest: Per pair of symbols, in either order, the largest length in Å, or the smallest and the largest;
            other pairs are not bonded.

    Raises:
        InvalidInputError: A length is not positive, or a pair names an element that the structure does not have.
    """
    symbols = symbols_of(structure)
    limits = {}
    for pair, limit in longest.items():
        low, high = limit if isinstance(limit, tuple) else (0.0, limit)
        if not 0 <= low < high < np.inf:
            raise InvalidInputError(f"bonds {pair!r}: {limit!r}; write {{('Ti', 'O'): 2.3}}, lengths in Å")
        missing = [symbol for symbol in pair if symbol not in symbols]
        if missing:
            raise InvalidInputError(
                f"bonds {pair!r}: there is no {missing[0]} here, only {', '.join(dict.fromkeys(symbols))}"
            )
        limits[tuple(sorted(pair))] = (low, high)
    if not limits:
        return _none(len(symbols))
    xyz = np.array([site.coords for site in structure.sites], dtype=np.float64).reshape(-1, 3)
    lattice: Any = getattr(structure, "lattice", None)
    matrix = None if lattice is None else np.asarray(lattice.matrix)
    pbc = (False, False, False) if lattice is None else lattice.pbc
    i, j, image, distance = close_pairs(xyz, matrix, pbc, max(high for _, high in limits.values()))
    names = np.array(symbols)
    keep = np.zeros(len(i), bool)
    for (one, two), (low, high) in limits.items():
        ends = ((names[i] == one) & (names[j] == two)) | ((names[i] == two) & (names[j] == one))
        keep |= ends & (distance >= low) & (distance <= high)
    return BondGraph(len(symbols), i[keep], j[keep], image[keep], distance[keep])


def crystalnn_bonds(structure: Structure | Molecule) -> BondGraph:
    """Find bonds with pymatgen's CrystalNN: slower (about 10 ms a site), from Voronoi cells instead of radii.

    Its neighbourhoods have a direction; what either end calls a neighbour is a bond here.
    Source: Pan et al., Inorg. Chem. 60, 1590 (2021).

    Args:
        structure: A crystal without shared or partly empty sites.

    Raises:
        InvalidInputError: A molecule, a shared site, or a structure that CrystalNN cannot take apart.
    """
    import warnings  # noqa: PLC0415 - with the next

    from pymatgen.analysis.local_env import CrystalNN  # noqa: PLC0415 - heavy import

    lattice: Any = getattr(structure, "lattice", None)
    if lattice is None:
        raise InvalidInputError("CrystalNN needs a crystal: use bonds='rules' for a molecule")
    if not structure.is_ordered:
        raise InvalidInputError("CrystalNN needs one atom per site: use bonds='rules' for shared sites")
    try:
        finder: Any = CrystalNN
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that oxidation states are unknown is expected
            found = finder().get_all_nn_info(structure)
    except (ValueError, RuntimeError) as error:
        raise InvalidInputError(f"CrystalNN fails on this structure: {error}; use bonds='rules'") from error
    bonds: set[tuple[int, int, tuple[int, ...]]] = set()
    for site, neighbours in enumerate(found):
        for neighbour in neighbours:
            other = int(neighbour["site_index"])
            image = tuple(int(n) for n in neighbour["image"])
            back = tuple(-n for n in image)
            bonds.add(min((site, other, image), (other, site, back)))
    if not bonds:
        return _none(len(structure))
    i, j, images = (np.array(part, np.int64) for part in zip(*sorted(bonds), strict=True))
    xyz = np.array([site.coords for site in structure.sites], dtype=np.float64)
    ends = xyz[j] + images @ np.asarray(lattice.matrix) - xyz[i]
    return BondGraph(len(structure), i, j, images, np.linalg.norm(ends, axis=1))


def _none(n_sites: int) -> BondGraph:
    none = np.zeros(0, np.int64)
    return BondGraph(n_sites, none, none, np.zeros((0, 3), np.int64), np.zeros(0))
