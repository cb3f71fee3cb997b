"""Write a lab of the newest schema as text into ``frozen/<revision>``: run once for each released revision.

    python tests/store/freeze.py

A frozen lab is never changed afterwards: it shows that what people have on their disks still opens.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from pymatgen.core import Lattice, Structure
from sqlalchemy import insert

from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store import migrations
from nanoos_lab.store.artifacts import put_artifact
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import AttemptRow, BatchRow, BatchRunRow, RunInputRow, RunRow, RunState
from nanoos_lab.store.structures import insert_structure
from nanoos_lab.store.tables import import_measured_csv
from nanoos_lab.store.values import insert_values

FROZEN = Path(__file__).parent / "frozen"
TABLE = 'formula,space_group,property,value,unit,source\nMgO,225,bulk_modulus,160,GPa,"Sinogeikin 2000"\n'


def rocksalt(a: float) -> Structure:
    corners = [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    middles = [[0.5, 0.5, 0.5], [0, 0, 0.5], [0, 0.5, 0], [0.5, 0, 0]]
    return Structure(Lattice.cubic(a), ["Mg"] * 4 + ["O"] * 4, corners + middles)


def fill(store: Store, folder: Path) -> None:
    """Put at least one row into every table."""
    scope, common = store.scope, {"project_id": store.scope.project_id}
    (folder / "log.txt").write_text("converged\n")
    with store.write() as session:
        mgo, _ = insert_structure(
            session, scope, rocksalt(4.212), name="MgO", original_text="data_MgO", original_format="cif",
            original_name="MgO.cif", tags=["rocksalt"], notes="periclase",
        )  # fmt: skip
        run = {
            "id": "0123456789ab", "task": "relax", "task_version": "1", "params": {"calculator": "chgnet"},
            "identity": {"weights": "abc"}, "key": "k" * 64, "active_key": "k" * 64, "state": RunState.COMPLETED,
            "profile": "process", "executor": "process", "resources": {"cpus": 1}, "retry": {"max_attempts": 3},
            "attempt": 1, "author": "ada", "started_at": time.time(), "finished_at": time.time(), "converged": True,
            "summary": {"steps": 7}, "messages": [],
        }  # fmt: skip
        session.execute(insert(RunRow), [run | common])
        edge = {"run_id": run["id"], "name": "structure", "position": 0, "structure_id": mgo.id}
        session.execute(insert(RunInputRow), [edge | common])
        attempt = {
            "run_id": run["id"],
            "number": 1,
            "folder": "runs/one",
            "executor": "process",
            "ended": "COMPLETED",
        }
        session.execute(insert(AttemptRow), [attempt | common])
        session.execute(insert(BatchRow), [{"id": "ba0123456789", "task": "relax", "author": "ada"} | common])
        member = {"batch_id": "ba0123456789", "position": 0, "run_id": run["id"]}
        session.execute(insert(BatchRunRow), [member | common])
        relaxed, _ = insert_structure(
            session, scope, rocksalt(4.25), name="MgO · relaxed", parent_id=mgo.id, run_id="0123456789ab"
        )
        stated = PropertyEstimate(
            property="bulk_modulus", value=151.0, uncertainty=3.0, uncertainty_kind="fit", origin=Origin.COMPUTED,
            method=Method(name="CHGNet", version="0.3.0", recipe="7 volumes"), conditions={"temperature_K": 0.0},
        )  # fmt: skip
        insert_values(session, scope, relaxed.material_id, relaxed.id, [stated], run_id="0123456789ab")
        put_artifact(session, scope, "0123456789ab", "log.txt", folder / "log.txt")
        import_measured_csv(session, scope, TABLE)


def main() -> None:
    """Freeze the newest schema, unless it is frozen already."""
    target = FROZEN / migrations.HEAD
    if target.exists():
        sys.exit(f"{target} exists: a frozen lab is never written again; remove it only before its release")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "lab"
        with Store.open(root, author="ada") as store:
            fill(store, Path(name))
        with contextlib.closing(sqlite3.connect(root / "store.sqlite")) as connection:
            dump = "\n".join(connection.iterdump()) + "\n"
        for leftover in ("store.sqlite", ".lock"):
            (root / leftover).unlink()
        shutil.copytree(root, target)
        (target / "store.sql").write_text(dump, encoding="utf-8")
    print("wrote", target)


if __name__ == "__main__":
    main()
