"""The course of a training as a file of lines, one a pass: read while it grows, and after everything else is gone."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.ml.training.architectures import Epoch

FILE = "curve.jsonl"


class Curve:
    """Writes the passes of a training, each once, however often a killed one tells of them again.

    Args:
        path: The file; what it holds already is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = _read(path)
        fresh = path.with_suffix(".new")
        fresh.write_text("".join(_line(row) for row in self._rows), encoding="utf-8")
        fresh.replace(path)  # at no moment are there fewer passes than were told
        self._known = {_place(row) for row in self._rows}
        self.before, self.repeated = len(self._rows), 0
        """Passes that were there at the start, left by an earlier attempt; and those that were told of again since."""

    def add(self, stage: str, epoch: Epoch) -> None:
        """Add a pass; one that is there already adds nothing.

        Args:
            stage: Which training it belongs to.
            epoch: The pass.
        """
        row = {"stage": stage, **asdict(epoch)}
        if _place(row) in self._known:
            self.repeated += 1
            return
        self._known.add(_place(row))
        self._rows.append(row)
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(_line(row))

    def best(self, stage: str) -> list[dict[str, Any]]:
        """Return the best pass of each member, in order.

        Args:
            stage: Of which training.
        """
        found: dict[int, dict[str, Any]] = {}
        for row in self._rows:
            if row["stage"] == stage and row["best"]:
                found[row["member"]] = row
        return [found[member] for member in sorted(found)]


def _read(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a curve that we wrote; what a killed process tore is passed over."""
    found = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def _place(row: dict[str, Any]) -> tuple[str, int, int]:
    return row["stage"], row["member"], row["epoch"]


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row) + "\n"
