"""The lab folder: what lies where, who may make it, and where it must not lie.

A folder is a lab when it holds ``lab.toml``; the database beside it is opened by
:mod:`nanoos_lab.store.database`. Nothing here knows SQLAlchemy or a table.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import stat
import time
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 1
"""Version of the folder's layout."""
LAB_FILE, STORE_FILE, LOCK_FILE = "lab.toml", "store.sqlite", ".lock"
FOLDERS = ("projects", "presence", "reports")
ALLOW_NETWORK = "NANOOS_ALLOW_NETWORK_STORE"
"""Environment variable that lets a lab lie on a network file system, when set to ``1``."""
LOCK_TIMEOUT_S = 60.0
# fmt: off
NETWORK_FILE_SYSTEMS = frozenset({
    "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs",
    "nfs4", "ocfs2", "orangefs", "panfs", "pvfs2", "smb", "smb2", "smb3", "smbfs", "wekafs", "fuse.beegfs",
    "fuse.ceph", "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.juicefs", "fuse.rclone", "fuse.s3fs",
    "fuse.smbnetfs", "fuse.sshfs",
})
# fmt: on


@dataclass(frozen=True)
class LabInfo:
    """What ``lab.toml`` says of the lab itself."""

    name: str
    id: str
    created: str
    """ISO 8601, UTC."""
    format: int


def is_lab(root: Path) -> bool:
    """Return whether the folder holds a finished lab."""
    return (root / LAB_FILE).is_file()


def read_info(root: Path) -> LabInfo:
    """Read ``lab.toml``.

    Args:
        root: The lab folder.

    Raises:
        StoreError: The file is unreadable, says too little, or is of a newer layout.
    """
    path = root / LAB_FILE
    try:
        lab = tomllib.loads(path.read_text(encoding="utf-8")).get("lab", {})
        info = LabInfo(str(lab["name"]), str(lab["id"]), str(lab["created"]), int(lab["format"]))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{path} is damaged ({type(error).__name__}: {error}): restore it from a backup; its part [lab] "
            "needs name, id, created and format"
        ) from error
    if info.format > FORMAT:
        raise StoreError(
            f"{root} is a lab of layout {info.format}, newer than this nanoos-lab knows ({FORMAT}): "
            "upgrade with pip install -U nanoos-lab"
        )
    return info


def write_info(root: Path, name: str = "") -> LabInfo:
    """Write a fresh ``lab.toml``, whole or not at all, and return what it says.

    Args:
        root: The lab folder.
        name: What the lab is called; by default as the folder.
    """
    created = datetime.now(UTC).isoformat(timespec="seconds")
    name = (name or root.resolve().name or "lab").encode("utf-8", "replace").decode()
    info = LabInfo(name, secrets.token_hex(6), created, FORMAT)
    text = (
        "# A lab of NANO-OS Lab. Settings of this lab may be added; leave the part [lab] as it is.\n"
        f"[lab]\nname = {_toml_string(info.name)}\nid = {_toml_string(info.id)}\n"
        f"created = {_toml_string(info.created)}\nformat = {info.format}\n"
    )
    write_durably(root / LAB_FILE, text.encode())
    return info


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


SHARED = 0o2770
"""Mode of a project's folders on a server: its group may write, nobody else may look, and what is made in it
belongs to the group."""

READABLE = 0o2750
"""Mode of folders in them that only their maker may change."""


def make_shared_folder(path: Path) -> None:
    """Make a folder for a project's members, of mode :data:`SHARED` whatever the umask.

    Args:
        path: The folder; its parent exists. One that is there is left as it is, but for one of our own that was
            not finished.
    """
    try:
        path.mkdir(mode=0o770)
    except FileExistsError:
        seen = path.stat()
        if seen.st_uid != os.geteuid() or seen.st_mode & stat.S_ISGID:
            return
    path.chmod(SHARED)  # mkdir's mode passes through the umask


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, shared as the folder is in which they begin.

    Args:
        path: The folder.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    if _is_shared(path.parent):
        make_shared_folder(path)
    else:
        path.mkdir(exist_ok=True)


def make_readable_folder(path: Path) -> None:
    """Make a folder that a project's members may look into, and only its maker change; plain where none is shared.

    Args:
        path: The folder; its parent exists. One that is there is left as it is.
    """
    shared = stat.S_IMODE(path.parent.stat().st_mode) in {SHARED, READABLE}
    try:
        path.mkdir(mode=0o750 if shared else 0o777)
    except FileExistsError:
        return
    if shared:
        path.chmod(READABLE)


