"""pymatgen's CIF parser for what the fast path cannot read, with its warnings and its many exceptions tamed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.structures.build import BuildError, lattice_of_matrix

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure


def parse_with_pymatgen(text: str) -> list[Structure]:
    """Return the structures of a CIF text.

    Args:
        text: One or more data blocks.

    Raises:
        BuildError: pymatgen cannot read it either; the message is pymatgen's reason.
    """
    from pymatgen.core.periodic_table import DummySpecies  # noqa: PLC0415 - pymatgen is heavy
    from pymatgen.io.cif import CifParser  # noqa: PLC0415 - slow to import, seldom needed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            structures = CifParser.from_str(text, occupancy_tolerance=1.01).parse_structures(
                primitive=False, on_error="raise"
            )
        except Exception as error:  # pymatgen raises whatever a damaged file makes it stumble over
            raise BuildError(_reason(error)) from error
    for structure in structures:
        lattice_of_matrix(structure.lattice.matrix)
        if not np.isfinite(structure.frac_coords).all():
            raise BuildError("a coordinate is not a number")
        for kind in structure.composition:
            if isinstance(kind, DummySpecies):
                raise BuildError(f"unknown element {kind.symbol!r}")
    return list(structures)


def _reason(error: Exception) -> str:
    said = str(error).strip().split("\n")[-1].strip()
    return f"pymatgen's reader says {type(error).__name__}: {said}"
