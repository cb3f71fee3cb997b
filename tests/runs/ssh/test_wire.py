"""What is said between here and there, by a stranger too."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanoos_lab.runs.ssh.wire import GREETING, MAX_JSON_BYTES, Wire, WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Ends:
    """A wire to read from, and the end where somebody writes."""

    def __init__(self, patience_s: float = 5.0) -> None:
        self.source, self.into = os.pipe()
        self.wire = Wire(self.source, self.into, patience_s)

    def say(self, data: bytes, *, end: bool = True) -> Wire:
        os.write(self.into, data)
        if end:
            os.close(self.into)
            self.into = -1
        return self.wire

    def close(self) -> None:
        for descriptor in {self.source, self.into} - {-1}:
            os.close(descriptor)


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.close()


@given(
    st.dictionaries(st.text().filter(lambda name: name != "sizes"), JSON), st.lists(st.binary(max_size=300))
)
def test_what_is_sent_is_received(header: dict[str, Any], blobs: list[bytes]) -> None:
    ends = Ends()
    try:
        ends.wire.send(header, blobs)
        assert ends.wire.receive() == (header, blobs)
    finally:
        ends.close()


def test_much_is_sent_while_it_is_read(ends: Ends) -> None:
    blobs = [os.urandom(3_000_000), b"", b"x"]
    sender = threading.Thread(target=ends.wire.send, args=({"op": "much"}, blobs))
    sender.start()
    assert ends.wire.receive() == ({"op": "much"}, blobs)
    sender.join()


def message(header: Any) -> bytes:
    raw = json.dumps(header).encode()
    return b"%d\n%s" % (len(raw), raw)


@pytest.mark.parametrize(
    "said",
    [
        b"-5\n", b"many\n", b"%d\n" % (MAX_JSON_BYTES + 1), b"1" * 70_000, b"4\nnull", b"5\n[1,2]", b"3\n{x}",
        b"2\n{}", message({"sizes": [-1]}), message({"sizes": [2**40]}), message({"sizes": "ab"}),
        message({"sizes": None}), b"200000\n" + b"[" * 200_000,
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_to(said: bytes) -> None:
    ends = Ends()
    sender = threading.Thread(target=ends.wire._write, args=(said,))
    sender.start()
    with pytest.raises(WireError):
        ends.wire.receive()
    sender.join()
    ends.close()


@pytest.mark.parametrize("said", [b"", b"10", b"10\n{}", message({"sizes": [5]}) + b"four"])
def test_a_message_that_breaks_off_is_an_end(ends: Ends, said: bytes) -> None:
    with pytest.raises(EOFError):
        ends.say(said).receive()


def test_silence_is_not_waited_for_for_ever() -> None:
    ends = Ends(patience_s=0.01)
    with pytest.raises(TimeoutError, match="no answer"):
        ends.wire.receive()
    with pytest.raises(TimeoutError, match="nothing could be sent"):
        ends.wire.send({}, [bytes(10_000_000)])
    ends.close()


def test_what_a_login_shell_prints_is_passed_over(ends: Ends) -> None:
    ends.wire._write(b"Welcome to the machine!\nquota: 3 %\nno newline at the end")
    ends.wire.greet({"wire": 1})
    ends.wire.send({"op": "first"})
    assert ends.wire.greeted() == {"wire": 1}
    assert ends.wire.receive().header == {"op": "first"}


def test_without_a_greeting_what_was_printed_is_told(ends: Ends) -> None:
    with pytest.raises(EOFError, match=r"(?s)python: command not found\nbye"):
        ends.say(b"bash: python: command not found\nbye").greeted()


@pytest.mark.parametrize("said", [b"noise\n" * 600, GREETING + b"{\n" * 600, b"x" * 100_000])
def test_endless_noise_is_no_greeting(said: bytes) -> None:
    ends = Ends()
    sender = threading.Thread(target=ends.wire._write, args=(said,))
    sender.start()
    with pytest.raises(WireError):
        ends.wire.greeted()
    os.close(ends.source)
    ends.source = -1
    sender.join()
    ends.close()
