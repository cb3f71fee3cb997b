"""The scene as a value: everything that a renderer draws, and nothing that it has to decide.

Frozen values with read-only arrays. What they look like on the wire is in :mod:`nanoos_lab.scenes.wire`, how they are
made from a structure in :mod:`nanoos_lab.scenes.scene`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from nanoos_lab.scenes.geometry import View

Style = Literal["ball-and-stick", "polyhedra", "space-filling", "wireframe"]
Scale = Literal["sequential", "diverging"]
WIRE_RADIUS_ANGSTROM = 0.055
"""Half the width of a bond in the style ``wireframe``."""


class _Frozen:
    """Makes the arrays of a value read-only."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type] # every subclass is a dataclass
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)


@dataclass(frozen=True, slots=True)
class SceneSpecies:
    """How one kind of atom looks."""

    symbol: str
    """Of the element, or of the most abundant one on a shared site."""
    label: str
    """What the legend says, such as ``Ti`` or ``Ba0.6 Sr0.4``."""
    color: str
    """``#rrggbb``; a blend on a shared site."""
    radius: float
    """In Å, for ball-and-stick."""
    full_radius: float
    """In Å, for space-filling: neighbours touch."""
    portions: tuple[tuple[str, float], ...] = ()
    """On a shared or partly empty site: colour and fraction of each occupant; the missing rest is vacant."""


@dataclass(frozen=True, slots=True, eq=False)
class SiteValues(_Frozen):
    """One number per drawn atom, by which atoms are coloured."""

    name: str
    unit: str
    values: NDArray[np.float32]
    """Shape (n,); NaN where unknown."""
    low: float
    """Value of the scale's first colour."""
    high: float
    """Value of its last colour."""
    scale: Scale = "sequential"


@dataclass(frozen=True, slots=True, eq=False)
class Vectors(_Frozen):
    """Arrows on atoms."""

    name: str
    unit: str
    atoms: NDArray[np.uint32]
    """The drawn atoms that carry one, shape (v,)."""
    tips: NDArray[np.float32]
    """From the atom's centre to the tip, in Å as drawn, shape (v, 3)."""
    longest: float
    """Length of the longest one, in the unit."""
    color: str = "#d55e00"
    """Of all of them, unless ``colors`` are given."""
    colors: tuple[str, ...] = ()
    """One per arrow."""


@dataclass(frozen=True, slots=True, eq=False)
class Surface(_Frozen):
    """A coloured sheet: one sign of an isosurface, or a lattice plane."""

    name: str
    color: str
    opacity: float
    positions: NDArray[np.float32]
    """Corners in Å, shape (p, 3)."""
    normals: NDArray[np.float32]
    """Unit vectors at the corners, outwards, shape (p, 3)."""
    triangles: NDArray[np.uint32]
    """By corner, anticlockwise seen from outside, shape (t, 3)."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place."""

    text: str
    position: tuple[float, float, float]
    """In Å."""


