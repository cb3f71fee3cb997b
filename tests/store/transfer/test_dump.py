from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.database import Store
from nanoos_lab.store.migrations import HEAD
from nanoos_lab.store.transfer import dump, restore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

QUIET = {"tell": lambda _: None}


def test_a_dump_restores_into_a_folder(full_lab: Path, tmp_path: Path, same: Callable[..., None]) -> None:
    written = dump(full_lab, tmp_path / "lab.zip", with_files=True, **QUIET)
    assert (tmp_path / "lab.zip").stat().st_mode & 0o777 == 0o600
    read = restore(tmp_path / "lab.zip", tmp_path / "again", **QUIET)
    assert read.files == written.files
    same(full_lab, tmp_path / "again")
    assert (tmp_path / "again/projects/default/runs/one/run.sh").stat().st_mode & 0o100


def test_a_dump_of_either_kind_restores_into_either(
    full_lab: Path, tmp_path: Path, server_lab: Any, same: Callable[..., None]
) -> None:
    server_lab.person("ada")
    dump(full_lab, tmp_path / "one.zip", with_files=True, **QUIET)
    restore(tmp_path / "one.zip", server_lab.admin, owner="ada", **QUIET)
    dump(server_lab.admin, tmp_path / "two.zip", with_files=True, **QUIET)
    restore(tmp_path / "two.zip", tmp_path / "back", **QUIET)
    (tmp_path / "back" / "settings.toml").write_bytes((full_lab / "settings.toml").read_bytes())
    same(full_lab, tmp_path / "back")
    with Store.open(server_lab.person("ada")) as store:
        assert (store.scope.files / "runs/one/outcome.json").exists()


def test_rows_alone_make_a_small_dump_that_says_so(full_lab: Path, tmp_path: Path) -> None:
    assert dump(full_lab, tmp_path / "rows.zip", **QUIET).files == 0
    moved = restore(tmp_path / "rows.zip", tmp_path / "again", **QUIET)
    assert any("made without files" in note for note in moved.notes)
    Store.open(tmp_path / "again").close()


def test_a_dump_overwrites_nothing_and_leaves_nothing_half_written(full_lab: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.zip").write_text("mine")
    with pytest.raises(InvalidInputError, match="is there already"):
        dump(full_lab, tmp_path / "mine.zip", **QUIET)
    with pytest.raises(InvalidInputError, match="not a lab folder"):
        dump(tmp_path, tmp_path / "x.zip", **QUIET)
    assert (tmp_path / "mine.zip").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir() if "zip" in p.name] == ["mine.zip"]


def _rewritten(file: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    changed = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return changed


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda n, c: c.replace(b"periclase", b"something") if n.endswith("structure.jsonl") else c,
            "or others",
        ),
        (lambda n, c: c.partition(b"\n")[2] if n.endswith("run.jsonl") else c, "1 rows of run where 2"),
        (lambda n, c: None if n == "manifest.json" else c, "not a dump"),
        (lambda n, c: None if n.endswith("tag.jsonl") else c, "not a dump of a lab, or is damaged"),
        (
            lambda n, c: (
                c.replace(f'"schema": "{HEAD}"'.encode(), b'"schema": "0009"') if n == "manifest.json" else c
            ),
            "0009",
        ),
        (lambda n, c: b"not json" if n == "manifest.json" else c, "not a dump"),
    ],
)
def test_a_dump_that_was_changed_is_refused(
    full_lab: Path, tmp_path: Path, change: Callable[[str, bytes], bytes | None], problem: str
) -> None:
    dump(full_lab, tmp_path / "lab.zip", **QUIET)
    with pytest.raises(InvalidInputError, match=problem):
        restore(_rewritten(tmp_path / "lab.zip", change), tmp_path / "new", **QUIET)
    assert not (tmp_path / "new").exists()


def test_other_files_are_no_dumps(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("text")
    for name in ("text.zip", "absent.zip"):
        with pytest.raises(InvalidInputError, match=name):
            restore(tmp_path / name, tmp_path / "new", **QUIET)


@pytest.mark.parametrize(
    "name",
    [
        "files/{id}/../../../escaped",
        "files/{id}//etc/escaped",
        "files/000000000000/x",
        "lab/lab.toml",
        "files/{id}/a\\b",
    ],
)
def test_a_dump_writes_nowhere_but_in_its_projects(full_lab: Path, tmp_path: Path, name: str) -> None:
    dump(full_lab, tmp_path / "lab.zip", with_files=True, **QUIET)
    with zipfile.ZipFile(tmp_path / "lab.zip", "a") as archive:
        manifest = json.loads(archive.read("manifest.json"))
        archive.writestr(name.format(id=manifest["projects"][0]["id"]), "boo")
    with pytest.raises(InvalidInputError, match=r"not the name of a file|belongs to no project"):
        restore(tmp_path / "lab.zip", tmp_path / "new", **QUIET)
    assert not (tmp_path / "new").exists()
    assert list(tmp_path.rglob("escaped")) == []


def test_a_payload_that_is_not_its_hash_is_left_out_and_told(full_lab: Path, tmp_path: Path) -> None:
    dump(full_lab, tmp_path / "lab.zip", with_files=True, **QUIET)

    def forge(name: str, content: bytes) -> bytes:
        return b"forged" if name.startswith("payloads/") and name.split("/")[2].startswith("39") else content

    moved = restore(_rewritten(tmp_path / "lab.zip", forge), tmp_path / "new", **QUIET)
    assert sum("damaged before" in note for note in moved.notes) == 2
    assert list((tmp_path / "new").rglob("39847d*")) == []
