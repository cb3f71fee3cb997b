"""The task ``train`` for real, on small crystals whose target is known exactly: the volume per atom."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.models import open_model, read_manifest, unpack
from nanoos_lab.ml.training.starting import load_start
from nanoos_lab.ml.training.task import TrainParams, train
from nanoos_lab.testing import crystal

ROWS = 100
SHAPE = {"width": 16, "layers": 1, "basis": 8, "directed": 2}
SMALL = {"start": "", "options": {"shape": SHAPE}, "epochs": 12, "members": 1, "batch": 30, "device": "cpu"}


@dataclass
class Listener:
    folder: Path
    told: list[tuple[float | None, str]] = field(default_factory=list)

    def progress(self, fraction, message=""):
        self.told.append((fraction, message))


@functools.cache
def rows():
    made, known = [], [crystal(name) for name in ("MgO", "NaCl", "Si", "Cu")]
    for k in range(ROWS):
        structure = known[k % 4].copy()
        structure.scale_lattice(structure.volume * (0.8 + 0.004 * k))
        made.append(structure)
    return made, tuple(s.volume / len(s) for s in made)


def params(**changes):
    return TrainParams(property="volume_per_atom", values=rows()[1], name="vol", **{**SMALL, **changes})


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    listener = Listener(tmp_path_factory.mktemp("train"))
    return train({"structures": rows()[0]}, params(), listener), listener


def test_the_model_is_served_as_it_was_judged(done):
    outcome, _ = done
    predictor = open_model(outcome.artifacts["vol-1.nanoos-model"])
    parity = json.loads(outcome.artifacts["parity.json"].read_text())["rows"]
    said = predictor.predict([rows()[0][row["row"]] for row in parity])
    for row, (estimate,) in zip(parity, said, strict=True):
        assert estimate.value == pytest.approx(row["value"], rel=1e-4)
        assert estimate.uncertainty == pytest.approx(row["half_width"], rel=1e-3)
        assert row["truth"] == pytest.approx(rows()[1][row["row"]])


def test_the_figures_are_those_of_the_rows(done):
    outcome, _ = done
    parity = json.loads(outcome.artifacts["parity.json"].read_text())["rows"]
    for part, told in outcome.summary["metrics"].items():
        errors = np.array([r["value"] - r["truth"] for r in parity if r["part"] == part])
        halves = np.array([r["half_width"] for r in parity if r["part"] == part])
        assert told["n"] == len(errors) == outcome.summary["rows"][part]
        assert told["mae"] == pytest.approx(np.abs(errors).mean())
        assert told["bias"] == pytest.approx(errors.mean())
        assert told["coverage"] == pytest.approx((np.abs(errors) <= halves).mean())


def test_it_learns(done):
    outcome, _ = done
    truth = np.array(rows()[1])
    assert outcome.summary["metrics"]["test"]["mae"] < 0.8 * np.abs(truth - truth.mean()).mean()


def test_each_pass_is_a_line_of_the_curve_and_of_the_progress(done):
    outcome, listener = done
    lines = [json.loads(line) for line in outcome.artifacts["curve.jsonl"].read_text().splitlines()]
    assert [line["epoch"] for line in lines] == list(range(len(lines)))
    assert {line["stage"] for line in lines} == {"model"}
    assert sum("epoch" in message for _, message in listener.told) == len(lines)


def test_weights_to_go_on_from_are_in_the_model(done, tmp_path):
    outcome, _ = done
    path = outcome.artifacts["vol-1.nanoos-model"]
    start = load_start(str(path))
    assert dict(start.shape)["width"] == 16
    assert start.property == "volume_per_atom"
    manifest = unpack(path, tmp_path / "model")
    assert manifest.training["plan"]["epochs"] == 12
    assert read_manifest(path).references


def test_tuning_begins_where_the_other_model_ended_and_is_compared_with_it(done, tmp_path):
    outcome, _ = done
    start = str(outcome.artifacts["vol-1.nanoos-model"])
    tuned = train(
        {"structures": rows()[0]},
        params(start=start, options={}, epochs=3, version="2", rate=1e-4),
        Listener(tmp_path),
    )
    first = json.loads(tuned.artifacts["curve.jsonl"].read_text().splitlines()[0])
    ended = min(
        json.loads(x)["validation"] for x in outcome.artifacts["curve.jsonl"].read_text().splitlines()
    )
    assert first["validation"] < 1.5 * ended
    assert list(tuned.summary["comparison"]) == ["base", "tuned", "scratch"]
    assert tuned.summary["comparison"]["base"]["mae"] == pytest.approx(
        outcome.summary["metrics"]["test"]["mae"], rel=1e-3
    )
    manifest = read_manifest(tuned.artifacts["vol-2.nanoos-model"])
    assert manifest.base == manifest.training["plan"]["start"] == tuned.summary["start"] == "vol@1"
    gain = tuned.summary["gains"]["base"]
    assert gain["low"] < gain["mean"] < gain["high"]
    parity = json.loads(tuned.artifacts["parity.json"].read_text())["rows"]
    off = [abs(r["value"] - r["truth"]) - abs(r["base"] - r["truth"]) for r in parity if "base" in r]
    assert gain["mean"] == pytest.approx(np.mean(off), rel=1e-6)


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import test_task as t
class Told(t.Listener):
    def progress(self, fraction, message=""):
        if "epoch 7 of" in message:
            print("seventh", flush=True)
            sys.stdin.read()
t.train({"structures": t.rows()[0]}, t.params(), Told(Path(sys.argv[1])))
"""


def test_a_killed_training_ends_where_a_whole_one_does(done, tmp_path):
    outcome, _ = done
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "seventh\n"
        os.kill(worker.pid, signal.SIGKILL)
    listener = Listener(tmp_path)
    again = train({"structures": rows()[0]}, params(), listener)
    passes = [message for _, message in listener.told if "epoch" in message]
    assert "epoch 7 of" in passes[0]  # six were not done again
    for part, known in outcome.summary["metrics"].items():
        assert again.summary["metrics"][part] == pytest.approx(
            known, rel=1e-4
        )  # onnxruntime adds in any order
    assert again.artifacts["curve.jsonl"].read_text() == outcome.artifacts["curve.jsonl"].read_text()
    one, other = (load_start(str(o.artifacts["vol-1.nanoos-model"])) for o in (outcome, again))
    for name, tensor in one.members[0].items():
        assert np.array_equal(tensor.numpy(), other.members[0][name].numpy())


def test_what_cannot_be_learnt_is_said(tmp_path):
    structures, values = rows()
    with pytest.raises(InvalidInputError, match="one value for each structure"):
        train({"structures": structures[:-1]}, params(), Listener(tmp_path))
    bad = TrainParams(property="bulk_modulus", values=(-1.0, *values[1:]), logarithm=True, **SMALL)
    with pytest.raises(InvalidInputError, match="1 of 100 values of bulk_modulus are not above zero"):
        train({"structures": structures}, bad, Listener(tmp_path))


def test_a_start_that_is_none_is_refused_before_anything_runs():
    with pytest.raises(InvalidInputError, match="cannot begin from 'chgnet'"):
        train.identity(params(start="chgnet", options={}))
    with pytest.raises(InvalidInputError, match="no option widht"):
        train.identity(params(options={"widht": 3}))
