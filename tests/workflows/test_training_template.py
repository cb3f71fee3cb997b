"""The template about training for real: a lab's own predictions, a tuned network, papermill, and the page."""

from __future__ import annotations

import json

import pytest

import nanoos_lab as nl
from nanoos_lab.lab.sources import samples_folder
from nanoos_lab.workflows import training_page

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
EVIL = "<script>document.title='owned'</script>"
SUMMARY = {
    "property": "bulk_modulus", "unit": "GPa", "logarithm": True, "architecture": "nanoos-gnn",
    "start": "nanoos-gnn", "data": {"origin": "predicted"},
    "rows": {"train": 60, "validation": 10, "calibration": 20, "test": 10},
    "metrics": {"test": {"n": 10, "mae": 5.0, "rmse": 6.0, "r2": 0.9, "bias": 1.0, "coverage": 0.9, "median": 4.0}},
    "comparison": {"base": {"mae": 8.0}, "tuned": {"mae": 5.0}, "scratch": {"mae": 4.0}},
    "gains": {
        "base": {"n": 10, "mean": -3.0, "low": -5.0, "high": -1.0, "closer": 9},
        "scratch": {"n": 10, "mean": 1.0, "low": -1.0, "high": 3.0, "closer": 4},
    },
}  # fmt: skip


def test_a_report_trains_registers_and_compares(tmp_path):
    pytest.importorskip("onnxscript")
    with nl.open(tmp_path / "lab with spaces") as lab:
        lab.add(samples_folder())
        lab.find(formula="MgO")[0].rename(EVIL)
        lab.predict(list(lab.structures()), ["bulk_modulus"], predictor="nanoos-gnn-accurate")
        report = lab.report("train-model", name="k", epochs=4, members=1, worst=9)
        told = report.run.summary
        assert report.title == "Bulk modulus: the model k@1"
        assert told["model"] == "k@1"
        assert set(told["comparison"]) == {"base", "tuned", "scratch"}
        assert len({one["n"] for one in told["comparison"].values()}) == 1
        run = lab.training(told["run"])
        assert run.summary["metrics"] == told["metrics"]
        assert lab.models["k"].run.id == run.id
        page = report.path.read_text(encoding="utf-8")
        assert EVIL not in page
        for words in (
            "Did it pay?",
            "before tuning",
            "trained from nothing",
            "Worst held-out rows",
            "Left out",
        ):
            assert words in page
        held = run.rows().query("part == 'test'")
        assert page.count('src="data:image/svg+xml') >= min(9, len(held))
        said = lab.predict(run.inputs[0], predictor="k")
        assert "Bulk modulus" in repr(said)


def test_sentences_say_what_chance_allows():
    said = " ".join(training_page.sentences_of(SUMMARY, "k@1"))
    assert "k@1 states the bulk modulus. It was tuned from nanoos-gnn" in said
    assert "on 60 of 100 predicted values" in said
    assert "What it began from is off by 8.00 GPa on the same rows: the model is closer beyond chance" in said
    assert (
        "from nothing is off by 4.00 GPa on the same rows; on so few rows that difference may be chance"
        in said
    )
    assert "hold 9 of these 10" in said


def test_notes_warn_of_predictions_and_of_few_rows():
    notes = training_page.notes_of(SUMMARY, ["tuning did not pay: ...", "cites no source"])
    assert notes[0] == "cites no source"
    assert "predictions" in notes[1]
    assert "10 test rows settle little" in notes[2]


def test_tables_say_when_there_was_nothing_to_compare_with():
    alone = json.loads(json.dumps(SUMMARY))
    del alone["comparison"]["base"], alone["gains"]
    page = training_page.comparison_html({**alone, "comparison": {"tuned": {**SUMMARY["metrics"]["test"]}}})
    assert "no error before tuning" in page
    assert "95 % interval" not in page
