"""A line of search words: filters and words for texts, told apart."""

from __future__ import annotations

import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.filter_words import parse_search


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("perovskite", {"text": "perovskite"}),
        ("elements=Li,O band_gap>1", {"elements": ["Li", "O"], "band_gap": ">1"}),
        ('"grown by flux" new tags=a', {"tags": ["a"], "text": '"grown by flux" new'}),
        ("'band_gap=1..2 eV' STO", {"band_gap": "1..2 eV", "text": "STO"}),
        ("STO text=flux", {"text": "STO flux"}),
    ],
)
def test_filters_and_words_are_told_apart(line, expected):
    assert parse_search(line) == expected


@pytest.mark.parametrize(("line", "words"), [('"open', "not closed"), ("tags=a tags=b", "twice")])
def test_what_cannot_be_meant_is_said(line, words):
    with pytest.raises(InvalidInputError, match=words):
        parse_search(line)
