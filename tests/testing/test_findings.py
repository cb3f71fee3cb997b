"""The checks must catch what they are there for."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from nanoos_lab.calculators import get_calculator
from nanoos_lab.calculators.toy import ToyCalculator
from nanoos_lab.calculators.toy_ase import ToyASE
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.testing import ConformanceError, check_calculator, check_predictor, crystal, rattled


class Skewed(ToyASE):
    part, factor = "forces", 1.05

    def calculate(self, *args, **kwargs):
        super().calculate(*args, **kwargs)
        self.results[self.part] = self.results[self.part] * self.factor


class Faulty(ToyCalculator):
    ase_class = Skewed

    def ase_calculator(self, structure, place):  # noqa: ARG002 - the protocol has them
        return self.ase_class()


@pytest.mark.parametrize(("part", "words"), [("forces", "forces miss"), ("stress", "stress misses")])
def test_inconsistent_derivatives_are_found(part, words):
    calculator = Faulty()
    calculator.ase_class = type("Wrong", (Skewed,), {"part": part, "factor": 1.5})
    with pytest.raises(ConformanceError, match=words):
        check_calculator(calculator, [crystal("MgO")])


def test_answers_that_change_are_found():
    class Drifting(ToyASE):
        made = 0

        def __init__(self):
            super().__init__()
            type(self).made += 1
            self.offset = 1e-3 * type(self).made

        def calculate(self, *args, **kwargs):
            super().calculate(*args, **kwargs)
            self.results["energy"] += self.offset

    calculator = Faulty()
    calculator.ase_class = Drifting
    with pytest.raises(ConformanceError, match="the same question differs"):
        check_calculator(calculator, [crystal("MgO")])


def test_missing_refusals_and_changing_identities_are_all_listed():
    class Careless(ToyCalculator):
        asked = 0

        def check(self, structure):
            if type(structure).__name__ == "Molecule":
                raise KeyError("cell")

        def identity(self):
            self.asked += 1
            return {"asked": self.asked}

    with pytest.raises(ConformanceError) as caught:
        check_calculator(Careless(), [crystal("MgO")])
    message = str(caught.value)
    for words in ("lets a dummy species pass", "KeyError instead of", "differs from call to call"):
        assert words in message


def test_a_missing_member_is_found():
    with pytest.raises(ConformanceError, match="a member of"):
        check_calculator(object(), [crystal("MgO")])


class Guess:
    """A predictor as small as they come."""

    name, version, synthetic = "guess", "1", True
    properties = ("band_gap",)

    def available(self):
        return None

    def identity(self):
        return {"model": "guess 1"}

    def check(self, structure):
        get_calculator("toy").check(structure)

    def predict(self, structures, properties=None, progress=None):  # noqa: ARG002 - the protocol has it
        for name in properties or ():
            if name not in self.properties:
                from nanoos_lab.errors import UnknownNameError

                raise UnknownNameError("property", name, self.properties)
        return [(self.state(s, structures),) for s in structures]

    def state(self, structure, _all):
        return PropertyEstimate(
            property="band_gap",
            value=structure.volume / len(structure),
            origin=Origin.PREDICTED,
            method=Method(name="guess"),
            in_domain=False,
            synthetic=True,
        )


def test_a_small_predictor_passes():
    assert check_predictor(Guess(), [crystal("MgO"), crystal("Si")]) == 0.0


def test_a_batch_that_leaks_is_found():
    class Leaky(Guess):
        def state(self, structure, everything):
            found = super().state(structure, everything)
            return found.model_copy(update={"value": found.value + len(everything)})

    with pytest.raises(ConformanceError, match="a batch, a single answer"):
        check_predictor(Leaky(), [crystal("MgO"), crystal("Si")])


def test_values_that_hide_what_they_are_are_found():
    class Proud(Guess):
        known_limits = MappingProxyType({})

        def state(self, structure, everything):
            update = {"synthetic": False, "in_domain": None, "origin": Origin.COMPUTED}
            return super().state(structure, everything).model_copy(update=update)

    with pytest.raises(ConformanceError) as caught:
        check_predictor(Proud(), [crystal("MgO")])
    for words in ("hides whether it is synthetic", "does not say whether it is in domain", "not predicted"):
        assert words in str(caught.value)


def test_rattled_crystals_are_reproducible():
    assert rattled(crystal("Si"), seed=4) == rattled(crystal("Si"), seed=4)
    assert rattled(crystal("Si"), seed=4) != rattled(crystal("Si"), seed=5)
