"""Turns of the processes that write to one SQLite file: first come, first served.

SQLite itself lets whoever asks at the right moment write, and who waits asks the less often the longer it has
waited: among sixteen busy writers one did two thirds of all writes and others next to none. Here each writer
locks one byte of a file, at the offset that is the time at which it came, and waits until no byte before its own
is locked. The operating system lets go of the locks of a process that ends, in whatever way. What keeps the data
whole is SQLite's own lock, which is taken after this one: where there are no such locks, or no room for the file,
turns are as SQLite gives them.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import time
from typing import TYPE_CHECKING

from nanoos_lab.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if os.name == "posix":
    import fcntl

FILE = ".turns"
_LOCK = struct.Struct("@hhqqi4x")
"""Linux's ``struct flock`` on 64 bits: type, whence, start, length, process."""
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.0002, 0.002
_open_ones: set[int] = set()
"""Descriptors with a byte locked; a forked child closes its copies, or it would prolong its parent's turn."""


@contextlib.contextmanager
def turn(folder: Path, timeout_s: float) -> Iterator[None]:
    """Hold the turn to write.

    Args:
        folder: The lab folder.
        timeout_s: How long to wait while the same one writes, in seconds; others may come in between.

    Raises:
        StoreError: One process wrote for longer.
    """
    descriptor = _open(folder)
    if descriptor is None:
        yield
        return
    _open_ones.add(descriptor)
    try:
        _await(descriptor, folder, _come(descriptor), timeout_s)
        yield
    finally:
        _open_ones.discard(descriptor)
        _leave(descriptor)


def _open(folder: Path) -> int | None:
    if os.name != "posix" or not hasattr(fcntl, "F_OFD_SETLK") or sys.maxsize < 2**32:
        return None
    try:
        return os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        return None


def _come(descriptor: int) -> int:
    """Lock a byte for the moment of coming, and return which; the clock is one for all processes of a machine."""
    while True:
        mine = time.monotonic_ns()
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, mine, 1, 0))
        except BlockingIOError:  # another came in the same nanosecond
            continue
        except OSError:  # a file system without such locks
            return 0
        return mine


def _leave(descriptor: int) -> None:
    with contextlib.suppress(OSError):  # closing would not do where a child was forked a moment ago
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _LOCK.pack(fcntl.F_UNLCK, os.SEEK_SET, 0, 0, 0))
    os.close(descriptor)


def _await(descriptor: int, folder: Path, mine: int, timeout_s: float) -> None:
    first, since, pause = -1, time.monotonic(), _FIRST_PAUSE_S
    while (before := _first_before(descriptor, mine)) is not None:
        now = time.monotonic()
        if before != first:
            first, since = before, now
        elif now - since > timeout_s:
            raise StoreError(
                f"another process has been writing to {folder} for more than {timeout_s:.0f} s: find and end that "
                "process, then do this again"
            )
        time.sleep(pause)
        pause = min(pause * 1.5, _LAST_PAUSE_S)


def _first_before(descriptor: int, mine: int) -> int | None:
    """Return when the one came who came first of those before, or None where nobody did."""
    first, end = None, mine
    while end > 0:
        asked = _LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, end, 0)
        kind, _, start, _, _ = _LOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, asked))
        if kind == fcntl.F_UNLCK:
            break
        first = end = int(start)
    return first


def _forget_turns_after_fork() -> None:
    for descriptor in _open_ones:
        os.close(descriptor)
    _open_ones.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_turns_after_fork)
