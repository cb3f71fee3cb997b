"""What runs on the cluster's login node: ``python -m nanoos_lab.runs.ssh.agent`` answers on its standard output.

It ends when its connection does. It keeps nothing in mind: whatever it is asked may be asked again, of another one.
What decides races is made with the same files and in the same way as where submitter and worker share a file system.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import socket
import sys
import time
import zlib
from contextlib import suppress
from hashlib import file_digest, sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nanoos_lab._version import __version__
from nanoos_lab.errors import RunError
from nanoos_lab.foreign_json import loads
from nanoos_lab.runs.attempts.files import names_in, open_stranger, remove_tree, size_of, sync_folder, tail_of
from nanoos_lab.runs.attempts.folder import PROTOCOL, AttemptFolder
from nanoos_lab.runs.attempts.progress import read_progress
from nanoos_lab.runs.attempts.submission import SCRIPT, SUBMISSIONS, Submission, sweep
from nanoos_lab.runs.slurm.commands import BusyError, SchedulerError, run_command
from nanoos_lab.runs.slurm.script import submission_command
from nanoos_lab.runs.ssh.carry import FOLDER
from nanoos_lab.runs.ssh.wire import VERSION, Wire
from nanoos_lab.settings import Resources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

IDLE_S = 3600.0
"""After so long without a word the connection is taken to be gone."""
MAX_ANSWER_BYTES = 8 * 2**20
"""About so many bytes of files go into one answer."""
STALE_S = 7 * 86400.0
"""After so long what was not staged to the end, or not removed to the end, is removed."""
UNUSED_S = 60 * 86400.0
"""After so long a file that no new run has named is removed."""
_LOG_CHARACTERS = 16_000
_NOTHING: dict[str, Any] = {"claims": [], "started": {}, "outcomes": {}, "progress": {}, "logs": {}}
_PART = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Answer(NamedTuple):
    """What is answered."""

    header: dict[str, Any]
    blobs: Sequence[bytes] = ()


class Agent:
    """Answers questions about one folder, which is said by the first of them."""

    def __init__(self) -> None:
        self.base = Path()
        self._swept = False

    def answer(self, header: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        """Do what is asked.

        Args:
            header: What is asked.
            blobs: Bytes that go with it.
        """
        asked: dict[str, Callable[..., Answer]] = {
            "open": self.open, "command": self.command, "stage": self.stage, "submit": self.submit,
            "look": self.look, "fetch": self.fetch, "remove": self.remove, "missing": self.missing, "put": self.put,
            "keep": self.keep,
        }  # fmt: skip
        try:
            return asked[header["op"]](header, blobs)
        except SchedulerError as error:
            return Answer(
                {"error": str(error), "verdict": error.verdict.value, "busy": isinstance(error, BusyError)}
            )
        except OSError as error:
            return Answer({"error": _said(error), "errno": error.errno})

    def _folder(self, name: str) -> AttemptFolder:
        parts = name.split("/")
        if len(parts) != 2 or not all(_PART.fullmatch(part) for part in parts):  # noqa: PLR2004 - shard and id
            raise RunError(f"{name!r} is no attempt folder")
        return AttemptFolder(self.base.joinpath("runs", *parts))

    def _submission(self, name: str) -> Submission:
        if not _PART.fullmatch(name):
            raise RunError(f"{name!r} is no submission")
        return Submission(self.base / "runs" / SUBMISSIONS / name)

    # ------------------------------------------------------------------ in

    def open(self, header: Mapping[str, Any], _: Sequence[bytes]) -> Answer:
        """Work in a folder, which is made where it is missing."""
        self.base = Path(header["folder"])
        (self.base / "runs" / SUBMISSIONS).mkdir(mode=0o700, parents=True, exist_ok=True)
        return Answer({})

    def command(self, header: Mapping[str, Any], _: Sequence[bytes]) -> Answer:
        """Run a command of the scheduler."""
        return Answer({"output": run_command([str(word) for word in header["words"]])})

    def stage(self, header: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        """Make attempt folders with their specs, each whole or not at all; those that are there stay as they are."""
        for name, blob in zip(header["folders"], blobs, strict=True):
            folder = self._folder(name)
            if folder.spec.exists():
                continue
            made = AttemptFolder(folder.path.with_name(f".{folder.path.name}.{secrets.token_hex(6)}"))
            try:
                made.prepare()
                made.write_spec(loads(zlib.decompress(blob), f"the spec of {name}"))
                made.path.rename(folder.path)
            except OSError as error:
                remove_tree(made.path)
                if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                    raise
            sync_folder(folder.path.parent)
        return Answer({})

    def missing(self, header: Mapping[str, Any], _: Sequence[bytes]) -> Answer:
        """Say which files are not here; the others are needed once more and stay."""
        found = []
        for sha256 in header["files"]:
            try:
                os.utime(self._file(sha256))
            except FileNotFoundError:
                found.append(sha256)
        return Answer({"missing": found})

    def put(self, header: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        """Take a part of a file, under a name that nobody looks for."""
        path = self._file(header["sha256"], header["part"])
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("ab") as stream:
            stream.truncate(header["offset"])
            stream.write(blobs[0])
        return Answer({})

    def keep(self, header: Mapping[str, Any], _: Sequence[bytes]) -> Answer:
        """Give a file its name, after all of its parts have come and its bytes hash to it."""
        path = self._file(header["sha256"], header["part"])
        with path.open("rb") as stream:
            if file_digest(stream, "sha256").hexdigest() != header["sha256"]:
                path.unlink()
                return Answer({"error": f"{header['sha256']} came with other bytes", "verdict": "free"})
            os.fsync(stream.fileno())
        path.rename(self._file(header["sha256"]))
        sync_folder(path.parent)
        return Answer({})

    def _file(self, sha256: str, part: str = "") -> Path:
        if not _SHA256.fullmatch(sha256) or not (not part or _PART.fullmatch(part)):
            raise RunError(f"{sha256!r} is no file's hash")
        return self.base / FOLDER / (f".{sha256}.{part}" if part else sha256)

    def submit(self, header: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        """Submit a script for staged folders; where sbatch refuses or does not answer, fence them."""
        folders = {name: self._folder(name) for name in header["folders"]}
        missing = [
            name for name, folder in folders.items() if not folder.spec.exists() or folder.claim.exists()
        ]
        if missing:
            return Answer({"error": f"{missing[0]} was removed or fenced in the meantime", "verdict": "free"})
        submission = self._submission(header["name"])
        listing = submission.write_listing(list(folders.values()))
        script = listing.with_name(SCRIPT)
        script.write_bytes(blobs[0])
        try:
            return Answer({"output": run_command(submission_command(script, Resources(cpus=header["cpus"])))})
        except (SchedulerError, OSError):
            for folder in folders.values():
                folder.fence()
            raise

    # ------------------------------------------------------------------ look

    def look(self, header: Mapping[str, Any], _: Sequence[bytes]) -> Answer:
        """Do what is wished in attempt folders, and say what is so in them where that is not what was seen before."""
        found = {}
        for name, wanted in header["folders"].items():
            try:
                found[name] = self._look_at(self._folder(name), wanted)
            except (OSError, RunError) as error:
                found[name] = {"error": _said(error)}
        return Answer({"now": time.time(), "folders": found})

    def _look_at(self, folder: AttemptFolder, wanted: Mapping[str, Any]) -> dict[str, Any]:
        if not folder.path.is_dir():  # removed: who comes late finds nothing to do, as if it were fenced
            seen: dict[str, Any] = {**_NOTHING, "claims": [{"fence": True}]}
        else:
            for act, run in wanted["wishes"]:
                _grant(folder, act, run)
            seen = observe(folder)
        if wanted["job"]:
            name, job_id = wanted["job"]
            seen["job_log"] = self._submission(name).log_tail(job_id, _LOG_CHARACTERS)
        mark = sha1(json.dumps(seen, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
        return {"mark": mark} if mark == wanted["mark"] else {"mark": mark, "seen": seen}

    # ------------------------------------------------------------------ out

    def fetch(self, header: Mapping[str, Any], _: Sequence[bytes]) -> Answer:
        """Hand out parts of files, as many as go into one answer."""
        told: list[dict[str, Any]] = []
        blobs: list[bytes] = []
        left = MAX_ANSWER_BYTES
        for name, parts, offset, most in header["files"]:
            if left <= 0:
                break
            try:
                with open(open_stranger(self._folder(name).path, *parts), "rb") as stream:  # noqa: PTH123 - a descriptor
                    stream.seek(offset)
                    blob = stream.read(min(most, left))
                    told.append({"size": os.fstat(stream.fileno()).st_size})
            except (OSError, RunError, ValueError) as error:
                blob = b""
                told.append({"error": _said(error)})
            blobs.append(blob)
            left -= len(blob) + 1
        return Answer({"files": told}, blobs)

    def remove(self, header: Mapping[str, Any], _: Sequence[bytes]) -> Answer:
        """Remove settled folders, and submissions of which nothing is left."""
        if not self._swept:
            self._swept = True
            self._sweep()
        for name in header["folders"]:
            _remove(self._folder(name))
        for name in header["submissions"]:
            submission = self._submission(name)
            if submission.over():
                submission.remove()
        return Answer({})

    def _sweep(self) -> None:
        """Remove what nobody will ask for: folders that were not staged or not removed to the end, old submissions."""
        runs, now = self.base / "runs", time.time()
        with suppress(OSError):
            sweep(runs)
        for path in (self.base / FOLDER).glob("*"):
            with suppress(OSError):
                limit = STALE_S if path.name.startswith(".") else UNUSED_S
                if now - path.lstat().st_mtime > limit:
                    path.unlink()
        for shard in names_in(runs, ""):
            for path in (runs / shard).glob("*") if shard != SUBMISSIONS else ():
                with suppress(OSError):
                    left_over = path.name.startswith(".") or not (path / "spec.json").exists()
                    if left_over and now - path.lstat().st_mtime > STALE_S:
                        remove_tree(path)


def observe(folder: AttemptFolder) -> dict[str, Any]:
    """Return what is so in an attempt folder, as far as somebody elsewhere needs it.

    Args:
        folder: The attempt folder.
    """
    outcomes = {run: size_of(folder.outcome(run)) for run in folder.outcomes()}
    started = {
        run: (at, size_of(folder.path / "started" / run) > 0 and folder.called_off(run))
        for run, at in folder.started().items()
    }
    claims = []
    for generation in range(folder.generation() + 1):
        claim = folder.read_claim(generation)
        claims += [claim] if claim is not None else []
    return {
        "claims": claims,
        "started": started,
        "outcomes": outcomes,
        "progress": {
            run: read_progress(folder, run).__dict__
            for run, (_, off) in started.items()
            if run not in outcomes and not off
        },
        "logs": {
            log.name: tail_of(folder.path, log.name, limit=_LOG_CHARACTERS)
            for log in (folder.stdout, folder.stderr)
        },
    }


def _grant(folder: AttemptFolder, act: str, run: str) -> None:
    if act == "fence":
        folder.fence()
    elif act == "revoke" and str(folder.generation()) == run:  # or somebody came since it was wished for
        folder.revoke()
    elif act == "call off":
        folder.call_off_item(run)
    elif act == "stop" and folder.cancel_marker(run).parent.is_dir():
        folder.cancel_marker(run).touch()


def _remove(folder: AttemptFolder) -> None:
    """Remove a folder in which nobody is to begin any more; a job that comes late finds nothing to do."""
    if folder.path.exists():
        folder.fence()
        remove_tree(folder.path)


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)


def main() -> int:
    """Run as a program."""
    source, sink = os.dup(0), os.dup(1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # what a library prints is not an answer
    os.umask(0o077)
    wire = Wire(source, sink, IDLE_S)
    said: dict[str, Any] = {
        "wire": VERSION, "protocol": PROTOCOL, "nanoos_lab": __version__, "host": socket.gethostname(),
        "python": sys.version.split()[0],
    }  # fmt: skip
    agent = Agent()
    with suppress(EOFError, TimeoutError, BrokenPipeError):
        wire.greet(said)
        while True:
            wire.send(*agent.answer(*wire.receive()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
