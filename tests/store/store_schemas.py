"""Compare what two databases are made of."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


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
            elif kind == "index":
                columns = connection.execute(f"PRAGMA index_info({name})").fetchall()
                unique = "UNIQUE" in (sql or "UNIQUE")
                found.add(("index", table, str(unique), *(c[2] for c in columns)))
            else:
                found.add((kind, name, table, sql))
    return found
