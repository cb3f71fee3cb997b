"""Tasks for the tests of runs, in a module that a worker can import."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from nanoos_lab.errors import TransientError
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.runs import current_run_id
from nanoos_lab.tasks import Outcome, Params, task


class DoubleParams(Params):
    x: float
    journal: str = ""


@task("double", version="1", identity=lambda params: {"seed": 7} if params.x == 7 else {})
def double(inputs, params: DoubleParams, context) -> Outcome:
    """Double a number."""
    del inputs
    if params.journal:
        with Path(params.journal).open("a") as stream:
            stream.write(f"{params.x:g}\n")
    context.progress(1.0, "doubled")
    return Outcome(
        summary={"y": 2 * params.x, "run": current_run_id()}, messages=("mind this",), converged=False
    )


class GateParams(Params):
    opened: str
    """A file whose existence opens the gate."""
    reached: str = ""
    """A file made when the task has begun."""
    deaf: bool = False
    """Whether it hears no request to stop."""
    child: bool = False
    """Whether it starts a process that ignores SIGTERM, and writes its id into ``reached``."""


@task("gate", version="1")
def gate(inputs, params: GateParams, context) -> Outcome:
    """Wait until a file exists."""
    del inputs
    said = str(os.getpid())
    if params.child:
        code = (
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
            "print(1, flush=True); time.sleep(600)"
        )
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        child.stdout.readline()
        said = str(child.pid)
    if params.reached:
        Path(params.reached + ".part").write_text(said)
        Path(params.reached + ".part").replace(params.reached)
    while not Path(params.opened).exists():
        if not params.deaf:
            context.progress(0.25, "waiting")
        time.sleep(0.005)
    return Outcome(summary={"through": True})


class FailParams(Params):
    how: str
    counter: str = ""
    """A file that counts the tries, one byte each; from the third on the task succeeds."""


@task("fail", version="1")
def fail(inputs, params: FailParams, context) -> Outcome:  # noqa: C901, PLR0912 - one branch for each way
    """Fail in a chosen way."""
    del inputs
    tries = 0
    if params.counter:
        with Path(params.counter).open("ab") as stream:
            stream.write(b"x")
        tries = Path(params.counter).stat().st_size
    if tries > 2:
        return Outcome(summary={"tries": tries})
    if params.how == "error":
        raise ValueError("the cell is too small")
    if params.how == "transient":
        raise TransientError("the licence server is busy")
    if params.how == "exit":
        sys.exit(3)
    if params.how == "hard":
        print("last words", file=sys.stderr, flush=True)
        os._exit(9)
    if params.how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if params.how == "nan":
        return Outcome(summary={"good": 1, "deep": {"list": [0, float("nan")]}})
    if params.how == "object":
        return Outcome(summary={"what": object()})
    if params.how == "nothing":
        return None
    if params.how == "outside":
        return Outcome(artifacts={"passwd": Path("/etc/passwd")})
    if params.how == "foreign subject":
        return Outcome(values={"nobody": (estimate(1.0),)})
    if params.how == "surrogate":
        raise ValueError("bad \udcff text")
    raise AssertionError(params.how)


class EnvironmentParams(Params):
    pass


@task("environment", version="1")
def environment(inputs, params: EnvironmentParams, context) -> Outcome:
    """Tell the names in the environment, and where we are."""
    del inputs, params, context
    facts = {
        "names": sorted(os.environ),
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "cwd": str(Path.cwd()),
    }
    return Outcome(
        summary={**facts, "parent": os.environ.get("NANOOS_PARENT_RUN"), "stdin": sys.stdin.read()}
    )


class StrainParams(Params):
    factor: float = 1.01


@task("strain", version="1")
def strain(inputs, params: StrainParams, context) -> Outcome:
    """Make a strained copy, with values of both and a file."""
    before = inputs["structure"]
    after = before.copy()
    after.scale_lattice(before.volume * params.factor)
    (context.folder / "notes").mkdir()
    (context.folder / "notes" / "log.txt").write_text("strained\n")
    return Outcome(
        values={
            "structure": (estimate(before.volume / len(before)),),
            "strained": (estimate(after.volume / len(after)),),
        },
        structures={"strained": after},
        artifacts={"log": Path("notes/log.txt")},
        summary={"factor": params.factor},
    )


@task("count", version="1")
def count(inputs, params: EnvironmentParams, context) -> Outcome:
    """Count the sites of a set of structures, and state a value of its second."""
    del params, context
    sites = [len(one) for one in inputs["structures"]]
    return Outcome(summary={"sites": sites}, values={"structures[1]": (estimate(10.0),)})


def estimate(value: float) -> PropertyEstimate:
    return PropertyEstimate(
        property="volume_per_atom",
        value=value,
        origin=Origin.COMPUTED,
        method=Method(name="test"),
        synthetic=True,
    )
