"""Embeddings: the vector of each structure by each model, which structures have none yet, and why some never will.

A structure's vector is stored once for each model and version and never changed; it goes with its structure.
Who may see the structure may see the vector. What a model cannot know is written in the journal, so that it is
not tried again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select, text

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.events import record_events
from nanoos_lab.store.rows import chunks, fetch_by, insert_new
from nanoos_lab.store.schema import EmbeddingRow, EventRow, StructureRow
from nanoos_lab.store.vectors import FLOAT32, MAX_DIMENSION
from nanoos_lab.store.wide import read_wide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

    FloatArray = NDArray[np.float32]

REFUSED = "embedding.refused"
"""Kind of the journal's lines about structures that a model cannot know."""
_UNIT_WITHIN = 1e-3
_LAST_ROW = text("SELECT max(rowid) FROM event")


def insert_embeddings(
    session: Session, scope: Scope, model: str, version: str, vectors: Mapping[str, Any]
) -> int:
    """Store vectors of structures that have none of this model and version yet; return how many were new.

    Args:
        session: A writing session.
        scope: The project.
        model: Name of the model.
        version: Its version.
        vectors: One vector for each structure's full id: of length 1, all of the same dimension.

    Raises:
        InvalidInputError: A vector is not of length 1, or has another dimension than the model's others.
    """
    if not vectors:
        return 0
    given = _checked(vectors)
    known = dimension_of(session, scope, model, version)
    if known not in {None, given.shape[1]}:
        raise InvalidInputError(
            f"{model} {version} has vectors of {known} numbers in this project, and these have {given.shape[1]}: "
            "give another model or another version its own name"
        )
    common = {
        "project_id": scope.project_id,
        "model": model,
        "version": version,
        "created_at": time.time(),
    }
    rows = [{**common, "structure_id": i, "vector": v} for i, v in zip(vectors, given, strict=True)]
    return insert_new(session, EmbeddingRow, rows)


def _checked(vectors: Mapping[str, Any]) -> FloatArray:
    import numpy as np  # noqa: PLC0415 - only with vectors

    widths = {np.shape(vector) for vector in vectors.values()}
    if len(widths) != 1 or len(width := widths.pop()) != 1 or not 1 <= width[0] <= MAX_DIMENSION:
        raise InvalidInputError(
            f"the vectors of a model are all of one shape (d,), with d from 1 to {MAX_DIMENSION}"
        )
    given = np.array(list(vectors.values()), dtype=FLOAT32)
    wrong = ~(np.abs(np.linalg.norm(given.astype(np.float64), axis=1) - 1.0) < _UNIT_WITHIN)
    if wrong.any():
        raise InvalidInputError(
            f"the vector of structure {list(vectors)[int(wrong.argmax())]} is not of length 1: divide it by its "
            "length first"
        )
    return given


def dimension_of(session: Session, scope: Scope, model: str, version: str) -> int | None:
    """Return how many numbers the model's vectors have in this project, or None where there are none.

    Args:
        session: An open session.
        scope: The project.
        model: Name of the model.
        version: Its version.
    """
    vector = session.scalar(select(EmbeddingRow.vector).where(_of(scope, model, version)).limit(1))
    return None if vector is None else len(vector)


def embedding_of(
    session: Session, scope: Scope, model: str, version: str, structure_id: str
) -> FloatArray | None:
    """Return the vector of a structure, shape (d,), or None.

    Args:
        session: An open session.
        scope: The project.
        model: Name of the model.
        version: Its version.
        structure_id: The structure's full id.
    """
    query = select(EmbeddingRow.vector).where(_of(scope, model, version))
    found: FloatArray | None = session.scalar(query.where(EmbeddingRow.structure_id == structure_id))
    return found


def embeddings_of(
    session: Session, scope: Scope, model: str, version: str, structure_ids: Iterable[str]
) -> dict[str, FloatArray]:
    """Return the vectors of structures by id, shape (d,) each; those that have none are left out.

    Args:
        session: An open session.
        scope: The project.
        model: Name of the model.
        version: Its version.
        structure_ids: Full ids.
    """
    e = EmbeddingRow
    found: dict[str, FloatArray] = {}
    query = select(e.structure_id, e.vector).where(_of(scope, model, version))
    for part in chunks(list(structure_ids)):
        found |= {i: vector for i, vector in session.execute(query.where(e.structure_id.in_(part)))}  # noqa: C416 - a row has keys
    return found


