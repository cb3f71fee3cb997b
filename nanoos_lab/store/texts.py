"""Words in what people wrote of structures: names, notes, files, tags, formulas, and names and notes of materials.

Every word must occur somewhere, in capital or small letters, also inside another word. What is compared is bytes:
the letters A to Z without their case on either database, others as they were written, all in capitals, or all small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, literal_column, or_, select
from sqlalchemy.orm import aliased

from nanoos_lab.store.schema import MaterialRow, StructureRow, TagRow
from nanoos_lab.store.sql import ascii_lower, mentions, small
from nanoos_lab.store.tags import tag_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope

_S = StructureRow


def spellings(word: str) -> tuple[str, ...]:
    """Return the forms of a word that are looked for, their letters A to Z small.

    Args:
        word: As a user wrote it.
    """
    forms = (word, word.lower(), word.upper())
    return tuple(dict.fromkeys(small(form) for form in forms))


def mentioned(
    session: Session, scope: Scope, words: Sequence[str], *, narrowed: bool
) -> list[ColumnElement[bool]]:
    """Return the conditions that each of some words occurs in what people wrote of a structure.

    Args:
        session: An open session.
        scope: The project.
        words: Words and phrases.
        narrowed: Whether other conditions leave few structures, whose texts alone are then read.
    """
    if not words:
        return []
    tags = tag_names(session, scope)
    if not narrowed:
        return [_occurs(_S, scope, word, tags) for word in words]
    t = aliased(_S)
    itself = [t.project_id == scope.project_id, t.id == _S.id]
    texts: Select[Any] = select(literal_column("1")).where(
        *itself, *(_occurs(t, scope, word, tags) for word in words)
    )
    return [exists(texts.correlate(_S))]


def _occurs(row: Any, scope: Scope, word: str, tags: Sequence[str]) -> ColumnElement[bool]:  # noqa: ANN401
    forms = spellings(word)
    columns = (row.name, row.formula, row.reduced_formula, row.notes, row.original_name)
    found = [_holds(column, forms) for column in columns]
    fitting = [tag for tag in tags if any(form in small(tag) for form in forms)]
    if fitting:
        tagged = select(TagRow.structure_id).where(TagRow.project_id == scope.project_id)
        found.append(row.id.in_(tagged.where(TagRow.tag.in_(fitting))))
    m = MaterialRow
    # In the words of an index, which holds the few materials of which anything was said.
    said = or_(m.notes != literal_column("''"), m.name != m.reduced_formula)
    named = select(m.id).where(m.project_id == scope.project_id, said)
    found.append(row.material_id.in_(named.where(or_(_holds(m.name, forms), _holds(m.notes, forms)))))
    return or_(*found)


def _holds(column: Any, forms: Sequence[str]) -> ColumnElement[bool]:  # noqa: ANN401
    lowered: ColumnElement[str] = ascii_lower(column)
    return or_(*(mentions(lowered, form) for form in forms))
