"""Deep JSON is refused before it is parsed, whatever Python's recursion limit; everything else is read as ever."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanoos_lab import foreign_json
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.foreign_json import DEEPEST, loads, refuse_deep

DEEP = 100_000
"""Levels at which the stack of a thread overflows: 8 MB, some hundred bytes a level."""
_PROCESS = Path(__file__).parent / "deep_process.py"


def test_a_process_that_imported_symfc_survives_deep_documents(tmp_path):
    child = subprocess.run(
        [sys.executable, str(_PROCESS), str(tmp_path), str(DEEP)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    said = child.stdout.splitlines()
    assert (child.returncode, said[-1:]) == (0, ["alive"]), child.stderr
    nothing = [line for line in said if line.startswith("nothing:")]
    assert nothing == ["nothing: {} None None [] None"] * 3
    refusals = [line for line in said[:-1] if line not in nothing]
    assert len(refusals) == 36
    for line in refusals:
        assert "nested" in line, line
        assert f"{DEEP:,} levels" in line or line.startswith(("own", "phonopy")), line
        assert f"{DEEPEST}" in line, line


def _depth(text: str) -> int:
    """Count levels the slow way."""
    depth = most = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            else:
                in_string = character != '"'
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            most = max(most, depth)
        elif character in "]}":
            depth -= 1
    return most


_VALUES = st.recursive(
    st.none() | st.integers() | st.text('[]{}"\\aé\n', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('[{"\\]', max_size=4), inner, max_size=3)
    ),
    max_leaves=40,
)


@settings(max_examples=200, deadline=None)
@given(value=_VALUES, ascii_only=st.booleans(), block=st.integers(1, 40), deepest=st.integers(0, 8))
def test_levels_are_counted_as_the_parser_meets_them(value, ascii_only, block, deepest):
    text = json.dumps(value, ensure_ascii=ascii_only)
    depth = _depth(text)
    kept, foreign_json._BLOCK_BYTES = foreign_json._BLOCK_BYTES, block
    try:
        if depth > deepest:
            with pytest.raises(InvalidInputError, match="nested too deeply"):
                loads(text, "it", deepest=deepest)
        else:
            assert loads(text, "it", deepest=deepest) == value
    finally:
        foreign_json._BLOCK_BYTES = kept


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-le"])
def test_bytes_are_read_in_every_encoding_of_json(encoding):
    value = {"é[": [[1, 2.5], '"\\'], "b": None}
    assert loads(json.dumps(value, ensure_ascii=False).encode(encoding), "it") == value
    with pytest.raises(InvalidInputError, match="nested"):
        loads(("[" * 300).encode(encoding), "it")


def test_brackets_in_strings_are_no_levels():
    value = ["[{" * 1000, '\\"[' * 1000, {"[" * 500: "]" * 700}]
    assert loads(json.dumps(value), "it") == value


def test_the_deepest_that_is_read_and_one_more():
    fits = "[" * DEEPEST + "]" * DEEPEST
    assert loads(fits, "it") is not None
    assert loads(f"[{fits[1:-1]},{fits[1:-1]}]", "it") is not None
    with pytest.raises(InvalidInputError) as caught:
        loads(f"[{fits}]", "the greeting of the agent")
    assert str(caught.value) == (
        "the greeting of the agent is nested too deeply: at least 201 levels of lists and objects, where 200 are read"
    )


def test_what_is_no_json_is_said_by_the_parser():
    for text in ("", "[" * 10, "]" * 1000 + "[" * 100, "[1,]", '{"a" 1}'):
        with pytest.raises(json.JSONDecodeError):
            loads(text, "it")
    refuse_deep("]" * 1000 + "[" * 300 + " no JSON", "it")


def test_further_arguments_reach_the_parser():
    assert loads('[1.5, {"a": 1}]', "it", parse_float=str, object_pairs_hook=list) == ["1.5", [("a", 1)]]
