from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest
import store_schemas as schemas
from sqlalchemy import func, select, text

from nanoos_lab import structures as science
from nanoos_lab.store import migrations
from nanoos_lab.store.artifacts import artifacts_of, read_artifact
from nanoos_lab.store.database import Store
from nanoos_lab.store.provenance import provenance
from nanoos_lab.store.schema import Base
from nanoos_lab.store.sqlite import make_engine
from nanoos_lab.store.structures import find_structures, tags_of
from nanoos_lab.store.summary import summarize
from nanoos_lab.store.values import find_values

FROZEN = Path(__file__).parent / "frozen"


def test_every_released_revision_is_frozen() -> None:
    assert sorted(p.name for p in FROZEN.iterdir()) == sorted(migrations.REVISIONS)


@pytest.mark.parametrize("revision", migrations.REVISIONS)
def test_a_frozen_lab_has_the_schema_of_its_revision(tmp_path: Path, revision: str) -> None:
    frozen, fresh = tmp_path / "frozen.sqlite", tmp_path / "fresh.sqlite"
    with contextlib.closing(sqlite3.connect(frozen)) as connection:
        connection.executescript((FROZEN / revision / "store.sql").read_text(encoding="utf-8"))
    engine = make_engine(fresh)
    with engine.begin() as connection:
        migrations.upgrade(connection, revision)
    engine.dispose()
    assert schemas.schema_of(frozen) == schemas.schema_of(fresh), (
        "a released revision was changed: add one instead"
    )


@pytest.mark.parametrize("revision", migrations.REVISIONS)
def test_a_lab_of_each_released_schema_opens(tmp_path: Path, revision: str) -> None:
    root = tmp_path / "an old lab"
    shutil.copytree(FROZEN / revision, root)
    with contextlib.closing(sqlite3.connect(root / "store.sqlite")) as connection:
        connection.executescript((root / "store.sql").read_text(encoding="utf-8"))
    (root / "store.sql").unlink()
    with Store.open(root) as store, store.read() as session:
        scope = store.scope
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        for table in Base.metadata.sorted_tables:
            assert session.scalar(select(func.count()).select_from(table)), f"{table.name} is empty"
        added, relaxed = find_structures(session, scope, bulk_modulus=(140, 170))
        assert (added.name, relaxed.name, relaxed.parent_id) == ("MgO", "MgO · relaxed", added.id)
        assert tags_of(session, scope, added.id)[added.id] == ["rocksalt"]
        assert science.digest(science.from_json(added.content)) == added.digest
        assert {v.origin: v.value for v in find_values(session, scope)} == {
            "computed": 151.0,
            "measured": 160.0,
        }
        (log,) = artifacts_of(session, scope, "0123456789ab")
        assert read_artifact(scope, log) == b"converged\n"
        assert summarize(session, scope).n_runs == 1
        assert len(provenance(session, scope, relaxed.id).edges) >= 4
