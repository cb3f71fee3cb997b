"""Embeddings: structures as vectors in which like crystals lie close, and the task that makes them.

Whatever a model calls an embedding is made comparable here: float32, of length 1, so that the cosine of two is
their scalar product. A predictor of the registry gives embeddings where it has the method ``embed``, as
:class:`Embedder` says; its ``name`` and ``version`` name the vectors, because only those of one model and
version may be compared.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from pydantic import Field

from nanoos_lab.errors import CalculatorError, InvalidInputError, OutOfDomainError, PluginError
from nanoos_lab.ml import PREDICTORS, get_predictor
from nanoos_lab.tasks import Context, Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml import Report

    FloatArray = NDArray[np.float32]

BATCH = 32
"""Structures that are embedded together."""
VECTORS = "embeddings.npy"
"""The file that the task leaves: one row per structure, NaN where there is none."""
_REASON = 500


@runtime_checkable
class Embedder(Protocol):
    """A model that places structures among each other."""

    name: str
    """Its name in the registry of predictors."""
    version: str
    """Version of the model; vectors of two versions are never compared."""

    def available(self) -> str | None:
        """Return None where it can be used, else the reason and the line that installs it."""

    def identity(self) -> Mapping[str, Any]:
        """Return what its vectors depend on: weights and versions. Cheap: asked at each submit."""

    def check(self, structure: Structure) -> None:
        """Refuse what it cannot know.

        Args:
            structure: The crystal in question.

        Raises:
            InvalidInputError: The structure cannot be used.
            OutOfDomainError: The structure is sound but outside what the model knows.
        """

    def embed(self, structures: Sequence[Structure]) -> FloatArray:
        """Return one vector per structure, shape (n, d), of any length.

        Args:
            structures: The crystals; each has passed :meth:`check`.
        """


@dataclass(frozen=True)
class Embedded:
    """Vectors of some structures."""

    vectors: FloatArray
    """Shape (n, d), each row of length 1; NaN for a structure that was refused; d is 0 where all were."""
    refused: Mapping[int, str]
    """Why, by the position of the structure."""


def get_embedder(name: str | Embedder) -> Embedder:
    """Return a model that embeds, by name.

    Args:
        name: A name of the registry of predictors; an embedder is handed back as it is.

    Raises:
        UnknownNameError: No such predictor; close matches are suggested.
        InvalidInputError: It predicts, but gives no embeddings; the message names those that do.
        CalculatorError: It cannot be used here; the message says why.
    """
    found: Any = get_predictor(name) if isinstance(name, str) else name
    if not isinstance(found, Embedder):
        raise InvalidInputError(
            f"the predictor {name!r} gives no embeddings: use {' or '.join(map(repr, _able()))}"
        )
    if problem := found.available():
        raise CalculatorError(problem)
    return found


def _able() -> list[str]:
    """Return the names of the predictors that embed."""
    able = []
    for name in PREDICTORS.names():
        with contextlib.suppress(PluginError, InvalidInputError):  # not loaded, or one of a family
            if isinstance(get_predictor(name), Embedder):
                able.append(name)
    return able


def normalised(vectors: Any) -> FloatArray:  # noqa: ANN401 - anything numpy takes
    """Return vectors at length 1 as float32.

    Args:
        vectors: Shape (n, d) or (d,).

    Raises:
        CalculatorError: One is zero or not finite, and so points nowhere.
    """
    given = np.asarray(vectors, dtype=np.float64)
    length = np.linalg.norm(given, axis=-1, keepdims=True)
    if not (np.isfinite(length) & (length > 0)).all():
        raise CalculatorError(
            "an embedding is zero or not finite and points nowhere: the model cannot place it"
        )
    return np.asarray(given / length, dtype=np.float32)


def embed_structures(
    structures: Sequence[Structure], model: str | Embedder = "chgnet", progress: Report | None = None
) -> Embedded:
    """Return the vectors of structures; one that the model cannot know is named and does not stop the others.

    Args:
        structures: Any structures.
        model: The embedder or its name.
        progress: Called with the done part and a line.
    """
    embedder = get_embedder(model)
    found: dict[int, FloatArray] = {}
    refused: dict[int, str] = {}
    for first in range(0, len(structures), BATCH):
        batch = dict(enumerate(structures[first : first + BATCH], start=first))
        sound = {i: s for i, s in batch.items() if _accepted(embedder, i, s, refused)}
        found |= _embed(embedder, sound, refused)
        if progress is not None:
            done = first + len(batch)
            progress(done / len(structures), f"{done} of {len(structures)} embedded by {embedder.name}")
    width = len(next(iter(found.values()))) if found else 0
    vectors = np.full((len(structures), width), np.nan, dtype=np.float32)
    for i, vector in found.items():
        vectors[i] = vector
    return Embedded(vectors, refused)


def _accepted(embedder: Embedder, index: int, structure: Structure, refused: dict[int, str]) -> bool:
    try:
        embedder.check(structure)
    except (InvalidInputError, OutOfDomainError) as error:
        refused[index] = str(error)[:_REASON]
        return False
    return True


def _embed(
    embedder: Embedder, structures: Mapping[int, Structure], refused: dict[int, str]
) -> dict[int, FloatArray]:
    """Embed a batch; where it fails, one by one, so that the one to blame is found."""
    if not structures:
        return {}
    try:
        vectors = normalised(embedder.embed(list(structures.values())))
    except (InvalidInputError, OutOfDomainError, CalculatorError) as error:
        if len(structures) > 1:
            return {
                i: vector
                for index, one in structures.items()
                for i, vector in _embed(embedder, {index: one}, refused).items()
            }
        refused[next(iter(structures))] = str(error)[:_REASON]
        return {}
    return dict(zip(structures, vectors, strict=True))


class EmbedParams(Params):
    """Parameters of the task ``embed``."""

    model: str = Field("chgnet", description="Name of the predictor that embeds.")


def _identity(params: EmbedParams) -> Mapping[str, Any]:
    return get_embedder(params.model).identity()


@task("embed", version="1", identity=_identity)
def embed(inputs: Mapping[str, Any], params: EmbedParams, context: Context) -> Outcome:
    """Structures as vectors in which like crystals lie close, for similarity search."""
    embedder = get_embedder(params.model)
    structures = list(inputs["structures"]) if "structures" in inputs else [inputs["structure"]]
    context.progress(0.0, f"{embedder.name}: {len(structures)} structures")
    done = embed_structures(structures, embedder, context.progress)
    path = context.folder / VECTORS
    np.save(path, done.vectors, allow_pickle=False)
    return Outcome(
        artifacts={VECTORS: path},
        summary={
            "model": embedder.name,
            "version": embedder.version,
            "structures": len(structures),
            "dimension": int(done.vectors.shape[1]),
            "refused": {str(index): reason for index, reason in done.refused.items()},
        },
        messages=tuple(f"structure {index + 1}: {reason}" for index, reason in done.refused.items()),
    )


def read_vectors(path: Path, count: int) -> FloatArray:
    """Return the vectors that a run of the task left.

    Args:
        path: Its file.
        count: How many structures it was given.

    Raises:
        InvalidInputError: The file holds something else.
    """
    try:
        vectors = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InvalidInputError(f"{path} holds no vectors: {error}") from None
    if vectors.ndim != 2 or len(vectors) != count or vectors.dtype != np.float32:  # noqa: PLR2004 - rows of numbers
        raise InvalidInputError(
            f"{path} holds {vectors.dtype} of shape {vectors.shape}, not {count} float32 vectors"
        )
    return vectors  # type: ignore[no-any-return] # numpy's load is untyped
