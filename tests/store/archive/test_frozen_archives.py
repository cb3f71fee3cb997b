"""Archives of every released format can be imported, and tell the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import nanoos_lab as nl
from nanoos_lab.store.archive.tables import FORMAT
from nanoos_lab.store.orphans import find_orphans

FROZEN = Path(__file__).parent.parent / "frozen_archives"


def test_every_format_is_frozen() -> None:
    assert {path.name for path in FROZEN.iterdir()} == {
        f"format-{n}.nanoos.zip" for n in range(1, FORMAT + 1)
    }


@pytest.mark.parametrize("archive", sorted(FROZEN.glob("*.zip")), ids=lambda path: path.name)
def test_a_frozen_archive_can_be_imported(archive: Path, lab_place: Any, tools: Any, tmp_path: Path) -> None:
    with nl.open(lab_place) as lab:
        taken = lab.import_archive(archive)
        counts = taken.manifest.counts
        assert {kind: taken.added.get(kind, 0) for kind in counts} == counts
        assert taken.manifest.counts["structure"] == 5
        assert {one.name for one in lab.find(formula="MgO")} == {"MgO", "MgO primitive"}
        (pattern,) = lab.value_rows(property="xrd_pattern")
        assert pattern.shape == [30, 2]
        assert sum(lab.import_archive(archive).added.values()) == 0
        with lab.store.read() as session:
            assert find_orphans(session, lab.store.scope).sound
        before = tools.portrait(lab.store)
        lab.export(tmp_path / "again.nanoos.zip")
    with nl.open(tmp_path / "other") as other:
        other.import_archive(tmp_path / "again.nanoos.zip")
        assert tools.portrait(other.store) == before
