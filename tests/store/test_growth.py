"""What is done for every structure, value and run must not take longer the more there are."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
import store_crystals as crystals
from sqlalchemy import event, inspect, text

from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store import insertion
from nanoos_lab.store.artifacts import artifacts_of, put_artifact
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import events_of, record_event
from nanoos_lab.store.incoming import NewStructure
from nanoos_lab.store.insertion import insert_structures
from nanoos_lab.store.postgresql.address import parse_address
from nanoos_lab.store.postgresql.administering import administering
from nanoos_lab.store.provenance import provenance
from nanoos_lab.store.schema import Base
from nanoos_lab.store.structures import (
    children_of,
    find_structures,
    get_material,
    get_structure,
    insert_structure,
    structures_of,
    tags_of,
)
from nanoos_lab.store.values import find_values, insert_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection


GAP = PropertyEstimate(property="band_gap", value=3.2, origin=Origin.COMPUTED, method=Method(name="PBE"))


@pytest.fixture
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that the store sends, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        _connection, _cursor, statement, parameters, _context, many = told
        sent.append((statement, parameters[0] if many else parameters))

    for engine in (store._reader, store._writer):
        event.listen(engine, "before_cursor_execute", note, named=False)
    yield sent
    for engine in (store._reader, store._writer):
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def look_ups(
    store: Store, add_run: Callable[..., str], tmp_path: Path, statements: list[tuple[str, Any]]
) -> list[tuple[str, Any]]:
    """The statements of every look-up, sent once."""
    (tmp_path / "f").write_text("f")
    with store.write() as session:
        scope = store.scope
        row, _ = insert_structure(session, scope, crystals.perovskite(), name="sto", tags=["a"])
        insert_structure(session, scope, crystals.perovskite(3.95), name="sto 2", tags=["b"])
        insert_structure(session, scope, crystals.water(), name="water")
    run = add_run(inputs=(row.id,))
    with store.write() as session:
        insert_structure(session, scope, crystals.perovskite(4.0), name="c", parent_id=row.id, run_id=run)
        for _ in range(2):
            insert_values(session, scope, row.material_id, row.id, [GAP], run_id=run)
            put_artifact(session, scope, run, "f", tmp_path / "f")
        record_event(session, scope, "a", run)
    with store.read() as session:
        get_structure(session, scope, row.id)
        get_structure(session, scope, row.id[:7])
        get_structure(session, scope, "sto")
        get_material(session, scope, row.material_id)
        structures_of(session, scope, row.material_id)
        children_of(session, scope, row.id)
        tags_of(session, scope, [row.id])
        find_values(session, scope, structure_id=row.id, with_material=True)
        find_values(session, scope, material_id=row.material_id, property="band_gap")
        find_values(session, scope, run_id=run)
        artifacts_of(session, scope, run)
        events_of(session, scope, run)
        provenance(session, scope, row.id, downstream=True)
        find_structures(session, scope, ids=[row.id])
        find_structures(session, scope, tags=["a"])
        find_structures(session, scope, reduced_formula="SrTiO3")
        find_structures(session, scope, material="SrTiO3", derived=False, space_group=221)
        find_structures(session, scope, bulk_modulus=(100, None), limit=3)
        find_structures(session, scope, limit=10)
    sent = [
        (words, given)
        for words, given in statements
        if words.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))
    ]
    assert len(sent) > 30
    return sent


@pytest.mark.parametrize("lab_place", ["sqlite"], indirect=True)
def test_every_look_up_goes_through_an_index(store: Store, look_ups: list[tuple[str, Any]]) -> None:
    connection = sqlite3.connect(store.root / "store.sqlite")
    for statement, parameters in look_ups:
        plan = [r[3] for r in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        scans = [
            step for step in plan if step.startswith("SCAN") and step.split()[1] in Base.metadata.tables
        ]  # of a table, not of what a part of the query found
        assert scans == [], f"{statement}\n{plan}"
        whole = [step for step in plan if "(project_id=?)" in step]
        newest = "FROM structure \nWHERE structure.project_id = ? ORDER BY structure.created_at" in statement
        assert newest or whole == [], f"walks through the whole project: {statement}\n{plan}"
    connection.close()


COPIES = 1_000
MOST_ROWS = 200
_OWN = {
    "material": ("phase_key", "reduced_formula", "name"),
    "run": ("key", "active_key", "parent_id"),
    "structure": (
        "material_id", "run_id", "parent_id", "digest", "crystal_hash", "record_key", "name", "reduced_formula",
    ),
    "property_value": ("material_id", "structure_id", "run_id", "fingerprint"),
    "artifact": ("run_id", "sha256"),
    "event": ("subject_id",),
}  # fmt: skip
"""Columns that are another's in each copy of a row; ids are."""


@pytest.mark.parametrize("lab_place", ["postgresql"], indirect=True)
def test_no_look_up_on_a_server_reads_more_rows_the_more_there_are(
    store: Store, look_ups: list[tuple[str, Any]], server_lab: Any
) -> None:
    with administering(parse_address(server_lab.admin)) as connection:
        connection.execute(text("SET LOCAL ROLE lab_owner"))
        for table, own in _OWN.items():
            _copy_rows(connection, table, own)
    with administering(parse_address(server_lab.admin)) as connection:
        connection.execute(text("SET LOCAL ROLE lab_owner"))
        connection.execute(text("ANALYZE"))
    with store.read() as session:
        cursor = session.connection().connection.cursor()
        for statement, parameters in look_ups:
            if statement.lstrip().startswith("SELECT") and "FROM pg_" not in statement:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
                plan = cursor.fetchone()[0][0]["Plan"]
                read = sum(_rows_read(plan))
                assert read < MOST_ROWS, (
                    f"reads {read} rows: {statement}\n{parameters}\n{json.dumps(plan, indent=1)}"
                )


def _copy_rows(connection: Connection, table: str, own: tuple[str, ...]) -> None:
    columns = [column["name"] for column in inspect(connection).get_columns(table)]
    changed = {
        name: f"CASE WHEN {name} IS NULL THEN NULL ELSE left(md5({name} || n), 12) END"
        for name in ("id", *own)
    } | {name: f"{name} + n" for name in ("created_at", "at")}
    values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    source = f"{table}, generate_series(1, {COPIES}) AS n"
    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    connection.execute(text(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}"))  # noqa: S608 - names of our own
    connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def _rows_read(node: dict[str, Any]) -> Iterator[float]:
    if "Relation Name" in node:
        yield (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from _rows_read(part)


def test_a_server_knows_of_the_rows_that_one_transaction_inserts(
    server_lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insertion, "PIECE", 100)
    cells = [crystals.perovskite(3.5 + 0.005 * k) for k in range(200)]
    with Store.open(server_lab.person("ada")) as store, store.write() as session:
        insert_structures(session, store.scope, [NewStructure(cell, "cell", tags=["many"]) for cell in cells])
        # How many rows the planner takes a table for; -1 where nobody ever looked.
        asked = text("SELECT reltuples FROM pg_class WHERE oid = CAST(:name AS regclass)")
        assert session.scalar(asked, {"name": "nanoos.structure"}) > 0
