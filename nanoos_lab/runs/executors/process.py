"""The executor ``process``: a detached worker process for each attempt folder, on this machine.

A worker has a session of its own and survives the process that asked for it. It gets an environment of
names that are known to be needed, so that no secret reaches a task.
"""

from __future__ import annotations

import os
import re
import signal
import site
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import start_ticks
from nanoos_lab.runs.executors import Sight, View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.settings import Profile, Resources

CLAIM_PATIENCE_S = 60.0
"""How long a worker asked for by another process may take to claim its folder."""

# fmt: off
_NAMES = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "PYTHONPATH",
    "PYTHONHASHSEED", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "NANOOS_SETTINGS",
    "NANOOS_PSEUDOPOTENTIALS",
    "NANOOS_FILES", "PGPASSFILE", "PGSSLMODE", "PGSSLROOTCERT",  # where a notebook finds the lab again: no password
})
_PREFIXES = (
    "LC_", "OMP_", "MKL_", "OPENBLAS_", "OMPI_", "CONDA_", "XDG_", "CUDA_", "NVIDIA_", "TORCH_", "ASE_", "GPAW_",
    "ESPRESSO_", "LAMMPS_", "CP2K_", "VASP_",
)
# fmt: on
_SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|PRIVATE|AUTH|COOKIE", re.IGNORECASE)
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

_children: dict[Path, subprocess.Popen[bytes]] = {}
"""Workers this process started, by folder: asked for their exit status, never waited for."""
_leaving: list[subprocess.Popen[bytes]] = []
"""Workers that are done but may not have ended; kept until they can be reaped."""


def worker_environment(resources: Resources, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a worker: what it needs, and nothing that looks like a secret.

    Args:
        resources: Sets the number of threads.
        environment: Where to choose from; by default this process's own.
    """
    known = os.environ if environment is None else environment
    chosen = {
        name: value
        for name, value in known.items()
        if (name in _NAMES or name.startswith(_PREFIXES)) and not _SECRET.search(name)
    }
    chosen |= dict.fromkeys(_THREADS, str(resources.cpus))
    root = str(Path(__file__).resolve().parents[3])
    if root not in site.getsitepackages():  # a checkout: found as this process found it
        chosen["PYTHONPATH"] = os.pathsep.join(filter(None, [chosen.get("PYTHONPATH"), root]))
    return chosen


class ProcessExecutor:
    """Starts worker processes.

    Args:
        profile: The profile it serves.
    """

    inline: ClassVar[Literal[False]] = False
    pace_s: ClassVar[float] = 0.0

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    at_once: ClassVar[int] = 1
    """A worker is started for one folder at a time."""

    @property
    def room(self) -> int:
        """How many workers may be at work together."""
        return self.profile.max_workers

    def start(self, folders: Sequence[AttemptFolder], resources: Resources, name: str) -> list[str]:
        """Start a worker on a folder whose spec is written, and return its process id.

        Args:
            folders: One attempt folder.
            resources: Sets the number of threads.
            name: Shown among the worker's arguments.

        Raises:
            OSError: The worker could not be started.
        """
        (folder,) = folders
        command = [sys.executable, "-P", "-m", "nanoos_lab.runs.worker", str(folder.path.resolve()), name]
        with folder.stdout.open("ab") as out, folder.stderr.open("ab") as err:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=folder.path,
                env=worker_environment(resources),
                start_new_session=True,
            )
        _children[folder.path] = child
        return [str(child.pid)]

    def look(self, folder: AttemptFolder, job_id: str | None, *, owner_alive: bool, begun_at: float) -> Sight:
        """Return what is known of the worker of a folder.

        Args:
            folder: The attempt folder.
            job_id: The worker's process id, not needed here.
            owner_alive: Whether the process that started the worker lives.
            begun_at: When the attempt was recorded.
        """
        del job_id
        # A claim is locked from the moment it can be seen, so it must be seen before its lock is tried: the
        # other way round, a worker that claims in between would be taken for dead.
        exited, claim = _exit_of(folder), folder.read_claim()
        if claim is not None:
            if folder.worker_alive():
                return Sight(View.ALIVE, claimed=True)
            who = f"the worker (process {claim.get('pid', '?')})" if "fence" not in claim else "the attempt"
            return Sight(View.GONE, _reason(folder, f"{who} ended without a result", exited), claimed=True)
        if exited is not None:
            return Sight(View.GONE, _reason(folder, "the worker ended before it began", exited))
        if folder.path in _children or (owner_alive and time.time() - begun_at < CLAIM_PATIENCE_S):
            return Sight(View.WAITING)
        if owner_alive:
            return Sight(View.GONE, _reason(folder, f"no worker came within {CLAIM_PATIENCE_S:.0f} s", None))
        return Sight(View.GONE)

    def stop(self, folder: AttemptFolder, job_id: str | None, *, hard: bool) -> None:
        """End the worker of a folder and its whole process group, if it is certain that it is that worker.

        Args:
            folder: The attempt folder.
            job_id: Not trusted: only the worker's own claim, with its lock held, names the process.
            hard: SIGKILL instead of SIGTERM.
        """
        del job_id
        claim = folder.read_claim() or {}
        pid = claim.get("pid")
        if not isinstance(pid, int) or pid <= 1 or not folder.worker_alive():
            return
        ticks = start_ticks(pid)
        if ticks is not None and ticks != claim.get("start_ticks"):
            return
        try:
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL if hard else signal.SIGTERM)
        except ProcessLookupError:
            return

    def folder(self, path: Path) -> AttemptFolder:
        """Return an attempt folder.

        Args:
            path: Where it is.
        """
        return AttemptFolder(path)

    def forget(self, folder: AttemptFolder) -> bool:
        """Let go of the worker of a settled folder, and reap every other one that has ended since.

        Args:
            folder: A folder whose worker has let go of its claim.
        """
        child = _children.pop(folder.path, None)
        _leaving.extend([child] if child is not None else [])
        _leaving[:] = [one for one in _leaving if one.poll() is None]
        for other in list(_children.values()):
            other.poll()
        return True


def _exit_of(folder: AttemptFolder) -> int | None:
    """Return the exit status of the worker of a folder where it was our child and has ended."""
    child = _children.get(folder.path)
    return None if child is None else child.poll()


def _reason(folder: AttemptFolder, what: str, status: int | None) -> str:
    how = ""
    if status is not None and status < 0:
        how = f" (killed by {_signal_name(-status)})"
    elif status:
        how = f" (exit status {status})"
    tail = folder.log_tail()
    return f"{what}{how}" + (f"; its log ends:\n{tail}" if tail else "")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


os.register_at_fork(after_in_child=_children.clear)
