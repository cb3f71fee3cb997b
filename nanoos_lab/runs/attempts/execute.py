"""Execute one item of an attempt: call the task, and put what came of it into a form that lasts.

The same code runs in a worker process and, for the profile ``here``, on a thread of this one. Nothing a
task does escapes as an exception: whatever happens is an outcome.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, RunCancelledError, RunError, TransientError
from nanoos_lab.foreign_json import refuse_deep
from nanoos_lab.runs.attempts.folder import PROTOCOL
from nanoos_lab.runs.attempts.parent import inside_run
from nanoos_lab.store.folder import make_readable_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nanoos_lab.runs.attempts.folder import AttemptFolder
    from nanoos_lab.tasks import Outcome, Task

PROGRESS_INTERVAL_S = 0.2
"""Lines of progress closer than this are dropped, but for the first and the last."""
_MAX_TRACEBACK = 20_000
_MAX_MESSAGE = 4_000


@dataclass(frozen=True)
class Item:
    """One run of an attempt, as its task sees it."""

    run: str
    attempt: int
    load: Callable[[], tuple[Task[Any], Mapping[str, Any], Any]]
    """Returns task, inputs as pymatgen objects, and validated parameters; it may fail like the task itself."""


class RunContext:
    """What a running task may ask of the world: a folder, progress, and whether it should stop."""

    def __init__(self, folder: AttemptFolder, run: str) -> None:
        self._item = folder.item(run)
        self._lines, self._marker = folder.progress(run), folder.cancel_marker(run)
        self._last = 0.0

    @property
    def folder(self) -> Path:
        """A folder of the task's own, made when first asked for."""
        make_readable_folder(self._item.parent)
        make_readable_folder(self._item)
        return self._item

    def progress(self, fraction: float | None, message: str = "") -> None:
        """Report progress; also the place where a cancelled task stops.

        Args:
            fraction: Done part, 0 to 1, or None where it is not known.
            message: A short line for people.

        Raises:
            RunCancelledError: The run was asked to stop.
        """
        if self._marker.exists():
            raise RunCancelledError("cancelled on request")
        now = time.time()
        finished = fraction is not None and fraction >= 1
        if now - self._last < PROGRESS_INTERVAL_S and not finished:
            return
        self._last = now
        done = None if fraction is None else min(max(float(fraction), 0.0), 1.0)
        line = json.dumps({"at": now, "fraction": done, "message": message[:_MAX_MESSAGE]}) + "\n"
        with self._lines.open("a", encoding="utf-8") as stream:
            stream.write(line)


def execute(item: Item, folder: AttemptFolder, worker: Mapping[str, Any]) -> bytes:
    """Do the work of an item and return its outcome as JSON.

    Args:
        item: What to do.
        folder: Where.
        worker: What identifies the worker.
    """
    head = {"protocol": PROTOCOL, "run": item.run, "attempt": item.attempt, "worker": dict(worker)}
    head["started_at"] = time.time()
    try:
        with inside_run(item.run):
            task, inputs, params = item.load()
            outcome = task(inputs, params, RunContext(folder, item.run))
            body = _completed(outcome, folder.item(item.run))
        return encode_outcome({**head, **_spent(worker), **body})
    except RunCancelledError as error:
        body = {"state": "CANCELLED", "error": describe_error(error)}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a task may fail in any way; all of it is an outcome
        body = {"state": "FAILED", "error": describe_error(error)}
    return encode_outcome({**head, **_spent(worker), **body})


def _spent(worker: Mapping[str, Any]) -> dict[str, Any]:
    """Return when the work ended and the most memory that this process or a child of it has had at once."""
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    unit = 1 if sys.platform == "darwin" else 1024
    return {"finished_at": time.time(), "worker": {**worker, "max_rss_bytes": peak * unit}}


def describe_error(error: BaseException) -> dict[str, Any]:
    """Return an exception as JSON: type, message, traceback, and whether it may pass."""
    text = "".join(traceback.format_exception(error))
    message = str(error) or type(error).__name__
    if isinstance(error, SystemExit):
        message = f"the task ended its process (SystemExit: {error.code})"
    return {
        "type": type(error).__name__,
        "message": _clean(message)[:_MAX_MESSAGE],
        "traceback": _clean(text)[-_MAX_TRACEBACK:],
        "transient": isinstance(error, TransientError),
    }


def encode_outcome(document: Mapping[str, Any]) -> bytes:
    """Return an outcome's JSON.

    Args:
        document: The outcome.

    Raises:
        InvalidInputError: It holds NaN, an infinity or something that is not JSON, and the message says where; or it
            is nested too deeply.
    """
    try:
        text = json.dumps(document, allow_nan=False, default=_plain)
    except (ValueError, TypeError, RecursionError) as error:
        where = _find_unwritable(document, "outcome")
        raise InvalidInputError(f"the task returned what JSON cannot hold: {where or error}") from None
    refuse_deep(text, "what the task returned")
    return text.encode()


def _completed(outcome: Outcome, folder: Path) -> dict[str, Any]:
    from nanoos_lab.tasks import Outcome as Expected  # noqa: PLC0415 - the task has loaded it by now

    if not isinstance(outcome, Expected):
        raise RunError(f"the task returned {type(outcome).__name__}, not an Outcome")
    return {
        "state": "COMPLETED",
        "values": {
            str(subject): [estimate.model_dump(mode="json") for estimate in estimates]
            for subject, estimates in outcome.values.items()
        },
        "structures": _structures(outcome.structures),
        "artifacts": [_artifact(str(n), Path(p), folder) for n, p in outcome.artifacts.items()],
        "summary": dict(outcome.summary),
        "converged": bool(outcome.converged),
        "messages": [str(message) for message in outcome.messages],
    }


def _structures(structures: Mapping[str, Any]) -> dict[str, Any]:
    if not structures:
        return {}
    from nanoos_lab.structures import to_json  # noqa: PLC0415 - brings pymatgen, needed only with structures

    return {str(name): to_json(structure) for name, structure in structures.items()}


def _artifact(name: str, path: Path, folder: Path) -> dict[str, Any]:
    inside = path if path.is_absolute() else folder / path
    try:
        relative = inside.resolve().relative_to(folder.resolve())
    except ValueError:
        raise InvalidInputError(
            f"the artifact {name!r} is {path}, outside the task's folder: write it into context.folder"
        ) from None
    digest = hashlib.sha256()
    with inside.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
        size = stream.tell()
        os.fsync(stream.fileno())
    return {"name": name, "path": relative.as_posix(), "sha256": digest.hexdigest(), "size": size}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a task put into its summary
    """Turn numpy's scalars and arrays into JSON; they are what a summary is most often made of."""
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _find_unwritable(value: Any, where: str) -> str:  # noqa: ANN401 - any JSON-like value
    if isinstance(value, dict):
        inner = ((f"{where}.{name}", entry) for name, entry in value.items())
    elif isinstance(value, list | tuple):
        inner = ((f"{where}[{index}]", entry) for index, entry in enumerate(value))
    else:
        try:
            json.dumps(value, allow_nan=False, default=_plain)
        except (ValueError, TypeError):
            return f"{where} = {str(value)[:100]} ({type(value).__name__})"
        return ""
    return next((found for name, entry in inner if (found := _find_unwritable(entry, name))), "")


def _clean(text: str) -> str:
    """Drop what UTF-8 cannot write."""
    return text.encode("utf-8", "replace").decode("utf-8")
