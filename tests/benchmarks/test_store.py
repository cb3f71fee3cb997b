"""What the store costs, against bare SQLite with the same guarantees on the same disk in the same run.

python -m pytest tests/benchmarks/test_store.py -s
"""

from __future__ import annotations

import contextlib
import sqlite3
import statistics
import time
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import record_event
from nanoos_lab.store.materials import material_of_phase
from nanoos_lab.store.schema import PropertyValueRow
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.benchmark


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "lab") as opened:
        yield opened


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _estimates(start: int, count: int) -> list[PropertyEstimate]:
    method = Method(name="CHGNet", version="0.3.0", recipe="relaxed")
    return [
        PropertyEstimate(property="band_gap", value=i / 7, origin=Origin.COMPUTED, method=method)
        for i in range(start, start + count)
    ]


def _bare(store: Store, path: Path) -> sqlite3.Connection:
    """Return a connection to an empty database of the same schema and the same guarantees."""
    connection = sqlite3.connect(path, isolation_level=None)
    with contextlib.closing(sqlite3.connect(store.root / "store.sqlite")) as original:
        for (statement,) in original.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
            connection.execute(statement)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def test_values_against_executemany(store: Store, tmp_path: Path) -> None:
    count, piece = 5_000, 250
    with store.write() as session:
        material, _ = material_of_phase(session, store.scope, "SrTiO3|221", "SrTiO3")
    stated = _estimates(0, count)

    def ours() -> None:
        for start in range(0, count, piece):
            with store.write() as session:
                insert_values(session, store.scope, material, None, stated[start : start + piece])

    seconds = _seconds(ours)
    columns = [column.name for column in PropertyValueRow.__table__.columns]
    with contextlib.closing(sqlite3.connect(store.root / "store.sqlite")) as connection:
        rows = connection.execute(f"SELECT {','.join(columns)} FROM property_value").fetchall()  # noqa: S608 - names of our own
    assert len(rows) == count
    bare = _bare(store, tmp_path / "bare.sqlite")
    insert = f"INSERT INTO property_value ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})"  # noqa: S608

    def theirs() -> None:
        for start in range(0, count, piece):
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany(insert, rows[start : start + piece])
            bare.execute("COMMIT")

    base = _seconds(theirs)
    print(
        f"\nvalues: {count / seconds:,.0f} rows/s, bare sqlite3 {count / base:,.0f} rows/s, {seconds / base:.1f} times"
    )


def test_a_small_transaction_against_bare_sqlite(store: Store, tmp_path: Path) -> None:
    bare = _bare(store, tmp_path / "bare.sqlite")
    project = store.scope.project_id
    line = (
        "INSERT INTO event (id, project_id, at, author, kind, subject_id, data) "
        "VALUES (lower(hex(randomblob(10))), ?, 0.0, 'a', 'k', 's', '{}')"
    )

    def ours() -> None:
        with store.write() as session:
            record_event(session, store.scope, "k", "s")

    def theirs() -> None:
        bare.execute("BEGIN IMMEDIATE")
        bare.execute(line, (project,))
        bare.execute("COMMIT")

    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(500)]
    ms, base = (statistics.median(side) * 1e3 for side in zip(*pairs, strict=True))
    print(f"\none durable transaction: {ms:.2f} ms, bare sqlite3 {base:.2f} ms, {ms / base:.1f} times")


def test_the_last_of_ten_thousand_facts_cost_what_the_first_did(store: Store) -> None:
    with store.write() as session:
        material, _ = material_of_phase(session, store.scope, "SrTiO3|221", "SrTiO3")
    stated = _estimates(0, 10_000)
    took = []
    for estimate in stated:

        def insert(estimate: PropertyEstimate = estimate) -> None:
            with store.write() as session:
                insert_values(session, store.scope, material, None, [estimate])
                record_event(session, store.scope, "k", "s")

        took.append(_seconds(insert))
    first, last = statistics.median(took[:1000]), statistics.median(took[-1000:])
    print(
        f"\nfirst 1,000: {first * 1e3:.2f} ms each, last 1,000: {last * 1e3:.2f} ms, {last / first:.2f} times"
    )


def test_opening_an_up_to_date_lab(store: Store) -> None:
    def reopen() -> None:
        Store.open(store.root).close()

    def bare() -> None:
        with contextlib.closing(sqlite3.connect(store.root / "store.sqlite")) as connection:
            connection.execute("SELECT name FROM project").fetchall()

    pairs = [(_seconds(reopen), _seconds(bare)) for _ in range(30)]
    ms, base = (statistics.median(side) * 1e3 for side in zip(*pairs, strict=True))
    print(f"\nopening: {ms:.1f} ms, bare sqlite3 {base:.1f} ms")
