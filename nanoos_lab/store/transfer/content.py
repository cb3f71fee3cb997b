"""Rows of any table as plain values, their counts and hashes, and what a server would not take."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Integer,
    LargeBinary,
    String,
    Text,
    cast,
    select,
    type_coerce,
)

from nanoos_lab.foreign_json import loads
from nanoos_lab.store.schema import Base, SettingRow
from nanoos_lab.store.vectors import FLOAT32, VectorType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column, Connection, Table

Row = tuple[Any, ...]
"""Values in the order of the table's columns: text, numbers, truth values, None, and bytes for vectors."""
TABLES: tuple[Table, ...] = tuple(
    t for t in Base.metadata.sorted_tables if t.name != SettingRow.__tablename__
)
"""All tables that travel, each after those that it refers to. What ``setting`` holds is the place's own."""
CHUNK = 1_000
"""Rows in memory at a time."""
_SHOWN = 5


def read_rows(connection: Connection, table: Table) -> Iterator[Row]:
    """Yield every row of a table, in no order.

    Args:
        connection: In a transaction.
        table: Of :data:`TABLES`.
    """
    server = connection.dialect.name == "postgresql"
    query = select(*(_plain(column, server=server) for column in table.c))
    vectors = [i for i, column in enumerate(table.c) if isinstance(column.type, VectorType)] if server else []
    for row in connection.execute(query, execution_options={"yield_per": CHUNK}):
        if vectors:
            values = list(row)
            for i in vectors:
                values[i] = _packed(values[i])
            yield tuple(values)
        else:
            yield tuple(row)


def _plain(column: Column[Any], *, server: bool) -> Any:  # noqa: ANN401 - SQLAlchemy's many kinds of expression
    if isinstance(column.type, JSON):
        return cast(column, Text).label(column.name)  # to the letter, not read and written again
    if isinstance(column.type, VectorType):
        return cast(column, Text).label(column.name) if server else type_coerce(column, LargeBinary)
    return column


def _packed(vector: str) -> bytes:
    import numpy as np  # noqa: PLC0415 - only with vectors

    return np.array(json.loads(vector), dtype=FLOAT32).tobytes()


def unpacked(vector: bytes) -> str:
    """Return a vector as pgvector reads it.

    Args:
        vector: float32, as it lies in SQLite.
    """
    import numpy as np  # noqa: PLC0415 - only with vectors

    return json.dumps(np.frombuffer(vector, dtype=FLOAT32).tolist())


def encode(row: Row) -> bytes:
    """Return a row as one line of JSON, equal for equal rows of any database.

    Args:
        row: Its values.
    """
    values = [base64.b64encode(v).decode() if isinstance(v, bytes) else v for v in row]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def decode(line: bytes, table: Table) -> Row:
    """Return the row that :func:`encode` wrote.

    Args:
        line: One line.
        table: Whose row it is.

    Raises:
        ValueError: It is not a row of that table.
    """
    values = loads(line, f"a row of {table.name}")
    if not isinstance(values, list) or len(values) != len(table.c):
        raise ValueError(f"not a row of {table.name}")
    for i, column in enumerate(table.c):
        if isinstance(column.type, VectorType) and values[i] is not None:
            values[i] = base64.b64decode(values[i], validate=True)
    return tuple(values)


class Tally:
    """How many rows, and a hash of them that does not depend on their order: the sum of the rows' SHA-256."""

    def __init__(self, rows: int = 0, digest: str = "0") -> None:
        self.rows, self._sum = rows, int(digest, 16)

    def add(self, line: bytes) -> None:
        """Count a row.

        Args:
            line: As :func:`encode` wrote it.
        """
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % (1 << 256)

    @property
    def digest(self) -> str:
        """64 hexadecimal characters."""
        return f"{self._sum:064x}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and (self.rows, self.digest) == (other.rows, other.digest)

    __hash__ = None  # type: ignore[assignment]


class Obstacles:
    """What of a source a PostgreSQL server would not take; SQLite minds neither lengths nor NUL."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.count = 0

    def look(self, table: Table, row: Row) -> None:
        """Look at a row.

        Args:
            table: Whose it is.
            row: Its values.
        """
        for column, value in zip(table.c, row, strict=True):
            if (problem := _problem(column, value)) is not None:
                self.count += 1
                if len(self.found) < _SHOWN:
                    self.found.append(f"{_name(table, row)}: {column.name} {problem}")

    def __str__(self) -> str:
        more = f", and {self.count - len(self.found)} more" if self.count > len(self.found) else ""
        return "; ".join(self.found) + more


def _problem(column: Column[Any], value: Any) -> str | None:  # noqa: ANN401 - of any type
    if isinstance(value, str):
        if "\0" in value:
            return "holds a NUL character"
        length = column.type.length if isinstance(column.type, String) else None
        if length is not None and len(value) > length:
            return f"has {len(value)} characters of at most {length}"
    elif isinstance(value, int) and isinstance(column.type, Integer) and not isinstance(column.type, Boolean):
        bits = 63 if isinstance(column.type, BigInteger) else 31
        if not -(1 << bits) <= value < 1 << bits:
            return f"is {value}, beyond {bits + 1} bits"
    return None


def _name(table: Table, row: Row) -> str:
    key = [str(value) for column, value in zip(table.c, row, strict=True) if column.primary_key]
    return f"{table.name} {' '.join(key)!r}"
