"""What workers leave is taken into the store once, and hostile or broken leavings harm nothing."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.errors import StoreError
from nanoos_lab.runs.attempts.folder import MAX_OUTCOME_BYTES, AttemptFolder
from nanoos_lab.runs.driving import collect as collecting
from nanoos_lab.runs.driving.collect import collect
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.artifacts import artifacts_of, payloads_of, place, read_artifact
from nanoos_lab.store.schema import RunRow, RunState, StructureRow
from nanoos_lab.store.structures import find_structures, insert_structure
from nanoos_lab.store.values import find_values

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.database import Store

RESULT = b"energy -1.5\n"


@pytest.fixture
def salt(store: Store) -> StructureRow:
    structure = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    with store.write() as session:
        return insert_structure(session, store.scope, structure, name="halite")[0]


@pytest.fixture
def magnesia(store: Store) -> StructureRow:
    structure = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.21), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    with store.write() as session:
        return insert_structure(session, store.scope, structure, name="periclase")[0]


@pytest.fixture
def flight(runs: Runs, store: Store, salt: StructureRow) -> tuple[str, AttemptFolder]:
    """A run that a worker is said to work on, and its folder."""
    run = runs.submit("strain", {"structure": salt}, {}, on="process").run
    with store.write() as session:
        changes.begin_attempts(
            session,
            store.scope,
            [(run.id, 0)],
            state=RunState.SUBMITTING,
            owner="nobody",
            folder="runs/ab/attempt",
            executor="process",
        )
    folder = AttemptFolder(store.scope.files / "runs/ab/attempt")
    folder.prepare()
    folder.item(run.id).mkdir(parents=True)
    (folder.item(run.id) / "result.txt").write_bytes(RESULT)
    return run.id, folder


def document(run_id: str, /, **changed: Any) -> dict[str, Any]:
    entry = {"name": "result", "path": "result.txt", "sha256": hashlib.sha256(RESULT).hexdigest(), "size": 12}
    good = {
        "protocol": 1, "run": run_id, "attempt": 1, "state": "COMPLETED", "worker": {"pid": 1}, "started_at": 1.0,
        "finished_at": 2.0, "values": {}, "structures": {}, "artifacts": [entry], "summary": {"good": True},
        "converged": True, "messages": [], "error": None,
    }  # fmt: skip
    for name, value in changed.items():
        if name in entry:
            good["artifacts"] = [{**entry, name: value}]
        else:
            good[name] = value
    return good


def state(store: Store, run: str) -> RunRow:
    with store.read() as session:
        return rows.get_run(session, store.scope, run)


def test_values_structures_and_files_arrive_with_their_origin(
    runs: Runs, store: Store, salt: StructureRow
) -> None:
    submitted = runs.submit("strain", {"structure": salt}, {"factor": 1.1}).run
    run = runs.wait([submitted.id], timeout=60)[0]
    assert run.state == RunState.COMPLETED, run.error
    with store.read() as session:
        (made,) = find_structures(session, store.scope, derived=True)
        values = find_values(session, store.scope, run_id=run.id, include_synthetic=True)
        (artifact,) = artifacts_of(session, store.scope, run.id)
        assert rows.outputs_of(session, store.scope, run.id) == {"strained": made.id}
        assert rows.input_ids(session, store.scope, run.id) == [salt.id]
        assert [r.id for r in rows.find_runs(session, store.scope, structure=salt.id)] == [run.id]
    assert (made.parent_id, made.run_id) == (salt.id, run.id)
    by_subject = {value.structure_id: value.value for value in values}
    assert by_subject[made.id] == pytest.approx(1.1 * by_subject[salt.id])
    assert by_subject[salt.id] == pytest.approx(5.64**3 / 8)
    assert (artifact.name, read_artifact(store.scope, artifact)) == ("log", b"strained\n")


def test_a_worker_gives_the_same(
    runs: Runs, store: Store, salt: StructureRow, magnesia: StructureRow
) -> None:
    strained = runs.submit("strain", {"structure": salt}, {}, on="process").run.id
    counted = runs.submit("count", {"structures": [salt, magnesia]}, {}, on="process").run.id
    ended = runs.wait([strained, counted], timeout=120)
    assert [run.state for run in ended] == [RunState.COMPLETED] * 2, [run.error for run in ended]
    assert ended[1].summary == {"sites": [8, 8]}
    with store.read() as session:
        assert len(find_values(session, store.scope, run_id=strained, include_synthetic=True)) == 2
        (value,) = find_values(session, store.scope, run_id=counted, include_synthetic=True)
        assert value.structure_id == magnesia.id
        assert len(find_structures(session, store.scope, derived=True)) == 1


def test_sets_keep_their_order_in_the_key(runs: Runs, salt: StructureRow, magnesia: StructureRow) -> None:
    keys = {
        runs.submit("count", inputs, {}).run.key
        for inputs in (
            {"structures": [salt, magnesia]},
            {"structures": [magnesia, salt]},
            {"structures": [salt]},
            {"structures": salt},
        )
    }
    assert len(keys) == 4


def test_collecting_twice_is_collecting_once(store: Store, flight: tuple[str, AttemptFolder]) -> None:
    run, folder = flight
    folder.write_outcome(run, json.dumps(document(run)).encode())
    assert collect(store, run, 1, folder) is RunState.COMPLETED
    assert collect(store, run, 1, folder) is None
    with store.read() as session:
        assert len(artifacts_of(session, store.scope, run)) == 1
    assert state(store, run).summary == {"good": True}


def test_only_the_current_attempt_commits(store: Store, flight: tuple[str, AttemptFolder]) -> None:
    run, folder = flight
    folder.write_outcome(run, json.dumps(document(run, attempt=2)).encode())
    assert collect(store, run, 1, folder) is None
    assert state(store, run).state == RunState.SUBMITTING
    folder.write_outcome(run, json.dumps(document(run)).encode())
    with store.write() as session:
        changes.change_state(
            session, store.scope, run, attempt=1, expected=[RunState.SUBMITTING], values={"attempt": 2}
        )
    assert collect(store, run, 1, folder) is None
    assert state(store, run).state == RunState.SUBMITTING


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"path": "../../../../../etc/passwd"}, "leaves the item's folder"),
        ({"path": "/etc/passwd"}, "leaves the item's folder"),
        ({"path": "absent.txt"}, "absent.txt"),
        ({"path": "."}, ""),
        ({"name": "../evil"}, "artifacts.0.name"),
        ({"name": "a\nb"}, "artifacts.0.name"),
        ({"sha256": "0" * 64}, "hashes to"),
        ({"sha256": "zz"}, "artifacts.0.sha256"),
        ({"size": -1}, "artifacts.0.size"),
        ({"run": "feedfeedfeed"}, "speaks of run feedfeedfeed"),
        ({"run": 5}, "run"),
        ({"attempt": 0}, "attempt"),
        ({"state": "RUNNING"}, "state"),
        ({"protocol": 2}, "protocol 2"),
        ({"project": "another"}, "project"),
        ({"author": "eve"}, "author"),
        ({"summary": {"big": "x" * 2**20}}, "at most"),
        ({"messages": ["x" * 10_001]}, "messages"),
        ({"values": {"structure": [{"property": "bulk_modulus"}]}}, "values"),
        ({"values": {"structure": [{"property": "no_such", "value": 1}]}}, "no_such"),
        ({"values": {"nobody": []}}, "no input or output"),
        ({"structures": {"x": {"@module": "os", "@class": "system"}}}, ""),
        ({"structures": {"x": {"@module": "builtins", "@class": "eval", "@version": None}}}, ""),
        ({"structures": {"x": {}}}, ""),
        ({"structures": {"../x": {}}}, "structures"),
        ({"finished_at": "soon"}, "finished_at"),
    ],
)
def test_a_malformed_outcome_fails_its_run_and_nothing_else(
    store: Store, flight: tuple[str, AttemptFolder], changed: dict[str, Any], message: str
) -> None:
    run, folder = flight
    folder.write_outcome(run, json.dumps(document(run, **changed)).encode())
    assert collect(store, run, 1, folder) is RunState.FAILED
    row = state(store, run)
    assert row.error["type"] == "OutcomeRefused"
    assert message in row.error["message"]
    assert (row.project_id, row.author) == (store.scope.project_id, store.scope.author)
    with store.read() as session:
        assert artifacts_of(session, store.scope, run) == []
        assert find_structures(session, store.scope, derived=True) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b'{"protocol": 1', "not JSON"),
        (b"\x80\x04\x95.", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"null", ""),
        (b'{"protocol": 1, "summary": {"x": NaN}}', "NaN"),
        (b'{"protocol": 1, "summary": {"x": 1e999}}', "1e999"),
    ],
)
def test_bytes_that_are_no_outcome(
    store: Store, flight: tuple[str, AttemptFolder], data: bytes, message: str
) -> None:
    run, folder = flight
    folder.write_outcome(run, data)
    assert collect(store, run, 1, folder) is RunState.FAILED
    assert message in state(store, run).error["message"]


def test_a_link_in_place_of_an_outcome_is_not_followed(
    store: Store, flight: tuple[str, AttemptFolder], tmp_path: Path
) -> None:
    run, folder = flight
    (tmp_path / "elsewhere").write_text(json.dumps(document(run)))
    folder.outcome(run).symlink_to(tmp_path / "elsewhere")
    assert collect(store, run, 1, folder) is RunState.FAILED


def test_a_linked_folder_of_outcomes_is_not_followed(
    store: Store, flight: tuple[str, AttemptFolder], tmp_path: Path
) -> None:
    run, folder = flight
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / f"{run}.json").write_text(json.dumps(document(run)))
    (folder.path / "outcomes").rmdir()
    (folder.path / "outcomes").symlink_to(tmp_path / "elsewhere")
    assert collect(store, run, 1, folder) is RunState.FAILED


@pytest.mark.parametrize("linked", ["file", "folder"])
def test_a_link_in_place_of_an_artifact_is_not_followed(
    store: Store, flight: tuple[str, AttemptFolder], tmp_path: Path, linked: str
) -> None:
    run, folder = flight
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "result.txt").write_bytes(RESULT)
    item = folder.item(run)
    (item / "result.txt").unlink()
    if linked == "file":
        (item / "result.txt").symlink_to(tmp_path / "secret" / "result.txt")
        path = "result.txt"
    else:
        (item / "inner").symlink_to(tmp_path / "secret")
        path = "inner/result.txt"
    folder.write_outcome(run, json.dumps(document(run, path=path)).encode())
    assert collect(store, run, 1, folder) is RunState.FAILED
    with store.read() as session:
        assert artifacts_of(session, store.scope, run) == []


def test_a_pipe_in_place_of_an_outcome_is_not_waited_for(
    store: Store, flight: tuple[str, AttemptFolder]
) -> None:
    run, folder = flight
    os.mkfifo(folder.outcome(run))
    assert collect(store, run, 1, folder) is RunState.FAILED


def test_an_outcome_of_any_size_is_not_read(store: Store, flight: tuple[str, AttemptFolder]) -> None:
    run, folder = flight
    with folder.outcome(run).open("wb") as stream:
        stream.truncate(MAX_OUTCOME_BYTES + 1)
    assert collect(store, run, 1, folder) is RunState.FAILED
    assert "larger than" in state(store, run).error["message"]


def test_hostile_neighbours_do_not_stop_the_collector(
    runs: Runs, store: Store, tmp_path: Path, until: Callable[..., Any]
) -> None:
    params = {"opened": str(tmp_path / "open"), "reached": str(tmp_path / "in")}
    run = runs.submit("gate", {}, params, on="process").run.id
    runs.step()
    until((tmp_path / "in").exists)
    with store.read() as session:
        folder = AttemptFolder(store.scope.files / rows.attempts_of(session, store.scope, run)[0].folder)
    (folder.path / "outcomes" / "feedfeedfeed.json").write_text("{}")
    (folder.path / "outcomes" / "not a run.json").write_text("{}")
    (folder.path / "started" / "rubbish").mkdir()
    runs.step()
    (tmp_path / "open").touch()
    assert runs.wait([run], timeout=60)[0].state == RunState.COMPLETED


def test_a_failing_store_leaves_the_outcome_for_later(
    store: Store, flight: tuple[str, AttemptFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, folder = flight
    folder.write_outcome(run, json.dumps(document(run)).encode())

    def full(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(collecting, "place", full)
        with pytest.raises(StoreError):
            collect(store, run, 1, folder)
    assert state(store, run).state == RunState.SUBMITTING
    assert collect(store, run, 1, folder) is RunState.COMPLETED


def test_bytes_that_went_before_the_run_was_recorded_are_put_again(
    store: Store, flight: tuple[str, AttemptFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, folder = flight
    folder.write_outcome(run, json.dumps(document(run)).encode())

    def then_lose(*given: Any, **options: Any) -> Any:
        payload = place(*given, **options)
        payloads_of(store.scope).remove(payload.sha256)
        return payload

    monkeypatch.setattr(collecting, "place", then_lose)
    assert collect(store, run, 1, folder) is RunState.COMPLETED
    with store.read() as session:
        (file,) = artifacts_of(session, store.scope, run)
        assert read_artifact(store.scope, file)
