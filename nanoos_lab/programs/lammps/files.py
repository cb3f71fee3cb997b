"""LAMMPS' files of atoms: data files are written, dumps are written and read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nanoos_lab.errors import CalculatorError
from nanoos_lab.programs.lammps.box import Box, bounds_lines, is_upright, matrix_of_bounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Atoms:
    """Atoms in LAMMPS' orientation."""

    box: Box
    types: Sequence[int]
    """Counted from 1, shape (n,)."""
    masses: Sequence[float]
    """By type, u."""
    positions: FloatArray
    """Å, shape (n, 3)."""
    velocities: FloatArray | None = None
    """Å/ps, shape (n, 3)."""
    charges: Sequence[float] | None = None
    """Elementary charges, shape (n,); None where the atom style has none."""


def wrapped(positions: FloatArray, matrix: FloatArray) -> FloatArray:
    """Return positions inside the cell.

    Args:
        positions: Å, shape (n, 3).
        matrix: Row vectors in Å.
    """
    fractions = np.linalg.solve(matrix.T, positions.T).T
    return np.asarray((fractions - np.floor(fractions)) @ matrix)


def _images(positions: FloatArray, matrix: FloatArray) -> NDArray[np.int64]:
    """Return in which image of the cell each position is, shape (n, 3)."""
    return np.asarray(np.floor(np.linalg.solve(matrix.T, positions.T).T), dtype=np.int64)


def data_text(atoms: Atoms, *, upright: bool = False) -> str:
    """Return a data file.

    Args:
        atoms: The atoms.
        upright: Whether a cuboid is told without tilts, so that it stays one.
    """
    m, n = atoms.box.matrix, len(atoms.positions)
    lines = ["atoms", "", f"{n} atoms", f"{len(atoms.masses)} atom types", ""]
    lines += [f"0 {m[i, i]:.17g} {w}lo {w}hi" for i, w in enumerate("xyz")]
    if not (upright and is_upright(atoms.box)):
        lines += [f"{m[1, 0]:.17g} {m[2, 0]:.17g} {m[2, 1]:.17g} xy xz yz"]
    lines += ["", "Masses", "", *(f"{k} {mass:.12g}" for k, mass in enumerate(atoms.masses, 1)), ""]
    lines += [f"Atoms # {'atomic' if atoms.charges is None else 'charge'}", ""]
    charges = [""] * n if atoms.charges is None else [f"{q:.12g} " for q in atoms.charges]
    placed, images = wrapped(atoms.positions, m), _images(atoms.positions, m)
    rows = zip(atoms.types, charges, placed, images, strict=True)
    lines += [
        f"{k} {kind} {q}{x:.17g} {y:.17g} {z:.17g} {i} {j} {h}"
        for k, (kind, q, (x, y, z), (i, j, h)) in enumerate(rows, 1)
    ]
    if atoms.velocities is not None:
        lines += ["", "Velocities", ""]
        lines += [f"{k} {x:.17g} {y:.17g} {z:.17g}" for k, (x, y, z) in enumerate(atoms.velocities, 1)]
    return "\n".join([*lines, ""])


def dump_text(positions: FloatArray, box: Box, step: int) -> str:
    """Return a dump of one geometry, for ``read_dump``.

    Args:
        positions: Å in LAMMPS' orientation, shape (n, 3).
        box: The box.
        step: What it says its time step is.
    """
    head = f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{len(positions)}\n{bounds_lines(box)}\n"
    rows = (
        f"{k} {x:.17g} {y:.17g} {z:.17g}" for k, (x, y, z) in enumerate(wrapped(positions, box.matrix), 1)
    )
    return head + "ITEM: ATOMS id x y z\n" + "\n".join(rows) + "\n"


class Frame(NamedTuple):
    """One geometry of a dump."""

    step: int
    matrix: FloatArray
    """Cell, row vectors in Å."""
    origin: FloatArray
    """Å, shape (3,)."""
    columns: FloatArray
    """What the dump holds after the number of each atom, shape (n, columns)."""


def read_dump(path: Path) -> Iterator[Frame]:
    """Read the frames of a dump whose atoms are sorted and whose first column is their number.

    Args:
        path: The file.

    Raises:
        CalculatorError: The file is not such a dump, or ends inside a frame.
    """
    with path.open(encoding="ascii") as stream:
        while line := stream.readline():
            if not line.startswith("ITEM: TIMESTEP"):
                raise CalculatorError(f"{path.name} is not a dump of LAMMPS: {line[:60]!r}")
            try:
                yield _frame(stream)
            except (ValueError, IndexError) as error:
                raise CalculatorError(f"{path.name} ends inside a frame: {error}") from None


def _frame(stream: TextIO) -> Frame:
    step = int(stream.readline())
    stream.readline()
    n = int(stream.readline())
    stream.readline()
    bounds = np.array([[float(v) for v in stream.readline().split()] for _ in range(3)])
    width = len(stream.readline().split()) - 2
    text = "".join(stream.readline() for _ in range(n))
    table = np.array(text.split(), dtype=float).reshape(n, width)
    return Frame(step, *matrix_of_bounds(bounds), table[:, 1:])
