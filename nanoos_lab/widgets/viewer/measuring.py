"""Distances, angles and dihedrals between sites, as the browser measures them by clicks."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nanoos_lab.scenes.scene import Scene

    Vector = NDArray[np.float64]
    Image = tuple[int, int, int]

KINDS = {2: "distance", 3: "angle", 4: "dihedral"}
_UNITS = {"distance": "Å", "angle": "°", "dihedral": "°"}
_AROUND = np.array(list(itertools.product((-1, 0, 1), repeat=3)))


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured between two, three or four atoms."""

    kind: str
    """``distance``, ``angle`` or ``dihedral``."""
    sites: tuple[int, ...]
    images: tuple[tuple[int, int, int], ...]
    """Cell of each atom."""
    value: float
    """In Å, or in degrees; a dihedral lies between -180 and 180 (IUPAC's sign)."""

    @property
    def unit(self) -> str:
        """Å or °."""
        return _UNITS[self.kind]

    def __str__(self) -> str:
        return f"{self.kind} {'–'.join(map(str, self.sites))}: {self.value:.3f} {self.unit}"

    def to_json(self) -> dict[str, Any]:
        """Return it as the browser sends it."""
        images = [list(image) for image in self.images]
        return {"kind": self.kind, "sites": list(self.sites), "images": images, "value": self.value}


def measure(scene: Scene, sites: Sequence[int], images: Sequence[Sequence[int]] | None = None) -> Measurement:
    """Measure between two, three or four sites of a scene.

    Args:
        scene: A scene without frames.
        sites: Indices into the structure.
        images: Cell of each; if None, each atom is taken where it is nearest to the one before it.

    Raises:
        InvalidInputError: Not two to four sites, one that is not there, or images that do not belong to them.
    """
    if len(sites) not in KINDS:
        raise InvalidInputError(
            f"{len(sites)} sites: a distance takes 2, an angle 3, a dihedral 4 (the order is that of the chain)"
        )
    homes = _homes(scene)
    unknown = [site for site in sites if site not in homes]
    if unknown:
        raise InvalidInputError(f"no site {unknown[0]}: the picture has sites {min(homes)} to {max(homes)}")
    if images is not None and len(images) != len(sites):
        raise InvalidInputError(
            f"{len(images)} images for {len(sites)} sites: give one cell (i, j, k) for each"
        )
    cells = [(0, 0, 0)] * len(sites) if scene.lattice is None else _cells(scene, homes, sites, images)
    lattice = np.zeros((3, 3)) if scene.lattice is None else scene.lattice.astype(np.float64)
    points = [homes[site] + np.array(cell) @ lattice for site, cell in zip(sites, cells, strict=True)]
    return Measurement(KINDS[len(sites)], tuple(sites), tuple(cells), _value(points))


def _homes(scene: Scene) -> dict[int, Vector]:
    """Return where every site is in the cell 0 0 0, in Å."""
    positions = scene.positions.astype(np.float64)
    if scene.lattice is not None:
        positions = positions - scene.images @ scene.lattice.astype(np.float64)
    sites, first = np.unique(scene.sites, return_index=True)
    return {int(site): positions[k] for site, k in zip(sites, first, strict=True)}


def _cells(
    scene: Scene, homes: dict[int, Vector], sites: Sequence[int], images: Sequence[Sequence[int]] | None
) -> list[Image]:
    if images is not None:
        return [_image(image) for image in images]
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - pymatgen is heavy

    lattice = np.array(scene.lattice, np.float64)
    short = Lattice(lattice).get_lll_reduced_lattice().matrix  # in it the nearest copy is never far away
    back = np.rint(short @ np.linalg.inv(lattice))
    cells: list[Image] = [(0, 0, 0)]
    for before, site in itertools.pairwise(sites):
        last = homes[before] + np.array(cells[-1]) @ lattice
        start = np.rint(np.linalg.solve(short.T, last - homes[site]))
        tried = (start + _AROUND) @ back
        lengths = np.linalg.norm(homes[site] + tried @ lattice - last, axis=1)
        if before == site:
            lengths[np.all(tried == cells[-1], axis=1)] = np.inf  # an atom's distance to its own next copy
        cells.append(_image(tried[int(np.argmin(np.round(lengths, 6)))]))
    return cells


def _image(cell: Sequence[int] | Vector) -> Image:
    i, j, k = (int(n) for n in cell)
    return i, j, k


def _value(points: Sequence[Vector]) -> float:
    if len(points) == 2:  # noqa: PLR2004 - a distance
        return float(np.linalg.norm(points[1] - points[0]))
    steps = [b - a for a, b in itertools.pairwise(points)]
    if len(points) == 3:  # noqa: PLR2004 - an angle
        first, second = -steps[0], steps[1]
        cross = np.linalg.norm(np.cross(first, second))
        return float(np.degrees(np.arctan2(cross, first @ second)))
    n1, n2 = np.cross(steps[0], steps[1]), np.cross(steps[1], steps[2])
    return float(np.degrees(np.arctan2(np.linalg.norm(steps[1]) * (steps[0] @ n2), n1 @ n2)))
