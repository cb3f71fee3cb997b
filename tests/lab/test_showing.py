"""Values as cards that know the lab: what was measured of the same, where each value stands, and its run."""

from __future__ import annotations

import json

import pytest
from pymatgen.core import Lattice, Structure

import nanoos_lab as nl
from nanoos_lab.lab.answers import Predictions
from nanoos_lab.lab.showing import run_record
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store.standing import standings
from nanoos_lab.store.values import insert_values
from nanoos_lab.widgets.cards import MIME_TYPE


@pytest.fixture
def lab(lab_place):
    with nl.open(lab_place) as opened:
        yield opened


@pytest.fixture
def state(lab):
    def put(record, value, *, method="CHGNet", version="0.3.0", of="bulk_modulus", **more):
        stated = PropertyEstimate(
            property=of, value=value, origin=more.pop("origin", Origin.PREDICTED),
            method=Method(name=method, version=version), **more,
        )  # fmt: skip
        with lab.store.write() as session:
            return insert_values(session, lab.store.scope, record.row.material_id, record.id, [stated])[0]

    return put


@pytest.fixture
def metals(lab):
    return lab.add([Structure(Lattice.cubic(3 + k / 10), ["Po"], [[0, 0, 0]]) for k in range(8)])


def test_a_value_stands_among_those_of_like_method_alone(lab, metals, state):
    rows = [state(record, 100.0 + 10 * k) for k, record in enumerate(metals)]
    state(metals[0], 1.0, method="other")
    state(metals[0], 1.0, version="0.2.0")
    state(metals[0], 1.0, synthetic=True)
    state(metals[0], 1.0, converged=False)
    state(metals[0], 1.0, origin=Origin.COMPUTED)
    state(metals[0], 1.0, of="shear_modulus")
    with lab.store.read() as session:
        found = standings(session, lab.store.scope, rows)
    assert [found[row.id].below for row in rows] == list(range(8))
    for row in rows:
        standing = found[row.id]
        assert (standing.n, sum(standing.bins)) == (8, 8)
        assert standing.low <= row.value <= standing.high
    assert found[rows[-1].id].percentile == 100


def test_too_few_values_have_no_distribution(lab, metals, state):
    row = state(metals[0], 100.0)
    with lab.store.read() as session:
        assert standings(session, lab.store.scope, [row]) == {}


def test_predictions_show_what_was_measured_of_the_same(lab, state):
    sto = lab.add("SrTiO3.cif").rename('<img src=x onerror="alert(1)"></script>')
    row = state(sto, 180.0, uncertainty=20.0, uncertainty_kind="conformal_90")
    answer = Predictions([(sto, [row])], lab=lab)
    bundle = answer._repr_mimebundle_()
    origins = [card["origin"] for card in bundle[MIME_TYPE]["cards"]]
    assert origins[0] == "predicted"
    assert set(origins[1:]) == {"measured"}
    assert bundle[MIME_TYPE]["cards"][0]["against"]
    assert "<img" not in bundle["text/html"]
    assert "&lt;img" in bundle["text/html"]
    assert answer.csv().count("\n") == 2, "the table holds what was predicted"
    assert len(answer.cards().view().payload["cards"]) == len(origins)
    many = Predictions([(sto, [row])] * 30, lab=lab)
    assert "6 more structures are not drawn" in many._repr_mimebundle_()["text/html"]


def test_the_record_of_a_run_is_pairs_of_texts(lab):
    sto = lab.add("SrTiO3.cif")
    run = lab.run("static", sto, calculator="toy")
    record = run_record(lab, run.id)
    assert record["state"] == "COMPLETED"
    facts = dict(record["facts"])
    assert facts["Of"] == sto.name
    assert facts["Id"] == run.id
    assert "toy" in facts["Parameters"]
    json.dumps(record)


def test_a_comparison_says_how_far_from_measured(lab, state):
    sto = lab.add("SrTiO3.cif")
    state(sto, 180.0, uncertainty=20.0, uncertainty_kind="conformal_90", in_domain=True)
    bundle = lab.compare(sto, "bulk_modulus")._repr_mimebundle_()
    payload = bundle[MIME_TYPE]
    assert payload["picture"].startswith("<svg")
    predicted = [card for card in payload["cards"] if card["origin"] == "predicted"]
    assert predicted[0]["against"][0]["inside"] is True
    assert {card["origin"] for card in payload["cards"]} == {"predicted", "measured"}
    assert MIME_TYPE not in lab.compare(sto, "formation_energy")._repr_mimebundle_()
