"""A structure made ready for drawing: a value that every renderer understands.

All chemistry and geometry happens here and in the modules below, in Python, where it is tested: which copies of
which atoms, which bonds, which edges of the cell, which colours, and from where to look. The renderers (SVG in
:mod:`nanoos_lab.scenes.svg`, three.js in the browser) only draw. ``Scene.to_json()`` is the content of the
MIME type ``application/vnd.nanoos.scene+json``, documented in :data:`SCHEMA`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.geometry import (
    cell_edges,
    middle_of_view,
    polyhedra,
    view_of_cell,
    view_of_molecule,
)
from nanoos_lab.scenes.images import drawn_atoms, drawn_molecule
from nanoos_lab.scenes.model import Scene, SceneSpecies, Style, check_style
from nanoos_lab.scenes.wire import MIME_TYPE, SCHEMA, VERSION
from nanoos_lab.structures.bonds import BondGraph, find_bonds
from nanoos_lab.structures.elements import element_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pymatgen.core.structure import Molecule, Structure

__all__ = ["MIME_TYPE", "SCHEMA", "VERSION", "Scene", "SceneSpecies", "Style", "scene_of"]

BOND_RADIUS_ANGSTROM = 0.1


def scene_of(
    structure: Structure | Molecule,
    *,
    style: Style = "ball-and-stick",
    supercell: tuple[int, int, int] = (1, 1, 1),
    bonds: bool | BondGraph | Literal["all"] = True,
    cell: bool = True,
    complete: bool = True,
    show_polyhedra: bool = False,
    title: str | None = None,
) -> Scene:
    """Prepare a structure for drawing.

    Args:
        structure: A crystal or molecule.
        style: How atoms are drawn at first; a viewer can change it.
        supercell: How many cells along each lattice vector.
        bonds: Whether bonds are drawn; ``"all"`` includes ionic shells of more than eight neighbours; a
            :class:`BondGraph` is taken instead of the found one.
        cell: Whether the cell's edges are drawn.
        complete: Whether coordination shells and molecules are completed beyond the cell's faces.
        show_polyhedra: Whether coordination polyhedra of cations are drawn.
        title: What to call it; the reduced formula if None.

    Raises:
        InvalidInputError: A repetition below 1, or an unknown style.
    """
    if min(supercell) < 1:
        raise InvalidInputError(f"a supercell repeats at least once along every vector, not {supercell}")
    graph = bonds if isinstance(bonds, BondGraph) else find_bonds(structure)
    lattice: Any = getattr(structure, "lattice", None)
    edges = np.zeros((0, 2, 3))
    if lattice is None:
        drawn = drawn_molecule(cast("Molecule", structure), graph)
        view = view_of_molecule(drawn.position)
    else:
        drawn = drawn_atoms(
            cast("Structure", structure),
            graph,
            repeat=supercell,
            complete=complete and bool(bonds),
            all_bonds=bonds == "all",
        )
        view = view_of_cell(lattice.matrix)
        edges = cell_edges(lattice.matrix, supercell) if cell else edges
    species, of_site = _species(structure)
    faces, face_centres, face_edges = polyhedra(
        drawn.position, drawn.shells if show_polyhedra or style == "polyhedra" else ()
    )
    of_atom = of_site[drawn.site]
    return Scene(
        title=title if title is not None else structure.composition.reduced_formula,
        style=check_style(style),
        species=species,
        positions=drawn.position.astype(np.float32),
        species_of=of_atom.astype(np.uint32),
        sites=drawn.site.astype(np.uint32),
        images=drawn.image.astype(np.int8),
        bonds=(drawn.bonds if bonds else drawn.bonds[:0]).astype(np.uint32),
        bond_radius=BOND_RADIUS_ANGSTROM,
        lattice=None if lattice is None else np.array(lattice.matrix, np.float32),
        edges=edges.astype(np.float32),
        faces=faces.astype(np.uint32),
        face_species=of_atom[face_centres].astype(np.uint32),
        center=middle_of_view(np.concatenate([drawn.position, edges.reshape(-1, 3)]), view).astype(
            np.float32
        ),
        view=view.astype(np.float32),
        face_edges=face_edges.astype(np.uint32),
    )


def _species(structure: Structure | Molecule) -> tuple[tuple[SceneSpecies, ...], NDArray[np.int64]]:
    """Return the kinds of atoms in order of appearance, and the kind of every site."""
    kinds: dict[tuple[tuple[str, float], ...], int] = {}
    of_site = []
    for site in structure:
        amounts: dict[str, float] = {}
        for species, amount in site.species.items():
            amounts[species.symbol] = amounts.get(species.symbol, 0.0) + float(amount)
        of_site.append(kinds.setdefault(tuple(sorted(amounts.items())), len(kinds)))
    return tuple(_look(dict(kind)) for kind in kinds), np.array(of_site, np.int64)


def _look(amounts: Mapping[str, float]) -> SceneSpecies:
    """Return how a site with these occupancies is drawn; a vacancy blends in light grey."""
    main = element_data(max(amounts, key=lambda s: amounts[s]))
    total = sum(amounts.values())
    blend = np.zeros(3)
    for symbol, amount in amounts.items():
        blend += amount * np.array(element_data(symbol).colour)
    blend = (blend + max(0.0, 1.0 - total) * 235.0) / max(1.0, total)
    whole = len(amounts) == 1 and abs(total - 1.0) < 1e-6  # noqa: PLR2004 - rounding of files
    label = next(iter(amounts)) if whole else " ".join(f"{s}{amounts[s]:.2g}" for s in amounts)
    full = main.metallic_radius if main.kind == "metal" else main.covalent_radius
    return SceneSpecies(
        symbol=next(iter(amounts)) if len(amounts) == 1 else main.symbol,
        label=label,
        color="#{:02x}{:02x}{:02x}".format(*np.rint(blend).astype(int)),
        radius=round(0.2 + 0.26 * main.covalent_radius, 3),
        full_radius=round(max(full, 0.45), 3),
    )
