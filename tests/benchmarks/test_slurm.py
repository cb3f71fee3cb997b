"""What a thousand runs cost on a real SLURM on this machine, against a bare job array measured in the same minute.

``pytest tests/benchmarks/test_slurm.py -m benchmark -s``; ``NANOOS_BENCH_RUNS`` sets the number of runs (1,000).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.lab import Lab
from nanoos_lab.settings import Profile, Resources, Settings, SlurmSettings
from nanoos_lab.store import runs as rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CPUS = 16
"""Of the tests' cluster."""


@pytest.fixture
def lab(slurm: Any, tmp_path: Path) -> Iterator[Lab]:
    profile = Profile(
        name="cluster", executor="slurm", max_workers=CPUS, slurm=SlurmSettings(file_delay_s=5.0),
        resources=Resources(memory_gb=0.3, walltime_hours=0.5),
    )  # fmt: skip
    with Lab(tmp_path / "lab", settings=Settings(profiles={"cluster": profile}), drive=False) as opened:
        yield opened


def bare_array(folder: Path, count: int) -> tuple[float, float]:
    """Return the seconds to submit an array of interpreters that do nothing, and those until it has ended."""
    script = folder / "bare.sh"
    script.write_text(
        f"#!/bin/sh\n#SBATCH --array=0-{count - 1}%{CPUS} --mem=300 --output=/dev/null\n{sys.executable} -c pass\n"
    )
    start = time.perf_counter()
    job = subprocess.run(["sbatch", "--parsable", script], check=True, capture_output=True, text=True).stdout
    submitted = time.perf_counter() - start
    while subprocess.run(
        ["squeue", "-h", "-j", job.strip(), "-t", "PD,R,CG"], check=False, capture_output=True, text=True
    ).stdout:
        time.sleep(0.5)
    return submitted, time.perf_counter() - start


@pytest.mark.benchmark
@pytest.mark.timeout(1200)
def test_a_thousand_runs_are_one_array_asked_about_once_a_second(lab: Lab, tmp_path: Path) -> None:
    total = int(os.environ.get("NANOOS_BENCH_RUNS", "1000"))
    cells = [
        Structure(Lattice.cubic(3.5 + i / 3000), ["Cs", "Cl"], [[0, 0, 0], [0.5] * 3])
        for i in range(total + 1)
    ]
    records = [lab.add(cell, name=f"cell {i}") for i, cell in enumerate(cells)]
    assert lab.run("static", records.pop(), calculator="toy", on="cluster").state == "COMPLETED"
    scheduler = lab.engine._pool.detached("cluster", "slurm").scheduler
    asked, start = scheduler.queries, time.perf_counter()
    batch = lab.map("static", records, calculator="toy", on="cluster", wait=False)
    recorded = time.perf_counter() - start
    lab.engine.step()
    submitted = time.perf_counter() - start
    ids = [run.id for run in batch]
    assert {run.state for run in lab.engine.read(ids)} <= {"QUEUED", "RUNNING", "COMPLETED"}
    ended = lab.engine.wait(ids, timeout=900)
    took, queries = time.perf_counter() - start, scheduler.queries - asked
    assert Counter((run.state, run.attempt) for run in ended) == {("COMPLETED", 1): total}
    with lab.store.read() as session:
        attempts = rows.current_attempts(session, lab.store.scope, ids)
    jobs = {str(one.job_id) for one in attempts.values()}
    bare_submitted, bare_took = bare_array(tmp_path, len(jobs))
    print(
        f"\n{total} static runs of two atoms, slurm: {submitted:.2f} s until all are submitted ({recorded:.2f} s to "
        f"record them), {took:.1f} s until all are collected, in {len(jobs)} jobs of "
        f"{len({job.partition('_')[0] for job in jobs})} array(s), {queries} questions to the scheduler "
        f"({queries / took:.2f} per second); a bare array of as many interpreters: {bare_submitted:.2f} s and "
        f"{bare_took:.1f} s, ratio {took / bare_took:.1f}"
    )
    assert queries <= took + 2
