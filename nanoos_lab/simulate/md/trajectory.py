"""Trajectories: geometries in time, and the file that keeps them.

The file is numpy's ``.npz``, compressed, without pickled objects: ``format`` (the text ``nanoos trajectory 1``),
``numbers`` (n,), ``times_ps`` (m,), ``positions`` (m, n, 3) in Å in single precision and not wrapped into the cell,
``cells`` (m, 3, 3) in Å with row vectors. ``numpy.load`` reads it, and :meth:`Trajectory.write_extxyz` makes a file of
it that OVITO, VMD and ASE read.
"""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nanoos_lab.calculators.abilities import DynamicsFrames

    FloatArray = NDArray[np.float64]

FORMAT = "nanoos trajectory 1"


@dataclass(frozen=True)
class Trajectory:
    """Geometries of the same atoms at evenly spaced times."""

    numbers: NDArray[np.int64]
    """Atomic numbers, shape (n,)."""
    times: FloatArray
    """ps, shape (m,)."""
    positions: FloatArray
    """Å, not wrapped into the cell, shape (m, n, 3)."""
    cells: FloatArray
    """Row vectors in Å, shape (m, 3, 3)."""

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.times)

    @property
    def interval(self) -> float:
        """Time from one frame to the next, ps."""
        return float(self.times[-1] - self.times[0]) / (len(self) - 1)

    @property
    def symbols(self) -> list[str]:
        """Symbol of each atom."""
        from ase.data import chemical_symbols  # noqa: PLC0415 - keeps ASE out of the import

        return [chemical_symbols[int(z)] for z in self.numbers]

    def of(self, symbol: str) -> NDArray[np.bool_]:
        """Return which atoms are of an element.

        Args:
            symbol: The element.
        """
        from ase.data import atomic_numbers  # noqa: PLC0415 - see above

        return np.asarray(self.numbers == atomic_numbers[symbol])

    def fractions(self) -> FloatArray:
        """Return positions in units of the cell of each frame, not wrapped, shape (m, n, 3)."""
        return np.asarray(np.matmul(self.positions, np.linalg.inv(self.cells)))

    def still(self) -> FloatArray:
        """Return positions in the mean cell, about the centre of mass, in Å, shape (m, n, 3).

        A cell that breathes would move atoms that do not diffuse, and so would a drift of the whole.
        """
        from ase.data import atomic_masses  # noqa: PLC0415 - see above

        placed = self.fractions() @ self.cells.mean(axis=0)
        mass = atomic_masses[self.numbers]
        centre = np.einsum("mna,n->ma", placed, mass) / mass.sum()
        return np.asarray(placed - centre[:, None, :])

    def save(self, path: Path) -> None:
        """Write the file that the module describes.

        Args:
            path: Where to.
        """
        np.savez_compressed(
            path,
            format=FORMAT,
            numbers=self.numbers.astype(np.int16),
            times_ps=self.times,
            positions=self.positions.astype(np.float32),
            cells=self.cells,
        )

    def write_extxyz(self, path: Path) -> None:
        """Write extended XYZ, compressed where the name ends in ``.gz``.

        Args:
            path: Where to.
        """
        symbols = self.symbols
        opener: Any = gzip.open if path.suffix == ".gz" else open
        with opener(path, "wt", encoding="ascii") as stream:
            for time, positions, cell in zip(self.times, self.positions, self.cells, strict=True):
                lattice = " ".join(f"{v:.8f}" for v in cell.ravel())
                stream.write(
                    f'{len(symbols)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3 Time={time:.6f} pbc="T T T"\n'
                )
                rows = zip(symbols, positions.tolist(), strict=True)
                stream.writelines(f"{s} {x:.6f} {y:.6f} {z:.6f}\n" for s, (x, y, z) in rows)


def trajectory_of(
    numbers: NDArray[np.int64], parts: Sequence[DynamicsFrames], timestep: float, start: int = 0
) -> Trajectory:
    """Join sampled frames.

    Args:
        numbers: Atomic numbers.
        parts: What was sampled, in order.
        timestep: fs.
        start: The step at which time is zero.
    """
    return Trajectory(
        numbers=np.asarray(numbers),
        times=(np.concatenate([p.steps for p in parts]) - start) * timestep / 1000.0,
        positions=np.concatenate([p.positions for p in parts]),
        cells=np.concatenate([p.cells for p in parts]),
    )


def load_trajectory(path: Path) -> Trajectory:
    """Read a trajectory.

    Args:
        path: The file.

    Raises:
        InvalidInputError: It is none.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["format"]) != FORMAT:
                raise InvalidInputError(f"{path}: its format is {str(file['format'])!r}, not {FORMAT!r}")
            return Trajectory(
                file["numbers"].astype(np.int64),
                file["times_ps"],
                file["positions"].astype(float),
                file["cells"],
            )
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"{path} is no trajectory: {error}") from None
