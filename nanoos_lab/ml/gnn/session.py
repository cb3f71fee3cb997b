"""Running an exported ensemble: one cached onnxruntime session per file, batches of like-sized crystals.

A session computes with one thread, always: onnxruntime's ``ScatterND`` with ``reduction="add"``, which sums over the
edges of an atom, lets several threads add to one number at once on a CPU and then loses some of them
(github.com/microsoft/onnxruntime/issues/18048): a few crystals in a thousand were wrong, others each time.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from nanoos_lab.ml.graphs import Graphs

    FloatArray = NDArray[np.float32]

MOST_EDGES = 20_000
"""Edges of a batch: about 64 crystals of ten atoms; larger batches bring nothing on a CPU."""


@dataclass(frozen=True)
class Answers:
    """What m members say of g crystals with a atoms in all."""

    targets: FloatArray
    """Shape (m, g, t)."""
    sites: FloatArray
    """What each site adds to the formation energy of its crystal, times the number of sites, shape (m, a)."""
    states: FloatArray
    """The vectors that the targets are read from, shape (m, g, s)."""


def run(
    path: Path,
    graphs: Graphs,
    *,
    extra: FloatArray | None = None,
    given: FloatArray | None = None,
    progress: Callable[[int], None] | None = None,
) -> Answers:
    """Ask an ensemble about crystals.

    Args:
        path: The ONNX file.
        graphs: The crystals, at least one.
        extra: Numbers of each atom, shape (a, x), for an ensemble that reads them.
        given: Numbers of each crystal, shape (g, y), likewise.
        progress: Called with the number of crystals that are done.
    """
    session = open_session(path)
    known = {i.name for i in session.get_inputs()}
    first = np.cumsum(graphs.atoms) - graphs.atoms
    parts: list[list[FloatArray]] = []
    rows: list[NDArray[np.int64]] = []
    done = 0
    for chosen in graphs.batches(MOST_EDGES):
        inputs: dict[str, Any] = dict(graphs.take(chosen).inputs())
        if extra is not None:
            inputs["extra"] = np.concatenate([extra[first[r] : first[r] + graphs.atoms[r]] for r in chosen])
        if given is not None:
            inputs["given"] = given[chosen]
        parts.append(session.run(None, {name: array for name, array in inputs.items() if name in known}))
        rows.append(chosen)
        done += len(chosen)
        if progress is not None:
            progress(done)
    return _ordered(parts, np.concatenate(rows), graphs)


def _ordered(parts: list[list[FloatArray]], rows: NDArray[np.int64], graphs: Graphs) -> Answers:
    """Put answers of batches into the order of the crystals."""
    targets, sites, states = (np.concatenate([p[k] for p in parts], axis=1) for k in range(3))
    back = np.argsort(rows)
    owner = np.repeat(rows, graphs.atoms[rows])
    return Answers(targets[:, back], sites[:, np.argsort(owner, kind="stable")], states[:, back])


def open_session(path: Path) -> Any:  # noqa: ANN401 - onnxruntime's InferenceSession
    """Return the session of a file, opened once per process; it opens anew when the file changed.

    Args:
        path: The ONNX file.

    Raises:
        MissingExtraError: onnxruntime is not installed.
    """
    stat = path.stat()
    return _session(path, stat.st_size, stat.st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _session(path: Path, _size: int, _mtime_ns: int) -> Any:  # noqa: ANN401
    try:
        import onnxruntime  # noqa: PLC0415 - optional
    except ImportError:
        raise MissingExtraError("onnxruntime", "ml", "nanoos-gnn") from None
    runtime: Any = onnxruntime  # its stubs do not export their own names
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    return runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
