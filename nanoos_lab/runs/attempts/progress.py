"""The last word of a running task about how far it is."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.foreign_json import loads
from nanoos_lab.runs.attempts.files import open_stranger

if TYPE_CHECKING:
    from nanoos_lab.runs.attempts.folder import AttemptFolder

_TAIL = 16_384


@dataclass(frozen=True)
class Progress:
    """How far a run is, as its task last said."""

    fraction: float | None = None
    """Done part, 0 to 1; None where it is not known."""
    message: str = ""
    at: float | None = None
    """When it was said, in seconds since 1970; None where nothing was said."""


def read_progress(folder: AttemptFolder, run: str) -> Progress:
    """Return the last whole line of a run's progress; a torn or foreign line is passed over.

    Args:
        folder: The attempt folder.
        run: The run.
    """
    try:
        with open(open_stranger(folder.path, "progress", f"{run}.jsonl"), "rb") as stream:  # noqa: PTH123
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL))
            lines = stream.read(2 * _TAIL).split(b"\n")
    except (OSError, InvalidInputError):
        return Progress()
    for line in reversed(lines[:-1]):  # what follows the last line break is not finished
        try:
            return _parse(loads(line, "progress"))
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
    return Progress()


def _parse(entry: dict[str, object]) -> Progress:
    fraction, at = entry["fraction"], float(str(entry["at"]))
    done = None if fraction is None else float(str(fraction))
    if not math.isfinite(at) or (done is not None and not 0 <= done <= 1):
        raise ValueError(entry)
    return Progress(done, str(entry["message"])[:1000], at)
