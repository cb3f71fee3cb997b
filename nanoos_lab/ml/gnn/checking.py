"""What the network cannot know, told apart in bulk; the precise sentence comes from the potentials' check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError, OutOfDomainError
from nanoos_lab.ml.gnn.elements import LAST_ELEMENT
from nanoos_lab.ml.graphs import CUTOFF_ANGSTROM, build_graphs
from nanoos_lab.potentials.domain import CLOSEST, check_crystal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.graphs import Graphs


def check(structure: object, who: str) -> None:
    """Refuse what the network cannot know.

    Args:
        structure: A pymatgen ``Structure``.
        who: The predictor's name, for messages.
    """
    from ase.data import chemical_symbols  # noqa: PLC0415 - only to refuse or not

    known = chemical_symbols[1 : LAST_ELEMENT + 1]
    check_crystal(structure, who=who, elements=known, cutoff_angstrom=CUTOFF_ANGSTROM)


def checked_graphs(structures: Sequence[Structure], who: str) -> Graphs:
    """Return the graphs of crystals after checking all of them.

    Args:
        structures: At least one.
        who: The predictor's name, for messages.

    Raises:
        InvalidInputError: One cannot be used; the message says which and why.
        OutOfDomainError: One is outside what the network knows.
    """
    for index, structure in enumerate(structures):
        if not _plain(structure):
            _refuse(structure, who, index, len(structures))
    graphs = build_graphs(structures)
    for index in np.flatnonzero(_suspicious(graphs)).tolist():
        _refuse(structures[index], who, index, len(structures))
    return graphs


def _plain(structure: object) -> bool:
    """Tell a crystal whose graph can be built from anything that wants a closer look."""
    from pymatgen.core.structure import Structure as Crystal  # noqa: PLC0415 - heavy import

    if not isinstance(structure, Crystal) or not len(structure) or not all(structure.lattice.pbc):
        return False
    if not (np.isfinite(structure.lattice.matrix).all() and np.isfinite(structure.frac_coords).all()):
        return False
    kinds = {site.species for site in structure}
    return all(k.is_element and k.num_atoms == 1.0 and _known(next(iter(k))) for k in kinds)


def _known(specie: Any) -> bool:  # noqa: ANN401 - an element, a species or a dummy
    from pymatgen.core.periodic_table import DummySpecies  # noqa: PLC0415 - heavy import

    if isinstance(specie, DummySpecies):
        return False
    element = getattr(specie, "element", specie)
    return bool(element.name == element.symbol and LAST_ELEMENT >= element.Z)


def _suspicious(graphs: Graphs) -> NDArray[np.bool_]:
    """Tell crystals with atoms on top of each other or without neighbours, shape (g,)."""
    from ase.data import covalent_radii  # noqa: PLC0415 - a table

    shift = np.repeat(np.cumsum(graphs.atoms) - graphs.atoms, graphs.edges)
    one, other = graphs.centers + shift, graphs.neighbours + shift
    radii = covalent_radii[graphs.numbers]
    length = np.linalg.norm(graphs.vectors, axis=1)
    owner = np.repeat(np.arange(len(graphs)), graphs.edges)
    found = np.zeros(len(graphs), dtype=bool)
    found[owner[length < CLOSEST * (radii[one] + radii[other]) * 1.001]] = True
    lonely = np.bincount(one, minlength=len(graphs.numbers)) == 0
    found[np.repeat(np.arange(len(graphs)), graphs.atoms)[lonely]] = True
    return found


def _refuse(structure: object, who: str, index: int, count: int) -> None:
    try:
        check(structure, who)
    except (InvalidInputError, OutOfDomainError) as error:
        if count == 1:
            raise
        raise type(error)(f"structure {index} of {count}: {error}") from error
