"""Words of the command line and of the magic become parameters and filters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.verbs import parse_filters, parse_params


def test_values_are_json_where_they_can_be():
    words = ["fmax=0.02", "calculator=chgnet", "force=true", "name=null", "cell=full"]
    expected = {"fmax": 0.02, "calculator": "chgnet", "force": True, "name": None, "cell": "full"}
    assert parse_params(words) == expected


def test_names_of_lists_are_lists_even_of_one():
    assert parse_params(["tags=perovskite", "elements=Li,Fe"]) == {
        "tags": ["perovskite"],
        "elements": ["Li", "Fe"],
    }


def test_dashes_are_underscores_in_names():
    assert parse_params(["space-group=221"]) == {"space_group": 221}


@pytest.mark.parametrize(
    ("word", "bounds"), [("k=100..200", (100, 200)), ("k=100..", (100, None)), ("k=..1.5", (None, 1.5))]
)
def test_ranges(word, bounds):
    assert parse_filters([word]) == {"k": bounds}


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["chgnet"], "name=value"),
        (["=1"], "name=value"),
        (["a=1", "a=2"], "twice"),
        (["k=low..high"], "two numbers"),
    ],
)
def test_what_is_not_understood_is_refused_with_an_example(words, problem):
    with pytest.raises(InvalidInputError, match=problem):
        parse_filters(words)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_survives(number):
    assert parse_params([f"x={number!r}"]) == {"x": number}
