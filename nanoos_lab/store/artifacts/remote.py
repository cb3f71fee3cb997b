"""Payloads under any URL that fsspec knows, such as an S3 bucket: ``<url>/<project>/ab/<sha256>``.

They are uploaded under another name and put in place when whole. What is read is downloaded into a cache of the
person's own on this machine, which may be deleted at any time. Whether an upload goes on or its process died
cannot be seen from here: only its age tells.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import secrets
import time
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from nanoos_lab.errors import ArtifactError, NanoOSError, StoreError
from nanoos_lab.store.artifacts.payloads import (
    BLOCK,
    Payload,
    Stored,
    check_expected,
    check_sha256,
    copy,
    is_sha256,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE = "NANOOS_CACHE"
"""Environment variable that names the folder of downloaded payloads."""
CACHE_GB = "NANOOS_CACHE_GB"
"""Environment variable that says how much of them is kept; 20 by default."""
_MADE_UNDER = ".making-"
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")
"""Where file systems say when a file was written."""


class RemotePayloads:
    """Payloads under a URL.

    Args:
        url: Such as ``s3://bucket/folder``.
        project_id: The project, which has a folder of its own there.
    """

    def __init__(self, url: str, project_id: str) -> None:
        self.shown = without_secrets(f"{url.rstrip('/')}/{project_id}")
        self._url, self._project_id = url, project_id
        with self._explained("used"):
            self._fs, base = _file_system(url)
        self._base = f"{base.rstrip('/')}/{project_id}"
        self._cache = cache_folder() / hashlib.sha256(self.shown.encode()).hexdigest()[:16]

    def path(self, sha256: str) -> Path:
        """Return where a payload lies once it was downloaded."""
        return self._cache / check_sha256(sha256)

    def fetch(self, sha256: str) -> Path:
        """Return a downloaded copy, taken from the cache where it is there."""
        path = self.path(sha256)
        if path.is_file():
            with contextlib.suppress(OSError):
                os.utime(path)
            return path
        if self.size(sha256) is None:
            raise ArtifactError(f"there is no {sha256} in {self.shown}")
        temporary = path.with_name(f".{secrets.token_hex(8)}")
        try:
            self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with (
                    temporary.open("xb") as target,
                    self._explained("read"),
                    self._fs.open(self._place(sha256), "rb") as source,
                ):
                    copy(source, target.write)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"{path.parent} cannot hold what is downloaded: {error.strerror or error}; name another folder "
                f"with {CACHE}"
            ) from error
        _shrink(self._cache, keep=path)
        return path

    def forget(self, sha256: str) -> bool:
        """Remove the downloaded copy."""
        self.path(sha256).unlink(missing_ok=True)
        return True

    def put(self, source: IO[bytes], *, expected: str | None, shown: str) -> Payload:
        """Upload a stream to the place of its hash; see :class:`~.payloads.PayloadStore`."""
        temporary = f"{self._base}/{_MADE_UNDER}{secrets.token_hex(8)}"
        with self._explained("written"):
            self._fs.makedirs(self._base, exist_ok=True)
            try:
                with self._fs.open(temporary, "wb") as target:
                    payload = copy(source, target.write)
                check_expected(payload, expected, shown)
                if self.digest(payload.sha256) != payload.sha256:
                    place = self._place(payload.sha256)
                    self._fs.makedirs(place.rpartition("/")[0], exist_ok=True)
                    self._fs.mv(temporary, place)
            finally:
                if self._fs.exists(temporary):
                    self._fs.rm_file(temporary)
        self.forget(payload.sha256)
        return payload

    def size(self, sha256: str) -> int | None:
        """Return the size of a payload in bytes, or None where there is none."""
        try:
            with self._explained("asked", missing_is_an_answer=True):
                self._fs.invalidate_cache()
                return int(self._fs.info(self._place(sha256))["size"])
        except FileNotFoundError:
            return None

    def digest(self, sha256: str) -> str | None:
        """Return what a payload hashes to, read from where it is, or None where there is none."""
        if self.size(sha256) is None:
            return None
        found = hashlib.sha256()
        with self._explained("read"), self._fs.open(self._place(sha256), "rb") as stream:
            while block := stream.read(BLOCK):
                found.update(block)
        return found.hexdigest()

    def remove(self, sha256: str) -> None:
        """Remove a payload and its copy here; one that is not there is no error."""
        self.forget(sha256)
        if self.size(sha256) is not None:
            with self._explained("changed"):
                self._fs.rm_file(self._place(sha256))

    def stored(self) -> Iterator[Stored]:
        """Yield every file under the URL, in order."""
        with self._explained("listed"):
            self._fs.invalidate_cache()
            found = self._fs.find(self._base, detail=True) if self._fs.exists(self._base) else {}
        now = time.time()
        for place, info in sorted(found.items()):
            name = place.rpartition("/")[2]
            kept = is_sha256(name) and place.endswith(f"/{name[:2]}/{name}")
            written = _written(info)
            age = math.inf if written is None else max(0.0, now - written)
            yield Stored(place, name if kept else None, int(info.get("size") or 0), age)

    def discard(self, stray: Stored) -> None:
        """Remove a file that :meth:`stored` gave."""
        with self._explained("changed"):
            self._fs.rm_file(stray.place)

    def empty_folders(self) -> list[str]:
        """Return nothing: most such places have no folders."""
        return []

    def tidy(self) -> int:
        """Return 0: most such places have no folders."""
        return 0

    def _place(self, sha256: str) -> str:
        return f"{self._base}/{check_sha256(sha256)[:2]}/{sha256}"

    @contextlib.contextmanager
    def _explained(self, done: str, *, missing_is_an_answer: bool = False) -> Iterator[None]:
        try:
            yield
        except NanoOSError:
            raise
        except FileNotFoundError as error:
            if missing_is_an_answer:
                raise
            raise ArtifactError(f"{self.shown} lacks a file it should have: {error}") from error
        except ImportError as error:
            raise StoreError(f"{self.shown} needs a package that is not installed: {error}") from error
        except Exception as error:  # drivers of fsspec raise errors of their own kinds, which share no root
            said = without_secrets(f"{type(error).__name__}: {error}".replace(self._url, self.shown))
            raise StoreError(
                f"{self.shown}, where this lab keeps the bytes of artifacts, cannot be {done}: {said}; it may need "
                "the network and credentials of yours"
            ) from error


def without_secrets(url: str) -> str:
    """Return a URL without the name and password that it may hold.

    Args:
        url: A URL, or a text with one in it.
    """
    head, mark, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    return f"{head}{mark}{place.rpartition('@')[2]}{slash}{path}"


def cache_folder() -> Path:
    """Return where downloaded payloads are kept."""
    if named := os.environ.get(CACHE):
        return Path(named).expanduser().absolute()
    import platformdirs  # noqa: PLC0415 - only where no variable names the folder

    return Path(platformdirs.user_cache_dir("nanoos")) / "artifacts"


def _file_system(url: str) -> tuple[Any, str]:
    from fsspec import core  # noqa: PLC0415 - only where payloads are elsewhere

    return cast("tuple[Any, str]", core.url_to_fs(url))  # type: ignore[no-untyped-call]


def _written(info: dict[str, Any]) -> float | None:
    """Return when a file was written, in seconds since 1970, where its file system says so."""
    for key in _TIMES:
        said = info.get(key)
        if isinstance(said, datetime):
            return said.timestamp()
        if isinstance(said, int | float):
            return float(said)
    return None


def _shrink(folder: Path, *, keep: Path) -> None:
    """Remove the copies used longest ago where there is too much of them."""
    room = float(os.environ.get(CACHE_GB, "20")) * 1e9
    copies: list[tuple[float, int, Path]] = []
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            found = path.stat()
            copies.append((found.st_mtime, found.st_size, path))
    for _, size, path in sorted(copies, reverse=True):
        room -= size
        if room < 0 and path != keep:
            with contextlib.suppress(OSError):
                path.unlink()
