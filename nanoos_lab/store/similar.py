"""Search by similarity: the structures whose vectors point most nearly the same way as a given one.

One question, two ways to answer it, and the same answers: an embedded store is searched exactly in a
memory-mapped file of its vectors (:mod:`nanoos_lab.store.similar_embedded`); a server is searched exactly up to
:data:`~nanoos_lab.store.similar_server.EXACT_UP_TO` vectors of the project, and beyond that through pgvector's
HNSW index (:mod:`nanoos_lab.store.similar_server`). Either finds some more than are asked for; their distances are
then computed here, in double precision from the stored vectors, and decide. Filters are those of
:mod:`nanoos_lab.store.search`, and are part of the same query, as row security is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.store.search import FILTERS, conditions
from nanoos_lab.store.vectors import FLOAT32

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

MOST = 10_000
"""How many neighbours can be asked for at once."""
SPARE = 8
"""How many more are compared than asked for: float32 may order near ties otherwise than double precision."""

_TINY = 1e-30


@dataclass(frozen=True)
class Neighbour:
    """A structure that was found."""

    structure_id: str
    distance: float
    """1 minus the cosine: 0 for the same direction, 1 for unrelated ones, at most 2."""

    @property
    def similarity(self) -> float:
        """The cosine."""
        return 1.0 - self.distance


@dataclass(frozen=True)
class Question:
    """What is searched for."""

    scope: Scope
    model: str
    version: str
    vector: NDArray[np.float32]
    """Of length 1, shape (d,)."""
    k: int
    exclude: frozenset[str]
    """Ids of structures that are not wanted."""
    conditions: tuple[ColumnElement[bool], ...]
    """On ``StructureRow``; empty where nothing is filtered."""

    @property
    def wanted(self) -> int:
        """How many candidates are compared in full."""
        return self.k + len(self.exclude) + SPARE

    def answer(self, ids: Sequence[str], vectors: Iterable[NDArray[np.float32]]) -> list[Neighbour]:
        """Return the nearest candidates in order, ties by id.

        Args:
            ids: Of the candidates.
            vectors: Theirs, as stored.
        """
        kept = [(i, v) for i, v in zip(ids, vectors, strict=True) if i not in self.exclude]
        if not kept or not self.k:
            return []
        matrix = np.array([v for _, v in kept], dtype=np.float64)
        target = self.vector.astype(np.float64)
        lengths = np.sqrt(np.einsum("ij,ij->i", matrix, matrix) * (target @ target))
        distances = np.clip(1.0 - matrix @ target / np.maximum(lengths, _TINY), 0.0, 2.0)
        found = sorted(zip(distances.tolist(), (i for i, _ in kept), strict=True))
        return [Neighbour(i, distance) for distance, i in found[: self.k]]


def similar(
    session: Session,
    scope: Scope,
    vector: Any,  # noqa: ANN401 - anything numpy takes
    *,
    model: str,
    version: str,
    k: int = 20,
    exclude: Iterable[str] = (),
    **filters: Any,
) -> list[Neighbour]:
    """Return the structures nearest to a vector, nearest first.

    Args:
        session: An open session; what it has written and not committed is not searched.
        scope: The project.
        vector: Of length 1, shape (d,), from this model and version.
        model: Name of the model.
        version: Its version.
        k: How many, at most; fewer where fewer fit.
        exclude: Full ids of structures that are not wanted.
        **filters: As of ``store.search.find_structures``, without ``limit``.

    Raises:
        InvalidInputError: ``k`` or the vector cannot be used.
        UnknownNameError: A filter does not exist.
    """
    if type(k) is not int or not 0 <= k <= MOST:
        raise InvalidInputError(f"k is how many structures are wanted, 0 to {MOST:,}, not {k!r}")
    if "limit" in filters:
        raise UnknownNameError("filter", "limit", {*FILTERS, *VOCABULARY} - {"limit"}, hint="Use k=...")
    target = np.ascontiguousarray(vector, dtype=FLOAT32)
    if target.ndim != 1 or not np.isfinite(target).all() or not target.any():
        raise InvalidInputError(
            "a vector to search with has one dimension and finite numbers that are not all 0"
        )
    given = {name: value for name, value in filters.items() if value is not None}
    where = tuple(conditions(session, scope, **given)) if given else ()
    question = Question(scope, model, version, target, k, frozenset(exclude), where)
    if session.get_bind().dialect.name == "sqlite":
        from nanoos_lab.store.similar_embedded import search  # noqa: PLC0415 - only the one in use is loaded
    else:
        from nanoos_lab.store.similar_server import search  # noqa: PLC0415
    return search(session, question)
