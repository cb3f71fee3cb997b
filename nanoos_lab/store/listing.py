"""Structures as the rows of a table: which fit, in which order, and what stands in the cells.

A column holds what a structure is (its name, a count), or the values of one property by one kind of method: like
values, so that what is sorted is comparable. A structure's cell holds its own value of that kind, or the one that
holds for its material as such; the least where there are several. Only converged values count. The database sorts and
filters; it is asked once for the order, and then for the rows that are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.store.filters import COUNTS, GEOMETRY, read_filters
from nanoos_lab.store.known_values import in_span
from nanoos_lab.store.rows import chunks
from nanoos_lab.store.schema import PropertyValueRow, StructureRow, TagRow
from nanoos_lab.store.sql import among, ascii_lower, in_project, mentions, small

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope

_S, _V = StructureRow, PropertyValueRow
TEXTS: dict[str, Any] = {"name": _S.name, "formula": _S.reduced_formula, "notes": _S.notes}
NUMBERS: dict[str, Any] = {name: getattr(_S, name) for name in (*COUNTS, *GEOMETRY)}
FACTS = (*TEXTS, "space_group", "crystal_system", *NUMBERS, "tags", "created")
"""Columns that say what a structure is; any other column is a property."""


@dataclass(frozen=True, order=True)
class Kind:
    """A kind of values: of one property, by one method of one origin."""

    name: str
    """Of the property."""
    origin: str
    method: str
    version: str
    synthetic: bool = False

    @property
    def label(self) -> str:
        """Origin and method in one line."""
        words = f"{self.origin} · {self.method} {self.version}".strip()
        return f"{words} · SYNTHETIC" if self.synthetic else words

    @property
    def likeness(self) -> ColumnElement[bool]:
        """The condition that a value is of this kind."""
        return and_(
            _V.property == self.name,
            _V.origin == self.origin,
            _V.method_name == self.method,
            _V.method_version == self.version,
            _V.synthetic.is_(self.synthetic),
            _V.converged.is_(True),
            _V.value.is_not(None),
        )


@dataclass(frozen=True)
class Asked:
    """Which rows a table shows, and in which order."""

    where: Sequence[ColumnElement[bool]]
    """Conditions on structures, the project's among them."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Which values stand in the columns that are properties."""
    cells: Mapping[str, str] = field(default_factory=dict)
    """What cells must hold, by column: texts, or ranges as of ``Lab.find``."""
    order: str = "created"
    descending: bool = False


def kinds_of(session: Session, scope: Scope, names: Iterable[str] | None = None) -> dict[Kind, int]:
    """Return the kinds of values there are, with how many values each has, the most first; synthetic ones last.

    Args:
        session: An open session.
        scope: The project.
        names: Only of these properties.
    """
    columns = (_V.property, _V.origin, _V.method_name, _V.method_version, _V.synthetic)
    # Spelt so that SQLite reads the table from end to end: no index holds versions, and looking them up costs more.
    query = select(*columns, func.count()).where(
        in_project(session, func.coalesce(_V.project_id, ""), scope.project_id),
        _V.converged.is_(True),
        _V.value.is_not(None),
    )
    if names is not None:
        query = query.where(_V.property.in_(list(names)))
    found = {Kind(*row[:5]): int(row[5]) for row in session.execute(query.group_by(*columns))}
    return dict(sorted(found.items(), key=lambda pair: (pair[0].synthetic, -pair[1], pair[0])))


def listed(session: Session, scope: Scope, asked: Asked) -> list[str]:
    """Return the ids of the rows of a table, in order; what has nothing to be sorted by comes last.

    Args:
        session: An open session.
        scope: The project.
        asked: Which rows.

    Raises:
        UnknownNameError: A column does not exist.
        InvalidInputError: What a cell must hold cannot be understood, or a column cannot be sorted.
    """
    query: Select[Any] = select(_S.id).where(*asked.where)
    keys: dict[str, Any] = {}
    wanted = {name for name, text in asked.cells.items() if text.strip()} | {asked.order}
    for name in sorted(wanted - set(FACTS)):
        query, keys[name] = _with_values(query, scope, _kind(asked, name))
    for name, text in asked.cells.items():
        if text.strip():
            query = query.where(_holding(scope, name, text.strip(), keys))
    key = _sorted_by(asked.order, keys)
    ordered = query.order_by(
        key.is_(None), key.desc() if asked.descending else key.asc(), _S.created_at, _S.id
    )
    return list(session.scalars(ordered))


def count_of(session: Session, where: Sequence[ColumnElement[bool]]) -> int:
    """Return how many structures meet conditions.

    Args:
        session: An open session.
        where: The conditions, the project's among them.
    """
    return session.scalar(select(func.count()).select_from(_S).where(*where)) or 0


def numbers_of(session: Session, scope: Scope, column: Kind | str, ids: Sequence[str]) -> dict[str, float]:
    """Return the numbers of a column by structure; those without one are left out.

    Args:
        session: An open session.
        scope: The project.
        column: A kind of values, or the name of a column of numbers.
        ids: Of which structures, at least; where they are many, of all.
    """
    few = [among(session, _S.id, ids)] if len(ids) <= _FEW else []
    query: Select[Any] = select(_S.id).where(_S.project_id == scope.project_id, *few)
    if isinstance(column, Kind):
        query, key = _with_values(query, scope, column)
    elif column in NUMBERS or column == "space_group":
        key = NUMBERS.get(column, _S.space_group)
    else:
        raise InvalidInputError(f"the column {column!r} holds no numbers: choose a count or a property")
    rows = session.execute(query.add_columns(key).where(key.is_not(None)))
    return {str(one): float(value) for one, value in rows}


