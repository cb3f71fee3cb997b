"""The task of the fault tests: a little work, and one line in a journal at the moment it is done."""

from __future__ import annotations

import os
import time
from pathlib import Path

from nanoos_lab.runs import current_run_id
from nanoos_lab.tasks import Outcome, Params, task


class JournalParams(Params):
    index: int
    journal: str
    work_s: float = 0.0


@task("journal", version="1")
def journal(inputs, params: JournalParams, context) -> Outcome:
    """Work a moment, then write one line."""
    del inputs
    end = time.monotonic() + params.work_s
    while time.monotonic() < end:
        context.progress(None, "working")
        time.sleep(0.002)
    (context.folder / "result.txt").write_text(str(2 * params.index))
    job = f"{os.environ.get('SLURM_JOB_ID', '')}/{os.environ.get('SLURM_RESTART_COUNT', '0')}"
    line = f"{current_run_id()} {os.getpid()} {job}\n".encode()
    descriptor = os.open(params.journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, line)
    os.close(descriptor)
    return Outcome(
        summary={"double": 2 * params.index, "pid": os.getpid()}, artifacts={"result": "result.txt"}
    )


class GateParams(Params):
    opened: str
    reached: str


@task("gate", version="1")
def gate(inputs, params: GateParams, context) -> Outcome:
    """Say that it is reached, and wait until it is opened."""
    del inputs
    Path(params.reached).touch()
    while not Path(params.opened).exists():
        context.progress(None, "waiting")
        time.sleep(0.002)
    return Outcome(summary={"passed": True})
