"""The journal: who did what to which record, when. Rows are added and read, never changed.

Triggers refuse every change of a journal line; on a server they also write author and time, whatever the client
said.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from nanoos_lab.store.rows import as_list, fetch_by
from nanoos_lab.store.schema import EventRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

_INSERT = insert(EventRow.__table__)  # type: ignore[arg-type]


def record_event(session: Session, scope: Scope, kind: str, subject_id: str, **data: Any) -> None:
    """Add one line to the journal.

    Args:
        session: A writing session.
        scope: The project, and the person who acts.
        kind: A noun and a verb in the past, such as ``run.submitted``.
        subject_id: The record it happened to.
        data: JSON values worth keeping with it.
    """
    record_events(session, scope, kind, {subject_id: data})


def record_events(
    session: Session, scope: Scope, kind: str, subjects: Mapping[str, Mapping[str, Any]]
) -> None:
    """Add one line per subject, in one statement.

    Args:
        session: A writing session.
        scope: The project, and the person who acts.
        kind: What happened to each of them.
        subjects: The data of each line, by the record's id.
    """
    now = time.time()
    common = {"project_id": scope.project_id, "at": now, "author": scope.author, "kind": kind}
    lines = [{**common, "subject_id": subject, "data": dict(data)} for subject, data in subjects.items()]
    if lines:
        session.connection().execute(_INSERT, lines)


def events_of(
    session: Session,
    scope: Scope,
    subject_id: str | Iterable[str] | None = None,
    *,
    kind: str | Iterable[str] | None = None,
    limit: int | None = None,
) -> list[EventRow]:
    """Return lines of the journal, oldest first.

    Args:
        session: An open session.
        scope: The project.
        subject_id: Only lines about this record, or these.
        kind: Only lines of this kind, or these.
        limit: Only the newest so many.
    """
    query = select(EventRow).where(EventRow.project_id == scope.project_id)
    if kind is not None:
        query = query.where(EventRow.kind.in_(as_list(kind)))
    if subject_id is None:
        newest = query.order_by(EventRow.at.desc(), EventRow.id.desc()).limit(limit)
        return list(reversed(session.scalars(newest).all()))
    # Sorted here, not in SQL: asked for order, SQLite would walk through the whole project's journal.
    found = fetch_by(session, query, EventRow.subject_id, as_list(subject_id))
    found.sort(key=lambda line: (line.at, line.id))
    return found if limit is None else found[max(len(found) - limit, 0) :]


def told_elsewhere(line: EventRow) -> list[EventRow]:
    """Return what another lab's journal told of a record that was imported here, said to be from there.

    Args:
        line: A line of this journal; of a kind that ends in ``.imported``, or it has none.
    """
    told = line.data.get("history")
    if not line.kind.endswith(".imported") or not isinstance(told, list):
        return []
    place = f"{line.data.get('lab')}"
    return [
        EventRow(
            id=line.id,
            at=float(one["at"]),
            author=f"{one.get('author')} ({place})",
            kind=str(one.get("kind")),
            subject_id=line.subject_id,
            data=one["data"],
        )
        for one in told
        if isinstance(one, dict) and isinstance(one.get("data"), dict) and isinstance(one.get("at"), float)
    ]