_FEW = 2_000
_IN_CELLS = (
    _V.structure_id, _V.material_id, _V.property, _V.origin, _V.method_name, _V.method_version, _V.synthetic, _V.value,
    _V.uncertainty, _V.in_domain,
)  # fmt: skip


def values_in(
    session: Session, scope: Scope, kinds: Iterable[Kind], structures: Sequence[StructureRow]
) -> dict[tuple[str, Kind], list[Any]]:
    """Return the values that stand in cells, by structure and kind, the least first.

    A value has the columns ``value``, ``uncertainty``, ``in_domain`` and ``synthetic`` of its record.

    Args:
        session: An open session.
        scope: The project.
        kinds: The columns.
        structures: The rows.
    """
    wanted = set(kinds)
    if not wanted or not structures:
        return {}
    # Columns and not records, which cost several times as much where all rows of a table are written to a file.
    query = select(*_IN_CELLS).where(
        _V.project_id == scope.project_id, _V.property.in_({kind.name for kind in wanted}),
        _V.converged.is_(True), _V.value.is_not(None),
    )  # fmt: skip
    own: dict[tuple[str, Kind], list[Any]] = {}
    general: dict[tuple[str, Kind], list[Any]] = {}
    for part in chunks([one.id for one in structures]):
        for row in session.execute(query.where(among(session, _V.structure_id, part))):
            own.setdefault((str(row.structure_id), _kind_of(row)), []).append(row)
    for part in chunks(sorted({one.material_id for one in structures})):
        # Spelt so that SQLite reads the few values of materials as such, not all of a material's.
        held = query.where(_V.structure_id.is_(None), among(session, func.coalesce(_V.material_id, ""), part))
        for row in session.execute(held):
            general.setdefault((str(row.material_id), _kind_of(row)), []).append(row)
    cells = {}
    for one in structures:
        for kind in wanted:
            rows = own.get((one.id, kind)) or general.get((one.material_id, kind))
            if rows:
                cells[one.id, kind] = sorted(rows, key=lambda row: row.value or 0.0)
    return cells


def _kind_of(row: Any) -> Kind:  # noqa: ANN401 - some columns of a value
    return Kind(row.property, row.origin, row.method_name, row.method_version, row.synthetic)


def _kind(asked: Asked, name: str) -> Kind:
    if name in asked.kinds:
        return asked.kinds[name]
    if name in VOCABULARY:  # nothing is known of it yet
        return Kind(name, "", "", "")
    raise UnknownNameError("column", name, {*FACTS, *VOCABULARY})


def _with_values(query: Select[Any], scope: Scope, kind: Kind) -> tuple[Select[Any], ColumnElement[Any]]:
    """Return a query of structures joined with their values of a kind, and the value."""
    good = (_V.project_id == scope.project_id, kind.likeness)
    own = (
        select(_V.structure_id.label("one"), func.min(_V.value).label("least"))
        .where(*good, _V.structure_id.is_not(None))
        .group_by(_V.structure_id)
        .subquery()
    )
    general = (
        select(_V.material_id.label("one"), func.min(_V.value).label("least"))
        .where(*good, _V.structure_id.is_(None))
        .group_by(_V.material_id)
        .subquery()
    )
    joined = query.outerjoin(own, own.c.one == _S.id).outerjoin(general, general.c.one == _S.material_id)
    return joined, func.coalesce(own.c.least, general.c.least)


def _sorted_by(name: str, keys: Mapping[str, Any]) -> ColumnElement[Any]:
    if name in keys:
        return keys[name]  # type: ignore[no-any-return]
    if name in TEXTS:
        return ascii_lower(TEXTS[name])
    if name in NUMBERS:
        return NUMBERS[name]  # type: ignore[no-any-return]
    if name in {"space_group", "crystal_system"}:
        return _S.space_group.expression
    if name == "created":
        return _S.created_at.expression
    raise InvalidInputError(f"a table cannot be sorted by {name}: choose another column")


def _holding(scope: Scope, name: str, text: str, keys: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return the condition that a structure's cell holds what is asked for."""
    if name in TEXTS:
        return mentions(ascii_lower(TEXTS[name]), small(text))
    if name in keys or name in NUMBERS:
        spans = read_filters({name: text}).ranges or {}
        return in_span(keys.get(name, NUMBERS.get(name)), spans[name])
    if name == "space_group":
        return _in_space_group(text)
    if name == "crystal_system":
        return mentions(ascii_lower(_S.crystal_system), small(text))
    if name == "tags":
        tagged = select(TagRow.structure_id).where(TagRow.project_id == scope.project_id)
        return _S.id.in_(tagged.where(mentions(ascii_lower(TagRow.tag), small(text))))
    raise InvalidInputError(f"a table cannot be filtered by {name}: choose another column")


def _in_space_group(text: str) -> ColumnElement[bool]:
    """Return the condition on a space group: numbers, ranges of them, or part of a symbol."""
    if text.replace("..", "").replace(",", "").replace(" ", "").isdecimal():
        ranges = read_filters({"space_group": [part.strip() for part in text.split(",")]}).space_groups or ()
        return or_(*(_S.space_group.between(first, last) for first, last in ranges))
    return mentions(ascii_lower(_S.space_group_symbol), small(text))
