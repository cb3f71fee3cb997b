"""What the page about trained models says can be typed, can be."""

from __future__ import annotations

import inspect
import re
import tomllib

import pytest
import typer

import nanoos_lab as nl
from nanoos_lab.cli.models import models
from nanoos_lab.lab.modelling.registry import Models
from nanoos_lab.ml.models import Manifest
from nanoos_lab.testing.models import shipped_model


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "models.md").read_text(encoding="utf-8")


def test_every_verb_and_command_of_the_page_exists_and_none_is_left_out(page):
    commands = set(typer.main.get_command(models).commands)
    assert set(re.findall(r"`nanoos models ([a-z-]+)", page)) | {"restore"} == commands
    verbs = {name for name, member in vars(Models).items() if inspect.isfunction(member) and name[0] != "_"}
    named = set(re.findall(r"lab\.models\.([a-z_]+)\(", page)) | {"frame", "resolve", "restore"}
    assert named == verbs


def test_every_part_of_the_manifest_is_in_its_table(page):
    table = page.partition("| in `model.json` | |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([a-z0-9_]+)`", "".join(line.split("|")[1] for line in table.splitlines()[2:])))
    fields = {field.alias or name for name, field in Manifest.model_fields.items()}
    assert named == fields - {"synthetic"}


def test_the_entry_point_of_the_page_is_read(page):
    (block,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert tomllib.loads(block)["project"]["entry-points"]["nanoos_lab.runners"]


def test_a_labs_archive_brings_its_models(tmp_path):
    with nl.open(tmp_path / "lab") as lab:
        lab.add("MgO.cif")
        lab.models.register(shipped_model(tmp_path, properties=("band_gap",)))
        told = " ".join(repr(lab.export(tmp_path / "lab.zip")).split())
    assert "models 1" in told
    assert "left out" not in told
