"""JSON that another process, machine or person wrote, read so that its nesting cannot end this process.

``json.loads`` goes one step down Python's C stack for each level of nesting, and Python's recursion limit is what
stops it. That limit belongs to the whole process and some packages raise it (symfc sets 100,000 when it is imported):
then a few hundred kilobytes of brackets overflow the stack, which is no error but the end of the process. Lowering
the limit again for a moment would do so for every thread. So the levels are counted before the text is parsed.
"""

from __future__ import annotations

import json
from itertools import accumulate
from typing import Any

from nanoos_lab.errors import InvalidInputError

DEEPEST = 200
"""So many levels of lists and objects are read; what this package writes itself has less than twenty."""
_BLOCK_BYTES = 2**20
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = tuple({ord("["): 1, ord("]"): -1}.get(byte, 0) for byte in range(256))
_ROUNDS = 4


def loads(text: str | bytes | bytearray, what: str, *, deepest: int = DEEPEST, **how: Any) -> Any:  # noqa: ANN401 - as json.loads
    """Return what a JSON text says, as ``json.loads`` does, unless it is nested too deeply.

    Args:
        text: The text, or its bytes in UTF-8, UTF-16 or UTF-32.
        what: What is read, for the message: ``"the spec of the attempt"``.
        deepest: How many levels of lists and objects are allowed.
        how: Further arguments of ``json.loads``, such as ``parse_constant``.

    Raises:
        InvalidInputError: It is nested more deeply; the message says what, how deeply and what is allowed.
        ValueError: It is no JSON (``json.JSONDecodeError``), or not in one of these encodings.
    """
    if not isinstance(text, str):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    refuse_deep(text, what, deepest=deepest)
    return json.loads(text, **how)


def refuse_deep(text: str, what: str, *, deepest: int = DEEPEST) -> None:
    """Refuse a JSON text that is nested too deeply, where another package is about to parse it.

    Args:
        text: The text, which need not be JSON.
        what: What is read, for the message.
        deepest: How many levels of lists and objects are allowed.

    Raises:
        InvalidInputError: It is nested more deeply; the message says what, how deeply and what is allowed.
    """
    if depth := _excess(text, deepest):
        raise InvalidInputError(
            f"{what} is nested too deeply: at least {depth:,} levels of lists and objects, where {deepest:,} are read"
        )


def _excess(text: str, deepest: int) -> int:
    """Return the greatest depth up to the block of the text in which it is too much; 0 where it nowhere is.

    In a text that is no JSON this is exact up to where the parser stops, and that is all that the parser needs.
    """
    if text.count("[") + text.count("{") <= deepest:
        return 0
    plain = text.encode("utf-8", "surrogatepass")
    if b"\\" in plain:  # from the left, so that what is before a quote afterwards escapes it not
        plain = plain.replace(b"\\\\", b"").replace(b'\\"', b"")
    depth, in_string = 0, 0
    for start in range(0, len(plain), _BLOCK_BYTES):
        pieces = plain[start : start + _BLOCK_BYTES].split(b'"')
        brackets = b"".join(pieces[in_string::2]).translate(_AS_SQUARE, _NO_BRACKETS)
        in_string ^= 1 - len(pieces) % 2
        if _bound(brackets, depth) > deepest and (peak := _peak(brackets, depth)) > deepest:
            return peak
        depth += brackets.count(b"[") - brackets.count(b"]")
    return 0


def _bound(brackets: bytes, depth: int) -> int:
    """Return a depth that is not exceeded, found quickly: without the innermost pairs it is one less."""
    for removed in range(_ROUNDS):
        fewer = brackets.replace(b"[]", b"")
        if 4 * len(fewer) > 3 * len(brackets):  # the rest is counted faster than shortened
            return removed + _peak(brackets, depth)
        brackets = fewer
    return _ROUNDS + _peak(brackets, depth)


def _peak(brackets: bytes, depth: int) -> int:
    return max(accumulate(map(_STEP.__getitem__, brackets), initial=depth))
