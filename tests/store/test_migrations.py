from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import store_schemas as schemas
from sqlalchemy import JSON, MetaData, insert, select, text

from nanoos_lab.errors import StoreError
from nanoos_lab.store import migrations
from nanoos_lab.store.database import Store
from nanoos_lab.store.postgresql.address import parse_address
from nanoos_lab.store.postgresql.administering import administering
from nanoos_lab.store.schema import Base
from nanoos_lab.store.sqlite import make_engine
from nanoos_lab.store.transfer.content import TABLES, Tally, encode, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

FROZEN = Path(__file__).parent / "frozen"


@pytest.fixture
def bare(server_lab: Any) -> Iterator[Connection]:
    """A server's lab without a table, in a transaction of their owner, who is no superuser."""
    with administering(parse_address(server_lab.admin)) as connection:
        connection.execute(text("SET LOCAL ROLE lab_owner"))
        _strip(connection)
        yield connection
        connection.rollback()


def _strip(connection: Connection) -> None:
    found = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'nanoos'")).all()
    for table in found:
        connection.execute(text(f"DROP TABLE {table} CASCADE"))
    own = (
        r"SELECT p.oid\:\:regprocedure FROM pg_proc p WHERE p.pronamespace = 'nanoos'\:\:regnamespace AND NOT EXISTS "
        "(SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    for function in connection.scalars(text(own)).all():
        connection.execute(text(f"DROP FUNCTION {function} CASCADE"))


def _frozen(revision: str, root: Path) -> Path:
    shutil.copytree(FROZEN / revision, root)
    with contextlib.closing(sqlite3.connect(root / "store.sqlite")) as connection:
        connection.executescript((root / "store.sql").read_text(encoding="utf-8"))
    (root / "store.sql").unlink()
    return root


def _for_server(value: Any) -> Any:
    return np.frombuffer(value, dtype="<f4").tolist() if isinstance(value, bytes) else value


def _tallies(connection: Connection) -> dict[str, tuple[int, str]]:
    found = {}
    for table in TABLES:
        tally = Tally()
        for row in read_rows(connection, table):
            tally.add(encode(row))
        found[table.name] = (tally.rows, tally.digest)
    return found


def test_migrations_and_models_give_the_same_schema(tmp_path: Path) -> None:
    by_steps, at_once = tmp_path / "steps.sqlite", tmp_path / "once.sqlite"
    for path, make in ((by_steps, migrations.upgrade), (at_once, migrations.create)):
        engine = make_engine(path)
        with engine.begin() as connection:
            make(connection)
        engine.dispose()
    assert schemas.schema_of(by_steps) == schemas.schema_of(at_once)
    assert any(entry[0] == "trigger" for entry in schemas.schema_of(at_once))


def test_migrations_and_models_give_the_same_schema_on_a_server(bare: Connection) -> None:
    migrations.upgrade(bare)
    by_steps = schemas.server_schema_of(bare)
    _strip(bare)
    assert schemas.server_schema_of(bare) == set()
    migrations.create(bare)
    at_once = schemas.server_schema_of(bare)
    assert by_steps == at_once
    assert {entry[0] for entry in at_once} == {"column", "constraint", "index", "trigger", "function"}


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


@pytest.mark.parametrize("revision", migrations.REVISIONS)
def test_data_of_each_revision_come_out_the_same_on_both_databases(
    tmp_path: Path, revision: str, bare: Connection
) -> None:
    root = _frozen(revision, tmp_path / "lab")
    migrations.upgrade(bare, revision)
    old, new = MetaData(), MetaData()
    engine = make_engine(root / "store.sqlite")
    with engine.connect() as source:
        old.reflect(source)
        new.reflect(bare, only=[name for name in old.tables if name != "alembic_version"])
        for column in (c for table in new.sorted_tables for c in table.c if isinstance(c.type, JSON)):
            column.type.none_as_null = True  # as the frozen rows have it
        for table in new.sorted_tables:
            columns = [old.tables[table.name].c[name] for name in table.c.keys()]  # noqa: SIM118 - not a dict
            found = source.execute(select(*columns).order_by(text("rowid")))
            rows = [{name: _for_server(value) for name, value in row._asdict().items()} for row in found]
            if rows:
                bare.execute(insert(table), rows)
    engine.dispose()
    migrations.upgrade(bare)
    Store.open(root).close()
    engine = make_engine(root / "store.sqlite", read_only=True)
    with engine.connect() as embedded:
        expected = _tallies(embedded)
    engine.dispose()
    assert _tallies(bare) == expected
    assert expected["structure"][0] == 2
    _strip(bare)


def _bad_step(folder: Path) -> None:
    (folder / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (folder / name).write_text((migrations.FOLDER / name).read_text())
    first = next((migrations.FOLDER / "versions").glob("0001_*.py"))
    (folder / "versions" / first.name).write_text(first.read_text())
    (folder / "versions" / "0002_bad.py").write_text(
        "from alembic import op\nrevision, down_revision = '0002', '0001'\n"
        "def upgrade():\n    op.execute('CREATE TABLE half (a int)')\n    raise RuntimeError('midway')\n"
    )


def test_a_failed_migration_changes_nothing(tmp_path: Path) -> None:
    _bad_step(tmp_path / "migrations")
    engine = make_engine(tmp_path / "x.sqlite")
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001", tmp_path / "migrations")
    with pytest.raises(RuntimeError, match="midway"), engine.begin() as connection:
        migrations.upgrade(connection, "head", tmp_path / "migrations")
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
        assert connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name='half'")) == 0
    engine.dispose()


def test_a_failed_migration_changes_nothing_on_a_server(tmp_path: Path, server_lab: Any) -> None:
    _bad_step(tmp_path / "migrations")
    url = parse_address(server_lab.admin)

    def act(steps: Callable[[Connection], object]) -> Any:
        with administering(url) as connection:
            connection.execute(text("SET LOCAL ROLE lab_owner"))
            return steps(connection)

    act(lambda c: (_strip(c), migrations.upgrade(c, "0001", tmp_path / "migrations")))
    with pytest.raises(RuntimeError, match="midway"):
        act(lambda c: migrations.upgrade(c, "head", tmp_path / "migrations"))
    assert act(lambda c: c.scalar(text("SELECT version_num FROM alembic_version"))) == "0001"
    assert act(lambda c: c.scalar(text("SELECT to_regclass('half')"))) is None


def test_an_older_lab_is_migrated_with_a_copy_kept_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _frozen("0001", tmp_path / "lab")
    calls = []

    def upgrade(connection: Connection) -> None:
        calls.append(connection)
        real(connection)

    real = migrations.upgrade
    monkeypatch.setattr(migrations, "upgrade", upgrade)
    with Store.open(root) as store, store.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == migrations.HEAD
    Store.open(root).close()
    assert len(calls) == 1
    with contextlib.closing(sqlite3.connect(root / "store.sqlite.0001.backup")) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert copy.execute("SELECT count(*) FROM structure").fetchone() == (2,)


def test_a_newer_lab_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path / "lab").close()
    with contextlib.closing(
        sqlite3.connect(tmp_path / "lab" / "store.sqlite", isolation_level=None)
    ) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"'9999'.*newer.*pip install -U nanoos-lab"):
        Store.open(tmp_path / "lab")
