"""What a running task may ask of the world."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nanoos_lab.errors import InvalidInputError, RunCancelledError
from nanoos_lab.runs.attempts import execute
from nanoos_lab.runs.attempts.execute import RunContext, encode_outcome
from nanoos_lab.runs.attempts.folder import AttemptFolder

if TYPE_CHECKING:
    from pathlib import Path

RUN = "0123456789ab"


@pytest.fixture
def folder(tmp_path: Path) -> AttemptFolder:
    made = AttemptFolder(tmp_path / "attempt")
    made.prepare()
    return made


def test_progress_is_written_seldom_and_at_the_end(
    folder: AttemptFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(execute.time, "time", lambda: now[0])
    context = RunContext(folder, RUN)
    for step in range(1000):
        now[0] += 0.001
        context.progress(step / 1000, f"step {step}")
    context.progress(1.0, "done")
    lines = [json.loads(text) for text in folder.progress(RUN).read_text().splitlines()]
    assert 3 <= len(lines) <= 7
    assert (lines[0]["message"], lines[-1]["message"]) == ("step 0", "done")


@pytest.mark.parametrize(("said", "written"), [(-1, 0.0), (2, 1.0), (None, None), (np.float32(0.5), 0.5)])
def test_a_fraction_is_a_fraction(folder: AttemptFolder, said: float, written: float) -> None:
    RunContext(folder, RUN).progress(said)
    assert json.loads(folder.progress(RUN).read_text())["fraction"] == written


def test_a_cancelled_task_stops_where_it_reports(folder: AttemptFolder) -> None:
    context = RunContext(folder, RUN)
    context.progress(0.1)
    folder.cancel_marker(RUN).touch()
    with pytest.raises(RunCancelledError):
        context.progress(0.1)


def test_a_folder_is_made_when_asked_for(folder: AttemptFolder) -> None:
    context = RunContext(folder, RUN)
    assert not (folder.path / "items").exists()
    assert context.folder == folder.item(RUN)
    assert context.folder.is_dir()


def test_numpy_is_welcome_in_a_summary(tmp_path: Path) -> None:
    summary = {"f": np.float64(1.5), "i": np.int32(2), "b": np.bool_(True), "a": np.eye(2), "p": tmp_path}
    assert json.loads(encode_outcome(summary)) == {
        "f": 1.5, "i": 2, "b": True, "a": [[1, 0], [0, 1]], "p": str(tmp_path),
    }  # fmt: skip


@pytest.mark.parametrize("bad", [float("inf"), np.array([1.0, np.nan]), {1, 2}, b"bytes", 1j])
def test_what_json_cannot_hold_is_named(bad: object) -> None:
    with pytest.raises(InvalidInputError, match=r"outcome\.summary\.x\[1\] = "):
        encode_outcome({"summary": {"x": [0, bad]}})
