"""The attempt folder: how submitter, worker and collector speak through files.

::

    runs/<shard>/<id>/
      spec.json              what to do, written by the submitter before a worker is asked for
      claim                  made and kept locked by the one worker that may work here; or a fence
      claim.1 claim.2 …      made in its place by a later incarnation of that worker's job; or a fence
      job.json               by what name a scheduler was asked for the worker
      started/<run>          made by the worker just before an item, or by a canceller, whoever comes first
      progress/<run>.jsonl   lines of progress
      cancel/<run>           asks the worker to stop this item
      killed                 the run for whose sake the worker was killed
      items/<run>/           the task's own folder
      outcomes/<run>.json    what came of it: written last, whole, durable
      stdout.log stderr.log

Each ``claim`` and ``started/<run>`` can be made once, and that decides every race: who works, who works in its
place once it is gone, and whether an item begins or is called off. Whatever a worker wrote is read as a
stranger's: no link is followed, no size is trusted.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, RunError
from nanoos_lab.foreign_json import loads
from nanoos_lab.runs.attempts.files import (
    names_in,
    read_stranger,
    remove_tree,
    size_of,
    sync_folder,
    tail_of,
    write_durably,
)
from nanoos_lab.runs.attempts.presence import is_held, publish_locked, release
from nanoos_lab.store.folder import make_folder, make_readable_folder

if TYPE_CHECKING:
    from pathlib import Path

PROTOCOL = 1
"""Version of the folder protocol, stated in every spec and outcome."""
MAX_OUTCOME_BYTES = 64 * 2**20
MAX_SPEC_BYTES = 512 * 2**20
_MAX_SMALL_BYTES = 64 * 2**10
_TRIES = 10
"""How often a folder may go while one makes it."""
_FENCE, _CALLED_OFF = b"fence", b"cancelled"


class AttemptFolder:
    """One attempt folder.

    Args:
        path: Where it is or will be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.spec, self.claim, self.killed = path / "spec.json", path / "claim", path / "killed"
        self.stdout, self.stderr = path / "stdout.log", path / "stderr.log"

    def __repr__(self) -> str:
        return f"<AttemptFolder {self.path}>"

    def prepare(self) -> None:
        """Make the folder and make its name durable; harmless where it exists."""
        for left in reversed(range(_TRIES)):
            try:
                make_folder(self.path.parent)
                make_readable_folder(self.path)
                for name in ("started", "outcomes", "cancel", "progress"):
                    make_readable_folder(self.path / name)
                sync_folder(self.path)
                sync_folder(self.path.parent)
            except FileNotFoundError:  # another process tidied it at this moment
                if not left:
                    raise
            else:
                return

    # ------------------------------------------------------------------ spec

    def write_spec(self, spec: dict[str, Any]) -> None:
        """Write what is to be done, durably."""
        write_durably(self.spec, json.dumps(spec, allow_nan=False).encode())

    def read_spec(self) -> dict[str, Any]:
        """Return what is to be done.

        Raises:
            RunError: The spec is of another protocol version.
            InvalidInputError: It is nested more deeply than anything that was submitted.
        """
        raw = read_stranger(self.path, "spec.json", limit=MAX_SPEC_BYTES, of=os.geteuid())
        spec: dict[str, Any] = loads(raw, f"{self.path}/spec.json")
        if spec.get("protocol") != PROTOCOL:
            raise RunError(
                f"{self.path}/spec.json speaks protocol {spec.get('protocol')!r}, this worker {PROTOCOL}: "
                "submitter and worker must have the same version of nanoos-lab"
            )
        return spec

    # ------------------------------------------------------------------ the two decisions

    def take_claim(self, content: bytes, *, must_lock: bool = True) -> int | None:
        """Become the worker of this folder.

        Args:
            content: JSON that says who claims.
            must_lock: Whether the lock alone tells that the worker lives.

        Returns:
            The descriptor that carries the lock of a life, or None where the folder is claimed or fenced.
        """
        return publish_locked(self.claim, content, must_lock=must_lock)

    def take_over(self, content: bytes, *, job: str, restarts: int) -> int | None:
        """Become the worker in place of an earlier incarnation of the same job, which the scheduler ended.

        Args:
            content: JSON that says who claims.
            job: The job's id.
            restarts: How often the job had been put back when this incarnation of it began.

        Returns:
            The descriptor that carries the lock of a life, or None where the folder is not this job's to take:
            it was fenced, or a later incarnation has it.
        """
        latest = self.generation()
        claim = self.read_claim(latest) or {}
        before = claim.get("restarts")
        if claim.get("job") != job or not isinstance(before, int) or before >= restarts:
            return None
        return publish_locked(self._claim(latest + 1), content, must_lock=False)

    def unfinished(self, run: str) -> bool:
        """Return whether an item was begun, not called off, and left without an outcome.

        Args:
            run: The run.
        """
        return not self.called_off(run) and not self.outcome(run).exists()

    def fence(self) -> bool:
        """Make sure that nobody begins to work here; False where a worker had claimed the folder."""
        for left in reversed(range(_TRIES)):
            self.prepare()
            try:
                return self._fence(0) or self.read_claim() == {"fence": True}
            except FileNotFoundError:  # another process tidied the folder just now
                if not left:
                    raise
        return False

    def revoke(self) -> bool:
        """Make sure that nobody comes in place of the worker that is gone; False where somebody did."""
        latest = self.generation()
        if self.read_claim(latest) == {"fence": True}:
            return True
        try:
            return self._fence(latest + 1)
        except FileNotFoundError:  # the folder itself is gone
            return True

    def _fence(self, generation: int) -> bool:
        descriptor = publish_locked(self._claim(generation), _FENCE, must_lock=False)
        if descriptor is not None:
            release(descriptor)
        return descriptor is not None

    def generation(self) -> int:
        """Return how often one worker came in place of another: 0 for the first, also before it came."""
        latest = 0
        while self._claim(latest + 1).exists():
            latest += 1
        return latest

    def _claim(self, generation: int) -> Path:
        return self.claim.with_name(f"claim.{generation}") if generation else self.claim

    def read_claim(self, generation: int | None = None) -> dict[str, Any] | None:
        """Return who claimed: the worker's words, ``{"fence": True}``, or None for nobody.

        Args:
            generation: Of which worker to speak; by default of the latest.
        """
        name = self._claim(self.generation() if generation is None else generation).name
        try:
            raw = read_stranger(self.path, name, limit=_MAX_SMALL_BYTES)
            if raw == _FENCE:
                return {"fence": True}
            claim = loads(raw, name)
        except FileNotFoundError:
            return None
        except (OSError, RunError, ValueError, RecursionError):
            return {}
        return claim if isinstance(claim, dict) else {}

    def worker_alive(self) -> bool:
        """Return whether the worker that claimed this folder last lives."""
        return is_held(self._claim(self.generation()))

    def start_item(self, run: str) -> bool:
        """Begin an item; False where it was begun or called off before."""
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            os.close(os.open(self.path / "started" / run, flags, 0o600))
        except FileExistsError:
            return False
        return True

    def call_off_item(self, run: str) -> bool:
        """Make sure that an item is never begun; False where the worker has begun it."""
        self.prepare()
        marker = self.path / "started" / run
        temporary = marker.with_name(f".{run}.{secrets.token_hex(6)}")
        temporary.write_bytes(_CALLED_OFF)
        try:
            os.link(temporary, marker)
        except FileExistsError:
            return self.called_off(run)
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def called_off(self, run: str) -> bool:
        """Return whether an item was called off before it began."""
        try:
            return read_stranger(self.path, "started", run, limit=_MAX_SMALL_BYTES) == _CALLED_OFF
        except (OSError, RunError, InvalidInputError):
            return False

    # ------------------------------------------------------------------ names

    def started(self) -> dict[str, float]:
        """Return the items that were begun or called off, with the time of it."""
        return names_in(self.path / "started", "")

    def outcomes(self) -> dict[str, float]:
        """Return the runs that have an outcome, with the time of it."""
        return names_in(self.path / "outcomes", ".json")

    def outcome(self, run: str) -> Path:
        """Return where the outcome of a run is."""
        return self.path / "outcomes" / f"{run}.json"

    def item(self, run: str) -> Path:
        """Return the task's own folder."""
        return self.path / "items" / run

    def progress(self, run: str) -> Path:
        """Return where the progress of a run is written."""
        return self.path / "progress" / f"{run}.jsonl"

    def cancel_marker(self, run: str) -> Path:
        """Return the file whose existence asks an item to stop."""
        return self.path / "cancel" / run

    # ------------------------------------------------------------------ the end

    def write_outcome(self, run: str, data: bytes, *, lasting: bool = True) -> None:
        """Write what came of an item: whole, and last of all.

        Args:
            run: The run.
            data: The outcome.
            lasting: Whether it must also survive the end of the machine.
        """
        write_durably(self.outcome(run), data, lasting=lasting)

    def read_outcome(self, run: str) -> bytes:
        """Return the bytes of an outcome, which deserve no trust.

        Args:
            run: The run's id.

        Raises:
            OSError: There is none, or it is not a plain file inside this folder.
            RunError: It is too large.
        """
        return read_stranger(self.path, "outcomes", f"{run}.json", limit=MAX_OUTCOME_BYTES)

    def log_tail(self, limit: int = 2000) -> str:
        """Return the last characters of what the worker said, on stderr if anything, else on stdout."""
        return tail_of(self.path, "stderr.log", limit=limit) or tail_of(self.path, "stdout.log", limit=limit)

    def begin_item_anew(self, run: str) -> None:
        """Remove what an earlier incarnation of this worker left of an item that cannot go on from there."""
        self.progress(run).unlink(missing_ok=True)
        remove_tree(self.item(run))

    def forget_item(self, run: str) -> None:
        """Remove the files of one settled item."""
        for path in (
            self.outcome(run),
            self.progress(run),
            self.path / "started" / run,
            self.cancel_marker(run),
        ):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        remove_tree(self.item(run))

    def tidy(self) -> None:
        """Once every item is settled and the worker gone: keep only the logs, and a fence.

        A fence in place of the first worker outlasts the folder's content: its submitter may be about to write it.
        """
        logs = any(size_of(log) for log in (self.stdout, self.stderr))
        if not logs and self.read_claim(0) != {"fence": True}:
            remove_tree(self.path)
            return
        for name in ("items", "started", "outcomes", "cancel", "progress"):
            remove_tree(self.path / name)
        self.spec.unlink(missing_ok=True)


def attempt_folder(files: Path, relative: str, *, own: bool = False) -> AttemptFolder:
    """Return the attempt folder that a row names, if it can be one.

    Args:
        files: Folder of the project's files.
        relative: What the row says.
        own: Whether it must be this account's.

    Raises:
        RunError: It leads elsewhere, through a link, or to another account's folder.
    """
    parts = PurePosixPath(relative).parts
    path = files.joinpath(*parts)
    plain = parts[:1] == ("runs",) and len(parts) > 1 and ".." not in parts
    if not plain or path.resolve() != files.resolve().joinpath(*parts):
        raise RunError(f"{relative!r} is not a folder of runs of this project")
    if own and path.exists() and path.lstat().st_uid != os.geteuid():
        raise RunError(f"{relative!r} belongs to another account")
    return AttemptFolder(path)
