"""Running an exported ensemble: one cached onnxruntime session per file, batches of like-sized crystals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.ml.graphs.flat import ranges, starts
from nanoos_lab.ml.runtime import open_session, run_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nanoos_lab.ml.graphs import Graphs

    FloatArray = NDArray[np.float32]

__all__ = ["MOST_EDGES", "Answers", "open_session", "run", "run_heads"]

MOST_EDGES = 8_000
"""Edges of a batch: about 25 crystals of ten atoms, which fit a processor's cache."""


@dataclass(frozen=True)
class Answers:
    """What m members say of g crystals with a atoms in all."""

    targets: FloatArray
    """Shape (m, g, t)."""
    sites: FloatArray
    """What each site adds to the formation energy of its crystal, times the number of sites, shape (m, a)."""
    states: FloatArray
    """The vectors that the targets are read from, shape (m, g, s)."""


def run(path: Path, graphs: Graphs, *, progress: Callable[[int], None] | None = None) -> Answers:
    """Ask an ensemble about crystals.

    Args:
        path: The ONNX file.
        graphs: The crystals, at least one.
        progress: Called with the number of crystals that are done.
    """
    parts, rows = _parts(path, graphs, {}, progress)
    targets, sites, states = (np.concatenate([p[k] for p in parts], axis=1) for k in range(3))
    back = np.argsort(rows)
    owner = np.repeat(rows, graphs.atoms[rows])
    return Answers(targets[:, back], sites[:, np.argsort(owner, kind="stable")], states[:, back])


def run_heads(
    path: Path, graphs: Graphs, extra: FloatArray, given: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Ask heads about crystals.

    Args:
        path: The ONNX file.
        graphs: The crystals, at least one.
        extra: Numbers of each atom, shape (a, x).
        given: Numbers of each crystal, shape (g, y).

    Returns:
        What each of m heads says of t targets, shape (m, g, t), and what the composition alone says, shape (g, 7).
    """
    parts, rows = _parts(path, graphs, {"extra": extra, "given": given}, None)
    back = np.argsort(rows)
    targets, known = np.concatenate([p[0] for p in parts], axis=1), np.concatenate([p[1] for p in parts])
    return targets[:, back], known[back]


def _parts(
    path: Path, graphs: Graphs, more: Mapping[str, FloatArray], progress: Callable[[int], None] | None
) -> tuple[list[list[FloatArray]], NDArray[np.int64]]:
    """Return the outputs of each batch, and the crystals in the order of the batches."""
    chosen = graphs.batches(MOST_EDGES)
    parts: list[list[FloatArray]] = []
    done = 0
    for batch, answer in zip(
        chosen, run_batches(open_session(path), _inputs(graphs, chosen, more)), strict=True
    ):
        parts.append(answer)
        done += len(batch)
        if progress is not None:
            progress(done)
    return parts, np.concatenate(chosen)


def _inputs(
    graphs: Graphs, chosen: Sequence[NDArray[np.int64]], more: Mapping[str, FloatArray]
) -> Iterator[dict[str, Any]]:
    first = starts(graphs.atoms)
    for batch in chosen:
        at = ranges(first[batch], graphs.atoms[batch])
        own = {name: array[at if name == "extra" else batch] for name, array in more.items()}
        yield {**graphs.take(batch).inputs(), **own}
