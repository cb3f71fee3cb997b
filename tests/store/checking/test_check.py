from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import freeze
import pytest
from sqlalchemy import text

from nanoos_lab.errors import InvalidInputError, StoreError
from nanoos_lab.store.checking import check
from nanoos_lab.store.database import Store
from nanoos_lab.store.postgresql.address import parse_address
from nanoos_lab.store.postgresql.administering import administering
from nanoos_lab.store.transfer.sinks import MARKER

if TYPE_CHECKING:
    from pathlib import Path

QUIET = {"tell": lambda _: None}


def _found(place: str | Path, **options: Any) -> list[str]:
    return [finding.what for finding in check(place, **options, **QUIET).problems]


def _change(root: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(root / "store.sqlite", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "lab", author="ada") as store:
        freeze.fill(store, tmp_path)
        for empty in store.scope.files.glob("artifacts/*/"):
            if not any(empty.iterdir()):
                empty.rmdir()  # of the purged one
    return tmp_path / "lab"


def test_a_lab_that_is_well_is_told_so_and_left_alone(root: Path) -> None:
    before = (root / "store.sqlite").read_bytes()
    done = check(root, fix=True, **QUIET)
    assert (done.problems, done.repairs, done.well) == ([], [], True)
    assert "references between rows" in done.looked_at
    assert (root / "store.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE structure SET content = replace(content, '4.212', '4.213')",
            "is not the one that was stored",
        ),
        ("UPDATE structure SET content = '{}'", "is not the one that was stored"),
        ("DELETE FROM material", "refers to a material that is not there"),
        ("UPDATE embedding SET vector = X'00'", None),
    ],
)
def test_what_was_changed_by_hand_is_found(root: Path, statement: str, problem: str | None) -> None:
    _change(root, "PRAGMA foreign_keys = OFF", statement)
    found = _found(root)
    assert bool(found) == (problem is not None)
    assert problem is None or problem in found[0]


def test_vectors_that_differ_in_length_are_found(root: Path) -> None:
    _change(
        root,
        "INSERT INTO embedding SELECT project_id, model, version, (SELECT id FROM structure WHERE parent_id NOT NULL), "
        "created_at, X'00' FROM embedding",
    )
    assert _found(root, quick=True) == [
        words for words in _found(root) if "chgnet 0.3.0" in words and "differ in length" in words
    ]
    assert len(_found(root)) == 1


def test_a_missing_index_is_made_again_and_other_changes_are_told(root: Path) -> None:
    _change(root, "DROP INDEX ix_run_key", "ALTER TABLE tag ADD COLUMN mine INTEGER", "CREATE TABLE mine (a)")
    done = check(root, fix=True, **QUIET)
    assert done.repairs == ["made the index ix_run_key"]
    assert sorted(f.what.partition(": ")[2] for f in done.problems) == [
        "remove column tag mine",
        "remove table mine",
    ]
    assert not done.well


def test_damaged_pages_are_found(root: Path) -> None:
    _change(root, "PRAGMA journal_mode = DELETE")
    path = root / "store.sqlite"
    data = bytearray(path.read_bytes())
    half = len(data) // 2 // 4096 * 4096
    data[half : half + 4096] = os.urandom(4096)
    path.write_bytes(bytes(data))
    with contextlib.suppress(StoreError):
        assert any("damaged" in words for words in _found(root))


@pytest.mark.parametrize("fix", [False, True])
def test_files_without_a_record_are_removed_only_when_asked(root: Path, fix: bool) -> None:  # noqa: FBT001 - a parameter
    artifacts = root / "projects" / "default" / "artifacts"
    stray = artifacts / "aa" / ("aa" * 32)
    stray.parent.mkdir()
    stray.write_text("nobody's")
    long_ago = time.time() - 86_400
    os.utime(stray, (long_ago, long_ago))
    done = check(root, fix=fix, **QUIET)
    assert stray.exists() != fix
    assert done.well == fix
    if fix:
        assert "removed 1 files (8 bytes)" in done.repairs[0]
    else:
        assert done.problems[0].mend is not None


def test_bytes_that_are_missing_or_changed_are_told_and_not_hidden(root: Path) -> None:
    artifacts = root / "projects" / "default" / "artifacts"
    log = next((artifacts / "39").iterdir())
    log.write_text("diverged!\n")
    assert any("have changed" in words for words in _found(root, fix=True))
    assert _found(root, quick=True) == []  # of the same size
    log.unlink()
    assert any("are missing" in words and "run 0123456789ab" in words for words in _found(root, quick=True))


def test_what_is_no_lab_is_said_so(tmp_path: Path, server_lab: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"lab\.toml"):
        check(tmp_path / "nothing", **QUIET)
    with pytest.raises(StoreError, match="ada"):
        check(server_lab.person("ada"), **QUIET)


@pytest.fixture
def served(server_lab: Any, tmp_path: Path) -> Any:
    with Store.open(server_lab.person("ada")) as store, store.write() as session:
        session.execute(text("SELECT 1"))
    return server_lab


def test_a_servers_lab_that_is_well_is_told_so(served: Any) -> None:
    done = check(served.admin, **QUIET)
    assert (done.problems, done.repairs) == ([], [])
    assert any("pg_hba.conf" in words for words in done.notes)
    done = check(served.server.address(served.database), **QUIET)
    assert (done.problems, done.notes) == ([], [])


