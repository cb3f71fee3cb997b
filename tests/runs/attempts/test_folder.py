"""The folder protocol: what can happen once happens once, and nothing half-written is seen."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path

import pytest

from nanoos_lab.errors import InvalidInputError, RunError
from nanoos_lab.runs.attempts import folder as room
from nanoos_lab.runs.attempts.files import open_stranger, read_stranger, write_durably
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import release
from nanoos_lab.runs.attempts.progress import Progress, read_progress

RUN = "0123456789ab"


@pytest.fixture
def folder(tmp_path: Path) -> AttemptFolder:
    made = AttemptFolder(tmp_path / "runs" / "ab" / "attempt with 'quotes'")
    made.prepare()
    return made


def test_one_worker_claims(folder: AttemptFolder) -> None:
    assert folder.read_claim() is None
    claim = folder.take_claim(b'{"pid": 5}')
    assert claim is not None
    assert folder.take_claim(b'{"pid": 6}') is None
    assert folder.read_claim() == {"pid": 5}
    assert folder.worker_alive()
    assert not folder.fence()
    release(claim)
    assert not folder.worker_alive()
    assert not folder.fence()


def test_a_fence_keeps_workers_out(folder: AttemptFolder) -> None:
    assert folder.fence()
    assert folder.fence()
    assert folder.take_claim(b"{}") is None
    assert folder.read_claim() == {"fence": True}
    assert not folder.worker_alive()


def test_a_fence_can_be_put_where_nothing_is_yet(tmp_path: Path) -> None:
    late = AttemptFolder(tmp_path / "runs" / "cd" / "late")
    assert late.fence()
    late.prepare()
    assert late.take_claim(b"{}") is None


def test_tidying_keeps_a_fence_and_the_logs(folder: AttemptFolder) -> None:
    folder.write_spec({"protocol": 1})
    folder.fence()
    folder.stdout.touch()
    folder.stderr.write_text("said")
    folder.tidy()
    assert sorted(p.name for p in folder.path.iterdir()) == ["claim", "stderr.log", "stdout.log"]
    assert folder.take_claim(b"{}") is None


def test_a_quiet_folder_goes_whole(folder: AttemptFolder) -> None:
    release(folder.take_claim(b"{}"))
    folder.tidy()
    assert not folder.path.exists()


def test_an_item_begins_or_is_called_off_never_both(folder: AttemptFolder) -> None:
    assert folder.start_item("a")
    assert not folder.start_item("a")
    assert not folder.call_off_item("a")
    assert not folder.called_off("a")
    assert folder.call_off_item("b")
    assert folder.call_off_item("b")
    assert not folder.start_item("b")
    assert folder.called_off("b")
    assert set(folder.started()) == {"a", "b"}


def test_a_spec_of_another_protocol_is_refused(folder: AttemptFolder) -> None:
    folder.write_spec({"protocol": 99})
    with pytest.raises(RunError, match="protocol 99"):
        folder.read_spec()


def test_a_write_that_fails_leaves_what_was_there(
    folder: AttemptFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_outcome(RUN, b"first")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            folder.write_outcome(RUN, b"second")
    assert folder.read_outcome(RUN) == b"first"
    assert list(folder.outcomes()) == [RUN]
    assert [p.name for p in (folder.path / "outcomes").iterdir()] == [f"{RUN}.json"]


@pytest.mark.parametrize("parts", [("..", "x"), ("a", "..", "x"), ("",), (".",), ("a/b",), ("a\0b",)])
def test_only_plain_names_are_opened(tmp_path: Path, parts: tuple[str, ...]) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(InvalidInputError, match="not a plain file name"):
        open_stranger(tmp_path, *parts)


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_durably(tmp_path / "file", b"12345")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in ("link", "absent", "file", ".."):
        for _ in range(20):
            with contextlib.suppress(OSError, RunError, InvalidInputError):
                read_stranger(tmp_path, name, limit=3)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_tail_of_a_log_is_its_end_on_stderr_first(folder: AttemptFolder) -> None:
    folder.stdout.write_text("out")
    assert folder.log_tail() == "out"
    folder.stderr.write_bytes(b"\xff" + "é".encode() * 5000 + b"end")
    assert folder.log_tail(10) == "é" * 7 + "end"
    folder.stderr.unlink()
    folder.stderr.symlink_to("/etc/passwd")
    assert folder.log_tail() == "out"


# ---------------------------------------------------------------------- progress


def write_lines(folder: AttemptFolder, text: str) -> None:
    folder.progress(RUN).write_text(text)


def line(fraction: object, message: object = "go", at: object = 5.0) -> str:
    return json.dumps({"at": at, "fraction": fraction, "message": message}) + "\n"


def test_progress_is_its_last_whole_line(folder: AttemptFolder) -> None:
    assert read_progress(folder, RUN) == Progress()
    write_lines(folder, line(0.1) + line(0.2, "b") + '{"at": 6, "fra')
    assert read_progress(folder, RUN) == Progress(0.2, "b", 5.0)
    write_lines(folder, line(0.1) * 2000 + line(None, "c"))
    assert read_progress(folder, RUN) == Progress(None, "c", 5.0)


@pytest.mark.parametrize(
    "bad",
    [
        "null\n",
        "[]\n",
        "x\n",
        "\n",
        line(7.0),
        line("much"),
        line(0.5, at="now"),
        line(0.5, at="nan"),
        "[" * 9000,
    ],
)
def test_foreign_lines_are_passed_over(folder: AttemptFolder, bad: str) -> None:
    write_lines(folder, line(0.1, "a") + bad)
    assert read_progress(folder, RUN) == Progress(0.1, "a", 5.0)


def test_progress_through_a_link_is_not_read(folder: AttemptFolder, tmp_path: Path) -> None:
    (tmp_path / "other").write_text(line(0.5))
    folder.progress(RUN).symlink_to(tmp_path / "other")
    assert read_progress(folder, RUN) == Progress()


def test_a_folder_that_is_tidied_while_it_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = AttemptFolder(tmp_path / "runs" / "ab" / "abcdefabcdef")
    make, goes = room.make_readable_folder, iter([True, False, True])

    def make_and_lose(path: Path) -> None:
        make(path)
        if path.name == "outcomes" and next(goes, False):
            shutil.rmtree(folder.path)

    monkeypatch.setattr(room, "make_readable_folder", make_and_lose)
    folder.prepare()
    assert {path.name for path in folder.path.iterdir()} == {"started", "outcomes", "cancel", "progress"}
    assert folder.fence()
    assert folder.take_claim(b"{}") is None


# ---------------------------------------------------------------------- a worker that comes again


def incarnation(job: str, restarts: int) -> bytes:
    return json.dumps({"pid": 5, "job": job, "restarts": restarts}).encode()


def test_a_later_incarnation_of_the_same_job_takes_over(folder: AttemptFolder) -> None:
    first = folder.take_claim(incarnation("7_1", 0))
    again = folder.take_over(incarnation("7_1", 1), job="7_1", restarts=1)
    assert again is not None
    assert (folder.generation(), folder.read_claim()["restarts"]) == (1, 1)
    assert folder.read_claim(0)["restarts"] == 0
    release(again)
    assert not folder.worker_alive()  # by the latest claim, whatever the first still holds
    third = folder.take_over(incarnation("7_1", 5), job="7_1", restarts=5)
    assert folder.worker_alive()
    release(first), release(third)


@pytest.mark.parametrize(("job", "restarts"), [("7_2", 1), ("7_1", 0), ("7_1", -1)])
def test_nobody_else_takes_over(folder: AttemptFolder, job: str, restarts: int) -> None:
    claim = folder.take_claim(incarnation("7_1", 0))
    assert folder.take_over(b"{}", job=job, restarts=restarts) is None
    release(claim)


@pytest.mark.parametrize(
    "content", [b"fence", b"rubbish", b"{}", b'{"job": "7_1", "restarts": "many"}', b"[]"]
)
def test_what_is_no_claim_of_a_job_is_not_taken_over(folder: AttemptFolder, content: bytes) -> None:
    folder.claim.write_bytes(content)
    assert folder.take_over(b"{}", job="7_1", restarts=3) is None


def test_what_is_revoked_is_not_taken_over(folder: AttemptFolder) -> None:
    release(folder.take_claim(incarnation("7_1", 0)))
    assert folder.revoke()
    assert folder.revoke()
    assert folder.take_over(b"{}", job="7_1", restarts=1) is None
    assert folder.read_claim() == {"fence": True}
    assert folder.read_claim(0)["job"] == "7_1"


def test_either_a_worker_comes_again_or_it_is_locked_out(folder: AttemptFolder) -> None:
    release(folder.take_claim(incarnation("7_1", 0)))
    latest = folder.generation()
    again = folder.take_over(incarnation("7_1", 1), job="7_1", restarts=1)
    # what follows is the second half of a revocation that had looked before the worker came
    assert not folder._fence(latest + 1)
    release(again)


def test_revoking_what_is_gone_is_no_error(tmp_path: Path) -> None:
    assert AttemptFolder(tmp_path / "gone").revoke()


def test_beginning_an_item_anew_leaves_nothing_of_it(folder: AttemptFolder) -> None:
    folder.item(RUN).mkdir(parents=True)
    (folder.item(RUN) / "half").touch()
    folder.progress(RUN).write_text("{}")
    folder.begin_item_anew(RUN)
    assert not folder.item(RUN).exists()
    assert not folder.progress(RUN).exists()
    folder.begin_item_anew(RUN)
