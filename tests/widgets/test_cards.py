"""Cards say what a value is, how well it is known, and shout where it must not be trusted."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.widgets import Card, PredictionCards, cards_html
from nanoos_lab.widgets.card_parts import ORIGIN_COLORS, interval_svg, number_text


def estimate(**changes):
    given = {
        "property": "bulk_modulus",
        "value": 171.3,
        "uncertainty": 8.2,
        "uncertainty_kind": "fit",
        "origin": Origin.COMPUTED,
        "method": Method(name="CHGNet", version="0.3.0", recipe="7 volumes"),
    }
    return PropertyEstimate(**{**given, **changes})


def row(**changes):
    """Return the shape in which the store hands out values."""
    given = {
        "property": "band_gap", "value": 3.25, "unit": "eV", "uncertainty": None, "uncertainty_kind": "none",
        "origin": "measured", "method_name": "literature", "method_version": "", "method_recipe": "optical",
        "converged": True, "in_domain": None, "synthetic": False, "conditions": {"temperature_K": 298.0},
        "source": "J. Appl. Phys. 90", "note": "",
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


def test_estimates_and_stored_rows_make_the_same_card():
    from_estimate = Card.of(estimate(), "SrTiO3")
    from_row = Card.of(
        row(property="bulk_modulus", value=171.3, unit="GPa", uncertainty=8.2, uncertainty_kind="fit",
            origin="computed", method_name="CHGNet", method_version="0.3.0", method_recipe="7 volumes",
            conditions={}, source=""),
        "SrTiO3",
    )  # fmt: skip
    assert from_estimate == from_row
    assert from_estimate.text == "171 ± 8 GPa"
    assert Card.of(from_row) is from_row


def test_a_card_says_everything_a_reader_needs():
    text = re.sub(
        r"<style>.*?</style>|<[^>]+>",
        " ",
        cards_html([("SrTiO3", estimate(in_domain=True)), ("SrTiO3", row())]),
    )
    for part in (
        "SrTiO3", "Bulk modulus", "171", "± 8", "GPa", "computed", "CHGNet 0.3.0", "7 volumes", "✓ in domain",
        "± error of the fit", "Band gap", "3.25", "eV", "measured", "literature", "T = 298 K",
        "J. Appl. Phys. 90", "no uncertainty stated",
    ):  # fmt: skip
        assert part in text, part
    assert text.count("SrTiO3") == 1  # the title stands once above its cards


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"synthetic": True}, "Synthetic"),
        ({"in_domain": False}, "Outside the model's domain"),
        ({"converged": False}, "Not converged"),
        ({"value": float("nan")}, "Not a finite number"),
    ],
)
def test_warnings_are_words_in_every_form(changes, words):
    cards = PredictionCards([estimate(**changes)])
    bundle = cards._repr_mimebundle_()
    assert words in bundle["text/html"].replace("&#x27;", "'")
    assert words in bundle["text/plain"]
    assert not PredictionCards([estimate()]).cards[0].warnings


def test_everything_from_outside_is_escaped():
    nasty = "<img src=x onerror=alert(1)>"
    card = Card(
        name=nasty, value=1.0, unit=nasty, origin=nasty, method=nasty, recipe=nasty, title=nasty,
        conditions=nasty, source=nasty, note=nasty,
    )  # fmt: skip
    html = cards_html([card], heading=nasty)
    assert "<img" not in html
    assert html.count("&lt;img") >= 8


@pytest.mark.parametrize(
    ("value", "uncertainty", "expected"),
    [
        (171.3, 8.2, ("171", "8")),
        (171.34, 1.24, ("171.3", "1.2")),
        (-3.4721, 0.031, ("−3.47", "0.03")),
        (-3.4721, 0.0149, ("−3.472", "0.015")),
        (5.4312, 0.00096, ("5.4312", "0.0010")),
        (1500.0, 120.0, ("1500", "120")),
        (3.25, None, ("3.25", "")),
        (171.2345, None, ("171.2", "")),
        (23456.7, None, ("23457", "")),
        (0.0, 0.0, ("0", "0")),
        (float("inf"), 1.0, ("inf", "")),
    ],
)
def test_values_are_rounded_to_what_their_uncertainty_allows(value, uncertainty, expected):
    assert number_text(value, uncertainty) == expected


def mark_position(svg):
    return float(re.search(r"translate\(([\d.]+) 11\)", svg).group(1))


def test_the_mark_stands_where_the_value_is():
    start, end = (mark_position(interval_svg(v, None, (0, 450), "computed")) for v in (0, 450))
    assert mark_position(interval_svg(225, None, (0, 450), "computed")) == pytest.approx(
        (start + end) / 2, abs=0.1
    )
    band = re.search(
        r"<rect x='([\d.]+)' y='8' width='([\d.]+)'", interval_svg(225, 45, (0, 450), "computed")
    )
    assert float(band.group(2)) == pytest.approx(0.2 * (end - start), abs=0.2)


def test_the_range_grows_to_hold_the_value():
    svg = interval_svg(712, 40, (0, 450), "imported")
    assert ">752<" in svg
    assert mark_position(svg) < 224
    assert interval_svg(1.0, None, None, "computed") == ""


def test_badge_colours_carry_white_text():
    def channel(value):
        value /= 255
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    for color in ORIGIN_COLORS.values():
        r, g, b = (channel(int(color[i : i + 2], 16)) for i in (1, 3, 5))
        assert 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) >= 4.5  # WCAG AA


def test_nothing_to_show_is_said():
    assert "No values yet." in cards_html([])
    assert repr(PredictionCards([])) == "No values yet."


def test_cards_need_no_widget_machinery():
    html = cards_html([estimate()])
    assert "<script" not in html
    assert "http" not in html
