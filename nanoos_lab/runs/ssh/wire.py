"""What is said between here and there: a line with a length, so many bytes of JSON, and bytes that it speaks of.

The other end is a stranger: lengths have limits, and waiting for it has one too.
"""

from __future__ import annotations

import json
import os
import select
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from nanoos_lab.foreign_json import loads

if TYPE_CHECKING:
    from collections.abc import Sequence

GREETING = b"nanoos-agent "
"""How the line begins with which the agent says that it is there; login scripts may print before it."""
VERSION = 2
"""Of this exchange."""
MAX_JSON_BYTES = 256 * 2**20
MAX_BLOB_BYTES = 256 * 2**20
_MAX_NOISE_LINES, _MAX_LINE_BYTES = 500, 65_536
_BLOCK = 2**18


class WireError(Exception):
    """The other end says what makes no sense."""


class Message(NamedTuple):
    """One message."""

    header: dict[str, Any]
    blobs: list[bytes]


class Wire:
    """Two descriptors, one to read from and one to write to.

    Args:
        source: To read from.
        sink: To write to; it is made non-blocking.
        patience_s: How long nothing may move before the other end is given up.
    """

    def __init__(self, source: int, sink: int, patience_s: float) -> None:
        self._source, self._sink, self.patience_s = source, sink, patience_s
        self._left = bytearray()
        os.set_blocking(sink, False)

    def send(self, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
        """Send a message.

        Args:
            header: What is said.
            blobs: Bytes that go with it.

        Raises:
            OSError: The other end is gone, or takes nothing.
        """
        raw = json.dumps({**header, "sizes": [len(blob) for blob in blobs]}).encode()
        for part in (b"%d\n" % len(raw), raw, *blobs):
            self._write(part)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            if not _ready(self._sink, select.POLLOUT, self.patience_s):
                raise TimeoutError(f"nothing could be sent for {self.patience_s:.0f} s")
            view = view[os.write(self._sink, view[:_BLOCK]) :]

    def receive(self) -> Message:
        """Return the next message.

        Raises:
            EOFError: There is none, as the other end is gone.
            OSError: It says nothing.
            WireError: What it says makes no sense.
        """
        length = self._line(20)
        if not length.isdigit() or int(length) > MAX_JSON_BYTES:
            raise WireError(f"it says {length[:40]!r} where a length should stand")
        try:
            header = loads(self._exactly(int(length)), "a message")
            sizes = [int(size) for size in header.pop("sizes")]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise WireError(f"it says what is no message: {error}") from None
        if any(size < 0 for size in sizes) or sum(sizes) > MAX_BLOB_BYTES:
            raise WireError(f"it wants to send {sum(sizes)} bytes at once")
        return Message(header, [self._exactly(size) for size in sizes])

    def greet(self, said: dict[str, Any]) -> None:
        """Say that one is there, on a line of its own.

        Args:
            said: Who one is.
        """
        self._write(b"\n" + GREETING + json.dumps(said).encode() + b"\n")

    def greeted(self) -> dict[str, Any]:
        """Wait for the greeting and return what it says.

        Raises:
            EOFError: The other end is gone; what it printed instead is the message.
            OSError: It says nothing.
            WireError: It says something else.
        """
        noise: list[bytes] = []
        deadline = time.monotonic() + self.patience_s
        while len(noise) < _MAX_NOISE_LINES and time.monotonic() < deadline:
            try:
                line = self._line(_MAX_LINE_BYTES)
            except EOFError:
                said = b"\n".join([*noise, bytes(self._left)]).decode("utf-8", "replace").strip()
                raise EOFError(said[-2000:]) from None
            if line.startswith(GREETING):
                try:
                    said_ = loads(line[len(GREETING) :], "a greeting")
                except (ValueError, RecursionError):
                    said_ = None
                if isinstance(said_, dict):
                    return said_
            noise.append(line)
        raise WireError("it prints other things than the greeting of nanoos-lab's program")

    def _line(self, limit: int) -> bytes:
        while b"\n" not in self._left:
            if len(self._left) > limit:
                raise WireError("it says a line without an end")
            self._fill()
        line, _, rest = bytes(self._left).partition(b"\n")
        self._left = bytearray(rest)
        return line

    def _exactly(self, count: int) -> bytes:
        while len(self._left) < count:
            self._fill()
        taken = bytes(self._left[:count])
        del self._left[:count]
        return taken

    def _fill(self) -> None:
        if not _ready(self._source, select.POLLIN, self.patience_s):
            raise TimeoutError(f"no answer within {self.patience_s:.0f} s")
        block = os.read(self._source, _BLOCK)
        if not block:
            raise EOFError("the connection has ended")
        self._left += block


def _ready(descriptor: int, event: int, patience_s: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, event)
    return bool(poll.poll(patience_s * 1000))
