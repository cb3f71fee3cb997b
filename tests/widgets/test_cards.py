"""Cards say what a value is, how well it is known, and shout where it must not be trusted."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from nanoos_lab.display.look import look
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store.standing import Standing
from nanoos_lab.widgets import Card, PredictionCards, cards_html
from nanoos_lab.widgets.cards import MIME_TYPE
from nanoos_lab.widgets.cards.parts import SHAPES, interval_svg, number_text, range_of


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
    assert words in bundle["text/html"].replace("&#39;", "'")
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


def drawn(value, uncertainty, typical, origin="computed"):
    return interval_svg(value, uncertainty, range_of(value, uncertainty, typical), origin)


def mark_position(svg):
    return float(re.search(r"translate\(([\d.]+) 12\)", svg).group(1))


def test_the_mark_stands_where_the_value_is():
    start, end = (mark_position(drawn(v, None, (0, 450))) for v in (0, 450))
    assert mark_position(drawn(225, None, (0, 450))) == pytest.approx((start + end) / 2, abs=0.1)
    band = re.search(r'class="nc-band" x="([\d.]+)" y="9" width="([\d.]+)"', drawn(225, 45, (0, 450)))
    assert float(band.group(2)) == pytest.approx(0.2 * (end - start), abs=0.2)


def test_the_range_grows_to_hold_the_value():
    svg = drawn(712, 40, (0, 450), "imported")
    assert ">760<" in svg
    assert mark_position(svg) < 224
    assert drawn(1.0, None, None) == ""
    assert range_of(712, 41.3, (0, 450)) == (0, 760), "an end that grew is a round number"
    assert range_of(-3.0, 2.36, (-4.5, 0.5)) == (-5.4, 0.5)


def test_what_is_never_below_0_is_not_drawn_there_however_wide_its_interval():
    assert range_of(2.0, 2.66, (0, 10)) == (0, 10)
    assert range_of(-0.1, 0.05, (0, 10)) == (-0.1, 10), "unless the value itself is"
    svg = drawn(2.0, 2.66, (0, 10))
    assert re.search(r'class="nc-band" x="6.0"', svg)
    assert re.search(r'class="nc-ends" d="M[\d.]+ 5v14"', svg), "only the end that is seen has a mark"


def test_no_prediction_is_written_more_finely_than_a_model_can_be_good_to():
    tiny = {"property": "band_gap", "value": 1e-6, "uncertainty": 9e-6, "unit": "eV", "conditions": {}}
    assert Card.of(estimate(**tiny, origin="predicted")).text == "0.0000 ± 0.0010 eV"
    assert Card.of(estimate(**tiny)).text == "0.000001 ± 0.000009 eV", "a calculation may be"


def test_every_origin_has_a_mark_of_its_own():
    assert len({SHAPES[sign.symbol] for sign in look().origins.values()}) == 4


def test_a_value_is_compared_with_what_was_measured():
    measured = row(
        property="bulk_modulus",
        value=174.2,
        unit="GPa",
        uncertainty=1.1,
        uncertainty_kind="standard",
        source="",
    )
    cards = PredictionCards([("STO", measured), ("STO", estimate()), ("STO", estimate(uncertainty=1.0))])
    *computed, last = cards.to_json()["cards"]
    assert (last["origin"], last["against"]) == ("measured", [])
    (near,), (far,) = (card["against"] for card in computed)
    assert (near["difference"], near["inside"]) == ("−3 GPa", True)
    assert "174.2 ± 1.1 GPa" in near["measured"]
    assert "298" in near["measured"]
    assert far["inside"] is False
    page = cards.html()
    assert "✓ inside the interval" in page
    assert "✕ outside the interval" in page
    alone = PredictionCards([("BTO", estimate()), ("STO", measured)])
    assert [card["against"] for card in alone.to_json()["cards"]] == [[], []]
    toy = PredictionCards([("STO", measured), ("STO", estimate(synthetic=True))])
    assert toy.to_json()["cards"][0]["against"] == [], "the toy's values are never compared with real ones"


def test_where_a_value_stands_is_drawn_and_said():
    standing = Standing(n=101, below=75, low=0.0, high=450.0, bins=(0, 100, 1))
    cards = PredictionCards([Card.of(estimate(), "STO", standing)])
    (card,) = cards.to_json()["cards"]
    assert card["standing"] == "higher than 75 % of 100 other values computed by CHGNet 0.3.0"
    assert card["bins"] == [0, 100, 1]
    path = re.search(r'class="nc-bars" d="([^"]+)"', cards.html()).group(1)
    assert path.count("M") == 2, "an empty part has no bar"


def test_several_structures_stand_side_by_side():
    html = cards_html([("A", estimate()), ("B", row()), ("B", estimate())])
    cells = html.split('<div class="nc-cell">')[1:]
    assert len(cells) == 4
    assert [cell.count('role="group"') for cell in cells] == [1, 1, 0, 1]
    assert "Band gap: not known" in cells[2]


def test_csv_and_frame_hold_every_card_and_run_no_formula():
    cards = PredictionCards(
        [("=cmd()", estimate()), ("B", row(value=None, shape=[3, 2], note='say "so", twice'))]
    )
    lines = list(csv.reader(cards.csv().splitlines()))
    assert lines[0] == list(cards.frame().columns)
    first, second = (dict(zip(lines[0], line, strict=True)) for line in lines[1:])
    assert (first["of"], first["value"], first["unit"]) == ("'=cmd()", "171.3", "GPa")
    assert (second["value"], second["note"]) == ("", 'say "so", twice')
    assert cards.frame()["of"].tolist() == ["=cmd()", "B"]


def test_the_data_are_plain_json_also_where_a_value_is_not_finite():
    cards = PredictionCards([estimate(value=float("nan")), row(value=None, shape=[3, 2])])
    bundle = json.loads(json.dumps(cards._repr_mimebundle_(), allow_nan=False))
    assert bundle[MIME_TYPE]["schema"] == "nanoos.cards"
    assert [card["text"] for card in bundle[MIME_TYPE]["cards"]] == ["nan", "array 3×2"]
    assert not any(card["ends"] for card in bundle[MIME_TYPE]["cards"])


def test_contributions_of_sites_are_drawn_where_a_model_tells_them():
    card = replace(Card.of(estimate()), sites=(0.5, -0.25, float("nan")))
    html = cards_html([card])
    assert html.count("<i style") == 3
    assert "nc-sites" not in cards_html([estimate()]).partition("</style>")[2]


def test_the_live_widget_shows_records_of_its_own_runs_alone():
    asked = []
    cards = PredictionCards([row(run_id="abc")], record_of=lambda run: asked.append(run) or {"title": run})
    view = cards.view()
    said = []
    view.send = lambda message, *_: said.append(message)
    for message in (
        {"type": "run", "run": "abc"},
        {"type": "run", "run": "other"},
        "nonsense",
        {"type": "?"},
    ):
        view._hear(view, message, [])
    assert asked == ["abc"]
    assert said == [{"type": "record", "run": "abc", "record": {"title": "abc"}}]
    assert MIME_TYPE in view._repr_mimebundle_()[0]
    view.close()


def test_nothing_to_show_is_said():
    assert "No values yet." in cards_html([])
    assert repr(PredictionCards([])) == "No values yet."


def test_cards_need_no_widget_machinery():
    html = cards_html([estimate()])
    assert "<script" not in html
    assert "http" not in html
