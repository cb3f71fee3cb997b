"""A structure made ready for drawing: a value that every renderer understands.

All chemistry and geometry happens here and in the modules below, in Python, where it is tested: which copies of
which atoms, which bonds, which edges of the cell, which colours, and from where to look. The renderers (SVG in
:mod:`nanoos_lab.scenes.svg`, three.js in the browser) only draw. ``Scene.to_json()`` is the content of the
MIME type ``application/vnd.nanoos.scene+json``, documented in :data:`SCHEMA`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes import geometry
from nanoos_lab.scenes.extras import atom_labels, planes_of, vectors_of
from nanoos_lab.scenes.geometry import (
    cell_edges,
    middle_of_view,
    view_of_cell,
    view_of_molecule,
)
from nanoos_lab.scenes.images import DrawnAtoms, drawn_atoms, drawn_molecule
from nanoos_lab.scenes.looks import site_values, species_of_sites
from nanoos_lab.scenes.model import Label, Scene, SceneSpecies, Style, Surface, check_style
from nanoos_lab.scenes.wire import MIME_TYPE, SCHEMA, VERSION
from nanoos_lab.structures.bonds import BondGraph, find_bonds
from nanoos_lab.structures.bonds_chosen import bonds_within, crystalnn_bonds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Molecule, Structure

    from nanoos_lab.scenes.looks import BySite, Colors
    from nanoos_lab.scenes.volumetric import VolumetricGrid

    Lengths = Mapping[tuple[str, str], float | tuple[float, float]]
    Bonds = bool | BondGraph | Literal["rules", "crystalnn", "auto", "all"] | Lengths
    Polyhedra = bool | Literal["auto"] | Sequence[str | int]

__all__ = ["MIME_TYPE", "SCHEMA", "VERSION", "Scene", "SceneSpecies", "Style", "drawing_of", "scene_of"]

BOND_RADIUS_ANGSTROM = 0.1
CRYSTALNN_SITES = 60
"""Up to so many sites ``bonds="auto"`` asks CrystalNN."""


def scene_of(
    structure: Structure | Molecule,
    *,
    style: Style = "ball-and-stick",
    supercell: tuple[int, int, int] = (1, 1, 1),
    bonds: Bonds = True,
    cell: bool = True,
    complete: bool = True,
    boundary: bool = True,
    show_polyhedra: bool = False,
    polyhedra: Polyhedra | None = None,
    colors: Colors = "jmol",
    color_by: BySite | None = None,
    color_range: tuple[float, float] | None = None,
    vectors: BySite | None = None,
    vector_scale: float | None = None,
    labels: str | Sequence[str] | None = None,
    planes: Sequence[Sequence[float]] = (),
    isosurface: VolumetricGrid | None = None,
    levels: float | Sequence[float] | None = None,
    title: str | None = None,
) -> Scene:
    """Prepare a structure for drawing.

    Args:
        structure: A crystal or molecule.
        style: How atoms are drawn at first; a viewer can change it.
        supercell: How many cells along each lattice vector.
        bonds: Whether bonds are drawn, and which: by our ``"rules"`` (as True), ``"crystalnn"``, ``"auto"``
            (CrystalNN for small ordered cells, else the rules), ``"all"`` (the rules, with ionic shells of more
            than eight neighbours), the largest lengths by pair (``{("Ti", "O"): 2.3}``, Å), or a
            :class:`BondGraph`.
        cell: Whether the cell's edges are drawn.
        complete: Whether coordination shells and molecules are completed beyond the cell's faces.
        boundary: Whether atoms on a face, edge or corner of the cell are shown on all of them.
        show_polyhedra: The same as ``polyhedra="auto"``.
        polyhedra: Which coordination polyhedra are drawn: ``"auto"`` all of 4 to 8 corners around cations, or
            those around these elements or site indices, of any size. None draws them in the style
            ``polyhedra``.
        colors: Of elements: ``"jmol"``, ``"vesta"`` or colours by symbol on top of Jmol's.
        color_by: Colour atoms by a site property (``"magmom"``, ``"charge"``, ``"forces"``: its length, ...),
            by one number per site, or by ``{"values": ..., "name": ..., "unit": ..., "scale": "sequential" |
            "diverging", "low": ..., "high": ...}``.
        color_range: The values of the first and the last colour.
        vectors: Arrows on atoms: a site property, an array (n, 3), or a mapping as for ``color_by``.
        vector_scale: Å per unit of the arrows; None makes the longest 2 Å.
        labels: Texts on atoms: ``"element"``, ``"site"`` or one per site.
        planes: Lattice planes, each (h, k, l) or (h, k, l, offset).
        isosurface: A grid, as read by :func:`nanoos_lab.scenes.read_volumetric`.
        levels: Of the isosurface, in the grid's unit; a sensible one if None.
        title: What to call it; the reduced formula if None.

    Raises:
        InvalidInputError: A repetition below 1, an unknown style, or another option that does not fit.
    """
    wanted = polyhedra if polyhedra is not None else (show_polyhedra or style == "polyhedra")
    drawing = drawing_of(
        structure,
        supercell=supercell,
        bonds=bonds,
        complete=complete,
        boundary=boundary,
        centres=_centres(structure, polyhedra),
        every_shell=style == "polyhedra" and (wanted is True or wanted == "auto"),
    )
    drawn, lattice = drawing.atoms, drawing.matrix
    style = check_style(style)
    species, of_site = species_of_sites(structure, colors)
    faces, face_centres, face_edges = _polyhedra(structure, drawn, wanted)
    edges = cell_edges(lattice, supercell) if cell and lattice is not None else np.zeros((0, 2, 3))
    surfaces, texts = _surfaces(lattice, supercell, planes, isosurface, levels)
    view = view_of_molecule(drawn.position) if lattice is None else view_of_cell(lattice)
    points = [drawn.position, edges.reshape(-1, 3), *(s.positions.astype(np.float64) for s in surfaces)]
    of_atom = of_site[drawn.site]
    return Scene(
        title=title if title is not None else structure.composition.reduced_formula,
        style=style,
        species=species,
        positions=drawn.position.astype(np.float32),
        species_of=of_atom.astype(np.uint32),
        sites=drawn.site.astype(np.uint32),
        images=drawn.image.astype(np.int8),
        bonds=drawn.bonds.astype(np.uint32),
        bond_radius=BOND_RADIUS_ANGSTROM,
        lattice=None if lattice is None else lattice.astype(np.float32),
        edges=edges.astype(np.float32),
        faces=faces.astype(np.uint32),
        face_species=of_atom[face_centres].astype(np.uint32),
        center=middle_of_view(np.concatenate(points), view).astype(np.float32),
        view=view.astype(np.float32),
        face_edges=face_edges.astype(np.uint32),
        atom_labels=atom_labels(structure, labels, drawn.site),
        site_values=None if color_by is None else site_values(structure, color_by, drawn.site, color_range),
        vectors=None if vectors is None else vectors_of(structure, vectors, drawn.site, scale=vector_scale),
        surfaces=surfaces,
        labels=texts,
    )


@dataclass(frozen=True, slots=True)
class Drawing:
    """The chosen copies of a structure's atoms."""

    atoms: DrawnAtoms
    matrix: NDArray[np.float64] | None
    """Lattice vectors by row, Å; None of a molecule."""