SLACK = (
    ("CREATE POLICY everyone ON nanoos.run USING (true)", "a policy that is not ours, policy run.everyone"),
    ("DROP POLICY event_select ON nanoos.event", "policy event.event_select: missing"),
    ("ALTER POLICY run_select ON nanoos.run USING (true)", "policy run.run_select"),
    ("ALTER TABLE nanoos.tag DISABLE ROW LEVEL SECURITY", "relation tag"),
    (
        "ALTER TABLE nanoos.event DISABLE TRIGGER event_append_only",
        "event_append_only is not as it should be",
    ),
    ("GRANT SELECT ON nanoos.structure TO PUBLIC", "structure to PUBLIC"),
    ("GRANT SELECT ON nanoos.structure TO other_role", "structure to other_role"),
    ("GRANT UPDATE (author) ON nanoos.run TO lab_people", "run.author to lab_people"),
    ("GRANT TRUNCATE ON nanoos.run TO lab_people", "run to lab_people"),
    ("GRANT UPDATE (author) ON nanoos.run TO other_role", "run.author to other_role"),
    ("GRANT CREATE ON SCHEMA nanoos TO lab_people", "the schema to lab_people"),
    ("GRANT USAGE ON SCHEMA nanoos TO other_role", "the schema to other_role"),
    ("GRANT EXECUTE ON FUNCTION nanoos.journal(text, text, text, json) TO lab_people", "function journal"),
    ("ALTER FUNCTION nanoos.role_in(text) SECURITY INVOKER", "function role_in"),
    ("DROP INDEX nanoos.ix_run_key", "ix_run_key"),
)


@pytest.fixture
def other_role(postgres: Any) -> Any:
    import psycopg

    with psycopg.connect(postgres.address("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE ROLE other_role")
        yield
        connection.execute("DROP ROLE other_role")


@pytest.mark.usefixtures("other_role")
def test_security_that_slackened_is_found_and_drawn_tight(served: Any) -> None:
    superuser = parse_address(served.server.address(served.database))
    with administering(superuser) as connection:
        for statement, _ in SLACK:
            connection.execute(text(statement))
    found = "\n".join(_found(served.admin))
    for statement, words in SLACK:
        assert words in found, statement
    done = check(served.admin, fix=True, **QUIET)
    assert [finding.what for finding in done.problems] == []
    assert len(done.repairs) >= 5


@pytest.mark.parametrize(
    ("statement", "undo", "words"),
    [
        ("GRANT lab_owner TO ada", "REVOKE lab_owner FROM ada", "ada is a member of lab_owner"),
        ("ALTER ROLE ada BYPASSRLS", "ALTER ROLE ada NOBYPASSRLS", "ada has rights beyond"),
        (
            "GRANT pg_read_server_files TO ada",
            "REVOKE pg_read_server_files FROM ada",
            "ada has rights beyond",
        ),
        ("ALTER ROLE lab_owner LOGIN", "ALTER ROLE lab_owner NOLOGIN", "may log in as lab_owner"),
        ("ALTER ROLE lab_admin SUPERUSER", "ALTER ROLE lab_admin NOSUPERUSER", "lab_admin is a superuser"),
        ("GRANT CONNECT ON DATABASE {} TO PUBLIC", "SELECT 1", "every login of the server has CONNECT"),
        ("GRANT EXECUTE ON FUNCTION lo_creat(int) TO PUBLIC", "SELECT 1", "people may call lo_creat"),
        (
            "CREATE FUNCTION nanoos.back_door() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "SELECT 1",
            "back_door",
        ),
        ("CREATE VIEW nanoos.peep AS SELECT * FROM nanoos.run", "SELECT 1", "peep (v of postgres)"),
        ("CREATE TABLE nanoos.mine (a int)", "SELECT 1", "mine (r of postgres)"),
        ("ALTER TABLE nanoos.tag OWNER TO postgres", "SELECT 1", "tag belongs to postgres"),
    ],
)
def test_what_only_a_superuser_can_take_back_is_told_with_the_statement(
    served: Any, statement: str, undo: str, words: str
) -> None:
    superuser = parse_address(served.server.address(served.database))
    with administering(superuser) as connection:
        connection.execute(text(statement.format(served.database)))
    try:
        done = check(served.admin, fix=True, **QUIET)
    finally:
        with administering(superuser) as connection:
            connection.execute(text(undo))
    assert any(words in finding.what for finding in done.problems), done.problems


def test_files_of_a_server_are_open_to_their_group_alone(served: Any) -> None:
    (project,) = (served.files / "projects").iterdir()
    project.chmod(0o2775)
    (project / MARKER).touch()
    done = check(served.admin, fix=True, **QUIET)
    assert len(done.repairs) == 2
    assert (project.stat().st_mode & 0o7777, (project / MARKER).exists()) == (0o2770, False)
    assert done.well


def test_files_that_are_not_seen_from_here_are_told(served: Any, tmp_path: Path) -> None:
    assert any("--files" in words for words in _found(served.admin, files_at=tmp_path / "elsewhere"))


def test_a_project_that_nobody_owns_is_told(served: Any) -> None:
    with administering(parse_address(served.admin)) as connection:
        connection.execute(text("SET LOCAL ROLE lab_owner"))
        connection.execute(text("DELETE FROM member"))
    assert any("nobody owns the project ada/default" in words for words in _found(served.admin))


def test_a_check_goes_on_while_people_work_and_says_what_it_could_not_see(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nanoos_lab.store.checking.server._BUSY_S", 0.1)
    with Store.open(served.person("ada")) as store, store.read() as session:
        session.execute(text("SELECT count(*) FROM run"))
        done = check(served.admin, **QUIET)
    assert done.problems == []
    assert any("someone holds a table" in words for words in done.notes)
