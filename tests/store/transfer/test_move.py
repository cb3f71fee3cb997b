from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text, update

from nanoos_lab.errors import InvalidInputError, StoreError
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import events_of
from nanoos_lab.store.folder import is_lab
from nanoos_lab.store.postgresql.address import parse_address
from nanoos_lab.store.postgresql.admin import add_person, create_lab
from nanoos_lab.store.postgresql.administering import administering, roles_of
from nanoos_lab.store.schema import EventRow, ProjectRow, RunRow
from nanoos_lab.store.transfer import move, sinks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

QUIET = {"tell": lambda _: None}


def _projects(address: str) -> list[tuple[str, str, str]]:
    with administering(parse_address(address)) as connection:
        connection.execute(text(f"SET LOCAL ROLE {roles_of(connection)[0]}"))
        found = connection.execute(select(ProjectRow.id, ProjectRow.owner, ProjectRow.name))
        return [(row.id, row.owner, row.name) for row in found]


def _change(root: Path, statement: str) -> None:
    with closing(sqlite3.connect(root / "store.sqlite", isolation_level=None)) as connection:
        connection.execute(statement)


@pytest.fixture
def ada(server_lab: Any) -> str:
    return str(server_lab.person("ada"))


@pytest.fixture
def other_server_lab(postgres: Any, tmp_path: Path) -> Iterator[str]:
    import psycopg

    made = create_lab(postgres.address("other_lab"), files=tmp_path / "other files")
    yield postgres.address("other_lab", made.person, made.password)
    with psycopg.connect(postgres.address("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP DATABASE other_lab WITH (FORCE)")
        for role in ("ada", "bob"):
            connection.execute(f"REVOKE other_lab_people FROM {role}")
        connection.execute("DROP ROLE other_lab_admin, other_lab_owner, other_lab_people")


def test_there_and_back_nothing_is_lost(
    full_lab: Path, tmp_path: Path, server_lab: Any, ada: str, same: Callable[..., None]
) -> None:
    before = (full_lab / "store.sqlite").read_bytes()
    there = move(full_lab, server_lab.admin, owner="ada", **QUIET)
    assert (full_lab / "store.sqlite").read_bytes() == before
    assert {name for name, tally in there.tables.items() if not tally.rows} == set()
    back = move(server_lab.admin, tmp_path / "back", **QUIET)
    assert {k: v for k, v in there.tables.items() if k not in {"project", "member"}} == {
        k: v for k, v in back.tables.items() if k not in {"project", "member"}
    }
    (tmp_path / "back" / "settings.toml").write_bytes((full_lab / "settings.toml").read_bytes())
    same(full_lab, tmp_path / "back")
    run = tmp_path / "back" / "projects" / "default" / "runs" / "one" / "run.sh"
    assert run.stat().st_mode & 0o100
    assert not (run.parent / "elsewhere").exists()
    assert sum("a link" in note for note in there.notes) == 4
    Store.open(tmp_path / "back").close()


def test_what_arrives_on_a_server_is_its_owners_alone_and_as_it_was(
    full_lab: Path, server_lab: Any, ada: str
) -> None:
    with Store.open(full_lab) as store, store.read() as session:
        lines = [(e.id, e.author, e.at, e.kind, e.data) for e in events_of(session, store.scope)]
    move(full_lab, server_lab.admin, owner="ada", **QUIET)
    with Store.open(ada) as store, store.read() as session:
        assert store.scope.project == "default"
        assert [(e.id, e.author, e.at, e.kind, e.data) for e in events_of(session, store.scope)] == lines
        assert stat.S_IMODE(store.scope.files.stat().st_mode) == 0o2770
        assert (store.scope.files / "runs/one/outcome.json").read_text() == "{}"
        assert [p.name for p in store.scope.files.glob(".*")] == []
        reports = list(store.backend.reports.iterdir())
        assert [p.name for p in reports] == ["screening-2026-01-01-000000-012345.html"]
    with Store.open(server_lab.person("bob")) as store, store.read() as session:
        assert session.scalar(select(func.count()).select_from(EventRow)) == 1  # of a project of one's own


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE material SET notes = 'a' || char(0) || 'b'", "material '.*': notes holds a NUL"),
        (
            "UPDATE structure SET name = printf('%300s', 'x')",
            "structure .*: name has 300 characters of at most 200",
        ),
        ("UPDATE run SET priority = 3000000000", "run .*: priority is 3000000000, beyond 32 bits"),
        ("UPDATE run SET state = 'RUNNING'", "2 runs of .* are not finished"),
        ("UPDATE alembic_version SET version_num = '0001'", "nanoos db upgrade"),
    ],
)
def test_what_a_server_cannot_keep_is_named_before_anything_moves(
    full_lab: Path, server_lab: Any, ada: str, statement: str, problem: str
) -> None:
    _change(full_lab, statement)
    with pytest.raises((InvalidInputError, StoreError), match=problem):
        move(full_lab, server_lab.admin, owner="ada", **QUIET)
    assert _projects(server_lab.admin) == []
    assert list((server_lab.files / "projects").iterdir()) == []


