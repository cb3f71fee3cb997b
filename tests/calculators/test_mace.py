"""What of the MACE adapter needs no mace: where its model is, and what it takes to open it."""

from __future__ import annotations

import importlib.util

import pytest

from nanoos_lab.calculators import CALCULATORS, get_calculator
from nanoos_lab.calculators.mace import MACECalculator
from nanoos_lab.errors import CalculatorError, InvalidInputError
from nanoos_lab.potentials.references import NOT_PROVEN
from nanoos_lab.testing import crystal


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "tiny.model"
    path.write_bytes(b"not a model")
    return path


@pytest.fixture
def installed(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: object() if name == "mace" else real(name, *rest)
    )


def test_it_is_registered():
    assert CALCULATORS.get("mace") is MACECalculator


def test_without_the_package_the_install_line_is_named(monkeypatch, model):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "mace" else real(name, *rest)
    )
    calculator = get_calculator(f"mace:{model}")
    assert "pip install mace-torch" in calculator.available()
    with pytest.raises(CalculatorError, match="pip install mace-torch"):
        calculator.identity()


@pytest.mark.usefixtures("installed")
def test_a_pickle_is_not_opened_unless_its_maker_is_trusted(model, monkeypatch):
    import torch

    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was opened"))
    calculator = get_calculator(f"mace:{model}")
    assert "trust_pickle=True" in calculator.available()
    with pytest.raises(CalculatorError, match="opening it runs what its maker put there"):
        calculator.check(crystal("Si"))
    assert get_calculator(f"mace:{model}", {"trust_pickle": True}).available() is None


@pytest.mark.usefixtures("installed")
def test_a_model_that_is_not_there_is_looked_for_and_named(tmp_path, monkeypatch):
    monkeypatch.setenv("NANOOS_MODELS", str(tmp_path))
    calculator = get_calculator("mace:none.model", {"trust_pickle": True})
    assert str(tmp_path) in calculator.available()
    assert "nothing is downloaded" in calculator.available()
    assert calculator.version == ""


def test_options_are_told_and_refused(model):
    for words, options in (
        ("dtype='float16'", {"dtype": "float16"}),
        ("device='cuda': Extra inputs", {"device": "cuda"}),
    ):
        with pytest.raises(InvalidInputError, match=words):
            get_calculator(f"mace:{model}", options)


def test_a_model_without_references_says_so_in_every_property(model):
    calculator = get_calculator(f"mace:{model}")
    assert calculator.known_limits["energy"] == NOT_PROVEN
    (model.parent / "tiny.model.references.json").touch()
    assert calculator.known_limits == {}
    assert calculator.method().name == "MACE tiny"
    assert len(calculator.method().version) == 12
