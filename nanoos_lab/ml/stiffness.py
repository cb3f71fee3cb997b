"""The bulk modulus in one shot: energies of a few isotropically scaled copies, nothing relaxed.

The volumes are widened once where the minimum is not inside the narrow window. A relaxed equation of state
(``simulate.equation_of_state``) is the better number; this one costs seven energies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nanoos_lab.errors import EquationOfStateError, OutOfDomainError
from nanoos_lab.potentials.birch_murnaghan import fit_birch_murnaghan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    FloatArray = NDArray[np.float64]
    Energies = Callable[[Sequence[Structure]], FloatArray]

WINDOWS = ((0.03, 7), (0.09, 13))
"""Largest change of lengths and number of volumes, narrow first."""


class Stiffness(NamedTuple):
    """What the scaled copies say."""

    bulk_modulus: float
    """GPa."""
    volume_offset: float
    """Volume of the minimum relative to the given one, minus 1."""


def single_shot_stiffness(structure: Structure, energies: Energies) -> Stiffness:
    """Fit energies of scaled copies.

    Args:
        structure: The crystal; its atoms move only with the cell.
        energies: Maps structures to total energies in eV, shape (n,).

    Raises:
        OutOfDomainError: There is no minimum near the given volume.
    """
    problem = ""
    for reach, count in WINDOWS:
        lengths = np.linspace(1.0 - reach, 1.0 + reach, count)
        copies = [structure.copy() for _ in lengths]
        for copy, length in zip(copies, lengths, strict=True):
            copy.scale_lattice(structure.volume * length**3)
        try:
            fit = fit_birch_murnaghan(structure.volume * lengths**3, energies(copies))
        except EquationOfStateError as error:
            problem = str(error)
            continue
        return Stiffness(fit.bulk_modulus, fit.volume / structure.volume - 1.0)
    raise OutOfDomainError(
        f"no bulk modulus of {structure.composition.reduced_formula} at this geometry: {problem}"
    )
