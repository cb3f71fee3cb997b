"""Whether a crystal is as large, and its atoms as far apart, as its elements usually are.

An embedding tells unlike chemistry, not a squeezed cell: MgO at half its volume looks like some denser oxide. Two plain
signs do: the volume against the sum of what its elements take, and each pair's shortest distance against the
shortest one in any training crystal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nanoos_lab.ml.graphs import Graphs

    FloatArray = NDArray[np.float64]

KINDS = 128
"""Beyond any atomic number."""
NEARER = 0.95
"""Part of the shortest distance of a pair in training below which a pair counts as too close."""
BARELY_KNOWN = 0.8
"""The same as a part of the sum of covalent radii, for pairs that few training crystals hold."""
LEAST_CRYSTALS = 20
"""Training crystals that hold a pair within the cutoff."""
TAIL = 0.0002
"""Part of the training rows on either side whose volume does not set the range."""
WIDER = 0.85
"""What the range's lower end is multiplied by, and its upper end divided by."""


class Usual(BaseModel):
    """What volumes and distances are usual."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    volumes: dict[str, float]
    """What an atom of each element takes on average, in Å³."""
    least: float
    """Smallest usual volume, as a part of the sum over the elements."""
    most: float
    """Largest one."""
    closest: dict[str, float]
    """Shortest distance of two elements in training, in Å, by ``A-B`` in order of atomic numbers."""

    def doubts(self, graphs: Graphs, volumes: FloatArray) -> list[list[str]]:
        """Return what is unusual about each crystal, in words.

        Args:
            graphs: The crystals.
            volumes: Their volumes in Å³/atom, shape (g,).
        """
        ratios = volumes / self._expected(graphs)
        found: list[list[str]] = []
        for volume, ratio in zip(volumes, ratios, strict=True):
            unusual = np.isfinite(ratio) and not self.least <= ratio <= self.most
            found.append([self._of_volume(float(volume), float(ratio))] if unusual else [])
        for row, words in self._too_close(graphs):
            found[row].append(words)
        return found

    def _of_volume(self, volume: float, ratio: float) -> str:
        return (
            f"a volume of {volume:.1f} Å³ per atom, {ratio:.2f} times what its elements usually take "
            f"({self.least:.2f} to {self.most:.2f} in the training data)"
        )

    def _expected(self, graphs: Graphs) -> FloatArray:
        from ase.data import chemical_symbols  # noqa: PLC0415 - the symbols in order

        table = np.array([self.volumes.get(s, np.nan) for s in chemical_symbols])
        first = np.cumsum(graphs.atoms) - graphs.atoms
        return np.asarray(np.add.reduceat(table[graphs.numbers], first) / graphs.atoms)

    def _too_close(self, graphs: Graphs) -> list[tuple[int, str]]:
        """Return a sentence for the worst pair of each crystal that has one too close."""
        from ase.data import chemical_symbols as symbols  # noqa: PLC0415 - the symbols in order

        limits = self._limits()
        crystal, pair, length = shortest(graphs)
        share = length / limits[pair // KINDS, pair % KINDS]
        worst: dict[int, int] = {}
        for k in np.flatnonzero(share < 1.0).tolist():
            row = int(crystal[k])
            if row not in worst or share[k] < share[worst[row]]:
                worst[row] = k
        said = []
        for row, k in sorted(worst.items()):
            one, other = symbols[pair[k] // KINDS], symbols[pair[k] % KINDS]
            known = self.closest.get(f"{one}-{other}")
            than = f"{known:.2f} Å, the least in training" if known else "the two atoms' radii allow"
            said.append((row, f"{one} and {other} at {length[k]:.2f} Å, nearer than {than}"))
        return said

    def _limits(self) -> FloatArray:
        from ase.data import atomic_numbers, covalent_radii  # noqa: PLC0415 - tables

        radii = np.zeros(KINDS)
        radii[: min(KINDS, len(covalent_radii))] = covalent_radii[:KINDS]
        limits = BARELY_KNOWN * (radii[:, None] + radii[None, :])
        for name, least in self.closest.items():
            one, other = (atomic_numbers[s] for s in name.split("-"))
            limits[one, other] = NEARER * least
        return np.asarray(limits)


def shortest(graphs: Graphs) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Return crystal, pair and shortest distance in Å of every pair of elements in every crystal.

    Args:
        graphs: The crystals.

    Returns:
        Positions of the crystals; the smaller atomic number times ``KINDS`` plus the larger one; distances.
    """
    shift = np.repeat(np.cumsum(graphs.atoms) - graphs.atoms, graphs.edges)
    ends = np.stack([graphs.numbers[graphs.centers + shift], graphs.numbers[graphs.neighbours + shift]])
    owner = np.repeat(np.arange(len(graphs)), graphs.edges)
    key = (owner * KINDS + ends.min(axis=0)) * KINDS + ends.max(axis=0)
    length = np.linalg.norm(graphs.vectors, axis=1).astype(float)
    order = np.lexsort((length, key))
    key, length = key[order], length[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    return key[first] // KINDS**2, key[first] % KINDS**2, length[first]


def usual_of(graphs: Graphs, volumes: FloatArray) -> Usual:
    """Learn what is usual from training crystals.

    Args:
        graphs: The crystals.
        volumes: Their volumes in Å³/atom, shape (g,).
    """
    from ase.data import chemical_symbols as symbols  # noqa: PLC0415 - the symbols in order

    parts = np.zeros((len(graphs), KINDS))
    np.add.at(parts, (np.repeat(np.arange(len(graphs)), graphs.atoms), graphs.numbers), 1.0)
    parts /= graphs.atoms[:, None]
    kinds = np.flatnonzero(parts.any(axis=0))
    ridge = 1e-2 * np.eye(len(kinds))
    start = np.full(len(kinds), float(np.median(volumes)))
    weight, taken = np.ones(len(graphs)), start
    for _ in range(10):
        table = parts[:, kinds] * weight[:, None]
        taken = start + np.linalg.solve(
            table.T @ parts[:, kinds] + ridge, table.T @ (volumes - parts[:, kinds] @ start)
        )
        weight = 1.0 / np.maximum(np.abs(volumes - parts[:, kinds] @ taken), 0.5)
    taken = np.maximum(taken, 1.0)
    least, most = np.quantile(volumes / (parts[:, kinds] @ taken), [TAIL, 1.0 - TAIL]) * (WIDER, 1.0 / WIDER)
    _, pair, length = shortest(graphs)
    closest = {}
    for key in np.unique(pair).tolist():
        own = length[pair == key]
        if len(own) >= LEAST_CRYSTALS:
            closest[f"{symbols[key // KINDS]}-{symbols[key % KINDS]}"] = round(float(own.min()), 3)
    return Usual(
        volumes={symbols[z]: round(float(v), 3) for z, v in zip(kinds, taken, strict=True)},
        least=round(float(least), 3), most=round(float(most), 3), closest=closest,
    )  # fmt: skip
