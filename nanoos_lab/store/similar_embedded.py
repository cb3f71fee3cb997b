"""Exact search in an embedded store: one product of the memory-mapped vectors with the one searched for.

The scores decide which few structures are looked at in the database, and only what is found there, with all
conditions, is an answer: so a deleted structure is none, whatever the file still holds.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import and_, bindparam, func, select, text

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.schema import EmbeddingRow, StructureRow
from nanoos_lab.store.vector_file import LAST_ROW, VectorFile

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope
    from nanoos_lab.store.similar import Neighbour, Question
    from nanoos_lab.store.vector_file import Vectors

_E = EmbeddingRow.__table__.c
_LAST = text(LAST_ROW)
_LISTED = func.json_each(bindparam("ids")).table_valued("value")
_CANDIDATES = select(_E.structure_id).where(
    _E.project_id == bindparam("project"),
    _E.model == bindparam("model"),
    _E.version == bindparam("version"),
    _E.structure_id.in_(select(_LISTED.c.value)),
)
_TO_STRUCTURE = and_(StructureRow.project_id == _E.project_id, StructureRow.id == _E.structure_id)
_WIDER = 8
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
    wanted = question.wanted
    while True:
        found = _confirmed(session, question, vectors, top(scores, wanted))
        if len(found) >= question.k + len(question.exclude) or wanted >= len(scores):
            break
        wanted *= _WIDER
        if question.conditions and wanted > _AT_MOST:
            found = _among_fitting(session, question, vectors, scores)
            break
    return question.answer([vectors.ids[row].decode() for row in found], vectors.matrix[found])


def _vectors(session: Session, question: Question) -> Vectors:
    """Return the vectors of the model, at least all that this session sees."""
    scope, key = question.scope, (question.model, question.version)
    number, row = session.connection().execute(_LAST).one()
    of_scope = _files.setdefault(scope, {})
    if key not in of_scope:
        path = session.connection().exec_driver_sql("PRAGMA database_list").one()[2]
        of_scope[key] = VectorFile(scope.files, Path(path), scope.project_id, *key)
    return of_scope[key].vectors(number, row)


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
    # The greatest scores lie in the blocks with the greatest maxima: only those are sorted out.
    maxima = scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
    chosen = np.argpartition(maxima, blocks - count)[blocks - count :]
    inside = (chosen[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
    candidates = np.concatenate([inside, np.arange(blocks * _BLOCK, n)])
    kept = np.argpartition(scores[candidates], len(candidates) - count)[len(candidates) - count :]
    return candidates[kept]


def _confirmed(session: Session, question: Question, vectors: Vectors, rows: NDArray[np.intp]) -> list[int]:
    """Return those rows of the file whose structures are in the database and meet the conditions."""
    query = _CANDIDATES
    if question.conditions:
        query = query.join(StructureRow, _TO_STRUCTURE).where(*question.conditions)
    by_id = {vectors.ids[row].decode(): row for row in rows.tolist()}
    key = {
        "project": question.scope.project_id,
        "model": question.model,
        "version": question.version,
        "ids": json.dumps(list(by_id)),
    }
    return [by_id[i] for (i,) in session.connection().execute(query, key)]


def _among_fitting(
    session: Session, question: Question, vectors: Vectors, scores: NDArray[np.float32]
) -> list[int]:
    """Ask first which structures meet the conditions, where they are few among the nearest."""
    query = select(StructureRow.id).where(*question.conditions)
    fitting = np.array(session.scalars(query).all(), dtype=vectors.ids.dtype)
    rows = vectors.rows_of(fitting)
    return _confirmed(session, question, vectors, rows[top(scores[rows], question.wanted)])
