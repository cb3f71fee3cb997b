"""A project's files as entries: walked without following a link, written whole."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.transfer.ends import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nanoos_lab.store.transfer.ends import Area

_BLOCK = 1 << 20
_TEMPORARY = ".incoming."


def walk(
    top: Path, project_id: str, area: Area, *, without: frozenset[str], left_out: list[str]
) -> Iterator[Entry]:
    """Yield the plain files of a folder; others are noted, as what they lead to may be anyone's.

    Args:
        top: The folder, which need not be there.
        project_id: Whose files they are.
        area: What they are.
        without: Names directly in the folder that are passed over.
        left_out: Takes what was neither a plain file nor a folder.
    """
    for folder, folders, files, handle in os.fwalk(top, follow_symlinks=False):
        inside = Path(folder).relative_to(top)
        if inside == Path():
            folders[:] = [name for name in folders if name not in without]
            files = [name for name in files if name not in without]  # noqa: PLW2901 - those that count
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]  # noqa: PTH114, PTH118 - as fwalk gives them
        left_out.extend(f"{Path(folder, name)} (a link)" for name in links)
        for name in sorted(files):
            if name.startswith(_TEMPORARY):
                continue
            found = os.stat(name, dir_fd=handle, follow_symlinks=False)
            if not stat.S_ISREG(found.st_mode):
                kind = "a link" if stat.S_ISLNK(found.st_mode) else "not a plain file"
                left_out.append(f"{Path(folder, name)} ({kind})")
                continue
            yield Entry(
                project_id, area, (inside / name).as_posix(), partial(_open, name, handle),
                executable=bool(found.st_mode & 0o100), modified=found.st_mtime,
            )  # fmt: skip


def _open(name: str, folder: int) -> IO[bytes]:
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    return os.fdopen(handle, "rb")


def checked_name(name: str) -> str:
    """Return a relative name that leads nowhere else.

    Args:
        name: As somebody wrote it.

    Raises:
        InvalidInputError: It leads out of its folder.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise InvalidInputError(f"{name!r} is not the name of a file inside a project")
    return name


def place(entry: Entry, folder: Path, *, shared: bool) -> None:
    """Write an entry below a folder, whole or not at all.

    Args:
        entry: The file.
        folder: Of its area; it exists.
        shared: Whether the group may write what is made.
    """
    target = folder / checked_name(entry.name)
    for needed in reversed(target.relative_to(folder).parents[:-1]):
        _make(folder / needed, shared=shared)
    temporary = target.with_name(f"{_TEMPORARY}{secrets.token_hex(4)}")
    try:
        with entry.open() as source, temporary.open("xb") as stream:
            shutil.copyfileobj(source, stream, _BLOCK)
            mode = (0o660 if shared else 0o644) | (0o110 if entry.executable else 0)
            os.fchmod(stream.fileno(), mode)
        if entry.modified is not None:
            os.utime(temporary, (entry.modified, entry.modified))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _make(folder: Path, *, shared: bool) -> None:
    if not folder.is_dir():
        folder.mkdir()
        if shared:
            folder.chmod(0o2770)


def hand_over(folder: Path, person: str) -> bool:
    """Give a folder to an account of this machine, where there is one of that name and we may; return whether.

    Args:
        folder: With everything in it.
        person: The login name.
    """
    import pwd  # noqa: PLC0415 - POSIX only

    try:
        account = pwd.getpwnam(person)
    except KeyError:
        return False
    if os.geteuid() != 0:
        return account.pw_uid == os.geteuid()
    for _, folders, files, handle in os.fwalk(folder, follow_symlinks=False):
        for name in (*folders, *files):
            os.chown(name, account.pw_uid, account.pw_gid, dir_fd=handle, follow_symlinks=False)
        for name in folders:  # a change of owner takes the bit by which the group is inherited
            os.chmod(name, 0o2770, dir_fd=handle)  # noqa: S103 - of its people, and nobody else
    os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o2770)
    return True
