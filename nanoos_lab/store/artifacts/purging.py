"""Giving up the bytes of artifacts: their records stay, with name, hash and size.

First the records say that they are purged, and that is committed; then, alone with the project again, the bytes
go that no record claims any more. Whoever stores the same bytes meanwhile either comes before, and they stay, or
after, and puts them in place anew. A crash in between leaves bytes that nobody claims, which
:mod:`nanoos_lab.store.orphans` finds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.artifacts.payloads import payloads_of
from nanoos_lab.store.events import record_events
from nanoos_lab.store.rows import chunks, fetch_by
from nanoos_lab.store.schema import ArtifactRow, ModelRow, PropertyValueRow, RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Store
    from nanoos_lab.store.scope import Scope

_PIECE = 200
"""Of how many hashes the bytes are removed in one transaction."""
_DAY_S = 86400.0


@dataclass(frozen=True)
class Purge:
    """What a purge frees, or freed."""

    artifacts: tuple[ArtifactRow, ...]
    """Whose bytes are given up."""
    freed: int
    """Bytes that no other artifact of the project names."""
    shared: int
    """How many of the artifacts name bytes that stay, because others name them too."""
    done: bool = False
    """Whether it was done, or only looked at."""


def choose(
    session: Session,
    scope: Scope,
    *,
    artifacts: Sequence[str] | None = None,
    runs: Sequence[str] | None = None,
    task: str | None = None,
    state: str | None = None,
    older_than_days: float | None = None,
    larger_than: int | None = None,
) -> list[ArtifactRow]:
    """Return artifacts that meet all given conditions and have their bytes, the largest first.

    Files of samples and files that a value or a model names are chosen only by their own ids: no run can make them
    again as they are.

    Args:
        session: An open session.
        scope: The project.
        artifacts: Only these, by their full ids.
        runs: Only of these runs, by their full ids.
        task: Only of runs of this task.
        state: Only of runs in this state.
        older_than_days: Only of runs that finished longer ago.
        larger_than: Only those of more bytes.

    Raises:
        InvalidInputError: No condition was given.
    """
    conditions = (artifacts, runs, task, state, older_than_days, larger_than)
    if all(condition is None for condition in conditions):
        raise InvalidInputError(
            "say what to purge: artifacts by id, a run, or files by task=, state=, older_than= or larger_than="
        )
    query = select(ArtifactRow).where(
        ArtifactRow.project_id == scope.project_id, ArtifactRow.purged_at.is_(None)
    )
    if larger_than is not None:
        query = query.where(ArtifactRow.size > larger_than)
    if task is not None or state is not None or older_than_days is not None:
        query = query.where(ArtifactRow.run_id.in_(_runs(scope, task, state, older_than_days)))
    if artifacts is None:
        named = select(PropertyValueRow.artifact_id).where(
            PropertyValueRow.project_id == scope.project_id, PropertyValueRow.artifact_id.is_not(None)
        )
        models = select(ModelRow.artifact_id).where(ModelRow.project_id == scope.project_id)
        query = query.where(
            ArtifactRow.run_id.is_not(None), ArtifactRow.id.not_in(named), ArtifactRow.id.not_in(models)
        )
    if runs is not None and artifacts is not None:
        query = query.where(ArtifactRow.run_id.in_(list(runs)))
    column, ids = (ArtifactRow.id, artifacts) if artifacts is not None else (ArtifactRow.run_id, runs)
    found = list(session.scalars(query)) if ids is None else fetch_by(session, query, column, ids)
    return sorted(found, key=lambda row: (-row.size, row.id))


def look(session: Session, scope: Scope, chosen: Sequence[ArtifactRow]) -> Purge:
    """Return what purging some artifacts would free.

    Args:
        session: An open session.
        scope: The project.
        chosen: Artifacts that have their bytes.
    """
    gone = {row.id for row in chosen}
    stay = {
        row.sha256 for row in _naming(session, scope, {row.sha256 for row in chosen}) if row.id not in gone
    }
    sizes = {row.sha256: row.size for row in chosen if row.sha256 not in stay}
    return Purge(tuple(chosen), sum(sizes.values()), sum(row.sha256 in stay for row in chosen))


def purge(store: Store, artifact_ids: Iterable[str], *, reason: str = "") -> Purge:
    """Give up the bytes of artifacts.

    Args:
        store: The open store.
        artifact_ids: Their full ids; those already purged are passed over.
        reason: Why, for the journal and for whoever asks for them later.

    Raises:
        StoreError: The bytes could not be removed; the artifacts are purged all the same, and ``nanoos db check
            --fix`` removes what was left.
    """
    with store.write() as session:
        scope = store.scope
        query = select(ArtifactRow).where(
            ArtifactRow.project_id == scope.project_id, ArtifactRow.purged_at.is_(None)
        )
        rows = fetch_by(session, query, ArtifactRow.id, artifact_ids)
        found = look(session, scope, rows)
        mark_purged(session, scope, rows, reason=reason)
    drop_unnamed(store, {row.sha256 for row in rows})
    return Purge(found.artifacts, found.freed, found.shared, done=True)


def mark_purged(session: Session, scope: Scope, rows: Iterable[ArtifactRow], *, reason: str) -> None:
    """Say in the records and in the journal that bytes are given up; they may still be there.

    Args:
        session: A writing session.
        scope: The project.
        rows: The artifacts.
        reason: Why.
    """
    now = time.time()
    lines: dict[str, dict[str, Any]] = {}
    for row in rows:
        row.purged_at = now
        lines[row.id] = {"name": row.name, "sha256": row.sha256, "size": row.size, "run": row.run_id}
        lines[row.id] |= {"reason": reason} if reason else {}
    session.flush()
    record_events(session, scope, "artifact.purged", lines)


def drop_unnamed(store: Store, hashes: Iterable[str]) -> None:
    """Remove the bytes of those hashes that no unpurged artifact names.

    Args:
        store: The open store.
        hashes: Hashes of bytes that may be there.
    """
    payloads, wanted = payloads_of(store.scope), sorted(hashes)
    for start in range(0, len(wanted), _PIECE):
        piece = wanted[start : start + _PIECE]
        with store.write() as session:  # while it is open nobody else stores these bytes
            named = {row.sha256 for row in _naming(session, store.scope, piece)}
            for sha256 in piece:
                if sha256 not in named:
                    payloads.remove(sha256)


def _naming(session: Session, scope: Scope, hashes: Iterable[str]) -> list[ArtifactRow]:
    """Return the unpurged artifacts that name some bytes."""
    query = select(ArtifactRow).where(
        ArtifactRow.project_id == scope.project_id, ArtifactRow.purged_at.is_(None)
    )
    return [
        row
        for part in chunks(sorted(hashes))
        for row in session.scalars(query.where(ArtifactRow.sha256.in_(part)))
    ]


def _runs(scope: Scope, task: str | None, state: str | None, older_than_days: float | None) -> Select[Any]:
    query = select(RunRow.id).where(RunRow.project_id == scope.project_id)
    if task is not None:
        query = query.where(RunRow.task == task)
    if state is not None:
        if state.upper() not in RunState.__members__:
            raise InvalidInputError(f"{state!r} is no state of a run: {', '.join(RunState)}")
        query = query.where(RunRow.state == state.upper())
    if older_than_days is not None:
        query = query.where(RunRow.finished_at < time.time() - older_than_days * _DAY_S)
    return query
