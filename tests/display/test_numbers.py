"""Numbers read as a scientist would write them."""

from __future__ import annotations

import pytest

from nanoos_lab.display import numbers


@pytest.mark.parametrize(
    ("value", "uncertainty", "text"),
    [
        (171.26, 8.4, "171 ± 8 GPa"),
        (171.26, 1.23, "171.3 ± 1.2 GPa"),
        (171.26, None, "171.3 GPa"),
        (171.26, 0.0, "171.3 GPa"),
        (-3.41277, 0.0452, "−3.41 ± 0.05 GPa"),
        (1234.5, 260.0, "1234 ± 260 GPa"),
        (0.0, None, "0 GPa"),
        (3.2e-9, None, "3.200e−09 GPa"),
    ],
)
def test_a_value_is_rounded_to_its_uncertainty(value, uncertainty, text):
    assert numbers.value_text(value, uncertainty, "GPa") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.0123, "12 ms"), (3.44, "3.4 s"), (310, "5 min 10 s"), (7500, "2 h 5 min")],
)
def test_durations(seconds, text):
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    ("past", "text"), [(3, "just now"), (300, "5 min ago"), (7200, "2 h ago"), (3e5, "3 d ago")]
)
def test_ages(past, text):
    assert numbers.age(1000.0, now=1000.0 + past) == text


def test_sizes():
    assert [numbers.size(n) for n in (12, 12_300, 3_400_000)] == ["12 B", "12 kB", "3.4 MB"]


def test_formulas_have_subscripts_and_are_escaped():
    assert numbers.formula_html("Ca(OH)2") == "Ca(OH)<sub>2</sub>"
    assert numbers.formula_html("<b>Li0.5CoO2") == "&lt;b&gt;Li<sub>0.5</sub>CoO<sub>2</sub>"


def test_conditions_carry_their_units():
    assert (
        numbers.conditions_text({"temperature_K": 298.0, "pressure_GPa": 5})
        == "temperature 298 K, pressure 5 GPa"
    )
    assert numbers.conditions_text({"heat_treatment": "900 °C"}) == "heat treatment 900 °C"
