"""What the tests that attack a lab share: rows in every table, and raw connections under a person's name."""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
from sqlalchemy import JSON, Boolean, Float, Integer, insert

from nanoos_lab.store.postgresql.address import parse_address
from nanoos_lab.store.postgresql.security import NOT_OF_A_PROJECT
from nanoos_lab.store.schema import Base
from nanoos_lab.store.vectors import VectorType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column, Table

    from nanoos_lab.store.database import Store

TABLES = [table for table in Base.metadata.sorted_tables if table.name not in NOT_OF_A_PROJECT]
"""Every table of projects' rows that there is, so that a new one cannot be forgotten."""
NAMES = [table.name for table in TABLES]


def login(address: str, **changed: Any) -> dict[str, Any]:
    """Return an address as psycopg takes it."""
    url = parse_address(address)
    given = {
        "host": url.query["host"],
        "dbname": url.database,
        "user": url.username,
        "password": url.password,
    }
    return given | changed


@contextlib.contextmanager
def raw(address: str, **changed: Any) -> Iterator[psycopg.Connection[Any]]:
    """Give what an attacker in a kernel has: a connection, statement by statement."""
    with psycopg.connect(**login(address, **changed), autocommit=True) as connection:
        connection.execute("SET search_path = nanoos, public")
        yield connection


def refused(connection: psycopg.Connection[Any], statement: str, params: Any = None) -> str:
    """Run a statement that must fail, and return its SQLSTATE."""
    try:
        found = connection.execute(statement, params)
    except psycopg.Error as error:
        return str(error.sqlstate)
    raise AssertionError(f"{statement!r} was not refused: {found.statusmessage}")


def fill(store: Store, secret: str) -> dict[str, dict[str, Any]]:
    """Put one row into every table of the open project, each text telling whose it is; return the rows."""
    rows: dict[str, dict[str, Any]] = {}
    with store.write() as session:
        for table in TABLES:
            rows[table.name] = row_of(table, store.scope.project_id, store.scope.author, secret, rows)
            session.execute(insert(table), [rows[table.name]])
    return rows


def row_of(
    table: Table, project: str, author: str, secret: str, others: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return a row for a table, which refers to the given rows of other tables."""
    row: dict[str, Any] = {}
    for column in table.columns:
        target = _target(column)
        if column.name == "project_id":
            row["project_id"] = project
        elif column.name == "author":
            row["author"] = author
        elif target is not None:
            row[column.name] = others[target]["id"] if target in others and target != table.name else None
        else:
            row[column.name] = _example(column, secret)
    return row


def _target(column: Column[Any]) -> str | None:
    """Return the table whose id a column holds."""
    targets = {key.column.table.name for key in column.foreign_keys if key.column.name == "id"}
    return next(iter(targets - {"project"}), None)


def _example(column: Column[Any], secret: str) -> Any:
    if column.name == "id":
        return secrets.token_hex(6)
    if column.primary_key and isinstance(column.type, Integer):
        return secrets.randbelow(1_000_000)
    kind, text = column.type, f"{secret} {column.name}"
    for known, example in _EXAMPLES:
        if isinstance(kind, known):
            return example
    return {"said": secret} if isinstance(kind, JSON) else text[: getattr(kind, "length", None)]


_EXAMPLES = ((VectorType, np.ones(4, dtype=np.float32)), (Boolean, False), (Integer, 1), (Float, 1.0))
