"""Where the bytes of artifacts are kept: by their SHA-256, in a folder or under a URL.

A payload appears under its hash whole or not at all, and is never changed afterwards. Which records name it is
not known here.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol

from nanoos_lab.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nanoos_lab.store.scope import Scope

BLOCK = 1 << 20
"""How many bytes are in memory at a time."""
FOLDER = "artifacts"
"""Of a project's files, where its payloads are unless the lab says otherwise."""


@dataclass(frozen=True)
class Payload:
    """Bytes that were put in place."""

    sha256: str
    size: int
    """In bytes."""


@dataclass(frozen=True)
class Stored:
    """A file among the payloads."""

    place: str
    """Its path or URL, for messages."""
    sha256: str | None
    """The hash that it is kept under; None for one in the making, or left by a process that died making it."""
    size: int
    """In bytes."""
    age_s: float
    """Seconds since it was last put; infinite where the place does not tell."""
    in_use: bool = False
    """Whether a living process is writing it."""


class PayloadStore(Protocol):
    """A place that keeps payloads."""

    shown: str
    """Where it is, for messages; never with a password."""

    def put(self, source: IO[bytes], *, expected: str | None, shown: str) -> Payload:
        """Store a stream, unless the same bytes are there already.

        Args:
            source: What to read.
            expected: What its bytes must hash to, where that was stated.
            shown: What it is, for messages.

        Raises:
            ArtifactError: It has other bytes than stated.
            StoreError: It cannot be written.
        """

    def fetch(self, sha256: str) -> Path:
        """Return a file on this machine that should hold these bytes; the caller checks that it does.

        Args:
            sha256: Their hash.

        Raises:
            ArtifactError: They are not there.
            StoreError: The place cannot be reached.
        """

    def path(self, sha256: str) -> Path:
        """Return where :meth:`fetch` finds or puts it, whether or not it is there."""

    def forget(self, sha256: str) -> bool:
        """Remove a copy that :meth:`fetch` made; return False where it hands out the payload itself."""

    def size(self, sha256: str) -> int | None:
        """Return the size in bytes of what is there, or None where nothing is."""

    def digest(self, sha256: str) -> str | None:
        """Return what the bytes that are there hash to, or None where nothing is."""

    def remove(self, sha256: str) -> None:
        """Remove a payload; one that is not there is no error."""

    def stored(self) -> Iterator[Stored]:
        """Yield everything that is there."""

    def discard(self, stray: Stored) -> None:
        """Remove something that :meth:`stored` gave."""

    def empty_folders(self) -> list[str]:
        """Return folders that hold nothing."""

    def tidy(self) -> int:
        """Remove folders that hold nothing and return how many there were."""


def payloads_of(scope: Scope) -> PayloadStore:
    """Return where a project's payloads are.

    Args:
        scope: The project.
    """
    if scope.payloads:
        from nanoos_lab.store.artifacts.remote import RemotePayloads  # noqa: PLC0415 - most labs need no fsspec

        return RemotePayloads(scope.payloads, scope.project_id)
    from nanoos_lab.store.artifacts.local import LocalPayloads  # noqa: PLC0415 - it imports this module

    return LocalPayloads(scope.files / FOLDER)


def payload_url(root: Path) -> str:
    """Return the URL under which a lab keeps payloads, as its ``settings.toml`` says; empty where it does not.

    Args:
        root: The folder of the lab's files.

    Raises:
        InvalidInputError: The settings cannot be read.
    """
    path = root / "settings.toml"
    if not path.is_file():
        return ""
    from nanoos_lab.settings import load_settings  # noqa: PLC0415 - most labs have no settings of their own

    return load_settings(path).artifacts


def is_sha256(text: str) -> bool:
    """Return whether a text is a SHA-256 as it is written here: 64 lower-case hexadecimal characters."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def check_sha256(text: str) -> str:
    """Return a SHA-256 as given.

    Args:
        text: 64 hexadecimal characters.

    Raises:
        ArtifactError: That is not a SHA-256.
    """
    if not is_sha256(text):
        raise ArtifactError(f"{text!r} is not a SHA-256")
    return text


def copy(source: IO[bytes], write: Callable[[bytes], object]) -> Payload:
    """Pass a stream on block by block and return what it was.

    Args:
        source: What to read.
        write: What takes each block.
    """
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK):
        digest.update(block)
        size += len(block)
        write(block)
    return Payload(digest.hexdigest(), size)


def check_expected(payload: Payload, expected: str | None, shown: str) -> None:
    """Refuse bytes that are not those that were stated."""
    if expected is not None and payload.sha256 != expected.lower():
        raise ArtifactError(
            f"{shown} hashes to {payload.sha256}, not to {expected} as stated: it was changed"
        )
