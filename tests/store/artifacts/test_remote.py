"""Payloads under a URL: in memory, in a folder of another name, and where the network fails."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import fsspec
import pytest

from nanoos_lab.errors import ArtifactError, InvalidInputError, StoreError
from nanoos_lab.lab import Lab
from nanoos_lab.store.artifacts import checked_path, put_file, read_artifact
from nanoos_lab.store.artifacts.payloads import payloads_of
from nanoos_lab.store.artifacts.purging import purge
from nanoos_lab.store.artifacts.remote import CACHE, CACHE_GB, RemotePayloads, without_secrets
from nanoos_lab.store.database import Store
from nanoos_lab.store.orphans import find_orphans, remove_orphans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nanoos_lab.store.schema import ArtifactRow

LARGE = 200 << 20


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(CACHE, str(tmp_path / "cache"))
    yield
    fsspec.filesystem("memory").store.clear()


@pytest.fixture(params=["memory", "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory://bucket/lab" if request.param == "memory" else f"file://{tmp_path}/bucket of ours"


@pytest.fixture
def remote(tmp_path: Path, url: str) -> Iterator[Store]:
    Store.open(tmp_path / "lab").close()
    (tmp_path / "lab" / "settings.toml").write_text(f'artifacts = "{url}"\n')
    with Store.open(tmp_path / "lab", author="ada") as store:
        yield store


def _put(store: Store, content: bytes, name: str = "a") -> ArtifactRow:
    with store.write() as session:
        return put_file(session, store.scope, name, content)


def _places(store: Store) -> list[str]:
    return [one.place for one in payloads_of(store.scope).stored()]


def test_bytes_go_to_the_url_and_come_back_checked(remote: Store, url: str, tmp_path: Path) -> None:
    row = _put(remote, b"far away")
    _put(remote, b"far away", "twin")
    assert [place.endswith(f"/{row.sha256[:2]}/{row.sha256}") for place in _places(remote)] == [True]
    assert remote.scope.project_id in _places(remote)[0]
    assert not (remote.scope.files / "artifacts").exists()
    path = checked_path(remote.scope, row)
    assert path.is_relative_to(tmp_path / "cache")
    path.write_bytes(b"broken copy")
    assert read_artifact(remote.scope, row) == b"far away", "a broken copy is fetched anew"


def test_changed_and_lost_bytes_are_noticed_and_healed(remote: Store) -> None:
    row = _put(remote, b"precious")
    files, place = fsspec.core.url_to_fs(remote.scope.payloads)[0], _places(remote)[0]
    checked_path(remote.scope, row).unlink()
    files.pipe_file(place, b"forged!!")
    with pytest.raises(ArtifactError, match="has changed since it was stored"):
        read_artifact(remote.scope, row)
    with remote.read() as session:
        assert [bad.id for bad in find_orphans(session, remote.scope).changed] == [row.id]
    _put(remote, b"precious", "again")
    assert read_artifact(remote.scope, row) == b"precious"
    payloads_of(remote.scope).forget(row.sha256)
    files.rm_file(place)
    with pytest.raises(ArtifactError, match=f"there is no {row.sha256}"):
        read_artifact(remote.scope, row)
    with remote.read() as session:
        assert row.id in [bad.id for bad in find_orphans(session, remote.scope).missing]


def test_purging_and_cleaning_work_there_too(remote: Store) -> None:
    row, kept = _put(remote, b"large"), _put(remote, b"kept", "kept")
    read_artifact(remote.scope, row)
    assert purge(remote, [row.id]).freed == 5
    assert not payloads_of(remote.scope).path(row.sha256).exists(), "the copy goes too"
    files, base = fsspec.core.url_to_fs(remote.scope.payloads)
    files.pipe_file(f"{base}/{remote.scope.project_id}/.making-0123", b"died")
    stray = payloads_of(remote.scope).put(__import__("io").BytesIO(b"stray"), expected=None, shown="x")
    with remote.write() as session:
        assert find_orphans(session, remote.scope).young == 2
        found = find_orphans(session, remote.scope, grace_s=-1)
        assert [one.sha256 for one in found.files] == [stray.sha256]
        assert len(found.temporaries) == 1
        assert remove_orphans(session, remote.scope, found) == 2
    assert [place.rpartition("/")[2] for place in _places(remote)] == [kept.sha256]


def test_nothing_is_left_there_of_what_was_refused(remote: Store) -> None:
    with remote.write() as session, pytest.raises(ArtifactError, match="it was changed"):
        put_file(session, remote.scope, "x", b"bytes", sha256="0" * 64)
    assert _places(remote) == []


def test_uploads_and_downloads_pass_through_little_memory(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(LARGE)
    payloads = RemotePayloads(f"file://{tmp_path}/bucket", "0123456789ab")
    tracemalloc.start()
    try:
        with (tmp_path / "large").open("rb") as source:
            payload = payloads.put(source, expected=None, shown="large")
        assert payloads.fetch(payload.sha256).stat().st_size == LARGE
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 32 << 20


def test_the_cache_forgets_what_was_used_longest_ago(remote: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    rows = [_put(remote, bytes([65 + n]) * 1000, str(n)) for n in range(3)]
    paths = [checked_path(remote.scope, row) for row in rows[:2]]
    os.utime(paths[0], (1, 1))
    monkeypatch.setenv(CACHE_GB, "2.5e-6")
    paths.append(checked_path(remote.scope, rows[2]))
    assert [path.exists() for path in paths] == [False, True, True]
    assert read_artifact(remote.scope, rows[0])[:1] == b"A"


def test_a_place_that_cannot_be_reached_says_so_without_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    payloads = RemotePayloads("memory://ada:secret@bucket/x", "0123456789ab")

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no route to memory://ada:secret@bucket/x")

    monkeypatch.setattr(payloads._fs, "info", broken)
    with pytest.raises(
        StoreError, match=r"cannot be asked: RuntimeError.*the network and credentials"
    ) as caught:
        payloads.size("0" * 64)
    assert "secret" not in str(caught.value)
    assert without_secrets("s3://key:pw@bucket/a@b") == "s3://bucket/a@b"
    with pytest.raises(StoreError, match=r"needs a package that is not installed|cannot be used"):
        RemotePayloads("dropbox://folder", "0123456789ab")


def test_a_lab_says_where_its_payloads_are_and_a_person_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Lab(tmp_path / "lab") as lab:
        assert lab.store.scope.payloads == ""
    (tmp_path / "lab" / "settings.toml").write_text('artifacts = "memory://here"\n')
    with Lab(tmp_path / "lab") as lab:
        assert lab.store.scope.payloads == "memory://here"
    (tmp_path / "lab" / "settings.toml").write_text('artifacts = "just a word"\n')
    with pytest.raises(InvalidInputError, match="artifacts"):
        Lab(tmp_path / "lab")
    mine = tmp_path / "mine.toml"
    mine.write_text('artifacts = "memory://mine"\n')
    monkeypatch.setenv("NANOOS_SETTINGS", str(mine))
    with pytest.raises(InvalidInputError, match="a matter of a lab, not of a person"):
        Lab(tmp_path / "another")


def test_a_server_lab_may_keep_them_elsewhere_too(server_lab: Any) -> None:
    (server_lab.files / "settings.toml").write_text('artifacts = "memory://group"\n')
    with Store.open(server_lab.person("ada")) as store:
        row = _put(store, b"shared")
        assert _places(store) == [f"/group/{store.scope.project_id}/{row.sha256[:2]}/{row.sha256}"]
        assert read_artifact(store.scope, row) == b"shared"
