"""Many graphs in a few flat arrays, from which any selection becomes one batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Graphs:
    """Graphs of g crystals with a atoms and e edges in all, one crystal after the other."""

    numbers: NDArray[np.int64]
    """Atomic numbers, shape (a,)."""
    atoms: NDArray[np.int64]
    """Atoms of each crystal, shape (g,)."""
    edges: NDArray[np.int64]
    """Edges of each crystal, shape (g,)."""
    centers: NDArray[np.int64]
    """Atom at which an edge starts, counted within its own crystal, shape (e,), ascending within a crystal."""
    neighbours: NDArray[np.int64]
    """Atom at which it ends, counted within its own crystal, shape (e,)."""
    vectors: NDArray[np.float32]
    """From start to end in Å, shape (e, 3)."""

    def __len__(self) -> int:
        return len(self.atoms)

    def take(self, chosen: Sequence[int] | IntArray) -> Graphs:
        """Return some of the graphs, in the order asked for.

        Args:
            chosen: Positions of the crystals.
        """
        rows = np.asarray(chosen, dtype=np.int64)
        at_atoms = ranges(starts(self.atoms)[rows], self.atoms[rows])
        at_edges = ranges(starts(self.edges)[rows], self.edges[rows])
        return Graphs(
            self.numbers[at_atoms],
            self.atoms[rows],
            self.edges[rows],
            self.centers[at_edges],
            self.neighbours[at_edges],
            self.vectors[at_edges],
        )

    def inputs(self) -> dict[str, NDArray[np.int64] | NDArray[np.float32]]:
        """Return the arrays that a network reads, with atoms counted through all graphs.

        Returns:
            ``numbers`` (a,), ``graph`` (a,), ``graph_ones`` (g,), ``centers`` (e,), ``neighbours`` (e,) and
            ``vectors`` (e, 3).
        """
        shift = np.repeat(starts(self.atoms), self.edges)
        return {
            "numbers": self.numbers,
            "graph": np.repeat(np.arange(len(self)), self.atoms),
            "graph_ones": np.ones(len(self), dtype=np.float32),
            "centers": self.centers + shift,
            "neighbours": self.neighbours + shift,
            "vectors": self.vectors,
        }

    def batches(self, most_edges: int) -> list[IntArray]:
        """Return positions of crystals in batches, the small crystals together.

        Args:
            most_edges: Edges of a batch; a crystal with more is a batch of its own.
        """
        order = np.argsort(self.edges, kind="stable")
        batches: list[IntArray] = []
        current: list[int] = []
        total = 0
        for row in order:
            if current and total + self.edges[row] > most_edges:
                batches.append(np.array(current))
                current, total = [], 0
            current.append(int(row))
            total += int(self.edges[row])
        return [*batches, np.array(current)] if current else batches

    @classmethod
    def joined(cls, parts: Sequence[Graphs]) -> Graphs:
        """Return the graphs of all parts, one part after the other.

        Args:
            parts: At least one.
        """
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls.__dataclass_fields__))


def starts(counts: IntArray) -> IntArray:
    """Return where each run begins, shape (n,).

    Args:
        counts: Lengths of consecutive runs, shape (n,).
    """
    return np.cumsum(counts) - counts


def ranges(first: IntArray, counts: IntArray) -> IntArray:
    """Return ``first[0], first[0] + 1, ...`` for each run, one after the other.

    Args:
        first: Beginning of each run, shape (n,).
        counts: Length of each run, shape (n,).
    """
    return np.repeat(first - starts(counts), counts) + np.arange(int(counts.sum()))
