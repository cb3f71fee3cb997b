"""What runs on a node: ``python -m nanoos_lab.runs.slurm.job LISTING REQUEUES`` works the folder of its array element.

A job that the cluster put back into the queue comes again under the same id: it takes its own earlier claim
over, as the scheduler lets only one incarnation live, and begins anew what has no outcome yet, or goes on with it
where the task can. SIGUSR2 says that time is running out, or that somebody else needs the node: then no further item
is begun, and if the task at work can be continued the job asks to be put back.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from nanoos_lab.foreign_json import loads
from nanoos_lab.runs.worker import Incarnation, leave, prepare_process, work_on

_TRIES, _PAUSE_S = 60, 5.0


def folder_of(listing: Path, element: str | None) -> Path:
    """Return the attempt folder that this job was submitted for.

    Args:
        listing: JSON list of folders.
        element: The array element's number, or None outside an array.
    """
    folders = loads(listing.read_text(encoding="utf-8"), listing.name)
    return Path(folders[int(element or 0)])


def incarnation() -> Incarnation:
    """Return which job this is, and for which time it runs."""
    job = os.environ.get("SLURM_ARRAY_JOB_ID")
    name = f"{job}_{os.environ['SLURM_ARRAY_TASK_ID']}" if job else os.environ.get("SLURM_JOB_ID", "")
    restarts = int(os.environ.get("SLURM_RESTART_COUNT", "0") or 0)
    return Incarnation(name, restarts, os.environ.get("SLURMD_NODENAME", ""))


def await_notice(requeues_left: int) -> None:
    """Wait on a thread for the notice that time is running out, and act on it.

    The signal is blocked, here and in whatever the task starts, so that it ends nobody; a thread that waits for it
    hears it also while the task is inside a library.

    Args:
        requeues_left: How often this job may still ask to be put back.
    """

    def wait() -> None:
        while True:
            signal.sigwait({signal.SIGUSR2})
            if leave() and requeues_left > 0:
                put_back()

    threading.Thread(target=wait, name="nanoos-notice", daemon=True).start()


def put_back() -> None:
    """Ask to be put back into the queue, again and again until it is so or time is out."""
    for _ in range(_TRIES):
        words = ["scontrol", "requeue", os.environ["SLURM_JOB_ID"]]
        try:
            subprocess.run(words, check=True, timeout=60, stdin=subprocess.DEVNULL)
        except (subprocess.SubprocessError, OSError) as error:
            _say(f"not put back yet: {error}")
            time.sleep(_PAUSE_S)
        else:
            return


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode(errors="replace"))


def main() -> int:
    """Run as a program."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    me = incarnation()
    requeues_left = int(sys.argv[2]) - me.restarts
    try:
        path = folder_of(Path(sys.argv[1]), os.environ.get("SLURM_ARRAY_TASK_ID"))
        out = (path / "stdout.log").open("ab", buffering=0)
    except FileNotFoundError as error:
        _say(f"nothing is left to be done here: {error}")
        return 0
    os.dup2(out.fileno(), sys.stdout.fileno())
    os.dup2(out.fileno(), sys.stderr.fileno())
    if requeues_left < 0:
        _say(f"put back {me.restarts} times: once too often")
        return 1
    prepare_process(path)
    await_notice(requeues_left)
    work_on(path, me)
    return 0


if __name__ == "__main__":
    sys.exit(main())
