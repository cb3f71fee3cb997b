"""Runs on a cluster that is reached by SSH alone: what comes back, and what is left there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def left(there: Path) -> list[str]:
    """Return the files that are on the cluster."""
    return sorted(str(path.relative_to(there)) for path in there.rglob("*") if path.is_file())


def test_the_plain_path(lab: Any, there: Path) -> None:
    ids = [lab.submit("probe", nonce=str(i)) for i in range(6)]
    ended = lab.wait(*ids)
    assert [run.state for run in ended] == ["COMPLETED"] * 6, [run.error for run in ended]
    assert len({lab.job(run).partition("_")[0] for run in ids}) == 1
    lab.until(lambda: not lab.runs.unfinished_elsewhere(), "tidying")
    assert left(there) == []
