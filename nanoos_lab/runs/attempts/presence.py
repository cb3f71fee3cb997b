"""Who lives: a file that its process keeps locked for as long as it exists.

The kernel of the operating system drops the lock when the process ends in whatever way, so a held lock is
proof of life and a free one is proof of death; no heart-beat, no time-out, no reused process id can lie. A
file appears under its name already locked. The lock is ``flock``'s: all processes must run on one host.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import secrets
import socket
import threading
import time
from typing import TYPE_CHECKING

from nanoos_lab.store.folder import make_folder

if TYPE_CHECKING:
    from pathlib import Path

_STALE_TEMPORARY_S = 60.0
_NO_LOCKS = {errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}
"""What a file system says that knows no locks; nobody holds one there."""
_held: set[int] = set()
"""Descriptors of locked files; a forked child closes its copies, or it would prolong its parent's life."""


def publish_locked(path: Path, content: bytes, *, must_lock: bool = True) -> int | None:
    """Make a file that is locked by this process from the moment it can be seen.

    Args:
        path: Where; its folder exists.
        content: What it holds.
        must_lock: Whether the lock is needed; some clusters' file systems know none.

    Returns:
        The open descriptor that carries the lock, or None where the file exists already.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, must=must_lock)
        os.write(descriptor, content)
        os.link(temporary, path)
    except FileExistsError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    finally:
        temporary.unlink(missing_ok=True)
    _held.add(descriptor)
    return descriptor


def _lock(descriptor: int, *, must: bool) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if must or error.errno not in _NO_LOCKS:
            raise


def release(descriptor: int) -> None:
    """Give a lock up by closing its descriptor."""
    if descriptor in _held:
        _held.discard(descriptor)
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Return whether a living process holds the lock of this file; False where there is no file.

    What one may not open is another person's, who looks after it: it is taken to be held.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if isinstance(error, BlockingIOError):
            return True
        if error.errno not in _NO_LOCKS:
            raise
    finally:
        os.close(descriptor)
    return False


def start_ticks(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot, or None where the system does not say."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:  # noqa: PTH123 - a path object costs more than the read
            return int(stream.read().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None


def describe_process() -> dict[str, object]:
    """Return what identifies this process: host, pid, start."""
    pid = os.getpid()
    return {"host": socket.gethostname(), "pid": pid, "start_ticks": start_ticks(pid), "at": time.time()}


class Presence:
    """The presence of this process in a lab, and the question whether another one is present.

    The token is made when first asked for; after a fork the child gets one of its own.

    Args:
        folder: The lab's folder of presence files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._token: str | None = None
        self._descriptor = -1
        self._pid = os.getpid()

    @property
    def token(self) -> str:
        """This process's name among those that own work."""
        with self._lock:
            if self._token is None or self._pid != os.getpid():
                self._acquire()
            return str(self._token)

    def _acquire(self) -> None:
        make_folder(self.folder)
        host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:40]
        token = f"{host}-{os.getpid()}-{secrets.token_hex(6)}"
        descriptor = publish_locked(self.folder / token, json.dumps(describe_process()).encode())
        if descriptor is None:  # pragma: no cover - 48 random bits met twice
            raise FileExistsError(self.folder / token)
        self._token, self._descriptor, self._pid = token, descriptor, os.getpid()

    def alive(self, token: str | None) -> bool:
        """Return whether the process of this token lives.

        Args:
            token: A token, or None for nobody.
        """
        if not token or "/" in token:
            return False
        if token == self._token and self._pid == os.getpid():
            return True
        return is_held(self.folder / token)

    def is_me(self, token: str | None) -> bool:
        """Return whether a token is this process's own."""
        return token is not None and token == self._token and self._pid == os.getpid()

    def sweep(self) -> int:
        """Remove the files of processes that are gone and return how many there were."""
        removed = 0
        for path in self.folder.glob("*"):
            if path.name.startswith("."):
                removed += _remove_stale_temporary(path)
            elif not self.alive(path.name):
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def release(self) -> None:
        """Leave: from now on this process's token is dead."""
        with self._lock:
            if self._token is not None and self._pid == os.getpid():
                (self.folder / self._token).unlink(missing_ok=True)
                release(self._descriptor)
            self._token, self._descriptor = None, -1


def _remove_stale_temporary(path: Path) -> int:
    """Remove what a process left that died while it made its file; a young one may be in the making."""
    try:
        if time.time() - path.stat().st_mtime < _STALE_TEMPORARY_S or is_held(path):
            return 0
        path.unlink(missing_ok=True)
    except OSError:
        return 0
    return 1


def _forget_locks_after_fork() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_forget_locks_after_fork)
