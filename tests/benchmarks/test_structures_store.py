"""What storing and finding structures costs, on both databases.

python -m pytest tests/benchmarks/test_structures_store.py -m benchmark -s

The structures are those of a public database (``NANOOS_TEST_DATA``); a search is asked by an ordinary person, on a
server with row security on and through a Unix socket.
"""

from __future__ import annotations

import contextlib
import gc
import sqlite3
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import nanoos_lab as nl
from nanoos_lab.store.database import Store
from nanoos_lab.store.insertion import insert_structures
from nanoos_lab.store.schema import EventRow, MaterialRow, StructureRow, TagRow

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.append(str(Path(__file__).parent))  # where the helper is

from store_crowd import MP20, Crowd, crowd, structures_of

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3_600)]
COUNT, PIECE = 10_000, 250
"""How many structures are stored, and how many make one transaction."""
CROWD, REPEATS = 100_000, 9
TABLES = (MaterialRow, StructureRow, EventRow, TagRow)

QUESTIONS: dict[str, dict[str, Any]] = {
    "Li and Fe, stable, space group 62": {"elements": ["Li", "Fe"], "stable": True, "space_group": 62},
    "Li and O, gap 1 to 2, space group 62": {"elements": ["Li", "O"], "band_gap": (1, 2), "space_group": 62},
    "Li and O, gap 1 to 2, stable": {"elements": ["Li", "O"], "band_gap": (1, 2), "stable": True},
    "O, space group 225, near the hull": {"elements": "O", "space_group": 225, "energy_above_hull": (None, 0.05)},
    "a tag, a formula, added": {"tags": "screen 7", "formula": "LiO2", "derived": False},
    "a tag, O, gap 1 to 3": {"tags": "screen 7", "elements": "O", "band_gap": (1, 3)},
    "cubic, two ranges": {"crystal_system": "cubic", "band_gap": (1, 2), "formation_energy": (None, -2)},
    "a narrow range, orthorhombic, ternary": {
        "band_gap": (1.1, 1.11), "crystal_system": "orthorhombic", "n_elements": 3,
    },
    "three ranges": {"band_gap": (1, 2), "formation_energy": (-2, -1), "energy_above_hull": (None, 0.02)},
    "Ti, ternary, measured": {"elements": "Ti", "n_elements": 3, "bulk_modulus": (150, 200)},
    "no O or F, hexagonal, small cells": {
        "exclude_elements": ["O", "F"], "crystal_system": "hexagonal", "n_sites": (None, 4),
    },
    "O, ternary, stable, the first 100": {"elements": "O", "n_elements": 3, "stable": True, "limit": 100},
    "ABX3, O, stable": {"formula": "ABX3", "elements": "O", "stable": True},
    "words, O, space group 62": {"text": "another look", "elements": "O", "space_group": 62},
    "words, a common tag, ternary": {"text": "another look", "tags": "mp20", "n_elements": 3},
    "O, ternary, strongly bound": {"elements": "O", "n_elements": (3, None), "formation_energy": (None, -1)},
}  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@pytest.fixture
def settled(request: pytest.FixtureRequest, lab_place: str | Path) -> Callable[[], str]:
    """Return what lets a database look at what it has: on a server, what autovacuum does within a minute."""

    def settle() -> str:
        if isinstance(lab_place, Path):
            return "SQLite, no ANALYZE"
        import psycopg

        lab = request.getfixturevalue("server_lab")
        address = lab.server.address(lab.database).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        return "PostgreSQL, after VACUUM ANALYZE"

    return settle


