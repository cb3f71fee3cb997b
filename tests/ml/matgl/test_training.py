"""MEGNet and M3GNet by the same call as the project's own network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nanoos_lab.errors import ModelFileError, NanoOSError, OutOfDomainError
from nanoos_lab.ml import get_predictor
from nanoos_lab.ml.matgl import learning
from nanoos_lab.ml.matgl.runner import NETWORK, WEIGHTS, M3GNetRunner, MEGNetRunner
from nanoos_lab.ml.training.architectures import Architecture, Examples, TrainingPlan, get_architecture
from nanoos_lab.testing import crystal

MEGNET = "MEGNet-MP-2018.6.1-Eform"
SMALL = {"arguments": {"units": 16, "dim_node_embedding": 16, "dim_edge_embedding": 16, "nblocks": 1}}


@pytest.fixture
def examples(mp2018):
    structures, known = mp2018
    parts = {"train": (0, 16), "validation": (16, 24), "calibration": (24, 28), "test": (28, 40)}
    return Examples(
        "formation_energy", structures[:40], known[:40], {k: np.arange(*v) for k, v in parts.items()}
    )


def learnt(name, examples, folder, report=lambda _epoch: None, **plan):
    folder.mkdir(exist_ok=True)
    planned = TrainingPlan(**({"epochs": 2, "batch": 8} | plan))
    return get_architecture(name).train(examples, planned, folder, report)


def weights(files):
    from safetensors.numpy import load_file

    return load_file(files[WEIGHTS])


@pytest.mark.parametrize("name", ["megnet", "m3gnet"])
def test_they_are_in_the_table(name):
    architecture = get_architecture(name)
    assert isinstance(architecture, Architecture)
    assert (architecture.name, architecture.available()) == (name, None)


def test_tuning_begins_as_the_published_model(published, examples, tmp_path):
    start = str(published / MEGNET)
    files = learnt("megnet", examples, tmp_path / "a", start=start, epochs=1, rate=1e-12)
    crystals = examples.structures[28:]
    base = get_predictor(get_architecture("megnet").base(start)).predict(crystals)
    said = MEGNetRunner(tmp_path / "a", None).predict_targets(crystals)[:, 0]
    assert said == pytest.approx([row[0].value for row in base], abs=1e-5)
    assert set(files) == {NETWORK, WEIGHTS}
    assert not list((tmp_path / "a").glob("*.pkl"))


def test_a_killed_training_ends_with_the_same_weights(published, examples, tmp_path, monkeypatch):
    monkeypatch.setattr(learning, "SAVE_EVERY_S", 0.0)
    plan = {"start": str(published / MEGNET), "epochs": 3}
    told = []

    def killed(epoch):
        told.append(epoch.epoch)
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    whole = weights(learnt("megnet", examples, tmp_path / "a", **plan))
    with pytest.raises(KeyboardInterrupt):
        learnt("megnet", examples, tmp_path / "b", killed, **plan)
    resumed = weights(learnt("megnet", examples, tmp_path / "b", lambda e: told.append(e.epoch), **plan))
    assert told == [0, 1, 2, 2]
    assert all(np.array_equal(whole[name], resumed[name]) for name in whole)
    (tmp_path / "b" / "member-0.pt").write_bytes(b"torn")
    again = weights(learnt("megnet", examples, tmp_path / "b", **plan))
    assert all(np.array_equal(whole[name], again[name]) for name in whole)


def test_m3gnet_learns_from_nothing_and_answers_from_its_files(examples, tmp_path):
    losses = []
    learnt(
        "m3gnet", examples, tmp_path / "a", lambda e: losses.append(e.loss),
        epochs=4, members=2, options=SMALL, rate=1e-2,
    )  # fmt: skip
    assert losses[3] < losses[0]
    assert losses[7] < losses[4]
    runner = M3GNetRunner(tmp_path / "a", None)
    crystals = examples.structures[:5]
    said = runner.predict_targets(crystals)
    turned = [type(s).from_sites(list(s)[::-1]) for s in crystals]
    assert said == pytest.approx(runner.predict_targets(turned), abs=1e-4)
    assert (said.shape, runner.embed(crystals).shape) == ((5, 1), (5, 16))
    assert len(runner.members) == 2


def test_the_task_tunes_the_published_megnet(published, mp2018, tmp_path):
    """Base and tuned are judged on the same rows, and the model file answers by itself."""
    from nanoos_lab.ml.training.task import train

    structures, known = mp2018
    shifted = known + 0.3  # another scale of energies than the one that it was trained on
    asked = {
        "property": "formation_energy", "values": tuple(shifted), "architecture": "megnet", "device": "cpu",
        "start": str(published / MEGNET), "epochs": 3, "members": 1, "compare": False, "source": "a test",
        "split": {"train": 0.5, "validation": 0.15, "calibration": 0.2, "test": 0.15},
    }  # fmt: skip

    class Here:
        folder = tmp_path

        def progress(self, fraction, _message=""):
            assert fraction is None or 0 <= fraction <= 1

    outcome = train({"structures": structures}, train.parse_params(asked), Here())
    path = next(p for name, p in outcome.artifacts.items() if str(p).endswith(".nanoos-model"))
    predictor = get_predictor(f"model:{path}")
    found = predictor.predict(structures[:20])
    errors = [abs(row[0].value - v) for row, v in zip(found, shifted, strict=False)]
    assert np.mean(errors) < 0.25
    assert predictor.manifest.architecture == "megnet"
    assert predictor.embed(structures[:2]).shape == (2, 160)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": "TENSORNET"}, "holds a potential of TensorNet, not a model of one property of MEGNet"),
        ({"start": "nowhere-at-all"}, "no model of matgl named 'nowhere-at-all'"),
        ({"options": {"depth": 3}}, "has no option depth"),
        ({"start": "MEGNET", "options": SMALL}, "belongs to random weights"),
    ],
)
def test_plans_that_cannot_be_are_refused(published, change, words):
    known = {"TENSORNET": published / "TensorNet-MatPES-PBE-v2025.1-PES", "MEGNET": published / MEGNET}
    if change.get("start") in known:
        change = change | {"start": str(known[change["start"]])}
    with pytest.raises(NanoOSError, match=words):
        get_architecture("megnet").identity(TrainingPlan(**change))


def test_rows_that_the_start_cannot_know_are_named_together_before_anything_is_learnt(
    published, examples, tmp_path
):
    wide = crystal("NaCl").copy()
    wide.scale_lattice(
        wide.volume * 4.2
    )  # bonds of 4.55 Å: seen by a network of 5 Å, not by the published one
    structures = [wide, *list(examples.structures)[1:-1], wide]
    with pytest.raises(OutOfDomainError, match=r"2 of 40 rows cannot be learnt from \(rows 0, 39\)"):
        learnt(
            "megnet", replace(examples, structures=structures), tmp_path / "a", start=str(published / MEGNET)
        )
    assert not (tmp_path / "a" / "member-0.pt").exists()


def test_a_network_of_another_class_is_refused(examples, tmp_path):
    learnt("m3gnet", examples, tmp_path / "a", epochs=1, options=SMALL)
    with pytest.raises(ModelFileError, match="is of a M3GNet, and the manifest says MEGNet"):
        MEGNetRunner(tmp_path / "a", None)
