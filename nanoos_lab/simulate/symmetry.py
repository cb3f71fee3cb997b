"""Keep a space group during a relaxation: forces and stress are averaged over its operations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.simulate.deform import FloatArray, Response


@dataclass(frozen=True)
class Symmetrizer:
    """The operations of a crystal's space group, k of them, on its n sites."""

    rotations: FloatArray
    """Cartesian, acting on row vectors from the right, shape (k, 3, 3)."""
    images: NDArray[np.int_]
    """Where each operation takes each site, shape (k, n)."""

    def __call__(self, response: Response) -> Response:
        """Return a response whose forces and stress have the symmetry.

        Args:
            response: The calculator's answer at a geometry with this symmetry.
        """
        forces = np.zeros_like(response.forces)
        for rotation, image in zip(self.rotations, self.images, strict=True):
            forces[image] += response.forces @ rotation
        stress = np.einsum("kab,ac,kcd->bd", self.rotations, response.stress, self.rotations)
        count = len(self.rotations)
        return replace(response, forces=forces / count, stress=stress / count)


def symmetrizer_of(structure: Structure, *, symprec: float) -> Symmetrizer:
    """Find the operations of a crystal's space group.

    Args:
        structure: The crystal.
        symprec: Tolerance in Å.
    """
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer  # noqa: PLC0415 - heavy import

    found = SpacegroupAnalyzer(structure, symprec).get_symmetry_dataset()
    cell = np.array(structure.lattice.matrix)
    fractional = np.array(structure.frac_coords)
    rotations = np.einsum("ab,kcb,cd->kad", np.linalg.inv(cell), found.rotations, cell)
    moved = np.einsum("kab,nb->kna", found.rotations, fractional) + found.translations[:, None, :]
    return Symmetrizer(rotations, np.array([_images(sites, fractional, cell) for sites in moved]))


def _images(moved: FloatArray, fractional: FloatArray, cell: FloatArray) -> NDArray[np.int_]:
    """Return the site nearest to each moved site, shape (n,)."""
    apart = moved[:, None, :] - fractional[None, :, :]
    apart -= np.round(apart)
    return np.asarray(((apart @ cell) ** 2).sum(axis=2).argmin(axis=1))
