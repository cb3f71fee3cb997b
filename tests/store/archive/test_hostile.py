"""Archives that are damaged, or made to do harm, are refused and leave nothing."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nanoos_lab as nl
from nanoos_lab.errors import AccessDeniedError, InvalidInputError, StoreError
from nanoos_lab.store.archive import import_archive, importing
from nanoos_lab.store.archive.manifest import read_manifest
from nanoos_lab.store.archive.tables import KINDS, check_row, read_line
from nanoos_lab.store.database import Store
from nanoos_lab.store.orphans import find_orphans

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.lab import Lab

Members = dict[str, bytes]


def _refused(lab: Lab, archive: Path, tools: Any, match: str) -> None:
    before = tools.portrait(lab.store)
    with pytest.raises(InvalidInputError, match=match) as caught:
        lab.import_archive(archive)
    assert str(archive) in str(caught.value)
    assert tools.portrait(lab.store) == before
    with lab.store.read() as session:
        found = find_orphans(session, lab.store.scope, grace_s=-1)
    assert (found.files, found.temporaries) == ((), ())


def _rows(members: Members, kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in members[f"tables/{kind}.jsonl"].splitlines()]


def _write(members: Members, kind: str, rows: list[dict[str, Any]]) -> None:
    members[f"tables/{kind}.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _set(kind: str, **columns: Any) -> Callable[[Members], None]:
    """Return what changes columns of the first row of a table."""

    def change(members: Members) -> None:
        rows = _rows(members, kind)
        rows[0] |= columns
        _write(members, kind, rows)

    return change


def _drop(kind: str, column: str) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        rows = _rows(members, kind)
        del rows[0][column]
        _write(members, kind, rows)

    return change


def _raw(kind: str, line: bytes) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members[f"tables/{kind}.jsonl"] += line

    return change


def _swap(kind: str, old: bytes, new: bytes) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        name = f"tables/{kind}.jsonl"
        assert old in members[name]
        members[name] = members[name].replace(old, new, 1)

    return change


def _repeat(kind: str) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        rows = _rows(members, kind)
        _write(members, kind, [*rows, rows[0]])

    return change


def _manifest(**said: Any) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | said).encode()

    return change


def _another_content(members: Members) -> None:
    rows = _rows(members, "structure")
    rows[0]["content"], rows[1]["content"] = rows[1]["content"], rows[0]["content"]
    _write(members, "structure", rows)


def _child_first(members: Members) -> None:
    _write(members, "structure", list(reversed(_rows(members, "structure"))))


def _own_parent(members: Members) -> None:
    rows = _rows(members, "sample")
    rows[0]["parent_id"] = rows[0]["id"]
    _write(members, "sample", rows)


def _another_size(members: Members) -> None:
    rows = _rows(members, "artifact")
    next(row for row in rows if row["purged_at"] is None)["size"] = 1
    _write(members, "artifact", rows)


def _no_vector(members: Members) -> None:
    import base64

    long = base64.b64encode(np.full(8, np.nan, "<f4").tobytes()).decode()
    _set("embedding", vector=long)(members)


def _model(which: str, /, **columns: Any) -> Callable[[Members], None]:
    """Return what changes columns of a version of the model ``my-gap``; the second is active."""

    def change(members: Members) -> None:
        rows = _rows(members, "model")
        next(row for row in rows if (row["name"], row["version"]) == ("my-gap", which)).update(columns)
        _write(members, "model", rows)

    return change


WRONG: dict[str, tuple[Callable[[Members], None], str]] = {
    "newer format": (_manifest(version=3), r"format 3, newer than this nanoos-lab knows"),
    "an older format with a newer table": (_manifest(version=1), "manifest does not name every table"),
    "no format": (_manifest(version="1"), "not that of an archive"),
    "another zip": (_manifest(format="something else"), "not that of an archive"),
    "unknown word": (_manifest(surprise=1), "manifest is damaged: surprise"),
    "unknown column": (
        _set("structure", surprise="x"),
        "line 1 of tables/structure.jsonl: it has a column 'surprise'",
    ),
    "foreign project": (_set("structure", project_id="0" * 12), "column 'project_id'"),
    "missing column": (_drop("run", "key"), "no column 'key'"),
    "empty column": (_set("run", key=None), "its key is empty"),
    "wrong type": (_set("run", attempt="1"), "attempt is no such integer"),
    "a boolean for a number": (_set("property_value", value=True), "value is no number"),
    "too long": (_set("material", name="x" * 201), "name has 201 characters; it may have 200"),
    "too large": (_set("run", priority=2**31), "priority is no such integer"),
    "no id": (_set("tag", structure_id="' OR 1=1 --"), "is not an id of 12 hexadecimal characters"),
    "no JSON": (_raw("tag", b"{nonsense\n"), "not a line of plain JSON"),
    "no object": (_raw("tag", b"[1, 2]\n"), "not a JSON object but list"),
    "no UTF-8": (_raw("tag", b"\xff\xfe\n"), "not a line of plain JSON"),
    "deep JSON": (_raw("tag", b'{"tag":' + b"[" * 200_000 + b"\n"), "not a line of plain JSON"),
    "twice the same name": (_raw("tag", b'{"tag": "a", "tag": "b"}\n'), "a name stands twice"),
    "not a number": (
        _swap("property_value", b'"uncertainty":null', b'"uncertainty":NaN'),
        "NaN is not finite",
    ),
    "infinite": (
        _swap("property_value", b'"uncertainty":null', b'"uncertainty":1e999'),
        "1e999 is not finite",
    ),
    "huge integer": (
        _swap("property_value", b'"uncertainty":null', b'"uncertainty":' + b"9" * 5000),
        "JSON|finite",
    ),
    "NUL": (_set("structure", notes="a\0b"), "a character that a database cannot keep"),
    "half a character": (_set("structure", notes="a\ud800b"), "a character that a database cannot keep"),
    "names nothing": (_set("structure", material_id="0" * 12), "names no material that comes before it"),
    "there twice": (_repeat("run"), "is there twice"),
    "child before parent": (_child_first, "names no structure that comes before it"),
    "its own parent": (_own_parent, "names no sample that comes before it"),
    "unfinished run": (_set("run", state="RUNNING", active_key=None), "only runs that have ended travel"),
    "no such state": (_set("run", state="DONE", active_key=None), "only runs that have ended travel"),
    "another's key": (_set("run", active_key="1" * 64), "answers for a key that is not its own"),
    "no key": (_set("run", key="k", active_key=None), "is not a SHA-256"),
    "wrong digest": (_set("structure", digest="0" * 64), "its content hashes to"),
    "another content": (_another_content, "its content hashes to"),
    "no structure": (
        _set("structure", content={"@class": "os.system"}),
        "content or description cannot be read",
    ),
    "no description": (
        _set("structure", description={"formula": "X"}),
        "content or description cannot be read",
    ),
    "another description": (
        _swap("structure", b'"formula":"Sr1 Ti1 O3"', b'"formula":"Ti1 O3"'),
        "speaks of Ti1 O3",
    ),
    "another material": (
        _set("material", reduced_formula="UO2", phase_key="UO2|225"),
        "is not of its material UO2",
    ),
    "odd phase": (_set("material", phase_key="UO2|225"), "is none of"),
    "path up": (_set("artifact", name="../../evil"), "relative path"),
    "absolute path": (_set("artifact", name="/etc/passwd"), "relative path"),
    "no hash": (_set("artifact", sha256="../../etc/passwd"), "sha256"),
    "another size": (_another_size, "it has 1 bytes"),
    "bytes that are not there": (
        _set("artifact", sha256="0" * 64, purged_at=None),
        "are not in the archive|no artifact",
    ),
    "no origin": (_set("property_value", origin="invented"), "is no origin"),
    "of nothing": (_set("property_value", material_id=None, sample_id=None), "value of nothing"),
    "neither": (_set("property_value", value=None, artifact_id=None), "neither one number nor one array"),
    "not finite vector": (_no_vector, "empty or not finite"),
    "no vector": (_set("embedding", vector="AAAA"), "vector cannot be read"),
    "long vector": (_set("embedding", vector="AACAPwAAgD8="), "not of length 1"),
    "no model's name": (_model("1", name="../my-gap"), "no model has the name"),
    "no model's version": (_model("1", version="1 2"), "no model has the version"),
    "a version twice": (_model("1", version="2"), "my-gap@2 is there twice"),
    "two active versions": (_model("1", active=True), "two versions are active"),
    "active and retired": (_model("2", retired_at=1.0), "active, and retired"),
    "targets that are none": (_model("2", targets=[1]), "targets is no list of str"),
    "a model without a file": (_model("2", artifact_id="0" * 12), "names no artifact"),
    "odd tag": (_set("tag", tag=" x "), "has space around it"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_refused(
    case: str, rich_archive: Path, tools: Any, empty: Lab, tmp_path: Path
) -> None:
    change, match = WRONG[case]
    members = tools.unpack(rich_archive)
    change(members)
    _refused(empty, tools.pack(tmp_path / "bad.nanoos.zip", members), tools, match)


def _other_bytes(members: Members) -> None:
    name = next(name for name in members if name.startswith("artifacts/"))
    members[name] = bytes(len(members[name]))


def _other_table(members: Members) -> None:
    members["tables/tag.jsonl"] = members["tables/tag.jsonl"].replace(b"cubic", b"Cubic")


def _no_table(members: Members) -> None:
    del members["tables/run.jsonl"]


def _short_table(members: Members) -> None:
    members["tables/tag.jsonl"] = b""


def _extra(name: str) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members[name] = b"surprise"

    return change


LIES = {
    "other bytes": (_other_bytes, "it was changed"),
    "other table": (_other_table, "tables/tag.jsonl has other bytes than its manifest says"),
    "missing table": (_no_table, "it lacks 'tables/run.jsonl'"),
    "short table": (_short_table, "tables/tag.jsonl has 0 bytes"),
    "path up": (_extra("../evil.py"), "holds '../evil.py', which its manifest does not name"),
    "absolute path": (_extra("/etc/cron.d/evil"), "which its manifest does not name"),
    "unknown table": (_extra("tables/project.jsonl"), "which its manifest does not name"),
    "bytes nobody names": (_extra("artifacts/" + "0" * 64), "which its manifest does not name"),
}


@pytest.mark.parametrize("case", LIES)
def test_what_does_not_fit_its_manifest_is_refused(
    case: str, rich_archive: Path, tools: Any, empty: Lab, tmp_path: Path
) -> None:
    change, match = LIES[case]
    members = tools.unpack(rich_archive)
    change(members)
    _refused(empty, tools.pack(tmp_path / "lie.nanoos.zip", members, honest=False), tools, match)


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/passwd", "tables/project.jsonl", "artifacts/x", "C:\\x"]
)
def test_names_that_no_archive_has_are_refused_in_the_manifest_too(
    name: str, rich_archive: Path, tools: Any, empty: Lab, tmp_path: Path
) -> None:
    members = tools.unpack(rich_archive) | {name: b"evil"}
    _refused(empty, tools.pack(tmp_path / "bad.nanoos.zip", members), tools, "a file that no archive has")
    assert not (tmp_path.parent / "evil.py").exists()


def test_bytes_that_nothing_names_are_refused(
    rich_archive: Path, tools: Any, empty: Lab, tmp_path: Path
) -> None:
    members = tools.unpack(rich_archive) | {"artifacts/" + sha256(b"hidden").hexdigest(): b"hidden"}
    _refused(empty, tools.pack(tmp_path / "bad.nanoos.zip", members), tools, "no artifact names the bytes")


def _repack(
    rich_archive: Path, target: Path, change: Callable[[zipfile.ZipInfo, bytes], zipfile.ZipInfo]
) -> Path:
    with zipfile.ZipFile(rich_archive) as source, zipfile.ZipFile(target, "w") as made:
        for info in source.infolist():
            made.writestr(change(info, data := source.read(info)), data)
    return target


def test_links_folders_and_packed_artifacts_are_refused(
    rich_archive: Path, tools: Any, empty: Lab, tmp_path: Path
) -> None:
    def link(info: zipfile.ZipInfo, _: bytes) -> zipfile.ZipInfo:
        if info.filename == "tables/tag.jsonl":
            info.external_attr = 0o120777 << 16
        return info

    def packed(info: zipfile.ZipInfo, _: bytes) -> zipfile.ZipInfo:
        info.compress_type = zipfile.ZIP_DEFLATED
        return info

    linked = _repack(rich_archive, tmp_path / "link.zip", link)
    _refused(empty, linked, tools, "'tables/tag.jsonl' is a folder or a link")
    _refused(
        empty, _repack(rich_archive, tmp_path / "packed.zip", packed), tools, "keeps artifacts as they are"
    )
    with zipfile.ZipFile(linked, "a") as made:
        made.writestr(zipfile.ZipInfo("folder/"), b"")
    _refused(empty, linked, tools, "a folder or a link")


def test_a_name_that_stands_twice_is_refused(
    rich_archive: Path, tools: Any, empty: Lab, tmp_path: Path
) -> None:
    target = tmp_path / "twice.zip"
    target.write_bytes(rich_archive.read_bytes())
    with zipfile.ZipFile(target, "a") as made, pytest.warns(UserWarning, match="Duplicate name"):
        made.writestr("tables/tag.jsonl", b"{}")
    _refused(empty, target, tools, "a name stands twice in it")


def test_zip_bombs_are_refused_before_they_are_unpacked(
    rich_archive: Path, tools: Any, empty: Lab, tmp_path: Path
) -> None:
    members = tools.unpack(rich_archive)
    members["tables/tag.jsonl"] += b" " * (64 << 20)
    _refused(empty, tools.pack(tmp_path / "bomb.zip", members), tools, "as in a zip bomb")
    liar = tmp_path / "liar.zip"
    data = bytearray(rich_archive.read_bytes())
    start = data.index(b"tables/tag.jsonl", data.index(b"PK\x01\x02")) - 46
    data[start + 24 : start + 28] = struct.pack("<I", 5)  # its size, in the list of members
    liar.write_bytes(data)
    _refused(empty, liar, tools, "tables/tag.jsonl has 5 bytes, not")


def test_members_that_overlap_are_refused(tools: Any, empty: Lab, tmp_path: Path) -> None:
    """One kernel of data that many members share, as in David Fifield's bomb."""
    target = tmp_path / "overlap.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a", np.random.default_rng(1).bytes(200_000))
    data = buffer.getvalue()
    listed = data[data.index(b"PK\x01\x02") : data.index(b"PK\x05\x06")]
    names = [listed[:46] + bytes([65 + n]) + listed[47:] for n in range(20)]
    end = data[data.index(b"PK\x05\x06") :]
    whole = b"".join(names)
    end = end[:8] + struct.pack("<HHI", 20, 20, len(whole)) + end[16:]
    target.write_bytes(data[: data.index(b"PK\x01\x02")] + whole + end)
    _refused(empty, target, tools, "overlap|damaged")


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_refused(content: bytes, tools: Any, empty: Lab, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    _refused(empty, tmp_path / "x.zip", tools, "damaged or no zip file|no manifest.json")
    _refused(empty, tmp_path / "none.zip", tools, "there is no such file")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_byte_is_never_taken_for_truth(
    data: st.DataObject, rich_archive: Path, tools: Any, empty: Lab, tmp_path: Path
) -> None:
    """Either it is refused and nothing is stored, or the byte did not matter and all of it is."""
    content = bytearray(rich_archive.read_bytes())
    where = data.draw(st.integers(0, len(content) - 1))
    content[where] ^= data.draw(st.integers(1, 255))
    (tmp_path / "flipped.zip").write_bytes(content)
    before = tools.portrait(empty.store)
    try:
        import_archive(empty.store, tmp_path / "flipped.zip")
    except InvalidInputError:
        assert tools.portrait(empty.store) == before
    else:
        with nl.open(rich_archive.parent / "lab") as source:
            assert tools.portrait(empty.store) == tools.portrait(source.store)


@settings(max_examples=200, deadline=None)
@given(line=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_no_line_raises_anything_but_our_error(line: bytes) -> None:
    try:
        row = read_line(line)
        check_row(KINDS["tag"], row)
    except InvalidInputError:
        pass


@settings(max_examples=100, deadline=None)
@given(
    said=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    )
)
def test_no_manifest_raises_anything_but_our_error(said: Any) -> None:
    for whole in (said, {"format": "nanoos-lab archive", "version": 1, "members": said, "counts": said}):
        with pytest.raises(InvalidInputError):
            read_manifest(json.dumps(whole).encode())


def test_viewers_import_nothing_and_are_told_so(server_lab: Any, rich_archive: Path) -> None:
    ada, bob = server_lab.person("ada"), server_lab.person("bob")
    with nl.open(ada, project="shared") as lab:
        lab.share("bob", "viewer")
    with Store.open(bob, project="ada/shared") as store:
        with pytest.raises(AccessDeniedError, match="may look at the project"):
            import_archive(store, rich_archive)
        assert not (store.scope.files / "artifacts").exists()


def test_a_disk_without_room_is_told_before_anything_is_written(
    rich_archive: Path, empty: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = importing.shutil.disk_usage(empty.root)
    monkeypatch.setattr(importing.shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    with pytest.raises(StoreError, match="free some space first"):
        empty.import_archive(rich_archive)
    assert len(empty.find()) == 0
