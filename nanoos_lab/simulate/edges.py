"""Where bands end and begin: the gap of a band structure, from its path and the mesh together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.calculators.abilities import SAME_ENERGY_EV

if TYPE_CHECKING:
    from nanoos_lab.calculators.abilities import Bands
    from nanoos_lab.simulate.deform import FloatArray
    from nanoos_lab.structures.kpath import KPath

WHOLE = 0.02
"""A number of electrons so close to a whole one is it."""
_SAME_PLACE = 1e-6
_DEGENERATE_EV = 5e-3


@dataclass(frozen=True)
class Edge:
    """The top of the valence bands or the bottom of the conduction bands."""

    energy: float
    """eV on the code's own scale."""
    index: int | None
    """Which k-point of the path it is at; None where it is on the mesh, off the path."""
    spin: int | None
    """0 for up, 1 for down; None where there is one, or it is not known."""
    place: str
    """In words: ``Γ``, ``0.85 Γ–X``, or ``off the path``."""


@dataclass(frozen=True)
class Gap:
    """What separates occupied from empty levels; all members None but the gap for a metal."""

    gap: float
    """Fundamental gap in eV, 0 for a metal."""
    direct: float | None = None
    """Smallest gap at one k-point of the path, spin kept, eV."""
    direct_place: str = ""
    valence: Edge | None = None
    conduction: Edge | None = None

    @property
    def is_metal(self) -> bool:
        """Whether there is none."""
        return self.valence is None

    @property
    def kind(self) -> str:
        """``metal``, ``direct`` or ``indirect``."""
        if self.is_metal or self.direct is None:
            return "metal"
        return "direct" if self.direct - self.gap < _DEGENERATE_EV else "indirect"

    @property
    def words(self) -> str:
        """The gap in a sentence's part, such as ``indirect, from Γ to 0.85 Γ–X``."""
        if self.valence is None or self.conduction is None:
            return "no gap: bands cross the Fermi level or touch it"
        if self.kind == "direct":
            return f"direct, at {self.direct_place}"
        return (
            f"indirect, from {self.valence.place} to {self.conduction.place}; "
            f"smallest direct gap {self.direct:.3f} eV at {self.direct_place}"
        )


def find_gap(bands: Bands, path: KPath) -> Gap:
    """Find the gap of a band structure.

    Occupied are the lowest bands, as many as there are electrons; where the bands of two spins differ, or nobody says
    how many electrons there are, those below the Fermi level, if they are as many at each k-point. The edges on the
    full mesh count too, since an extremum may lie off the path.

    Args:
        bands: Levels along the path.
        path: The path.
    """
    counts = _occupied(bands)
    if counts is None or any(n >= bands.energies.shape[2] for n in counts):
        return Gap(0.0)
    tops = _edge_levels(bands.energies, counts, below=True)
    bottoms = _edge_levels(bands.energies, counts, below=False)
    valence, conduction = _edge(tops, path, top=True), _edge(bottoms, path, top=False)
    if bands.mesh_edges is not None:
        off = "a point of the mesh off the path"
        if bands.mesh_edges[0] > valence.energy + SAME_ENERGY_EV:
            valence = Edge(bands.mesh_edges[0], None, None, off)
        if bands.mesh_edges[1] < conduction.energy - SAME_ENERGY_EV:
            conduction = Edge(bands.mesh_edges[1], None, None, off)
    gap = conduction.energy - valence.energy
    if gap <= SAME_ENERGY_EV:
        return Gap(0.0)
    vertical = (bottoms - tops).min(axis=0)
    at = int(np.argmin(vertical))
    return Gap(gap, float(vertical[at]), place_of(path, at), valence, conduction)


def _occupied(bands: Bands) -> list[int] | None:
    """Return the number of occupied bands of each spin, or None for a metal."""
    spins, electrons = len(bands.energies), bands.electrons
    if spins == 1 and electrons > 0:
        half = electrons / 2.0
        return [round(half)] if abs(half - round(half)) < WHOLE else None
    reference = bands.fermi if bands.mesh_edges is None else 0.5 * sum(bands.mesh_edges)
    counts = []
    for levels in bands.energies:
        below = (levels < reference + _tolerance(bands)).sum(axis=1)
        if len(set(below.tolist())) != 1:
            return None
        counts.append(int(below[0]))
    if electrons > 0 and abs(sum(counts) - electrons) > WHOLE:
        return None
    return counts


def _tolerance(bands: Bands) -> float:
    # a Fermi level that is the highest occupied level has that level at it, not below it
    return SAME_ENERGY_EV if bands.mesh_edges is None else 0.0


def _edge_levels(energies: FloatArray, counts: list[int], *, below: bool) -> FloatArray:
    """Return the highest occupied or the lowest empty level of each spin at each k-point, shape (spins, k)."""
    rows = [
        (levels[:, n - 1] if n else np.full(len(levels), -np.inf)) if below else levels[:, n]
        for n, levels in zip(counts, energies, strict=True)
    ]
    return np.array(rows)


def _edge(levels: FloatArray, path: KPath, *, top: bool) -> Edge:
    flat = int(np.argmax(levels) if top else np.argmin(levels))
    spin, index = divmod(flat, levels.shape[1])
    return Edge(float(levels[spin, index]), index, spin if len(levels) > 1 else None, place_of(path, index))


def place_of(path: KPath, index: int) -> str:
    """Return where a k-point of a path is, in words: ``Γ``, or ``0.85 Γ–X``.

    Args:
        path: The path.
        index: Which k-point.
    """
    here = path.kpoints[index]
    for label, point in path.points.items():
        if np.allclose(here, point, atol=_SAME_PLACE):
            return label
    for one in path.segments:
        if one.first <= index <= one.last:
            start = np.array(path.points[one.start])
            whole = np.array(path.points[one.end]) - start
            part = float((here - start) @ whole / (whole @ whole))
            return f"{part:.2f} {one.start}–{one.end}"
    raise IndexError(index)
