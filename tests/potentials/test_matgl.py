from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from nanoos_lab.errors import CalculatorError, InvalidInputError, MissingExtraError, OutOfDomainError
from nanoos_lab.potentials import matgl, matgl_folder
from nanoos_lab.testing import crystal, rattled

TENSORNET = "TensorNet-MatPES-PBE-v2025.1-PES"


@pytest.fixture(scope="module")
def published(shared_data, require):
    require(importlib.util.find_spec("matgl"), "matgl is not installed: pip install 'nanoos-lab[matgl]'")
    return shared_data / "matgl_pretrained" / "pretrained_models"


@pytest.fixture
def copy(published, tmp_path):
    folder = tmp_path / "copy-PES"
    shutil.copytree(published / TENSORNET, folder)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    return folder


def changed(folder, change, name="model.pt"):
    """Change what a file of weights holds, as whoever trained it on would."""
    import torch

    held = torch.load(folder / name, map_location="cpu", weights_only=True)
    change(held)
    torch.save(held, folder / name)


def test_a_folder_is_described_without_torch(published):
    code = (
        "import sys; from pathlib import Path; from nanoos_lab.potentials import matgl_folder as m;"
        f"p = Path({str(published / TENSORNET)!r}); d = m.describe(p); m.identity(p);"
        "assert not {'torch', 'matgl', 'pymatgen'} & set(sys.modules), sys.modules.keys();"
        "print(d.architecture, len(d.elements), d.cutoff_angstrom)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["TensorNet", "89", "5.0"]


def test_identity_holds_every_file_and_the_references(copy):
    before = matgl_folder.identity(copy)
    assert set(before["sha256"]) == {"model.json", "model.pt", "state.pt"}
    assert {"matgl", "torch"} <= set(before["packages"])
    shutil.copy(copy / "README.md", copy / "references.json")
    after = matgl_folder.identity(copy)
    assert (before["references_sha256"], before["sha256"]) == (None, after["sha256"])
    assert after["references_sha256"]


def test_old_tensornet_weights_give_what_was_published_for_them(published):
    """The first number is a user's of the code they were made with, the others are measured crystals' energies."""
    loaded = matgl.load(published / TENSORNET)
    from ase.build import bulk
    from pymatgen.io.ase import AseAtomsAdaptor

    copper = AseAtomsAdaptor.get_structure(bulk("Cu") * (2, 2, 2))
    assert matgl.evaluate(loaded, copper).energy == pytest.approx(-30.074462890625, abs=1e-3)
    # as matgl 4 would load them: -2.3 eV/atom and +23 GPa; PBE puts the lattice constant of MgO 1 % too high
    oxide = matgl.evaluate(loaded, crystal("MgO"))
    assert oxide.energy / 2 == pytest.approx(-5.9, abs=0.1)
    assert np.trace(oxide.stress) / 3 == pytest.approx(-4.0, abs=2.0)


def test_the_order_brought_about_is_the_old_sum_exactly(published, monkeypatch):
    """Sum over the other end of each edge with the weights as they are: what the old code did."""
    from matgl.layers._embedding import TensorEmbedding

    structure = rattled(crystal("TiO2"))
    ours = matgl.evaluate(matgl.load(published / TENSORNET), structure)
    with monkeypatch.context() as old:
        old.setattr(matgl, "_in_present_order", lambda _said, _arguments, state: state)
        old.setattr(matgl, "verify", lambda *_, **__: None)
        loaded = matgl._load.__wrapped__(published / TENSORNET, (), "")
    ends = {}
    aggregate, forward = TensorEmbedding.aggregate, TensorEmbedding.forward

    def watch(self, z, edge_index, *args, **kwargs):
        ends["last"] = edge_index[1]
        return forward(self, z, edge_index, *args, **kwargs)

    monkeypatch.setattr(TensorEmbedding, "forward", watch)
    monkeypatch.setattr(
        TensorEmbedding,
        "aggregate",
        lambda self, said, _index, dim_size=None: aggregate(self, said, ends["last"], dim_size=dim_size),
    )
    theirs = matgl.evaluate(loaded, structure)
    assert ours.energy == pytest.approx(theirs.energy, abs=1e-4)
    assert ours.forces == pytest.approx(theirs.forces, abs=1e-4)
    assert ours.stress == pytest.approx(theirs.stress, abs=1e-2)


@pytest.mark.parametrize("name", ["M3GNet-MP-2021.2.8-PES", "M3GNet-MatPES-PBE-v2025.1-PES"])
def test_weights_that_load_wrongly_are_refused_by_their_hash(published, name):
    with pytest.raises(CalculatorError, match=r"matgl 4 loads them without a word.*get M3GNet-PES-MatPES"):
        matgl.load(published / name)


def test_a_property_model_is_no_potential(published):
    with pytest.raises(InvalidInputError, match=r"TransformedTargetModel of MEGNet.*no potential"):
        matgl.load(published / "MEGNet-MP-2018.6.1-Eform")


def test_damaged_weights_miss_the_references_that_were_recorded_beside_them(copy):
    matgl.record_references(copy, [crystal("NaCl"), crystal("Cu")], about="recorded in a test")
    said = json.loads((copy / "references.json").read_text())
    assert "matgl " in said["about"]
    matgl.load(copy)
    changed(copy, lambda state: state["model.final_layer.gated.layers.0.weight"].mul_(1.01), "state.pt")
    with pytest.raises(
        CalculatorError, match=r"gives -?\d+\.\d+ eV/atom for Na1Cl1 where -3\.356170 was recorded"
    ):
        matgl.load(copy)


def test_code_in_weights_is_not_run(copy, tmp_path):
    import torch

    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    torch.save({"model": Evil()}, copy / "model.pt")
    with pytest.raises(CalculatorError, match="more than tensors and plain values"):
        matgl.load(copy)
    assert not (tmp_path / "ran").exists()


def test_a_class_that_is_no_model_of_matgl_is_not_called(copy):
    changed(
        copy,
        lambda said: said.update(
            model={"@class": "Popen", "@module": "subprocess", "init_args": {"args": ["touch", "ran"]}}
        ),
    )
    with pytest.raises(CalculatorError, match="describe different models"):
        matgl.load(copy)
    said = json.loads((copy / "model.json").read_text())
    said["kwargs"]["model"]["@class"] = "Popen"
    (copy / "model.json").write_text(json.dumps(said))
    with pytest.raises(InvalidInputError, match="'Popen' cannot be used"):
        matgl.load(copy)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m["init_args"].update(cutoff=6.0), "different cutoffs"),
        (
            lambda m: m["init_args"].update(element_types=m["init_args"]["element_types"][::-1]),
            "different elements",
        ),
        (lambda m: m["init_args"].update(include_state=True), "wants a state"),
        (lambda m: m["init_args"].update(equivariance_invariance_group="SO(3)"), "not of the group"),
        (lambda m: m["init_args"].update(units=64), "does not fit"),
    ],
)
def test_files_that_do_not_agree_are_refused(copy, change, words):
    changed(copy, lambda said: change(said["model"]))
    with pytest.raises((CalculatorError, InvalidInputError), match=words):
        matgl.load(copy)


