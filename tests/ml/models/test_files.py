"""A model's file is taken as it was written, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import stat
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from nanoos_lab.errors import InvalidInputError, ModelFileError
from nanoos_lab.ml.models import Manifest, Target, files, pack, read_manifest, unpack, write_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REFERENCE = {
    "name": "Po", "lattice": [[3.4, 0, 0], [0, 3.4, 0], [0, 0, 3.4]], "species": ["Po"], "coords": [[0, 0, 0]],
    "values": {"band_gap": 0.0},
}  # fmt: skip
SMALL: dict[str, Any] = {
    "name": "small", "version": "1", "architecture": "nanoos-gnn", "targets": [{"property": "band_gap"}],
    "references": [REFERENCE],
}  # fmt: skip


def small(folder: Path, **files_: bytes) -> Path:
    """Write a model whose weights are never run."""
    content: dict[str, Path | bytes] = {"weights.safetensors": b"abc", "card.md": b"# Small\n"}
    write_model(folder, Manifest.model_validate(SMALL), content | files_)
    return folder


def rezipped(packed: Path, target: Path, change: Callable[[zipfile.ZipFile], None], **skip: Any) -> Path:
    """Copy a packed model and let something be added to it."""
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(target, "w", **skip) as sink:
        for entry in source.infolist():
            sink.writestr(entry.filename, source.read(entry))
        change(sink)
    return target


def said(folder: Path, **changes: Any) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_model_is_packed_and_unpacked_without_a_difference(tmp_path: Path) -> None:
    folder = small(tmp_path / "small")
    path = pack(folder)
    assert path.name == "small-1.nanoos-model"
    manifest = unpack(path, tmp_path / "again")
    assert manifest == read_manifest(path) == read_manifest(folder)
    for file in folder.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
    assert set(manifest.sha256) == {"weights.safetensors", "card.md"}


def test_the_same_model_packs_to_the_same_bytes(tmp_path: Path) -> None:
    folder = small(tmp_path / "small")
    first = pack(folder, tmp_path / "a.nanoos-model")
    os.utime(folder / "card.md", (1, 1))
    assert pack(folder, tmp_path / "b.nanoos-model").read_bytes() == first.read_bytes()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    folder = small(tmp_path / "small")
    with pytest.raises(InvalidInputError, match="there already"):
        small(folder)
    path = pack(folder)
    with pytest.raises(InvalidInputError, match="there already"):
        pack(folder)
    with pytest.raises(InvalidInputError, match="there already"):
        unpack(path, folder)


@pytest.mark.parametrize(
    "name", ["../x.json", "a/b.onnx", "run.py", "x.pkl", "weights.pt", ".json", "model.json"]
)
def test_what_has_no_place_in_a_model_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot hold"):
        write_model(tmp_path / "m", Manifest.model_validate(SMALL), {name: b"x"})
    assert not list(tmp_path.iterdir())


def test_a_model_without_references_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="reference"):
        write_model(tmp_path / "m", Manifest.model_validate(SMALL | {"references": []}), {"w.onnx": b"x"})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda f: (f / "weights.safetensors").write_bytes(b"abd"), "weights.safetensors has the SHA-256"),
        (lambda f: (f / "weights.safetensors").unlink(), "lacks weights.safetensors"),
        (lambda f: (f / "more.onnx").write_bytes(b"x"), "more.onnx, which model.json does not name"),
        (lambda f: (f / "code.py").write_text("1"), "code.py"),
        (lambda f: (f / "sub").mkdir(), "sub"),
        (lambda f: (f / "model.json").write_text("{"), "no JSON"),
        (lambda f: (f / "model.json").write_text('{"schema": "other"}'), "nanoos.model"),
        (lambda f: said(f, schema_version=2), "version 2.*pip install -U"),
        (lambda f: said(f, schema_version="1"), "version '1'"),
        (lambda f: said(f, surprise=1), "surprise"),
        (lambda f: said(f, name="My Gap"), "name"),
        (lambda f: said(f, references=[]), "reference"),
        (lambda f: said(f, targets=[{"property": "band_gap", "unit": "meV"}]), "eV"),
        (lambda f: (f / "model.json").unlink(), "no model.json"),
    ],
)  # fmt: skip
def test_a_folder_that_is_not_what_it_says_is_refused(
    tmp_path: Path, spoil: Callable[[Path], object], problem: str
) -> None:
    folder = small(tmp_path / "small")
    spoil(folder)
    with pytest.raises(ModelFileError, match=problem):
        files.check(folder)
    with pytest.raises(ModelFileError, match=problem):
        pack(folder)


def test_a_link_is_no_file_of_a_model(tmp_path: Path) -> None:
    folder = small(tmp_path / "small")
    (tmp_path / "elsewhere").write_bytes(b"abc")
    (folder / "weights.safetensors").unlink()
    (folder / "weights.safetensors").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelFileError, match="link"):
        files.check(folder)


def link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("link.json")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


def twice(archive: zipfile.ZipFile) -> None:
    archive.writestr("card.md", b"another")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda z: z.writestr("../escaped.json", b"{}"), "escaped"),
        (lambda z: z.writestr("/etc/x.json", b"{}"), "etc"),
        (lambda z: z.writestr("sub/x.json", b"{}"), "sub"),
        (lambda z: z.writestr("x\\y.json", b"{}"), "x"),
        (lambda z: z.writestr("run.py", b"1"), "run.py"),
        (lambda z: z.writestr("more.json", b"{}"), "does not name"),
        (lambda z: z.writestr("bomb.json", b"0" * 10_000_000, zipfile.ZIP_DEFLATED), "compressed"),
        (lambda z: [z.writestr(f"{i}.json", b"") for i in range(70)], "files, more than"),
        (link, "link"),
        pytest.param(twice, "two files of one name", marks=pytest.mark.filterwarnings("ignore:Duplicate")),
    ],
)  # fmt: skip
def test_a_packed_model_that_holds_what_it_must_not_is_refused_before_a_byte_is_written(
    tmp_path: Path, change: Callable[[zipfile.ZipFile], None], problem: str
) -> None:
    path = rezipped(pack(small(tmp_path / "small")), tmp_path / "bad.nanoos-model", change)
    before = {p.name for p in tmp_path.iterdir()}
    with pytest.raises(ModelFileError, match=problem):
        unpack(path, tmp_path / "out")
    assert {p.name for p in tmp_path.iterdir()} == before


def test_entries_that_overlap_are_refused(tmp_path: Path) -> None:
    path = pack(small(tmp_path / "small", **{"big.json": b"0" * 5_000}))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"weights.safetensors"))
    content[at + 20 : at + 28] = struct.pack("<II", 9_000, 9_000)  # sizes of the last entry
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="promises"):
        files.check(path)


@pytest.mark.parametrize("cut", [0, 10, 400, -30])
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path, cut: int) -> None:
    path = pack(small(tmp_path / "small"))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ModelFileError, match="small-1"):
        files.check(path)
    with pytest.raises(ModelFileError, match="cannot be read"):
        files.check(tmp_path / "absent.nanoos-model")


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    path = pack(small(tmp_path / "small"))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"# Small", b"# Smell"))
    with pytest.raises(ModelFileError, match=r"card\.md"):
        files.check(path)


def test_a_failed_write_leaves_nothing_half(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_model(tmp_path / "m", Manifest.model_validate(SMALL), {"w.onnx": tmp_path / "absent"})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"targets": [{"property": "band_gap"}, {"property": "band_gap"}]}, "once"),
        ({"targets": [{"property": "xrd_pattern"}]}, "array"),
        ({"targets": []}, "targets"),
        ({"notes": {"energy": "?"}}, "energy"),
        ({"references": [REFERENCE | {"values": {}}]}, "Po"),
        ({"references": [REFERENCE | {"values": {"band_gap": float("nan")}}]}, "finite"),
        ({"domain": {"mean": [1.0], "whitening": [[1.0]], "limit": 3.0}}, "embeddings"),
        ({"domain": {"mean": [1.0]}}, "whitening"),
        ({"name": "a@b"}, "name"),
        ({"version": "1 beta"}, "version"),
    ],
)  # fmt: skip
def test_a_manifest_that_contradicts_itself_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Manifest.model_validate(SMALL | change)


def test_units_are_filled_from_the_vocabulary() -> None:
    assert Target(property="shear_modulus", logarithm=True).unit == "GPa"


def test_files_can_be_given_by_path(tmp_path: Path) -> None:
    (tmp_path / "trained").write_bytes(b"weights")
    manifest = write_model(tmp_path / "m", Manifest.model_validate(SMALL), {"w.onnx": tmp_path / "trained"})
    shutil.rmtree(tmp_path / "m")
    assert manifest.label == "small@1"
