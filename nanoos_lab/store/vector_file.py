"""The vectors of one model in one project as a memory-mapped file beside an SQLite store.

The table ``embedding`` is the truth; this file is a copy in the form that a search wants, and may be deleted at
any time. It is made when first asked for, appended to when the table has grown, and made anew where it does not
agree with the table. Any number of processes may use it at once: whoever appends holds a lock, writes behind
the part that is in use, and then replaces the small file ``head.json`` that says how long that part is. What
stands behind it is a torn append and is cut off by the next one.

The table's rows are never changed and new ones get greater row numbers, so that one look at the last row tells
whether there is anything new. The file may hold more than a reader's snapshot of the database shows, or rows
deleted since: who searches confirms in the database what it found.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import time
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import StoreError
from nanoos_lab.foreign_json import loads
from nanoos_lab.store.folder import slug, try_lock, write_durably
from nanoos_lab.store.sqlite import BUSY_TIMEOUT_S
from nanoos_lab.store.vectors import FLOAT32

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = 1
ID_BYTES = 12
HEAD, LOCK = "head.json", "lock"
FOLDER = "similar"
COPIED = 1 << 28
"""Bytes up to which a process takes a copy of the mapped vectors into its memory."""
_PIECE = 4096
_LOCK_TIMEOUT_S = 600.0

_WHERE = "project_id = ? AND model = ? AND version = ?"
LAST_ROW = (
    "SELECT last.number, e.project_id || '/' || e.model || '/' || e.version || '/' || e.structure_id || '/' "
    "|| e.created_at FROM (SELECT coalesce(max(rowid), 0) AS number FROM embedding) AS last "
    "LEFT JOIN embedding AS e ON e.rowid = last.number"
)
"""Number of the table's last row, and what it is."""
_MARK = (
    "SELECT project_id || '/' || model || '/' || version || '/' || structure_id || '/' || created_at "
    "FROM embedding WHERE rowid = ?"
)
_COUNT = f"SELECT count(*) FROM embedding WHERE {_WHERE}"  # noqa: S608 - text of our own
_AFTER = (
    f"SELECT structure_id, vector FROM embedding WHERE rowid > ? AND rowid <= ? AND {_WHERE} ORDER BY rowid"  # noqa: S608
)


@dataclass(frozen=True)
class Mark:
    """The last row of the table that was looked at."""

    number: int
    """Its row number; 0 before the first."""
    row: str | None
    """What it is."""


@dataclass(frozen=True)
class Head:
    """What ``head.json`` says."""

    generation: str
    """Part of the names of the two files it speaks of."""
    count: int
    """How many vectors count; what stands behind them does not."""
    dimension: int
    checksum: int
    """CRC-32 of the bytes of vectors and then of ids."""
    ids_checksum: int
    mark: Mark
    """How far the table was looked at."""


@dataclass(frozen=True)
class Vectors:
    """The vectors as one process has them in its memory."""

    head: Head
    matrix: NDArray[np.float32]
    """Shape (n, d); memory-mapped where they are many."""
    ids: NDArray[np.bytes_]
    """Of the structures, shape (n,)."""

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self.ids, kind="stable")

    def rows_of(self, ids: NDArray[np.bytes_]) -> NDArray[np.intp]:
        """Return where the vectors of structures are, leaving out those that have none.

        Args:
            ids: Of structures.
        """
        if not len(self.ids):
            return np.zeros(0, dtype=np.intp)
        first = np.searchsorted(self.ids, ids, side="left", sorter=self._order)
        behind = np.searchsorted(self.ids, ids, side="right", sorter=self._order)
        return self._order[first[behind > first]]


