"""The worker: ``python -m nanoos_lab.runs.worker FOLDER`` does what lies in an attempt folder.

It claims the folder first, with nothing but the standard library loaded, so that a second worker asked for
the same folder leaves at once. It works its items one after another, each with an outcome of its own. It
knows no database.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import describe_process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from nanoos_lab.tasks import Task

_CHILDREN_GRACE_S = 0.5


class Incarnation(NamedTuple):
    """Which job a worker is, and for which time the scheduler lets it run."""

    job: str
    restarts: int
    node: str = ""
    """What the scheduler calls the machine."""


class _Now:
    """What this worker is at."""

    task: Task[Any] | None = None
    leaving = False


def leave() -> bool:
    """Begin no further item, as this worker's time is running out.

    Returns:
        Whether the task that is being worked at can go on from where it was, in its own folder.
    """
    _Now.leaving = True
    return _Now.task is not None and _Now.task.resumable


def work_on(path: Path, incarnation: Incarnation | None = None) -> int:
    """Claim an attempt folder and work its items.

    Args:
        path: The folder.
        incarnation: The job that this worker is, where a scheduler may let it run more than once.

    Returns:
        The number of items executed; 0 where the folder was claimed by another or fenced.
    """
    folder = AttemptFolder(path)
    worker = {**describe_process(), "python": sys.version.split()[0]}
    if incarnation is not None:
        worker |= incarnation._asdict()
    content = json.dumps(worker).encode()
    claim, again = folder.take_claim(content, must_lock=incarnation is None), False
    if claim is None and incarnation is not None and incarnation.restarts:
        claim, again = folder.take_over(content, job=incarnation.job, restarts=incarnation.restarts), True
    if claim is None:
        return 0
    from nanoos_lab._version import __version__  # noqa: PLC0415 - nothing before the claim that is not needed
    from nanoos_lab.runs.attempts.execute import execute  # noqa: PLC0415
    from nanoos_lab.runs.attempts.parent import PARENT_VARIABLE  # noqa: PLC0415

    worker["nanoos_lab"] = __version__
    mine, done = folder.generation(), 0
    for entry in folder.read_spec()["items"]:
        run = str(entry["run"])
        if _Now.leaving or folder.generation() != mine:
            break
        begun = folder.start_item(run)
        if not begun and not (again and folder.unfinished(run)):
            continue
        os.environ[PARENT_VARIABLE] = run
        outcome = execute(_item(entry, folder, anew=not begun), folder, worker)
        if folder.generation() != mine:  # somebody works in our place: what we did counts no more
            break
        folder.write_outcome(run, outcome)
        _Now.task = None
        done += 1
    return done


def _item(entry: Mapping[str, Any], folder: AttemptFolder, *, anew: bool) -> Any:  # noqa: ANN401 - an Item, whose module is loaded after the claim
    from nanoos_lab.runs.attempts.execute import Item  # noqa: PLC0415
    from nanoos_lab.runs.attempts.reference import resolve  # noqa: PLC0415

    def load() -> tuple[Task[Any], Mapping[str, Any], Any]:
        task = _Now.task = resolve(entry["reference"], entry["task"], entry["version"])
        if anew and not task.resumable:
            folder.begin_item_anew(str(entry["run"]))
        return task, _inputs(entry["inputs"]), task.parse_params(entry["params"])

    return Item(str(entry["run"]), int(entry["attempt"]), load)


def _inputs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    if not inputs:
        return {}
    from nanoos_lab.structures import from_json  # noqa: PLC0415 - brings pymatgen, needed only with structures

    return {
        name: [from_json(one) for one in content] if isinstance(content, list) else from_json(content)
        for name, content in inputs.items()
    }


def _end_with_children(_signal: int, _frame: FrameType | None) -> None:
    """Asked to end: so end, and take along whatever the task started and did not hear the signal."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(_CHILDREN_GRACE_S)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> int:
    """Run as a program; the exit status is 0 unless the folder itself could not be worked on."""
    path = Path(sys.argv[1])
    prepare_process(path)
    work_on(path)
    return 0


def prepare_process(path: Path) -> None:
    """Make this process a worker: crashes leave a trace, and it ends together with what it started.

    Args:
        path: The attempt folder, which becomes the working folder.
    """
    faulthandler.enable()
    if os.getpid() == os.getpgrp():  # our group is our own, so that ending it ends nobody else
        signal.signal(signal.SIGTERM, _end_with_children)
    with contextlib.suppress(OSError):
        os.chdir(path)


if __name__ == "__main__":
    sys.exit(main())
