"""A model file answers as the network it was cut from, and only while it is itself."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.errors import (
    CalculatorError,
    InvalidInputError,
    ModelFileError,
    OutOfDomainError,
    UnknownNameError,
)
from nanoos_lab.ml import get_predictor
from nanoos_lab.ml.conformal import Band, Rule
from nanoos_lab.ml.embedding import Embedder, embed_structures, get_embedder
from nanoos_lab.ml.models import (
    RUNNERS,
    Answers,
    Domain,
    Manifest,
    Target,
    files,
    open_model,
    pack,
    write_model,
)
from nanoos_lab.ml.models.predictor import ModelPredictor
from nanoos_lab.testing import check_predictor, crystal, rattled
from nanoos_lab.testing.models import shipped_model

if TYPE_CHECKING:
    from pathlib import Path

FORMULAS = ("MgO", "TiO2", "NaCl", "GaAs")


@pytest.fixture(scope="module")
def model(packed: Path) -> ModelPredictor:
    return open_model(packed)


def rewritten(folder: Path, **changes: Any) -> None:
    """Change what model.json says."""
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_it_holds_together(model: ModelPredictor) -> None:
    check_predictor(model, [crystal(f) for f in FORMULAS])


def test_it_states_what_the_network_states_that_it_was_cut_from(model: ModelPredictor) -> None:
    crystals = [crystal(f) for f in FORMULAS]
    original = get_predictor("nanoos-gnn").predict(crystals, model.properties)
    for mine, theirs in zip(model.predict(crystals), original, strict=True):
        for one, other in zip(mine, theirs, strict=True):
            assert one.property == other.property
            assert one.value == pytest.approx(other.value, rel=1e-5, abs=1e-5)
            assert one.uncertainty == pytest.approx(other.uncertainty, rel=1e-4, abs=1e-5)
            assert one.in_domain == other.in_domain
            assert (one.method.name, one.method.version) == ("my-gap", "1.2")
            assert one.source


def test_a_folder_and_its_packed_file_are_the_same_model_wherever_they_lie(
    packed: Path, folder: Path, tmp_path: Path
) -> None:
    moved = shutil.copyfile(packed, tmp_path / "a name without ending")
    assert ModelPredictor(folder).identity() == ModelPredictor(packed).identity()
    assert ModelPredictor(moved).identity() == ModelPredictor(packed).identity()
    assert set(ModelPredictor(packed).identity()["files_sha256"]) == {"model.json", "model.onnx"}


def test_the_registry_opens_it_by_path(packed: Path) -> None:
    found = get_predictor(f"model:{packed}")
    assert found is get_predictor(f"model:{packed}")
    assert found.name == "my-gap"
    with pytest.raises(InvalidInputError, match="model:PATH"):
        get_predictor("model")
    with pytest.raises(InvalidInputError, match="one form only"):
        get_predictor("chgnet:0.3.0")
    with pytest.raises(ModelFileError, match="nowhere"):
        get_predictor("model:nowhere")


def test_a_reference_that_is_missed_is_told_with_both_numbers(folder: Path) -> None:
    manifest = json.loads((folder / "model.json").read_text())
    recorded = manifest["references"][0]["values"]["formation_energy"]
    manifest["references"][0]["values"]["formation_energy"] = recorded + 0.26
    (folder / "model.json").write_text(json.dumps(manifest))
    with pytest.raises(CalculatorError, match="not itself") as error:
        open_model(folder)
    assert f"{recorded:.3f}"[:5] in str(error.value)
    assert f"{recorded + 0.26:.3f}"[:5] in str(error.value)
    with pytest.raises(CalculatorError, match="not itself"):
        get_predictor(f"model:{folder}").predict([crystal("Si")])


def test_other_weights_of_the_same_form_are_refused(folder: Path, tmp_path: Path) -> None:
    other = shipped_model(
        tmp_path, "other", properties=("formation_energy", "band_gap", "bulk_modulus"), shift=0.03
    )
    weights = other.with_name("other-1") / "model.onnx"
    shutil.copyfile(weights, folder / "model.onnx")
    with pytest.raises(ModelFileError, match="SHA-256"):
        open_model(folder)
    rewritten(folder, sha256={"model.onnx": files.digest(weights)})
    with pytest.raises(CalculatorError, match="not itself"):
        open_model(folder)


def test_a_model_that_changes_under_a_predictor_is_opened_anew(folder: Path) -> None:
    predictor = open_model(folder)
    before = predictor.identity()
    rewritten(folder, version="1.3")
    assert predictor.version == "1.3"
    assert predictor.identity() != before
    (folder / "model.onnx").write_bytes(b"no network")
    with pytest.raises(ModelFileError, match="SHA-256"):
        predictor.predict([crystal("Si")])


def test_bytes_that_are_no_network_are_refused_in_a_sentence(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"no network")
    rewritten(folder, sha256={"model.onnx": files.digest(folder / "model.onnx")})
    with pytest.raises(ModelFileError, match="onnxruntime refuses"):
        open_model(folder)


def test_weights_outside_the_file_are_not_read(folder: Path) -> None:
    import onnx

    network = onnx.load(folder / "model.onnx")
    tensor = next(t for t in network.graph.initializer if len(t.raw_data) > 1000)
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret.bin")
    (folder.parent / "secret.bin").write_bytes(b"\0" * 10_000_000)
    (folder / "model.onnx").write_bytes(network.SerializeToString())
    rewritten(folder, sha256={"model.onnx": files.digest(folder / "model.onnx")})
    with pytest.raises(ModelFileError, match="refuses"):
        open_model(folder)


def test_an_unknown_architecture_is_named_with_those_that_are_known(folder: Path) -> None:
    rewritten(folder, architecture="nanoos-gn")
    assert "did you mean 'nanoos-gnn'" in str(ModelPredictor(folder).available())
    with pytest.raises(UnknownNameError, match="nanoos-gnn"):
        open_model(folder)


def test_what_it_does_not_state_is_refused_with_what_it_does(model: ModelPredictor) -> None:
    with pytest.raises(UnknownNameError, match="bulk_modulus"):
        model.predict([crystal("Si")], ["bulk_moduls"])


def test_embeddings_place_like_crystals_together(model: ModelPredictor, packed: Path) -> None:
    assert isinstance(model, Embedder)
    assert get_embedder(f"model:{packed}").name == "my-gap"
    near, far = rattled(crystal("Si")), crystal("NaCl")
    vectors = embed_structures([crystal("Si"), near, far], model).vectors
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_a_model_without_embeddings_is_no_embedder(folder: Path) -> None:
    rewritten(folder, embedding=0, domain={})
    predictor = open_model(folder)
    assert not isinstance(predictor, Embedder)
    with pytest.raises(InvalidInputError, match="no embeddings"):
        get_embedder(f"model:{folder}")
    (found,) = predictor.predict([crystal("Si")], ["band_gap"])
    assert found[0].in_domain is True  # by its elements alone


def test_contributions_of_sites_add_up(model: ModelPredictor) -> None:
    sto = crystal("SrTiO3")
    (parts,) = model.contributions([sto])
    (stated,) = model.predict([sto], ["formation_energy"])
    assert parts.sum() == pytest.approx(stated[0].value, abs=1e-5)


def test_what_lies_outside_the_domain_is_said(model: ModelPredictor) -> None:
    (xenon,) = model.predict([Structure(Lattice.cubic(4.5), ["Xe", "Xe"], [[0, 0, 0], [0.5, 0.5, 0.5]])])
    assert all(e.in_domain is False for e in xenon)
    assert "Xe" in xenon[0].note
    with pytest.raises(OutOfDomainError, match="Bk"):
        model.check(Structure(Lattice.cubic(3.5), ["Bk"], [[0, 0, 0]]))


def test_the_number_of_crystals_does_not_change_an_answer(model: ModelPredictor, monkeypatch: Any) -> None:
    crystals = [crystal(f) for f in FORMULAS]
    together = model.predict(crystals, ["bulk_modulus"])
    monkeypatch.setattr("nanoos_lab.ml.models.predictor.CHUNK", 3)
    seen: list[float] = []
    parts = model.predict(crystals, ["bulk_modulus"], lambda part, _line: seen.append(float(part or 0)))
    assert [p[0].value for p in parts] == pytest.approx([t[0].value for t in together], rel=1e-5)
    assert seen == [0.75, 1.0]


class Volume:
    """A model of the smallest form: the logarithm of the volume per atom, from one number in a file."""

    packages: ClassVar[tuple[str, ...]] = ()

    def __init__(self, folder: Path, _manifest: Manifest) -> None:
        self.scale = float(json.loads((folder / "scale.json").read_text()))

    def predict_targets(self, structures: Any) -> Any:
        return np.array([[np.log10(self.scale * s.volume / len(s))] for s in structures])


@pytest.fixture
def volume(tmp_path: Path, monkeypatch: Any) -> Path:
    monkeypatch.setitem(RUNNERS._loaded, "volume", Volume)
    manifest = Manifest(
        name="volume",
        version="1",
        architecture="volume",
        targets=(Target(property="volume_per_atom", logarithm=True),),
        elements=("Mg", "O"),
        intervals={
            "volume_per_atom": Rule(bands=(Band(upper=1.0, quantile=1.0, n=50),), floor=0.1, relative=0.0)
        },
    )
    return pack_of(tmp_path, manifest)


def pack_of(folder: Path, manifest: Manifest) -> Path:
    write_model(folder / "volume", manifest, {"scale.json": b"1.0"}, {"MgO": crystal("MgO")})
    return pack(folder / "volume")


def test_a_plug_ins_runner_needs_one_method(volume: Path) -> None:
    mgo, si = crystal("MgO"), crystal("Si")
    (one,), (other,) = open_model(volume).predict([mgo, si])
    assert one.value == pytest.approx(mgo.volume / 2)
    assert one.uncertainty == pytest.approx(one.value * (10**0.1 - 1))
    assert (one.uncertainty_kind, one.in_domain) == ("conformal_90", True)
    assert (other.in_domain, "Si" in other.note) == (False, True)


def test_a_runner_is_held_to_its_manifest(volume: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(Volume, "predict_targets", lambda _, s: np.zeros((len(s), 2)))
    with pytest.raises(ModelFileError, match=r"shape \(1, 2\) where \(1, 1\)"):
        open_model(volume)


def test_a_package_that_runs_it_and_behaves_differently_is_found_out(volume: Path, monkeypatch: Any) -> None:
    honest = Volume.predict_targets
    monkeypatch.setattr(Volume, "predict_targets", lambda self, s: honest(self, s) + 1.0)
    with pytest.raises(CalculatorError, match="not itself"):
        open_model(volume)


def test_a_missing_package_is_told_with_the_line_that_installs_it(volume: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(Volume, "packages", ("a_package_nobody_has",))
    predictor = ModelPredictor(volume)
    assert "pip install" in str(predictor.available())
    assert predictor.identity()["architecture"] == "volume"


def test_spread_widens_an_interval(volume: Path, monkeypatch: Any) -> None:
    honest = Volume.predict_targets

    def answer(self: Volume, structures: Any) -> Answers:
        values = honest(self, structures)
        return Answers(values, spreads=np.full_like(values, 0.2))

    monkeypatch.setattr(Volume, "answer", answer, raising=False)
    ((one,),) = open_model(volume).predict([crystal("MgO")])
    assert one.uncertainty == pytest.approx(one.value * (10**0.3 - 1))


def test_a_domain_is_fitted_to_training_rows() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(200, 4))
    domain = Domain.fit([crystal("MgO")] * 12, rows, rng.normal(size=(100, 4)))
    assert domain.elements == {"Mg": 12, "O": 12}
    assert domain.cloud is not None
    assert domain.limit is not None
    assert domain.cloud.distance(np.full(4, 9.0)) > domain.limit > domain.cloud.distance(np.zeros(4))
    with pytest.raises(InvalidInputError, match="at least two"):
        Domain.fit([], rows[:1], rows)
