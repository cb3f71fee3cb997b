"""What a picture shows beside atoms and bonds: arrows on sites, texts, lattice planes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.display.look import look
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.geometry import miller, plane_normal, plane_polygon, plane_spacing, polygon_area
from nanoos_lab.scenes.looks import data_of_sites
from nanoos_lab.scenes.model import Label, Surface, Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Molecule, Structure

    from nanoos_lab.scenes.looks import BySite

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

LONGEST_ARROW_ANGSTROM = 2.0
PLANE_OPACITY = 0.45
_UP, _DOWN, _ARROW = "#d55e00", "#0072b2", "#d55e00"
_SHORTEST = 0.01
"""Arrows below this part of the longest are not drawn."""
_TOLERANCE = 1e-6


def vectors_of(
    structure: Structure | Molecule,
    by: BySite,
    drawn: IntArray,
    *,
    scale: float | None = None,
    keep_all: bool = False,
) -> Vectors:
    """Return the arrows on drawn atoms.

    Numbers instead of vectors (collinear moments) point along c, or z in a molecule, in two colours by sign.

    Args:
        structure: A crystal or molecule.
        by: The name of a site property, vectors or numbers per site, or these with name and unit.
        drawn: The site of every drawn atom, shape (n,).
        scale: Å per unit; None makes the longest arrow 2 Å.
        keep_all: Whether arrows of no length are kept, for frames in which they grow.

    Raises:
        InvalidInputError: Nothing of this name, not one entry per site, or none that is finite.
    """
    told = data_of_sites(structure, by)
    values = np.nan_to_num(np.asarray(told["values"], np.float64), posinf=0.0, neginf=0.0)
    if not np.isfinite(told["values"]).any():
        raise InvalidInputError(f"{told['name']}: no site has a finite vector to draw")
    signed = values.ndim == 1
    vectors = values[:, None] * _upwards(structure) if signed else values
    lengths = np.linalg.norm(vectors, axis=1)
    longest = float(lengths.max(initial=0.0))
    per_unit = scale if scale is not None else LONGEST_ARROW_ANGSTROM / (longest or 1.0)
    atoms = np.flatnonzero((lengths[drawn] > _SHORTEST * longest) | keep_all)
    sites = drawn[atoms]
    colors = tuple(_UP if v >= 0 else _DOWN for v in values[sites].tolist()) if signed else ()
    return Vectors(
        name=told["name"],
        unit=told["unit"],
        atoms=atoms.astype(np.uint32),
        tips=(vectors[sites] * per_unit).astype(np.float32),
        longest=longest,
        color=_ARROW,
        colors=colors,
    )


def _upwards(structure: Structure | Molecule) -> FloatArray:
    lattice: Any = getattr(structure, "lattice", None)
    c = np.array([0.0, 0.0, 1.0]) if lattice is None else np.asarray(lattice.matrix[2], np.float64)
    result: FloatArray = c / np.linalg.norm(c)
    return result


def atom_labels(
    structure: Structure | Molecule, labels: str | Sequence[str] | None, drawn: IntArray
) -> tuple[str, ...]:
    """Return a text per drawn atom.

    Args:
        structure: A crystal or molecule.
        labels: ``"element"``, ``"site"`` (the label of a file, or symbol and index), or a text per site.
        drawn: The site of every drawn atom, shape (n,).

    Raises:
        InvalidInputError: An unknown word, or not one text per site.
    """
    if labels is None:
        return ()
    if isinstance(labels, str):
        if labels not in {"element", "site"}:
            raise InvalidInputError(f"unknown labels {labels!r}: use 'element', 'site' or a text per site")
        symbols = [_symbols(site) for site in structure]
        texts = symbols if labels == "element" else [f"{s}{k}" for k, s in enumerate(symbols)]
    else:
        texts = [str(text) for text in labels]
    if len(texts) != len(structure):
        raise InvalidInputError(f"{len(texts)} labels for {len(structure)} sites: give one each")
    return tuple(texts[k] for k in drawn.tolist())


def _symbols(site: Any) -> str:  # noqa: ANN401 - a site of pymatgen
    return "/".join(dict.fromkeys(species.symbol for species in site.species))


def planes_of(
    matrix: FloatArray, planes: Sequence[Sequence[float]], repeat: tuple[int, int, int]
) -> tuple[tuple[Surface, ...], tuple[Label, ...]]:
    """Return lattice planes within the drawn cells, each with its label.

    Args:
        matrix: Lattice vectors by row in Å, shape (3, 3).
        planes: Per plane (h, k, l) or (h, k, l, offset), the offset in plane spacings from the origin: the plane
            h x + k y + l z = offset. Without it the lattice plane with the largest section is taken, the one
            nearest to offset 1 among equal ones.
        repeat: How many cells along each vector are drawn.

    Raises:
        InvalidInputError: Indices that are no whole numbers, or a plane that misses the cells.
    """
    surfaces, labels = [], []
    for k, plane in enumerate(planes):
        indices, offset = _plane(matrix, plane, repeat)
        corners = plane_polygon(matrix, indices, offset, repeat)
        if polygon_area(corners) < _TOLERANCE:
            low, high = _offsets(indices, repeat)
            raise InvalidInputError(
                f"plane {indices} at offset {offset:g} misses the drawn cells: use an offset from {low} to {high}"
            )
        name = f"({' '.join(str(n).replace('-', '−') for n in indices)})"
        fan = [(0, n, n + 1) for n in range(1, len(corners) - 1)]
        surfaces.append(
            Surface(
                name=f"{name}, d = {plane_spacing(matrix, indices):.3f} Å",
                color=look().series[k % len(look().series)].lower(),
                opacity=PLANE_OPACITY,
                positions=corners.astype(np.float32),
                normals=np.tile(plane_normal(matrix, indices), (len(corners), 1)).astype(np.float32),
                triangles=np.array(fan, np.uint32),
            )
        )
        labels.append(Label(name, _outside(corners)))
    return tuple(surfaces), tuple(labels)


def _plane(
    matrix: FloatArray, plane: Sequence[float], repeat: tuple[int, int, int]
) -> tuple[tuple[int, int, int], float]:
    if len(plane) not in {3, 4}:
        raise InvalidInputError(f"a plane is (h, k, l) or (h, k, l, offset), not {plane!r}")
    indices = miller(plane[:3])  # type: ignore[arg-type] # floats that are whole pass
    if len(plane) == 4:  # noqa: PLR2004 - with an offset
        return indices, float(plane[3])
    low, high = _offsets(indices, repeat)
    sections = {n: polygon_area(plane_polygon(matrix, indices, n, repeat)) for n in range(low, high + 1)}
    largest = max(sections.values())
    return indices, float(
        min(
            (n for n, area in sections.items() if area > largest * (1 - _TOLERANCE)), key=lambda n: abs(n - 1)
        )
    )


def _offsets(indices: tuple[int, int, int], repeat: tuple[int, int, int]) -> tuple[int, int]:
    """Return the smallest and the largest offset within the drawn cells."""
    steps = [n * m for n, m in zip(indices, repeat, strict=True)]
    return sum(s for s in steps if s < 0), sum(s for s in steps if s > 0)


def _outside(corners: FloatArray) -> tuple[float, float, float]:
    """Return where a plane's label stands: beyond its uppermost corner."""
    middle = corners.mean(axis=0)
    corner = corners[np.argmax(corners @ np.array([0.3, 0.5, 0.8]))]
    arm = corner - middle
    x, y, z = (corner + arm / np.linalg.norm(arm) * 0.9).tolist()
    return x, y, z
