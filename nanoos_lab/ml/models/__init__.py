"""Trained models as files that move between labs: a manifest in JSON, weights as ONNX or safetensors, no code.

A model is a flat folder with ``model.json``, or the same packed into one file ``NAME-VERSION.nanoos-model``. It
carries predictions for a few crystals, and is refused where it does not reproduce them: the same weights in another
version of a package may answer quite differently, and nobody would notice.

Example:
    Training writes a model, and ``open_model`` gives a predictor of it::

        manifest = Manifest(name="my-gap", version="1", architecture="nanoos-gnn", ...)
        write_model("my-gap", manifest, {"model.onnx": Path("trained.onnx")}, {"MgO": crystal})
        path = pack("my-gap")
        open_model(path).predict([structure])
"""

from __future__ import annotations

from nanoos_lab.ml.models.files import SUFFIX, pack, read_manifest, unpack, write_model
from nanoos_lab.ml.models.manifest import Domain, Figures, Manifest, Reference, Target
from nanoos_lab.ml.models.predictor import ModelPredictor, open_model
from nanoos_lab.ml.models.runners import RUNNERS, Answers, Runner

__all__ = [
    "RUNNERS",
    "SUFFIX",
    "Answers",
    "Domain",
    "Figures",
    "Manifest",
    "ModelPredictor",
    "Reference",
    "Runner",
    "Target",
    "open_model",
    "pack",
    "read_manifest",
    "unpack",
    "write_model",
]
