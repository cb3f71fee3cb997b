from __future__ import annotations

import hashlib
import os
import stat
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.errors import ArtifactError, InvalidInputError, StoreError
from nanoos_lab.store.artifacts import (
    artifacts_of_sample,
    checked_path,
    open_artifact,
    place,
    put_file,
    read_artifact,
    record_file,
)
from nanoos_lab.store.artifacts.local import LocalPayloads
from nanoos_lab.store.samples import put_sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.store.database import Store

LARGE = 300 << 20


def test_a_sample_has_one_file_of_a_name_and_what_belongs_to_neither_any_number(
    store: Store, add_run: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "xrd.xy").write_bytes(b"10 20\n")
    run = add_run()
    with store.write() as session:
        scope = store.scope
        sample, other = (put_sample(session, scope, name)[0].id for name in ("S1", "S2"))
        first = put_file(session, scope, "xrd.xy", tmp_path / "xrd.xy", sample_id=sample)
        assert put_file(session, scope, "xrd.xy", b"10 20\n", sample_id=sample).id == first.id
        assert put_file(session, scope, "xrd.xy", b"30 40\n", sample_id=other).id != first.id
        with pytest.raises(InvalidInputError, match=rf"sample {sample} has another artifact named 'xrd.xy'"):
            put_file(session, scope, "xrd.xy", b"30 40\n", sample_id=sample)
        loose = {put_file(session, scope, "array.npy", b"10 20\n").id for _ in range(3)}
        both = put_file(session, scope, "both", str(tmp_path / "xrd.xy"), sample_id=sample, run_id=run)
    assert len(loose) == 3
    assert (both.run_id, both.sample_id) == (run, sample)
    with store.read() as session:
        assert [row.name for row in artifacts_of_sample(session, store.scope, sample)] == ["both", "xrd.xy"]
    assert read_artifact(store.scope, first) == b"10 20\n"
    with pytest.raises(InvalidInputError, match="relative path"), store.write() as session:
        put_file(session, store.scope, "../xrd.xy", b"x", sample_id=sample)


def test_a_file_of_hundreds_of_megabytes_passes_through_little_memory(
    folder_store: Store, tmp_path: Path
) -> None:
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(LARGE)
    tracemalloc.start()
    try:
        with folder_store.write() as session:
            row = put_file(session, folder_store.scope, "large", tmp_path / "large")
        checked_path(folder_store.scope, row)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert row.size == LARGE
    assert peak < 16 << 20


def test_bytes_may_be_placed_before_the_transaction_that_names_them(store: Store) -> None:
    payload = place(store.scope, b"spectrum")
    with store.write() as session:
        row = record_file(session, store.scope, "spectrum.npy", payload)
    assert read_artifact(store.scope, row) == b"spectrum"
    gone = place(store.scope, b"gone again")
    LocalPayloads(store.scope.files / "artifacts").remove(gone.sha256)
    with store.write() as session, pytest.raises(ArtifactError, match="no longer in place"):
        record_file(session, store.scope, "gone", gone)


def test_what_is_stored_belongs_to_the_group_whatever_the_umask(server_lab, tmp_path: Path) -> None:
    from nanoos_lab.store.database import Store

    before = os.umask(0o077)
    try:
        with Store.open(server_lab.person("ada")) as store:
            with store.write() as session:
                row = put_file(session, store.scope, "log.txt", b"done")
            place_of_it = checked_path(store.scope, row)
    finally:
        os.umask(before)
    folders = [stat.S_IMODE(path.stat().st_mode) for path in (place_of_it.parent, place_of_it.parent.parent)]
    assert [oct(mode) for mode in folders] == ["0o2770", "0o2770"]
    assert oct(stat.S_IMODE(place_of_it.stat().st_mode)) == "0o440"


def test_nothing_is_left_of_what_was_refused(store: Store) -> None:
    with store.write() as session, pytest.raises(ArtifactError, match="it was changed"):
        put_file(session, store.scope, "x", b"other bytes", sha256=hashlib.sha256(b"bytes").hexdigest())
    assert [path for path in (store.scope.files / "artifacts").rglob("*") if path.is_file()] == []


def test_a_full_disk_is_said_and_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        place(store.scope, b"much")
    monkeypatch.undo()
    assert [path for path in (store.scope.files / "artifacts").rglob("*") if path.is_file()] == []


def test_the_error_of_lost_bytes_says_how_to_get_them_back(store: Store, add_run: Callable[..., str]) -> None:
    run = add_run()
    with store.write() as session:
        row = put_file(session, store.scope, "log.txt", b"done", run_id=run)
        loose = put_file(session, store.scope, "array.npy", b"numbers")
    for one in (row, loose):
        checked_path(store.scope, one).unlink()
    with pytest.raises(ArtifactError, match=rf"run {run} again with force=True"):
        open_artifact(store.scope, row)
    with pytest.raises(ArtifactError, match="store the same file again"):
        open_artifact(store.scope, loose)
