from __future__ import annotations

import importlib.util
import shutil

import pytest

from nanoos_lab.calculators import CALCULATORS, get_calculator
from nanoos_lab.calculators.matgl import MatGLCalculator
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.potentials.references import NOT_PROVEN
from nanoos_lab.simulate.static import evaluate
from nanoos_lab.testing import check_calculator, crystal

TENSORNET = "TensorNet-MatPES-PBE-v2025.1-PES"


@pytest.fixture(autouse=True)
def models(shared_data, require, monkeypatch):
    require(importlib.util.find_spec("matgl"), "matgl is not installed: pip install 'nanoos-lab[matgl]'")
    folder = shared_data / "matgl_pretrained" / "pretrained_models"
    monkeypatch.setenv("NANOOS_MODELS", str(folder))
    return folder


def test_it_is_registered_and_holds_together():
    assert CALCULATORS.get("matgl") is MatGLCalculator
    report = check_calculator(
        get_calculator(f"matgl:{TENSORNET}"),
        [crystal(f) for f in ("Si", "NaCl", "SrTiO3")],
        force_tolerance=5e-3,
        stress_tolerance=5e-4,
    )
    assert report.repeat < 1e-5


def test_the_form_with_a_colon_is_the_option_model(models):
    short, long = f"matgl:{TENSORNET}", {"model": str(models / TENSORNET)}
    assert get_calculator(short).identity() == get_calculator("matgl", long).identity()
    with pytest.raises(InvalidInputError, match=r"'matgl' refuses its options: model=.*Field required"):
        get_calculator("matgl")


def test_values_carry_the_weights_and_what_is_known_against_them():
    point = evaluate(crystal("MgO"), f"matgl:{TENSORNET}")
    energy = next(e for e in point.estimates if e.property == "energy")
    assert energy.value == pytest.approx(-5.8646, abs=1e-3)
    assert energy.method.name == TENSORNET
    assert len(energy.method.version) == 12
    assert "45 meV/atom" in energy.note
    assert NOT_PROVEN not in energy.note


def test_weights_that_nobody_vouches_for_say_so_in_every_value(models, tmp_path):
    import torch

    from nanoos_lab.potentials import matgl

    folder = tmp_path / "mine-PES"
    shutil.copytree(models / TENSORNET, folder)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    state = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)
    state["data_std"] *= 1.0001
    torch.save(state, folder / "state.pt")
    calculator = get_calculator(f"matgl:{folder}")
    point = evaluate(crystal("MgO"), calculator)
    assert point.estimates
    assert all(NOT_PROVEN in e.note for e in point.estimates)
    matgl.record_references(folder, [crystal("MgO")], about="recorded in a test")
    assert not any(NOT_PROVEN in e.note for e in evaluate(crystal("MgO"), calculator).estimates)


def test_what_is_not_there_says_how_to_get_it(models):
    calculator = get_calculator("matgl:TensorNet-MatPES-PBE-v2025.9-PES")
    problem = calculator.available()
    assert f"did you mean '{TENSORNET}'" in problem
    assert str(models) in problem
    assert "nothing is downloaded" in problem
    assert "hf download materialyze/" in problem
    assert calculator.version == ""
    assert calculator.known_limits == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("MEGNet-MP-2018.6.1-Eform", "no potential"),
        ("M3GNet-MP-2021.2.8-PES", "-7.453901 eV for MoS .* recorded -10.824362"),
    ],
)
def test_what_would_answer_wrongly_is_not_available(name, words):
    import re

    assert re.search(words, get_calculator(f"matgl:{name}").available())
