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


def _own(folder, place):
    """Copy a folder, which may be read-only."""
    shutil.copytree(folder, place)
    for path in (place, *place.iterdir()):
        path.chmod(0o755)
    return place


@pytest.fixture
def copy(published, tmp_path):
    return _own(published / MEGNET, tmp_path / "Mine-Eform")


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


@pytest.fixture(scope="session")
def changed(published, tmp_path_factory):
    import torch

    folder = _own(published / MEGNET, tmp_path_factory.mktemp("changed") / "Mine-Eform")
    state = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)
    state["model.output_proj.layers.4.bias"].add_(0.001)
    torch.save(state, folder / "state.pt")
    return folder


@pytest.fixture
def unknown(changed, tmp_path):
    """Return weights of which nothing is known: the published ones, a thousandth of their scale higher."""
    return _own(changed, tmp_path / "Mine-Eform")


@pytest.fixture(scope="session")
def made(changed, mp2018, tmp_path_factory):
    """Return the folder of those weights once it was calibrated, and what that found."""
    from nanoos_lab.ml.matgl import calibrate_matgl

    folder = _own(changed, tmp_path_factory.mktemp("made") / "Mine-Eform")
    found = calibrate_matgl(
        folder,
        *mp2018,
        property="formation_energy",
        expected_mae=0.028,
        source="MP of 2018",
        note="seen in training",
    )
    return folder, found


@pytest.fixture
def calibrated_folder(made, tmp_path):
    """Return a copy of that folder, which a test may spoil."""
    return _own(made[0], tmp_path / "Mine-Eform")
