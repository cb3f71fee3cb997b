"""Deformation coordinates of a crystal: atoms and cell as one vector with an exact gradient.

A crystal is written as ``cell = cell0 F`` and ``positions = (positions0 + u) F`` with a symmetric F, so that
no rotation is possible. The coordinates are u (3n numbers, Å) and the components ε of F along a basis of
symmetric matrices: six for a free cell, five of constant volume for its shape, one for its volume, none for
a fixed cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


class CellFreedom(StrEnum):
    """What of the cell may change."""

    FULL = "full"
    """Shape and volume."""
    SHAPE = "shape"
    """The shape at constant volume."""
    VOLUME = "volume"
    """The volume at constant shape."""
    FIXED = "fixed"
    """Nothing: only atoms move."""


@dataclass(frozen=True)
class Response:
    """What a calculator says about one geometry of n atoms."""

    positions: FloatArray
    """Å, shape (n, 3)."""
    cell: FloatArray
    """Row vectors in Å, shape (3, 3)."""
    energy: float
    """Total energy in eV."""
    forces: FloatArray
    """eV/Å, shape (n, 3)."""
    stress: FloatArray
    """eV/Å³, positive under tension, shape (3, 3)."""

    @property
    def volume(self) -> float:
        """Volume of the cell in Å³."""
        return float(abs(np.linalg.det(self.cell)))

    @property
    def largest_force(self) -> float:
        """Norm of the largest force on an atom, eV/Å."""
        return float(np.sqrt((self.forces**2).sum(axis=1)).max())

    def virial_per_atom(self, freedom: CellFreedom) -> float:
        """Return the largest row of the virial along what is free, over the number of atoms, eV.

        The same number that ASE's cell filters compare with their force tolerance.

        Args:
            freedom: What of the cell may change.
        """
        stress = self.stress
        pressure = np.eye(3) * np.trace(stress) / 3.0
        free = {
            CellFreedom.FULL: stress,
            CellFreedom.SHAPE: stress - pressure,
            CellFreedom.VOLUME: pressure,
            CellFreedom.FIXED: np.zeros((3, 3)),
        }[freedom]
        rows = np.sqrt((free**2).sum(axis=1))
        return float(rows.max()) * self.volume / len(self.forces)


def strain_basis(freedom: CellFreedom) -> FloatArray:
    """Return orthonormal symmetric matrices that span the free strains.

    Args:
        freedom: What of the cell may change.

    Returns:
        Matrices, shape (k, 3, 3) with k = 6, 5, 1 or 0.
    """
    off = [np.zeros((3, 3)) for _ in range(3)]
    for matrix, (i, j) in zip(off, ((1, 2), (0, 2), (0, 1)), strict=True):
        matrix[i, j] = matrix[j, i] = np.sqrt(0.5)
    volume = [np.eye(3) / np.sqrt(3.0)]
    shape = [np.diag([1.0, -1.0, 0.0]) / np.sqrt(2.0), np.diag([1.0, 1.0, -2.0]) / np.sqrt(6.0), *off]
    chosen = {
        CellFreedom.FULL: volume + shape,
        CellFreedom.SHAPE: shape,
        CellFreedom.VOLUME: volume,
        CellFreedom.FIXED: [],
    }[freedom]
    return np.array(chosen).reshape(-1, 3, 3)


class Deformation:
    """Coordinates around a reference geometry.

    Args:
        positions: Reference positions in Å, shape (n, 3).
        cell: Reference cell, row vectors in Å, shape (3, 3).
        freedom: What of the cell may change.
    """

    def __init__(self, positions: FloatArray, cell: FloatArray, freedom: CellFreedom) -> None:
        self.positions0, self.cell0, self.freedom = positions, cell, freedom
        self.basis = strain_basis(freedom)
        self.n_atoms = len(positions)

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return 3 * self.n_atoms + len(self.basis)

    def _stretch(self, x: FloatArray) -> FloatArray:
        strain = x[3 * self.n_atoms :]
        return np.asarray(np.eye(3) + np.einsum("k,kab->ab", strain, self.basis))

    def geometry(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return positions and cell at coordinates ``x``.

        Args:
            x: Coordinates, shape (size,).
        """
        matrix = self._deformation(x)
        moved = self.positions0 + x[: 3 * self.n_atoms].reshape(-1, 3)
        return moved @ matrix, self.cell0 @ matrix

    def _deformation(self, x: FloatArray) -> FloatArray:
        stretch = self._stretch(x)
        if self.freedom is CellFreedom.SHAPE:
            return np.asarray(stretch / np.cbrt(np.linalg.det(stretch)))
        return stretch

    def gradient(self, x: FloatArray, response: Response) -> FloatArray:
        """Return the derivative of the energy by the coordinates.

        With δr = r F⁻¹δF for every atom, dE = V σ:(F⁻¹δF) − f·(δu F).

        Args:
            x: Coordinates, shape (size,).
            response: The calculator's answer there.

        Returns:
            eV/Å for the atoms, then eV for the strains, shape (size,).
        """
        matrix = self._deformation(x)
        by_atoms = -(response.forces @ matrix.T)
        by_atoms -= by_atoms.mean(axis=0)  # translations are no coordinates
        by_matrix = response.volume * np.linalg.solve(matrix.T, response.stress)
        if self.freedom is CellFreedom.SHAPE:
            stretch = self._stretch(x)
            trace = float(np.sum(by_matrix * stretch))
            by_matrix = (by_matrix - trace / 3.0 * np.linalg.inv(stretch).T) / np.cbrt(np.linalg.det(stretch))
        by_strain = np.einsum("kab,ab->k", self.basis, by_matrix)
        return np.concatenate([by_atoms.ravel(), by_strain])
