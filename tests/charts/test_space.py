"""The map's colours and its figure."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from nanoos_lab import charts
from nanoos_lab.charts.space import shades_of_numbers, shades_of_words, space_figure


def test_the_most_frequent_words_have_colours_and_the_rare_ones_share_one():
    words = [word for k, word in enumerate("abcdefgh") for _ in range(10 - k)] + ["", ""]
    shades, places = shades_of_words(words)
    assert [s.label for s in shades] == ["a", "b", "c", "d", "e", "others", "unknown"]
    assert len({s.color for s in shades}) == 7
    assert places[0] == 0
    assert places[-1] == 6
    assert places.count(5) == 5 + 4 + 3
    assert [s.label for s in shades_of_words(["b", "a", "a"])[0]] == ["a", "b"]


def test_numbers_fall_between_round_ends():
    values = [k / 10 for k in range(101)] + [math.nan, 500.0]
    shades, places = shades_of_numbers(values, "eV")
    assert shades[0].label == "< 2.00 eV"
    assert shades[-2].label.startswith("≥ ")
    assert shades[-1].label == "unknown"
    for value, place in zip(values, places, strict=True):
        assert shades[place].label == "unknown" or (place == 0) == (value < 2)
    assert places[-1] == len(shades) - 2


@pytest.mark.parametrize("values", [[], [math.nan], [1.0], [2.0, 2.0], [0.0, 1e-9], [-3.0, math.nan, 8.0]])
def test_any_numbers_have_shades(values):
    shades, places = shades_of_numbers(values)
    assert len(places) == len(values)
    assert all(0 <= place < len(shades) for place in places)


def test_the_figure_counts_and_escapes():
    frame = pd.DataFrame(
        {"label": ["<b>x", "y"], "said": ["MgO", "<i>"], "x": [0.0, 1.0], "y": [1.0, 0.0], "shade": [0, 1]}
    )
    shades, _ = shades_of_words(["<oxides>", "b"])
    chart = space_figure(frame, shades, title="a map")
    assert {trace.name.rpartition(" ")[2] for trace in chart.data} == {"(1)"}
    text = chart.to_json().encode().decode("unicode_escape") + charts.still_svg(chart)
    assert "<b>x" not in text
    assert "<oxides>" not in text
    assert charts.still_svg(chart).count("<circle") == 4
