from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.errors import ArtifactError, InvalidInputError
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store.artifacts import artifacts_of, put_file, read_artifact
from nanoos_lab.store.artifacts import purging as purging_module
from nanoos_lab.store.artifacts.payloads import payloads_of
from nanoos_lab.store.artifacts.purging import choose, drop_unnamed, look, purge
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import events_of
from nanoos_lab.store.orphans import find_orphans
from nanoos_lab.store.samples import put_sample
from nanoos_lab.store.schema import ArtifactRow, PropertyValueRow
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
    from collections.abc import Callable


def _put(store: Store, name: str, content: bytes, **owner: str) -> ArtifactRow:
    with store.write() as session:
        return put_file(session, store.scope, name, content, **owner)


def _row(store: Store, row: ArtifactRow) -> ArtifactRow:
    with store.read() as session:
        return session.get_one(ArtifactRow, (store.scope.project_id, row.id))


def _chosen(store: Store, **conditions: Any) -> list[str]:
    with store.read() as session:
        return [row.name for row in choose(session, store.scope, **conditions)]


def test_the_record_stays_and_says_who_purged_it_and_how_to_get_it_back(
    store: Store, add_run: Callable[..., str]
) -> None:
    run = add_run()
    row = _put(store, "traj.xyz", b"positions", run_id=run)
    done = purge(store, [row.id], reason="room")
    assert (done.freed, done.shared, done.done) == (9, 0, True)
    assert payloads_of(store.scope).size(row.sha256) is None
    now = _row(store, row)
    assert (now.name, now.sha256, now.size) == (row.name, row.sha256, row.size)
    assert now.purged_at is not None
    with store.read() as session:
        line = events_of(session, store.scope, row.id)[-1]
        assert (line.kind, line.author, line.data["reason"]) == ("artifact.purged", "ada", "room")
        with pytest.raises(
            ArtifactError, match=rf"purged on .* by ada \(room\): run {run} again with force=True"
        ):
            read_artifact(store.scope, now, session=session)
    with pytest.raises(ArtifactError, match="were purged on"):
        read_artifact(store.scope, now)
    assert purge(store, [row.id]).artifacts == (), "purging again does nothing"


def test_bytes_stay_while_another_record_names_them(store: Store, add_run: Callable[..., str]) -> None:
    first = _put(store, "a", b"same", run_id=add_run())
    second = _put(store, "b", b"same", run_id=add_run())
    with store.read() as session:
        plan = look(session, store.scope, [first])
    assert (plan.freed, plan.shared, plan.done) == (0, 1, False)
    assert purge(store, [first.id]).freed == 0
    assert read_artifact(store.scope, second) == b"same"
    with pytest.raises(ArtifactError, match="purged"):
        read_artifact(store.scope, _row(store, first))
    assert purge(store, [second.id]).freed == 4
    assert payloads_of(store.scope).size(first.sha256) is None


def test_storing_the_same_bytes_again_restores_every_record_of_them(
    store: Store, add_run: Callable[..., str]
) -> None:
    run = add_run()
    old, loose = _put(store, "a", b"same", run_id=run), _put(store, "array.npy", b"same")
    purge(store, [old.id, loose.id])
    assert _put(store, "a", b"same", run_id=run).id == old.id
    assert [_row(store, one).purged_at for one in (old, loose)] == [None, None]
    assert read_artifact(store.scope, _row(store, loose)) == b"same"
    with store.read() as session:
        kinds = [line.kind for line in events_of(session, store.scope, old.id)]
    assert kinds[-2:] == ["artifact.purged", "artifact.restored"]


def test_files_are_chosen_by_run_task_state_age_and_size(store: Store, add_run: Callable[..., str]) -> None:
    old = add_run("md", finished_at=time.time() - 10 * 86400)
    young, failed = add_run("md"), add_run("relax", state="FAILED")
    for name, run, size in (("old", old, 100), ("young", young, 300), ("failed", failed, 200)):
        _put(store, name, name.encode() * size, run_id=run)
    assert _chosen(store, task="md") == ["young", "old"]
    assert _chosen(store, task="md", older_than_days=5) == ["old"]
    assert _chosen(store, state="failed") == ["failed"]
    assert _chosen(store, larger_than=1000) == ["young", "failed"]
    assert _chosen(store, runs=[old, failed], larger_than=1000) == ["failed"]
    with pytest.raises(InvalidInputError, match="say what to purge"):
        _chosen(store)
    with pytest.raises(InvalidInputError, match="no state of a run"):
        _chosen(store, state="BROKEN")


