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


def test_of_a_set_what_cannot_be_known_is_named_and_the_others_are_stated():
    alone = crystal("MgO")
    alone.scale_lattice(1e5)
    sound = [crystal("MgO"), crystal("Si")]
    task = TASKS.get("predict")
    params = task.parse_params({"predictor": "nanoos-gnn", "properties": ["band_gap"]})
    outcome = task({"structures": [sound[0], alone, sound[1]]}, params, Quiet())
    assert list(outcome.values) == ["structures[0]", "structures[2]"]
    assert list(outcome.summary["refused"]) == ["1"]
    assert "no neighbour" in outcome.summary["refused"]["1"]
    expected = get_predictor("nanoos-gnn").predict(sound, ["band_gap"])
    found = [outcome.values[name][0].value for name in outcome.values]
    assert found == pytest.approx([e[0].value for e in expected], abs=1e-5)


class Moody:
    """Refuses by predicting what its check lets pass, as a model may; and may be broken altogether."""

    name, version, synthetic, properties = "moody", "1", False, ("band_gap",)

    def __init__(self, *, broken=False, gap=1.0):
        self.broken, self.gap, self.calls = broken, gap, 0

    def available(self):
        return None

    def identity(self):
        return {}

    def check(self, structure):
        pass

    def predict(self, structures, *_):
        from nanoos_lab.properties import Method, Origin, PropertyEstimate

        self.calls += 1
        if self.broken or any(len(s) == 1 for s in structures):
            raise CalculatorError("one of them is too much for me")
        said = PropertyEstimate(
            property="band_gap", value=self.gap, origin=Origin.PREDICTED, method=Method(name="moody")
        )
        return [(said,) for _ in structures]


def test_one_bad_apple_is_found_in_few_calls_and_a_broken_model_is_no_apple():
    from nanoos_lab.ml.predict import predict_each

    good, bad = crystal("MgO"), crystal("Cu")
    bad = bad if len(bad) == 1 else bad.get_primitive_structure()
    moody = Moody()
    found, refused = predict_each([good] * 37 + [bad] + [good] * 26, moody)
    assert list(refused) == [37]
    assert len(found) == 63
    assert moody.calls < 20
    with pytest.raises(CalculatorError, match="too much"):
        predict_each([good, good], Moody(broken=True))
    assert predict_each([good], Moody(gap=float("nan")))[1][0].startswith("the model gives band_gap = nan")
