"""Exact search in an embedded store: one product of the memory-mapped vectors with the one searched for.

The scores decide which few structures are looked at in the database, and only what is found there, with all
conditions, is an answer: so a deleted structure is none, whatever the file still holds.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import func, select

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.schema import StructureRow
from nanoos_lab.store.vector_file import LAST_ROW, VectorFile

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope
    from nanoos_lab.store.similar import Neighbour, Question
    from nanoos_lab.store.vector_file import Vectors

_THERE = (
    "SELECT structure_id FROM embedding WHERE project_id = ? AND model = ? AND version = ? "
    "AND structure_id IN (SELECT value FROM json_each(?))"
)
_AT_MOST = 3_000
"""Candidates that are tried in the order of their scores before the conditions are asked for first."""
_BLOCK = 256

_files: WeakKeyDictionary[Scope, dict[tuple[str, str], VectorFile]] = WeakKeyDictionary()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_files.clear)


def search(session: Session, question: Question) -> list[Neighbour]:
    """Return the nearest structures, nearest first; all of them are compared.

    Args:
        session: An open session.
        question: What is searched for.
    """
    vectors = _vectors(session, question)
    if not len(vectors.ids) or not question.k:
        return []
    if vectors.matrix.shape[1] != len(question.vector):
        raise InvalidInputError(
            f"{question.model} {question.version} has vectors of {vectors.matrix.shape[1]} numbers, and the one to "
            f"search with has {len(question.vector)}"
        )
    scores = vectors.matrix @ question.vector
    enough, wanted = question.k + len(question.exclude), question.wanted
    found = _confirmed(session, question, vectors, top(scores, wanted))
    while len(found) < enough and wanted < len(scores):
        # Twice as many as the part that fitted so far lets expect; where that is many, the fitting ones come first.
        wanted = 2 * wanted * enough // len(found) if found else len(scores)
        if question.conditions and wanted > _AT_MOST:
            found = _among_fitting(session, question, vectors, scores)
            break
        found = _confirmed(session, question, vectors, top(scores, wanted))
    return question.answer([vectors.ids[row].decode() for row in found], vectors.matrix[found])


def _vectors(session: Session, question: Question) -> Vectors:
    """Return the vectors of the model, at least all that this session sees."""
    scope, key = question.scope, (question.model, question.version)
    number, row = _driver(session).execute(LAST_ROW).fetchone()
    of_scope = _files.setdefault(scope, {})
    if key not in of_scope:
        path = _driver(session).execute("PRAGMA database_list").fetchone()[2]
        of_scope[key] = VectorFile(scope.files, Path(path), scope.project_id, *key)
    return of_scope[key].vectors(number, row)


def _driver(session: Session) -> Any:  # noqa: ANN401 - sqlite3's connection
    """Return the driver's own connection, in the session's transaction.

    What is asked at each search goes there at once: where a hundred megabytes have just passed through the
    processor's caches, SQLAlchemy's own work would be a tenth of the time.
    """
    return session.connection().connection.driver_connection


def top(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the positions of the greatest scores, in no order.

    Args:
        scores: Shape (n,).
        count: How many.
    """
    n = len(scores)
    blocks = n // _BLOCK
    if count >= n:
        return np.arange(n)
    if count * 4 > blocks:
        return np.argpartition(scores, n - count)[n - count :]
    # As many blocks have a maximum of at least the least of the greatest maxima: so have as many scores.
    maxima = scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
    least = np.partition(maxima, blocks - count)[blocks - count]
    candidates = np.flatnonzero(scores >= least)
    if len(candidates) == count:
        return candidates
    kept = np.argpartition(scores[candidates], len(candidates) - count)[len(candidates) - count :]
    return candidates[kept]


def _confirmed(session: Session, question: Question, vectors: Vectors, rows: NDArray[np.intp]) -> list[int]:
    """Return those rows of the file whose structures are in the database and meet the conditions."""
    by_id = {vectors.ids[row].decode(): row for row in rows.tolist()}
    listed = json.dumps(list(by_id))
    key = (question.scope.project_id, question.model, question.version, listed)
    there = [i for (i,) in _driver(session).execute(_THERE, key)]
    if question.conditions:
        among = func.json_each(json.dumps(there)).table_valued("value")
        fitting = select(StructureRow.id).where(*question.conditions)
        there = list(session.scalars(fitting.where(StructureRow.id.in_(select(among.c.value)))))
    return [by_id[i] for i in there]


def _among_fitting(
    session: Session, question: Question, vectors: Vectors, scores: NDArray[np.float32]
) -> list[int]:
    """Ask first which structures meet the conditions, where they are few among the nearest."""
    query = select(StructureRow.id).where(*question.conditions)
    fitting = np.array(session.scalars(query).all(), dtype=vectors.ids.dtype)
    rows = vectors.rows_of(fitting)
    return _confirmed(session, question, vectors, rows[top(scores[rows], question.wanted)])
