"""A structure made ready for drawing: a value that every renderer understands.

All chemistry and geometry happens here and in the modules below, in Python, where it is tested: which copies of
which atoms, which bonds, which edges of the cell, which colours, and from where to look. The renderers (SVG in
:mod:`nanoos_lab.scenes.svg`, three.js in the browser) only draw. ``Scene.to_json()`` is the content of the
MIME type ``application/vnd.nanoos.scene+json``, documented in :data:`SCHEMA`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

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
from nanoos_lab.structures.bonds import BondGraph, find_bonds
from nanoos_lab.structures.elements import element_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pymatgen.core.structure import Molecule, Structure

Style = Literal["ball-and-stick", "space-filling"]
MIME_TYPE = "application/vnd.nanoos.scene+json"
VERSION = 1
BOND_RADIUS_ANGSTROM = 0.1
SCHEMA = """
{"schema": "nanoos.scene", "version": 1,
 "title": text, "style": "ball-and-stick" | "space-filling",
 "species": [{"symbol": text, "label": text, "color": "#rrggbb", "radius": Å, "full_radius": Å}],
 "positions": float32 (n, 3), Cartesian, Å      "species_of": uint (n,), index into species
 "sites": uint (n,), index into the structure    "images": int8 (n, 3), cell of the copy
 "bonds": uint (m, 2), pairs of atoms; each half has the colour of its end
 "bond_radius": Å
 "lattice": [[a], [b], [c]] in Å or null         "edges": float32 (k, 2, 3), lines of the cell, Å
 "faces": uint (f, 3), triangles of polyhedra by atom   "face_species": uint (f,)
 "center": [x, y, z] in Å                        "view": [[right], [up], [towards the viewer]]}
