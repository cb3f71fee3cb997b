"""The processes that the fault tests kill.

``python chaos_process.py ROOT [PROFILE]`` imports once and then starts a process for each role named on its standard
input; each says ``ROLE PID`` on standard output when it is at work. Runs go to the profile, by default ``process``.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.runs.engine import Runs
from nanoos_lab.settings import Profile, Resources, RetryPolicy, Settings, SlurmSettings
from nanoos_lab.store.database import Store

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).parent))
from chaos_tasks import journal  # found by the line above

PATIENT = RetryPolicy(max_attempts=100_000, backoff_s=0.0)
SETTINGS = Settings(
    profiles={
        "here": Profile(name="here", executor="here", retry=PATIENT),
        "process": Profile(name="process", executor="process", retry=PATIENT, max_workers=3),
        "cluster": Profile(
            name="cluster",
            executor="slurm",
            retry=PATIENT,
            max_workers=4,
            resources=Resources(memory_gb=0.3, walltime_hours=0.2),
            slurm=SlurmSettings(file_delay_s=0.5, max_jobs=12),
        ),
    }
)


def hurry(put: Callable[[Any, str, object], None] = setattr) -> None:
    """Wait less for a slow cluster than one does outside of tests, so that more happens in the same time.

    Args:
        put: Sets a module's attribute; a test that does this in its own process undoes it.
    """
    from nanoos_lab.runs.driving import endings
    from nanoos_lab.runs.slurm import executor, scheduler

    put(executor, "SUBMISSION_PATIENCE_S", 2.0)
    put(executor.SlurmExecutor, "pace_s", 0.2)
    put(endings, "SHORTEST_PAUSE_S", 0.1)
    put(scheduler, "QUERY_INTERVAL_S", 0.3)
    for name in ("LONGEST_INTERVAL_S", "LONGEST_SILENCE_S", "SECOND_OPINION_S", "LATE_ACCOUNTS_S"):
        put(scheduler, name, 1.0)


def submit(runs: Runs, root: Path, profile: str, told: Path) -> str:
    """Ask for one more run, and say so on disk once it has been promised."""
    index = time.time_ns()
    work_s = random.choice([0.0, 0.3, 1.0] if profile == "cluster" else [0.0, 0.005, 0.03])
    params = {"index": index, "journal": str(root / "journal.txt"), "work_s": work_s}
    run = runs.submit(journal, {}, params, on=profile).run.id
    descriptor = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{run}\n".encode())
    os.close(descriptor)
    return run


def submitter(runs: Runs, root: Path, told: Path, profile: str) -> None:
    """Ask for runs, start them, look after them."""
    for _ in range(random.choice([1, 1, 2, 12])):
        if profile == "process" or _few_wait(runs):
            submit(runs, root, profile, told)
    runs.step()


def _few_wait(runs: Runs) -> bool:
    """Whether a cluster can still take more in reasonable time."""
    from nanoos_lab.store import runs as rows

    with runs._store.read() as session:
        return rows.count_unfinished(session, runs._store.scope) < 30


def collector(runs: Runs, _root: Path, _told: Path, _profile: str) -> None:
    """Only look after runs."""
    runs.recover()
    runs.step()


def kernel(runs: Runs, root: Path, told: Path, _profile: str) -> None:
    """Execute runs itself."""
    runs.wait([submit(runs, root, "here", told)])


def place_of(root: Path) -> str:
    """Return where the lab is: in a folder, or where the file ``place`` says."""
    said = root / "place"
    return said.read_text() if said.exists() else str(root / "lab")


def play(role: str, root: Path, profile: str) -> None:
    """Be one of the roles until killed or stopped."""
    runs = Runs(Store.open(place_of(root)), SETTINGS, drive=False)
    os.write(1, f"{role} {os.getpid()}\n".encode())
    while True:
        {"submitter": submitter, "collector": collector, "kernel": kernel}[role](
            runs, root, root / f"told-{role}", profile
        )
        time.sleep(0.05 if profile == "cluster" else 0.005)


def main() -> None:
    root, profile = Path(sys.argv[1]), (sys.argv[2:] or ["process"])[0]
    hurry()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed is reaped
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            random.seed()
            try:
                play(line.strip(), root, profile)
            except BaseException:  # noqa: BLE001 - told to the test, which looks for it
                traceback.print_exc()
            finally:
                os._exit(1)


if __name__ == "__main__":
    main()
