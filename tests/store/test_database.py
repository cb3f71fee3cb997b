from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, make_url, select, text

from nanoos_lab.errors import ConnectionLostError, InvalidInputError, StoreError
from nanoos_lab.store import folder
from nanoos_lab.store import sqlite as sqlite_room
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import record_event
from nanoos_lab.store.patience import Patience
from nanoos_lab.store.postgresql import connection
from nanoos_lab.store.postgresql.admin import administering
from nanoos_lab.store.schema import EventRow, MaterialRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session


NOTES = EventRow.kind != "project.created"


def _events(store: Store) -> int:
    """Return how many lines the journal has beside the one that a server writes of a new project."""
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(EventRow).where(NOTES)) or 0


def test_open_makes_a_lab_and_opens_it_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "deep" / "lab", author="ada") as first:
        assert first.scope.author == "ada"
        assert first.scope.project == "default"
        assert first.scope.files == tmp_path / "deep" / "lab" / "projects" / "default"
        assert first.scope.files.is_dir()
    with Store.open(tmp_path / "deep" / "lab") as second:
        assert second.info == first.info
        assert second.scope.project_id == first.scope.project_id
    names = {p.name for p in (tmp_path / "deep" / "lab").iterdir()}
    assert {"lab.toml", "store.sqlite", "projects", "presence", "reports"} <= names


@pytest.mark.parametrize(
    "name", ["with space", 'it\'s "quoted"', "ünï-材料", "per%cent?#&", "new\nline", "-dash"]
)
def test_odd_paths(tmp_path: Path, name: str) -> None:
    with Store.open(tmp_path / name) as store, store.write() as session:
        record_event(session, store.scope, "note.made", "x", text=name)
    with Store.open(tmp_path / name) as store:
        assert _events(store) == 1
        assert store.info.name == name


def test_every_guarantee_is_switched_on(folder_store: Store) -> None:
    with folder_store.write() as session:
        pragmas = {
            p: session.scalar(text(f"PRAGMA {p}")) for p in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert session.scalar(text("PRAGMA busy_timeout")) == 30_000


def test_every_guarantee_of_a_server_is_switched_on(server_lab: Any) -> None:
    asked = (
        "fsync",
        "full_page_writes",
        "synchronous_commit",
        "transaction_isolation",
        "transaction_read_only",
    )
    with Store.open(server_lab.person("ada")) as store:
        with store.write() as session:
            writing = {name: session.scalar(text(f"SHOW {name}")) for name in (*asked, "lock_timeout")}
        with store.read() as session:
            reading = {name: session.scalar(text(f"SHOW {name}")) for name in asked}
    lasting = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
    assert writing == lasting | {
        "transaction_isolation": "read committed", "transaction_read_only": "off", "lock_timeout": "30s"
    }  # fmt: skip
    assert reading == lasting | {"transaction_isolation": "repeatable read", "transaction_read_only": "on"}


def test_a_write_is_all_or_nothing(store: Store) -> None:
    def fail_midway() -> None:
        with store.write() as session:
            record_event(session, store.scope, "a", "x")
            raise KeyError

    with pytest.raises(KeyError):
        fail_midway()
    assert _events(store) == 0


def test_rows_stay_readable_after_their_session(store: Store) -> None:
    with store.write() as session:
        row = MaterialRow(project_id=store.scope.project_id, phase_key="MgO|225", reduced_formula="MgO")
        session.add(row)
    assert row.phase_key == "MgO|225"
    assert len(row.id) == 12


def test_a_reading_session_refuses_to_write(store: Store) -> None:
    with pytest.raises(StoreError, match="read-only"), store.read() as session:
        record_event(session, store.scope, "a", "x")
    assert _events(store) == 0


def test_only_a_transaction_that_broke_is_done_again(store: Store) -> None:
    calls = []

    def work(session: Session) -> str:
        calls.append(session)
        record_event(session, store.scope, "a", "x")
        if len(calls) == 1:
            raise ConnectionLostError("broken")
        return "done"

    def wrong(session: Session) -> None:
        calls.append(session)
        raise KeyError

    assert store.ensure(work) == "done"
    assert (len(calls), _events(store)) == (2, 1)
    with pytest.raises(KeyError):
        store.ensure(wrong)
    assert len(calls) == 3
    assert store.look_up(lambda session: session.scalar(select(func.count()).where(NOTES))) == 1


def test_a_connection_that_always_breaks_is_given_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_patience", Patience(0.05))
    calls = []

    def work(session: Session) -> None:
        calls.append(session)
        raise ConnectionLostError("broken")

    with pytest.raises(ConnectionLostError, match="broken"):
        store.ensure(work)
    assert len(calls) > 1


def test_a_write_inside_a_write_is_refused_at_once(store: Store) -> None:
    with store.write() as session:
        record_event(session, store.scope, "outer", "x")
        with pytest.raises(StoreError, match="pass the open session on"), store.write():
            pass
    assert _events(store) == 1


def test_threads_write_in_turn(store: Store) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for i in range(25):
                with store.write() as session:
                    seen = session.scalar(select(func.count()).select_from(EventRow).where(NOTES))
                    record_event(session, store.scope, "a", "x", seen=seen, i=i)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with store.read() as session:
        seen = [r.data["seen"] for r in session.scalars(select(EventRow).where(NOTES))]
    assert sorted(seen) == list(range(200))


def test_a_reader_sees_one_state_throughout(store: Store) -> None:
    with store.read() as reading:
        before = reading.scalar(select(func.count()).select_from(EventRow))
        with store.write() as session:
            record_event(session, store.scope, "a", "x")
        assert reading.scalar(select(func.count()).select_from(EventRow)) == before
    assert _events(store) == 1


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), store.write() as session:
        session.execute(text("INSERT INTO tag VALUES (:p, 'nothing', 'x')"), {"p": store.scope.project_id})


