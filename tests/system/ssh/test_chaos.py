"""Kill connections, the host's sshd and those who submit at random, and count what went wrong.

The seed is printed; ``NANOOS_CHAOS_SEED`` repeats a round's choices, ``NANOOS_SSH_CHAOS`` makes it longer.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.slurm import executor as executors
from nanoos_lab.runs.slurm.commands import SACCT, parse_sacct
from nanoos_lab.store import runs as rows
from tests.system.chaos.checking import check_each_once, lines

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
HERE = Path(__file__).parent
ROUNDS = int(os.environ.get("NANOOS_SSH_CHAOS", "1"))
RUNS = 60 * ROUNDS
VICTIMS = {"connections": 20 * ROUNDS, "sshd": 8 * ROUNDS, "driver": 12 * ROUNDS}
"""How often whom; 40 in all, in one round."""


class Driver:
    """A process that submits and collects, started again when it is killed."""

    def __init__(self, sshd: Any, there: Path, root: Path) -> None:
        words = [str(sshd.folder), str(sshd.port), str(there), str(root), str(RUNS)]
        self._words = [sys.executable, str(HERE / "chaos_driver.py"), *words]
        self._log = root / "driver.log"
        path = os.pathsep.join(
            [str(HERE / "modules"), str(HERE.parents[2]), os.environ.get("PYTHONPATH", "")]
        )
        self._environment = {**os.environ, "PYTHONPATH": path}
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._words, stdout=subprocess.PIPE, stderr=log, env=self._environment
            )

    def kill(self) -> None:
        """Kill it in the middle of whatever it does, at the latest right after it has begun to drive."""
        assert self._process.stdout.readline() == b"driving\n", self._log.read_text()[-3000:]
        time.sleep(random.choice([0.0, 0.5]))
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def submitted_twice(cluster: Any) -> list[str]:
    """Return the names under which more than one job was ever submitted."""
    answer = subprocess.run(
        SACCT, env=dict(cluster._environment()), check=True, capture_output=True, text=True
    )
    mains: dict[str, set[str]] = {}
    for job in parse_sacct(answer.stdout):
        mains.setdefault(job.name, set()).add(job.id.partition("_")[0])
    return [name for name, ids in mains.items() if name.startswith("nanoos-") and len(ids) > 1]


def play(rng: random.Random, sshd: Any, drivers: list[Driver]) -> Counter[str]:
    """Kill until everybody's turn has come as often as is due; return what was done."""
    turns = [who for who, often in VICTIMS.items() for _ in range(often)]
    rng.shuffle(turns)
    done: Counter[str] = Counter()
    for who in turns:
        time.sleep(rng.choice([0.0, rng.uniform(0.0, 0.2), rng.uniform(0.2, 1.0)]))
        done[who] += 1
        if who == "connections":
            end = time.monotonic() + 5
            while not (broke := sshd.kill_connections()) and time.monotonic() < end:
                time.sleep(0.02)
            done["connections that broke"] += broke
        elif who == "sshd":
            sshd.kill()
            time.sleep(rng.uniform(0.0, 1.0))
            sshd.start()
        else:
            driver = rng.choice(drivers)
            driver.kill()
            driver.start()
    return done


def test_random_kills_lose_nothing_and_double_nothing(
    tasks: Any, make_lab: Callable[..., Any], sshd: Any, there: Path, tmp_path: Path,
    *, slurm_cluster: Any, monkeypatch: pytest.MonkeyPatch, tally: Callable[[str], None],
) -> None:  # fmt: skip
    seed = int(os.environ.get("NANOOS_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
    monkeypatch.setattr(executors, "SUBMISSION_PATIENCE_S", 3.0)
    lab = make_lab()
    drivers = [Driver(sshd, there, tmp_path) for _ in range(2)]
    started = time.monotonic()
    try:
        done = play(random.Random(seed), sshd, drivers)
    finally:
        for driver in drivers:
            driver.kill()
    lab.runs.recover()
    for index in range(RUNS):  # those that were not come to; the others stand for themselves
        lab.submit(tasks.journal, index=index, journal=f"{tmp_path}/journal")
    with lab.store.read() as session:
        ids = [run.id for run in rows.find_runs(session, lab.store.scope, limit=10 * RUNS)]
    ended = lab.runs.wait(ids, timeout=180)
    played = time.monotonic() - started
    lost = [f"{run.id} {run.state}: {run.error}" for run in ended if run.state != "COMPLETED"]
    doubled, attempts = check_each_once(lab.store, ended, lines(tmp_path / "journal"))
    twice = submitted_twice(slurm_cluster)
    tally(
        f"SSH chaos: seed {seed}: {sum(VICTIMS.values())} kills ({dict(done)}) in {played:.0f} s; "
        f"{len(ids)} runs, {attempts} attempts, {len(lost)} lost, {len(doubled) + len(twice)} doubled"
    )
    assert (lost, doubled, twice) == ([], [], [])
    assert len(ids) == RUNS
    left = lambda: [str(p.relative_to(there)) for p in there.rglob("*") if p.is_file()]  # noqa: E731
    lab.until(lambda: not left(), f"of {left()} nothing being left there")