A record adds "facts": [[name, value], ...], texts that viewers may show beside the picture.
An array is {"dtype": "float32" | "uint8" | "uint16" | "uint32" | "int8", "shape": [...],
"data": base64 of the little-endian bytes in C order}. Readers refuse a version they do not know.
"""

_WIRE_TYPES = {
    name: np.dtype(name).newbyteorder("<") for name in ("float32", "uint8", "uint16", "uint32", "int8")
}


@dataclass(frozen=True, slots=True)
class SceneSpecies:
    """How one kind of atom looks."""

    symbol: str
    """Of the element, or of the most abundant one on a shared site."""
    label: str
    """What the legend says, such as ``Ti`` or ``Ba₀.₆Sr₀.₄``."""
    color: str
    """``#rrggbb``; a blend on a shared site."""
    radius: float
    """In Å, for ball-and-stick."""
    full_radius: float
    """In Å, for space-filling: neighbours touch."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Atoms, bonds and cell edges, ready to draw. Arrays are read-only.

    Example:
        >>> scene = scene_of(structure)                                     # doctest: +SKIP
        >>> svg_of(scene)                                                   # doctest: +SKIP
    """

    title: str
    style: Style
    species: tuple[SceneSpecies, ...]
    positions: NDArray[np.float32]
    """Cartesian, Å, shape (n, 3)."""
    species_of: NDArray[np.uint32]
    """Index into ``species``, shape (n,)."""
    sites: NDArray[np.uint32]
    """Index into the structure, shape (n,): several copies of a site share it."""
    images: NDArray[np.int8]
    """Cell of the copy, shape (n, 3)."""
    bonds: NDArray[np.uint32]
    """Pairs of atoms, shape (m, 2)."""
    bond_radius: float
    """In Å."""
    lattice: NDArray[np.float32] | None
    """Lattice vectors by row, Å, shape (3, 3)."""
    edges: NDArray[np.float32]
    """Lines of the cell, shape (k, 2, 3)."""
    faces: NDArray[np.uint32]
    """Triangles of coordination polyhedra, by atom, shape (f, 3)."""
    face_species: NDArray[np.uint32]
    """Species at the centre of each triangle's polyhedron, shape (f,)."""
    center: NDArray[np.float32]
    """The point to look at, shape (3,)."""
    view: NDArray[np.float32]
    """Orthonormal rows: right, up, towards the viewer, shape (3, 3)."""

    def __post_init__(self) -> None:
        for name in (*_ARRAYS, "lattice", "center", "view"):
            array = getattr(self, name)
            if array is not None:
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.positions)

    def radii(self) -> NDArray[np.float32]:
        """Return every atom's radius in the scene's style, in Å, shape (n,)."""
        full = self.style == "space-filling"
        by_species = np.array([s.full_radius if full else s.radius for s in self.species], np.float32)
        return by_species[self.species_of] if len(self) else np.zeros(0, np.float32)

    def to_json(self) -> dict[str, Any]:
        """Return the scene as plain JSON; see :data:`SCHEMA`."""
        plain = {name: _round(getattr(self, name)) for name in ("center", "view")}
        return {
            "schema": "nanoos.scene",
            "version": VERSION,
            "title": self.title,
            "style": self.style,
            "species": [
                {
                    "symbol": s.symbol,
                    "label": s.label,
                    "color": s.color,
                    "radius": s.radius,
                    "full_radius": s.full_radius,
                }
                for s in self.species
            ],
            "bond_radius": self.bond_radius,
            "lattice": None if self.lattice is None else _round(self.lattice),
            **plain,
            **{name: _encode(getattr(self, name)) for name in _ARRAYS},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scene:
        """Read back what :meth:`to_json` gave.

        Args:
            data: The parsed JSON.

        Raises:
            InvalidInputError: It is no scene, or one of a later version.
        """
        if data.get("schema") != "nanoos.scene" or data.get("version") != VERSION:
            raise InvalidInputError(
                f"not a scene of version {VERSION}: schema {data.get('schema')!r}, version {data.get('version')!r}"
            )
        lattice = data["lattice"]
        return cls(
            title=data["title"],
            style=_style(data["style"]),
            species=tuple(SceneSpecies(**s) for s in data["species"]),
            bond_radius=data["bond_radius"],
            lattice=None if lattice is None else np.array(lattice, np.float32),
            center=np.array(data["center"], np.float32),
            view=np.array(data["view"], np.float32),
            **{name: _decode(data[name]).astype(kind) for name, kind in _ARRAYS.items()},
        )


_ARRAYS: dict[str, type[np.generic]] = {
    "positions": np.float32,
    "species_of": np.uint32,
    "sites": np.uint32,
    "images": np.int8,
    "bonds": np.uint32,
    "edges": np.float32,
    "faces": np.uint32,
    "face_species": np.uint32,
}


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
    faces, face_centres = polyhedra(drawn.position, drawn.shells if show_polyhedra else ())
    of_atom = of_site[drawn.site]
    return Scene(
        title=title if title is not None else structure.composition.reduced_formula,
        style=_style(style),
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
    )


def _style(name: str) -> Style:
    if name not in get_args(Style):
        raise InvalidInputError(f"unknown style {name!r}: use one of {', '.join(get_args(Style))}")
    return name  # type: ignore[return-value] # checked on the line above


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


def _round(values: NDArray[np.float32]) -> list[Any]:
    result: list[Any] = np.round(values.astype(np.float64), 5).tolist()
    return result


def _encode(values: NDArray[Any]) -> dict[str, Any]:
    """Return an array as JSON, unsigned integers in the smallest type that holds them."""
    if values.dtype.kind == "u":
        values = values.astype(np.min_scalar_type(int(values.max(initial=0))))
    wire = np.ascontiguousarray(values, dtype=_WIRE_TYPES[values.dtype.name])
    return {
        "dtype": values.dtype.name,
        "shape": list(values.shape),
        "data": base64.b64encode(wire.tobytes()).decode("ascii"),
    }


def _decode(data: Mapping[str, Any]) -> NDArray[Any]:
    if data["dtype"] not in _WIRE_TYPES:
        raise InvalidInputError(f"unknown array type {data['dtype']!r}: use one of {', '.join(_WIRE_TYPES)}")
    raw = np.frombuffer(base64.b64decode(data["data"]), dtype=_WIRE_TYPES[data["dtype"]])
    return raw.reshape(data["shape"])
