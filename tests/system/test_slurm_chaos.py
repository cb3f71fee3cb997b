"""Kill everything that has to do with jobs on a real SLURM at random, several hundred times, and count what went wrong.

Submitters and collectors, the workers on the nodes, and the cluster's own daemons: the controller, the nodes' and the
one that tells who is who. The seed is printed; ``NANOOS_CHAOS_SEED`` repeats a run's choices.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nanoos_lab.runs.engine import Runs
from nanoos_lab.runs.slurm.commands import SACCT, SQUEUE, parse_sacct, parse_squeue
from nanoos_lab.runs.slurm.states import Phase
from nanoos_lab.store import runs as rows
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HERE = Path(__file__).parent / "chaos"
DETAILS = os.environ.get("NANOOS_CHAOS_DETAILS")
VICTIMS = {"submitter": 110, "collector": 90, "worker": 60, "slurmctld": 16, "slurmd": 18, "munged": 12}
"""How often whom; 306 in all."""


def workers_of(root: Path) -> list[int]:
    """Return the processes that work on nodes for this lab."""
    found, mark = [], str(root).encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"python" in words[0] and b"nanoos_lab.runs.slurm.job" in words and mark in b" ".join(words):
                found.append(int(entry.name))
    return found


class Game:
    """Everything that is killed and comes again."""

    def __init__(self, root: Path, cluster: Any, rng: random.Random) -> None:
        from test_chaos import Victims  # found beside this file

        self.root, self.cluster, self.rng = root, cluster, rng
        self.people = Victims(root, roles=("submitter", "collector"), profile="cluster")
        self.count: Counter[str] = Counter()
        self.spent: Counter[str] = Counter()

    def play(self) -> None:
        """Kill until everybody's turn has come as often as is due."""
        turns = [who for who, often in VICTIMS.items() for _ in range(often)]
        self.rng.shuffle(turns)
        try:
            while turns:
                self.people.await_all()
                time.sleep(self.rng.choice([0.0, self.rng.uniform(0.0, 0.1), self.rng.uniform(0.0, 0.5)]))
                who, began = turns.pop(), time.monotonic()
                if self.kill(who):
                    self.count[who] += 1
                else:
                    turns.insert(0, who)
                self.spent[who] += time.monotonic() - began
            self.people.await_all()
        finally:
            self.people.end()

    def kill(self, who: str) -> bool:
        if who in {"submitter", "collector"}:
            self.people.kill(who)
        elif who == "worker":
            return self.kill_worker()
        elif who == "slurmd":
            self.restart(f"slurmd.{self.rng.choice(['n1', 'n2'])}")
        else:
            self.restart(who)
        return True

    def kill_worker(self) -> bool:
        end = time.monotonic() + 3
        while not (workers := workers_of(self.root)):
            administrate()
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        try:
            os.kill(self.rng.choice(workers), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def restart(self, daemon: str) -> None:
        """Kill a daemon of the cluster, and start it again after a moment."""
        self.cluster.kill(daemon)
        time.sleep(self.rng.choice([0.0, self.rng.uniform(0.0, 0.6)]))
        self.cluster.revive(daemon)
        administrate()


def jobs_now() -> dict[str, Any]:
    """Return what the cluster says of all jobs."""
    environment = {**os.environ, "SLURM_BITSTR_LEN": "0"}
    answer = subprocess.run(SQUEUE, check=False, capture_output=True, text=True, env=environment)
    return {job.id: job for job in parse_squeue(answer.stdout)}


def false_states(store: Store, runs: Runs) -> list[str]:
    """Return the runs whose recorded state stays at odds with the cluster's word although somebody looks after them."""
    end, wrong = time.monotonic() + 30, ["not looked"]
    while wrong and time.monotonic() < end:
        runs._reconciler.reconcile()
        jobs = jobs_now()
        with store.read() as session:
            flights = rows.in_flight(session, store.scope)
        wrong = [
            f"{flight.id} {flight.state} {flight.job_id}: {said}"
            for flight in flights
            if (said := contradiction(flight, jobs)) is not None
        ]
        time.sleep(0.1)
    return wrong


def contradiction(flight: Any, jobs: dict[str, Any]) -> str | None:
    job = jobs.get(flight.job_id or "")
    if job is None or not job.name.startswith("nanoos-"):
        return "no such job"
    if job.phase is Phase.ENDED:
        return job.state
    return job.state if flight.state == RunState.RUNNING and job.phase is Phase.WAITING else None


def submitted_twice() -> list[str]:
    """Return the names under which more than one job was ever submitted."""
    answer = subprocess.run([*SACCT, "-D"], check=True, capture_output=True, text=True)
    mains: dict[str, set[str]] = {}
    for job in parse_sacct(answer.stdout):
        if job.name.startswith("nanoos-"):
            mains.setdefault(job.name, set()).add(job.id.partition("_")[0])
    return [f"{name}: jobs {', '.join(sorted(ids))}" for name, ids in mains.items() if len(ids) > 1]


def administrate() -> None:
    """Do what an administrator does after SLURM held jobs, and drained nodes, because a launch had failed."""
    nodes = subprocess.run(
        ["sinfo", "-hN", "-o", "%N %t"], check=False, capture_output=True, text=True
    ).stdout
    for name in {line.split()[0] for line in nodes.splitlines() if "drain" in line or "drng" in line}:
        words = ["scontrol", "update", f"nodename={name}", "state=resume"]
        subprocess.run(words, check=False, capture_output=True)
    held = {job.id.partition("_")[0] for job in jobs_now().values() if "held" in job.reason.lower()}
    if held:
        subprocess.run(["scontrol", "release", *held], check=False, capture_output=True)


def drain(runs: Runs, ids: Iterable[str], timeout_s: float) -> list[RunRow]:
    end = time.monotonic() + timeout_s
    ids = list(ids)
    while runs.unfinished_among(ids) and time.monotonic() < end:
        runs.wait(ids, timeout=5)
        administrate()
        # Nodes report which jobs they still have; by themselves they would only after minutes.
        subprocess.run(["scontrol", "reconfigure"], check=False, capture_output=True)
    return runs.read(ids)


@pytest.mark.system
@pytest.mark.timeout(900)
def test_random_kills_on_a_cluster_lose_nothing_double_nothing_and_leave_no_false_state(
    slurm_for_chaos: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Callable[[str], None]
) -> None:
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.syspath_prepend(str(HERE.parent))
    from chaos_process import SETTINGS, hurry
    from checking import check_each_once, lines

    seed = int(os.environ.get("NANOOS_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
    print(f"\nSLURM chaos: seed {seed}")
    Store.open(tmp_path / "lab").close()
    started = time.monotonic()
    game = Game(tmp_path, slurm_for_chaos, random.Random(seed))
    game.play()
    played = time.monotonic() - started

    hurry(monkeypatch.setattr)
    store = Store.open(tmp_path / "lab")
    runs = Runs(store, SETTINGS, drive=False)
    runs.recover()
    administrate()
    wrong = false_states(store, runs)
    with store.read() as session:
        ids = list(session.scalars(select(RunRow.id)))
    left = len(runs.unfinished_among(ids))
    ended = drain(runs, ids, 240)
    end = time.monotonic() + 60
    while workers_of(tmp_path):
        assert time.monotonic() < end, "a worker stayed for a minute after its last run had ended"
        time.sleep(0.05)
    runs.close()

    told = set(lines(tmp_path / "told-submitter"))
    lost = [f"{run.id} {run.state} {run.error}" for run in ended if run.state != RunState.COMPLETED]
    lost += [f"{run} was promised, then forgotten" for run in told - set(ids)]
    doubled, attempts = check_each_once(store, ended, lines(tmp_path / "journal.txt"))
    doubled += submitted_twice()
    store.close()
    roles = ", ".join(f"{n} {role}" for role, n in sorted(game.count.items()))
    tally(
        f"SLURM chaos, seed {seed}: {game.count.total()} kills ({roles}) in {played:.0f} s; {len(ids)} runs in "
        f"{attempts} attempts; {left} unfinished then, settled {time.monotonic() - started - played:.0f} s later; "
        f"{len(lost)} lost, {len(doubled)} doubled, {len(wrong)} in a false state"
        + ("; spent " + ", ".join(f"{who} {s:.0f} s" for who, s in game.spent.items()) if DETAILS else "")
    )
    assert game.count.total() >= 300
    assert (lost, doubled, wrong) == ([], [], [])
