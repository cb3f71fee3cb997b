"""Files between processes that do not trust each other: written whole, read as a stranger's.

What a worker left is read without following a link, without waiting for a pipe, and only up to a size.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError, RunError

if TYPE_CHECKING:
    from pathlib import Path


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


def names_in(folder: Path, suffix: str) -> dict[str, float]:
    """Return the names in a folder that end in some way, without that end, with the time of each.

    Args:
        folder: The folder; it may be missing.
        suffix: How the names end.
    """
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


def tail_of(base: Path, *parts: str, limit: int) -> str:
    """Return the last characters of a text file below a folder; nothing where it cannot be read.

    Args:
        base: A folder of our own.
        parts: Names that lead from it to the file.
        limit: At most so many characters.
    """
    try:
        with open(open_stranger(base, *parts), "rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - 4 * limit))
            return stream.read(8 * limit).decode("utf-8", "replace")[-limit:].strip()
    except (OSError, InvalidInputError):
        return ""


def size_of(path: Path) -> int:
    """Return the size of a file in bytes, 0 where there is none.

    Args:
        path: The file; a link is not followed.
    """
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def remove_tree(path: Path) -> None:
    """Remove a folder with all that is in it, or a link to one; what cannot be removed is left.

    Args:
        path: The folder.
    """
    if path.is_symlink():
        path.unlink(missing_ok=True)
    elif path.exists():
        shutil.rmtree(path, ignore_errors=True)
