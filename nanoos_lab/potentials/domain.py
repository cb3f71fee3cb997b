"""What no interatomic potential can answer: refused here, with the site and the remedy in the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import InvalidInputError, OutOfDomainError

if TYPE_CHECKING:
    from collections.abc import Collection

    from pymatgen.core.sites import PeriodicSite
    from pymatgen.core.structure import Structure

CLOSEST = 0.5
"""Shortest allowed distance as a fraction of the sum of the two covalent radii."""


def check_crystal(
    structure: object, *, who: str, elements: Collection[str] | None, cutoff_angstrom: float
) -> None:
    """Refuse what a potential cannot know.

    Args:
        structure: A pymatgen ``Structure``; anything else is refused.
        who: The potential's name, for messages.
        elements: Symbols it knows, or None for every element.
        cutoff_angstrom: Radius in Å within which every atom must have a neighbour.

    Raises:
        InvalidInputError: Not an ordered crystal of real elements, or atoms on top of each other.
        OutOfDomainError: An unknown element, or an atom without any neighbour.
    """
    crystal = _periodic(structure, who)
    for index, site in enumerate(crystal):
        _check_species(site, f"site {index} ({site.species_string})", who, elements)
    _check_distances(crystal, who, cutoff_angstrom)


def _periodic(structure: object, who: str) -> Structure:
    from pymatgen.core.structure import Structure  # noqa: PLC0415 - heavy import, needed only with a structure in hand

    if not isinstance(structure, Structure):
        kind = type(structure).__name__
        remedy = "put it into a box with molecule.get_boxed_structure(a, b, c)" if kind == "Molecule" else ""
        remedy = remedy or "give a pymatgen Structure"
        raise InvalidInputError(
            f"{who} needs a periodic crystal, and this is a {kind} without a cell: {remedy}"
        )
    if len(structure) == 0:
        raise InvalidInputError(f"{who} was given a cell without atoms: add sites first")
    if not all(structure.lattice.pbc):
        raise InvalidInputError(
            f"{who} needs a cell that is periodic in three directions, not pbc={structure.lattice.pbc}: "
            "use a Lattice with pbc=(True, True, True) and vacuum along the open direction"
        )
    if not (np.isfinite(structure.lattice.matrix).all() and np.isfinite(structure.frac_coords).all()):
        raise InvalidInputError(f"{who} was given coordinates that are not finite numbers: check the file")
    return structure


def _check_species(site: PeriodicSite, where: str, who: str, elements: Collection[str] | None) -> None:
    from pymatgen.core.periodic_table import DummySpecies  # noqa: PLC0415 - heavy import

    if not site.is_ordered:
        raise InvalidInputError(
            f"{where} is partially occupied, and {who} needs one whole atom on every site: "
            "choose an ordered arrangement first, as pymatgen's OrderDisorderedStructureTransformation does"
        )
    specie = site.specie
    if isinstance(specie, DummySpecies):
        raise InvalidInputError(
            f"{where} is a dummy species that {who} cannot know: replace it by an element"
        )
    element = getattr(specie, "element", specie)
    symbol = element.symbol
    if element.name != symbol:  # pymatgen gives D and T the symbol H
        raise InvalidInputError(
            f"{where} is {element.name}, an isotope of {symbol} that {who} does not tell apart: "
            f"replace it with structure.replace_species({{{element.name!r}: {symbol!r}}})"
        )
    if elements is not None and symbol not in elements:
        raise OutOfDomainError(
            f"{where}: {who} was never trained on {symbol}: "
            "leave this structure out or use another calculator"
        )


def _check_distances(structure: Structure, who: str, cutoff: float) -> None:
    from ase.data import covalent_radii  # noqa: PLC0415 - only needed with a structure in hand

    center, neighbor, _, distance = structure.get_neighbor_list(cutoff)
    radii = covalent_radii[[site.specie.Z for site in structure]]
    limit = CLOSEST * (radii[center] + radii[neighbor])
    if len(distance) and (worst := int(np.argmin(distance / limit))) >= 0 and distance[worst] < limit[worst]:
        i, j = int(center[worst]), int(neighbor[worst])
        raise InvalidInputError(
            f"sites {i} ({structure[i].species_string}) and {j} ({structure[j].species_string}) are "
            f"{distance[worst]:.3f} Å apart, less than {limit[worst]:.2f} Å, half the sum of their "
            "covalent radii: check the coordinates, or merge double sites with structure.merge_sites()"
        )
    lonely = sorted(set(range(len(structure))) - set(center.tolist()))
    if lonely:
        raise OutOfDomainError(
            f"site {lonely[0]} ({structure[lonely[0]].species_string}) has no neighbour within {cutoff:g} Å: "
            f"{who} cannot know an isolated atom; check the lattice, or remove the atom"
        )
