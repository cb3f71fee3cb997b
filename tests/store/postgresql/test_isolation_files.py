"""A project's files, as accounts of the operating system see them: its group and nobody else."""

from __future__ import annotations

import grp  # noqa: F401 - here, because another account may not reach the standard library
import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

import nanoos_lab as nl
from nanoos_lab.errors import AccessDeniedError, StoreError
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import Presence
from nanoos_lab.store import people
from nanoos_lab.store.database import Store
from nanoos_lab.store.folder import make_folder, make_readable_folder, make_shared_folder

ADA, BOB, EVE, GROUP, OTHER = 61_001, 61_002, 61_003, 62_000, 62_001
"""Accounts and groups that need not exist by name."""


@pytest.fixture(params=[0o000, 0o002, 0o022, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def as_account(uid, gid, work, groups=()):
    """Run something under another account, and return what it returned or the name of its error."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        said = b"?"
        try:
            os.setgroups(groups)
            os.setgid(gid)
            os.setuid(uid)
            said = repr(work()).encode()
        except BaseException as error:  # noqa: BLE001 - told to the parent
            said = type(error).__name__.encode()
        finally:
            os.write(writing, said[:4000])
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read().decode()
    os.waitpid(child, 0)
    return said


@pytest.fixture
def place(require):
    """A folder that every account reaches, which pytest's own are not."""
    require(os.geteuid() == 0, "becoming another account needs root: run these tests as root")
    folder = Path(tempfile.mkdtemp(prefix="nanoos-accounts-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_fresh_project_is_its_groups_whatever_the_umask(server_lab, umask):
    with Store.open(server_lab.person("ada")) as store:
        files = store.scope.files
        assert files == server_lab.files / "projects" / store.scope.project_id
        assert [mode(p) for p in (files, files / "presence", files / "reports")] == [0o2770] * 3
    assert (
        mode(server_lab.files / "projects") == 0o1777
    )  # everyone makes their own there, and removes no other's


def test_folders_in_a_project_are_as_shared_as_it_is(tmp_path, umask):
    shared = tmp_path / "project"
    make_shared_folder(shared)
    make_folder(shared / "artifacts" / "ab" / "cd")
    assert [mode(shared / p) for p in ("artifacts", "artifacts/ab", "artifacts/ab/cd")] == [0o2770] * 3
    make_readable_folder(shared / "mine")
    make_readable_folder(shared / "mine" / "items")
    assert [mode(shared / p) for p in ("mine", "mine/items")] == [0o2750] * 2
    plain = tmp_path / "plain"
    make_folder(plain / "runs" / "ab")
    assert mode(plain / "runs" / "ab") == 0o777 & ~umask  # a lab folder keeps the person's own habits


def test_a_folder_that_was_not_finished_is(tmp_path):
    (tmp_path / "project").mkdir(mode=0o700)
    make_shared_folder(tmp_path / "project")
    assert mode(tmp_path / "project") == 0o2770


def project_of_two(root):
    """Make a project's files as ada would, given to the group that bob is in."""
    files = root / "projects" / "0123456789ab"
    files.parent.mkdir(mode=0o1777)
    files.parent.chmod(0o1777)

    def make():
        os.umask(0o077)
        make_shared_folder(files)
        for name in ("presence", "reports"):
            make_shared_folder(files / name)
        make_folder(files / "artifacts" / "ab")
        artifact = files / "artifacts" / "ab" / "abcd"
        artifact.write_text("ada's")
        artifact.chmod(0o660)
        AttemptFolder(files / "runs" / "ab" / "abcdef").prepare()
        return Presence(files / "presence").token

    assert as_account(ADA, GROUP, make).startswith("'")
    return files


class TestAccounts:
    """Ada, bob who is in the group, and eve who is not."""

    def test_a_stranger_lists_reads_and_writes_nothing(self, place):
        files = project_of_two(place)
        for path in (files, *files.rglob("*")):
            assert as_account(EVE, OTHER, lambda path=path: list(path.iterdir())) in {
                "PermissionError",
                "NotADirectoryError",
            }
            assert as_account(EVE, OTHER, lambda path=path: path.read_bytes()) == "PermissionError"
            assert as_account(EVE, OTHER, lambda path=path: (path / "x").touch()) == "PermissionError"
        assert as_account(EVE, OTHER, lambda: files.rename(files.with_name("other"))) == "PermissionError"
        assert as_account(EVE, OTHER, lambda: files.chmod(0o777)) == "PermissionError"

    def test_a_member_reads_and_adds(self, place):
        files = project_of_two(place)

        def work():
            os.umask(0o077)
            make_folder(files / "artifacts" / "cd")
            (files / "artifacts" / "ab" / "new").write_text("bob's")
            (files / "reports" / "report.html").write_text("bob's")
            AttemptFolder(files / "runs" / "ab" / "123456").prepare()
            Presence(files / "presence").token  # noqa: B018 - asked for, it is made
            return (files / "artifacts" / "ab" / "abcd").read_text()

        assert as_account(BOB, OTHER, work, groups=[GROUP]) == '"ada\'s"'
        made = [
            files / "artifacts" / "cd",
            files / "runs" / "ab" / "123456",
            files / "artifacts" / "ab" / "new",
        ]
        assert {path.stat().st_gid for path in made} == {GROUP}  # also of bob, whose own group is another
        assert {path.stat().st_uid for path in made} == {BOB}

    def test_a_member_changes_nothing_in_anothers_attempt(self, place):
        files = project_of_two(place)
        attempt = files / "runs" / "ab" / "abcdef"
        for attack in (
            lambda: (attempt / "spec.json").write_text("{}"),
            lambda: (attempt / "outcomes" / "x.json").write_text("{}"),
            (attempt / "cancel" / "x").touch,
            lambda: attempt.chmod(0o777),
        ):
            assert as_account(BOB, OTHER, attack, groups=[GROUP]) == "PermissionError"
        assert as_account(
            BOB, OTHER, lambda: sorted(p.name for p in attempt.iterdir()), groups=[GROUP]
        ).startswith("['cancel'")

    def test_a_worker_follows_no_spec_that_another_wrote(self, place):
        """A member may move another's attempt folder away and put one of her own there: it is not believed."""
        files = project_of_two(place)
        attempt = files / "runs" / "ab" / "abcdef"

        def attack():
            attempt.rename(attempt.with_name("away"))
            planted = AttemptFolder(attempt)
            planted.prepare()
            planted.write_spec({"protocol": 1, "items": []})
            planted.spec.chmod(0o644)
            return "planted"

        assert as_account(BOB, OTHER, attack, groups=[GROUP]) == "'planted'"
        assert as_account(ADA, GROUP, lambda: AttemptFolder(attempt).read_spec()) == "RunError"

    def test_what_is_another_accounts_is_taken_to_live(self, place):
        """Who may not look whether another's process lives leaves its work alone."""
        files = project_of_two(place)
        (token,) = [path.name for path in (files / "presence").iterdir()]

        def look():
            presence = Presence(files / "presence")
            return presence.alive(token), presence.sweep()

        assert as_account(BOB, OTHER, look, groups=[GROUP]) == "(True, 0)"
        assert (
            as_account(ADA, GROUP, lambda: Presence(files / "presence").alive(token)) == "False"
        )  # it has ended

    def test_a_project_is_given_to_a_group(self, place):
        files = project_of_two(place)
        (files / "link").symlink_to("/etc/hostname")
        before = Path("/etc/hostname").stat()
        assert people._give(files, OTHER) == 0
        for path in (files, *files.rglob("*")):
            assert path.lstat().st_gid == OTHER, path
        assert [mode(files / p) for p in (".", "artifacts", "runs/ab/abcdef")] == [0o2770, 0o2770, 0o2750]
        assert Path("/etc/hostname").stat() == before  # no link is followed
        assert (
            as_account(BOB, OTHER, lambda: people._give(files, OTHER)) > "0"
        )  # what is not bob's is counted

    def test_one_gives_only_to_a_group_of_ones_own(self):
        said = as_account(EVE, OTHER, lambda: people._group_id("root"))
        assert said == AccessDeniedError.__name__


def test_a_person_who_cannot_reach_the_files_is_told_what_to_do(server_lab, place):
    (place / "projects").mkdir()
    (place / "projects").chmod(0o1777)
    server_lab.person("bob")
    with nl.open(server_lab.person("ada"), files=place) as lab:
        lab.share("bob", "editor")
    address = server_lab.person("bob")

    def opening():
        try:
            Store.open(address, project="ada/default", files=place)
        except StoreError as error:
            return str(error)

    for closed in (place / "projects", place):  # at first the project's folder alone is closed, then more
        said = as_account(BOB, OTHER, opening)
        assert "Unix group" in said
        assert "share_files" in said
        closed.chmod(0o700)
