"""A registered model answers under its name, wherever the run goes, and its versions can be compared and taken back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import nanoos_lab as nl
from nanoos_lab.errors import (
    ArtifactError,
    CalculatorError,
    InvalidInputError,
    ModelFileError,
    UnknownNameError,
)
from nanoos_lab.lab.history import in_words
from nanoos_lab.ml import get_predictor
from nanoos_lab.store.artifacts import put_file
from nanoos_lab.testing import crystal
from nanoos_lab.testing.models import shipped_model


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return [
        shipped_model(folder, "my-gap", "1"),
        shipped_model(folder, "my-gap", "1.1", shift=0.05),
        shipped_model(folder, "stiff", properties=("bulk_modulus",)),
    ]


@pytest.fixture
def lab(tmp_path):
    with nl.open(tmp_path / "a lab of models") as opened:
        yield opened


@pytest.fixture(scope="module")
def filled(tmp_path_factory, files):
    """A lab with two versions of a model, for tests that leave it as it is."""
    with nl.open(tmp_path_factory.mktemp("filled") / "lab") as opened:
        for file in files[:2]:
            opened.models.register(file)
        opened.add("SrTiO3.cif")
        yield opened


@pytest.fixture
def gap(lab, files):
    return [lab.models.register(file) for file in files[:2]]


@pytest.fixture
def sto(lab):
    return lab.add("SrTiO3.cif")


def gap_of(run) -> float:
    return run.summary["values"]["band_gap"][0]


def test_a_registered_model_answers_under_its_name_on_both_databases(lab_place, files):
    with nl.open(lab_place) as lab:
        for file in files[:2]:
            lab.models.register(file)
        _answers(lab, lab.add("SrTiO3.cif"))
        assert lab.models.activate("my-gap", "1.1").label == lab.models["my-gap"].label
        assert lab.models.roll_back("my-gap").version == "1"
        assert lab.models.retire("my-gap@1.1").state == "retired"


def _answers(lab, sto):
    expected = get_predictor("nanoos-gnn").predict([sto.structure], ["band_gap"])[0][0].value
    run = lab.run("predict", sto, predictor="my-gap")
    assert gap_of(run) == pytest.approx(expected, abs=1e-4)
    assert gap_of(lab.run("predict", sto, predictor="my-gap@1.1")) == pytest.approx(expected + 0.05, abs=1e-4)
    methods = {
        (v.method_name, v.method_version) for v in lab.value_rows(structure_id=sto.id, origin="predicted")
    }
    assert methods == {("my-gap", "1"), ("my-gap", "1.1")}
    assert lab.predict(sto, ["band_gap"], predictor="my-gap")


def test_the_run_key_rests_on_the_files_hashes(lab, gap, sto, files):
    run = lab.run("predict", sto, predictor="my-gap")
    assert run.row.identity["files_sha256"] == dict(
        get_predictor(f"model:{files[0]}").identity()["files_sha256"]
    )
    assert lab.run("predict", sto, predictor="my-gap@1").id == run.id
    lab.models.activate("my-gap", "1.1")
    assert lab.run("predict", sto, predictor="my-gap").id != run.id
    lab.models.roll_back("my-gap")
    assert lab.run("predict", sto, predictor="my-gap").id == run.id


def test_a_worker_in_another_process_finds_the_same_file(filled, files):
    lab, sto = filled, filled.structure("SrTiO3")
    for file in files:
        assert str(file.parent) not in lab.models.resolve("my-gap")
    run = lab.run("predict", sto, predictor="my-gap@1.1", on="process", timeout=300)
    here = get_predictor(lab.models.resolve("my-gap@1.1")).predict([sto.structure], ["band_gap"])[0][0].value
    assert gap_of(run) == pytest.approx(here, abs=1e-5)


def test_the_model_that_a_run_left_is_registered_with_the_run(lab, files, sto):
    run = lab.run("static", sto, calculator="toy")  # stands for a training: its files are what counts
    with pytest.raises(InvalidInputError, match="left no model"):
        lab.models.register(run)
    with lab.store.write() as session:
        kept = put_file(session, lab.store.scope, files[0].name, files[0], run_id=run.id)
    model = lab.models.register(run)
    assert (model.run.id, model.row.artifact_id, model.state) == (run.id, kept.id, "active")
    assert lab.models.register(run.id[:8]).id == model.id
    assert len(lab.models) == 1
    other = lab.models.register(run, name="renamed", version="2")
    assert other.predictor().name == "renamed"
    assert other.run.id == run.id
    assert other.metrics().equals(model.metrics())


def test_a_model_moves_to_another_lab_as_one_file(filled, tmp_path):
    lab = filled
    path = lab.models.export("my-gap", tmp_path)
    assert path.name == "my-gap-1.nanoos-model"
    with pytest.raises(InvalidInputError, match="there already"):
        lab.models.export("my-gap", path)
    with nl.open(tmp_path / "another lab") as other:
        added = other.models.add(path)
        assert added.manifest() == lab.models["my-gap"].manifest()
        assert added.active
        with pytest.raises(InvalidInputError, match="export"):
            other.models.add(tmp_path / "absent")
    assert [p.name for p in tmp_path.glob(".*nanoos-model*")] == []


def test_an_archive_of_the_lab_brings_its_models(filled, tmp_path, sto, lab):
    filled.export(tmp_path / "all.nanoos.zip")
    filled.export(tmp_path / "part.nanoos.zip", formula="SrTiO3")
    assert "registered" not in repr(lab.import_archive(tmp_path / "part.nanoos.zip"))
    assert not len(lab.models)
    taken = lab.import_archive(tmp_path / "all.nanoos.zip")
    assert taken.added["model"] == 2
    assert {one.label: one.state for one in lab.models} == {one.label: one.state for one in filled.models}
    mine, theirs = (
        [value.value for value in one.predict(one.find(formula="SrTiO3"), ["band_gap"], predictor="my-gap")]
        for one in (lab, filled)
    )
    assert mine == theirs != []
    assert "models" in repr(taken)


def test_versions_are_activated_rolled_back_retired_and_told(lab, gap):
    one, two = gap
    assert (one.state, two.state) == ("active", "kept")
    assert lab.models["my-gap"].activate("1.1").label == "my-gap@1.1"
    assert lab.models["my-gap"].roll_back().label == "my-gap@1"
    lab.models.retire("my-gap@1.1", "worse on metals")
    assert [one.state for one in lab.models] == ["active", "retired"]
    with pytest.raises(InvalidInputError, match=r"restore\(\)"):
        lab.models.resolve("my-gap@1.1")
    assert lab.models.restore("my-gap@1.1").state == "kept"
    lab.models.deactivate("my-gap")
    with pytest.raises(InvalidInputError, match="no version of the model 'my-gap' is active"):
        lab.models.resolve("my-gap")
    told = [in_words(line) for line in lab.history(two.id)]
    assert told == [
        "registered the model my-gap@1.1 from my-gap-1.1.nanoos-model",
        "activated the model my-gap@1.1 (was 1)",
        "retired the model my-gap@1.1: worse on metals",
        "restored the model my-gap@1.1",
    ]
    assert "rolled back to the model my-gap@1 (was 1.1)" in [in_words(line) for line in lab.history(one.id)]


def test_wrong_names_get_suggestions(filled):
    lab, sto = filled, filled.structure("SrTiO3")
    with pytest.raises(UnknownNameError, match="did you mean 'my-gap'"):
        lab.run("predict", sto, predictor="my-gp")
    with pytest.raises(UnknownNameError, match="did you mean 'chgnet'"):
        lab.run("predict", sto, predictor="chgnte")
    with pytest.raises(UnknownNameError, match=r"known: 1, 1\.1"):
        lab.run("predict", sto, predictor="my-gap@7")
    assert "my-gap@1.1" in lab.models
    assert "my-gap@7" not in lab.models


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"name": "chgnet"}, 'name="my-chgnet"'),
        ({"name": "My Gap"}, "small letters"),
        ({"name": "a@b"}, "small letters"),
        ({"version": "new one"}, "version"),
        ({"version": "1.1"}, "registered as my-gap@1.1 already"),
    ],
)
def test_names_are_checked(filled, files, said, problem):
    lab = filled
    with pytest.raises(InvalidInputError, match=problem):
        lab.models.register(files[0], **said)
    assert len(lab.models) == 2


def test_a_model_that_is_not_itself_is_not_registered(lab, files, tmp_path):
    broken = tmp_path / "broken.nanoos-model"
    content = files[0].read_bytes()
    broken.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    with pytest.raises((ModelFileError, CalculatorError)):
        lab.models.register(broken)
    with pytest.raises(UnknownNameError, match="path that exists"):
        lab.models.register(tmp_path / "absent")
    assert len(lab.models) == 0


def test_a_changed_file_in_the_lab_is_refused(lab, gap, sto):
    path = gap[0].path
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(5000)
        file.write(b"changed")
    with pytest.raises(ArtifactError, match="changed since"):
        lab.run("predict", sto, predictor="my-gap")


def test_two_models_are_compared_on_the_same_structures(lab, gap, sto):
    nacl = lab.add("NaCl.cif")
    for record, value in ((sto, 1.8), (nacl, 5.1)):
        lab.record(record, "band_gap", f"{value} eV", origin="computed", method="PBE", source="a table")
    trial = lab.models.compare("my-gap@1", "my-gap@1.1", [sto, nacl], against="PBE")
    frame = trial.frame().set_index(["name", "property"])
    assert frame["difference"].tolist() == pytest.approx([0.05] * 4, abs=1e-3)
    row = frame.loc["SrTiO3", "band_gap"]
    assert (row["known"], row["known_by"]) == (1.8, "PBE (computed)")
    assert row["a_error"] == pytest.approx(row["a"] - 1.8)
    errors = trial.errors().set_index("property")
    known = frame.xs("band_gap", level="property")
    assert errors.loc["band_gap", "a_mae"] == pytest.approx(known["a_error"].abs().mean())
    assert errors.loc["band_gap", "known"] == 2
    assert errors.loc["formation_energy", "known"] == 0
    assert any("neither is closer" in one for one in trial.sentences())
    assert any("by PBE (computed)" in one for one in trial.sentences())
    assert "A = my-gap@1" in repr(trial)
    assert "<table" in trial._repr_mimebundle_()["text/html"]
    with pytest.raises(UnknownNameError, match="PBE"):
        lab.models.compare("my-gap@1", "my-gap@1.1", [sto], against="HSE")


def test_a_model_is_held_against_a_shipped_one_and_unlike_ones_are_refused(lab, gap, sto, files):
    lab.models.register(files[2])
    trial = lab.models.compare("my-gap", "nanoos-gnn", sto)
    assert trial.frame()["difference"].abs().max() < 1e-4
    with pytest.raises(InvalidInputError, match="nothing in common"):
        lab.models.compare("my-gap", "stiff", sto)
    with pytest.raises(InvalidInputError, match="at least one"):
        lab.models.compare("my-gap", "nanoos-gnn", [])


def test_what_a_model_cannot_know_is_told_and_stops_nothing(filled):
    lab, sto = filled, filled.structure("SrTiO3")
    curium = crystal("CsCl")
    curium.replace_species({"Cs": "Bk"})
    odd = lab.add(curium, name="odd")
    trial = lab.models.compare("my-gap@1", "my-gap@1.1", [sto, odd])
    assert set(trial.frame()["name"]) == {"SrTiO3"}
    assert [(model, name) for model, name, _ in trial.refused] == [("my-gap@1", "odd"), ("my-gap@1.1", "odd")]
    assert "Bk" in repr(trial)


def test_a_list_shows_states_and_errors(lab, gap, files):
    lab.models.register(files[2])
    frame = lab.models.frame().set_index(["model", "property"])
    assert frame.loc[("my-gap@1", "band_gap"), "state"] == "active"
    assert frame.loc[("stiff@1", "bulk_modulus"), "unit"] == "GPa"
    assert frame["rows"].unique().tolist() == ["test"]
    shown = repr(lab.models)
    assert "2 models in 3 versions" in shown
    assert "eV" in shown
    page = lab.models._repr_mimebundle_()["text/html"]
    assert page.count("<tr>") == 4
    record = lab.models["my-gap"]
    assert ("Tuned from", f"nanoos-gnn {get_predictor('nanoos-gnn').version}") in record.facts()
    assert "in 90 % interval" in record._repr_mimebundle_()["text/html"]


def test_a_registered_models_card_is_its_record(lab, gap):
    assert lab.models.card("my-gap").id == gap[0].id  # the active one
    assert lab.models.card("my-gap@1.1").id == gap[1].id
    assert lab.models.card("nanoos-gnn").text.startswith("# nanoos-gnn")


def test_an_empty_list_says_how_to_begin(tmp_path):
    with nl.open(tmp_path / "lab") as lab:
        assert "lab.models.register(run)" in repr(lab.models)
        assert "lab.models.register(run)" in lab.models._repr_mimebundle_()["text/html"]
        assert len(lab.models.frame()) == 0


def test_embeddings_of_a_registered_model_are_its_own(filled):
    lab, sto = filled, filled.structure("SrTiO3")
    run = lab.run("embed", [sto], model="my-gap")
    assert "embeddings.npy" in run.artifacts


def test_a_moved_lab_keeps_its_models(files, tmp_path):
    with nl.open(tmp_path / "lab") as lab:
        lab.models.register(files[0])
    shutil.move(tmp_path / "lab", tmp_path / "moved")
    with nl.open(tmp_path / "moved") as lab:
        sto = lab.add("SrTiO3.cif")
        assert Path(lab.models.resolve("my-gap").removeprefix("model:")).is_relative_to(tmp_path / "moved")
        assert lab.run("predict", sto, predictor="my-gap").summary["predictor"] == "my-gap"
