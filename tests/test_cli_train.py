"""``nanoos train`` does what ``lab.dataset`` and ``lab.train`` do."""

from __future__ import annotations

import csv

import pytest
from typer.testing import CliRunner

import nanoos_lab as nl
from nanoos_lab import cli
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.testing import crystal

ROWS = 100
SMALL = ("--start", "", "options.shape.width=16", "options.shape.layers=1", "options.shape.basis=8",
         "options.shape.directed=2", "epochs=3", "members=1", "batch=30", "device=cpu")  # fmt: skip
GIVEN = ("train", "volume_per_atom", "volumes.csv", "--origin", "computed", "--method", "geometry")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("train here")
    nl.open(root / "lab").close()
    known = [crystal(name) for name in ("MgO", "NaCl", "Si", "Cu")]
    lines = []
    for k in range(ROWS):
        structure = known[k % 4].copy()
        structure.scale_lattice(structure.volume * (0.8 + 0.004 * k))
        structure.to(filename=str(root / f"{k}.cif"))
        lines.append((f"{k}.cif", structure.volume / len(structure)))
    with (root / "volumes.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("file", "volume_per_atom"), *lines])
    return root


def nanoos(folder, *words):
    """Return what the command prints, run in this process."""
    result = CliRunner().invoke(cli.app, ["--lab", str(folder / "lab"), *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_a_table_becomes_a_model_that_predicts(folder, monkeypatch):
    monkeypatch.chdir(folder)
    said = nanoos(folder, *GIVEN, "--name", "vol", "--split", "random", "split.seed=3", *SMALL)
    assert "COMPLETED" in said
    assert "On the same test rows (Å³/atom)" in said
    assert "…" not in said
    assert "nanoos predict all --predictor vol@1" in said
    assert "vol@1" in nanoos(folder, "models", "list")
    with nl.open(folder / "lab") as lab:
        (run,) = lab.runs(task="train")
        assert run.row.params["split"]["seed"] == 3
        assert run.row.params["options"]["shape"]["width"] == 16
    again = nanoos(folder, *GIVEN, "--name", "vol", "--split", "random", "split.seed=3", *SMALL)
    assert run.id in nanoos(folder, "runs", "--task", "train")
    assert "Registered as vol@1" in again


def test_what_was_not_registered_says_how(folder, monkeypatch):
    monkeypatch.chdir(folder)
    said = nanoos(folder, *GIVEN, "--name", "kept", "--no-register", *SMALL)
    assert "nanoos models register" in said


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("train", "volume_per_atom", "volumes.csv", "0.cif", "--origin", "computed"), "comes alone"),
        ((*GIVEN, "--detach"), "--on process"),
        ((*GIVEN, "--split", "random", "split.kind=random"), "given twice"),
        ((*GIVEN, "epohcs=3"), "epohcs"),
        (("train", "work_function", "--origin", "measured"), "there is no measured Work function"),
    ],
)
def test_what_cannot_be_trained_is_said(folder, monkeypatch, words, problem):
    monkeypatch.chdir(folder)
    with pytest.raises(InvalidInputError, match=problem):
        nanoos(folder, *words)
