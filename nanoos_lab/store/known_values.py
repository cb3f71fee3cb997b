"""Conditions on what is known of structures: values that count, in a range or at all.

A value counts for a structure where it was found on it, or holds for its material as such; only converged, not
synthetic values count. The same condition can be asked in two ways: collect the structures of all values that
count and look each candidate up among them, which is right where they are few; or look at each candidate's
values, which is right where candidates are few. Which it is, is found out by counting, no further than matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select, true

from nanoos_lab.store.schema import PropertyValueRow, StructureRow
from nanoos_lab.store.sql import among, ascii_lower, small

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nanoos_lab.store.filters import Span
    from nanoos_lab.store.scope import Scope

_MOST_MATERIALS = 1_000
"""How many materials are listed by id where values hold for materials as such."""
_V = PropertyValueRow


@dataclass(frozen=True)
class KnownValue:
    """A value that counts, of one property or any, in a range or not."""

    session: Session
    scope: Scope
    name: str | None = None
    """Of the property; None for any."""
    span: Span | None = None
    origins: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None

    @cached_property
    def good(self) -> ColumnElement[bool]:
        """The condition on a value's row."""
        where = [_V.project_id == self.scope.project_id, _V.converged.is_(True), _V.synthetic.is_(False)]
        if self.name is not None:
            where.append(_V.property == self.name)
        if self.origins is not None:
            where.append(_V.origin.in_(self.origins))
        if self.methods is not None:
            where.append(ascii_lower(_V.method_name).in_([small(name) for name in self.methods]))
        return and_(*where, in_span(_V.value, self.span))

    @property
    def planned(self) -> bool:
        """Whether the database finds out itself which way is better."""
        return self._of_materials is None and self.session.get_bind().dialect.name == "postgresql"

    def count(self, most: int) -> int:
        """Return how many such values single structures have, counted up to one more than a number.

        Args:
            most: The number.
        """
        return count_up_to(self.session, and_(self.good, _V.structure_id.is_not(None)), most)

    def collected(self) -> ColumnElement[bool]:
        """Return the condition that a structure is among those with such a value."""
        ids = select(_V.structure_id).where(self.good, _V.structure_id.is_not(None))
        if self._of_materials is None:
            return StructureRow.id.in_(ids)
        s = StructureRow.__table__.alias("member")
        members = select(s.c.id).where(s.c.project_id == self.scope.project_id)
        return StructureRow.id.in_(ids.union(members.where(self._of_materials(s.c.material_id))))

    def looked_up(self) -> ColumnElement[bool]:
        """Return the condition that a structure has such a value."""
        of_it: Select[Any] = select(literal_column("1")).where(self.good, _V.structure_id == StructureRow.id)
        own = exists(of_it.correlate(StructureRow))
        return own if self._of_materials is None else or_(own, self._of_materials(StructureRow.material_id))

    @cached_property
    def _of_materials(self) -> Callable[[Any], ColumnElement[bool]] | None:
        """The condition on a material that such a value holds for it as such; None where none does for any."""
        general = and_(self.good, _V.structure_id.is_(None))
        query = select(_V.material_id).where(general, _V.material_id.is_not(None))
        found = sorted(
            {str(one) for one in self.session.scalars(query.distinct().limit(_MOST_MATERIALS + 1))}
        )
        if not found:
            return None
        if len(found) <= _MOST_MATERIALS:
            return lambda material: among(self.session, material, found)
        return lambda material: material.in_(query)


def count_up_to(session: Session, condition: ColumnElement[bool], most: int) -> int:
    """Return how many rows meet a condition, counted up to one more than a number.

    Args:
        session: An open session.
        condition: On the rows of one table.
        most: The number.
    """
    one: Any = literal_column("1").label("one")
    some = select(one).where(condition).limit(most + 1).subquery()
    return session.scalar(select(func.count(some.c.one))) or 0


def in_span(column: Any, span: Span | None) -> ColumnElement[bool]:  # noqa: ANN401 - of any number type
    """Return the condition that a number lies in a range; NULL lies in none.

    Args:
        column: The number.
        span: The range, None for whatever there is.
    """
    if span is None:
        return true()
    where = [column.is_not(None)]
    if span.low is not None:
        where.append(column > span.low if span.above else column >= span.low)
    if span.high is not None:
        where.append(column < span.high if span.below else column <= span.high)
    return and_(*where)
