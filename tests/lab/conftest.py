"""A fresh lab with a few sample crystals."""

from __future__ import annotations

import pytest

import nanoos_lab as nl


@pytest.fixture
def lab(tmp_path):
    with nl.open(tmp_path / "my lab's ünïcode folder") as opened:
        yield opened


@pytest.fixture
def sto(lab):
    return lab.add("SrTiO3.cif", tags=["perovskite"])