def test_an_owner_is_asked_for_and_must_work_in_the_lab(full_lab: Path, server_lab: Any) -> None:
    with pytest.raises(InvalidInputError, match="--owner NAME"):
        move(full_lab, server_lab.admin, **QUIET)
    with pytest.raises(InvalidInputError, match=r"'nobody' does not work.*nanoos db add-user nobody"):
        move(full_lab, server_lab.admin, owner="nobody", **QUIET)


def test_a_place_that_is_not_empty_is_refused(
    full_lab: Path, server_lab: Any, ada: str, tmp_path: Path
) -> None:
    Store.open(ada).close()
    with pytest.raises(InvalidInputError, match="holds 1 projects already"):
        move(full_lab, server_lab.admin, owner="ada", **QUIET)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    with pytest.raises(InvalidInputError, match="is there already"):
        move(full_lab, tmp_path / "full", **QUIET)
    with pytest.raises(InvalidInputError, match="not a lab folder"):
        move(tmp_path / "full", tmp_path / "new", **QUIET)
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_a_persons_address_moves_nothing(full_lab: Path, server_lab: Any, ada: str, tmp_path: Path) -> None:
    for source, target in ((full_lab, ada), (ada, tmp_path / "stolen")):
        with pytest.raises(StoreError, match="ada"):
            move(source, target, owner="ada", **QUIET)
    assert not (tmp_path / "stolen").exists()


