from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

import pytest
import store_schemas as schemas
from sqlalchemy import text

from nanoos_lab.errors import StoreError
from nanoos_lab.store import migrations
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import Base
from nanoos_lab.store.sqlite import make_engine

if TYPE_CHECKING:
    from pathlib import Path


def test_migrations_and_models_give_the_same_schema(tmp_path: Path) -> None:
    by_steps, at_once = tmp_path / "steps.sqlite", tmp_path / "once.sqlite"
    for path, make in ((by_steps, migrations.upgrade), (at_once, migrations.create)):
        engine = make_engine(path)
        with engine.begin() as connection:
            make(connection)
        engine.dispose()
    assert schemas.schema_of(by_steps) == schemas.schema_of(at_once)
    assert any(entry[0] == "trigger" for entry in schemas.schema_of(at_once))


def test_alembic_sees_no_difference_between_migrated_database_and_models(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = make_engine(tmp_path / "x.sqlite")
    with engine.begin() as connection:
        migrations.upgrade(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == migrations.HEAD
    engine.dispose()


def test_known_revisions_are_exactly_those_that_ship() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    scripts = ScriptDirectory.from_config(config)
    shipped = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(shipped)) == migrations.REVISIONS
    assert scripts.get_heads() == [migrations.HEAD]


def test_a_failed_migration_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (folder / name).write_text((migrations.FOLDER / name).read_text())
    first = next((migrations.FOLDER / "versions").glob("0001_*.py"))
    (folder / "versions" / first.name).write_text(first.read_text())
    (folder / "versions" / "0002_bad.py").write_text(
        "from alembic import op\nrevision, down_revision = '0002', '0001'\n"
        "def upgrade():\n    op.execute('CREATE TABLE half (a)')\n    raise RuntimeError('midway')\n"
    )
    engine = make_engine(tmp_path / "x.sqlite")
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001", folder)
    with pytest.raises(RuntimeError, match="midway"), engine.begin() as connection:
        migrations.upgrade(connection, "head", folder)
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
        assert connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name='half'")) == 0
    engine.dispose()


def test_an_older_lab_is_migrated_with_a_copy_kept_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(tmp_path / "lab").close()
    calls = []

    def step(connection: object) -> None:
        calls.append(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))  # type: ignore[attr-defined]

    monkeypatch.setattr(migrations, "REVISIONS", ("0001", "0002"))
    monkeypatch.setattr(migrations, "HEAD", "0002")
    monkeypatch.setattr(migrations, "upgrade", step)
    with Store.open(tmp_path / "lab") as store, store.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "0002"
    assert len(calls) == 1
    Store.open(tmp_path / "lab").close()
    assert len(calls) == 1
    with contextlib.closing(sqlite3.connect(tmp_path / "lab" / "store.sqlite.0001.backup")) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_a_newer_lab_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path / "lab").close()
    with contextlib.closing(
        sqlite3.connect(tmp_path / "lab" / "store.sqlite", isolation_level=None)
    ) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"'9999'.*newer.*pip install -U nanoos-lab"):
        Store.open(tmp_path / "lab")
