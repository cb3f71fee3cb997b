"""What the journal tells of a record and of all that belongs to it, or of the whole project.

To a structure belong the values stated of it, the samples that are of it and the runs that used it; to a
sample its values and its files; to a value, a file and a model the run they came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nanoos_lab.store.events import events_of, told_elsewhere
from nanoos_lab.store.rows import KINDS, fetch_by, resolve_id
from nanoos_lab.store.schema import (
    ArtifactRow,
    BatchRow,
    EventRow,
    MaterialRow,
    ModelRow,
    PropertyValueRow,
    RunInputRow,
    RunRow,
    SampleRow,
    StructureRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nanoos_lab.store.schema import Base
    from nanoos_lab.store.scope import Scope

PROJECT = "project"
_NAMED: tuple[type[Base], ...] = (
    StructureRow, SampleRow, PropertyValueRow, RunRow, BatchRow, ArtifactRow, MaterialRow, ModelRow,
)  # fmt: skip
_OF_RUNS_USING = (
    "run.submitted", "run.completed", "run.failed", "run.cancelled", "run.lost", "run.imported",
)  # fmt: skip
"""What of a run is told of the structures it used."""


@dataclass(frozen=True)
class HistoryLine:
    """A line of the journal, with the name of what it is about."""

    at: float
    """UTC seconds since 1970."""
    author: str
    kind: str
    """A noun and a verb in the past, such as ``run.submitted``."""
    subject_id: str
    subject: str
    """Name of what it is about; empty where it has none, or is gone."""
    data: dict[str, Any]
    of: str = ""
    """Name of what a value was stated of."""


def history_of(
    session: Session, scope: Scope, given: str | None = None, *, limit: int | None = None
) -> tuple[str, list[HistoryLine]]:
    """Return what a history is of, and its lines, oldest first.

    Args:
        session: An open session.
        scope: The project.
        given: A record of any kind, by id, beginning of an id, or exact name; None for the project.
        limit: Only the newest so many.

    Raises:
        UnknownNameError: There is no such record.
        AmbiguousIdError: Several records fit.
    """
    if given is None or given in {scope.project, scope.project_id}:
        return f"project {scope.project}", _named(session, scope, events_of(session, scope, limit=limit))
    kind, focus = _find(session, scope, given)
    lines = events_of(session, scope, {focus, *_belonging(session, scope, kind, focus)})
    runs = _runs_of(session, scope, kind, focus)
    lines += [old for line in lines for old in told_elsewhere(line)]
    if runs:
        used = events_of(session, scope, runs, kind=_OF_RUNS_USING)
        before = (old for line in used for old in told_elsewhere(line))
        lines += [*used, *(old for old in before if old.kind in _OF_RUNS_USING)]
    lines.sort(key=lambda line: (line.at, line.id))
    named = _named(session, scope, lines[-limit:] if limit else lines)
    name = _names(session, scope, [focus]).get(focus, focus)
    return f"{kind} {name}", named


def _find(session: Session, scope: Scope, given: str) -> tuple[str, str]:
    """Return kind and id; a material's name is looked for last, as structures often have the same."""
    others = [kind for kind in KINDS if kind != "material"]
    known = KINDS["material"].__table__.c
    query = select(known.id).where(known.project_id == scope.project_id, known.id == given)
    if session.scalar(query) is not None:
        return "material", given
    return resolve_id(session, scope, given, kinds=others)


def _belonging(session: Session, scope: Scope, kind: str, focus: str) -> set[str]:
    """Return the ids of what belongs to a record besides runs."""
    v, s, a = PropertyValueRow, SampleRow, ArtifactRow
    queries: list[Any] = []
    if kind == "structure":
        queries = [select(v.id).where(v.structure_id == focus, v.run_id.is_(None))]
        queries += [select(s.id).where(s.structure_id == focus)]
    elif kind == "material":
        queries = [select(v.id).where(v.material_id == focus, v.run_id.is_(None))]
        queries += [select(s.id).where(s.material_id == focus)]
    elif kind == "sample":
        queries = [select(v.id).where(v.sample_id == focus), select(a.id).where(a.sample_id == focus)]
    elif kind == "run":
        queries = [select(a.id).where(a.run_id == focus)]
    elif kind == "model":
        queries = [select(ModelRow.artifact_id).where(ModelRow.id == focus)]
    elif kind == "value":
        queries = [select(v.artifact_id).where(v.id == focus, v.artifact_id.is_not(None))]
    tables = [query.columns_clause_froms[0] for query in queries]
    return {
        one
        for query, table in zip(queries, tables, strict=True)
        for one in session.scalars(query.where(table.c.project_id == scope.project_id))
    }


def _runs_of(session: Session, scope: Scope, kind: str, focus: str) -> set[str]:
    """Return the runs that a record came from or that used it."""
    if kind == "structure":
        used = RunInputRow
        query = select(used.run_id).where(used.project_id == scope.project_id, used.structure_id == focus)
        made = session.get_one(StructureRow, (scope.project_id, focus)).run_id
        return {*session.scalars(query), *([made] if made else [])}
    if kind in {"value", "artifact", "model"}:
        row: Any = session.get_one(KINDS[kind], (scope.project_id, focus))
        return {row.run_id} if row.run_id else set()
    return set()


def _named(session: Session, scope: Scope, lines: list[EventRow]) -> list[HistoryLine]:
    of = {line.id: str(line.data.get("of", "")) for line in lines if line.kind == "value.recorded"}
    names = _names(session, scope, {*(line.subject_id for line in lines), *of.values()})
    return [
        HistoryLine(
            one.at, one.author, one.kind, one.subject_id, names.get(one.subject_id, ""), dict(one.data),
            names.get(of.get(one.id, ""), ""),
        )
        for one in lines
    ]  # fmt: skip


def _names(session: Session, scope: Scope, ids: Iterable[str]) -> dict[str, str]:
    """Return what records are called, by id."""
    left, names = set(ids), {}
    for table in _NAMED:
        query: Any = select(table).where(table.__table__.c.project_id == scope.project_id)
        for row in fetch_by(session, query, table.__table__.c.id, sorted(left)) if left else []:
            names[row.id] = _name(row)
        left -= names.keys()
    return names


def _name(row: Any) -> str:  # noqa: ANN401 - a row of any table
    if isinstance(row, RunRow):
        return row.label or row.task
    if isinstance(row, BatchRow):
        return f"batch {row.label or row.task}"
    if isinstance(row, PropertyValueRow):
        return row.property
    if isinstance(row, ModelRow):
        return f"{row.name}@{row.version}"
    return str(row.name)
