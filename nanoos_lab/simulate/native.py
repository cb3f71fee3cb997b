"""A code's own relaxation, told as ours is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.simulate.deform import Response
from nanoos_lab.simulate.descent import Descent

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import NativeRelaxation
    from nanoos_lab.simulate.deform import FloatArray


def descent_of(native: NativeRelaxation) -> Descent:
    """Return how a code's own relaxation went.

    Args:
        native: What the calculator gave.

    Returns:
        The descent; of its first geometry forces and stress are not known (nan), and of all but the last one the
        residual.
    """
    n = len(native.structures[0])
    first = _response(
        native.structures[0], native.energies[0], np.full((n, 3), np.nan), np.full((3, 3), np.nan)
    )
    last = _response(native.structures[-1], native.energies[-1], native.forces, native.stress)
    return Descent(
        first=first,
        last=last,
        converged=native.converged,
        force_calls=native.force_calls or len(native.energies),
        energies=tuple(map(float, native.energies)),
        residuals=(last.largest_force,),
        reason="" if native.converged else native.reason or "the code did not say why",
    )


def _response(structure: Structure, energy: float, forces: FloatArray, stress: FloatArray) -> Response:
    return Response(
        positions=np.array(structure.cart_coords),
        cell=np.array(structure.lattice.matrix),
        energy=float(energy),
        forces=np.asarray(forces, dtype=float),
        stress=np.asarray(stress, dtype=float),
    )