def drawing_of(
    structure: Structure | Molecule,
    *,
    supercell: tuple[int, int, int] = (1, 1, 1),
    bonds: Bonds = True,
    complete: bool = True,
    boundary: bool = True,
    centres: frozenset[int] = frozenset(),
    every_shell: bool = False,
) -> Drawing:
    """Choose the copies of atoms and the bonds that are drawn.

    Args:
        structure: A crystal or molecule.
        supercell: As of :func:`scene_of`.
        bonds: As of :func:`scene_of`.
        complete: As of :func:`scene_of`.
        boundary: As of :func:`scene_of`.
        centres: Sites whose shells are completed however large they are.
        every_shell: Whether shells on the cell's faces are completed too.

    Raises:
        InvalidInputError: A repetition below 1, or unknown bonds.
    """
    if min(supercell) < 1:
        raise InvalidInputError(f"a supercell repeats at least once along every vector, not {supercell}")
    graph = _graph(structure, bonds)
    lattice: Any = getattr(structure, "lattice", None)
    if lattice is None:
        return Drawing(drawn_molecule(cast("Molecule", structure), graph), None)
    atoms = drawn_atoms(
        cast("Structure", structure),
        graph,
        repeat=supercell,
        complete=complete and bonds is not False,
        boundary=boundary,
        all_bonds=isinstance(bonds, Mapping) or (isinstance(bonds, str) and bonds == "all"),
        centres=centres,
        every_shell=every_shell,
    )
    return Drawing(atoms, np.asarray(lattice.matrix, np.float64))


