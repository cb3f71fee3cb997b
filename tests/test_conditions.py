"""Conditions are equal whatever unit they were stated in, and never without one."""

from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.conditions import CONDITIONS, named_conditions, normal_conditions
from nanoos_lab.errors import InvalidInputError, UnknownNameError


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"temperature": "25 °C"}, {"temperature_K": 298.15}),
        ({"temperature_C": 25}, {"temperature_K": 298.15}),
        ({"temperature_K": np.float64(300)}, {"temperature_K": 300.0}),
        ({"temperature_K": "300"}, {"temperature_K": 300.0}),
        ({"pressure": "1 atm"}, {"pressure_GPa": 0.000101325}),
        ({"pressure_kbar": 10}, {"pressure_GPa": 1.0}),
        ({"wavelength": "1.5406 Å"}, {"wavelength_nm": 0.15406}),
        ({"magnetic_field": "10 kOe"}, {"magnetic_field_T": 1.0}),
        ({"time": "24 h"}, {"time_s": 86400.0}),
        ({"heating_rate": "5 °C/min"}, {"heating_rate_K_per_min": 5.0}),
        ({"strain": "2 %"}, {"strain_percent": 2.0}),
        ({"atmosphere": "N2", "n": np.int64(3)}, {"atmosphere": "N2", "n": 3}),
        (
            {"temperature_program": "slow", "pressure_medium": "He"},
            {"temperature_program": "slow", "pressure_medium": "He"},
        ),
        ({"temperature": "300 K", "temperature_K": 300}, {"temperature_K": 300.0}),
        ({"temperature": None}, {}),
    ],
)
def test_quantities_are_kept_in_one_unit(given, kept) -> None:
    assert normal_conditions(given) == kept
    assert normal_conditions(kept) == kept
    assert all(type(value) in {float, int, str} for value in normal_conditions(given).values())


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"temperature": 300}, "has no unit: write temperature='300 K', or temperature_K"),
        ({"temperature": "300 GPa"}, "kept in K, and 'GPa' cannot be converted"),
        ({"temperature": "hot"}, "not a number"),
        ({"temperature": "300 ± 5 K"}, "say it in the note"),
        ({"temperature_K": [300]}, "not a quantity"),
        ({"temperature_K": float("nan")}, "not a finite number"),
        ({"temperature": "300 K", "temperature_C": 300}, "given twice"),
    ],
)
def test_what_cannot_be_kept_is_refused(given, says) -> None:
    with pytest.raises(InvalidInputError, match=says):
        normal_conditions(given)


def test_a_misspelt_keyword_is_no_condition() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'uncertainty'"):
        named_conditions({"uncertanty": 8}, ["uncertainty"])
    with pytest.raises(UnknownNameError, match="did you mean 'temperature'"):
        named_conditions({"temperatur": "300 K"}, [])


def test_every_example_of_the_vocabulary_is_taken() -> None:
    for name, known in CONDITIONS.items():
        assert list(normal_conditions({name: known.example})) == [known.kept]