def test_what_no_run_can_make_again_goes_only_by_name(
    store: Store, add_run: Callable[..., str], add_material: Callable[..., str]
) -> None:
    run, material = add_run(), add_material()
    with store.write() as session:
        sample = put_sample(session, store.scope, "S1")[0].id
    of_sample = _put(store, "xrd.xy", b"x" * 100, sample_id=sample)
    of_value = _put(store, "spectrum.npy", b"s" * 100, run_id=run)
    loose = _put(store, "loose", b"l" * 100)
    with store.write() as session:
        stated = PropertyEstimate(
            property="band_gap", value=1.0, origin=Origin.MEASURED, method=Method(name="optics")
        )
        value = insert_values(session, store.scope, material, None, [stated])[0]
        session.add(
            PropertyValueRow(
                **{
                    column.key: getattr(value, column.key)
                    for column in PropertyValueRow.__table__.c
                    if column.key not in {"id", "fingerprint", "artifact_id", "value", "created_at"}
                },
                fingerprint="f" * 64,
                artifact_id=of_value.id,
            )
        )
    assert _chosen(store, larger_than=10) == []
    assert _chosen(store, runs=[run]) == []
    ids = [of_sample.id, of_value.id, loose.id]
    assert sorted(_chosen(store, artifacts=ids)) == ["loose", "spectrum.npy", "xrd.xy"]


def test_a_crash_between_record_and_bytes_leaves_bytes_too_many(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = _put(store, "a", b"bytes")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(purging_module, "drop_unnamed", crash)
    with pytest.raises(KeyboardInterrupt):
        purge(store, [row.id])
    with store.read() as session:
        found = find_orphans(session, store.scope, grace_s=0)
    assert [one.sha256 for one in found.files] == [row.sha256]
    assert found.sound


def test_whoever_stores_the_bytes_while_they_are_purged_keeps_them(
    lab_place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes are stored again between the moment the record is purged and the moment they are removed."""
    with Store.open(lab_place) as store, Store.open(lab_place) as other:
        row = _put(store, "a", b"wanted")
        stored: list[ArtifactRow] = []

        def interrupted(which: Store, hashes: Any) -> None:
            thread = threading.Thread(target=lambda: stored.append(_put(other, "b", b"wanted")))
            thread.start()
            thread.join()
            drop_unnamed(which, hashes)

        monkeypatch.setattr(purging_module, "drop_unnamed", interrupted)
        purge(store, [row.id])
        assert read_artifact(store.scope, stored[0]) == b"wanted"
        assert read_artifact(store.scope, _row(store, row)) == b"wanted", "its bytes are back"


def test_no_record_ever_claims_bytes_that_are_gone(lab_place: Any) -> None:
    """Two writers store and purge the same few bytes for a while."""
    rounds, contents = 12, [b"one", b"two"]
    with Store.open(lab_place) as store, Store.open(lab_place) as other:
        errors: list[BaseException] = []

        def store_them() -> None:
            try:
                for turn in range(rounds):
                    _put(other, f"file {turn}", contents[turn % 2])
            except BaseException as error:  # noqa: BLE001 - shown by the assertion below
                errors.append(error)

        thread = threading.Thread(target=store_them)
        thread.start()
        while thread.is_alive():
            with store.read() as session:
                rows = choose(session, store.scope, artifacts=_all(store))
            purge(store, [row.id for row in rows])
        thread.join()
        assert errors == []
        with store.read() as session:
            assert find_orphans(session, store.scope).sound
            for row in choose(session, store.scope, artifacts=_all(store)):
                assert read_artifact(store.scope, row) in contents


def _all(store: Store) -> list[str]:
    from sqlalchemy import select

    with store.read() as session:
        return list(session.scalars(select(ArtifactRow.id)))


def test_files_of_a_run_are_listed_with_those_that_were_purged(
    store: Store, add_run: Callable[..., str]
) -> None:
    run = add_run()
    row = _put(store, "a", b"1", run_id=run)
    _put(store, "b", b"2", run_id=run)
    purge(store, [row.id])
    with store.read() as session:
        listed = artifacts_of(session, store.scope, run)
    assert [(one.name, one.purged_at is None) for one in listed] == [("a", False), ("b", True)]
