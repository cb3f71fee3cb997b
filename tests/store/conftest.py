"""Fixtures for the store: a lab in a temporary folder, materials and runs to hang facts on."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from nanoos_lab.store.database import Store
from nanoos_lab.store.materials import material_of_phase
from nanoos_lab.store.schema import RunInputRow, RunRow, RunState, new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


sys.path.append(str(Path(__file__).parent))  # where the helpers named store_* are


@pytest.fixture
def store(lab_place: str | Path) -> Iterator[Store]:
    """Return an open store of ada's, once in a folder and once on a server."""
    with Store.open(lab_place, author="ada") as opened:
        yield opened


@pytest.fixture
def folder_store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "lab", author="ada") as opened:
        yield opened


@pytest.fixture
def add_material(store: Store) -> Callable[..., str]:
    def add(phase: str = "SrTiO3|221") -> str:
        with store.write() as session:
            return material_of_phase(session, store.scope, phase, phase.partition("|")[0])[0]

    return add


@pytest.fixture
def add_run(store: Store) -> Callable[..., str]:
    """Insert a run as it is, with its inputs, past the life that runs lead elsewhere."""

    def add(task: str = "relax", *, inputs: tuple[str, ...] = (), **columns: Any) -> str:
        run = {
            "id": new_id(), "project_id": store.scope.project_id, "task": task, "task_version": "1", "params": {},
            "identity": {}, "key": new_id(), "state": RunState.COMPLETED, "profile": "here", "executor": "here",
            "resources": {}, "retry": {}, "author": "ada", "started_at": time.time(), "finished_at": time.time(),
        } | columns  # fmt: skip
        with store.write() as session:
            session.execute(insert(RunRow), [run])
            for position, structure_id in enumerate(inputs):
                edge = {
                    "run_id": run["id"],
                    "name": "structure",
                    "position": position,
                    "structure_id": structure_id,
                }
                session.execute(insert(RunInputRow), [edge | {"project_id": store.scope.project_id}])
        return str(run["id"])

    return add
