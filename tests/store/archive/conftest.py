"""A lab with something of everything in it, and what a project holds apart from its ids and authors."""

from __future__ import annotations

import json
import time
import zipfile
from hashlib import sha256
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sqlalchemy import select

import nanoos_lab as nl
from nanoos_lab.store.artifacts import put_file
from nanoos_lab.store.artifacts.purging import purge
from nanoos_lab.store.embeddings import insert_embeddings
from nanoos_lab.store.models import add_model, retire_model
from nanoos_lab.store.run_changes import insert_runs
from nanoos_lab.store.runs import outputs_of
from nanoos_lab.store.schema import (
    ArtifactRow,
    AttemptRow,
    BatchRow,
    BatchRunRow,
    EmbeddingRow,
    MaterialRow,
    ModelRow,
    PropertyValueRow,
    RunInputRow,
    RunRow,
    RunState,
    SampleRow,
    StructureRow,
    TagRow,
    new_id,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nanoos_lab.lab import Lab
    from nanoos_lab.store.database import Store

NOTEBOOK_KEY, FAILED_KEY = "0" * 64, "f" * 64


def fill(lab: Lab, folder: Path) -> None:
    """Do a bit of everything in a lab, the runs by the toy calculator."""
    sto = lab.add("SrTiO3.cif", tags=["perovskite", "cubic"], notes="grown at 1500 K")
    mgo = lab.add("MgO.cif", tags=["rocksalt"])
    lab.add(mgo.structure.get_primitive_structure(), name="MgO primitive", distinct=True)
    relaxed = lab.run("relax", sto, calculator="toy")
    eos = lab.run("eos", relaxed, calculator="toy")
    lab.map("static", [sto, mgo], calculator="toy")
    sample = lab.sample("S1", mgo, synthesis={"temperature_K": 1200.0}, files={"xrd.xy": b"10 20\n11 21\n"})
    cut = lab.sample("S1 cut", parent=sample, notes="cut along 001")
    lab.record(cut, "bulk_modulus", 160.0, 3.0, unit="GPa", method="Brillouin", source="by hand")
    points = np.column_stack([np.linspace(10, 80, 30), np.linspace(0, 1, 30)])
    lab.record(sample, "xrd_pattern", points, method="diffractometer", conditions={"wavelength_nm": 0.154})
    _add_runs(lab.store, sto.id)
    _add_models(lab.store, eos.id)
    with lab.store.write() as session:
        put_file(session, lab.store.scope, "log/relax.txt", b"converged\n" * 50, run_id=relaxed.id)
        heavy = put_file(session, lab.store.scope, "traj.xyz", b"positions", run_id=relaxed.id)
        vectors = np.random.default_rng(3).normal(size=(2, 8)).astype("f4")
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        insert_embeddings(
            session, lab.store.scope, "toy", "1", dict(zip([sto.id, mgo.id], vectors, strict=True))
        )
    purge(lab.store, [heavy.id], reason="room")


def _add_models(store: Store, run_id: str) -> None:
    """Register two versions that a run left, of which the second is active, and one that came as a file."""
    common = {
        "architecture": "nanoos-gnn", "targets": ["band_gap"], "base": None, "synthetic": False, "run_id": run_id,
        "metrics": {"test": {"band_gap": {"n": 10, "mae": 0.2}}},
    }  # fmt: skip
    with store.write() as session:
        for version in ("1", "2"):
            content = f"weights of version {version}".encode()
            file = put_file(session, store.scope, f"my-gap-{version}.nanoos-model", content, run_id=run_id)
            columns = common | {"name": "my-gap", "version": version}
            add_model(session, store.scope, columns, file, activate=True, source="run")
        file = put_file(session, store.scope, "theirs-0.1.nanoos-model", b"weights of a friend")
        columns = common | {"name": "theirs", "version": "0.1", "run_id": None, "base": "my-gap@1"}
        model, _ = add_model(session, store.scope, columns, file, activate=None, source="theirs.nanoos-model")
        retire_model(session, store.scope, model, reason="worse")


def _add_runs(store: Store, structure_id: str) -> None:
    """Record a notebook's run with a failed one inside, and one that has not ended."""
    common = {
        "project_id": store.scope.project_id, "task_version": "1", "params": {"x": 1.5, "name": "é"},
        "identity": {"seed": 1}, "profile": "here", "executor": "here", "resources": {"cpus": 1}, "retry": {},
        "author": store.scope.author, "attempt": 1, "task_reference": "os:system @ /tmp/evil",
    }  # fmt: skip
    ended = {"started_at": time.time(), "finished_at": time.time()}
    notebook = (
        common | ended | {"id": new_id(), "task": "notebook", "key": NOTEBOOK_KEY, "state": "COMPLETED"}
    )
    failed = common | ended | {
        "id": new_id(), "task": "relax", "key": FAILED_KEY, "state": "FAILED", "parent_id": notebook["id"],
        "error": {"type": "ValueError", "message": "no", "traceback": ""}, "cancel_requested": True,
    }  # fmt: skip
    waiting = common | {
        "id": new_id(),
        "task": "md",
        "key": "a" * 64,
        "active_key": "a" * 64,
        "state": "PENDING",
    }
    from nanoos_lab.store.runs import InputEdge

    with store.write() as session:
        for run in (notebook, failed, waiting):
            edges = [] if run is notebook else [InputEdge("structure", 0, structure_id)]
            insert_runs(session, store.scope, [run], [edges])
        session.add(
            AttemptRow(
                project_id=store.scope.project_id, run_id=failed["id"], number=1, folder="runs/of another machine",
                executor="here", worker={"host": "node7"}, created_at=time.time(), ended="FAILED", reason="no",
            )
        )  # fmt: skip


def portrait(store: Store) -> dict[str, list[str]]:
    """Return what a project holds, each record as a text that names others by what they are."""
    return _Portrait(store).drawn()


class _Portrait:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.names: dict[str | None, str] = {None: "none"}

    def drawn(self) -> dict[str, list[str]]:
        self.tags = sorted((tag.structure_id, tag.tag) for tag in self._rows(TagRow))
        runs = [run for run in self._rows(RunRow) if RunState(run.state).final]
        self.names |= {m.id: m.phase_key for m in self._rows(MaterialRow)}
        self.names |= {r.id: f"{r.task} {r.key[:8]} {r.created_at}" for r in runs}
        structures = self._rows(StructureRow)
        self.names |= {s.id: f"{s.digest} {s.name}" for s in structures}
        samples = self._rows(SampleRow)
        self.names |= {s.id: s.name for s in samples}
        files = self._rows(ArtifactRow)
        self.names |= {f.id: f"{f.name} {f.sha256[:8]}" for f in files}
        self.names |= {b.id: f"{b.task} {b.created_at}" for b in self._rows(BatchRow)}
        return {
            "materials": self._texts(self._rows(MaterialRow)),
            "structures": self._texts(structures, without=("record_key",), more=self._tags),
            "runs": self._texts(runs, without=("task_reference", "owner"), more=self._outputs),
            "inputs": self._texts([e for e in self._rows(RunInputRow) if e.run_id in self.names]),
            "attempts": self._texts(self._rows(AttemptRow), without=("folder",)),
            "batches": self._texts([*self._rows(BatchRow), *self._rows(BatchRunRow)]),
            "samples": self._texts(samples),
            "files": self._texts(files, without=("purged_at",), more=lambda f: f.purged_at is None),
            "models": self._texts(self._rows(ModelRow)),
            "values": self._texts(self._rows(PropertyValueRow), without=("fingerprint",)),
            "vectors": sorted(
                f"{self.names[e.structure_id]} {e.model} {e.version} {np.asarray(e.vector).tobytes().hex()}"
                for e in self._rows(EmbeddingRow)
            ),
        }

    def _rows(self, table: Any) -> list[Any]:
        with self.store.read() as session:
            query = select(table).where(table.project_id == self.store.scope.project_id)
            rows = list(session.scalars(query))
            for row in rows:
                for column in table.__table__.c:
                    getattr(row, column.key)  # read now what is read later otherwise
            return rows

    def _tags(self, row: Any) -> list[str]:
        return [tag for structure_id, tag in self.tags if structure_id == row.id]

    def _outputs(self, run: Any) -> dict[str, str]:
        with self.store.read() as session:
            made = outputs_of(session, self.store.scope, run.id)
        return {name: self.names[one] for name, one in made.items()}

    def _texts(
        self, rows: list[Any], *, without: tuple[str, ...] = (), more: Callable[[Any], object] = lambda _: ""
    ) -> list[str]:
        left = {"id", "project_id", "author", *without}
        texts = []
        for row in rows:
            columns = {c.key: getattr(row, c.key) for c in row.__table__.c if c.key not in left}
            named = {
                name: self.names[value] if name.endswith("_id") and name != "job_id" else value
                for name, value in columns.items()
            }
            texts.append(json.dumps([named, more(row)], sort_keys=True))
        return sorted(texts)


def unpack(path: Path) -> dict[str, bytes]:
    """Return the members of an archive."""
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def pack(path: Path, members: dict[str, bytes], *, honest: bool = True) -> Path:
    """Write members as an archive, the manifest made to fit them unless it should lie."""
    manifest = json.loads(members["manifest.json"])
    if honest:
        manifest["members"] = {
            name: {"sha256": sha256(data).hexdigest(), "size": len(data)}
            for name, data in members.items()
            if name != "manifest.json"
        }
        for kind in manifest["counts"]:
            manifest["counts"][kind] = members[f"tables/{kind}.jsonl"].count(b"\n")
    members = members | {"manifest.json": json.dumps(manifest).encode()}
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in members.items():
            stored = name.startswith("artifacts/")
            packed.writestr(name, data, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return path


@pytest.fixture
def places(server_lab: Any, tmp_path: Path) -> Callable[[str, str], Lab]:
    """Return a function that opens an empty lab of a kind: a folder, or a person's project on a server."""
    opened: list[Lab] = []

    def open_lab(kind: str, name: str) -> Lab:
        if kind == "sqlite":
            lab = nl.open(tmp_path / name)
        else:
            lab = nl.open(server_lab.person(name), project=f"project of {name}")
        opened.append(lab)
        return lab

    return open_lab


@pytest.fixture(scope="session")
def rich_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a lab folder with something of everything in it; not to be changed."""
    folder = tmp_path_factory.mktemp("rich")
    with nl.open(folder / "lab") as lab:
        fill(lab, folder)
        lab.export(folder / "rich.nanoos.zip")
    return folder


@pytest.fixture
def rich_archive(rich_folder: Path) -> Path:
    return rich_folder / "rich.nanoos.zip"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Lab]:
    with nl.open(tmp_path / "empty") as lab:
        yield lab


@pytest.fixture
def tools() -> SimpleNamespace:
    """Return the functions of this file that tests call."""
    return SimpleNamespace(fill=fill, portrait=portrait, unpack=unpack, pack=pack)
