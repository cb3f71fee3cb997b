from __future__ import annotations

import copy
import hashlib
import subprocess
import sys

import numpy as np
import pytest

from nanoos_lab.errors import CalculatorError, MissingExtraError
from nanoos_lab.potentials import chgnet
from nanoos_lab.testing import crystal


def test_it_knows_the_89_elements_of_its_training_set():
    known = chgnet.known_elements()
    assert len(known) == 89
    assert {"H", "O", "Pu", "Ac", "Xe"} <= known
    assert not {"Po", "Rn", "Am", "X"} & known


def test_identity_names_the_weights_without_importing_torch():
    code = (
        "import sys; from nanoos_lab.potentials import chgnet; i = chgnet.identity();"
        "assert 'torch' not in sys.modules and 'chgnet' not in sys.modules and 'pymatgen' not in sys.modules;"
        "print(i['weights_sha256'])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert shown == hashlib.sha256(chgnet.weights_path().read_bytes()).hexdigest()
    assert set(chgnet.identity()["packages"]) == {"chgnet", "torch", "pymatgen"}


def test_the_model_is_loaded_once():
    assert chgnet.load() is chgnet.load()


def test_loading_prints_nothing(capfd):
    chgnet._load.cache_clear()
    chgnet.load()
    assert capfd.readouterr() == ("", "")


def test_batches_equal_single_answers():
    structures = [crystal(f) for f in ("Si", "MgO", "SrTiO3")]
    batch = chgnet.evaluate(structures, "efsm")
    for structure, answer in zip(structures, batch, strict=True):
        alone = chgnet.evaluate([structure], "efsm")[0]
        assert alone.energy == pytest.approx(answer.energy, abs=1e-5)
        assert np.allclose(alone.stress, answer.stress, atol=1e-2)
        assert alone.embedding.shape == (64,)
        assert alone.forces.shape == (len(structure), 3)
    assert chgnet.evaluate([]) == []


@pytest.mark.parametrize("damage", [1e-2, np.nan])
def test_a_model_that_is_not_itself_is_refused_with_both_numbers(damage):
    import torch

    model = copy.deepcopy(chgnet.load())
    with torch.no_grad():
        next(iter(model.mlp.parameters())).add_(damage)
    with pytest.raises(CalculatorError, match=r"gives (-?\d+\.\d+|nan) eV/atom for Si where -5\.312295"):
        chgnet.verify(model)


def test_damaged_weights_on_disk_are_refused(tmp_path, monkeypatch):
    import torch

    state = torch.load(chgnet.weights_path(), map_location="cpu", weights_only=True)
    weights = state["model"]["state_dict"]
    name = next(n for n in weights if n.startswith("mlp") and n.endswith("weight"))
    weights[name] = weights[name] * 1.05
    path = tmp_path / "weights.pth"
    torch.save({"model": state["model"]}, path)
    monkeypatch.setattr(chgnet, "weights_path", lambda: path)
    with pytest.raises(CalculatorError, match="not itself"):
        chgnet.load()


def test_a_missing_package_names_its_install_line(monkeypatch):
    monkeypatch.setattr(
        chgnet.importlib.util, "find_spec", lambda name: None if name == "torch" else object()
    )
    with pytest.raises(MissingExtraError, match=r"pip install 'nanoos-lab\[ml\]'"):
        chgnet.identity()


def test_threads_follow_the_environment(monkeypatch):
    import torch

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    chgnet._load.cache_clear()
    chgnet.load()
    assert torch.get_num_threads() == 1
