"""Kill this process at the n-th boundary of the acts that matter: before or after each of them.

Only tests load this. The acts are wrapped from outside, so the product has no hook for it.
"""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Any

from nanoos_lab.runs.attempts.folder import AttemptFolder

if TYPE_CHECKING:
    from pathlib import Path

_lock = threading.Lock()
_count = 0


def arm(at: int, note: Path, *, worker: bool) -> None:
    """Die at boundary number ``at``, after writing its name into ``note``.

    Args:
        at: Number of the boundary, from 1.
        note: A file for its name.
        worker: Whether this is a worker, which knows no database and executes by itself.
    """
    names = ["take_claim", "start_item", "write_outcome"]
    if not worker:
        names = ["prepare", "write_spec", "fence", "call_off_item", "write_outcome", "forget_item", "tidy"]
    acts: list[tuple[Any, str]] = [(AttemptFolder, name) for name in names]
    acts += [(os, "replace"), (os, "link")]
    from nanoos_lab.runs.attempts import execute

    acts.append((execute, "execute"))
    if not worker:
        from sqlalchemy.orm import Session

        from nanoos_lab.runs.driving import inline
        from nanoos_lab.runs.executors.process import ProcessExecutor
        from nanoos_lab.runs.slurm import executor as slurm
        from nanoos_lab.runs.slurm.scheduler import Scheduler

        acts += [(Session, "commit"), (subprocess.Popen, "__init__"), (ProcessExecutor, "stop")]
        acts += [(slurm, "write_tickets"), (Scheduler, "submit"), (Scheduler, "cancel")]
        acts += [(AttemptFolder, "revoke"), (slurm.SlurmExecutor, "forget")]
        acts.append((inline, "execute"))
    for holder, name in acts:
        wrap(holder, name, at, note)


def wrap(holder: Any, name: str, at: int, note: Path) -> None:
    act = getattr(holder, name)

    @functools.wraps(act)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        tick(at, note, f"before {name}")
        result = act(*args, **kwargs)
        tick(at, note, f"after {name}")
        return result

    setattr(holder, name, wrapped)


def tick(at: int, note: Path, where: str) -> None:
    global _count  # noqa: PLW0603 - one count for the process
    with _lock:
        _count += 1
        if _count == at:
            note.write_text(where)
            os.kill(os.getpid(), signal.SIGKILL)
