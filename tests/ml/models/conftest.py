"""A genuine model: the shipped network, cut down to three properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nanoos_lab.ml.models import unpack
from nanoos_lab.testing.models import shipped_model

if TYPE_CHECKING:
    from pathlib import Path

PROPERTIES = ("formation_energy", "band_gap", "bulk_modulus")


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the packed file; tests leave it as it is."""
    return shipped_model(tmp_path_factory.mktemp("models"), "my-gap", "1.2", properties=PROPERTIES)


@pytest.fixture
def folder(packed: Path, tmp_path: Path) -> Path:
    """Return a copy of the model as a folder, to be changed."""
    unpack(packed, tmp_path / "model")
    return tmp_path / "model"
