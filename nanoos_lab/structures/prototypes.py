"""A structure for a composition that has none: another compound's, with its elements replaced by similar ones.

A guess to begin from, never a relaxed structure. Elements are similar where they stand near each other on Pettifor's
chemical scale, which orders elements by the structures that their compounds take (D. G. Pettifor, Solid State
Commun. 51, 31 (1984)), or in one group of the periodic table. The cell is scaled by the radii of what is in it, ionic
ones where oxidation states can be told from both compositions and atomic ones otherwise: the reference lattice
scaling of I.-H. Chu, S. Roychowdhury, D. Han, A. Jain and S. P. Ong, Comput. Mater. Sci. 146, 184 (2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.composition import Composition
    from pymatgen.core.structure import Structure

LARGEST_STEP = 10.0
"""How far on the scale, of 103 places, an element may be from the one that it replaces."""
ROW_STEP = 3.0
"""What one row of the periodic table counts within a group."""
_MOST_ALIKE = 4
"""So many elements of one amount are permuted; compounds with more of them are left alone."""


@dataclass(frozen=True)
class Substitution:
    """Which element takes the place of which, and how unlike they are."""

    swaps: tuple[tuple[str, str], ...]
    """Old and new symbols, the unchanged ones too."""
    step: float
    """Sum of the steps on the scale; 0 where nothing is replaced."""

    @property
    def words(self) -> str:
        """Such as ``Fe → Mn, Li → Na``."""
        return ", ".join(f"{old} → {new}" for old, new in self.swaps if old != new)


@lru_cache(maxsize=20_000)
def step_between(one: str, other: str) -> float:
    """Return how unlike two elements are, in places of Pettifor's scale.

    Args:
        one: A symbol.
        other: Another.
    """
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - heavy

    if one == other:
        return 0.0
    a, b = Element(one), Element(other)
    step = abs(float(a.mendeleev_no) - float(b.mendeleev_no))
    return (
        min(step, ROW_STEP * abs(a.row - b.row)) if a.group == b.group and "H" not in (one, other) else step
    )


def best_substitution(old: Mapping[str, float], new: Mapping[str, float]) -> Substitution | None:
    """Return how the elements of one composition best take the places of another's.

    Args:
        old: Reduced amounts by symbol of the compound whose structure is known.
        new: The same of the one that is asked for.

    Returns:
        None where the amounts differ, or no assignment has similar elements only.
    """
    if sorted(old.values()) != sorted(new.values()):
        return None
    choices = []
    for amount in sorted(set(old.values())):
        places = sorted(symbol for symbol, n in old.items() if n == amount)
        comers = sorted(symbol for symbol, n in new.items() if n == amount)
        if len(places) > _MOST_ALIKE:
            return None
        choices.append([tuple(zip(places, some, strict=True)) for some in permutations(comers)])
    found = [
        Substitution(tuple(pair for part in parts for pair in part), sum(steps))
        for parts in product(*choices)
        if max(steps := [step_between(a, b) for part in parts for a, b in part]) <= LARGEST_STEP
    ]
    return min(found, key=lambda one: (one.step, one.swaps), default=None)


def substituted(structure: Structure, substitution: Substitution) -> Structure:
    """Return the structure with its elements replaced and its cell scaled; nothing is relaxed.

    Args:
        structure: An ordered crystal.
        substitution: As :func:`best_substitution` found it.
    """
    from pymatgen.core.structure import Structure as Crystal  # noqa: PLC0415 - heavy

    swaps = dict(substitution.swaps)
    old = structure.composition.element_composition
    factor = _length_factor(old, swaps)
    lattice = structure.lattice.scale(structure.lattice.volume * factor**3)
    species = [swaps[site.specie.symbol] for site in structure]
    return Crystal(lattice, species, structure.frac_coords)


def _length_factor(old: Composition, swaps: Mapping[str, str]) -> float:
    """Return by what factor lengths grow."""
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy

    new = Composition({swaps[element.symbol]: amount for element, amount in old.items()})
    before, after = _radii(old, ionic=True), _radii(new, ionic=True)
    if before is None or after is None:
        before, after = _radii(old, ionic=False), _radii(new, ionic=False)
    if before is None or after is None:
        return 1.0
    lengths = [
        sum(radii[e.symbol] * amount ** (1 / 3) for e, amount in composition.items())
        for radii, composition in ((before, old), (after, new))
    ]
    return float(lengths[1] / lengths[0])


def _radii(composition: Composition, *, ionic: bool) -> dict[str, float] | None:
    """Return a radius in Å of each element, or None where one is not known."""
    from pymatgen.core.periodic_table import Species  # noqa: PLC0415 - heavy

    elements: list[Any] = list(composition.elements)
    if not ionic:
        radii = {e.symbol: float(e.atomic_radius or 0.0) for e in elements}
    else:
        guesses = composition.oxi_state_guesses(max_sites=-1)
        if len(elements) == 1 or not guesses:
            return None
        radii = {s: float(Species(s, state).ionic_radius or 0.0) for s, state in guesses[0].items()}
    return radii if all(radius > 0 for radius in radii.values()) else None
