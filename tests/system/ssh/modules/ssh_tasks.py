"""Tasks for the tests on a cluster that is reached by SSH, in a module that its nodes can import."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from nanoos_lab.runs import current_run_id
from nanoos_lab.tasks import Outcome, Params, task


class LeaveParams(Params):
    size: int


@task("leave", version="1")
def leave(inputs, params: LeaveParams, context) -> Outcome:
    """Leave a file of so many bytes, each block of it another one, in a folder with an odd name."""
    del inputs
    path = Path("it's a folder") / "large.bin"
    (context.folder / path).parent.mkdir()
    blocks = (hashlib.sha256(str(i).encode()).digest() for i in range(params.size // 32 + 1))
    (context.folder / path).write_bytes(b"".join(blocks)[: params.size])
    return Outcome(summary={"size": params.size}, artifacts={"large": path, "empty": _empty(context.folder)})


def _empty(folder: Path) -> Path:
    (folder / "empty").touch()
    return Path("empty")


class JournalParams(Params):
    index: int
    journal: str


@task("journal", version="1")
def journal(inputs, params: JournalParams, context) -> Outcome:
    """Write one line into a journal, and leave a file."""
    del inputs
    (context.folder / "result.txt").write_text(str(2 * params.index))
    line = f"{current_run_id()} {os.getpid()}\n".encode()
    descriptor = os.open(params.journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, line)
    os.close(descriptor)
    return Outcome(
        summary={"double": 2 * params.index, "pid": os.getpid()}, artifacts={"result": "result.txt"}
    )
