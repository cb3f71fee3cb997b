"""``nanoos models`` does what ``lab.models`` does."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import nanoos_lab as nl
from nanoos_lab import cli
from nanoos_lab.testing.models import shipped_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    with nl.open(root / "lab") as lab:
        lab.add("MgO.cif")
    shipped_model(root, "my-gap", "1", properties=("band_gap",))
    shipped_model(root, "my-gap", "2", properties=("band_gap",), shift=0.1)
    return root


def nanoos(folder, *words):
    """Return what the command prints, run in this process."""
    result = CliRunner().invoke(cli.app, ["--lab", str(folder / "lab"), "models", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_models_are_added_listed_activated_and_taken_back(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert "register(run)" in nanoos(folder, "list")
    for version in ("1", "2"):
        assert f"my-gap@{version}" in nanoos(folder, "add", f"my-gap-{version}.nanoos-model")
    listed = nanoos(folder, "list")
    assert "my-gap@1" in listed
    assert "active" in listed
    assert "active" in nanoos(folder, "activate", "my-gap", "2")
    assert "my-gap@2" in nanoos(folder, "show", "my-gap")
    assert "my-gap@1" in nanoos(folder, "roll-back", "my-gap")
    assert "retired" in nanoos(folder, "retire", "my-gap@2", "--reason", "worse")
    assert "kept" in nanoos(folder, "restore", "my-gap@2")
    assert "0.1000 eV" in nanoos(folder, "compare", "my-gap@1", "my-gap@2", "MgO")
    (folder / "out").mkdir()
    assert "my-gap-1.nanoos-model" in nanoos(folder, "export", "my-gap", "out").replace("\n", "")
    assert [p.name for p in (folder / "out").iterdir()] == ["my-gap-1.nanoos-model"]
    assert "renamed@1" in nanoos(
        folder, "register", "out/my-gap-1.nanoos-model", "--name", "renamed", "--keep"
    )
