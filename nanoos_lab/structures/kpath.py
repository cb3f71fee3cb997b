"""The standard path through the Brillouin zone, for bands of electrons and phonons.

Points, labels and the primitive cell that they belong to are those of SeeK-path.

Source: Y. Hinuma, G. Pizzi, Y. Kumagai, F. Oba, I. Tanaka, Comput. Mater. Sci. 128, 140 (2017),
doi:10.1016/j.commatsci.2016.10.015.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    FloatArray = NDArray[np.float64]

SPACING = 0.05
"""Distance of neighbouring k-points in 1/Å, 2π included: fine enough to see a band bend."""
SYMPREC = 0.01
"""Tolerance in Å for the space group."""
_MOST_POINTS = 20_000
_GREEK = {"GAMMA": "Γ", "DELTA": "Δ", "LAMBDA": "Λ", "SIGMA": "Σ"}
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Segment:
    """A straight piece of a path, from one labelled point to the next."""

    start: str
    end: str
    first: int
    """Index of its first k-point."""
    last: int
    """Index of its last k-point; the first of the next segment too, where the path goes on from there."""


@dataclass(frozen=True)
class KPath:
    """A path through the Brillouin zone of a standardised primitive cell."""

    structure: Structure
    """The primitive cell that the k-points belong to: of the same crystal as the one asked about, in another
    setting and orientation."""
    points: Mapping[str, tuple[float, float, float]]
    """Fractional coordinates of the labelled points in the reciprocal lattice of ``structure``."""
    segments: tuple[Segment, ...]
    kpoints: FloatArray
    """Fractional coordinates, shape (k, 3)."""
    distances: FloatArray
    """Length of the path up to each k-point in 1/Å, 2π included, shape (k,); it stands still at a jump."""
    lattice_type: str
    """Extended Bravais symbol, such as ``cF2``."""

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Distance and label of each labelled point along the path; two labels at a jump, such as ``X|U``."""
        found = [(float(self.distances[self.segments[0].first]), self.segments[0].start)]
        for one, following in pairwise((*self.segments, None)):
            assert one is not None  # noqa: S101 - only the last of a pair is ever None
            jump = following is not None and following.start != one.end
            label = f"{one.end}|{following.start}" if following is not None and jump else one.end
            found.append((float(self.distances[one.last]), label))
        return tuple(found)

    @property
    def stretches(self) -> tuple[tuple[int, int], ...]:
        """First and one past the last index of each stretch without a jump, along which bands are continuous."""
        starts = [b.first for a, b in pairwise(self.segments) if b.first != a.last]
        edges = [0, *starts, len(self.kpoints)]
        return tuple(pairwise(edges))

    @property
    def text(self) -> str:
        """The path in words, such as ``Γ–X–U|K–Γ``."""
        return "–".join(label for _, label in self.ticks)


def standard_path(structure: Structure, *, spacing: float = SPACING, symprec: float = SYMPREC) -> KPath:
    """Return the standard path of a crystal.

    Sites with different moments (site property ``magmom``) count as different, so that an antiferromagnet keeps its
    cell; moments are carried over.

    Args:
        structure: Any cell of an ordered crystal.
        spacing: Distance of neighbouring k-points in 1/Å, 2π included.
        symprec: Tolerance in Å for the space group.

    Raises:
        InvalidInputError: The crystal is disordered, or the spacing is no use.
        MissingExtraError: seekpath is not installed.
    """
    if not structure.is_ordered:
        raise InvalidInputError(
            "a disordered structure has no standard path: order it first, for example with "
            "OrderDisorderedStructureTransformation"
        )
    if not spacing > 0.0:
        raise InvalidInputError(f"the spacing of k-points is {spacing}: it must be above 0, in 1/Å")
    kinds = _kinds(structure)
    found = _seekpath(structure, kinds, symprec)
    cell = _cell(structure, kinds, found)
    reciprocal = np.array(cell.lattice.reciprocal_lattice.matrix)
    points = {_label(name): tuple(map(float, at)) for name, at in found["point_coords"].items()}
    named = [(_label(a), _label(b)) for a, b in found["path"]]
    return _walk(named, points, reciprocal, spacing, (cell, str(found["bravais_lattice_extended"])))


