"""Datasets of a lab's values, and a training on one of them."""

from __future__ import annotations

import csv
import json
import os
import signal

import pytest

import nanoos_lab as nl
from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.ml.training.starting import load_start
from nanoos_lab.store.runs import attempts_of
from nanoos_lab.testing import crystal

ROWS = 100
SMALL = {
    "start": "", "options": {"shape": {"width": 16, "layers": 1, "basis": 8, "directed": 2}}, "epochs": 4,
    "members": 1, "batch": 30, "device": "cpu",
}  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table with spaces")
    known = [crystal(name) for name in ("MgO", "NaCl", "Si", "Cu")]
    lines = []
    for k in range(ROWS):
        structure = known[k % 4].copy()
        structure.scale_lattice(structure.volume * (0.8 + 0.004 * k))
        structure.to(filename=str(folder / f"{k}.cif"))
        lines.append((f"{k}.cif", structure.volume / len(structure)))
    with (folder / "volumes.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("file", "volume_per_atom"), *lines])
    return folder / "volumes.csv"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with nl.open(tmp_path_factory.mktemp("labs") / "lab") as opened:
        yield opened


@pytest.fixture(scope="module")
def volumes(lab, table):
    return lab.dataset("volume_per_atom", table, origin="computed", method="geometry")


@pytest.fixture
def few(tmp_path):
    with nl.open(tmp_path / "lab") as opened:
        one, other = opened.add(crystal("MgO"), name="MgO"), opened.add(crystal("Si"), name="Si")
        yield opened, one, other


def test_a_table_is_stored_and_becomes_a_dataset(lab, table, volumes):
    frame = volumes.frame()
    assert len(volumes) == len(frame) == ROWS
    assert frame.attrs["units"] == {"volume_per_atom": "Å³/atom"}
    for entry in volumes[:5]:
        s = entry.structure.structure
        assert entry.value == pytest.approx(s.volume / len(s), rel=1e-4)
    again = lab.dataset("volume_per_atom", table, origin="computed", method="geometry")
    assert again.values() == volumes.values()
    assert len(lab.value_rows(property="volume_per_atom")) == ROWS


def test_a_dataset_shows_itself(volumes):
    assert "100 of 4 chemical systems" in repr(volumes)
    page = volumes._repr_mimebundle_()["text/html"]
    assert "<svg" in page
    assert "geometry" in page


def test_a_training_gives_a_registered_model_that_predicts(lab, volumes):
    run = lab.train(volumes, name="my-volume", **SMALL)
    assert run.model.label == "my-volume@1"
    assert list(run.comparison()["model"]) == ["trained"]
    assert set(run.metrics()["part"]) == {"train", "validation", "calibration", "test"}
    worst = run.rows()
    assert worst["error"].abs().is_monotonic_decreasing
    by_id = {entry.structure.id: entry.value for entry in volumes}
    assert all(by_id[i] == pytest.approx(v) for i, v in zip(worst["structure"], worst["truth"], strict=True))
    lab.predict(volumes.structures()[0], predictor="my-volume")
    said = lab.value_rows(property="volume_per_atom", origin="predicted")
    told = worst.set_index("structure").loc[volumes.structures()[0].id]
    assert said[0].value == pytest.approx(told["value"], rel=1e-4)
    assert said[0].uncertainty == pytest.approx(told["half_width"], rel=1e-3)
    assert run._repr_mimebundle_()["text/html"].count("<svg") == 2
    assert lab.training(run.id).curve() == run.curve()
    for kind in ("course", "parity", "coverage"):
        assert run.figure(kind).data


def test_a_registered_models_name_is_a_start_and_both_answer_the_same_rows(lab, volumes):
    tuned = lab.train(volumes, name="tuned", **{**SMALL, "start": "my-volume", "options": {}, "epochs": 2})
    assert tuned.summary["start"] == tuned.model.manifest().base == "my-volume@1"
    frame = tuned.comparison().set_index("model")
    assert list(frame.index) == ["before tuning", "tuned", "trained from nothing"]
    assert frame["n"].nunique() == 1
    rows = tuned.rows().query("part == 'test'")
    assert frame.loc["before tuning", "mae"] == pytest.approx((rows["base"] - rows["truth"]).abs().mean())
    assert frame.loc["before tuning", "mae"] == pytest.approx(
        lab.models["my-volume"].metrics().set_index("part").loc["test", "mae"], rel=1e-3
    )
    known = lab.models["my-volume"].manifest().domain.elements
    assert set(known) <= set(tuned.model.manifest().domain.elements)
    assert "before tuning" in tuned._repr_mimebundle_()["text/html"]
    assert "Registered as tuned@1" in repr(tuned)


def test_of_few_rows_enough_measure_the_intervals_unless_parts_are_given(lab, volumes):
    sixty = lab.dataset("volume_per_atom", volumes.structures()[:60], origin="computed")
    run = lab.train(sixty, register=False, **{**SMALL, "epochs": 1})
    assert set(run.metrics().query("part == 'calibration'")["n"]) == {24}
    with pytest.raises(InvalidInputError, match="too few"):
        lab.train(sixty, split={"train": 0.6, "validation": 0.1, "calibration": 0.2, "test": 0.1}, **SMALL)


def test_what_is_no_start_is_refused_before_anything_is_recorded(lab, volumes):
    before = len(lab.runs(limit=None))
    with pytest.raises(UnknownNameError, match="did you mean"):
        lab.train(volumes, start="my-volumee")
    with pytest.raises(InvalidInputError, match="there is no such file"):
        lab.train(volumes, start="models/none.nanoos-model")
    assert len(lab.runs(limit=None)) == before


def test_a_start_says_what_learns(lab, volumes):
    pytest.importorskip("matgl")
    small = {"units": 8, "dim_node_embedding": 8, "dim_edge_embedding": 8, "nblocks": 1}
    plan = {**SMALL, "epochs": 1, "compare": False}
    lab.train(volumes, name="meg", architecture="megnet", **{**plan, "options": {"arguments": small}})
    tuned = lab.train(volumes, name="meg2", **{**plan, "start": "meg", "options": {}})
    assert tuned.summary["architecture"] == "megnet"
    assert tuned.summary["start"] == "meg@1"
    assert list(tuned.summary["comparison"]) == ["base", "tuned"]


def test_a_training_under_way_shows_its_curves_and_needs_no_kernel_for_them(lab, volumes):
    run = lab.train(volumes, name="other", wait=False, on="process", **{**SMALL, "epochs": 2})
    shown = run._repr_mimebundle_()
    saved = shown.get("application/vnd.nanoos.scenes+json")
    assert saved is None or saved["schema"] == "nanoos.scenes"
    monitor = run.monitor()
    run.wait()
    monitor.feed.look()
    assert "<svg" in monitor.picture.value
    assert "trained" in monitor.picture.value
    assert not monitor.feed.unfinished
    monitor.close()


SLOWER = {**SMALL, "options": {"shape": {"width": 32, "layers": 2, "basis": 8, "directed": 2}}, "epochs": 24}


def test_a_killed_worker_costs_the_pass_under_way_and_no_other(lab, volumes):
    whole = lab.train(volumes, name="whole", **SLOWER)
    run = lab.train(volumes, name="whole", on="process", force=True, wait=False, **SLOWER)
    for _ in range(3000):
        lab.wait([run], timeout=0.05)
        if len(run.curve()) > 3:
            break
    with lab.store.read() as session:
        (attempt,) = attempts_of(session, lab.store.scope, run.id)
    claim = json.loads((lab.store.scope.files / attempt.folder / "claim").read_text())
    os.kill(claim["pid"], signal.SIGKILL)
    run.wait()
    assert run.row.attempt == 2
    assert run.curve() == whole.curve()
    assert [row["epoch"] for row in run.curve()] == list(range(len(run.curve())))
    continued = run.summary["continued"]
    assert continued["epochs_before"] > 3
    assert continued["epochs_repeated"] <= 1
    assert run.summary["metrics"]["test"] == pytest.approx(whole.summary["metrics"]["test"], rel=1e-4)
    one, other = (load_start(str(r.artifacts["whole-1.nanoos-model"])) for r in (whole, run))
    for name, tensor in one.members[0].items():
        assert (tensor == other.members[0][name]).all()


def test_unlike_methods_are_refused_with_what_there_is(few):
    lab, one, other = few
    lab.record(one, "band_gap", 4.5, origin="computed", method="PBE")
    lab.record(other, "band_gap", 1.2, origin="computed", method="HSE06")
    with pytest.raises(InvalidInputError, match=r"not alike(.|\n)*1 by HSE06(.|\n)*method="):
        lab.dataset("band_gap", origin="computed")
    assert lab.dataset("band_gap", origin="computed", method="hse").values() == [1.2]
    with pytest.raises(InvalidInputError, match=r"by the method 'SCAN': there are"):
        lab.dataset("band_gap", origin="computed", method="SCAN")
    with pytest.raises(InvalidInputError, match="there is no measured Work function"):
        lab.dataset("work_function", origin="measured")
    with pytest.raises(UnknownNameError):
        lab.dataset("band_gap", origin="guessed")


def test_several_values_of_a_structure_are_averaged_or_refused(few):
    lab, one, _ = few
    for value in (4.0, 5.0):
        lab.record(one, "band_gap", value, origin="computed", method="PBE")
    assert [(e.value, e.count, e.spread) for e in lab.dataset("band_gap", origin="computed")] == [
        (4.5, 2, 1.0)
    ]
    with pytest.raises(InvalidInputError, match=r"several values of band_gap.*MgO.*4.*5"):
        lab.dataset("band_gap", origin="computed", duplicates="refuse")


def test_synthetic_values_are_never_learnt(few):
    lab, one, _ = few
    lab.run("static", one, calculator="toy")
    with pytest.raises(InvalidInputError, match="1 synthetic"):
        lab.dataset("energy", origin="computed")


def test_too_few_rows_are_said_before_anything_is_recorded(few):
    lab, one, _ = few
    lab.record(one, "band_gap", 4.5, origin="computed", method="PBE")
    with pytest.raises(InvalidInputError, match="1 rows are too few"):
        lab.train(lab.dataset("band_gap", origin="computed"))
    assert not len(lab.runs())


def test_a_table_that_cannot_be_read_names_the_lines(few, tmp_path):
    lab, _, _ = few
    path = tmp_path / "gaps.csv"
    path.write_text("file,band_gap\na.cif,1\nb.cif,wide\n")
    with pytest.raises(InvalidInputError, match="line 3: band_gap is 'wide'"):
        lab.dataset("band_gap", path, origin="imported")
    path.write_text("file,gap\na.cif,1\n")
    with pytest.raises(InvalidInputError, match="has the columns file, gap"):
        lab.dataset("band_gap", path, origin="imported")
