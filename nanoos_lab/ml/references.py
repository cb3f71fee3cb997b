"""Elemental references: what a formation energy is counted from.

The references are the Materials Project's energies of the elements in their reference phases (GGA, with the
MP2020 corrections), each shifted to CHGNet's own scale by a ridge regression over formation energies of
compounds; ``scripts/calibrate_chgnet.py`` makes the file.

Source: A. Jain et al., APL Mater. 1, 011002 (2013), doi:10.1063/1.4812323; corrections A. Wang et al., Sci. Rep.
11, 15496 (2021), doi:10.1038/s41598-021-94550-5. Materials Project data, CC-BY-4.0.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from nanoos_lab.errors import OutOfDomainError

if TYPE_CHECKING:
    from pymatgen.core.composition import Composition

FILE = Path(__file__).parent / "data" / "elemental_references.json"


class Reference(BaseModel):
    """One element."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mp_energy: float
    """Corrected GGA energy of the reference phase, eV/atom."""
    entry: str
    """Its entry in the Materials Project."""
    shift: float
    """What CHGNet's scale adds, eV/atom."""
    rows: int
    """Compounds with this element among those that the shift was fitted to."""

    @property
    def energy(self) -> float:
        """The reference on CHGNet's scale, eV/atom."""
        return self.mp_energy + self.shift


@functools.cache
def elemental_references() -> dict[str, Reference]:
    """Return the references by symbol."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {symbol: Reference(**entry) for symbol, entry in data["elements"].items()}


def formation_energy(energy_per_atom: float, composition: Composition) -> float:
    """Return the formation energy of a compound in eV/atom.

    Args:
        energy_per_atom: CHGNet's energy in eV/atom.
        composition: What the compound is made of; oxidation states do not matter.

    Raises:
        OutOfDomainError: An element has no reference.
    """
    table, total = elemental_references(), energy_per_atom
    for symbol, fraction in composition.element_composition.fractional_composition.get_el_amt_dict().items():
        if symbol not in table:
            raise OutOfDomainError(
                f"no elemental reference energy for {symbol}: it has no formation energy here"
            )
        total -= fraction * table[symbol].energy
    return total
