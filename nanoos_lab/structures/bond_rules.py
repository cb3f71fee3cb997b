"""Which distances count as bonds, element pair by element pair.

A pair of elements is one of three kinds. *Ionic*: a metal or metalloid and an element that takes its
electrons; the limit is a fraction above the sum of radii, wide because coordination shells of ions are.
*Covalent*: two nonmetals or metalloids; the limit is tight. *Metallic*: everything else; the limit is loose
here and the nearest shell decides (see :mod:`nanoos_lab.structures.bonds`). Tables are cached per set of
elements, so that a structure costs array look-ups only. This module knows elements, not structures.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.structures.elements import ElementData, element_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

IONIC, COVALENT, METALLIC, NONE = 0, 1, 2, 3

IONIC_TOLERANCE = 1.25
COVALENT_TOLERANCE = 1.15
METALLIC_TOLERANCE = 1.20
METAL_SHELL = 1.14
"""How far beyond its nearest neighbour an atom of a metal still bonds: below 2/√3 = 1.155 of bcc and CsCl,
above 1.125 of gallium and 1.105 of cadmium."""
CATION_PAIR_TOLERANCE = 1.05
SHORTEST = 0.5
"""Atoms closer than this times their covalent radii are alternatives of one site, not neighbours."""

_HYDRIDE_RADIUS = 0.55
_CATION_RADIUS = {"Tl": 2.05, "Pb": 1.80, "Ag": 1.60}  # low-valent ions much larger than their covalent radii
_PAIRING_METALS = frozenset({"Al", "Ga", "In", "Tl", "Sn", "Pb", "Bi", "Zn", "Cd", "Hg"})
_ALWAYS_ANION = frozenset({"H", "N", "P", "As", "O", "S", "Se", "Te", "F", "Cl", "Br", "I", "At"})
_GROUPS = (
    ("B",),
    ("C", "Si", "Ge"),
    ("N", "P", "As", "Sb"),
    ("O", "S", "Se", "Te"),
    ("F", "Cl", "Br", "I", "At"),
)
_GROUP_ORDER = {symbol: order for order, group in enumerate(_GROUPS) for symbol in group}
_POLAR = 0.5  # electronegativity difference from which B, C, Si, Ge and Sb count as anions of a metal


@dataclass(frozen=True, slots=True)
class PairRules:
    """Limits for every pair of a set of elements; all arrays have shape (k, k)."""

    kind: NDArray[np.int8]
    """IONIC, COVALENT, METALLIC or NONE."""
    longest: NDArray[np.float64]
    """Largest bond length in Å; 0 where there is no bond."""
    shortest: NDArray[np.float64]
    """Smallest bond length in Å."""
    donor: NDArray[np.bool_]
    """[a, b]: whether an atom of a that is bonded to b is a positive centre."""
    among_positive: NDArray[np.float64]
    """Largest bond length in Å where both atoms are positive centres."""
    cutoff: float
    """The largest of ``longest``."""


@functools.lru_cache(maxsize=4096)
def pair_rules(symbols: tuple[str, ...]) -> PairRules:
    """Return the limits for a set of elements.

    Args:
        symbols: Distinct symbols; their order is that of the arrays.
    """
    elements = [element_data(s) for s in symbols]
    k = len(elements)
    kind, donor = np.full((k, k), NONE, np.int8), np.zeros((k, k), bool)
    longest, shortest, positive = np.zeros((3, k, k))
    for i, a in enumerate(elements):
        for j, b in enumerate(elements):
            kind[i, j], donor[i, j] = _kind(a, b)
            longest[i, j] = _longest(a, b, kind[i, j])
            contact = a.covalent_radius + b.covalent_radius
            shortest[i, j] = SHORTEST * contact
            positive[i, j] = min(longest[i, j], _among_positive(a, b) * contact)
    return PairRules(kind, longest, shortest, donor, positive, float(longest.max(initial=0.0)))


def _kind(a: ElementData, b: ElementData) -> tuple[int, bool]:
    """Return the kind of the pair and whether ``a`` is its positive end."""
    if "noble" in (a.kind, b.kind):
        fluoride = {a.symbol, b.symbol} & {"Kr", "Xe"} and {a.symbol, b.symbol} & {"O", "F"}
        return (COVALENT, a.kind == "noble") if fluoride else (NONE, False)
    if a.kind == "nonmetal" and b.kind == "nonmetal":
        return COVALENT, a.electronegativity < b.electronegativity
    if _takes_from(b, a):
        return IONIC, True
    if _takes_from(a, b):
        return IONIC, False
    if "metal" in (a.kind, b.kind):
        return METALLIC, False
    return COVALENT, False


def _takes_from(anion: ElementData, cation: ElementData) -> bool:
    """Return whether ``anion`` takes electrons from ``cation`` in a compound of the two."""
    if cation.kind == "metal":
        if anion.kind == "metal":
            return False
        gain = anion.electronegativity - cation.electronegativity
        return anion.symbol in _ALWAYS_ANION or gain >= _POLAR
    if cation.kind == "metalloid":
        if anion.symbol == "H":
            return cation.electronegativity < anion.electronegativity
        return _GROUP_ORDER.get(anion.symbol, -1) > _GROUP_ORDER.get(cation.symbol, 9)
    return False


def _longest(a: ElementData, b: ElementData, kind: int) -> float:
    contact = a.covalent_radius + b.covalent_radius
    if kind == IONIC:
        return IONIC_TOLERANCE * (_ionic_radius(a, b) + _ionic_radius(b, a))
    if kind == COVALENT:
        both_nonmetal = a.kind != "metalloid" and b.kind != "metalloid"
        return COVALENT_TOLERANCE * contact + (0.15 if both_nonmetal else 0.0)
    if kind == METALLIC:
        return METALLIC_TOLERANCE * (a.metallic_radius + b.metallic_radius)
    return 0.0


def _ionic_radius(of: ElementData, partner: ElementData) -> float:
    if of.symbol == "H" and partner.kind == "metal":
        return _HYDRIDE_RADIUS
    return _CATION_RADIUS.get(of.symbol, of.covalent_radius)


def _among_positive(a: ElementData, b: ElementData) -> float:
    """Return the limit for two positive centres, as a multiple of their covalent radii.

    Carbon to carbon in an acetate is a bond; titanium to titanium in rutile or zirconium to silicon in zircon
    is not; gallium to gallium in GaSe is, because p metals keep an electron pair.
    """
    if a.kind == "nonmetal" and b.kind == "nonmetal":
        return np.inf
    others = ({a.symbol, b.symbol} - _PAIRING_METALS) if "nonmetal" not in (a.kind, b.kind) else set()
    has_other_metal = any(element_data(symbol).kind == "metal" for symbol in others)
    return 0.0 if has_other_metal else CATION_PAIR_TOLERANCE
