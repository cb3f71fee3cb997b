from __future__ import annotations

import pytest

from nanoos_lab.errors import CalculatorError, UnknownNameError
from nanoos_lab.ml import PREDICTORS, get_predictor
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal


class Quiet:
    def progress(self, fraction, message=""):
        pass


def run(structure, **params):
    task = TASKS.get("predict")
    return task({"structure": structure}, task.parse_params(params), Quiet())


def test_values_are_of_the_input_structure():
    outcome = run(crystal("MgO"), properties=["formation_energy", "magnetization"])
    assert [e.property for e in outcome.values["structure"]] == ["formation_energy", "magnetization"]
    value, half_width, unit = outcome.summary["values"]["formation_energy"]
    assert (value, unit) == (pytest.approx(-3.06, abs=0.1), "eV/atom")
    assert half_width > 0
    assert outcome.summary["in_domain"] is True
    assert outcome.messages == ()


def test_what_could_not_be_stated_is_told():
    swollen = crystal("MgO")
    swollen.scale_lattice(swollen.volume * 3.0)
    outcome = run(swollen)
    assert "bulk_modulus cannot be stated at this geometry: relax the structure first" in outcome.messages


def test_identity_is_the_predictors():
    task = TASKS.get("predict")
    assert task.identity(task.parse_params({})) == get_predictor("chgnet").identity()


def test_a_wrong_predictor_is_named_and_an_absent_one_says_why(monkeypatch):
    with pytest.raises(UnknownNameError, match="chgnet"):
        run(crystal("Si"), predictor="chgnot")
    monkeypatch.setattr("nanoos_lab.potentials.chgnet.missing_package", lambda: "chgnet")
    with pytest.raises(CalculatorError, match=r"nanoos-lab\[ml\]"):
        run(crystal("Si"))
    assert "chgnet" in PREDICTORS.names()
