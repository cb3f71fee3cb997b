"""The attempt folder: how submitter, worker and collector speak through files.

::

    runs/<shard>/<id>/
      spec.json              what to do, written by the submitter before a worker is asked for
      claim                  made and kept locked by the one worker that may work here; or a fence
      started/<run>          made by the worker just before an item, or by a canceller, whoever comes first
      progress/<run>.jsonl   lines of progress
      cancel/<run>           asks the worker to stop this item
      killed                 the run for whose sake the worker was killed
      items/<run>/           the task's own folder
      outcomes/<run>.json    what came of it: written last, whole, durable
      stdout.log stderr.log

``claim`` and ``started/<run>`` can each be made once, and that decides every race: who works, and whether
an item begins or is called off. Whatever a worker wrote is read as a stranger's: no link is followed, no
size is trusted.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
import stat
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, RunError
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
        """
        spec: dict[str, Any] = json.loads(
            read_stranger(self.path, "spec.json", limit=MAX_SPEC_BYTES, of=os.geteuid())
        )
        if spec.get("protocol") != PROTOCOL:
            raise RunError(
                f"{self.path}/spec.json speaks protocol {spec.get('protocol')!r}, this worker {PROTOCOL}: "
                "submitter and worker must have the same version of nanoos-lab"
            )
        return spec

    # ------------------------------------------------------------------ the two decisions

    def take_claim(self, content: bytes) -> int | None:
        """Become the worker of this folder.

        Args:
            content: JSON that says who claims.

        Returns:
            The descriptor that carries the lock of a life, or None where the folder is claimed or fenced.
        """
        return publish_locked(self.claim, content)

    def fence(self) -> bool:
        """Make sure that nobody begins to work here; False where a worker had claimed the folder."""
        for left in reversed(range(_TRIES)):
            self.prepare()
            try:
                descriptor = publish_locked(self.claim, _FENCE)
            except FileNotFoundError:
                if not left:
                    raise
            else:
                break
        if descriptor is not None:
            release(descriptor)
            return True
        return self.read_claim() == {"fence": True}

    def read_claim(self) -> dict[str, Any] | None:
        """Return who claimed: the worker's words, ``{"fence": True}``, or None for nobody."""
        try:
            raw = read_stranger(self.path, "claim", limit=_MAX_SMALL_BYTES)
            if raw == _FENCE:
                return {"fence": True}
            claim = json.loads(raw)
        except FileNotFoundError:
            return None
        except (OSError, RunError, ValueError, RecursionError):
            return {}
        return claim if isinstance(claim, dict) else {}

    def worker_alive(self) -> bool:
        """Return whether the worker that claimed this folder lives."""
        return is_held(self.claim)

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
        return _names(self.path / "started", "")

    def outcomes(self) -> dict[str, float]:
        """Return the runs that have an outcome, with the time of it."""
        return _names(self.path / "outcomes", ".json")

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
        return _tail(self.stderr, limit) or _tail(self.stdout, limit)

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
        _remove_tree(self.item(run))

    def tidy(self) -> None:
        """Once every item is settled and the worker gone: keep only the logs, and a fence."""
        logs = any(_size(log) for log in (self.stdout, self.stderr))
        if not logs and self.read_claim() != {"fence": True}:
            _remove_tree(self.path)
            return
        for name in ("items", "started", "outcomes", "cancel", "progress"):
            _remove_tree(self.path / name)
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


# ---------------------------------------------------------------------- files


def write_durably(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Write a file so that it is there whole or not at all.

    Args:
        path: Where.
        data: What.
        lasting: Whether that holds after the end of the machine too, not only of this process.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            if lasting:
                os.fsync(descriptor)
        os.replace(temporary, path)  # noqa: PTH105 - a hot path; pathlib's costs twice
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if lasting:
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_stranger(base: Path, *parts: str) -> int:
    """Open a plain file below a folder for reading, following no link on the way.

    Args:
        base: A folder of our own.
        parts: Names of folders and at last the file; each a plain name.

    Returns:
        A descriptor.

    Raises:
        OSError: There is no such file, or a link is in the way.
        InvalidInputError: A part is not a plain name, or the end is not a regular file.
    """
    folder = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = _open_inside(folder, part, os.O_DIRECTORY)
            os.close(folder)
            folder = inner
        descriptor = _open_inside(folder, parts[-1], os.O_NONBLOCK)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InvalidInputError(f"{'/'.join(parts)} in {base} is not a plain file")
    return descriptor


def _open_inside(folder: int, name: str, flag: int) -> int:
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise InvalidInputError(f"{name!r} is not a plain file name")
    try:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flag, dir_fd=folder)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR, errno.EACCES, errno.ENXIO}:
            raise InvalidInputError(
                f"{name!r} is a link, or closed to its reader, or no file at all"
            ) from error
        raise


def read_stranger(base: Path, *parts: str, limit: int, of: int | None = None) -> bytes:
    """Read a plain file below a folder, following no link and no more than ``limit`` bytes.

    Args:
        base: The folder.
        parts: Names that lead from it to the file.
        limit: In bytes.
        of: The user id whose file it must be; anybody's for None.

    Raises:
        OSError: As of :func:`open_stranger`.
        RunError: The file is larger than allowed, or another account's.
    """
    with open(open_stranger(base, *parts), "rb") as stream:
        if of is not None and os.fstat(stream.fileno()).st_uid != of:
            raise RunError(f"{'/'.join(parts)} in {base} was written by another account: it is not followed")
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise RunError(f"{'/'.join(parts)} in {base} is larger than {limit} bytes")
    return data


def _names(folder: Path, suffix: str) -> dict[str, float]:
    found = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(suffix) and not entry.name.startswith("."):
                    with contextlib.suppress(FileNotFoundError):
                        found[entry.name.removesuffix(suffix)] = entry.stat(follow_symlinks=False).st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return found


def _tail(path: Path, limit: int) -> str:
    try:
        with open(open_stranger(path.parent, path.name), "rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - 4 * limit))
            return stream.read().decode("utf-8", "replace")[-limit:].strip()
    except (OSError, InvalidInputError):
        return ""


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _remove_tree(path: Path) -> None:
    if path.is_symlink():
        path.unlink(missing_ok=True)
    elif path.exists():
        shutil.rmtree(path, ignore_errors=True)