def test_the_journal_is_append_only(store: Store) -> None:
    with store.write() as session:
        record_event(session, store.scope, "a", "x")
    for statement in ("UPDATE event SET kind = 'b'", "DELETE FROM event"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), store.write() as session:
            session.execute(text(statement))
    assert _events(store) == 1


def test_the_journal_of_a_server_is_append_only_for_its_administrator_too(server_lab: Any) -> None:
    Store.open(server_lab.person("ada")).close()
    for statement in ("UPDATE event SET kind = 'b'", "DELETE FROM event", "TRUNCATE event"):
        with pytest.raises(StoreError, match="append-only"):
            _as_owner(server_lab.admin, statement)


def _as_owner(admin: str, statement: str) -> None:
    with administering(make_url(admin)) as session:
        session.execute(text("SET LOCAL ROLE lab_owner"))
        session.execute(text(statement))


def test_a_locked_store_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_room, "BUSY_TIMEOUT_S", 0.05)
    with Store.open(tmp_path / "lab") as store:
        with contextlib.closing(sqlite3.connect(store.backend.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with (
                pytest.raises(StoreError, match=r"another process.*end that process.*SQLITE_BUSY"),
                store.write(),
            ):
                pass
            other.execute("ROLLBACK")
        with store.write() as session:
            record_event(session, store.scope, "a", "x")


def test_a_project_of_a_server_that_is_being_written_says_what_to_do(
    server_lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = f"-c search_path={connection.SCHEMA} -c lock_timeout=50ms"
    monkeypatch.setitem(connection.make_engine.__kwdefaults__, "options", quick)
    with Store.open(server_lab.person("ada")) as store, Store.open(server_lab.person("ada")) as other:
        with other.write():
            with (
                pytest.raises(StoreError, match=r"another process.*find and end it.*lock timeout"),
                store.write(),
            ):
                pass
            assert _events(store) == 0, "whoever reads does not wait"
        with Store.open(server_lab.person("ada"), project="another") as elsewhere, other.write():
            with elsewhere.write() as session:
                record_event(session, elsewhere.scope, "a", "x")
            assert _events(elsewhere) == 1
        with store.write() as session:
            record_event(session, store.scope, "a", "x")


def test_a_full_disk_leaves_the_store_as_it_was(folder_store: Store) -> None:
    store = folder_store
    with store.write() as session:
        record_event(session, store.scope, "a", "x")
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages + 3}"))
    with pytest.raises(StoreError, match="disk is full: free some space"), store.write() as session:
        record_event(session, store.scope, "a", "x", text="x" * 400_000)
    assert _events(store) == 1
    with store.write() as session:
        record_event(session, store.scope, "a", "x")
    assert _events(store) == 2


def test_a_disk_that_fills_during_creation_leaves_no_half_lab(tmp_path: Path) -> None:
    script = """
        import resource, signal, sys
        from nanoos_lab.errors import StoreError
        from nanoos_lab.store.database import Store
        Store.open(sys.argv[1] + "/warm").close()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            Store.open(sys.argv[1] + "/lab")
        except StoreError as error:
            print("refused:", error)
        """
    done = _in_child(script, tmp_path)
    assert "check space" in done.stdout, done.stderr
    assert not [p for p in (tmp_path / "lab").iterdir() if p.name != ".lock"]
    Store.open(tmp_path / "lab").close()


def test_values_that_are_not_json_are_refused_by_name(store: Store) -> None:
    for bad in (float("nan"), float("-inf"), object()):
        with pytest.raises(InvalidInputError, match="cannot be stored"), store.write() as session:
            record_event(session, store.scope, "a", "x", bad=bad)
    assert _events(store) == 0


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed: open it again"), store.read():
        pass


def _in_child(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def reachable(tmp_path: Path) -> Iterator[Path]:
    """A folder that another user can reach; pytest's own cannot be."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_read_only_folder_is_refused_clearly(reachable: Path) -> None:
    Store.open(reachable / "lab").close()
    script = """
        import os, sys
        from nanoos_lab.errors import StoreError
        from nanoos_lab.store.database import Store
        root = sys.argv[1]
        Store.open(root + "/warm").close()  # everything is imported before the change of user
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        else:
            for folder, _, files in os.walk(root, topdown=False):
                for name in files:
                    os.chmod(os.path.join(folder, name), 0o444)
                os.chmod(folder, 0o555)
        for target in ("/lab", "/lab/fresh", "/fresh"):
            try:
                Store.open(root + target, project="another")
            except StoreError as error:
                print("refused:", error)
        """
    done = _in_child(script, reachable)
    said = done.stdout.splitlines()
    assert len(said) == 3, done.stderr
    assert "check the permissions" in said[0] or "may write" in said[0]
    assert all("may write" in line and "Permission denied" in line for line in said[1:])
    if os.getuid() != 0:
        for path in reachable.rglob("*"):
            path.chmod(0o755)
    assert not (reachable / "fresh").exists()


def test_what_is_not_a_lab_is_refused_and_left_alone(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("hello")
    with pytest.raises(StoreError, match="is a file, not a lab folder"):
        Store.open(plain)
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.tex").write_text("x")
    with pytest.raises(StoreError, match=r"not a lab and not empty \(it holds thesis.tex\)"):
        Store.open(full)
    assert [p.name for p in full.iterdir()] == ["thesis.tex"]
    inside = full / "lab"
    Store.open(inside).close()


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"not a database, surely not " * 100, "damaged or not a database"), (b"", "not the store of a lab")],
)
def test_a_damaged_database_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    Store.open(tmp_path / "lab").close()
    (tmp_path / "lab" / "store.sqlite").write_bytes(content)
    with pytest.raises(StoreError, match=says):
        Store.open(tmp_path / "lab")
    assert (tmp_path / "lab" / "store.sqlite").read_bytes() == content


def test_a_missing_database_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    Store.open(tmp_path / "lab").close()
    (tmp_path / "lab" / "store.sqlite").unlink()
    with pytest.raises(StoreError, match="restore it from a backup"):
        Store.open(tmp_path / "lab")
    assert not (tmp_path / "lab" / "store.sqlite").exists()


@pytest.mark.parametrize(
    "line", ["not toml [", "[lab]\nname = 'x'", "[lab]\nname='x'\nid='1'\ncreated='c'\nformat='f'"]
)
def test_a_damaged_lab_file_is_named(tmp_path: Path, line: str) -> None:
    Store.open(tmp_path / "lab").close()
    (tmp_path / "lab" / "lab.toml").write_text(line)
    with pytest.raises(StoreError, match=r"lab\.toml is damaged"):
        Store.open(tmp_path / "lab")


def test_a_newer_layout_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path / "lab").close()
    path = tmp_path / "lab" / "lab.toml"
    path.write_text(path.read_text().replace("format = 1", "format = 2"))
    with pytest.raises(StoreError, match="layout 2, newer"):
        Store.open(tmp_path / "lab")


def test_creation_that_was_killed_is_completed(tmp_path: Path) -> None:
    root = tmp_path / "lab"
    Store.open(root).close()
    (root / "lab.toml").unlink()
    (root / "store.sqlite.new").write_bytes(b"half")
    Store.open(root).close()
    (root / "store.sqlite").unlink()
    (root / "lab.toml").unlink()
    (root / "store.sqlite.new").write_bytes(b"half")
    (root / "store.sqlite.new-journal").write_bytes(b"half")
    Store.open(root).close()
    assert not list(root.glob("*.new*"))


def _open_and_note(root: str, barrier: object, result: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    try:
        with Store.open(root, project="shared") as store:
            with store.write() as session:
                record_event(session, store.scope, "opened", "x")
            result.put((store.info.id, store.scope.project_id))  # type: ignore[attr-defined]
    except BaseException as error:  # noqa: BLE001 - handed to the parent
        result.put(repr(error))  # type: ignore[attr-defined]


@pytest.mark.system
def test_processes_opening_a_fresh_lab_at_once_all_succeed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for round_ in range(3):
        root = tmp_path / f"lab {round_}"
        barrier, result = context.Barrier(6), context.Queue()
        children = [
            context.Process(target=_open_and_note, args=(str(root), barrier, result)) for _ in range(6)
        ]
        for child in children:
            child.start()
        found = [result.get(timeout=60) for _ in children]
        for child in children:
            child.join()
        assert len(set(found)) == 1, found
        with Store.open(root) as store:
            assert _events(store) == 6


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_parent_and_forked_children_use_one_open_store(store: Store) -> None:
    with store.write() as session:
        record_event(session, store.scope, "parent", "x")
    context = multiprocessing.get_context("fork")

    def work() -> None:
        for _ in range(20):
            with store.write() as session:
                record_event(session, store.scope, "child", "x")

    children = [context.Process(target=work) for _ in range(3)]
    for child in children:
        child.start()
    work()
    for child in children:
        child.join()
        assert child.exitcode == 0
    assert _events(store) == 81
    if store.backend.dialect == "sqlite":
        with store.read() as session:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local ext4 rw 0 0
//nas/my\\040files /mnt/my\\040files cifs rw 0 0
user@host: /mnt/ssh fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/x", "ext4"), ("/home/ada/lab", "nfs4"), ("/home/local/lab", "ext4"), ("/homes/x", "ext4"),
        ("/mnt/my files/lab", "cifs"), ("/mnt/ssh/a/b", "fuse.sshfs"),
    ],
)  # fmt: skip
def test_the_file_system_is_that_of_the_longest_mount(path: str, kind: str) -> None:
    assert folder.file_system_of(Path(path), MOUNTS) == kind


def test_network_file_systems_are_refused_unless_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "file_system_of", lambda _path: "nfs4")
    with pytest.raises(StoreError, match=r"network file system \(nfs4\).*NANOOS_ALLOW_NETWORK_STORE=1"):
        Store.open(tmp_path / "lab")
    assert not (tmp_path / "lab").exists()
    Store.open(tmp_path / "lab", allow_network=True).close()
    monkeypatch.setenv("NANOOS_ALLOW_NETWORK_STORE", "1")
    Store.open(tmp_path / "lab").close()


def test_projects_of_one_lab_are_apart(tmp_path: Path) -> None:
    names = ["default", "Default", "A b", "a-b", "../up", "材料"]
    scopes = []
    for name in names:
        with Store.open(tmp_path / "lab", project=name) as store:
            scopes.append(store.scope)
            assert store.scope.files.parent == tmp_path / "lab" / "projects"
    assert len({s.project_id for s in scopes}) == len({str(s.files).lower() for s in scopes}) == len(names)
    for bad in ("", " ", "a\nb", "x" * 101):
        with pytest.raises(InvalidInputError, match="1 to 100 printable"):
            Store.open(tmp_path / "lab", project=bad)


def test_opening_an_up_to_date_lab_is_light(tmp_path: Path) -> None:
    Store.open(tmp_path / "lab").close()
    script = """
        import json, sys
        from nanoos_lab.store.database import Store
        Store.open(sys.argv[1]).close()
        print(json.dumps([m for m in ("alembic", "pymatgen", "numpy", "torch", "pandas") if m in sys.modules]))
        """
    done = _in_child(script, tmp_path / "lab")
    assert json.loads(done.stdout) == [], done.stderr
