"""The stored structures: one by name, those of a material or parent, and what the user says of them.

How they come in is said in :mod:`nanoos_lab.store.insertion`, how they are found by what they are in
:mod:`nanoos_lab.store.search`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.events import record_event
from nanoos_lab.store.insertion import insert_structure, insert_structures
from nanoos_lab.store.materials import get_material
from nanoos_lab.store.rows import fetch_by, get_row, resolve_id
from nanoos_lab.store.schema import StructureRow
from nanoos_lab.store.search import find_structures
from nanoos_lab.store.tags import set_tags, tags_of
from nanoos_lab.store.wide import read_wide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope

__all__ = [
    "children_of",
    "find_structures",
    "get_material",
    "get_structure",
    "insert_structure",
    "insert_structures",
    "resolve_id",
    "set_tags",
    "structures_by_id",
    "structures_of",
    "tags_of",
    "update_structure",
]


def get_structure(session: Session, scope: Scope, given: str) -> StructureRow:
    """Return a structure by id, beginning of an id, or exact name.

    Args:
        session: An open session.
        scope: The project.
        given: What the user wrote.

    Raises:
        AmbiguousIdError: Several fit.
        UnknownNameError: None does.
    """
    row = get_row(session, scope, StructureRow, given)
    read_wide(session, scope, [row])
    return row


def structures_by_id(session: Session, scope: Scope, ids: Iterable[str]) -> list[StructureRow]:
    """Return the structures that have these full ids, without their wide columns; others are left out.

    Args:
        session: An open session.
        scope: The project.
        ids: Full ids.
    """
    query = select(StructureRow).where(StructureRow.project_id == scope.project_id)
    return fetch_by(session, query, StructureRow.id, ids)


def structures_of(session: Session, scope: Scope, material_id: str) -> list[StructureRow]:
    """Return the structures of a material, oldest first."""
    return _where(session, scope, StructureRow.material_id == material_id)


def children_of(session: Session, scope: Scope, structure_id: str) -> list[StructureRow]:
    """Return the structures that were derived from one, oldest first."""
    return _where(session, scope, StructureRow.parent_id == structure_id)


def _where(session: Session, scope: Scope, condition: Any) -> list[StructureRow]:  # noqa: ANN401
    query = select(StructureRow).where(StructureRow.project_id == scope.project_id, condition)
    return sorted(session.scalars(query), key=lambda row: (row.created_at, row.id))


def update_structure(
    session: Session, scope: Scope, structure_id: str, *, name: str | None = None, notes: str | None = None
) -> StructureRow:
    """Change what the user says of a structure, and return it; the journal keeps what was said before.

    Args:
        session: A writing session.
        scope: The project.
        structure_id: Its full id.
        name: A new name.
        notes: New notes.

    Raises:
        InvalidInputError: The name is empty.
    """
    if name is not None and not name.strip():
        raise InvalidInputError("a structure's name has at least one letter or digit")
    row = get_structure(session, scope, structure_id)
    said = {"name": None if name is None else name[:200], "notes": notes}
    new = {key: text for key, text in said.items() if text is not None and text != getattr(row, key)}
    if new:
        was = {key: getattr(row, key) for key in new}
        for key, text in new.items():
            setattr(row, key, text)
        session.flush()
        record_event(session, scope, "structure.changed", row.id, **new, was=was)
    return row
