"""Expressions that mean the same on both databases, whichever way each of them writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, ColumnElement, String, any_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select
    from sqlalchemy.orm import Session


class ascii_lower(FunctionElement[str]):  # noqa: N801 - named as SQL functions are
    """A text with its letters A to Z made small; others stay, on any database and in any locale."""

    type = String()
    inherit_cache = True


class mentions(FunctionElement[bool]):  # noqa: N801 - named as SQL functions are
    """Whether a text holds another, with no wildcards; NULL holds none."""

    type = Boolean()
    inherit_cache = True


@compiles(ascii_lower)
def _lower(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's form
    return f"lower({compiler.process(element.clauses, **kw)})"


@compiles(ascii_lower, "postgresql")
def _lower_in_c(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401
    return f'lower(({compiler.process(element.clauses, **kw)}) COLLATE "C")'


@compiles(mentions)
def _instr(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401
    return f"(coalesce(instr({compiler.process(element.clauses, **kw)}), 0) > 0)"


@compiles(mentions, "postgresql")
def _strpos(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401
    return f"(coalesce(strpos({compiler.process(element.clauses, **kw)}), 0) > 0)"


def small(text: str) -> str:
    """Return a text as :class:`ascii_lower` gives it.

    Args:
        text: Any text.
    """
    return "".join(c.lower() if c.isascii() else c for c in text)


def among(session: Session, column: Any, values: Iterable[str]) -> ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that a text is one of any number of others, which travel as one parameter.

    Args:
        session: An open session.
        column: The text.
        values: The others.
    """
    given = list(values)
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(bindparam(None, json.dumps(given))).table_valued("value")
        return column.in_(select(listed.c.value))  # type: ignore[no-any-return]
    return column == any_(bindparam(None, given, type_=ARRAY(String)))  # type: ignore[no-any-return]


def in_project(session: Session, column: Any, project_id: str) -> ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that a row is of a project, for look-ups by another column indexed with the project.

    Of a project that is new, a server's statistics say that it has hardly a row, so that any index on projects
    seems good enough to look for one row among them. Here it gets to see only that row security narrows projects.

    Args:
        session: An open session.
        column: The table's ``project_id``.
        project_id: The project.
    """
    if session.get_bind().dialect.name == "sqlite":
        return column == project_id  # type: ignore[no-any-return]
    return column.concat("") == project_id  # type: ignore[no-any-return]


def for_each(session: Session, query: Select[Any], column: Any, values: Iterable[str]) -> Select[Any]:  # noqa: ANN401
    """Return a query narrowed to those rows whose column is one of many values, looked up one by one.

    A server that has no statistics yet, as while a project is first filled, would read all of the project for a
    list of values; this way it uses the index on project and column, whatever it believes.

    Args:
        session: An open session.
        query: Selects columns.
        column: The column, which has an index with the project.
        values: The values.
    """
    if session.get_bind().dialect.name == "sqlite":
        return query.where(among(session, column, values))
    wanted = (
        func.unnest(bindparam(None, list(values), type_=ARRAY(String)))
        .table_valued("wanted")
        .render_derived()
    )
    found = query.where(column == wanted.c.wanted).offset(0).lateral("found")
    return select(*found.c).select_from(wanted.join(found, true()))
