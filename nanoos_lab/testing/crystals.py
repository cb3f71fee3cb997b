"""A few well-known crystals at their measured lattice constants.

Source: lattice constants at room temperature from R. W. G. Wyckoff, Crystal Structures, 2nd ed. (1963-1971), and
the CRC Handbook of Chemistry and Physics, 97th ed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure


class _Recipe(NamedTuple):
    group: str
    lattice: tuple[float, ...]
    """a for cubic, a and c in Å for tetragonal and hexagonal cells."""
    species: tuple[str, ...]
    places: tuple[tuple[float, float, float], ...]


_ORIGIN, _HALF, _FACE = (0.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.5, 0.5, 0.0)
CRYSTALS: dict[str, _Recipe] = {
    "Al": _Recipe("Fm-3m", (4.0495,), ("Al",), (_ORIGIN,)),
    "Cu": _Recipe("Fm-3m", (3.6149,), ("Cu",), (_ORIGIN,)),
    "W": _Recipe("Im-3m", (3.1652,), ("W",), (_ORIGIN,)),
    "Fe": _Recipe("Im-3m", (2.8665,), ("Fe",), (_ORIGIN,)),
    "Si": _Recipe("Fd-3m", (5.4310,), ("Si",), (_ORIGIN,)),
    "C": _Recipe("Fd-3m", (3.5668,), ("C",), (_ORIGIN,)),
    "NaCl": _Recipe("Fm-3m", (5.6402,), ("Na", "Cl"), (_ORIGIN, _HALF)),
    "MgO": _Recipe("Fm-3m", (4.2112,), ("Mg", "O"), (_ORIGIN, _HALF)),
    "CsCl": _Recipe("Pm-3m", (4.123,), ("Cs", "Cl"), (_ORIGIN, _HALF)),
    "GaAs": _Recipe("F-43m", (5.6533,), ("Ga", "As"), (_ORIGIN, (0.25, 0.25, 0.25))),
    "SrTiO3": _Recipe("Pm-3m", (3.905,), ("Sr", "Ti", "O"), (_ORIGIN, _HALF, _FACE)),
    "BaZrO3": _Recipe("Pm-3m", (4.193,), ("Ba", "Zr", "O"), (_ORIGIN, _HALF, _FACE)),
    "TiO2": _Recipe("P4_2/mnm", (4.5937, 2.9587), ("Ti", "O"), (_ORIGIN, (0.3053, 0.3053, 0.0))),
    "ZnO": _Recipe("P6_3mc", (3.2495, 5.2069), ("Zn", "O"), ((1 / 3, 2 / 3, 0.0), (1 / 3, 2 / 3, 0.345))),
    "Al2O3": _Recipe("R-3c", (4.7589, 12.991), ("Al", "O"), ((0.0, 0.0, 0.3522), (0.3063, 0.0, 0.25))),
}
"""Recipes by formula, in the conventional setting."""


def crystal(formula: str, *, primitive: bool = True) -> Structure:
    """Build one of :data:`CRYSTALS`.

    Args:
        formula: Its formula.
        primitive: Whether the primitive cell is wanted.
    """
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
    from pymatgen.core.structure import Structure  # noqa: PLC0415

    recipe = CRYSTALS[formula]
    a, c = recipe.lattice[0], recipe.lattice[-1]
    hexagonal = recipe.group.startswith(("P6", "R"))
    cell = Lattice.hexagonal(a, c) if hexagonal else Lattice.tetragonal(a, c)
    built = Structure.from_spacegroup(recipe.group, cell, recipe.species, recipe.places)
    return built.get_primitive_structure() if primitive else built


def rattled(
    structure: Structure, *, displacement: float = 0.05, strain: float = 0.01, seed: int = 0
) -> Structure:
    """Return a copy out of equilibrium: normal displacements of the atoms and a random symmetric strain.

    Args:
        structure: The crystal.
        displacement: Standard deviation in Å.
        strain: Standard deviation of each component.
        seed: Of the random numbers.
    """
    import numpy as np  # noqa: PLC0415 - only needed here
    from pymatgen.core.structure import Structure  # noqa: PLC0415 - heavy import

    random = np.random.default_rng(seed)
    stretch = random.normal(0.0, strain, (3, 3))
    matrix = np.eye(3) + 0.5 * (stretch + stretch.T)
    moved = structure.cart_coords + random.normal(0.0, displacement, (len(structure), 3))
    cell = structure.lattice.matrix @ matrix
    return Structure(cell, structure.species, moved @ matrix, coords_are_cartesian=True)
