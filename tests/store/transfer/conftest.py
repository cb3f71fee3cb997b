"""A folder lab with a row in every table, odd texts and numbers, two projects and every kind of file."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import freeze
import pytest
from sqlalchemy import update

from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import MaterialRow, PropertyValueRow, StructureRow
from nanoos_lab.store.sqlite import make_engine
from nanoos_lab.store.transfer.content import TABLES, Tally, encode, read_rows

if TYPE_CHECKING:
    from pathlib import Path

ODD = "tab\tquote'\"back\\slash\nnew line\\N\\. 鉄 🧲 \u2028 \x01 end"


@pytest.fixture(scope="session")
def _full_lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("made once")
    root = tmp_path / "lab"
    for project in ("default", "Zweites Projekt & more"):
        with Store.open(root, project=project, author="ada") as store:
            freeze.fill(store, tmp_path)
            with store.write() as session:
                session.execute(update(MaterialRow).values(notes=ODD))
                session.execute(update(StructureRow).values(original_text=ODD * 100))
                session.execute(update(PropertyValueRow).values(uncertainty=5e-324, source=ODD))
            attempt = store.scope.files / "runs" / "one"
            attempt.mkdir(parents=True)
            (attempt / "outcome.json").write_text("{}")
            (attempt / "run.sh").write_text("#!/bin/sh\n")
            (attempt / "run.sh").chmod(0o755)
            (attempt / "elsewhere").symlink_to("/etc")
            (store.scope.files / "secret").symlink_to("/etc/passwd")
            (store.backend.presence / "someone").write_text("alive")
    (root / "reports" / "screening-2026-01-01-000000-012345.html").write_text("<p>fine</p>")
    (root / "settings.toml").write_text('default_profile = "process"\n')
    return root


@pytest.fixture
def full_lab(_full_lab: Path, tmp_path: Path) -> Path:
    return shutil.copytree(_full_lab, tmp_path / "an odd 'lab'", symlinks=True)


def tallies(root: Path) -> dict[str, tuple[int, str]]:
    """Count and hash every table of a folder lab."""
    engine = make_engine(root / "store.sqlite", read_only=True)
    found: dict[str, tuple[int, str]] = {}
    with engine.connect() as connection:
        for table in TABLES:
            tally = Tally()
            for row in read_rows(connection, table):
                tally.add(encode(row))
            found[table.name] = (tally.rows, tally.digest)
    engine.dispose()
    return found


def files_below(root: Path) -> dict[str, bytes]:
    """Every file of the lab's that is worth keeping, by its path."""
    kept = ("projects", "reports", "settings.toml")
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.relative_to(root).parts[0] in kept
    }


@pytest.fixture
def same() -> Any:
    """Assert that two folder labs hold the same rows and files."""

    def compare(one: Path, other: Path, *, without: tuple[str, ...] = ("member",)) -> None:
        mine, theirs = tallies(one), tallies(other)
        assert {k: v for k, v in mine.items() if k not in without} == {
            k: v for k, v in theirs.items() if k not in without
        }
        assert files_below(one) == files_below(other)

    return compare
