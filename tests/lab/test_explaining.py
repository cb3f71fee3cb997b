"""Contributions as a notebook shows them."""

from __future__ import annotations

import pytest

import nanoos_lab as nl
from nanoos_lab.errors import UnknownNameError
from nanoos_lab.scenes.scene import MIME_TYPE, Scene

pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with nl.open(tmp_path_factory.mktemp("explained") / "lab") as opened:
        yield opened


@pytest.fixture(scope="module")
def sto(lab):
    return lab.add("SrTiO3.cif")


@pytest.fixture(scope="module")
def energy(lab, sto):
    return lab.explain(sto)


def test_sites_and_elements_add_up_to_the_prediction(lab, sto, energy):
    assert sum(energy.sites) == pytest.approx(energy.value, abs=1e-4)
    assert sum(energy.elements.values()) == pytest.approx(energy.value, abs=1e-4)
    assert list(energy.frame().columns) == ["site", "element", "contribution"]
    gap = lab.explain(sto, "band_gap", draws=4)
    assert gap.baseline + sum(gap.elements.values()) == pytest.approx(gap.value, abs=1e-6)
    assert "Shapley values of elements, 4 draws" in repr(gap)
    assert "standard error" in repr(gap)


def test_the_picture_is_coloured_by_site_and_symmetric_about_zero(energy):
    told = energy.scene().site_values
    assert (told.name, told.unit, told.scale) == ("adds", "eV/atom", "diverging")
    assert told.low == -told.high
    bundle = energy._repr_mimebundle_()
    scene = Scene.from_json(
        {k: v for k, v in bundle[MIME_TYPE].items() if k not in {"title", "facts"}} | {"title": ""}
    )
    assert scene.site_values.high == pytest.approx(told.high)
    assert ["How", "sum over sites, exact"] in bundle[MIME_TYPE]["facts"]
    assert "<svg" in bundle["text/html"]
    assert "adds (eV/atom)" in bundle["text/html"]


def test_the_card_holds_what_each_site_adds_and_how_far_to_trust_it(energy):
    (card,) = energy.cards().to_json()["cards"]
    assert card["sites"] == pytest.approx(list(energy.sites))
    assert any(text.startswith("Held for") for text in card["details"])


def test_it_is_a_run_and_asking_again_is_answered_by_it(lab, sto, energy):
    again = lab.explain(sto)
    assert again.run == energy.run
    assert again.attribution == energy.attribution
    (run,) = [one for one in lab.runs(task="explain") if one.id == energy.run]
    assert run.row.params["property"] == "formation_energy"
    assert "fast.onnx" in run.row.identity["files_sha256"], "what it rests on is part of its record"
    assert lab.explain(sto, "band_gap", draws=4).run != energy.run


def test_unknown_names_are_refused(lab, sto):
    with pytest.raises(UnknownNameError):
        lab.explain(sto, "debye_temperature")
    with pytest.raises(UnknownNameError):
        lab.explain(sto, predictor="nobody")
    assert {one.state for one in lab.runs(task="explain")} == {"COMPLETED"}, "nothing is begun in vain"


def test_the_live_viewer_is_coloured_alike(energy):
    pytest.importorskip("anywidget")
    viewer = energy.view()
    assert viewer.scene["site_values"]["name"] == "adds"
