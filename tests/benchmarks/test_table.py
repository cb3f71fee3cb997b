"""What a table of 100,000 structures costs: opening, sorting, filtering, and the windows that scrolling asks for.

python -m pytest tests/benchmarks/test_table.py -m benchmark -s

The rows are copies of one described structure, their values marked synthetic; a window is compared with reading the
same rows by their ids with nothing but the driver.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

import nanoos_lab as nl
from nanoos_lab.store.incoming import NewStructure
from nanoos_lab.store.rows import insert_new
from nanoos_lab.store.schema import MaterialRow, PropertyValueRow, StructureRow, TagRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1_800)]
ROWS, PIECE, REPEATS = 100_000, 5_000, 9
VALUES = {"band_gap": "eV", "bulk_modulus": "GPa", "formation_energy": "eV/atom"}


def fill(lab: Any, count: int = ROWS) -> None:
    """Put as many structures with three synthetic values each into a lab, past all describing."""
    random, scope = np.random.default_rng(3), lab.store.scope
    rocksalt = Structure.from_spacegroup(225, Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5] * 3])
    columns = NewStructure(rocksalt, "MgO").columns()
    whose = {"project_id": scope.project_id, "author": scope.author}
    numbers = {name: random.gamma(3, 1.0, count) for name in VALUES}
    now = time.time() - count
    for start in range(0, count, PIECE):
        places = range(start, min(start + PIECE, count))
        made = [
            columns | whose | {
                "id": f"{i:012x}", "material_id": f"{i - i % 2:012x}", "record_key": f"row {i}", "created_at": now + i,
                "name": f"candidate {(i * 7919) % count:06d}", "density": float(3 + numbers["band_gap"][i] / 10),
            }
            for i in places
        ]  # fmt: skip
        tags = [
            {"project_id": scope.project_id, "structure_id": f"{i:012x}", "tag": f"screen {i % 50}"}
            for i in places
        ]
        values = [
            whose | {
                "id": f"{i:09x}{name[:3]}", "material_id": f"{i - i % 2:012x}", "structure_id": f"{i:012x}",
                "property": name,
                "value": float(numbers[name][i]), "unit": unit, "uncertainty": 0.1, "uncertainty_kind": "conformal_90",
                "origin": "predicted", "method_name": "made up", "method_version": "1", "method_recipe": "",
                "converged": True, "in_domain": True, "synthetic": True, "conditions": {}, "fingerprint": f"{i} {name}",
            }
            for i in places
            for name, unit in VALUES.items()
        ]  # fmt: skip
        materials = [
            {"project_id": scope.project_id, "id": f"{i:012x}", "phase_key": f"{i}|225", "reduced_formula": "MgO",
             "name": "MgO", "notes": "", "created_at": now}
            for i in places
            if i % 2 == 0
        ]  # fmt: skip
        with lab.store.write() as session:
            insert_new(session, MaterialRow, materials)
            insert_new(session, StructureRow, made)
            insert_new(session, TagRow, tags)
            insert_new(session, PropertyValueRow, values)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _ms(work: Callable[[], object]) -> str:
    work()
    return f"{statistics.median(_seconds(work) for _ in range(REPEATS)) * 1e3:.1f} ms"


def test_a_table_of_a_hundred_thousand_rows(lab_place: str | Path) -> None:
    with nl.open(lab_place) as lab:
        filling = _seconds(lambda: fill(lab))
        made: list[Any] = []
        opening = _seconds(lambda: made.append(lab.table()))
        table = made[0]
        assert len(table) == ROWS
        place = iter(range(1, 10_000))

        def window() -> None:
            start = next(place) * 997 % ROWS
            table._hear(
                table, {"type": "rows", "generation": table._generation, "start": start, "count": 50}, []
            )

        print(f"\n{lab.store.backend.dialect}: filled in {filling:.1f} s; first page {opening * 1e3:.0f} ms")
        print(f"a window of 50 rows: {_ms(window)}{_bare(lab)}")
        for name in ("created", "name", "density", "band_gap"):
            print(f"sorted by {name}: {_ms(lambda name=name: table.sort(name, descending=True))}")
        table.sort()
        for words, cells in (
            ("band_gap>1", {}), ("", {"band_gap": "1..2"}), ("", {"name": "0421"}), ("", {"tags": "screen 7"}),
        ):  # fmt: skip
            took = _ms(lambda words=words, cells=cells: table.filter(words, **cells))
            print(f"filtered by {words or cells}: {took}, {len(table):,} rows")
        table.filter()
        points = {"type": "points", "x": "band_gap", "y": "density"}
        print(f"points of the plot: {_ms(lambda: table._hear(table, points, []))}")
        print(f"the first rows as data: {_ms(table.payload)}")
        print(f"CSV of all rows: {_seconds(table.csv):.1f} s")
        print(f"where a value stands among {ROWS:,}: {_standing(lab)}")
        table.close()


def _bare(lab: Any) -> str:
    if lab.store.backend.dialect != "sqlite":
        return ""
    with sqlite3.connect(lab.root / "store.sqlite") as connection:
        ids = [f"{i:012x}" for i in range(50)]
        marks = ",".join("?" * len(ids))

        def read() -> None:
            where = f"project_id = ? AND {{}} IN ({marks})"
            names = "id,name,reduced_formula,space_group,n_sites"
            given = [lab.store.scope.project_id, *ids]
            connection.execute(f"SELECT {names} FROM structure WHERE {where.format('id')}", given).fetchall()  # noqa: S608
            by = where.format("structure_id")
            connection.execute(f"SELECT * FROM property_value WHERE {by}", given).fetchall()  # noqa: S608

        return f" (bare sqlite3: {_ms(read)})"


def _standing(lab: Any) -> str:
    from nanoos_lab.store.standing import standings

    def stand() -> None:
        with lab.store.read() as session:
            rows = [session.get(PropertyValueRow, (lab.store.scope.project_id, "000000000ban"))]
            assert standings(session, lab.store.scope, rows)

    return _ms(stand)