def test_weights_that_are_missing_are_not_made_up(copy):
    changed(copy, lambda state: state.pop("model.tensor_embedding.emb.weight"), "state.pt")
    with pytest.raises(CalculatorError, match="1 of its weights have no place"):
        matgl.load(copy)


def test_a_cell_that_flies_apart_is_refused_not_answered(published):
    from pymatgen.core.lattice import Lattice
    from pymatgen.core.structure import Structure

    lonely = Structure(Lattice.cubic(12), ["Na"], [[0, 0, 0]])
    with pytest.raises(OutOfDomainError, match="within 5 Å"):
        matgl.evaluate(matgl.load(published / TENSORNET), lonely)


def test_an_element_without_an_embedding_is_refused(published):
    structure = crystal("NaCl").copy()
    structure.replace_species({"Na": "Po"})
    with pytest.raises(OutOfDomainError, match=r"TensorNet potential .* was never trained on Po"):
        matgl_folder.check(published / TENSORNET, structure)


def test_matgls_cache_is_known(tmp_path, monkeypatch, published):
    monkeypatch.setenv("HOME", str(tmp_path))
    snapshots = tmp_path / ".cache" / "matgl" / "models--materialyze--Mine-PES" / "snapshots"
    shutil.copytree(published / TENSORNET, snapshots / "abc")
    found = matgl_folder.find_folder("Mine-PES")
    assert (found, matgl_folder.name_of(found)) == (snapshots / "abc", "Mine-PES")
    shutil.copytree(published / TENSORNET, snapshots / "def")
    with pytest.raises(InvalidInputError, match="more than once"):
        matgl_folder.find_folder("Mine-PES")


def test_a_missing_package_names_its_install_line(monkeypatch, tmp_path):
    monkeypatch.setattr(matgl_folder.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'nanoos-lab\[matgl\]'"):
        matgl.load(tmp_path)
