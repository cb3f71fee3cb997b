"""Payloads in a folder: ``ab/<sha256>``, written beside under a hidden name and renamed into place.

A writer keeps its hidden file locked, so that what a dead process left can be told from what is in the making.
In a project that a group shares (its folder has the setgid bit) all of it belongs to the group.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import stat
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from nanoos_lab.errors import StoreError
from nanoos_lab.store.artifacts.payloads import (
    Payload,
    Stored,
    check_expected,
    check_sha256,
    copy,
    is_sha256,
)
from nanoos_lab.store.folder import make_shared_folder, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


class LocalPayloads:
    """A folder of payloads.

    Args:
        folder: Where; made with the first payload. Its parent exists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shown = str(folder)

    def path(self, sha256: str) -> Path:
        """Return where a payload lies, whether or not it is there."""
        return self.folder / check_sha256(sha256)[:2] / sha256

    def fetch(self, sha256: str) -> Path:
        """Return where a payload lies; opening it tells whether it is there."""
        return self.path(sha256)

    def forget(self, sha256: str) -> bool:
        """Return False: there are no copies."""
        del sha256
        return False

    def put(self, source: IO[bytes], *, expected: str | None, shown: str) -> Payload:
        """Copy a stream to the place of its hash; see :class:`~.payloads.PayloadStore`."""
        temporary = self.folder / f".{secrets.token_hex(8)}"
        try:
            self._make_folder(self.folder)
            try:
                with self._new_file(temporary) as stream:
                    payload = copy(source, stream.write)
                    check_expected(payload, expected, shown)
                    stream.flush()
                    os.fsync(stream.fileno())
                    self._place(
                        temporary, payload.sha256
                    )  # while it is locked: nobody takes it for a dead one's
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"{shown} cannot be stored in {self.folder}: {error.strerror or error}"
            ) from error
        return payload

    def size(self, sha256: str) -> int | None:
        """Return the size of a payload in bytes, or None where there is none."""
        try:
            found = self.path(sha256).lstat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{self.path(sha256)} cannot be read: {error.strerror or error}") from error
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def digest(self, sha256: str) -> str | None:
        """Return what a payload hashes to, or None where there is none."""
        if self.size(sha256) is None:
            return None
        try:
            with self.path(sha256).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise StoreError(f"{self.path(sha256)} cannot be read: {error.strerror or error}") from error

    def remove(self, sha256: str) -> None:
        """Remove a payload; one that is not there is no error."""
        _unlink(self.path(sha256))

    def stored(self) -> Iterator[Stored]:
        """Yield every file in the folder, in order."""
        if not self.folder.is_dir():
            return
        now = time.time()
        for path in sorted(self.folder.rglob("*")):
            with contextlib.suppress(FileNotFoundError):  # another process has finished with it
                found = path.lstat()
                if stat.S_ISDIR(found.st_mode):
                    continue
                kept = is_sha256(path.name) and path.parent == self.folder / path.name[:2]
                yield Stored(
                    str(path),
                    path.name if kept else None,
                    found.st_size,
                    max(0.0, now - found.st_mtime),
                    not kept and stat.S_ISREG(found.st_mode) and _is_locked(path),
                )

    def discard(self, stray: Stored) -> None:
        """Remove a file that :meth:`stored` gave."""
        path = self.folder / os.path.relpath(stray.place, self.folder)
        _unlink(path)

    def empty_folders(self) -> list[str]:
        """Return folders that hold nothing."""
        return [str(path) for path in sorted(self.folder.glob("*/")) if not any(path.iterdir())]

    def tidy(self) -> int:
        """Remove empty folders and return how many there were."""
        removed = 0
        for path in self.empty_folders():
            with contextlib.suppress(OSError):  # it is used again, or another process was faster
                Path(path).rmdir()
                removed += 1
        return removed

    def _make_folder(self, path: Path) -> None:
        if path.is_dir():
            return
        if path.parent.stat().st_mode & stat.S_ISGID:
            make_shared_folder(path)
        else:
            path.mkdir(exist_ok=True)
        sync_folder(path.parent)

    def _new_file(self, path: Path) -> IO[bytes]:
        shared = bool(self.folder.stat().st_mode & stat.S_ISGID)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o660 if shared else 0o666)
        try:
            if shared:
                os.fchmod(handle, 0o660)  # the mode of creation passes through the umask
            with contextlib.suppress(
                OSError
            ):  # some network file systems know no locks: then its age must tell
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.fdopen(handle, "wb")
        except BaseException:
            os.close(handle)
            raise

    def _place(self, temporary: Path, sha256: str) -> None:
        """Rename into place, unless the right bytes are there already."""
        place = self.path(sha256)
        if self.digest(sha256) == sha256:
            with contextlib.suppress(OSError):  # another member's file: it is young enough, or has its record
                os.utime(place)
            return
        for _ in range(3):
            self._make_folder(place.parent)
            with contextlib.suppress(FileNotFoundError):  # the folder was empty, and tidied away just now
                temporary.replace(place)
                sync_folder(place.parent)
                return
        temporary.replace(place)


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path} cannot be removed: {error.strerror or error}") from error


def _is_locked(path: Path) -> bool:
    """Return whether a living process writes a file; False where the file system knows no locks."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False
