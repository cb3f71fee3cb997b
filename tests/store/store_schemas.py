"""Compare what two databases are made of."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection


def schema_of(path: Path) -> set[tuple[str, ...]]:
    """Everything the database holds besides rows, independent of order and of spelling."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        objects = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        found: set[tuple[str, ...]] = set()
        for kind, name, table, sql in objects:
            if kind == "table":
                found |= {
                    ("column", name, *map(str, c)) for c in connection.execute(f"PRAGMA table_info({name})")
                }
                keys = connection.execute(f"PRAGMA foreign_key_list({name})").fetchall()
                found |= {("foreign key", name, *map(str, k[2:])) for k in keys}
                found |= {
                    ("check", name, *check) for check in re.findall(r"CONSTRAINT (\w+) CHECK (.*)", sql)
                }
            elif kind == "index":
                columns = connection.execute(f"PRAGMA index_info({name})").fetchall()
                unique = "UNIQUE" in (sql or "UNIQUE")
                where = (sql or "").partition(" WHERE ")[2]
                found.add(("index", table, str(unique), *(c[2] for c in columns), where))
            else:
                found.add((kind, name, table, sql))
    return found


_SERVER = (
    (
        "SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, "
        "coalesce(pg_get_expr(d.adbin, d.adrelid), '') FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum "
        "WHERE c.relnamespace = 'nanoos'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
    ),
    (
        "SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'nanoos'::regnamespace AND contype <> 'n'"
    ),
    "SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'nanoos'",
    (
        "SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE NOT tgisinternal"
    ),
    (
        "SELECT 'function', p.proname, pg_get_functiondef(p.oid) FROM pg_proc p "
        "WHERE p.pronamespace = 'nanoos'::regnamespace AND NOT EXISTS "
        "(SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    ),
)


def server_schema_of(connection: Connection) -> set[tuple[str, ...]]:
    """The same of a database on a server; columns may stand in another order."""
    found: set[tuple[str, ...]] = set()
    for query in _SERVER:
        found |= {tuple(map(str, row)) for row in connection.execute(text(query.replace(":", r"\:")))}
    return found
