"""What every part of the store does with rows: find them by id, fetch many, insert what is new.

Knows the tables only through their common columns ``project_id``, ``id`` and ``name``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import func, select

from nanoos_lab.errors import AmbiguousIdError, InvalidInputError, UnknownNameError
from nanoos_lab.store.schema import (
    ArtifactRow,
    Base,
    BatchRow,
    MaterialRow,
    ModelRow,
    PropertyValueRow,
    RunRow,
    SampleRow,
    StructureRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

Row = TypeVar("Row", bound=Base)
CHUNK = 5_000
"""How many values one ``IN`` list takes at most; both databases allow more."""
_SHOWN = 5
_SUGGESTED_FROM = 500


KINDS: dict[str, type[Base]] = {
    "structure": StructureRow,
    "run": RunRow,
    "batch": BatchRow,
    "material": MaterialRow,
    "value": PropertyValueRow,
    "artifact": ArtifactRow,
    "sample": SampleRow,
    "model": ModelRow,
}
"""The records that have ids, by the word for them."""


def row_of(kind: type[Row], columns: Mapping[str, Any]) -> Row:
    """Return a row as if it had been read; its own construction would note every attribute as a change.

    Args:
        kind: The table.
        columns: What was stored.
    """
    row: Row = kind.__mapper__.class_manager.new_instance()
    row.__dict__.update(columns)
    return row


def resolve_id(
    session: Session, scope: Scope, given: str, *, kinds: Sequence[str] = ("structure", "run", "batch")
) -> tuple[str, str]:
    """Find the one record that an id, the beginning of one, or an exact name means.

    Args:
        session: An open session.
        scope: The project to look in.
        given: What the user wrote.
        kinds: Where to look, of :data:`KINDS`.

    Returns:
        The kind and the full id.

    Raises:
        InvalidInputError: Nothing was given.
        AmbiguousIdError: Several records fit; the message lists them.
        UnknownNameError: None does; close names are suggested.
    """
    wanted = str(given).strip()
    if not wanted:
        raise InvalidInputError(f"give an id, the beginning of one, or a name, not {given!r}")
    for matches in (_with_id, _with_name, _with_prefix):
        found = [(kind, *hit) for kind in kinds for hit in matches(session, scope, KINDS[kind], wanted)]
        if len(found) == 1:
            return found[0][0], found[0][1]
        if found:
            shown = ", ".join(f"{i} ({kind} {name})" for kind, i, name in found[:_SHOWN])
            more = ", …" if len(found) > _SHOWN else ""
            raise AmbiguousIdError(f"{wanted!r} may mean {shown}{more}: give more of the id")
    raise UnknownNameError(" or ".join(kinds), wanted, _known_names(session, scope, kinds))


def get_row(session: Session, scope: Scope, table: type[Row], given: str) -> Row:
    """Return one record by id, beginning of an id, or exact name; errors as for :func:`resolve_id`."""
    kind = next(kind for kind, one in KINDS.items() if one is table)
    _, full = resolve_id(session, scope, given, kinds=(kind,))
    return session.get_one(table, (scope.project_id, full))


def _with_id(session: Session, scope: Scope, table: type[Base], wanted: str) -> list[tuple[str, str]]:
    return _hits(session, scope, table, lambda query, t: query.where(t.c.id == wanted))


def _with_name(session: Session, scope: Scope, table: type[Base], wanted: str) -> list[tuple[str, str]]:
    if "name" not in table.__table__.c or table.__tablename__ == "artifact":
        return []
    return _hits(session, scope, table, lambda query, t: query.where(t.c.name == wanted))


def _with_prefix(session: Session, scope: Scope, table: type[Base], wanted: str) -> list[tuple[str, str]]:
    prefix = wanted.lower()
    if not set(prefix) <= set("0123456789abcdef"):
        return []
    # A range uses the index on (project_id, id) on every database; "g" follows every hexadecimal digit.
    return _hits(session, scope, table, lambda query, t: query.where(t.c.id >= prefix, t.c.id < prefix + "g"))


def _hits(session: Session, scope: Scope, table: type[Base], narrow: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    t = table.__table__
    name = t.c.get("name", t.c.get("task", t.c.get("property", t.c.id)))
    query = narrow(select(t.c.id, name).where(t.c.project_id == scope.project_id), t)
    # Sorted here, not in SQL: asked for order, SQLite would walk through the whole project by id.
    return sorted((i, n) for i, n in session.execute(query.limit(_SHOWN + 1)))


def _known_names(session: Session, scope: Scope, kinds: Iterable[str]) -> set[str]:
    names: set[str] = set()
    for kind in kinds:
        t = KINDS[kind].__table__
        column = t.c.get("name", t.c.id)
        query = select(column).where(t.c.project_id == scope.project_id).order_by(t.c.created_at.desc())
        names |= {name for name in session.scalars(query.limit(_SUGGESTED_FROM)) if name}
    return names


def as_list(given: str | Iterable[str]) -> list[str]:
    """Return a list of strings from one string or several."""
    return [given] if isinstance(given, str) else list(given)


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the values in pieces that one ``IN`` list takes."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def fetch_by(session: Session, query: Select[Row], column: Any, values: Iterable[str]) -> list[Row]:  # noqa: ANN401
    """Return the rows of a query whose column is one of any number of values.

    Args:
        session: An open session.
        query: What to select.
        column: The column to compare.
        values: The wanted values; repeated ones count once.
    """
    distinct = list(dict.fromkeys(values))
    return [row for part in chunks(distinct) for row in session.scalars(query.where(column.in_(part)))]


def insert_new(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows, passing over those whose unique columns exist already; return how many were inserted.

    Args:
        session: A writing session.
        table: Where to.
        rows: Column values; all rows with the same columns.
    """
    if not rows:
        return 0
    session.flush()  # a row that waits in the session may be one that these refer to
    connection = session.connection()
    statement = _insert_ignoring(table, connection.dialect.name)
    return connection.execute(statement, list(rows)).rowcount


def look_after_growth(session: Session, scope: Scope) -> None:
    """Let a server know how large its tables have become while one transaction inserts very many rows.

    Beginning to write does so; a server that still takes a table for empty checks every foreign key the slow way.

    Args:
        session: A writing session.
        scope: The project it writes to.
    """
    if session.connection().dialect.name == "postgresql":
        session.scalar(select(func.begin_write(scope.project_id)))


@cache
def _insert_ignoring(table: type[Base], dialect: str) -> Any:  # noqa: ANN401 - the dialects share no type
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert  # noqa: PLC0415 - only the dialect in use is imported
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]  # noqa: PLC0415

    # Without RETURNING the rows travel one after the other through a prepared statement, three times as fast.
    statement = insert(table.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]
    return statement.execution_options(preserve_rowcount=True)
