"""Folders of matgl, and crystals of the Materials Project whose values are known."""

from __future__ import annotations

import importlib.util
import shutil

import numpy as np
import pytest

MEGNET = "MEGNet-MP-2018.6.1-Eform"


@pytest.fixture(scope="session")
def published(shared_data, require):
    require(importlib.util.find_spec("matgl"), "matgl is not installed: pip install 'nanoos-lab[matgl]'")
    return shared_data / "matgl_pretrained" / "pretrained_models"


@pytest.fixture
def copy(published, tmp_path):
    folder = tmp_path / "Mine-Eform"
    shutil.copytree(published / MEGNET, folder)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def mp2018(shared_data, require):
    """Return crystals of MP-20 with their formation energies of 2018: what the published MEGNet was trained on."""
    require(importlib.util.find_spec("pyarrow"), "pyarrow is not installed")
    import pandas as pd
    from pymatgen.core import Lattice, Structure

    crystals = pd.read_parquet(shared_data / "structures" / "mp20_subset.parquet")
    labels = pd.read_parquet(shared_data / "labels_by_id" / "megnet_mp2018_labels.parquet")
    rows = crystals.merge(labels[["material_id", "megnet_e_form"]].dropna(), on="material_id")
    rows = rows[rows.nsites <= 8].sample(160, random_state=7)
    made = [
        Structure(Lattice.from_parameters(*r.lattice), r.numbers, np.array(r.frac_coords).reshape(-1, 3))
        for r in rows.itertuples()
    ]
    return made, rows.megnet_e_form.to_numpy()


@pytest.fixture
def unknown(copy):
    """Return weights of which nothing is known: the published ones, a thousandth of their scale higher."""
    import torch

    state = torch.load(copy / "state.pt", map_location="cpu", weights_only=True)
    state["model.output_proj.layers.4.bias"].add_(0.001)
    torch.save(state, copy / "state.pt")
    return copy
