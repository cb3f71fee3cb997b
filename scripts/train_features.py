"""CHGNet's numbers for all crystals of the training data, asked once and kept in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import train_data
from pymatgen.core import Structure

from nanoos_lab.errors import OutOfDomainError
from nanoos_lab.ml.accurate.features import PER_ATOM, Features, chgnet_features

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.ml.graphs import Cell

TOGETHER = 32


def chgnet_of(data: Path, path: Path) -> Features:
    """Return CHGNet's numbers, NaN for crystals that it cannot know and for large cells that nothing needs.

    Args:
        data: The shared data folder.
        path: The file that keeps them.
    """
    if not path.exists():
        _ask(data, path)
    kept = np.load(path)
    return Features(kept["atom"].astype(np.float32), kept["energy"], kept["crystal"])


def _ask(data: Path, path: Path) -> None:
    crystals = train_data.crystals(data)
    sizes = np.array([len(c.numbers) for c in crystals.cells])
    first = np.cumsum(sizes) - sizes
    atom = np.full((sizes.sum(), PER_ATOM), np.nan, np.float16)
    energy, crystal = np.full(len(sizes), np.nan), np.full((len(sizes), 64), np.nan, np.float32)
    wanted = np.flatnonzero((crystals.table.source != "mpts52") | (sizes <= train_data.MOST_SITES))
    order = wanted[np.argsort(sizes[wanted], kind="stable")]
    for start in range(0, len(order), TOGETHER):
        chosen = order[start : start + TOGETHER]
        for rows, found in answers([crystals.cells[i] for i in chosen], chosen):
            at = np.concatenate([np.arange(first[r], first[r] + sizes[r]) for r in rows])
            atom[at], energy[rows], crystal[rows] = found.atoms, found.energies, found.crystals
    np.savez(path, atom=atom, energy=energy, crystal=crystal)


def answers(cells: list[Cell], rows: np.ndarray) -> list[tuple[np.ndarray, Features]]:
    """Return answers for all cells together, or one by one where one of them cannot be answered."""
    structures = [Structure(c.matrix, c.numbers, c.fractional) for c in cells]
    try:
        return [(rows, chgnet_features(structures))]
    except (ValueError, OutOfDomainError):
        if len(cells) == 1:
            return []
        return [found for k in range(len(cells)) for found in answers(cells[k : k + 1], rows[k : k + 1])]
