"""What attempt folders that were submitted together share."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.runs.attempts import submission as submissions
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.submission import LISTING, TICKET, Submission, read_ticket, sweep, write_tickets

if TYPE_CHECKING:
    from pathlib import Path

NAME = "nanoos-0123456789ab-3"


@pytest.fixture
def folders(tmp_path: Path) -> list[AttemptFolder]:
    made = [AttemptFolder(tmp_path / "runs" / f"a{i}" / f"it's ☃ {i}") for i in range(3)]
    for folder in made:
        folder.prepare()
        folder.write_spec({"protocol": 1})
    return made


def test_tickets_say_name_element_and_time(folders: list[AttemptFolder]) -> None:
    assert read_ticket(folders[0]) is None
    write_tickets(folders, NAME)
    tickets = [read_ticket(folder) for folder in folders]
    assert [(one.name, one.element) for one in tickets] == [(NAME, 0), (NAME, 1), (NAME, 2)]
    assert all(abs(time.time() - one.at) < 60 for one in tickets)
    write_tickets(folders[:1], NAME)
    assert read_ticket(folders[0]).element is None


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b'{"name": 5}', b"[" * 5000, b'{"name": "nanoos-0123456789ab-1", "index": "x", "at": 1}',
     b'{"name": "../../x", "index": null, "at": 1}', b"\xff", b"x" * 5000],
)  # fmt: skip
def test_a_ticket_that_is_none_is_none(folders: list[AttemptFolder], content: bytes) -> None:
    (folders[0].path / TICKET).write_bytes(content)
    assert read_ticket(folders[0]) is None


def test_a_submission_lists_its_folders_and_knows_when_it_is_over(folders: list[AttemptFolder]) -> None:
    submission = Submission.of(folders[0], NAME)
    submission.write_listing(folders)
    assert submission.folders() == [folder.path.resolve() for folder in folders]
    assert not submission.over()
    for folder in folders:
        folder.spec.unlink()
    assert submission.over()
    submission.remove()
    assert not submission.place.exists()


@pytest.mark.parametrize("content", [b"{}", b"5", b"[1, null]", b"not JSON", b"[" * 9000])
def test_a_broken_list_lists_nothing(folders: list[AttemptFolder], content: bytes) -> None:
    submission = Submission.of(folders[0], NAME)
    submission.write_listing(folders)
    (submission.place / LISTING).write_bytes(content)
    assert submission.folders() == []


def test_a_list_leads_nowhere_else(folders: list[AttemptFolder], tmp_path: Path) -> None:
    submission = Submission.of(folders[0], NAME)
    submission.write_listing(folders[:1])
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "spec.json").touch()
    listed = [str(outside), str(tmp_path / "runs" / ".." / "outside")]
    (submission.place / LISTING).write_text(json.dumps(listed))
    assert submission.over()


def test_logs_are_read_as_a_strangers(folders: list[AttemptFolder], tmp_path: Path) -> None:
    submission = Submission.of(folders[0], NAME)
    submission.write_listing(folders)
    (submission.place / "5_0_0_log.out").write_text("x" * 9000 + "the end\n")
    assert submission.log_tail("5_0").endswith("the end")
    assert len(submission.log_tail("5_0")) <= 2000
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (submission.place / "5_1_0_log.out").symlink_to(secret)
    os.mkfifo(submission.place / "5_2_0_log.out")
    assert (submission.log_tail("5_1"), submission.log_tail("5_2"), submission.log_tail("5_3")) == (
        "",
        "",
        "",
    )


def test_only_what_is_old_and_over_is_swept(
    folders: list[AttemptFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    in_use, over = Submission.of(folders[0], NAME), Submission.of(folders[0], "nanoos-0123456789ab-4")
    in_use.write_listing(folders)
    over.write_listing([AttemptFolder(runs / "aa" / "gone")])
    foreign = runs / "submissions" / "mine"
    foreign.mkdir()
    assert sweep(runs) == 0  # both are young
    monkeypatch.setattr(submissions, "STALE_S", -1.0)
    assert sweep(runs) == 1
    assert in_use.place.exists()
    assert foreign.exists()
    assert sweep(tmp_path / "nowhere") == 0
