"""In which order structures are found, and how many of them.

Texts are sorted here and not in SQL, whose alphabets differ from database to database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nanoos_lab.store.filters import COUNTS, GEOMETRY
from nanoos_lab.store.known_values import KnownValue
from nanoos_lab.store.rows import chunks
from nanoos_lab.store.schema import PropertyValueRow, StructureRow
from nanoos_lab.store.sql import among

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from nanoos_lab.store.filters import Filters
    from nanoos_lab.store.scope import Scope

_S, _V = StructureRow, PropertyValueRow
_COLUMNS = {"name": _S.name, "formula": _S.reduced_formula, "space_group": _S.space_group} | {
    name: getattr(_S, name) for name in (*COUNTS, *GEOMETRY)
}


def in_order(
    session: Session, scope: Scope, where: Sequence[ColumnElement[bool]], asked: Filters
) -> list[str]:
    """Return the ids of the structures that meet conditions, in the order asked for and no more than asked for.

    Structures of which nothing is known to order them by come last; equal ones are in the order in which they came.

    Args:
        session: An open session.
        scope: The project.
        where: The conditions, the project's among them.
        asked: The filters.
    """
    if asked.limit == 0:
        return []
    if asked.order == "created":
        return _by_age(session, where, asked)
    column = _COLUMNS.get(asked.order, _S.material_id)
    rows = session.execute(select(_S.id, _S.created_at, column).where(*where)).all()
    rows = sorted(rows, key=lambda row: (row[1], row[0]))
    keys: Mapping[str, Any] = {row[0]: row[2] for row in rows}
    if asked.order not in _COLUMNS:
        keys = _values(session, scope, {row[0]: row[2] for row in rows}, asked)
    known = [row[0] for row in rows if keys.get(row[0]) is not None]
    known.sort(key=lambda one: keys[one], reverse=asked.descending)
    unknown = [row[0] for row in rows if keys.get(row[0]) is None]
    return [*known, *unknown][: asked.limit]


def _by_age(session: Session, where: Sequence[ColumnElement[bool]], asked: Filters) -> list[str]:
    # Conditions come before order: by the bare column, SQLite would walk through the whole project by age.
    age = _S.created_at if len(where) == 1 else _S.created_at + 0.0
    query = select(_S.id).where(*where)
    query = query.order_by(age.desc(), _S.id.desc()) if asked.descending else query.order_by(age, _S.id)
    return list(session.scalars(query.limit(asked.limit)))


def _values(session: Session, scope: Scope, materials: Mapping[str, str], asked: Filters) -> dict[str, float]:
    """Return the least value that counts of each structure, the greatest for a descending order."""
    good = KnownValue(session, scope, asked.order, None, asked.origins, asked.methods).good
    best = func.max(_V.value) if asked.descending else func.min(_V.value)
    choose = max if asked.descending else min

    def of(column: Any, *more: ColumnElement[bool], ids: Sequence[str]) -> dict[str, float]:  # noqa: ANN401
        query = select(column, best).where(good, _V.value.is_not(None), *more).group_by(column)
        return {
            str(one): value
            for part in chunks(ids)
            for one, value in session.execute(query.where(among(session, column, part)))
        }

    own = of(_V.structure_id, ids=list(materials))
    general = of(_V.material_id, _V.structure_id.is_(None), ids=sorted(set(materials.values())))
    found = {}
    for one, material in materials.items():
        values = [v for v in (own.get(one), general.get(material)) if v is not None]
        if values:
            found[one] = choose(values)
    return found
