"""An archive opened for reading, trusting nothing in it.

Nothing is unpacked to a path that the archive names: its members are known by name, and each is read as a stream
that is counted and hashed. What does not fit the manifest is refused before anything is stored.
"""

from __future__ import annotations

import contextlib
import hashlib
import stat
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any, Self

from nanoos_lab.errors import InvalidInputError, NanoOSError
from nanoos_lab.store.archive import manifest as manifests
from nanoos_lab.store.archive.tables import KINDS, check_row, read_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nanoos_lab.store.archive.manifest import Manifest

MAX_MANIFEST = 256 << 20
"""Bytes of the largest manifest that is read: a million artifacts fit."""
MAX_LINE = 256 << 20
"""Bytes of the longest line of a table that is read."""
MAX_RATIO = 200
"""How many times larger than packed a table may be; text of records packs 5 to 50 times."""
_SMALL = 1 << 20
"""Members of so few bytes may pack as well as they like."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)
"""What Python's zip reader raises on damaged files, ones with a password, and unknown ways of packing."""


class Archive:
    """An archive file, its manifest read and its list of members compared with it.

    Args:
        path: The file.

    Raises:
        InvalidInputError: It is no archive, is damaged, or holds what an archive may not; nothing is stored.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._explained():
            if not path.is_file():
                raise InvalidInputError("there is no such file")
            self._zip = zipfile.ZipFile(path)
        try:
            with self._explained():
                self._infos = self._list()
                self.manifest: Manifest = self._read_manifest()
                self._compare()
        except BaseException:
            self._zip.close()
            raise

    @property
    def artifacts(self) -> dict[str, int]:
        """Size in bytes of the payloads that are in it, by their SHA-256."""
        sizes = self.manifest.members.items()
        return {
            name.removeprefix("artifacts/"): one.size for name, one in sizes if name.startswith("artifacts/")
        }

    def rows(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table, each with exactly its columns.

        Args:
            kind: The table.

        Raises:
            InvalidInputError: A line is not a row of this table, or the table does not fit the manifest.
        """
        if kind not in self.manifest.counts:  # of a format that has no such table
            return
        name = manifests.table_member(kind)
        number = 0
        with self._explained(), self._checked(name) as stream:
            while line := stream.readline(MAX_LINE):
                number += 1
                try:
                    row = read_line(line)
                    check_row(KINDS[kind], row)
                except InvalidInputError as error:
                    raise InvalidInputError(f"line {number} of {name}: {error}") from None
                yield row
            if number != self.manifest.counts[kind]:
                raise InvalidInputError(
                    f"{name} has {number} rows where {self.manifest.counts[kind]} are stated"
                )

    @contextlib.contextmanager
    def artifact(self, sha256: str) -> Iterator[IO[bytes]]:
        """Give the bytes of an artifact; whoever reads them compares their hash.

        Args:
            sha256: One of :attr:`artifacts`.
        """
        with self._explained(), self._zip.open(manifests.artifact_member(sha256)) as stream:
            yield stream

    def sha256(self) -> str:
        """Return the hash of the file as a whole."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _list(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        named = {info.filename: info for info in infos}
        if len(named) != len(infos):
            raise InvalidInputError("a name stands twice in it")
        if sum(info.compress_size for info in infos) > self.path.stat().st_size:
            raise InvalidInputError("its members overlap, as in a zip bomb")
        for name, info in named.items():
            _refuse_odd(name, info)
        return named

    def _read_manifest(self) -> Manifest:
        info = self._infos.get(manifests.NAME)
        if info is None:
            raise InvalidInputError(
                "it has no manifest.json: it is not an archive of NANO-OS Lab, or not whole"
            )
        if info.file_size > MAX_MANIFEST:
            raise InvalidInputError(f"its manifest has {info.file_size} bytes")
        with self._zip.open(info) as stream:
            return manifests.read_manifest(stream.read(MAX_MANIFEST + 1))

    def _compare(self) -> None:
        stated = self.manifest.members
        there = self._infos.keys() - {manifests.NAME}
        if odd := sorted(there - stated.keys()):
            raise InvalidInputError(f"it holds {odd[0]!r:.80}, which its manifest does not name")
        if lost := sorted(stated.keys() - there):
            raise InvalidInputError(f"it lacks {lost[0]!r:.80}, which its manifest names")
        for name, member in stated.items():
            if self._infos[name].file_size != member.size:
                raise InvalidInputError(f"{name} has {self._infos[name].file_size} bytes, not {member.size}")
            if name.startswith("artifacts/") and name != manifests.artifact_member(member.sha256):
                raise InvalidInputError(f"{name} is said to hash to {member.sha256}")

    @contextlib.contextmanager
    def _checked(self, name: str) -> Iterator[_Hashed]:
        """Give a table's bytes, and compare their hash once they were all read."""
        with self._zip.open(name) as stream:
            hashed = _Hashed(stream)
            yield hashed
            if hashed.digest.hexdigest() != self.manifest.members[name].sha256:
                raise InvalidInputError(f"{name} has other bytes than its manifest says: it was changed")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except InvalidInputError as error:
            if str(error).startswith(str(self.path)):
                raise
            raise InvalidInputError(f"{self.path} cannot be imported: {error}") from None
        except NanoOSError:
            raise
        except _BROKEN as error:
            raise InvalidInputError(
                f"{self.path} cannot be imported: it is damaged or no zip file ({error})"
            ) from error


class _Hashed:
    """Lines of a stream, hashed as they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.digest = stream, hashlib.sha256()

    def readline(self, most: int) -> bytes:
        line = self._stream.readline(most)
        self.digest.update(line)
        return line


def _refuse_odd(name: str, info: zipfile.ZipInfo) -> None:
    """Refuse what no archive has: folders, links, passwords, and what unpacks to far too much."""
    mode = info.external_attr >> 16
    if info.is_dir() or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode)):
        raise InvalidInputError(f"{name!r:.80} is a folder or a link")
    if info.flag_bits & 0x1:
        raise InvalidInputError(f"{name!r:.80} is locked by a password")
    if name.startswith("artifacts/"):
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise InvalidInputError(f"{name!r:.80} is packed: an archive keeps artifacts as they are")
    elif info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
        raise InvalidInputError(
            f"{name!r:.80} unpacks to {info.file_size} bytes from {info.compress_size}, as in a zip bomb"
        )
