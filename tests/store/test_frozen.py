from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
import store_schemas as schemas
from sqlalchemy import func, select, text

from nanoos_lab import structures as science
from nanoos_lab.errors import ArtifactError
from nanoos_lab.store import migrations
from nanoos_lab.store.arrays import read_array
from nanoos_lab.store.artifacts import artifacts_of, artifacts_of_sample, read_artifact
from nanoos_lab.store.checking import check
from nanoos_lab.store.database import Store
from nanoos_lab.store.elements import element_masks
from nanoos_lab.store.events import events_of
from nanoos_lab.store.models import list_models, previous_model
from nanoos_lab.store.provenance import provenance
from nanoos_lab.store.schema import ArtifactRow, AttemptRow, Base, EmbeddingRow, MemberRow, SampleRow
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


def _thaw(revision: str, root: Path) -> set[str]:
    """Make a frozen lab a folder again and return its tables."""
    shutil.copytree(FROZEN / revision, root)
    with contextlib.closing(sqlite3.connect(root / "store.sqlite")) as connection:
        connection.executescript((root / "store.sql").read_text(encoding="utf-8"))
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    (root / "store.sql").unlink()
    return tables


@pytest.mark.parametrize("revision", migrations.REVISIONS)
def test_a_lab_of_each_released_schema_opens(tmp_path: Path, revision: str) -> None:
    root = tmp_path / "an old lab"
    tables = _thaw(revision, root)
    with Store.open(root) as store, store.read() as session:
        scope = store.scope
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        for table in Base.metadata.sorted_tables:
            n = session.scalar(select(func.count()).select_from(table))
            assert n or table.name not in tables, f"{table.name} is empty"
        added, relaxed = find_structures(session, scope, bulk_modulus=(140, 170))
        assert (added.name, relaxed.name, relaxed.parent_id) == ("MgO", "MgO · relaxed", added.id)
        assert tags_of(session, scope, added.id)[added.id] == ["rocksalt"]
        assert science.digest(science.from_json(added.content)) == added.digest
        assert (added.elements_low, added.elements_high) == element_masks(["Mg", "O"])
        values = find_values(session, scope, property="bulk_modulus")
        assert {v.origin: v.value for v in values} == {"computed": 151.0, "measured": 160.0}
        (log,) = [a for a in artifacts_of(session, scope, "0123456789ab") if a.purged_at is None]
        assert read_artifact(scope, log) == b"converged\n"
        assert summarize(session, scope).n_runs == 1
        assert len(provenance(session, scope, relaxed.id).edges) >= 4
        authors = {line.author for line in events_of(session, scope)}
        assert authors == {"ada"}
    assert (root / f"store.sqlite.{revision}.backup").exists() == (revision != migrations.HEAD)
    assert check(root, tell=lambda _: None).problems == []


def test_a_lab_of_the_second_schema_keeps_samples_arrays_vectors_and_what_was_purged(tmp_path: Path) -> None:
    _thaw("0002", tmp_path / "lab")
    with Store.open(tmp_path / "lab") as store, store.read() as session:
        scope = store.scope
        (sample,) = session.scalars(select(SampleRow))
        assert (sample.name, sample.synthesis["temperature_K"]) == ("MgO-7", 1400.0)
        (pattern,) = find_values(session, scope, property="xrd_pattern")
        assert (pattern.sample_id, pattern.value, pattern.shape) == (sample.id, None, [2, 2])
        assert read_array(session, scope, pattern).tolist() == [[36.9, 10.0], [42.9, 100.0]]
        (raw,) = artifacts_of_sample(session, scope, sample.id)
        assert read_artifact(scope, raw).startswith(b"2theta")
        (vector,) = session.scalars(select(EmbeddingRow))
        np.testing.assert_array_equal(vector.vector, np.array([0.6, 0.8, 0.0], dtype="<f4"))
        (gone,) = session.scalars(select(ArtifactRow).where(ArtifactRow.purged_at.is_not(None)))
        assert (gone.name, gone.size) == ("trajectory.xyz", 17)
        with pytest.raises(ArtifactError, match="purged"):
            read_artifact(scope, gone)
        assert session.scalar(select(AttemptRow.usage))["cpus"] == 1
        assert session.get_one(MemberRow, (scope.project_id, "ada")).role == "owner"


def test_a_lab_of_the_third_schema_keeps_its_models(tmp_path: Path) -> None:
    _thaw("0003", tmp_path / "lab")
    with Store.open(tmp_path / "lab") as store, store.read() as session:
        scope = store.scope
        versions = {row.version: row for row in list_models(session, scope, "my-gap")}
        assert [v for v, row in versions.items() if row.active] == ["1.1"]
        assert [v for v, row in versions.items() if row.retired_at is not None] == ["2-trial"]
        assert versions["1"].metrics["test"]["band_gap"]["mae"] == 0.2
        assert previous_model(session, scope, "my-gap").version == "1"
        file = session.get_one(ArtifactRow, (scope.project_id, versions["1.1"].artifact_id))
        assert read_artifact(scope, file) == b"weights 1.1"