@dataclass(frozen=True, slots=True, eq=False)
class Series(_Frozen):
    """One number per frame."""

    name: str
    unit: str
    data: NDArray[np.float32]
    """Shape (f,); NaN where unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames(_Frozen):
    """The same atoms at several times. What is None stays as the scene has it."""

    positions: NDArray[np.float32]
    """Å, shape (f, n, 3)."""
    lattices: NDArray[np.float32] | None = None
    """Lattice vectors by row, Å, shape (f, 3, 3)."""
    edges: NDArray[np.float32] | None = None
    """Lines of the cell, Å, shape (f, k, 2, 3)."""
    values: Series | None = None
    """What is plotted beside, such as the energy."""
    times: Series | None = None
    bond_offsets: NDArray[np.uint32] | None = None
    """Frame k has the bonds from the k-th of these to the next, shape (f + 1,)."""
    bonds: NDArray[np.uint32] | None = None
    """Pairs of atoms of all frames one after another, shape (total, 2)."""
    vectors: NDArray[np.float32] | None = None
    """Tips of the scene's vectors, shape (f, v, 3)."""

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True, slots=True, eq=False)
class Scene(_Frozen):
    """Atoms, bonds, cell and everything else of one picture, ready to draw. Arrays are read-only.

    Example:
        >>> scene = scene_of(structure, style="polyhedra")                  # doctest: +SKIP
        >>> scene.save("structure.svg")                                     # doctest: +SKIP
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
    face_edges: NDArray[np.uint32] = field(default_factory=lambda: np.zeros((0, 2), np.uint32))
    """Edges of the polyhedra, by atom, shape (e, 2)."""
    atom_labels: tuple[str, ...] = ()
    """A text per atom, or none at all."""
    site_values: SiteValues | None = None
    vectors: Vectors | None = None
    surfaces: tuple[Surface, ...] = ()
    labels: tuple[Label, ...] = ()
    frames: Frames | None = None

    def __len__(self) -> int:
        return len(self.positions)

    def radii(self) -> NDArray[np.float32]:
        """Return every atom's radius in the scene's style, in Å, shape (n,)."""
        if not len(self):
            return np.zeros(0, np.float32)
        if self.style == "wireframe":
            return np.full(len(self), 1.6 * WIRE_RADIUS_ANGSTROM, np.float32)
        if self.style == "space-filling":
            return np.array([s.full_radius for s in self.species], np.float32)[self.species_of]
        shrunk = 0.75 if self.style == "polyhedra" else 1.0
        return np.array([s.radius * shrunk for s in self.species], np.float32)[self.species_of]

    def seen(self, view: View) -> Scene:
        """Return the same scene from another side.

        Args:
            view: ``"a"``, ``"b"`` or ``"c"`` to look along a lattice vector, (h, k, l) to look straight at a
                lattice plane, ``"auto"`` for the side that :func:`scene_of` chose.

        Raises:
            InvalidInputError: No such side, or a molecule has no lattice to look along.
        """
        from nanoos_lab.scenes.geometry import middle_of_view, view_along  # noqa: PLC0415 - imports this module

        if isinstance(view, str) and view == "auto":
            return self
        if self.lattice is None:
            raise InvalidInputError(f"a molecule has no lattice: there is no view {view!r}, use 'auto'")
        rows = view_along(self.lattice, view)
        points = np.concatenate([self.positions, self.edges.reshape(-1, 3)]).astype(np.float64)
        center = middle_of_view(points, rows).astype(np.float32)
        return replace(self, view=rows.astype(np.float32), center=center)

    def frame(self, number: int) -> Scene:
        """Return one frame of a trajectory as a scene of its own, without frames.

        Args:
            number: From 0; negative numbers count from the end.

        Raises:
            InvalidInputError: There is no such frame.
        """
        frames = self.frames
        if frames is None or not -len(frames) <= number < len(frames):
            raise InvalidInputError(
                f"no frame {number}: this scene has {0 if frames is None else len(frames)}"
            )
        k = number % len(frames)
        changed: dict[str, Any] = {"frames": None, "positions": frames.positions[k]}
        if frames.lattices is not None:
            changed["lattice"] = frames.lattices[k]
        if frames.edges is not None:
            changed["edges"] = frames.edges[k]
        if frames.bonds is not None and frames.bond_offsets is not None:
            changed["bonds"] = frames.bonds[frames.bond_offsets[k] : frames.bond_offsets[k + 1]]
        if frames.vectors is not None and self.vectors is not None:
            changed["vectors"] = replace(self.vectors, tips=frames.vectors[k])
        return replace(self, **changed)

    def to_json(self) -> dict[str, Any]:
        """Return the scene as plain JSON; see :data:`nanoos_lab.scenes.scene.SCHEMA`."""
        from nanoos_lab.scenes.wire import scene_to_wire, text_of  # noqa: PLC0415 - imports this module

        return scene_to_wire(self, text_of)

    def to_buffers(self) -> dict[str, Any]:
        """Return what :meth:`to_json` does, with bytes (``memoryview``) instead of base64, for a widget's traits."""
        from nanoos_lab.scenes.wire import scene_to_wire  # noqa: PLC0415 - imports this module

        return scene_to_wire(self, memoryview)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scene:
        """Read back what :meth:`to_json` or :meth:`to_buffers` gave, of any version so far.

        Args:
            data: The parsed JSON.

        Raises:
            InvalidInputError: It is no scene, or one of a later version.
        """
        from nanoos_lab.scenes.wire import scene_from_wire  # noqa: PLC0415 - imports this module

        return scene_from_wire(data)

    def save(self, path: str | Path, **options: Any) -> Path:
        """Write a picture or a model; the ending of the name tells which.

        Args:
            path: ``.svg``, ``.png`` or ``.glb``.
            **options: As of :func:`nanoos_lab.scenes.picture_of`: width, height, scale, transparent, view, ...
        """
        from nanoos_lab.scenes.pictures import save_picture  # noqa: PLC0415 - imports this module

        return save_picture(self, path, **options)


def check_style(name: str) -> Style:
    """Return the name of a style.

    Args:
        name: What was asked for.

    Raises:
        InvalidInputError: There is no such style.
    """
    if name not in get_args(Style):
        raise InvalidInputError(f"unknown style {name!r}: use one of {', '.join(get_args(Style))}")
    return name  # type: ignore[return-value] # checked on the line above
