from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.errors import CalculatorError, InvalidInputError, OutOfDomainError, UnknownNameError
from nanoos_lab.ml import PREDICTORS, get_predictor
from nanoos_lab.ml.embedding import (
    BATCH,
    VECTORS,
    Embedder,
    embed_structures,
    get_embedder,
    normalised,
    read_vectors,
)
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal

LONELY = Structure(Lattice.cubic(30.0), ["Fe"], [[0, 0, 0]])


class Context:
    def __init__(self, folder):
        self.folder, self.said = folder, []

    def progress(self, fraction, message=""):
        self.said.append((fraction, message))


class Letters:
    """A stand-in that places a crystal by the number of its sites, and fails on a batch that holds copper."""

    name, version = "letters", "7"

    def available(self):
        return None

    def identity(self):
        return {"version": self.version}

    def check(self, structure):
        if "Au" in structure.composition:
            raise OutOfDomainError("gold is unknown")

    def embed(self, structures):
        if any("Cu" in s.composition for s in structures):
            raise OutOfDomainError("copper cannot be embedded")
        return np.array([[len(s), 1.0] for s in structures])


def cosine(a, b):
    return float(a @ b)


def test_a_crystal_in_another_setting_has_the_same_vector():
    salt = crystal("NaCl")
    turned = Structure.from_sites(list(salt)[::-1])
    turned.translate_sites(range(len(turned)), [0.3, 0.1, 0.7])
    done = embed_structures([salt, salt.get_primitive_structure(), salt * (2, 1, 1), turned])
    assert done.vectors.dtype == np.float32
    assert done.vectors.shape == (4, 64)
    assert np.linalg.norm(done.vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    assert [cosine(done.vectors[0], v) for v in done.vectors] == pytest.approx([1.0] * 4, abs=1e-5)


def test_the_vector_is_chgnets_own_crystal_feature():
    from chgnet.model.model import CHGNet

    model = CHGNet.load(model_name="0.3.0", use_device="cpu", verbose=False)
    theirs = model.predict_structure(crystal("MgO"), task="e", return_crystal_feas=True)["crystal_fea"]
    ours = embed_structures([crystal("MgO")]).vectors[0]
    assert ours == pytest.approx(theirs / np.linalg.norm(theirs), abs=1e-5)


def test_what_the_model_cannot_know_is_named_and_stops_nothing():
    water = Molecule(["O", "H", "H"], [[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]])
    done = embed_structures([crystal("Si"), water, LONELY, crystal("MgO")])
    assert set(done.refused) == {1, 2}
    assert "Molecule" in done.refused[1]
    assert "no neighbour" in done.refused[2]
    assert np.isnan(done.vectors[[1, 2]]).all()
    assert np.isfinite(done.vectors[[0, 3]]).all()
    none = embed_structures([LONELY])
    assert none.vectors.shape == (1, 0)


def test_one_that_fails_in_a_batch_is_found_and_the_rest_go_on():
    given = [crystal(f) for f in ("Si", "Cu", "MgO")] + [crystal("Si")] * BATCH
    told = []
    done = embed_structures(given, Letters(), lambda part, line: told.append((part, line)))
    assert done.refused == {1: "copper cannot be embedded"}
    assert np.isfinite(np.delete(done.vectors, 1, axis=0)).all()
    assert [part for part, _ in told] == [BATCH / len(given), 1.0]


def test_vectors_that_point_nowhere_are_refused():
    assert normalised([[3.0, 4.0]]) == pytest.approx(np.array([[0.6, 0.8]]))
    for bad in ([0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]):
        with pytest.raises(CalculatorError, match="points nowhere"):
            normalised([bad])


def test_an_embedder_is_a_predictor_that_embeds():
    assert isinstance(get_predictor("chgnet"), Embedder)
    assert get_embedder("chgnet").version == "0.3.0"
    with pytest.raises(UnknownNameError, match="chgnet"):
        get_embedder("chgnot")

    class States:
        name = "states"

    PREDICTORS.register("states", States)
    try:
        with pytest.raises(InvalidInputError, match="'states' gives no embeddings: use 'chgnet'"):
            get_embedder("states")
    finally:
        PREDICTORS._loaded.pop("states")


def test_an_absent_model_says_which_line_installs_it(monkeypatch):
    monkeypatch.setattr("nanoos_lab.potentials.chgnet.missing_package", lambda: "torch")
    with pytest.raises(CalculatorError, match=r"nanoos-lab\[ml\]"):
        embed_structures([crystal("Si")])


def test_the_task_leaves_one_row_for_each_structure(tmp_path):
    task, context = TASKS.get("embed"), Context(tmp_path)
    given = [crystal("Si"), LONELY, crystal("MgO")]
    outcome = task({"structures": given}, task.parse_params({}), context)
    vectors = read_vectors(outcome.artifacts[VECTORS], 3)
    assert vectors[0] == pytest.approx(embed_structures([given[0]]).vectors[0], abs=1e-6)
    assert np.isnan(vectors[1]).all()
    assert outcome.summary | {"refused": None} == {
        "model": "chgnet", "version": "0.3.0", "structures": 3, "dimension": 64, "refused": None
    }  # fmt: skip
    assert list(outcome.summary["refused"]) == ["1"]
    assert outcome.messages[0].startswith("structure 2: ")
    assert context.said[-1][0] == 1.0
    single = task({"structure": given[0]}, task.parse_params({}), context)
    assert read_vectors(single.artifacts[VECTORS], 1).shape == (1, 64)


def test_the_task_depends_on_the_weights():
    task = TASKS.get("embed")
    identity = task.identity(task.parse_params({}))
    assert len(identity["weights_sha256"]) == 64
    with pytest.raises(UnknownNameError, match="chgnet"):
        task.identity(task.parse_params({"model": "chgnot"}))


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / VECTORS
    for content in (np.zeros((2, 64), np.float64), np.zeros(3, np.float32), np.zeros((3, 4), np.float32)):
        np.save(path, content)
        with pytest.raises(InvalidInputError, match="not 2 float32 vectors"):
            read_vectors(path, 2)
    np.save(path, np.array([object()]), allow_pickle=True)
    with pytest.raises(InvalidInputError, match="holds no vectors"):
        read_vectors(path, 1)