def _seekpath(structure: Structure, kinds: Mapping[Hashable, list[int]], symprec: float) -> dict[str, Any]:
    try:
        import seekpath  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("seekpath", "simulation", "The standard path") from None
    numbers = np.zeros(len(structure), dtype=int)
    for number, sites in enumerate(kinds.values(), start=1):
        numbers[sites] = number
    crystal = (np.array(structure.lattice.matrix), np.array(structure.frac_coords), numbers)
    try:
        found: dict[str, Any] = seekpath.get_path(crystal, symprec=symprec)  # type: ignore[no-untyped-call]
    except Exception as error:  # noqa: BLE001 - spglib and seekpath raise what they like
        raise InvalidInputError(
            f"no standard path for {structure.composition.reduced_formula}: {error}; is the structure sound "
            f"(tolerance {symprec} Å)?"
        ) from None
    return found


def _kinds(structure: Structure) -> dict[Hashable, list[int]]:
    """Return the sites of each kind: the same species with the same moment."""
    kinds: dict[Hashable, list[int]] = {}
    for index, site in enumerate(structure):
        moment = site.properties.get("magmom")
        mark = None if moment is None else tuple(np.round(np.ravel(np.array(moment, dtype=float)), 3))
        kinds.setdefault((site.species_string, mark), []).append(index)
    return kinds


def _cell(structure: Structure, kinds: Mapping[Hashable, list[int]], found: Mapping[str, Any]) -> Structure:
    """Return the primitive cell with species and moments of the crystal asked about."""
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
    from pymatgen.core.structure import Structure  # noqa: PLC0415

    models = [structure[sites[0]] for sites in kinds.values()]
    sites = [models[number - 1] for number in found["primitive_types"]]
    moments = [site.properties.get("magmom") for site in sites]
    known = any(m is not None for m in moments)
    return Structure(
        Lattice(found["primitive_lattice"]),
        [site.specie for site in sites],
        found["primitive_positions"],
        site_properties={"magmom": moments} if known else None,
    )


def _label(name: str) -> str:
    """Return a label as papers write it: ``GAMMA`` is Γ, ``SIGMA_0`` is Σ₀."""
    plain, _, index = name.partition("_")
    return _GREEK.get(plain, plain) + index.translate(_SUBSCRIPT)


def _walk(
    named: Sequence[tuple[str, str]],
    points: Mapping[str, Any],
    reciprocal: FloatArray,
    spacing: float,
    cell: tuple[Structure, str],
) -> KPath:
    kpoints: list[FloatArray] = []
    distances: list[float] = []
    segments: list[Segment] = []
    for start, end in named:
        a, b = np.array(points[start]), np.array(points[end])
        length = float(np.linalg.norm((b - a) @ reciprocal))
        count = max(1, round(length / spacing))
        if len(kpoints) + count > _MOST_POINTS:
            raise InvalidInputError(
                f"a spacing of {spacing:g} 1/Å makes more than {_MOST_POINTS} k-points: take a larger one"
            )
        goes_on = bool(segments) and segments[-1].end == start
        so_far = distances[-1] if distances else 0.0
        first = len(kpoints) - 1 if goes_on else len(kpoints)
        parts = np.linspace(0.0, 1.0, count + 1)[1 if goes_on else 0 :]
        kpoints += [a + part * (b - a) for part in parts]
        distances += [so_far + part * length for part in parts]
        segments.append(Segment(start, end, first, len(kpoints) - 1))
    structure, lattice_type = cell
    return KPath(
        structure, dict(points), tuple(segments), np.array(kpoints), np.array(distances), lattice_type
    )
