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


def test_a_dot_goes_into_a_dictionary():
    words = [
        "calculator=qe",
        "options.cutoff_ry=40",
        "options.hubbard.Fe=4.0",
        "options.spin=none",
        "a-b.c-d=1",
    ]
    assert parse_params(words) == {
        "calculator": "qe",
        "options": {"cutoff_ry": 40, "hubbard": {"Fe": 4.0}, "spin": "none"},
        "a_b": {"c_d": 1},
    }
    assert parse_params(['options={"cutoff_ry": 40}', "options.spin=none"]) == {
        "options": {"cutoff_ry": 40, "spin": "none"}
    }


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["options.a=1", "options.a=2"], "given twice"),
        (["options=x", "options.a=1"], "say one of them"),
        (["options.=1"], "a dot stands inside"),
        ([".a=1"], "a dot stands inside"),
        (["options..a=1"], "a dot stands inside"),
    ],
)
def test_a_dictionary_that_makes_no_sense_is_refused(words, problem):
    with pytest.raises(InvalidInputError, match=problem):
        parse_params(words)


def test_dashes_are_underscores_in_names():
    assert parse_params(["space-group=221"]) == {"space_group": 221}
    assert parse_filters(["band-gap=1..2"]) == {"band_gap": "1..2"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("bulk_modulus=100..200", {"bulk_modulus": "100..200"}),
        ("band_gap>1", {"band_gap": ">1"}),
        ("band_gap >= 1 eV", {"band_gap": ">=1 eV"}),
        ("band_gap=>1", {"band_gap": ">1"}),
        ("energy_above_hull<=0.05", {"energy_above_hull": "<=0.05"}),
        ("n_elements=3", {"n_elements": "3"}),
        ("elements=Li, Fe", {"elements": ["Li", "Fe"]}),
        ("space_group=62,Pm-3m", {"space_group": ["62", "Pm-3m"]}),
        ("tags=2024", {"tags": ["2024"]}),
        ("ids=123e45678901", {"ids": ["123e45678901"]}),
        ("text=a b=c", {"text": "a b=c"}),
        ("stable=yes", {"stable": True}),
        ("derived=False", {"derived": False}),
        ("stable=maybe", {"stable": "maybe"}),
        ("limit=5", {"limit": 5}),
        ("order=-band_gap", {"order": "-band_gap"}),
    ],
)
def test_filters_are_what_python_hands_over(word, expected):
    assert parse_filters([word]) == expected


@pytest.mark.parametrize(
    ("parse", "words", "problem"),
    [
        (parse_params, ["chgnet"], "name=value"),
        (parse_params, ["=1"], "name=value"),
        (parse_params, ["a=1", "a=2"], "twice"),
        (parse_filters, ["perovskite"], "name=value, such as elements=Li,Fe"),
        (parse_filters, ["=1"], "name=value"),
        (parse_filters, ["band_gap>1", "band-gap<2"], "twice"),
    ],
)
def test_what_is_not_understood_is_refused_with_an_example(parse, words, problem):
    with pytest.raises(InvalidInputError, match=problem):
        parse(words)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_survives(number):
    assert parse_params([f"x={number!r}"]) == {"x": number}
