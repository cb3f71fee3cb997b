"""Checks of what the tables hold, the same on both databases but for what SQLite is asked itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nanoos_lab.errors import NanoOSError
from nanoos_lab.store.checking.findings import Finding
from nanoos_lab.store.schema import (
    ArtifactRow,
    Base,
    EmbeddingRow,
    MemberRow,
    ProjectRow,
    PropertyValueRow,
    Role,
    StructureRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Index
    from sqlalchemy.orm import Session

    from nanoos_lab.store.transfer.sources import LabSource

_SHOWN = 5
_CHUNK = 500


def schema(session: Session, source: LabSource) -> Iterator[Finding]:
    """Yield what the database has otherwise than this version makes it.

    Args:
        session: Of the source.
        source: The lab.
    """
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - heavy, and only here
    from alembic.migration import MigrationContext  # noqa: PLC0415

    def ours(thing: Any, name: str | None, kind: str, _reflected: bool, _to: Any) -> bool:  # noqa: ANN401, FBT001 - Alembic's form
        del thing
        vectors = kind == "index" and str(name).startswith("ix_embedding_hnsw_")
        return not vectors and name != "alembic_version"

    options = {"compare_type": True, "include_object": ours}
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        import pgvector.sqlalchemy  # noqa: F401, PLC0415 - lets the dialect know the type 'vector' when it reflects
    context = MigrationContext.configure(connection, opts=options)
    for difference in compare_metadata(context, Base.metadata):
        absent = isinstance(difference, tuple) and difference[0] == "add_index"
        mend = partial(_add_index, source, difference[1]) if absent else None
        yield Finding(f"the schema is not as this version makes it: {_in_words(difference)}", mend)


def _add_index(source: LabSource, index: Index) -> str:
    with source.reopen() as connection:
        index.create(connection)
    return f"made the index {index.name}"


def _in_words(difference: Any) -> str:  # noqa: ANN401 - Alembic gives tuples, and lists of them
    if isinstance(difference, list):
        return "; ".join(map(_in_words, difference))
    verb, *things = difference
    named = [str(getattr(thing, "name", thing)) for thing in things if thing is not None]
    return f"{verb.replace('_', ' ')} {' '.join(named)}"


def pages(session: Session, source: LabSource) -> Iterator[Finding]:
    """Yield what SQLite says of its own file.

    Args:
        session: Of the source.
        source: The lab.
    """
    del source
    told = [str(row[0]) for row in session.connection().exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})")]
    if told != ["ok"]:
        yield Finding(
            f"the database is damaged: {'; '.join(told)}: restore store.sqlite from a backup or a dump, or move what "
            "can still be read with 'nanoos db dump'"
        )


def references(session: Session, source: LabSource) -> Iterator[Finding]:
    """Yield rows of SQLite that refer to rows that are not there; a server does not let them come about.

    Args:
        session: Of the source.
        source: The lab.
    """
    del source
    broken = session.connection().exec_driver_sql("PRAGMA foreign_key_check").all()
    for table, row, target, _ in broken[:_SHOWN]:
        yield Finding(f"row {row} of {table} refers to a {target} that is not there")
    if len(broken) > _SHOWN:
        yield Finding(f"{len(broken) - _SHOWN} more rows refer to others that are not there")


def sense(session: Session, source: LabSource) -> Iterator[Finding]:
    """Yield rows that keys allow and that make no sense.

    Args:
        session: Of the source.
        source: The lab.
    """
    if source.kind == "server":
        owned = select(MemberRow.project_id).where(MemberRow.role == Role.OWNER)
        for project in session.scalars(select(ProjectRow).where(ProjectRow.id.not_in(owned))):
            yield Finding(f"nobody owns the project {project.owner}/{project.name}, so nobody can share it")
    value = PropertyValueRow
    purged = (
        select(func.count())
        .select_from(value)
        .join(
            ArtifactRow,
            (ArtifactRow.project_id == value.project_id) & (ArtifactRow.id == value.artifact_id),
        )
        .where(ArtifactRow.purged_at.is_not(None))
    )
    if n := session.scalar(purged):
        yield Finding(f"note: {n} array values have their record, but their numbers were purged")


def structures(session: Session, source: LabSource) -> Iterator[Finding]:
    """Yield structures whose content is not what their digest was made of.

    Args:
        session: Of the source.
        source: The lab.
    """
    from nanoos_lab import structures as science  # noqa: PLC0415 - brings pymatgen

    del source
    s = StructureRow
    query = select(s.project_id, s.id, s.name, s.digest, s.content)
    for row in session.execute(query, execution_options={"yield_per": _CHUNK}):
        try:
            sound = science.digest(science.from_json(row.content)) == row.digest
        except (NanoOSError, ValueError, TypeError, KeyError):  # whatever a damaged text leads to
            sound = False
        if not sound:
            yield Finding(
                f"structure {row.id} ({row.name}) of project {row.project_id} is not the one that was stored: its "
                "content was changed; restore it from a backup"
            )


def vectors(session: Session, source: LabSource) -> Iterator[Finding]:
    """Yield models whose vectors differ in length.

    Args:
        session: Of the source.
        source: The lab.
    """
    e = EmbeddingRow
    length = func.vector_dims(e.vector) if source.kind == "server" else func.length(e.vector)
    query = select(e.project_id, e.model, e.version, func.min(length), func.max(length)).group_by(
        e.project_id, e.model, e.version
    )
    for project_id, model, version, least, most in session.execute(query):
        if least != most:
            yield Finding(
                f"vectors of {model} {version} in project {project_id} differ in length: compute them again"
            )