@dataclass
class VectorFile:
    """The file of one model and version in one project.

    Args:
        folder: The project's files.
        database: The SQLite file.
        project_id: The project.
        model: Name of the model.
        version: Its version.
    """

    folder: Path
    database: Path
    project_id: str
    model: str
    version: str
    _vectors: Vectors | None = field(default=None, init=False)

    @property
    def place(self) -> Path:
        """The folder of its files."""
        return self.folder / FOLDER / slug(f"{self.model} {self.version}")

    def vectors(self, number: int, row: str | None) -> Vectors:
        """Return all vectors that the table has.

        Args:
            number: The table's last row number, as the caller's snapshot has it.
            row: What that row is.

        Raises:
            StoreError: The file can be neither used nor made.
        """
        now = self._vectors
        if now is None or now.head.mark != Mark(number, row):
            now = self._vectors = self._renewed(now)
        return now

    def _renewed(self, known: Vectors | None) -> Vectors:
        """Bring the file up to date with the table as it is at this moment, and return it."""
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            with self._locked(), contextlib.closing(self._connect()) as connection:
                connection.execute("BEGIN")
                found = self._load(known)
                if found is not None and self._agrees(connection, found, known):
                    now = self._written(found) if self._append(connection, found) else found
                    if now is found or len(np.unique(now.ids)) == len(now.ids):
                        return now
                self._make(connection)
                return self._written(None)
        except OSError as error:
            raise StoreError(
                f"the file of vectors {self.place} cannot be kept: {error.strerror or error}; check that there is room "
                "and that you may write there (it holds copies only, and may be deleted)"
            ) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.database, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        connection.execute("PRAGMA query_only=ON")
        return connection

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        deadline = time.monotonic() + _LOCK_TIMEOUT_S
        with (self.place / LOCK).open("a+b") as stream:
            while not try_lock(stream.fileno()):
                if time.monotonic() > deadline:
                    raise StoreError(f"another process has held {self.place / LOCK} for too long: end it")
                time.sleep(0.005)
            yield

    # Reading ------------------------------------------------------------------------------------------

    def _load(self, known: Vectors | None) -> Vectors | None:
        """Return what lies on the disk, or None where that is nothing sound."""
        try:
            said = loads((self.place / HEAD).read_bytes(), HEAD)
            mark = Mark(**said.pop("mark"))
            if said.pop("format") != FORMAT:
                return None
            head = Head(mark=mark, **said)
            if known is not None and known.head == head:
                return known
            return self._map(head, known)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None  # not there, or damaged: it is made anew

    def _map(self, head: Head, known: Vectors | None) -> Vectors | None:
        """Map the files of a head, checking every byte that this process has not checked yet."""
        vectors, ids = self._paths(head.generation)
        if head.count == 0:
            nothing = np.zeros((0, head.dimension), dtype=FLOAT32)
            return Vectors(head, nothing, np.zeros(0, dtype=f"S{ID_BYTES}"))
        matrix = np.memmap(vectors, dtype=FLOAT32, mode="r", shape=(head.count, head.dimension))
        names = np.fromfile(ids, dtype=f"S{ID_BYTES}", count=head.count)
        start, checksum = 0, 0
        if known is not None and known.head.generation == head.generation:
            start, checksum = known.head.count, known.head.checksum
        sound = (
            len(names) == head.count
            and zlib.crc32(matrix[start:].data, checksum) == head.checksum
            and zlib.crc32(names.data) == head.ids_checksum
        )
        if not sound:
            return None
        # A process's own memory has larger pages than a mapped file, which makes the product a quarter faster.
        return Vectors(head, np.array(matrix) if matrix.nbytes <= COPIED else np.asarray(matrix), names)

    def _agrees(self, connection: sqlite3.Connection, found: Vectors, known: Vectors | None) -> bool:
        """Whether the table still begins with what the file holds."""
        mark = found.head.mark
        if mark.number:
            row = connection.execute(_MARK, (mark.number,)).fetchone()
            if row is None or row[0] != mark.row:
                return False
        if known is not None:
            return True
        # Once in a process everything is counted: rows deleted, or brought back by hand, show there.
        key = (self.project_id, self.model, self.version)
        (now,) = connection.execute(_COUNT, key).fetchone()
        (later,) = connection.execute(f"{_COUNT} AND rowid > ?", (*key, mark.number)).fetchone()
        return bool(now - later == found.head.count)

    # Writing ------------------------------------------------------------------------------------------

    def _make(self, connection: sqlite3.Connection) -> None:
        """Write everything anew under new names, then speak of those names."""
        head = Head(secrets.token_hex(4), 0, 0, 0, 0, Mark(0, None))
        head = self._write(connection, head)
        self._publish(head)
        for path in self.place.glob("*-*"):
            if path not in self._paths(head.generation):
                with contextlib.suppress(OSError):  # another system may refuse while it is mapped
                    path.unlink()

    def _append(self, connection: sqlite3.Connection, found: Vectors) -> bool:
        """Write what the table has more; return whether the head has changed."""
        head = self._write(connection, found.head)
        if head == found.head:
            return False
        self._publish(head)
        return True

    def _write(self, connection: sqlite3.Connection, head: Head) -> Head:
        """Write the rows behind a head into its files and return the head that includes them."""
        number, row = connection.execute(LAST_ROW).fetchone()
        count, width, checksum, ids_checksum = head.count, head.dimension, head.checksum, head.ids_checksum
        key = (head.mark.number, number, self.project_id, self.model, self.version)
        rows = connection.execute(_AFTER, key)
        first, second = self._paths(head.generation)
        with first.open("ab") as vectors, second.open("ab") as ids:
            vectors.truncate(count * width * 4)
            ids.truncate(count * ID_BYTES)
            while piece := rows.fetchmany(_PIECE):
                width = width or len(piece[0][1]) // 4
                if any(len(vector) != width * 4 for _, vector in piece):
                    raise StoreError(f"the vectors of {self.model} {self.version} differ in length")
                numbers = b"".join(vector for _, vector in piece)
                names = np.array([name for name, _ in piece], dtype=f"S{ID_BYTES}").tobytes()
                vectors.write(numbers)
                ids.write(names)
                checksum, ids_checksum = zlib.crc32(numbers, checksum), zlib.crc32(names, ids_checksum)
                count += len(piece)
        return Head(head.generation, count, width, checksum, ids_checksum, Mark(number, row))

    def _publish(self, head: Head) -> None:
        said: dict[str, Any] = {**vars(head), "mark": vars(head.mark), "format": FORMAT}
        write_durably(self.place / HEAD, json.dumps(said).encode())

    def _written(self, before: Vectors | None) -> Vectors:
        if (found := self._load(before)) is None:
            raise StoreError(
                f"{self.place} does not keep what is written there: check the disk; the folder may be deleted"
            )
        return found

    def _paths(self, generation: str) -> tuple[Path, Path]:
        return self.place / f"vectors-{generation}", self.place / f"ids-{generation}"
