"""Equal keys for equal work, different keys for different work."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.runs.keys import canonical_json, run_key

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
BASE: dict[str, Any] = {
    "task": "relax",
    "version": "1",
    "inputs": {"structure": "ab"},
    "params": {"fmax": 0.05},
    "identity": {"w": "0.3.0"},
}


@given(json_values)
def test_the_text_does_not_depend_on_the_order_of_names(value: Any) -> None:
    def turned(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: turned(part[name]) for name in reversed(list(part))}
        return [turned(one) for one in part] if isinstance(part, list) else part

    assert canonical_json(turned(value)) == canonical_json(value)


@pytest.mark.parametrize(
    "change",
    [
        {"task": "static"},
        {"version": "2"},
        {"inputs": {"structure": "ac"}},
        {"inputs": {"other": "ab"}},
        {"inputs": {"structure": ["ab"]}},
        {"inputs": {}},
        {"params": {"fmax": 0.06}},
        {"params": {"fmax": "0.05"}},
        {"params": {}},
        {"identity": {"w": "0.3.1"}},
    ],
)
def test_whatever_decides_the_result_changes_the_key(change: dict[str, Any]) -> None:
    assert run_key(**{**BASE, **change}) != run_key(**BASE)


def test_a_key_is_known_for_ever() -> None:
    """A changed recipe would make every lab forget its finished runs."""
    text = '{"identity":{"w":"0.3.0"},"inputs":{"structure":"ab"},"params":{"fmax":0.05},"task":"relax","version":"1"}'
    assert run_key(**BASE) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "bad",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        {1: "a"},
        {"a": {None: 1}},
        object(),
        {"a": [{2.5: 1}]},
        b"x",
    ],
)
def test_what_has_no_canonical_form_is_refused(bad: Any) -> None:
    with pytest.raises(InvalidInputError):
        run_key("t", "1", {}, {"x": bad}, {})


def test_unpaired_surrogates_have_a_key() -> None:
    assert len(run_key("t", "1", {}, {"x": "\udcff"}, {})) == 64