def missing_embeddings(session: Session, scope: Scope, model: str, version: str) -> list[str]:
    """Return the ids of the structures that have no vector yet and were not refused, oldest first.

    Args:
        session: An open session.
        scope: The project.
        model: Name of the model.
        version: Its version.
    """
    return without_embedding(session, scope, model, version)[0]


def without_embedding(
    session: Session, scope: Scope, model: str, version: str
) -> tuple[list[str], dict[str, str]]:
    """Return the structures that have no vector: those that may get one, oldest first, and why others may not.

    Args:
        session: An open session.
        scope: The project.
        model: Name of the model.
        version: Its version.
    """
    e, s = EmbeddingRow, StructureRow
    there = select(e.structure_id).where(_of(scope, model, version), e.structure_id == s.id)
    query = select(s.id).where(s.project_id == scope.project_id, ~there.exists())
    without = list(session.scalars(query.order_by(s.created_at, s.id)))
    refused = refusals(session, scope, model, version, without)
    return [i for i in without if i not in refused], refused


def structures_to_embed(session: Session, scope: Scope, ids: Sequence[str]) -> list[StructureRow]:
    """Return structures with everything that is stored of them, in the order of their ids here.

    Args:
        session: An open session.
        scope: The project.
        ids: Full ids.
    """
    query = select(StructureRow).where(StructureRow.project_id == scope.project_id)
    rows = fetch_by(session, query, StructureRow.id, ids)
    read_wide(session, scope, rows)
    by_id = {row.id: row for row in rows}
    return [by_id[i] for i in ids if i in by_id]


def count_embeddings(session: Session, scope: Scope) -> dict[tuple[str, str], int]:
    """Return how many vectors the project has, by model and version.

    Args:
        session: An open session.
        scope: The project.
    """
    e = EmbeddingRow
    query = select(e.model, e.version, func.count()).where(e.project_id == scope.project_id)
    found = session.execute(query.group_by(e.model, e.version).order_by(e.model, e.version))
    return {(model, version): count for model, version, count in found}


def refuse_embeddings(
    session: Session, scope: Scope, model: str, version: str, reasons: Mapping[str, str]
) -> None:
    """Write in the journal which structures a model cannot know, and why.

    Args:
        session: A writing session.
        scope: The project.
        model: Name of the model.
        version: Its version.
        reasons: Why, by the structure's full id; one that the journal has already is passed over.
    """
    known = refusals(session, scope, model, version, reasons)
    lines = {
        i: {"model": model, "version": version, "reason": why} for i, why in reasons.items() if i not in known
    }
    record_events(session, scope, REFUSED, lines)


def refusals(
    session: Session, scope: Scope, model: str, version: str, structure_ids: Iterable[str]
) -> dict[str, str]:
    """Return why a model cannot know structures, by id, for those where it is so.

    Args:
        session: An open session.
        scope: The project.
        model: Name of the model.
        version: Its version.
        structure_ids: The structures in question.
    """
    e, found = EventRow, {}
    query = select(e.subject_id, e.data).where(e.project_id == scope.project_id, e.kind == REFUSED)
    for part in chunks(list(structure_ids)):
        for structure_id, data in session.execute(query.where(e.subject_id.in_(part))):
            if (data.get("model"), data.get("version")) == (model, version):
                found[structure_id] = str(data.get("reason", ""))
    return found


def last_change(session: Session, scope: Scope) -> str:
    """Return a mark that is another one after anything was recorded in the project: its journal's last line.

    It costs one look into an index, so that one can ask at each search whether there are new structures.

    Args:
        session: An open session.
        scope: The project.
    """
    if session.get_bind().dialect.name == "sqlite":
        # The clock of a laptop may be set back; the journal's rows are only ever added to.
        return str(session.scalar(_LAST_ROW))
    e = EventRow
    newest = select(e.id).where(e.project_id == scope.project_id).order_by(e.at.desc(), e.id.desc())
    return str(session.scalar(newest.limit(1)))


def _of(scope: Scope, model: str, version: str) -> Any:  # noqa: ANN401 - a condition
    e = EmbeddingRow
    return and_(e.project_id == scope.project_id, e.model == model, e.version == version)