@pytest.fixture
def losing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose the last row of every table on the way into either kind of place."""
    for sink in (sinks.FolderSink, sinks.ServerSink):
        write = sink.write

        def forgetful(self: Any, table: Any, rows: Any, write: Any = write) -> None:
            write(self, table, list(rows)[:-1])

        monkeypatch.setattr(sink, "write", forgetful)


@pytest.mark.usefixtures("losing")
@pytest.mark.parametrize("kind", ["folder", "server"])
def test_a_row_lost_on_the_way_is_noticed_and_nothing_is_kept(
    full_lab: Path, server_lab: Any, ada: str, tmp_path: Path, kind: str
) -> None:
    target = server_lab.admin if kind == "server" else tmp_path / "new" / "lab"
    with pytest.raises(StoreError, match=r"1 rows of project arrived in .* of 2"):
        move(full_lab, target, owner="ada", **QUIET)
    assert _projects(server_lab.admin) == []
    assert list((server_lab.files / "projects").iterdir()) == []
    assert not (tmp_path / "new").exists() or list((tmp_path / "new").iterdir()) == []


KILLED = """
import os, sys
from nanoos_lab.store.transfer import move
source, target, moment = sys.argv[1:]
move(source, target, owner="ada", tell=lambda words: os._exit(9) if words.startswith(moment) else None)
"""


@pytest.mark.parametrize("moment", ["writing structure", "copying files"])
@pytest.mark.parametrize("kind", ["folder", "server"])
def test_a_killed_move_leaves_no_lab_and_is_done_again(  # noqa: PLR0917 - fixtures
    full_lab: Path,
    server_lab: Any,
    ada: str,
    tmp_path: Path,
    kind: str,
    moment: str,
    same: Callable[..., None],
) -> None:
    target = server_lab.admin if kind == "server" else str(tmp_path / "target")
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(full_lab), target, moment]
    assert subprocess.run(command, check=False).returncode == 9
    assert not is_lab(tmp_path / "target")
    assert _projects(server_lab.admin) == []
    moved = move(full_lab, target, owner="ada", **QUIET)
    assert moved.rows > 40
    if kind == "folder":
        same(full_lab, tmp_path / "target")
        assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_leftovers_of_a_killed_move_are_replaced_and_files_of_others_are_not(
    full_lab: Path, server_lab: Any, ada: str
) -> None:
    with Store.open(full_lab) as store:
        project_id = store.scope.project_id
    left = server_lab.files / "projects" / project_id
    left.mkdir()
    (left / "precious").touch()
    with pytest.raises(InvalidInputError, match="is there already: it is not of this lab"):
        move(full_lab, server_lab.admin, owner="ada", **QUIET)
    assert (left / "precious").exists()
    (left / sinks.MARKER).touch()
    move(full_lab, server_lab.admin, owner="ada", **QUIET)
    assert not (left / "precious").exists()
    assert not (left / sinks.MARKER).exists()


def test_projects_of_one_name_keep_their_owner_in_a_folder_and_get_it_back(
    server_lab: Any, ada: str, tmp_path: Path, other_server_lab: str
) -> None:
    with Store.open(ada, project="alloys") as one, Store.open(ada) as two:
        ids = {one.scope.project_id: ("ada", "alloys"), two.scope.project_id: ("ada", "default")}
    with Store.open(server_lab.person("bob")) as three:
        ids[three.scope.project_id] = ("bob", "default")
    moved = move(server_lab.admin, tmp_path / "lab", **QUIET)
    assert any("ada/default, bob/default" in note for note in moved.notes)
    for name in ("alloys", "ada/default", "bob/default"):
        with Store.open(tmp_path / "lab", project=name) as store:
            assert store.scope.project_id in ids
    for person in ("ada", "bob"):
        add_person(other_server_lab, person)
    move(tmp_path / "lab", other_server_lab, owner="ada", **QUIET)
    assert {i: (owner, name) for i, owner, name in _projects(other_server_lab)} == ids


def test_from_server_to_server_members_stay_and_must_be_known(
    server_lab: Any, ada: str, other_server_lab: str
) -> None:
    server_lab.person("bob")
    with Store.open(ada, project="shared") as store, store.write() as session:
        session.execute(select(func.set_member(store.scope.project_id, "bob", "viewer")))
    with pytest.raises(InvalidInputError, match="belong to ada, whom the new lab does not know"):
        move(server_lab.admin, other_server_lab, **QUIET)
    for person in ("ada", "bob"):
        add_person(other_server_lab, person)
    moved = move(server_lab.admin, other_server_lab, **QUIET)
    assert moved.tables["member"].rows == 2
    url = parse_address(other_server_lab)
    address = url.set(username="bob", password=server_lab.passwords["bob"]).render_as_string(
        hide_password=False
    )
    with Store.open(address, project="ada/shared") as store:
        assert store.scope.role == "viewer"


def test_a_purged_artifact_stays_purged_and_a_missing_one_is_told(
    full_lab: Path, server_lab: Any, ada: str
) -> None:
    payload = next((full_lab / "projects" / "default" / "artifacts" / "39").iterdir())
    payload.unlink()
    moved = move(full_lab, server_lab.admin, owner="ada", **QUIET)
    assert any(payload.name[:12] in note and "missing before" in note for note in moved.notes)
    with Store.open(ada) as store:
        purged = list(store.scope.files.glob("artifacts/cd/*"))
        assert purged == []


def test_a_folder_is_copied_into_another(full_lab: Path, tmp_path: Path, same: Callable[..., None]) -> None:
    with Store.open(full_lab) as store, store.write() as session:
        session.execute(update(RunRow).values(label="one more"))
        move(full_lab, tmp_path / "copy", **QUIET)  # readers are not held up by a writer
    shutil.rmtree(tmp_path / "copy")
    move(full_lab, tmp_path / "copy", **QUIET)
    same(full_lab, tmp_path / "copy")
