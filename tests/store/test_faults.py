"""Many processes at once, and processes that die at any moment."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sqlite3
import traceback
from typing import TYPE_CHECKING, Any

import pytest
import store_crystals as crystals
from sqlalchemy import func, select

from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store.artifacts import put_artifact, read_artifact
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import record_event
from nanoos_lab.store.schema import (
    ArtifactRow,
    EventRow,
    MaterialRow,
    PropertyValueRow,
    StructureRow,
    TagRow,
)
from nanoos_lab.store.structures import insert_structure, tags_of
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.system, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

CONTEXT = multiprocessing.get_context("fork")
SEED = int(os.environ.get("NANOOS_TEST_SEED", "20240607"))


@pytest.fixture
def store(folder_store: Store) -> Store:
    """Return a folder's store; that a server's writers may be killed is tested with the server's own deaths."""
    return folder_store


def _gap(value: float) -> PropertyEstimate:
    return PropertyEstimate(
        property="band_gap", value=value, origin=Origin.COMPUTED, method=Method(name="PBE")
    )


def _count(store: Store, table: type[Any]) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _add_all(place: str | Path, number: int, barrier: Any, results: Any) -> None:
    """Add ten crystals that all processes add, in an order of one's own and in other settings, and ten others."""
    shuffled = random.Random(number)
    shared = [crystals.perovskite(3.7 + i / 20) for i in range(10)]
    own = [crystals.rocksalt(4.0 + i / 10 + number / 100) for i in range(10)]
    work = [(s * (1, 1, shuffled.choice([1, 2])), f"{number}") for s in shared + own]
    shuffled.shuffle(work)
    try:
        with Store.open(place) as store:
            barrier.wait()
            for structure, tag in work:
                with store.write() as session:
                    row, _ = insert_structure(session, store.scope, structure, name=tag, tags=[tag])
                    insert_values(session, store.scope, row.material_id, row.id, [_gap(row.n_sites)])
        results.put(None)
    except BaseException:  # noqa: BLE001 - shown in the parent
        results.put(traceback.format_exc())


def test_eight_processes_adding_the_same_and_other_crystals(lab_place: str | Path) -> None:
    barrier, results = CONTEXT.Barrier(8), CONTEXT.Queue()
    children = [CONTEXT.Process(target=_add_all, args=(lab_place, n, barrier, results)) for n in range(8)]
    for child in children:
        child.start()
    problems = [results.get(timeout=300) for _ in children]
    for child in children:
        child.join()
    assert problems == [None] * 8
    with Store.open(lab_place) as store:
        assert _count(store, StructureRow) == 10 + 8 * 10
        assert _count(store, MaterialRow) == 2
        with store.read() as session:
            rows = session.scalars(select(StructureRow).where(StructureRow.reduced_formula == "SrTiO3")).all()
            tags = tags_of(session, store.scope, [row.id for row in rows])
            fingerprints = session.scalars(select(PropertyValueRow.fingerprint)).all()
        assert all(found == list("01234567") for found in tags.values())
        assert len(fingerprints) == len(set(fingerprints))


def _write_until_killed(root: Path, start: int, said: int) -> None:
    """Make transactions of a structure, two tags, two values, a file and a note, and say each one committed."""
    with Store.open(root) as store:
        run = store.scope.project_id
        for number in range(start, start + 10_000):
            file = root.parent / f"file {number}"
            file.write_text(f"content {number}")
            with store.write() as session:
                structure = crystals.rocksalt(3.0 + number / 50)
                row, new = insert_structure(
                    session, store.scope, structure, name=f"n{number}", tags=["a", "b"]
                )
                assert new, number
                insert_values(
                    session, store.scope, row.material_id, row.id, [_gap(number), _gap(-number - 1)]
                )
                put_artifact(session, store.scope, _RUN_ID, f"file {number}", file)
                record_event(session, store.scope, "written", row.id, number=number, run=run)
            os.write(said, f"{number}\n".encode())


_RUN_ID = "feedfeedfeed"


def test_a_killed_writer_leaves_whole_transactions_only(
    tmp_path: Path, store: Store, add_run: Callable[..., str]
) -> None:
    print("seed", SEED)
    chance = random.Random(SEED)
    add_run(id=_RUN_ID)
    store.close()
    acknowledged = -1
    for _ in range(30):
        listening, said = os.pipe()
        child = CONTEXT.Process(target=_write_until_killed, args=(store.root, acknowledged + 2, said))
        child.start()
        os.close(said)
        with os.fdopen(listening) as lines:
            for _ in range(chance.randrange(1, 8)):
                acknowledged = max(acknowledged, int(lines.readline()))
            for _ in range(chance.randrange(0, 20_000)):
                pass  # a moment that no commit decides, without waiting on a clock
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            acknowledged = max([acknowledged, *map(int, lines.read().split())])
        _check_whole(store.root, acknowledged)
    assert acknowledged >= 30


def _check_whole(root: Path, acknowledged: int) -> None:
    with contextlib.closing(sqlite3.connect(root / "store.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with Store.open(root) as store, store.read() as session:
        written = {
            e.data["number"]: e.subject_id
            for e in session.scalars(select(EventRow).where(EventRow.kind == "written"))
        }
        assert acknowledged in written, "what was said to be committed is there"
        structures = session.scalars(select(StructureRow)).all()
        assert {row.id for row in structures} == set(written.values())
        assert _count(store, TagRow) == _count(store, PropertyValueRow) == 2 * len(written)
        artifacts = session.scalars(select(ArtifactRow)).all()
        assert sorted(a.name for a in artifacts) == sorted(f"file {number}" for number in written)
        for artifact in artifacts:
            assert read_artifact(store.scope, artifact).decode() == artifact.name.replace("file", "content")
