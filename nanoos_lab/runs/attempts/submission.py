"""What several attempt folders share that were submitted to a scheduler at once.

::

    runs/submissions/<name>/   named like its job, nanoos-<run>-<attempt>
      folders.json             which element of the array works where
      job.sh                   what was submitted
      <job>_<element>_0_log.out  what the job itself said

Each attempt folder holds a ticket, ``job.json``, written before the scheduler is asked: by it a job is found again
whose id was never recorded. As jobs may write here what they like, all of it is read as a stranger's.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nanoos_lab.errors import InvalidInputError, RunError
from nanoos_lab.foreign_json import loads
from nanoos_lab.runs.attempts.files import names_in, read_stranger, remove_tree, tail_of, write_durably

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.runs.attempts.folder import AttemptFolder

SUBMISSIONS, LISTING, SCRIPT, TICKET = "submissions", "folders.json", "job.sh", "job.json"
STALE_S = 3600.0
"""How old a submission must be before it is removed by another process than the one that made it."""
_MAX_TICKET_BYTES, _MAX_LISTING_BYTES = 4096, 64 * 2**20
_NAME = re.compile(r"nanoos-[0-9a-f]{12}-\d{1,9}")


class Ticket(NamedTuple):
    """By what name the job of an attempt folder was asked for."""

    name: str
    element: int | None
    """Which element of an array it is; None where it is a job of its own."""
    at: float
    """When it was about to be submitted, in seconds since 1970 by the submitter's clock."""


def write_tickets(folders: Sequence[AttemptFolder], name: str) -> None:
    """Say in attempt folders by what name their jobs are about to be submitted.

    It need not outlast the machine: a job whose ticket is gone finds its folder fenced.

    Args:
        folders: The attempt folders, one for each element of an array where there are several.
        name: The job's name.
    """
    for index, folder in enumerate(folders):
        ticket = {"name": name, "index": index if len(folders) > 1 else None, "at": time.time()}
        write_durably(folder.path / TICKET, json.dumps(ticket).encode(), lasting=False)


def withdraw_tickets(folders: Sequence[AttemptFolder]) -> None:
    """Say that no jobs exist by the name that attempt folders were about to be submitted by.

    Args:
        folders: The attempt folders.
    """
    for folder in folders:
        (folder.path / TICKET).unlink(missing_ok=True)


def read_ticket(folder: AttemptFolder) -> Ticket | None:
    """Return by what name a folder's job was asked for, or None where none was about to be.

    Args:
        folder: The attempt folder.
    """
    try:
        raw = loads(read_stranger(folder.path, TICKET, limit=_MAX_TICKET_BYTES), TICKET)
        name, index = str(raw["name"]), raw["index"]
        ticket = Ticket(name, None if index is None else int(index), float(raw["at"]))
    except (OSError, RunError, InvalidInputError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return ticket if _NAME.fullmatch(name) else None


class Submission:
    """One submission.

    Args:
        place: Its folder.
    """

    def __init__(self, place: Path) -> None:
        self.place = place

    @classmethod
    def of(cls, folder: AttemptFolder, name: str) -> Submission:
        """Return the submission of a name beside an attempt folder.

        Args:
            folder: An attempt folder, ``runs/<shard>/<id>``.
            name: The job's name.
        """
        return cls(folder.path.parents[1] / SUBMISSIONS / name)

    def write_listing(self, folders: Sequence[AttemptFolder]) -> Path:
        """Write the list of its folders, and return where it is.

        Args:
            folders: The attempt folders.
        """
        self.place.mkdir(parents=True, exist_ok=True)
        listed = [str(folder.path.resolve()) for folder in folders]
        write_durably(self.place / LISTING, json.dumps(listed).encode())
        return self.place / LISTING

    def folders(self) -> list[Path]:
        """Return the attempt folders it was made for; none where the list is gone or is no list."""
        try:
            raw = read_stranger(self.place.parent, self.place.name, LISTING, limit=_MAX_LISTING_BYTES)
            listed = loads(raw, LISTING)
        except (OSError, RunError, InvalidInputError, ValueError, RecursionError):
            return []
        return [Path(path) for path in listed if isinstance(path, str)] if isinstance(listed, list) else []

    def log_tail(self, job_id: str, limit: int = 2000) -> str:
        """Return the end of what a job said before its worker began to speak for itself.

        Args:
            job_id: ``123`` or ``123_4``.
            limit: At most so many characters.
        """
        return tail_of(self.place.parent, self.place.name, f"{job_id}_0_log.out", limit=limit)

    def over(self) -> bool:
        """Return whether none of its folders has anything to do any more."""
        runs = self.place.parents[1]
        return not any(_inside(path, runs) and (path / "spec.json").exists() for path in self.folders())

    def remove(self) -> None:
        """Remove it."""
        remove_tree(self.place)


def sweep(runs: Path) -> int:
    """Remove old submissions whose folders have nothing to do any more, and return how many there were.

    Args:
        runs: The project's folder of runs.
    """
    removed = 0
    for name, at in names_in(runs / SUBMISSIONS, "").items():
        submission = Submission(runs / SUBMISSIONS / name)
        if _NAME.fullmatch(name) and time.time() - at > STALE_S and submission.over():
            with contextlib.suppress(OSError):
                submission.remove()
                removed += 1
    return removed


def _inside(path: Path, runs: Path) -> bool:
    """Return whether a path that a list holds can be an attempt folder of this project."""
    return ".." not in path.parts and path.is_relative_to(runs.resolve())
