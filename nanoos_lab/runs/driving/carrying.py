"""What a lost attempt of a task that can be continued left behind, carried into the folder of the next attempt.

Once the worker of an attempt is known to be gone, the task's own folder is put aside (``runs/kept/<run>.<attempt>``)
before the loss is recorded; the next attempt gets it as its own before its worker is asked for. Each step is one
rename: whoever dies between two of them leaves the folder in one place or the other, and whoever comes next finds it.
A worker that is wrongly taken for dead finds its folder gone, and what it says counts no more anyway.

Only what lies here is carried: an attempt on another machine begins anew, unless its cluster itself put the job back.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from nanoos_lab.errors import NanoOSError
from nanoos_lab.runs.attempts.files import remove_tree
from nanoos_lab.store import runs as rows
from nanoos_lab.store.folder import make_folder, make_readable_folder
from nanoos_lab.store.schema import RunState
from nanoos_lab.tasks import TASKS

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.runs.attempts.folder import AttemptFolder
    from nanoos_lab.store.database import Store

FOLDER = "runs/kept"
"""Below the project's files."""


def can_go_on(task: str) -> bool:
    """Return whether a task goes on from what it left in its folder.

    Args:
        task: Its name.
    """
    try:
        return TASKS.get(task).resumable
    except NanoOSError:  # of a package that is not here
        return False


def put_aside(files: Path, folder: AttemptFolder, run: str, attempt: int) -> None:
    """Put aside what an attempt left whose worker is gone; harmless where there is nothing, or not any more.

    Args:
        files: The project's files.
        folder: The attempt folder.
        run: The run.
        attempt: The number of the attempt.
    """
    item = folder.item(run)
    if item.is_symlink() or not item.is_dir():
        return
    kept = files / FOLDER
    make_folder(kept)
    with contextlib.suppress(OSError):  # another process did the same just now
        item.rename(kept / f"{run}.{attempt}")


def hand_over(files: Path, folder: AttemptFolder, run: str) -> None:
    """Give the folder of a new attempt what the last one left, where that was put aside.

    Args:
        files: The project's files.
        folder: The attempt folder, in which nobody works yet.
        run: The run.
    """
    left = _kept(files, run)
    if not left:
        return
    item = folder.item(run)
    make_readable_folder(item.parent)
    with contextlib.suppress(OSError):  # gone just now: the task begins anew
        left[-1].rename(item)
    for older in left[:-1]:
        remove_tree(older)


def forget_kept(store: Store) -> None:
    """Remove what was put aside of runs that will not go on from it.

    A lost run may still be tried again by hand: its folder stays.

    Args:
        store: The open store.
    """
    found = {path: path.name.partition(".")[0] for path in (store.scope.files / FOLDER).glob("*.*")}
    if not found:
        return
    with store.read() as session:
        states = {
            row.id: row.state for row in rows.get_runs(session, store.scope, sorted(set(found.values())))
        }
    for path, run in found.items():
        if states.get(run) in {RunState.COMPLETED, RunState.CANCELLED, RunState.FAILED}:
            remove_tree(path)


def _kept(files: Path, run: str) -> list[Path]:
    """Return what was put aside of a run, the latest attempt last."""
    found = [p for p in (files / FOLDER).glob(f"{run}.*") if p.suffix[1:].isdecimal() and not p.is_symlink()]
    return sorted(found, key=lambda path: int(path.suffix[1:]))