def _graph(structure: Structure | Molecule, bonds: Bonds) -> BondGraph:
    if isinstance(bonds, BondGraph):
        if bonds.n_sites != len(structure):
            raise InvalidInputError(
                f"these bonds are of {bonds.n_sites} sites, the structure has {len(structure)}"
            )
        return bonds
    if isinstance(bonds, Mapping):
        return bonds_within(structure, bonds)
    if bonds is False:
        return bonds_within(structure, {})
    if bonds in {"crystalnn", "auto"}:
        ordered_crystal = getattr(structure, "lattice", None) is not None and structure.is_ordered
        if bonds == "crystalnn" or (ordered_crystal and 0 < len(structure) <= CRYSTALNN_SITES):
            return crystalnn_bonds(structure)
    elif bonds not in {True, "rules", "all"}:
        raise InvalidInputError(
            f"unknown bonds {bonds!r}: use 'rules', 'crystalnn', 'auto', 'all', {{('Ti', 'O'): 2.3}} or False"
        )
    return find_bonds(structure)


def _centres(structure: Structure | Molecule, wanted: Polyhedra | None) -> frozenset[int]:
    """Return the sites that were asked for by element or index."""
    if wanted is None or isinstance(wanted, bool) or wanted == "auto":
        return frozenset()
    if isinstance(wanted, str):
        raise InvalidInputError(f"unknown polyhedra {wanted!r}: use 'auto', False or a list such as ['Ti']")
    sites: set[int] = set()
    for item in wanted:
        if isinstance(item, str):
            found = {k for k, s in enumerate(structure) if any(p.symbol == item for p in s.species)}
        else:
            found = {int(item)} if 0 <= item < len(structure) else set()
        if not found:
            raise InvalidInputError(f"polyhedra around {item!r}: the structure has no such element or site")
        sites |= found
    return frozenset(sites)


def _polyhedra(
    structure: Structure | Molecule, drawn: DrawnAtoms, wanted: Polyhedra
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    if not wanted:
        return geometry.polyhedra(drawn.position, ())
    centres = _centres(structure, wanted)
    shells = [s for s in drawn.shells if not centres or int(drawn.site[s[0]]) in centres]
    if centres and not shells:
        raise InvalidInputError(
            f"polyhedra around {wanted!r}: none of these atoms is a cation with four or more bonds to anions"
        )
    return geometry.polyhedra(drawn.position, shells)


def _surfaces(
    lattice: NDArray[np.float64] | None,
    supercell: tuple[int, int, int],
    planes: Sequence[Sequence[float]],
    isosurface: VolumetricGrid | None,
    levels: float | Sequence[float] | None,
) -> tuple[tuple[Surface, ...], tuple[Label, ...]]:
    """Return isosurfaces and lattice planes, and the labels of the planes."""
    surfaces: tuple[Surface, ...] = ()
    if isosurface is not None:
        from nanoos_lab.scenes.volumetric import isosurfaces_of  # noqa: PLC0415 - scikit-image is heavy

        surfaces = isosurfaces_of(isosurface, levels, repeat=supercell)
    if not len(planes):
        return surfaces, ()
    if lattice is None:
        raise InvalidInputError("a molecule has no lattice planes: leave out planes")
    sheets, texts = planes_of(lattice, planes, supercell)
    return surfaces + sheets, texts