def test_ten_thousand_described_structures(lab_place: str | Path, shared_data: Path, tmp_path: Path) -> None:
    from nanoos_lab.store.incoming import NewStructure

    made = [structure for structure, _ in structures_of(shared_data, MP20, COUNT)]
    items = [NewStructure(structure, f"mp {i}", tags=["mp"]) for i, structure in enumerate(made)]
    describing = _seconds(lambda: [item.described for item in items])
    identifying = (
        _seconds(lambda: [(i.digest, i.crystal_hashes, i.content) for i in items[: COUNT // 10]]) * 10
    )
    items = [NewStructure(i.structure, i.name, description=i.described, tags=["mp"]) for i in items]

    with Store.open(lab_place) as store:

        def insert() -> None:
            for start in range(0, COUNT, PIECE):
                with store.write() as session:
                    insert_structures(session, store.scope, items[start : start + PIECE])

        seconds = _seconds(insert)
        bare = _bare_sqlite if store.backend.dialect == "sqlite" else _bare_postgresql
        rows, base = bare(store, str(lab_place), tmp_path)
        print(
            f"\n{COUNT:,} described structures into {store.backend.dialect}: {seconds:.1f} s, of which what "
            f"identifies them and their JSON {identifying:.1f} s; a bare executemany of the {rows:,} rows they make "
            f"{base:.1f} s; {seconds / base:.1f} times (describing them before: {describing:.1f} s)"
        )
        again = _seconds(insert)
        print(f"the same again, each found in another's place: {again:.1f} s")


def _bare_sqlite(store: Store, _place: str, folder: Path) -> tuple[int, float]:
    """Insert the same rows with nothing but the driver, with the same indexes and guarantees."""
    with (
        contextlib.closing(sqlite3.connect(store.root / "store.sqlite")) as full,
        contextlib.closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as bare,
    ):
        for (statement,) in full.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
            bare.execute(statement)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
            bare.execute(f"PRAGMA {pragma}")
        tables = [(table.__tablename__, [c.name for c in table.__table__.c]) for table in TABLES]
        rows = {name: full.execute(_all_of(name, names)).fetchall() for name, names in tables}

        def insert() -> None:
            for name, names in tables:
                line = f"INSERT INTO {name} ({','.join(names)}) VALUES ({','.join('?' * len(names))})"  # noqa: S608
                for start in range(0, len(rows[name]), PIECE):
                    bare.execute("BEGIN IMMEDIATE")
                    bare.executemany(line, rows[name][start : start + PIECE])
                    bare.execute("COMMIT")

        return sum(map(len, rows.values())), _seconds(insert)


def _all_of(table: str, columns: list[str]) -> str:
    return f"SELECT {','.join(columns)} FROM {table}"  # noqa: S608 - names of our own


def _bare_postgresql(store: Store, place: str, _folder: Path) -> tuple[int, float]:
    """Insert the same rows with nothing but the driver, as the same person into another project."""
    from sqlalchemy import JSON

    with Store.open(place, project="bare") as other:
        project = other.scope.project_id
    ours = {"event": " AND kind = 'structure.added'"}  # others are written by the server alone
    tables = []
    for table in TABLES:
        columns = [c for c in table.__table__.c if c.name != "project_id"]
        read = [f"{c.name}::text" if isinstance(c.type, JSON) else c.name for c in columns]
        marks = ["%s::json" if isinstance(c.type, JSON) else "%s" for c in columns]
        tables.append((table.__tablename__, [c.name for c in columns], read, marks))
    with contextlib.closing(store._writer.raw_connection()) as pooled:
        connection = pooled.driver_connection
        rows = {
            name: connection.execute(
                f"{_all_of(name, read)} WHERE project_id = %s{ours.get(name, '')}", [store.scope.project_id]
            ).fetchall()
            for name, _, read, _ in tables
        }
        connection.commit()

        def insert() -> None:
            for name, names, _, marks in tables:
                line = f"INSERT INTO {name} (project_id,{','.join(names)}) VALUES ('{project}',{','.join(marks)})"  # noqa: S608
                for start in range(0, len(rows[name]), PIECE):
                    connection.cursor().executemany(line, rows[name][start : start + PIECE])
                    connection.commit()

        return sum(map(len, rows.values())), _seconds(insert)


@pytest.fixture(scope="module")
def many(shared_data: Path) -> Crowd:
    made = crowd(shared_data, CROWD)
    gc.freeze()  # or every collection would look through all of these rows
    return made


def test_finding_among_a_hundred_thousand(
    lab_place: str | Path, many: Crowd, settled: Callable[[], str]
) -> None:
    with nl.open(lab_place) as lab:
        many.store(lab.store)
        print(f"\nfind among {CROWD:,} structures with {len(many.values):,} values: {settled()}")
        for words, question in QUESTIONS.items():
            lab.find(**question)
            times = [_seconds(lambda question=question: lab.find(**question)) for _ in range(REPEATS)]
            hits = len(lab.find(**question))
            print(
                f"  {words:<40} {hits:>6,} hits {statistics.median(times) * 1e3:>8.1f} ms "
                f"(slowest {max(times) * 1e3:.1f})"
            )
