"""Search on a server: exact within small projects, through pgvector's HNSW index within large ones.

Which way is taken depends on how many vectors the project has, never on what other projects have: the exact
query orders by an expression that no index holds, so the planner cannot take the index there, however few of all
vectors a person may see. In a large project the index is scanned on and on until enough of what it gives
passes the filters and row security (iterative scan); where that gives up, the exact query answers. Without an
index the second query is exact too, and only slower.

Settings: m = 24, ef_construction = 128; ef_search 100, 300 with a filter, or twice what is wanted where that is more;
relaxed order, because distances are computed again anyway and strict order throws away what comes late.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import and_, func, literal_column, select, text

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.postgresql.security import literal
from nanoos_lab.store.schema import EmbeddingRow, StructureRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope
    from nanoos_lab.store.similar import Neighbour, Question

EXACT_UP_TO = 50_000
"""Vectors of a project that are all compared."""
MAX_SCAN_TUPLES = 40_000
"""How many vectors the index gives for one question before the exact query is asked instead."""
SCAN_MEMORY = 16
"""How many times work_mem a scan may use for what it has visited."""
EF_SEARCH = 100
"""Candidates that a scan keeps."""
EF_FILTERED = 300
"""The same where a filter throws some of them away: what comes in later rounds is less sure to be the nearest."""
_MOST_EF = 1_000
"""pgvector's own limit of ef_search."""
_REMEMBERED_S = 60.0
_HEADER = 4
"""Bytes in front of the numbers in pgvector's binary form."""

_E = EmbeddingRow.__table__.c
_SETTINGS = text(
    "SELECT set_config('hnsw.ef_search', :ef, true), set_config('hnsw.iterative_scan', 'relaxed_order', true), "
    f"set_config('hnsw.max_scan_tuples', '{MAX_SCAN_TUPLES}', true), "
    f"set_config('hnsw.scan_mem_multiplier', '{SCAN_MEMORY}', true)"
)
_sizes: WeakKeyDictionary[Scope, dict[tuple[str, str], tuple[int, int, float]]] = WeakKeyDictionary()


def search(session: Session, question: Question) -> list[Neighbour]:
    """Return the nearest structures, nearest first.

    Args:
        session: An open session.
        question: What is searched for.
    """
    if not question.k:
        return []
    size, width = _size(session, question)
    if not size:
        return []
    if width != len(question.vector):
        raise InvalidInputError(
            f"{question.model} {question.version} has vectors of {width} numbers, and the one to search with has "
            f"{len(question.vector)}"
        )
    if size > EXACT_UP_TO:
        found = _indexed(session, question)
        if len(found) >= question.wanted:
            return _answer(question, found)
    return _answer(question, _exact(session, question))


def _answer(question: Question, found: list[Any]) -> list[Neighbour]:
    vectors = [np.frombuffer(row.vector, dtype=">f4", offset=_HEADER) for row in found]
    return question.answer([row.structure_id for row in found], vectors)


def _size(session: Session, question: Question) -> tuple[int, int]:
    """Return how many vectors the project has, counted no further than matters, and how many numbers each has.

    What was so within the last minute is taken to be so: a number that is too small costs time only, for both
    ways give the same answers.
    """
    key, now = (question.model, question.version), time.monotonic()
    known = _sizes.setdefault(question.scope, {})
    size, width, at = known.get(key, (0, 0, 0.0))
    if not size or now - at > _REMEMBERED_S:
        one: Any = literal_column("1").label("one")
        some = select(one).where(_of(question)).limit(EXACT_UP_TO + 1).subquery()
        first = select(func.vector_dims(_E.vector)).where(_of(question)).limit(1).scalar_subquery()
        size, width = session.execute(select(func.count(some.c.one), first)).one()
        known[key] = size, width or 0, now
    return size, width or 0


def of_dimension(column: str, dimension: int) -> str:
    """Return the condition that a vector has so many numbers, in the words that an index is made with.

    Written as an equation, the planner would take it to be met by one row in 200.

    Args:
        column: The column as SQL.
        dimension: How many numbers.
    """
    return f"(CASE vector_dims({column}) WHEN {dimension} THEN true ELSE false END)"


def _exact(session: Session, question: Question) -> list[Any]:
    query = _query(question, literal_column("embedding.vector"))
    if question.conditions:
        # An array and no join: on tables that the server has no statistics of yet, it would join them row by row.
        fitting = select(StructureRow.id).where(*question.conditions).scalar_subquery()
        query = query.where(_E.structure_id == func.any(func.array(fitting)))
    return _run(session, question, query)


def _indexed(session: Session, question: Question) -> list[Any]:
    most = EF_FILTERED if question.conditions else EF_SEARCH
    ef = min(_MOST_EF, max(most, 2 * question.wanted))
    session.execute(_SETTINGS, {"ef": str(ef)})
    width = len(question.vector)
    query = _query(question, literal_column(f"(embedding.vector::vector({width}))"))
    query = query.where(literal_column(of_dimension("embedding.vector", width)))
    if question.conditions:
        query = query.where(_E.structure_id.in_(select(StructureRow.id).where(*question.conditions)))
    return _run(session, question, query)


def _query(question: Question, vector: Any) -> Any:  # noqa: ANN401 - SQL expressions
    target = text("CAST(:target AS vector)")
    stored = func.vector_send(_E.vector).label("vector")  # the numbers as they are, not as text
    query = select(_E.structure_id, stored).where(_of(question)).order_by(vector.op("<=>")(target))
    return query.limit(literal_column(str(question.wanted)))


def _of(question: Question) -> Any:  # noqa: ANN401
    """Return the condition on project, model and version.

    Their values stand in the statement itself: a plan made for any value could not use the index of one model,
    nor tell a small project from a large one.
    """
    return and_(
        _E.project_id == literal_column(literal(question.scope.project_id)),
        _E.model == literal_column(literal(question.model)),
        _E.version == literal_column(literal(question.version)),
    )


def _run(session: Session, question: Question, query: Any) -> list[Any]:  # noqa: ANN401
    target = "[" + ",".join(map(repr, question.vector.tolist())) + "]"
    return list(session.connection().execute(query, {"target": target}))
