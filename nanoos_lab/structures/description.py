"""Describe a structure: what it is made of, its symmetry, its size, how it is connected."""

from __future__ import annotations

import math
import operator
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from pymatgen.core.composition import Composition
    from pymatgen.core.structure import Molecule, Structure

SYMPREC_ANGSTROM = 0.01


class Description(BaseModel):
    """What is known of a structure from its geometry alone; None where a question does not arise."""

    model_config = ConfigDict(frozen=True)

    formula: str
    """Contents of the cell, such as ``Sr1 Ti1 O3``."""
    reduced_formula: str
    """Such as ``SrTiO3``."""
    chemical_system: str
    """Elements in alphabetical order, such as ``O-Sr-Ti``."""
    elements: tuple[str, ...]
    """In alphabetical order."""
    n_elements: int
    n_sites: int
    periodic: bool
    """False for molecules."""
    ordered: bool
    """Whether each site holds exactly one species."""
    charge: float
    """Net charge of the cell or molecule in units of e."""
    lattice: tuple[float, float, float, float, float, float] | None = None
    """a, b, c in Å and α, β, γ in degrees, of the cell as given."""
    conventional: tuple[float, float, float] | None = None
    """a, b, c in Å of the standard conventional cell (International Tables, as spglib chooses it)."""
    volume: float | None = None
    """Volume of the cell as given, Å³."""
    volume_per_atom: float | None = None
    """Å³."""
    density: float | None = None
    """g/cm³."""
    space_group: int | None = None
    """1 to 230; None for molecules and slabs with partial periodicity."""
    space_group_symbol: str | None = None
    """Short Hermann-Mauguin symbol."""
    crystal_system: str | None = None
    point_group: str | None = None
    symprec: float
    """Tolerance of the symmetry search, Å."""
    dimensionality: int | None = None
    """Of the bonded network: 0 molecules, 1 chains, 2 layers, 3 frameworks."""


def describe(structure: Structure | Molecule, *, symprec: float = SYMPREC_ANGSTROM) -> Description:
    """Describe a structure; symmetry agrees with pymatgen's ``SpacegroupAnalyzer``.

    Args:
        structure: A crystal or a molecule.
        symprec: How far in Å atoms may be from where the symmetry wants them.
    """
    from pymatgen.core.structure import IStructure  # noqa: PLC0415 - pymatgen is heavy

    from nanoos_lab.structures.bonds import dimensionality  # noqa: PLC0415 - imports numpy

    composition = structure.composition
    elements = tuple(sorted({kind.symbol for kind in composition}))
    common = {
        "formula": composition.formula,
        "reduced_formula": composition.reduced_formula,
        "chemical_system": "-".join(elements),
        "elements": elements,
        "n_elements": len(elements),
        "n_sites": len(structure),
        "ordered": _is_ordered(structure),
        "charge": _charge(structure, composition),
        "symprec": symprec,
        "dimensionality": dimensionality(structure),
    }
    if not isinstance(structure, IStructure):
        return Description(periodic=False, **common)
    return Description(periodic=True, **common, **_of_crystal(structure, composition, symprec))


def _is_ordered(structure: Structure | Molecule) -> bool:
    species = {id(site.species): site.species for site in structure}
    return all(len(each) == 1 and each.num_atoms == 1 for each in species.values())


def _charge(structure: Structure | Molecule, composition: Composition) -> float:
    """Return the stated charge, else the sum of the oxidation states, as pymatgen does."""
    if structure._charge is not None:  # noqa: SLF001 - pymatgen sums over sites otherwise
        return float(structure._charge)  # noqa: SLF001
    return float(
        sum((getattr(kind, "oxi_state", None) or 0) * amount for kind, amount in composition.items())
    )


@lru_cache(maxsize=256)
def _mass(symbol: str) -> float:
    """Return an element's atomic mass in g/mol; pymatgen's masses carry units that are slow to add."""
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - pymatgen is heavy

    return float(Element(symbol).atomic_mass) if Element.is_valid_symbol(symbol) else 0.0


def _of_crystal(structure: Structure, composition: Composition, symprec: float) -> dict[str, object]:
    from scipy.constants import Avogadro  # noqa: PLC0415 - light import of the package

    from nanoos_lab.structures.symmetry import symmetry_of  # noqa: PLC0415 - imports spglib

    parameters, volume = _metric(structure.lattice.matrix.tolist())
    mass = sum(_mass(kind.symbol) * amount for kind, amount in composition.items())
    known: dict[str, object] = {
        "lattice": parameters,
        "volume": volume,
        "volume_per_atom": volume / composition.num_atoms,
        "density": mass / (Avogadro * volume * 1e-24),
    }
    symmetry = symmetry_of(structure, symprec) if all(structure.lattice.pbc) else None
    if symmetry is not None:
        known |= {
            "space_group": symmetry.number,
            "space_group_symbol": symmetry.symbol,
            "crystal_system": symmetry.crystal_system,
            "point_group": symmetry.point_group,
            "conventional": symmetry.conventional,
        }
    return known


def _metric(rows: list[list[float]]) -> tuple[tuple[float, ...], float]:
    """Return a, b, c, α, β, γ and the volume of a cell; numpy would take ten times as long."""
    a, b, c = (math.hypot(*row) for row in rows)
    first, second, third = rows
    angles = [
        math.degrees(math.acos(max(-1.0, min(1.0, sum(map(operator.mul, u, v)) / (x * y)))))
        for u, v, x, y in ((second, third, b, c), (first, third, a, c), (first, second, a, b))
    ]
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = rows
    volume = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    return (a, b, c, *angles), abs(volume)


def phase_key(description: Description) -> str:
    """Return what tells materials apart: reduced formula and space group, such as ``SrTiO3|221``.

    Args:
        description: Of any structure of the material; molecules have the phase ``molecule``.
    """
    if description.space_group is not None:
        phase = str(description.space_group)
    else:
        phase = "slab" if description.periodic else "molecule"
    return f"{description.reduced_formula}|{phase}"
