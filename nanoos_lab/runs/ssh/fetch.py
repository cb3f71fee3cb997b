"""Bring results here: whole, checked against what their outcome says of them, and before the outcome itself.

What was brought when a connection broke is gone on with. A run whose results cannot be brought fails and says why.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from nanoos_lab.runs.attempts.folder import MAX_OUTCOME_BYTES, PROTOCOL
from nanoos_lab.runs.attempts.outcome import parse_outcome
from nanoos_lab.runs.ssh.mirror import attempts_in, missing_outcomes
from nanoos_lab.runs.ssh.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import BufferedRandom
    from pathlib import Path

    from nanoos_lab.runs.attempts.folder import AttemptFolder
    from nanoos_lab.runs.attempts.outcome import ArtifactEntry, OutcomeDocument
    from nanoos_lab.runs.ssh.cluster import Cluster
    from nanoos_lab.runs.ssh.mirror import Mirror

OUTCOMES_AT_ONCE, FIRST_BYTES, BLOCK_BYTES = 200, 2**20, 8 * 2**20
"""How many outcomes one question asks for, how much of each, and how much of a file at once."""
_GB = 1e9
_IN_THE_WAY = frozenset({
    errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ,
})  # fmt: skip
"""What a path that a task chose may run into; a full disk is not among it."""


class _NotSoError(Exception):
    """An artifact there is not what its outcome says."""


@dataclass(frozen=True)
class _Result:
    """One outcome that is there and not here."""

    folder: AttemptFolder
    mirror: Mirror
    run: str
    until: float
    """When to leave off, by the monotonic clock."""

    def fail(self, message: str) -> None:
        """Write an outcome of our own, where the one there cannot be had."""
        now = time.time()
        outcome = {
            "protocol": PROTOCOL, "run": self.run, "attempt": attempts_in(self.folder, self.mirror)[self.run],
            "state": "FAILED", "worker": {}, "started_at": now, "finished_at": now,
            "error": {"type": "TransferError", "message": message[:4000]},
        }  # fmt: skip
        self.folder.write_outcome(self.run, json.dumps(outcome).encode())


class Fetcher:
    """Brings results of attempt folders.

    Args:
        cluster: Where from.
        max_result_gb: A run that leaves more is refused.
        patience_s: How long files there may differ from what their outcome says.
    """

    def __init__(self, cluster: Cluster, max_result_gb: float, patience_s: float) -> None:
        self._cluster, self._max_bytes, self._patience_s = cluster, max_result_gb * _GB, patience_s

    def bring(self, wanted: Sequence[tuple[AttemptFolder, Mirror]], until: float) -> bool:
        """Bring every outcome that was seen and is not here, with its artifacts.

        Args:
            wanted: Attempt folders.
            until: When to leave off, by the monotonic clock.

        Returns:
            Whether all was brought that can be; False where time was out.

        Raises:
            UnreachableError: The connection broke; what was brought stays.
            OSError: It cannot be written here.
            WireError: The answer makes no sense.
        """
        missing = [
            _Result(folder, mirror, run, until)
            for folder, mirror in wanted
            for run in missing_outcomes(folder, mirror)
        ]
        while missing and time.monotonic() <= until:
            some = missing[:OUTCOMES_AT_ONCE]
            beginnings = self._ask([(one.mirror.name, _place(one.run), 0, FIRST_BYTES) for one in some])
            for one, (blob, size) in zip(some, beginnings, strict=False):
                with contextlib.suppress(
                    FileNotFoundError
                ):  # settled by another process: its folder here is gone
                    self._take(one, blob, size)
            del missing[: len(beginnings)]
        return time.monotonic() <= until

    def _take(self, one: _Result, blob: bytes | None, size: int) -> None:
        """Take an outcome whose beginning is at hand."""
        if size > MAX_OUTCOME_BYTES:
            one.fail(f"its outcome has {size} bytes, more than is allowed")
            return
        while blob is not None and len(blob) < size:
            more = self._ask([(one.mirror.name, _place(one.run), len(blob), size - len(blob))])[0][0]
            blob = blob + more if more else None
        if blob is None:  # not yet to be read, or shorter than a moment ago
            return
        try:
            document = parse_outcome(blob)
        except ValueError:
            one.folder.write_outcome(
                one.run, blob
            )  # to be refused by whoever collects it, with what is wrong
            return
        total = sum(artifact.size for artifact in document.artifacts)
        if total > self._max_bytes:
            one.fail(
                f"its results are {total / _GB:.1f} GB, more than max_result_gb = {self._max_bytes / _GB:g} of its "
                "profile's part ssh: raise that and retry the run"
            )
        elif self._bring_artifacts(one, document):
            one.folder.write_outcome(one.run, blob)

    # ------------------------------------------------------------------ artifacts

    def _bring_artifacts(self, one: _Result, document: OutcomeDocument) -> bool:
        """Bring what an outcome speaks of; False where that is not done yet, or cannot be and was said so."""
        for artifact in document.artifacts:
            try:
                if not self._bring_file(one, artifact):
                    return False
            except (OSError, _NotSoError) as error:
                if isinstance(error, OSError) and error.errno not in _IN_THE_WAY:
                    raise
                self._doubt(one, f"artifact {artifact.name!r}: {error}")
                return False
        one.mirror.doubtful.pop(one.run, None)
        return True

    def _doubt(self, one: _Result, problem: str) -> None:
        """Wait for a file system that is late; for so long, and then say what is wrong."""
        since = one.mirror.doubtful.setdefault(one.run, time.monotonic())
        one.mirror.trouble = problem
        if time.monotonic() - since > self._patience_s and one.folder.path.exists():
            one.fail(f"its results could not be brought here: {problem}")

    def _bring_file(self, one: _Result, artifact: ArtifactEntry) -> bool:
        """Bring one file; False where time is out or another process is at it."""
        inside = PurePosixPath(artifact.path).parts
        target = one.folder.item(one.run).joinpath(*inside)
        if target.is_file() and target.stat().st_size == artifact.size:
            return True
        _make_below(one.folder.path, target.parent)
        part = (
            one.folder.path
            / "items"
            / f".{one.run}.{hashlib.sha256(artifact.path.encode()).hexdigest()[:24]}"
        )
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as stream:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if not part.exists() or part.stat().st_ino != os.fstat(descriptor).st_ino:
                return False  # another process has just finished it
            if not self._fill(stream, one, ["items", one.run, *inside], artifact.size):
                return False
            stream.seek(0)
            if hashlib.file_digest(stream, "sha256").hexdigest() != artifact.sha256:
                os.ftruncate(descriptor, 0)
                raise _NotSoError("it is not what its outcome says (SHA-256 differs)")
            os.fsync(descriptor)
            part.rename(target)
        return True

    def _fill(self, stream: BufferedRandom, one: _Result, place: list[str], size: int) -> bool:
        """Bring the rest of a file, of which a part may be here; False where time is out."""
        offset = stream.seek(0, os.SEEK_END)
        while offset < size:
            if time.monotonic() > one.until:
                return False
            blob, there = self._ask([(one.mirror.name, place, offset, min(BLOCK_BYTES, size - offset))])[0]
            if not blob or there != size:
                raise _NotSoError(
                    "it cannot be read there" if blob is None else f"it has {there} bytes, not {size}"
                )
            offset += stream.write(blob)
            stream.flush()
        if offset > size:
            stream.truncate(0)
            raise _NotSoError(f"more than its {size} bytes are here")
        return True

    def _ask(self, files: Sequence[tuple[str, list[str], int, int]]) -> list[tuple[bytes | None, int]]:
        """Return parts of files and their sizes, for as many of them as go into one answer."""
        answer = self._cluster.ask({"op": "fetch", "files": files})
        told = answer.header.get("files")
        if not isinstance(told, list) or not 0 < len(told) == len(answer.blobs) <= len(files):
            raise WireError("it answers more or less than was asked")
        found: list[tuple[bytes | None, int]] = []
        for (_, _, _, most), said, blob in zip(files, told, answer.blobs, strict=False):
            size = said.get("size") if isinstance(said, dict) else None
            if len(blob) > most or (size is not None and not isinstance(size, int)):
                raise WireError("it sends more than was asked for")
            found.append((None, 0) if size is None else (blob, size))
        return found


def _place(run: str) -> list[str]:
    return ["outcomes", f"{run}.json"]


def _make_below(base: Path, folder: Path) -> None:
    """Make folders below one that must be there: where it is gone, it is not to come again."""
    current = base
    for part in folder.relative_to(base).parts:
        current /= part
        current.mkdir(exist_ok=True)
