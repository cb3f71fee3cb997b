"""Tasks for the tests on a real SLURM, in a module that a node can import."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from nanoos_lab.tasks import Outcome, Params, task


class EndParams(Params):
    how: str


@task("end", version="1")
def end(inputs, params: EndParams, context) -> Outcome:
    """End hard, in a chosen way."""
    del inputs, context
    print("last words", flush=True)
    if params.how == "exit":
        os._exit(9)
    if params.how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if params.how == "segfault":
        ctypes.string_at(0)
    if params.how == "memory":
        hoard = b"a" * 600_000_000
        time.sleep(600)
        return Outcome(summary={"size": len(hoard)})
    raise AssertionError(params.how)


class HoldParams(Params):
    opened: str
    """A file whose existence lets the task end."""
    reached: str
    """A file in which it says which processes it consists of, one line for each time it begins."""
    family: bool = False
    """Whether it starts a child, and that one another, both deaf to SIGTERM and neither to SIGUSR2."""


_FAMILY = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if sys.argv[1] == "child":
    other = subprocess.Popen([sys.executable, __file__, "grandchild"])
    print(os.getpid(), other.pid, flush=True)
time.sleep(600)
"""


@task("hold", version="1")
def hold(inputs, params: HoldParams, context) -> Outcome:
    """Wait until a file exists, deaf to everything else."""
    del inputs
    pids = [os.getpid()]
    if params.family:
        program = context.folder / "family.py"
        program.write_text(_FAMILY)
        child = subprocess.Popen([sys.executable, str(program), "child"], stdout=subprocess.PIPE, text=True)
        pids += map(int, child.stdout.readline().split())
    with Path(params.reached).open("a") as stream:
        stream.write(json.dumps(pids) + "\n")
    while not Path(params.opened).exists():
        time.sleep(0.01)
    alive = [pid for pid in pids if Path(f"/proc/{pid}/exe").exists()]
    for pid in pids[1:]:
        os.kill(pid, signal.SIGKILL)
    (context.folder / "left.txt").write_text("left")
    return Outcome(summary={"alive": len(alive), "folder": sorted(p.name for p in context.folder.iterdir())})


class CountParams(Params):
    to: int
    pause_s: float
    journal: str


@task("count_slowly", version="1", resumable=True)
def count_slowly(inputs, params: CountParams, context) -> Outcome:
    """Add up numbers one by one, saving where it is after each, and go on from there when begun again."""
    del inputs
    saved = context.folder / "state.json"
    at, total, begun = json.loads(saved.read_text()) if saved.exists() else (0, 0, 0)
    begun += 1
    with Path(params.journal).open("a") as stream:
        stream.write(f"begun {at}\n")
    while at < params.to:
        at, total = at + 1, total + at + 1
        part = saved.with_suffix(".part")
        part.write_text(json.dumps([at, total, begun]))
        part.replace(saved)
        context.progress(at / params.to, f"at {at}")
        time.sleep(params.pause_s)
    return Outcome(summary={"total": total, "begun": begun})
