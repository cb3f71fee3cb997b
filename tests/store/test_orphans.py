from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.store.artifacts import checked_path, place, put_file
from nanoos_lab.store.artifacts.payloads import payloads_of
from nanoos_lab.store.orphans import GRACE_S, find_orphans, remove_orphans

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.store.database import Store
    from nanoos_lab.store.orphans import Orphans
    from nanoos_lab.store.schema import ArtifactRow

_WRITER = """
import sys, time
from pathlib import Path
from nanoos_lab.store.artifacts.local import LocalPayloads
class Slow:
    def read(self, size):
        print("writing", flush=True)
        sys.stdin.read(1)
        return b""
LocalPayloads(Path(sys.argv[1])).put(Slow(), expected=None, shown="slow")
"""


def _find(store: Store, **options: float) -> Orphans:
    with store.read() as session:
        return find_orphans(session, store.scope, **options)  # type: ignore[arg-type]


def _put(store: Store, content: bytes) -> ArtifactRow:
    with store.write() as session:
        return put_file(session, store.scope, "a", content)


def _age(path: Path) -> None:
    old = time.time() - 2 * GRACE_S
    os.utime(path, (old, old))


def test_a_sound_project_has_none(store: Store) -> None:
    assert _find(store) == _find(store, verify=False)
    _put(store, b"bytes")
    found = _find(store)
    assert (found.sound, found.removable, found.checked, found.problems()) == (True, False, 1, [])


def test_bytes_without_a_record_are_removed_once_they_are_old(store: Store) -> None:
    kept = _put(store, b"kept")
    stray, young = place(store.scope, b"stray"), place(store.scope, b"young")
    payloads = payloads_of(store.scope)
    _age(payloads.path(stray.sha256))
    _age(checked_path(store.scope, kept))
    (store.scope.files / "artifacts" / "zz").mkdir()
    found = _find(store)
    assert [one.sha256 for one in found.files] == [stray.sha256]
    assert (found.young, found.size, len(found.empty_folders)) == (1, 5, 1)
    assert found.problems() == ["1 files (5 bytes) belong to no artifact", "1 folders of artifacts are empty"]
    with store.write() as session:
        assert remove_orphans(session, store.scope, found) == 1
    assert [payloads.size(one) for one in (stray.sha256, young.sha256, kept.sha256)] == [None, 5, 4]
    assert not _find(store).removable


def test_bytes_that_got_a_record_meanwhile_stay(store: Store) -> None:
    stray = place(store.scope, b"wanted after all")
    _age(payloads_of(store.scope).path(stray.sha256))
    found = _find(store)
    row = _put(store, b"wanted after all")
    with store.write() as session:
        assert remove_orphans(session, store.scope, found) == 0
    assert checked_path(store.scope, row).read_bytes() == b"wanted after all"


def test_putting_old_bytes_again_makes_them_young(store: Store) -> None:
    stray = place(store.scope, b"again")
    _age(payloads_of(store.scope).path(stray.sha256))
    place(store.scope, b"again")
    assert (_find(store).files, _find(store).young) == ((), 1)


def test_missing_and_changed_bytes_are_told_and_never_called_purged(store: Store) -> None:
    from nanoos_lab.store.schema import ArtifactRow

    gone, changed, cut = (_put(store, content) for content in (b"gone", b"changed", b"cut"))
    checked_path(store.scope, gone).unlink()
    for row, content in ((changed, b"Changed"), (cut, b"c")):
        path = checked_path(store.scope, row)
        path.chmod(0o600)
        path.write_bytes(content)
    assert {bad.id for bad in _find(store).changed} == {changed.id, cut.id}
    assert [bad.id for bad in _find(store, verify=False).changed] == [cut.id], "sizes alone show less"
    found = _find(store)
    assert [bad.id for bad in found.missing] == [gone.id]
    assert not found.sound
    assert len(found.problems()) == 4, "and the folder that is empty now"
    assert any("are missing" in said and gone.id in said for said in found.problems())
    with store.write() as session:
        remove_orphans(session, store.scope, found)
        assert session.get_one(ArtifactRow, (store.scope.project_id, gone.id)).purged_at is None
    for content in (b"gone", b"changed", b"cut"):
        _put(store, content)
    assert _find(store).sound, "putting the bytes back heals all of them"


def test_only_what_a_dead_process_left_is_taken(folder_store: Store) -> None:
    folder = folder_store.scope.files / "artifacts"
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        (temporary,) = folder.glob(".*")
        _age(temporary)
        found = _find(folder_store)
        assert (found.temporaries, found.young) == ((), 1), "a living process is writing it"
    finally:
        writer.kill()
        writer.wait()
    found = _find(folder_store)
    assert [one.place for one in found.temporaries] == [str(temporary)]
    with folder_store.write() as session:
        assert remove_orphans(session, folder_store.scope, found) == 1
    assert not temporary.exists()


@pytest.mark.parametrize("name", ["note.txt", "ab/README", "cd/" + "0" * 64])
def test_what_a_person_put_there_is_shown_as_it_is(folder_store: Store, name: str) -> None:
    path = folder_store.scope.files / "artifacts" / name
    path.parent.mkdir(parents=True)
    path.write_text("hello")
    found = _find(folder_store, grace_s=-1)
    assert [one.place for one in found.temporaries] == [str(path)]
