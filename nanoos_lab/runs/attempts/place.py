"""Where else than here the files of an attempt folder lie: ``place.json``, written before any is sent there."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from nanoos_lab.errors import RunError
from nanoos_lab.foreign_json import loads
from nanoos_lab.runs.attempts.files import read_stranger, write_durably

if TYPE_CHECKING:
    from nanoos_lab.runs.attempts.folder import AttemptFolder

PLACE = "place.json"
_MAX_BYTES = 16_384


class Place(NamedTuple):
    """Who brings an attempt folder to where its worker is, and where that is."""

    profile: str
    executor: str
    address: str
    """In the executor's own words."""


def write_place(folder: AttemptFolder, place: Place) -> None:
    """Say where an attempt folder is about to be sent, durably.

    Args:
        folder: The attempt folder.
        place: Where to.
    """
    write_durably(folder.path / PLACE, json.dumps(place._asdict()).encode())


def read_place(folder: AttemptFolder) -> Place | None:
    """Return where an attempt folder was sent, or None where it is here alone.

    Args:
        folder: The attempt folder.
    """
    try:
        raw = loads(read_stranger(folder.path, PLACE, limit=_MAX_BYTES, of=os.geteuid()), PLACE)
        return Place(str(raw["profile"]), str(raw["executor"]), str(raw["address"]))
    except (OSError, RunError, ValueError, KeyError, TypeError):
        return None
