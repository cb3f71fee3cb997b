"""A process of its own that reads deep JSON with every reader of what others wrote: ``deep_process.py FOLDER LEVELS``.

It prints one line for each refusal, and ``alive`` at its end.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import NanoOSError
from nanoos_lab.ml.hull import read_competing
from nanoos_lab.ml.models import read_manifest
from nanoos_lab.programs.outputs.phonopy import _yaml
from nanoos_lab.programs.pseudopotentials.cutoffs import read_table
from nanoos_lab.runs.attempts.execute import encode_outcome
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.outcome import parse_outcome
from nanoos_lab.runs.attempts.place import read_place
from nanoos_lab.runs.attempts.progress import read_progress
from nanoos_lab.runs.attempts.submission import Submission, read_ticket
from nanoos_lab.runs.keys import canonical_json
from nanoos_lab.runs.ssh.agent import Agent
from nanoos_lab.runs.ssh.wire import Wire, WireError
from nanoos_lab.store.archive.tables import read_line
from nanoos_lab.structures import read_structures

if TYPE_CHECKING:
    from collections.abc import Callable

JOB = "nanoos-0123456789ab-1"
RUN = "0123456789ab"


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _heard(text: str) -> Any:
    source, sink = os.pipe()

    def say() -> None:
        with os.fdopen(sink, "wb") as stream:
            stream.write(b"%d\n" % len(text) + text.encode())

    threading.Thread(target=say).start()
    return Wire(source, os.open(os.devnull, os.O_WRONLY), 60.0).receive()


def _nested(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


def _readers(folder: Path, attempt: AttemptFolder, text: str) -> dict[str, Callable[[], Any]]:
    agent = Agent()
    agent.open({"folder": str(folder)}, ())
    return {
        "archive": lambda: read_line(text.encode()),
        "outcome": lambda: parse_outcome(text.encode()),
        "spec": attempt.read_spec,
        "wire": lambda: _heard(text),
        "agent": lambda: agent.stage({"folders": ["ab/new"]}, [zlib.compress(text.encode())]),
        "hull": lambda: read_competing(_written(folder / "entries.json", text), method="PBE"),
        "model": lambda: read_manifest(_written(folder / "model" / "model.json", text).parent),
        "structure": lambda: read_structures(_written(folder / "a.json", text)),
        "cutoffs": lambda: read_table(_written(folder / "cutoffs.json", text)),
        "phonopy": lambda: _yaml(_written(folder / "phonopy.yaml", text)),
        "own parameters": lambda: canonical_json({"a": _nested(300)}),
        "own outcome": lambda: encode_outcome({"a": _nested(300)}),
    }


def read_all(folder: Path, text: str) -> None:
    """Give a text to every reader and print what each says."""
    attempt = AttemptFolder(folder / "runs" / "ab" / "abcd")
    attempt.prepare()
    for path in (attempt.spec, attempt.claim, attempt.path / "job.json", attempt.path / "place.json"):
        _written(path, text)
    _written(attempt.progress(RUN), text + "\n")
    submission = Submission(folder / "runs" / "submissions" / JOB)
    _written(submission.place / "folders.json", text)
    for name, read in _readers(folder, attempt, text).items():
        try:
            read()
            print(f"{name}: READ")
        except (NanoOSError, WireError) as error:
            print(f"{name}: {error}")
    passed_over = (attempt.read_claim(), read_ticket(attempt), read_place(attempt), submission.folders())
    print("nothing:", *passed_over, read_progress(attempt, RUN).at)


def main() -> None:
    """Raise the limit as symfc does, by importing it where it is installed, and read."""
    folder, levels = Path(sys.argv[1]), int(sys.argv[2])
    if importlib.util.find_spec("symfc"):
        importlib.import_module("symfc")
    else:
        sys.setrecursionlimit(100_000)
    assert sys.getrecursionlimit() >= levels
    lists, objects = "[" * levels + "]" * levels, '{"a":' * levels + "1" + "}" * levels
    read_all(folder, lists)
    read_all(folder, objects)
    apart = threading.Thread(target=read_all, args=(folder, lists))
    apart.start()
    apart.join()
    print("alive")


if __name__ == "__main__":
    main()
