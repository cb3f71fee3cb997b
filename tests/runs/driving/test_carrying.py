"""What a lost attempt left goes into the folder of the next one: whole, once, and only what is ours."""

from __future__ import annotations

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.driving import carrying

RUN = "0123456789ab"


def left_by(files, name, text):
    folder = AttemptFolder(files / "runs" / name)
    folder.item(RUN).mkdir(parents=True)
    (folder.item(RUN) / "checkpoint").write_text(text)
    return folder


def test_what_was_left_becomes_the_next_folder(tmp_path):
    old, new = left_by(tmp_path, "old", "seven"), AttemptFolder(tmp_path / "runs" / "new")
    carrying.put_aside(tmp_path, old, RUN, 1)
    assert not old.item(RUN).exists()
    carrying.put_aside(tmp_path, old, RUN, 1)  # another process, late
    new.prepare()
    carrying.hand_over(tmp_path, new, RUN)
    assert (new.item(RUN) / "checkpoint").read_text() == "seven"
    assert not list((tmp_path / carrying.FOLDER).iterdir())


def test_the_latest_attempt_is_gone_on_from(tmp_path):
    for attempt in (2, 10, 9):
        carrying.put_aside(tmp_path, left_by(tmp_path, f"a{attempt}", str(attempt)), RUN, attempt)
    new = AttemptFolder(tmp_path / "runs" / "new")
    new.prepare()
    carrying.hand_over(tmp_path, new, RUN)
    assert (new.item(RUN) / "checkpoint").read_text() == "10"
    assert not list((tmp_path / carrying.FOLDER).iterdir())


def test_nothing_left_is_nothing_handed_over_and_no_link_is_followed(tmp_path):
    new, old = AttemptFolder(tmp_path / "runs" / "new"), AttemptFolder(tmp_path / "runs" / "old")
    new.prepare()
    carrying.hand_over(tmp_path, new, RUN)
    assert not new.item(RUN).exists()
    (tmp_path / "mine").mkdir()
    old.item(RUN).parent.mkdir(parents=True)
    old.item(RUN).symlink_to(tmp_path / "mine")
    carrying.put_aside(tmp_path, old, RUN, 1)
    assert old.item(RUN).is_symlink()


def test_only_tasks_that_go_on_are_asked_to():
    assert carrying.can_go_on("train")
    assert carrying.can_go_on("md")
    assert not carrying.can_go_on("notebook")
    assert not carrying.can_go_on("of-a-package-that-is-not-here")
