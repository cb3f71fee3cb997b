"""All predictors that ship hold together, with changed weights they are refused, and the check finds what it should."""

from __future__ import annotations

import importlib.util
import shutil

import numpy as np
import pytest

from nanoos_lab.ml import get_predictor
from nanoos_lab.ml.chgnet import CHGNetPredictor
from nanoos_lab.ml.gnn.bundle import FOLDER
from nanoos_lab.ml.gnn.predictor import AccurateGNNPredictor, GNNPredictor
from nanoos_lab.potentials import chgnet
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.testing import ConformanceError, check_predictor, crystal

CRYSTALS = ("MgO", "TiO2")


def crystals():
    return [crystal(f) for f in CRYSTALS]


def with_other_bytes(folder, name):
    """Copy the shipped files and turn some numbers in the middle of one into others."""
    shutil.copytree(FOLDER, folder)
    path = folder / name
    path.chmod(0o644)
    import onnx

    model = onnx.load(path)
    weight = max(model.graph.initializer, key=lambda w: len(w.raw_data))
    weight.raw_data = (np.frombuffer(weight.raw_data, dtype=np.float32) * 1.05).tobytes()
    onnx.save(model, path)
    return folder


@pytest.mark.parametrize(
    ("made", "file"), [(GNNPredictor, "fast.onnx"), (AccurateGNNPredictor, "heads.onnx")]
)
def test_the_projects_own_networks(made, file, tmp_path, require):
    require(importlib.util.find_spec("onnx"), "onnx is not installed: pip install 'nanoos-lab[train]'")
    check_predictor(
        made(),
        crystals(),
        changed=lambda: made(with_other_bytes(tmp_path / "gnn", file)),
        exact_contributions=made is GNNPredictor,  # of the accurate tier they are the fast tier's
    )


def test_chgnet(tmp_path, monkeypatch):
    import torch

    state = torch.load(chgnet.weights_path(), map_location="cpu", weights_only=True)
    weights = state["model"]["state_dict"]
    name = next(n for n in weights if n.startswith("mlp") and n.endswith("weight"))
    weights[name] = weights[name] * 1.05
    torch.save({"model": state["model"]}, tmp_path / "weights.pth")

    def changed():
        monkeypatch.setattr(chgnet, "weights_path", lambda: tmp_path / "weights.pth")
        return CHGNetPredictor()

    check_predictor(CHGNetPredictor(), crystals(), changed=changed)


def test_a_folder_of_matgl(shared_data, require, tmp_path):
    require(importlib.util.find_spec("matgl"), "matgl is not installed: pip install 'nanoos-lab[matgl]'")
    import torch

    from nanoos_lab.ml.matgl import folder as folders

    source = shared_data / "matgl_pretrained" / "pretrained_models" / "MEGNet-MP-2018.6.1-Eform"

    def changed():
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in ("model.json", "model.pt"):
            (copy / name).write_bytes((source / name).read_bytes())
        references = folders.references_of(source)
        (copy / "references.json").write_text(references.model_dump_json())
        state = torch.load(source / "state.pt", map_location="cpu", weights_only=True)
        state["model.output_proj.layers.4.weight"].mul_(1.1)
        torch.save(state, copy / "state.pt")
        return get_predictor(f"matgl:{copy}")

    check_predictor(get_predictor(f"matgl:{source}"), crystals(), changed=changed)


class Toy:
    """A predictor that a check can find fault with in one place at a time."""

    name, version, synthetic, properties = "toy", "1", False, ("band_gap",)
    changes: dict = {}  # noqa: RUF012 - read only
    vectors = staticmethod(lambda s: np.array([[x.volume, len(x)] for x in s], dtype=np.float32))

    def available(self):
        return None

    def identity(self):
        return {"model": "toy"}

    def check(self, structure):
        chgnet.check(structure)

    def predict(self, structures, properties=None, progress=None):  # noqa: ARG002 - the protocol has it
        from nanoos_lab.errors import UnknownNameError

        for name in properties or ():
            if name not in self.properties:
                raise UnknownNameError("property", name, self.properties)
        stated = {
            "property": "band_gap", "origin": Origin.PREDICTED, "method": Method(name="toy"), "in_domain": True,
            "note": "no calibrated uncertainty",
        } | self.changes  # fmt: skip
        return [(PropertyEstimate(value=s.volume / len(s), **stated),) for s in structures]

    def embed(self, structures):
        return self.vectors(structures)


def test_a_small_one_holds_together():
    assert check_predictor(Toy(), crystals()) < 1e-9


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"changes": {"note": ""}}, "no note says that it has none"),
        ({"changes": {"uncertainty": 0.0, "uncertainty_kind": "conformal_90"}}, "is given ± 0.0"),
        ({"changes": {"uncertainty": 0.1, "uncertainty_kind": "conformal_90"}}, "no source says on which data"),
        ({"vectors": staticmethod(lambda s: np.ones((len(s), 4), np.float32))}, "places different structures alike"),
        ({"vectors": staticmethod(lambda s: np.zeros((len(s), 4), np.float32))}, "points nowhere"),
        ({"vectors": staticmethod(lambda s: np.ones((4, len(s) + 1)))}, "gives the shape"),
        (
            {"vectors": staticmethod(lambda s: np.array([x.frac_coords[0] + 1 for x in s], np.float32))},
            "reordered sites",
        ),
        ({"contributions": lambda _self, s: [np.ones(2) for _ in s]}, "contributions"),
    ],
)  # fmt: skip
def test_each_fault_is_found(change, words):
    with pytest.raises(ConformanceError, match=words):
        check_predictor(type("Worse", (Toy,), change)(), crystals())


def refusing(words):
    from nanoos_lab.errors import CalculatorError

    class Refusing(Toy):
        def predict(self, *_args, **_more):
            raise CalculatorError(words)

    return Refusing


def test_a_refusal_may_tell_both_hashes_in_place_of_both_numbers():
    check_predictor(
        Toy(), crystals(), changed=refusing(f"w.onnx has {'ab' * 32} where {'cd' * 32} was recorded")
    )


@pytest.mark.parametrize("words", ["no", f"it is {'ab' * 32}, not {'ab' * 32}", "it gives 1.5"])
def test_a_refusal_without_numbers_is_found(words):
    with pytest.raises(ConformanceError, match="does not say what it gave and what is right"):
        check_predictor(Toy(), crystals(), changed=refusing(words))
