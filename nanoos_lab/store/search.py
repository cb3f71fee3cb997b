"""Find structures by what they are, what they are called and what is known of them.

What a filter means is said in :mod:`nanoos_lab.store.filters`; here it becomes SQL, the same on both databases.
What is asked of compositions and cells is read from one index that holds all of it; values and tags are either
collected first or looked up for each candidate, whichever reads less; texts are read last. User text travels as a
bound parameter and has no wildcards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ColumnElement, and_, exists, false, func, literal_column, not_, or_, select

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.elements import element_masks
from nanoos_lab.store.filters import (
    COUNTS,
    FILTERS,
    GEOMETRY,
    ORDERS,
    STABLE_EV,
    Filters,
    Span,
    read_filters,
    space_group_number,
)
from nanoos_lab.store.formulas import amounts_of, reduce_formula
from nanoos_lab.store.known_values import KnownValue, count_up_to, in_span
from nanoos_lab.store.ordering import in_order
from nanoos_lab.store.rows import chunks, resolve_id
from nanoos_lab.store.schema import StructureRow, TagRow
from nanoos_lab.store.sql import among
from nanoos_lab.store.texts import mentioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope

__all__ = ["FILTERS", "conditions", "find_structures", "reduce_formula", "space_group_number"]

Condition = ColumnElement[bool]
_S = StructureRow
_FULL_ID = 12
_FEW, _MANY = 8_000, 60_000
"""Of how many values or tags the structures are collected first: where cells and compositions are asked for too,
and where they are not."""


def find_structures(session: Session, scope: Scope, **filters: Any) -> list[StructureRow]:
    """Return the structures that meet all given filters, without their wide columns.

    Args:
        session: An open session.
        scope: The project.
        **filters: As of ``nanoos_lab.store.filters``: what ``Lab.find`` documents.

    Raises:
        UnknownNameError: A filter, element, space group or id does not exist.
        InvalidInputError: A filter's value cannot be understood.
    """
    asked = read_filters(filters)
    where = _conditions(session, scope, asked)
    ids = in_order(session, scope, where, asked)
    query = select(_S).where(_S.project_id == scope.project_id)
    found = {
        row.id: row
        for part in chunks(ids)
        for row in session.scalars(query.where(among(session, _S.id, part)))
    }
    return [found[one] for one in ids if one in found]


def conditions(session: Session, scope: Scope, **filters: Any) -> list[Condition]:
    """Return filters as conditions on ``StructureRow``, the project's first.

    Args:
        session: An open session.
        scope: The project.
        **filters: As of :func:`find_structures`, without ``order`` and ``limit``.

    Raises:
        UnknownNameError: A filter, element, space group or id does not exist.
        InvalidInputError: A filter's value cannot be understood, or it is no condition.
    """
    for name in ("order", "limit"):
        if filters.get(name) is not None:
            raise InvalidInputError(f"{name} is no condition on a structure: leave it out here")
    return _conditions(session, scope, read_filters(filters))


def _conditions(session: Session, scope: Scope, asked: Filters) -> list[Condition]:
    facets = [*_of_composition(session, scope, asked), *_of_cell(asked)]
    if asked.ids is not None:
        facets.append(among(session, _S.id, _resolve_all(session, scope, asked.ids)))
    if asked.material is not None:
        material = resolve_id(session, scope, asked.material, kinds=("material",))[1]
        m = _S.__table__.alias("member")
        members = select(m.c.id).where(m.c.project_id == scope.project_id, m.c.material_id == material)
        facets.append(_S.id.in_(members))  # SQLite would read all facets for the bare column
    where = [_S.project_id == scope.project_id, *facets]
    if asked.derived is not None:
        # Spelt so that no index on the parent alone is taken for a short cut.
        added = func.coalesce(_S.parent_id, "") == ""
        where.append(not_(added) if asked.derived else added)
    where += _known(*_tests(session, scope, asked), narrowed=bool(facets))
    return where + mentioned(session, scope, asked.text, narrowed=len(where) > 1)


class _Test(Protocol):
    """A condition that can be asked in two ways; see :mod:`nanoos_lab.store.known_values`."""

    @property
    def planned(self) -> bool: ...

    def count(self, most: int) -> int: ...

    def collected(self) -> Condition: ...

    def looked_up(self) -> Condition: ...


@dataclass(frozen=True)
class _Tagged:
    """That a structure carries a tag."""

    session: Session
    scope: Scope
    tag: str

    @property
    def planned(self) -> bool:
        return self.session.get_bind().dialect.name == "postgresql"

    @property
    def _good(self) -> Condition:
        return and_(TagRow.project_id == self.scope.project_id, TagRow.tag == self.tag)

    def count(self, most: int) -> int:
        return count_up_to(self.session, self._good, most)

    def collected(self) -> Condition:
        return _S.id.in_(select(TagRow.structure_id).where(self._good))

    def looked_up(self) -> Condition:
        of_it: Select[Any] = select(literal_column("1")).where(self._good, TagRow.structure_id == _S.id)
        return exists(of_it.correlate(_S))


def _known(wanted: Sequence[_Test], unwanted: Sequence[_Test], *, narrowed: bool) -> list[Condition]:
    """Return the conditions on values and tags.

    Args:
        wanted: What must be there.
        unwanted: What must not.
        narrowed: Whether compositions or cells are asked for too.
    """
    most = _FEW if narrowed else _MANY
    sizes = [(most + 1 if test.planned else test.count(most)) for test in wanted]
    smallest = min(sizes, default=most + 1)
    first = sizes.index(smallest) if smallest <= most else -1
    found = [test.collected() if at == first else test.looked_up() for at, test in enumerate(wanted)]
    return found + [not_(test.looked_up()) for test in unwanted]


def _tests(session: Session, scope: Scope, asked: Filters) -> tuple[list[_Test], list[_Test]]:
    """Return what must be there of values and tags, and what must not."""

    def value(name: str | None, span: Span | None = None) -> KnownValue:
        return KnownValue(session, scope, name, span, asked.origins, asked.methods)

    ranges = asked.ranges or {}
    wanted: list[_Test] = [_Tagged(session, scope, tag.strip()) for tag in asked.tags]
    unwanted: list[_Test] = [_Tagged(session, scope, tag.strip()) for tag in asked.exclude_tags]
    wanted += [value(name, span) for name, span in ranges.items() if name not in (*COUNTS, *GEOMETRY)]
    wanted += [value(name) for name in asked.has]
    unwanted += [value(name) for name in asked.lacks]
    on_hull = value("energy_above_hull", Span(high=STABLE_EV))
    if asked.stable is True:
        wanted.append(on_hull)
    elif asked.stable is False:
        wanted.append(value("energy_above_hull", Span(low=STABLE_EV, above=True)))
        unwanted.append(on_hull)
    narrowed = asked.origins is not None or asked.methods is not None
    used = any(isinstance(test, KnownValue) for test in (*wanted, *unwanted)) or asked.order not in ORDERS
    if narrowed and not used:
        wanted.append(value(None))
    return wanted, unwanted


def _of_composition(session: Session, scope: Scope, asked: Filters) -> list[Condition]:
    low, high = _S.elements_low, _S.elements_high
    where: list[Condition] = []
    for column, mask in zip((low, high), element_masks(asked.elements), strict=True):
        if mask:
            where.append(column.bitwise_and(mask) == mask)
    for column, mask in zip((low, high), element_masks(asked.exclude_elements), strict=True):
        if mask:
            where.append(column.bitwise_and(mask) == 0)
    if asked.any_elements is not None:
        masks = zip((low, high), element_masks(asked.any_elements), strict=True)
        where.append(or_(false(), *(column.bitwise_and(mask) != 0 for column, mask in masks if mask)))
    if asked.chemical_system is not None:
        exact = element_masks(asked.chemical_system)
        where += [low == exact[0], high == exact[1], _S.n_elements == len(asked.chemical_system)]
    if asked.formulas is not None:
        named = _S.reduced_formula.in_(asked.formulas)
        where.append(or_(named, _of_amounts(session, scope, asked.amounts)) if asked.amounts else named)
    return where


def _of_amounts(session: Session, scope: Scope, amounts: Sequence[tuple[float, ...]]) -> Condition:
    """Return the condition that a formula has such amounts, whatever its elements."""
    query = select(_S.reduced_formula).where(_S.project_id == scope.project_id).distinct()
    fitting = [formula for formula in session.scalars(query) if amounts_of(formula) in amounts]
    return among(session, _S.reduced_formula, fitting)


def _of_cell(asked: Filters) -> list[Condition]:
    where: list[Condition] = [
        or_(false(), *(_S.space_group.between(first, last) for first, last in ranges))
        for ranges in (asked.space_groups, asked.crystal_systems)
        if ranges is not None
    ]
    for name, span in (asked.ranges or {}).items():
        if name in (*COUNTS, *GEOMETRY):
            where.append(in_span(getattr(_S, name), span))
    return where


def _resolve_all(session: Session, scope: Scope, given: Iterable[str]) -> list[str]:
    """Return full ids, each once, refusing any that does not exist."""
    several = list(dict.fromkeys(given))
    full = sorted(i for i in several if len(i) == _FULL_ID)
    known = {
        found
        for part in chunks(full)
        for found in session.scalars(
            select(_S.id).where(_S.project_id == scope.project_id, among(session, _S.id, part))
        )
    }
    resolved = [i if i in known else resolve_id(session, scope, i, kinds=("structure",))[1] for i in several]
    return list(dict.fromkeys(resolved))
