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

import numpy as np
from pymatgen.core import Lattice, Structure
from sqlalchemy import insert, update

from nanoos_lab.properties import ArrayEstimate, Method, Origin, PropertyEstimate
from nanoos_lab.store import migrations
from nanoos_lab.store.artifacts import put_artifact, put_file
from nanoos_lab.store.artifacts.purging import purge
from nanoos_lab.store.database import Store
from nanoos_lab.store.embeddings import insert_embeddings
from nanoos_lab.store.models import add_model, retire_model
from nanoos_lab.store.samples import add_file, get_subject, put_sample
from nanoos_lab.store.schema import (
    AttemptRow,
    BatchRow,
    BatchRunRow,
    LeaseRow,
    MemberRow,
    RunInputRow,
    RunRow,
    RunState,
    SettingRow,
)
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
    fill_groups(store, mgo.id, folder)
    fill_models(store)


def fill_groups(store: Store, structure_id: str, folder: Path) -> None:
    """Put a row into every table, and a value into every column, that came with the second schema."""
    scope = store.scope
    (folder / "trajectory.xyz").write_text("no longer needed\n")
    with store.write() as session:
        material = get_subject(session, scope, structure_id)
        sample, _ = put_sample(
            session, scope, "MgO-7", subject=material, synthesis={"temperature_K": 1400.0, "atmosphere": "air"},
            notes="floats in the second drawer",
        )  # fmt: skip
        add_file(session, scope, sample, b"2theta,counts\n36.9,10\n42.9,100\n", name="xrd.csv")
        pattern = ArrayEstimate(
            property="xrd_pattern", array=np.array([[36.9, 10.0], [42.9, 100.0]]), origin=Origin.MEASURED,
            method=Method(name="XRD"), conditions={"temperature_K": 295.0},
        )  # fmt: skip
        columns = material.columns
        insert_values(
            session, scope, columns["material_id"], columns["structure_id"], [pattern], sample_id=sample.id
        )
        insert_embeddings(session, scope, "chgnet", "0.3.0", {structure_id: np.array([0.6, 0.8, 0.0])})
        gone = put_artifact(session, scope, "0123456789ab", "trajectory.xyz", folder / "trajectory.xyz")
        usage = {"elapsed_s": 12.5, "cpu_s": 12.0, "cpus": 1, "gpus": 0, "max_rss_bytes": 400_000_000}
        session.execute(
            update(AttemptRow).where(AttemptRow.project_id == scope.project_id).values(usage=usage)
        )
        common = {"project_id": scope.project_id}
        session.execute(insert(MemberRow), [common | {"person": "ada", "role": "owner", "added_by": "ada"}])
        session.merge(SettingRow(key="purpose", value="a frozen lab"))
        lease = {"name": "runs", "holder": "a process that ended", "token": 3, "until": time.time()}
        session.execute(insert(LeaseRow), [common | lease])
    purge(store, [gone.id], reason="it was large")


def fill_models(store: Store) -> None:
    """Put rows into the table that came with the third schema: two versions, the second of which is active."""
    scope = store.scope
    for version, activate in (("1", True), ("1.1", True), ("2-trial", False)):
        columns = {
            "name": "my-gap", "version": version, "architecture": "nanoos-gnn", "targets": ["band_gap"],
            "base": "nanoos-gnn 1.0", "run_id": "0123456789ab", "synthetic": False,
            "metrics": {"test": {"band_gap": {"n": 40, "mae": 0.2, "rmse": 0.3, "bias": 0.0}}},
        }  # fmt: skip
        with store.write() as session:
            file = put_file(session, scope, f"my-gap-{version}.nanoos-model", f"weights {version}".encode())
            row, _ = add_model(session, scope, columns, file, activate=activate, source="a frozen lab")
            if version == "2-trial":
                retire_model(session, scope, row, reason="worse on metals")


def main(folder: Path = FROZEN) -> None:
    """Freeze the newest schema, unless it is frozen already.

    Args:
        folder: Where frozen labs are.
    """
    target = folder / migrations.HEAD
    if target.exists():
        sys.exit(f"{target} exists: a frozen lab is never written again; remove it only before its release")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "lab"
        with Store.open(root, author="ada") as store:
            fill(store, Path(name))
        with contextlib.closing(sqlite3.connect(root / "store.sqlite")) as connection:
            dump = "\n".join(connection.iterdump()) + "\n"
        for leftover in (root / "store.sqlite", *root.glob(".*")):  # and locks
            leftover.unlink()
        for path in sorted(root.rglob("*/"), reverse=True):
            if path.is_dir() and not any(path.iterdir()):  # which git does not keep
                path.rmdir()
        shutil.copytree(root, target)
        (target / "store.sql").write_text(dump, encoding="utf-8")
    print("wrote", target)


if __name__ == "__main__":
    main()
