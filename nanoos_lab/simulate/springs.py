"""A first guess of the Hessian: a network of springs between neighbours, atoms and cell together.

Springs couple atomic and cell coordinates the way a real crystal does, which is what saves force calls: a
strain moves the atoms with it, and a displacement costs more where bonds are stiff.

Source: the idea of model Hessians for quasi-Newton relaxation is R. Lindh et al., Chem. Phys. Lett. 241, 423
(1995), doi:10.1016/0009-2614(95)00646-L; for crystals with their cell, D. Packwood et al., J. Chem. Phys. 144,
164109 (2016), doi:10.1063/1.4947024. The constants were tuned on 30 crystals of many chemistries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.simulate.deform import Deformation, FloatArray

STIFFNESS = 4.0
"""Force constant in eV/Å² of a bond as long as the sum of its covalent radii."""
DECAY = 5.0
"""How fast it falls with length over that sum."""
BENDING = 0.1
"""Transverse over longitudinal force constant."""
REACH = 1.7
"""Longest spring over the sum of covalent radii."""
ANCHOR = 0.03
"""Force constant in eV/Å² that holds every atom, so that translations and loose atoms are no poles."""
_CELL_ANCHOR = 10.0
"""What holds a strain, per atom, in units of ``ANCHOR`` Å²."""


def spring_solver(numbers: FloatArray, coordinates: Deformation) -> Callable[[FloatArray], FloatArray]:
    """Factorize the spring network's Hessian once.

    Args:
        numbers: Atomic numbers, shape (n,).
        coordinates: The deformation coordinates, at whose reference the springs are taken.

    Returns:
        A function that maps a gradient, shape (size,), to the inverse Hessian times it.
    """
    sparse = _scipy_sparse()
    bonds = _Bonds(numbers, coordinates)
    changes = bonds.changes()
    hessian = sparse.csc_matrix(changes.T @ sparse.diags(bonds.weights()) @ changes)
    floor = np.full(coordinates.size, ANCHOR)
    floor[3 * coordinates.n_atoms :] *= _CELL_ANCHOR * coordinates.n_atoms
    solve = sparse.linalg.splu(hessian + sparse.diags(floor, format="csc")).solve
    return lambda gradient: np.asarray(solve(gradient))


class _Bonds:
    """The springs, each seen from both ends with half its constant.

    Each of m springs gives four scalar changes: along its direction, and along x, y and z.
    """

    def __init__(self, numbers: FloatArray, coordinates: Deformation) -> None:
        from ase import Atoms  # noqa: PLC0415 - only needed while relaxing
        from ase.data import covalent_radii  # noqa: PLC0415
        from ase.neighborlist import neighbor_list  # noqa: PLC0415

        self.coordinates = coordinates
        radii = covalent_radii[numbers]
        atoms = Atoms(numbers, positions=coordinates.positions0, cell=coordinates.cell0, pbc=True)
        found = neighbor_list("ijdD", atoms, REACH * radii)  # type: ignore[no-untyped-call]
        self.i, self.j, length, self.vector = found
        self.constant = 0.5 * STIFFNESS * np.exp(-DECAY * (length / (radii[self.i] + radii[self.j]) - 1.0))
        unit = self.vector / length[:, None]
        axes = np.broadcast_to(np.eye(3), (len(unit), 3, 3))
        self.frames = np.concatenate([unit[:, None, :], axes], axis=1)
        """Directions of the four changes, shape (m, 4, 3)."""

    def weights(self) -> FloatArray:
        """Return the force constant of each change, shape (4 m,)."""
        along, across = (1.0 - BENDING) * self.constant, BENDING * self.constant
        return np.stack([along, across, across, across], axis=1).ravel()

    def changes(self) -> Any:  # noqa: ANN401 - scipy.sparse is not typed
        """Return the derivative of the changes by the coordinates, sparse, shape (4 m, size).

        The vector of a bond changes by δ = u_j − u_i + d ε.
        """
        m, n = len(self.i), self.coordinates.n_atoms
        rows = np.arange(4 * m).reshape(m, 4)
        entries = []
        for axis in range(3):
            part = self.frames[:, :, axis]
            entries += [(part, 3 * self.j + axis), (-part, 3 * self.i + axis)]
        for k, strain in enumerate(self.coordinates.basis):
            part = np.einsum("mfc,mc->mf", self.frames, self.vector @ strain)
            entries.append((part, np.full(m, 3 * n + k)))
        values = np.concatenate([part.ravel() for part, _ in entries])
        columns = np.concatenate([np.repeat(column, 4) for _, column in entries])
        return _scipy_sparse().csr_matrix(
            (values, (np.tile(rows.ravel(), len(entries)), columns)), shape=(4 * m, self.coordinates.size)
        )


def _scipy_sparse() -> Any:  # noqa: ANN401 - scipy is not typed
    import scipy.sparse.linalg  # noqa: PLC0415 - only needed while relaxing

    return scipy.sparse
