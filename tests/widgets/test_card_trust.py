"""What a card says of trust: why a value lies outside the domain, said once, and how often intervals held."""

from __future__ import annotations

from dataclasses import replace

from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.widgets.cards import Card, PredictionCards


def _estimate(**more):
    return PropertyEstimate(
        property="band_gap", value=1.9, uncertainty=0.4, uncertainty_kind="conformal_90", origin=Origin.PREDICTED,
        method=Method(name="nanoos-gnn"), **more,
    )  # fmt: skip


def test_the_reason_stands_in_the_warning_and_not_in_the_note_as_well():
    outside = _estimate(
        in_domain=False, note="metal; outside the domain: hardly any Pu crystal; rests on CHGNet"
    )
    (card,) = PredictionCards([outside]).to_json()["cards"]
    assert card["warnings"] == ["Outside the model's domain: hardly any Pu crystal: do not rely on it"]
    assert card["note"] == "metal; rests on CHGNet"
    (row,) = PredictionCards([outside]).frame().to_dict("records")
    assert "hardly any Pu" in row["note"], "the table holds the note as it was stated"


def test_without_a_reason_the_warning_still_stands():
    (card,) = PredictionCards([_estimate(in_domain=False, note="metal")]).to_json()["cards"]
    assert card["warnings"] == ["Outside the model's domain: do not rely on it"]
    assert card["note"] == "metal"


def test_measured_coverage_stands_before_the_other_small_print():
    near = "in the second quarter by distance from the training data, where it held for 91 %"
    card = Card.of(_estimate(in_domain=True, source="MP", note=f"metal; {near}"))
    told = PredictionCards([replace(card, trust=("Held: <b>", "Learned from PBE"))])
    (drawn,) = told.to_json()["cards"]
    assert drawn["details"] == ["Held: <b>", f"I{near[1:]}", "Learned from PBE", "MP"]
    assert drawn["note"] == "metal", "what is said of trust is not said twice"
    assert "Held: &lt;b&gt;" in told.html()
