"""The UPF files of a folder, or of an archive from anywhere: read into memory by name, never unpacked by path.

An archive is not trusted: a name that is absolute or climbs out, a link, a device, too many or too large files are
refused before anything of it is used.
"""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.programs.pseudopotentials.upf import LARGEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FILES = 20_000
LARGEST_SUM_BYTES = 2 * 2**30


def upf_files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Read the UPF files of a folder or archive one after another.

    Args:
        source: A folder, with all folders in it, or a zip or tar archive (also compressed).

    Yields:
        The file's path inside the source, with forward slashes, and its bytes.

    Raises:
        InvalidInputError: There is no such thing, or it is not safe to read.
    """
    if source.is_dir():
        yield from _of_folder(source)
    elif not source.is_file():
        raise InvalidInputError(f"{source} does not exist: give a folder or an archive of UPF files")
    elif zipfile.is_zipfile(source):
        yield from _of_zip(source)
    elif tarfile.is_tarfile(source):
        yield from _of_tar(source)
    else:
        raise InvalidInputError(
            f"{source} is neither a folder nor a zip or tar archive (a single UPF file goes into a folder)"
        )


def _is_upf(name: str) -> bool:
    # macOS leaves files of its own beside the real ones in archives
    return name.lower().endswith(".upf") and not PurePosixPath(name).name.startswith(".")


class _Budget:
    """Counts what was read, so that a small archive does not fill the memory."""

    def __init__(self, source: Path) -> None:
        self.source, self.files, self.bytes = source, 0, 0

    def entry(self) -> None:
        self.files += 1
        if self.files > MOST_FILES:
            raise InvalidInputError(f"{self.source} has more than {MOST_FILES} files: not a family")

    def took(self, name: str, data: bytes) -> bytes:
        self.bytes += len(data)
        if len(data) > LARGEST_BYTES or self.bytes > LARGEST_SUM_BYTES:
            raise InvalidInputError(f"{self.source}: {name} is too large for a pseudopotential")
        return data


def _of_folder(source: Path) -> Iterator[tuple[str, bytes]]:
    budget = _Budget(source)
    for here, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            budget.entry()
            path = Path(here) / name
            if not _is_upf(name):
                continue
            if path.is_symlink() or not path.is_file():
                raise InvalidInputError(f"{path} is a link or no plain file: copy the file itself there")
            try:
                data = (
                    path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else b" " * (LARGEST_BYTES + 1)
                )
            except OSError as error:
                raise InvalidInputError(f"{path} cannot be read: {error.strerror}") from None
            yield path.relative_to(source).as_posix(), budget.took(name, data)


def _safe(name: str, source: Path) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]) or "\0" in name:
        raise InvalidInputError(f"{source} holds the unsafe name {name!r}: nothing was installed")
    return path.as_posix()


def _of_zip(source: Path) -> Iterator[tuple[str, bytes]]:
    budget = _Budget(source)
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                budget.entry()
                name = _safe(info.filename, source) if info.filename.strip("/.") else ""
                if stat.S_ISLNK(info.external_attr >> 16):
                    raise InvalidInputError(f"{source}: {info.filename!r} is a link: nothing was installed")
                if not info.is_dir() and _is_upf(name):
                    with archive.open(info) as file:
                        yield name, budget.took(name, file.read(LARGEST_BYTES + 1))
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, OSError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"{source} cannot be read as a zip archive: {error}") from None


def _of_tar(source: Path) -> Iterator[tuple[str, bytes]]:
    budget = _Budget(source)
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                budget.entry()
                name = _safe(member.name, source) if member.name.strip("/.") else ""
                if member.isdir():
                    continue
                if not member.isfile():
                    raise InvalidInputError(
                        f"{source}: {member.name!r} is a link or device: nothing was installed"
                    )
                file = archive.extractfile(member) if _is_upf(name) else None
                if file is not None:
                    yield name, budget.took(name, file.read(LARGEST_BYTES + 1))
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"{source} cannot be read as a tar archive: {error}") from None