def share_file(path: Path) -> None:
    """Let a project's members read a file of one's own that lies in a shared folder; elsewhere nothing changes.

    Args:
        path: The file.
    """
    if _is_shared(path.parent):
        path.chmod(0o640)


def _is_shared(path: Path) -> bool:
    return stat.S_IMODE(path.stat().st_mode) == SHARED


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_location(root: Path, *, allow_network: bool = False) -> None:
    """Refuse a place where a lab cannot or must not lie.

    Args:
        root: The lab folder, existing or not.
        allow_network: Whether a network file system is accepted.

    Raises:
        StoreError: A file lies there, another program's files do, or the file system is a network's.
    """
    try:
        if root.exists() and not root.is_dir():
            raise StoreError(f"{root} is a file, not a lab folder: give the folder that holds lab.toml")
        if not is_lab(root) and root.is_dir():
            _refuse_foreign(root)
    except OSError as error:
        raise StoreError(f"{root} cannot be read: {error.strerror or error}") from error
    if allow_network or os.environ.get(ALLOW_NETWORK) == "1":
        return
    kind = file_system_of(root)
    if kind in NETWORK_FILE_SYSTEMS:
        raise StoreError(
            f"{root} lies on a network file system ({kind}), where SQLite's write-ahead log can lose data: "
            f"put the lab on a local disk. If only this one machine ever opens it, set {ALLOW_NETWORK}=1"
        )


def _refuse_foreign(root: Path) -> None:
    ours = (LAB_FILE, STORE_FILE, *FOLDERS)
    foreign = sorted(
        p.name for p in root.iterdir() if not p.name.startswith((".", STORE_FILE)) and p.name not in ours
    )
    if foreign:
        shown = ", ".join(foreign[:3]) + (", …" if len(foreign) > 3 else "")  # noqa: PLR2004
        raise StoreError(
            f"{root} is not a lab and not empty (it holds {shown}): name a folder that does not exist yet, "
            "such as a subfolder, and the lab is made there"
        )


def file_system_of(path: Path, mounts: str | None = None) -> str:
    """Return the type of the file system a path lies on, or ``""`` where it cannot be told.

    Args:
        path: A path that need not exist.
        mounts: Text in the form of ``/proc/mounts``; by default that file's.
    """
    if mounts is None:
        try:
            mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
    target = os.path.realpath(path)
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:  # noqa: PLR2004
            continue
        point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), fields[1])
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


@contextlib.contextmanager
def creation_lock(root: Path, timeout_s: float = LOCK_TIMEOUT_S) -> Iterator[None]:
    """Hold the lab folder's lock: one process at a time makes or migrates a lab.

    Args:
        root: The lab folder, which exists.
        timeout_s: How long to wait for another process, in seconds.

    Raises:
        StoreError: Another process held it for longer.
    """
    deadline = time.monotonic() + timeout_s
    with (root / LOCK_FILE).open("a+b") as stream:
        while not try_lock(stream.fileno()):
            if time.monotonic() > deadline:
                raise StoreError(
                    f"another process has been making or migrating the lab {root} for {timeout_s:.0f} s: "
                    "end it, then open the lab again"
                )
            time.sleep(0.01)
        yield  # closing the file releases the lock


def try_lock(handle: int) -> bool:
    """Return whether an open file could be locked for this process at once; closing it lets go."""
    try:
        if os.name == "posix":
            import fcntl  # noqa: PLC0415 - POSIX only

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt  # noqa: PLC0415 - Windows only

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except (BlockingIOError, PermissionError):
        return False
    return True


def check_project_name(name: str) -> str:
    """Return a project's name, cleaned of surrounding space.

    Args:
        name: As the user gave it.

    Raises:
        InvalidInputError: It is empty, too long or holds control characters.
    """
    clean = name.strip()
    if not clean or len(clean) > 100 or not clean.isprintable():  # noqa: PLR2004
        raise InvalidInputError(f"a project's name is 1 to 100 printable characters, not {name!r}")
    return clean


def slug(name: str) -> str:
    """Return a folder name for a project: the name where it is plain, else made unique by its hash."""
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,50}", name):
        return name
    plain = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:40] or "project"
    return f"{plain}.{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _toml_string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
