"""Opening files of unknown origin: plain or gzip-compressed, within limits, never through a link that leads away.

A file that ends too early is no error here: what is there is handed out, and ``Lines.cut_short`` says so.
"""

from __future__ import annotations

import gzip
import math
import os
import re
import stat
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from nanoos_lab.errors import ProgramOutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES = 2 << 30
"""A file that is larger, unpacked, is refused."""
MOST_RATIO = 400
"""A compressed file that unpacks to more than so many times its size is refused."""
_RATIO_COUNTS_FROM = 64 << 20
LONGEST_LINE = 1 << 20
BLOCK = 1 << 16
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?")


class Bounded:
    """Bytes of a file, unpacked, counted.

    Args:
        stream: The open file.
        path: Its path, for messages.
    """

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self.path, self.packed = path, path.stat().st_size
        magic = stream.read(2)
        stream.seek(0)
        self.is_gzip = magic == b"\x1f\x8b"
        self._stream: IO[bytes] = gzip.GzipFile(fileobj=stream) if self.is_gzip else stream  # type: ignore[assignment]
        self.count = 0
        self.cut_short = ""
        """Why the bytes end before the file's own end, if they do."""

    def read(self, size: int = BLOCK) -> bytes:
        """Return the next bytes, nothing at the end.

        Args:
            size: At most so many.

        Raises:
            ProgramOutputError: It is larger than allowed.
        """
        if self.cut_short:
            return b""
        try:
            data = self._stream.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.cut_short = f"the compressed file is damaged or cut short ({error})"
            return b""
        except OSError as error:
            raise ProgramOutputError(
                f"it cannot be read: {error.strerror or error}", str(self.path)
            ) from error
        self.count += len(data)
        if self.count > MOST_BYTES:
            raise ProgramOutputError(
                f"it holds more than {MOST_BYTES >> 30} GiB: give only the parts that matter", str(self.path)
            )
        if self.is_gzip and self.count > _RATIO_COUNTS_FROM and self.count > MOST_RATIO * self.packed:
            raise ProgramOutputError(
                f"it unpacks to more than {MOST_RATIO} times its size, as no output does: unpack it yourself if "
                "you trust it",
                str(self.path),
            )
        return data


@contextmanager
def opened(path: Path) -> Iterator[Bounded]:
    """Open a plain or gzip-compressed file for reading bytes.

    Args:
        path: The file. A symbolic link is refused, as is what is not a plain file.

    Raises:
        ProgramOutputError: It cannot be opened.
    """
    try:
        handle = os.open(
            path,
            os.O_RDONLY
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_NONBLOCK", 0)
            | getattr(os, "O_BINARY", 0),
        )
    except OSError as error:
        kind = (
            "it is a symbolic link: give the file itself"
            if path.is_symlink()
            else f"it cannot be read: {error.strerror}"
        )
        raise ProgramOutputError(kind, str(path)) from error
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise ProgramOutputError("it is not a plain file", str(path))
        yield Bounded(stream, path)


def head_of(path: Path, size: int = 8192) -> str:
    """Return the beginning of a file as text; empty where it cannot be read.

    Args:
        path: The file.
        size: At most so many bytes.
    """
    try:
        with opened(path) as stream:
            data = b""
            while len(data) < size and (more := stream.read(size - len(data))):
                data += more
    except ProgramOutputError:
        return ""
    return data.decode("utf-8", "replace")


class Lines:
    """The lines of a text file in order, without their ends, with their numbers.

    Args:
        stream: The file's bytes.
    """

    def __init__(self, stream: Bounded) -> None:
        self._stream, self._buffer, self._pending = stream, b"", []  # type: tuple[Bounded, bytes, list[bytes]]
        self.number = 0
        """Of the line handed out last, from 1."""
        self._next = 0

    @property
    def cut_short(self) -> str:
        """Why the file ends before its own end, if that is certain."""
        return self._stream.cut_short

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        while self._next >= len(self._pending):
            self._fill()
        line = self._pending[self._next]
        self._next += 1
        self.number += 1
        return line.decode("utf-8", "replace").rstrip("\r")

    def _fill(self) -> None:
        data = self._stream.read()
        if not data:
            if not self._buffer:
                raise StopIteration
            self._pending, self._buffer, self._next = [self._buffer], b"", 0
            return
        parts = (self._buffer + data).split(b"\n")
        self._buffer = parts.pop()
        self._pending, self._next = parts, 0
        if len(self._buffer) > LONGEST_LINE:
            raise self.error("a line is longer than a megabyte: this is no text that a program wrote")

    def error(self, problem: str) -> ProgramOutputError:
        """Return an error that names the file and the present line.

        Args:
            problem: What is wrong, in a sentence.
        """
        return ProgramOutputError(problem, str(self._stream.path), self.number or None)

    def take(self, count: int) -> list[str]:
        """Return so many next lines; fewer at the end.

        Args:
            count: How many.
        """
        return [line for _, line in zip(range(count), self, strict=False)]

    def following(self, what: str) -> str:
        """Return the next line, which must be there.

        Args:
            what: What it should hold, for the error.
        """
        line = next(self, None)
        if line is None:
            raise self.error(f"the file ends where {what} should follow: it was cut short")
        return line

    def floats(self, text: str, count: int, what: str) -> list[float]:
        """Return the first numbers of a text.

        Args:
            text: Numbers between spaces; Fortran's may touch each other.
            count: How many there must be.
            what: What they are, for the error.

        Raises:
            ProgramOutputError: There are fewer, or something else stands among them.
        """
        words = text.split()
        try:
            found = [fortran_float(word) for word in words[:count]]
        except ValueError:
            found = [float(word.replace("D", "E").replace("d", "e")) for word in _touching(text)][:count]
        if len(found) < count or not all(map(math.isfinite, found)):
            stars = "; its column was too narrow for it" if "*" in text else ""
            raise self.error(f"{what} should be {count} numbers, not {text.strip()[:80]!r}{stars}")
        return found


def _touching(text: str) -> list[str]:
    """Return numbers that may touch each other, as in ``-1.50-10.25``; nothing where something else is there."""
    rest = _NUMBER.sub("", text).strip()
    return [] if rest else _NUMBER.findall(text)


def fortran_float(word: str) -> float:
    """Return a number as Fortran writes it: ``1.0D-03``; stars, where a column was too narrow, are NaN.

    Args:
        word: The number's text.

    Raises:
        ValueError: It is no number.
    """
    if "*" in word and not word.strip("*-+.0123456789"):
        return math.nan
    if not _NUMBER.fullmatch(word) and word.lower() not in {
        "nan",
        "-nan",
        "+nan",
        "inf",
        "-inf",
        "+inf",
        "infinity",
        "-infinity",
    }:
        raise ValueError(word)
    return float(word.replace("D", "E").replace("d", "e"))


@contextmanager
def lines_of(path: Path) -> Iterator[Lines]:
    """Open a text file for reading line by line.

    Args:
        path: The file.

    Raises:
        ProgramOutputError: It cannot be opened.
    """
    with opened(path) as stream:
        yield Lines(stream)
