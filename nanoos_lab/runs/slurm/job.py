"""What runs on a node: ``python -m nanoos_lab.runs.slurm.job LISTING`` works the folder of its array element.

A job that the cluster put back into the queue comes again under the same id: it takes its own earlier claim
over, as the scheduler lets only one incarnation live, and begins anew what has no outcome yet. When time runs
out it asks to be put back itself, if the tasks it works at can go on from where they were.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.runs.worker import Incarnation, prepare_process, work_on

if TYPE_CHECKING:
    from types import FrameType


def folder_of(listing: Path, element: str | None) -> Path:
    """Return the attempt folder that this job was submitted for.

    Args:
        listing: JSON list of folders.
        element: The array element's number, or None outside an array.
    """
    folders = json.loads(listing.read_text(encoding="utf-8"))
    return Path(folders[int(element or 0)])


def incarnation() -> Incarnation:
    """Return which job this is, and for which time it runs."""
    job = os.environ.get("SLURM_ARRAY_JOB_ID")
    name = f"{job}_{os.environ['SLURM_ARRAY_TASK_ID']}" if job else os.environ.get("SLURM_JOB_ID", "")
    return Incarnation(name, int(os.environ.get("SLURM_RESTART_COUNT", "0") or 0))


def _put_back(_signal: int, _frame: FrameType | None) -> None:
    """Time is running out, or somebody else needs the node: leave, and come again."""
    from nanoos_lab.runs.worker import resumable_now  # noqa: PLC0415 - what is being worked at changes

    if not resumable_now():
        return
    with contextlib.suppress(subprocess.SubprocessError, OSError):
        subprocess.run(["scontrol", "requeue", os.environ["SLURM_JOB_ID"]], check=True, timeout=60)


def main() -> int:
    """Run as a program."""
    path = folder_of(Path(sys.argv[1]), os.environ.get("SLURM_ARRAY_TASK_ID"))
    out = (path / "stdout.log").open("ab", buffering=0)
    os.dup2(out.fileno(), sys.stdout.fileno())
    os.dup2(out.fileno(), sys.stderr.fileno())
    prepare_process(path)
    signal.signal(signal.SIGUSR2, _put_back)
    work_on(path, incarnation())
    return 0


if __name__ == "__main__":
    sys.exit(main())
