from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nanoos_lab.errors import ArtifactError, InvalidInputError
from nanoos_lab.store import artifacts
from nanoos_lab.store.artifacts import artifacts_of, checked_path, open_artifact, put_artifact, read_artifact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.store.database import Store


def _files(store: Store) -> list[str]:
    return sorted(p.name for p in (store.scope.files / "artifacts").rglob("*") if p.is_file())


def test_a_file_is_kept_by_its_hash(store: Store, add_run: Callable[..., str], tmp_path: Path) -> None:
    run, other = add_run(), add_run()
    source = tmp_path / "it's a file.xyz"
    content = os.urandom(3 << 20)
    source.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    with store.write() as session:
        row = put_artifact(session, store.scope, run, "plots/trajectory.xyz", source, sha256=digest)
        assert put_artifact(session, store.scope, run, "plots/trajectory.xyz", source).id == row.id
        twin = put_artifact(session, store.scope, other, "same.xyz", source)
    assert (row.sha256, row.size, twin.sha256) == (digest, len(content), digest)
    assert _files(store) == [digest]
    assert checked_path(store.scope, row) == store.scope.files / "artifacts" / digest[:2] / digest
    source.write_bytes(b"changed later")
    assert read_artifact(store.scope, row) == content
    with open_artifact(store.scope, row) as stream:
        assert stream.read(10) == content[:10]
    with store.read() as session:
        assert [a.name for a in artifacts_of(session, store.scope, run)] == ["plots/trajectory.xyz"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=2000))
def test_bytes_come_back_as_they_were(
    store: Store, add_run: Callable[..., str], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "f").write_bytes(content)
    run = add_run()
    with store.write() as session:
        row = put_artifact(session, store.scope, run, "f", tmp_path / "f")
    assert read_artifact(store.scope, row) == content


def test_another_file_of_the_same_name_is_refused(
    store: Store, add_run: Callable[..., str], tmp_path: Path
) -> None:
    run = add_run()
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    with store.write() as session:
        put_artifact(session, store.scope, run, "x", tmp_path / "a")
        with pytest.raises(InvalidInputError, match="another artifact named 'x'"):
            put_artifact(session, store.scope, run, "x", tmp_path / "b")


def test_changed_bytes_are_noticed_when_stored_and_when_read(
    store: Store, add_run: Callable[..., str], tmp_path: Path
) -> None:
    run = add_run()
    source = tmp_path / "a"
    source.write_text("a")
    with store.write() as session:
        with pytest.raises(ArtifactError, match="it was changed"):
            put_artifact(session, store.scope, run, "x", source, sha256="0" * 64)
        assert artifacts_of(session, store.scope, run) == []
        assert _files(store) == []
        row = put_artifact(session, store.scope, run, "x", source)
    stored = checked_path(store.scope, row)
    stored.write_text("b")
    with pytest.raises(ArtifactError, match=r"has changed since it was stored.*force=True"):
        open_artifact(store.scope, row)
    with store.write() as session:
        put_artifact(session, store.scope, run, "x", source)
    assert read_artifact(store.scope, row) == b"a", "storing the right bytes again heals the place"
    stored.unlink()
    with pytest.raises(ArtifactError, match="cannot be read"):
        open_artifact(store.scope, row)


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../x", "a/../../x", "a\\b", "x" * 201, "a\nb", "..", "."]
)
def test_names_that_lead_elsewhere_are_refused(
    store: Store, add_run: Callable[..., str], tmp_path: Path, name: str
) -> None:
    (tmp_path / "a").write_text("a")
    run = add_run()
    with store.write() as session, pytest.raises(InvalidInputError, match="relative path"):
        put_artifact(session, store.scope, run, name, tmp_path / "a")


def test_only_plain_files_inside_the_folder_are_taken(
    store: Store, add_run: Callable[..., str], tmp_path: Path
) -> None:
    run, inside = add_run(), tmp_path / "run"
    inside.mkdir()
    (tmp_path / "secret").write_text("s")
    (inside / "link").symlink_to(tmp_path / "secret")
    (inside / "up").symlink_to(tmp_path)
    (inside / "ok").write_text("o")
    os.mkfifo(inside / "pipe")
    with store.write() as session:
        for path, problem in [
            (inside / "link", "lies outside"),
            (inside / "up" / "secret", "lies outside"),
            (inside / ".." / "secret", "lies outside"),
            (inside / "pipe", "not a plain file"),
            (inside, "not a plain file|cannot be read"),
            (inside / "none", "cannot be read"),
        ]:
            with pytest.raises(ArtifactError, match=problem):
                put_artifact(session, store.scope, run, "x", path, inside=inside)
        with pytest.raises(ArtifactError, match="symbolic link"):
            put_artifact(session, store.scope, run, "x", inside / "link")
        put_artifact(session, store.scope, run, "x", inside / "ok", inside=inside)


def test_a_row_cannot_name_a_path(store: Store) -> None:
    with pytest.raises(ArtifactError, match="not a SHA-256"):
        artifacts.artifact_path(store.scope, "../../etc/passwd")
