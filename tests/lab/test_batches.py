"""How a batch stands: its pace, the best by like method, and what it shows with a kernel and without."""

from __future__ import annotations

import json

import pytest

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab import Lab
from nanoos_lab.lab.batches import BatchWatch, main_property, pace, rank
from nanoos_lab.store.batches import BatchValue, Member
from nanoos_lab.widgets import BatchMonitor, RunMonitor
from nanoos_lab.widgets.live import MIME_TYPE


@pytest.fixture
def lab(lab_place):
    with Lab(lab_place) as opened:
        yield opened


@pytest.fixture
def batch(lab):
    return lab.map(
        "static", [lab.add(name) for name in ("MgO.cif", "NaCl.cif", "SrTiO3.cif")], calculator="toy"
    )


def _members(*runs):
    return [Member(run, False, f"s{run}", f"name {run}", "X") for run in runs]


def _value(run, value, method="m", *, converged=True):
    return BatchValue(run, "energy", value, None, method, converged, synthetic=False)


def test_only_values_of_one_method_are_ranked():
    values = [
        _value("a", -1.0),
        _value("b", -2.0),
        _value("c", -9.0, "other"),
        _value("d", -3.0, converged=False),
    ]
    found = rank(_members("a", "b", "c", "d"), values, "energy", "")
    assert (found["best"]["run"], found["direction"], found["method"], found["unlike"]) == (
        "b",
        "lowest",
        "m",
        1,
    )
    assert found["values"] == [-1.0, -2.0, None, -3.0]
    assert rank(_members("a", "b"), values, "energy", "highest")["best"]["run"] == "a"
    assert rank(_members("a"), [], "", "")["best"] is None


def test_the_pace_is_that_of_this_batch():
    ends = [50.0, 100.0, 110.0, 120.0, None]  # the first one ended before the batch was asked for
    assert pace(ends, 90.0, 4) == {"rate_per_s": 0.1, "left_s": 40.0}
    assert pace([100.0], 90.0, 4) == {"rate_per_s": None, "left_s": None}
    assert pace([100.0, 100.0], 90.0, 4) == {"rate_per_s": None, "left_s": None}


def test_people_look_at_the_main_property_first():
    assert main_property({"energy": 5, "pressure": 5, "band_gap": 5}) == "band_gap"
    assert main_property({"pressure": 5, "band_gap": 1}) == "pressure"
    assert main_property({}) == ""


def test_a_finished_batch_shows_itself_without_a_kernel(lab, batch):
    data = batch._repr_mimebundle_()
    kept = data[MIME_TYPE]
    assert (kept["schema"], kept["version"], kept["kind"]) == ("nanoos.monitor", 1, "batch")
    assert (kept["total"], kept["unfinished"], kept["states"]) == (3, 0, "CCC")
    energies = batch.frame()["energy"]
    assert kept["values"] == pytest.approx(list(energies), rel=1e-6)
    assert kept["best"]["run"] == batch[int(energies.argmin())].id
    assert set(kept["pictures"]) == {run.id for run in batch}
    assert json.loads(json.dumps(kept)) == kept
    assert "<svg" in data["text/html"]
    assert "SYNTHETIC" in data["text/html"]


def test_the_same_is_shown_by_id_in_another_kernel(lab, lab_place, batch):
    mine = batch.monitor().panel.data
    with Lab(lab_place) as again:
        theirs = again.monitor(batch.id[:8])
        assert isinstance(theirs, BatchMonitor)
        assert {**theirs.panel.data, "at": 0} == {**mine, "at": 0}
        assert isinstance(again.monitor(batch[0].id), RunMonitor)
        assert again.monitor().snapshot["total"] == 3


def test_a_reader_chooses_property_and_direction(lab, batch):
    monitor = lab.monitor(batch.id, property="max_force", direction="highest")
    assert (monitor.panel.data["property"]["name"], monitor.panel.data["direction"]) == (
        "max_force",
        "highest",
    )
    monitor.panel._turn(("energy", "highest"))
    assert monitor.panel.data["best"]["value"] == pytest.approx(batch.frame()["energy"].max())
    with pytest.raises(UnknownNameError, match="energy"):
        lab.monitor(batch.id, property="enregy")
    with pytest.raises(InvalidInputError, match="lowest"):
        lab.monitor(batch.id, direction="down")
    with pytest.raises(InvalidInputError, match="structure"):
        lab.monitor(lab.structures()[0].id)


def test_a_chosen_run_shows_its_structure(lab, batch):
    monitor = batch.monitor()
    monitor.panel._show(batch[1].id)
    assert monitor.viewer is not None
    assert monitor.viewer in monitor._beside.children
    monitor.panel._show("000000000000")
    assert "no structure" in monitor.panel.said


def test_only_its_own_pictures_are_drawn(lab, batch):
    drawn = BatchWatch(lab, batch.id).pictures([batch[0].id, "000000000000"])
    assert list(drawn) == [batch[0].id]
    assert drawn[batch[0].id].startswith("<svg")


def test_names_are_escaped_in_the_still(lab):
    odd = lab.add("MgO.cif", name="<img src=x onerror=alert(1)></script>")
    page = lab.map("static", [odd], calculator="toy")._repr_mimebundle_()["text/html"]
    assert "<img" not in page
    assert "</script>" not in page


def test_a_batch_without_numbers_says_so(lab):
    batch = lab.map("static", [lab.add("MgO.cif")], calculator="toy", wait=False)
    with_none = {**BatchWatch(lab, batch.id).read(), "best": None, "property": None, "values": [None]}
    from nanoos_lab.widgets.batch_still import still

    assert "MgO" in still(with_none)
    batch.wait()
