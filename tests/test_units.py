"""Units as people write them come out as the kept ones, or are refused with what to write instead."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import constants

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.units import EXAMPLES, compatible, convert, kept_quantity, parse_quantity, to_kept_unit
from nanoos_lab.vocabulary import VOCABULARY

KJ_PER_MOL = 1000 / constants.N_A / constants.e
"""In eV; CODATA by way of scipy, which pint does not use."""


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1710.0, "kbar", "GPa", 171.0),
        (1.0, "kJ/(mol atom)", "eV/atom", KJ_PER_MOL),
        (1.0, "kJ/mol", "eV", KJ_PER_MOL),
        (1.0, "Ha", "eV", constants.physical_constants["Hartree energy in eV"][0]),
        (1.0, "Ry/atom", "eV/atom", constants.physical_constants["Rydberg constant times hc in eV"][0]),
        (1.0, "a0", "Å", constants.physical_constants["Bohr radius"][0] * 1e10),
        (1.0, "eV/Å³", "GPa", constants.e * 1e30 / 1e9),
        (1.0, "amu/Å^3", "g/cm³", constants.atomic_mass * 1e30 / 1000),
        (2.2, "µB/atom", "μB/atom", 2.2),  # the micro sign and the Greek letter
        (2.2, "mu_B/atom", "μB/atom", 2.2),
        (25.0, "°C", "K", 298.15),
        (77.0, "°F", "K", 298.15),
        (1.0, "1/°C", "1/K", 1.0),
        (8.6, "10^-6/K", "1/K", 8.6e-6),
        (8.6, "ppm/K", "1/K", 8.6e-6),
        (1.0, "W cm⁻¹ K⁻¹", "W/(m K)", 100.0),
        (5.0, "1/(Ω cm)", "S/m", 500.0),
        (30.0, "%", "", 0.3),
        (1e4, "gauss", "T", 1.0),
        (1.0, "kgf/mm^2", "GPa", constants.g / 1000),
        (12.0, "Å^3/atom", "Å³/atom", 12.0),
    ],
)
def test_units_of_the_field_are_converted(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-8)


def test_every_unit_of_the_vocabulary_is_understood_and_every_example_holds() -> None:
    for entry in VOCABULARY.values():
        for unit in (entry.unit, *(axis.unit for axis in entry.axes)):
            assert compatible(unit, unit.replace("⁻¹", "^-1").replace("³", "^3")), unit
    for kept, others in EXAMPLES.items():
        for unit in others:
            assert compatible(unit, kept), (unit, kept)


@given(value=st.floats(1e-3, 1e5), name=st.sampled_from(sorted(EXAMPLES)), data=st.data())
@settings(max_examples=60, deadline=None)
def test_there_and_back_is_the_same(value: float, name: str, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(EXAMPLES[name]))
    assert convert(convert(value, name, unit), unit, name) == pytest.approx(value, rel=1e-9)


def test_energies_are_not_energies_per_atom() -> None:
    for unit in ("eV", "kJ/mol", "eV/fu", "eV/f.u."):
        with pytest.raises(
            InvalidInputError, match=r"formation_energy is kept in eV/atom.*per how many atoms"
        ):
            to_kept_unit("formation_energy", -1.0, unit)


def test_what_cannot_be_converted_is_refused_with_examples() -> None:
    with pytest.raises(InvalidInputError, match=r"bulk_modulus is kept in GPa, and 'K'.*MPa, kbar"):
        to_kept_unit("bulk_modulus", "171 K")
    with pytest.raises(InvalidInputError, match="'foo' is not a unit that is known"):
        to_kept_unit("bulk_modulus", "171 foo")
    with pytest.raises(InvalidInputError, match="poisson_ratio is kept as a plain number"):
        to_kept_unit("poisson_ratio", 0.3, "GPa")


@pytest.mark.parametrize(
    ("text", "value", "unit", "uncertainty"),
    [
        ("171 GPa", 171.0, "GPa", None),
        ("171 ± 8 GPa", 171.0, "GPa", 8.0),
        ("(171 ± 8) GPa", 171.0, "GPa", 8.0),
        ("171 GPa ± 80 kbar", 171.0, "GPa", 8.0),
        ("171 GPa +/- 5 %", 171.0, "GPa", 8.55),
        ("171(8) GPa", 171.0, "GPa", 8.0),
        ("3.9051(2) Å", 3.9051, "Å", 0.0002),
        ("(30 ± 2) %", 30.0, "%", 2.0),
        ("−3.2 eV", -3.2, "eV", None),
        ("300K", 300.0, "K", None),
        ("5eV", 5.0, "eV", None),
        ("1.5×10⁻⁵ 1/K", 1.5e-5, "1/K", None),
        ("1.2 x 10^3 K", 1200.0, "K", None),
        (".5", 0.5, "", None),
    ],
)
def test_quantities_are_read(text: str, value: float, unit: str, uncertainty: float | None) -> None:
    found = parse_quantity(text)
    assert (found.value, found.unit) == (value, unit)
    assert found.uncertainty == (None if uncertainty is None else pytest.approx(uncertainty))


@pytest.mark.parametrize(
    "text", ["", "GPa", "nan GPa", "inf", "1,5 GPa", "171 ± x GPa", "1 ± 2 ± 3 K", "171 ± 5 %"]
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"number|may mean two things|decimal point"):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("value", "uncertainty", "unit", "expected"),
    [
        (1710.0, 80.0, "kbar", 8.0),
        ("1710 kbar", "8 GPa", None, 8.0),
        (171.0, "5 %", None, 8.55),
    ],
)
def test_uncertainties_are_converted_as_widths(value, uncertainty, unit, expected) -> None:
    found = kept_quantity("bulk_modulus", value, uncertainty, unit=unit)
    assert (found.value, found.uncertainty) == (171.0, pytest.approx(expected))


def test_a_width_of_a_temperature_has_no_zero() -> None:
    assert kept_quantity("debye_temperature", "25 °C", 5.0).uncertainty == 5.0
    assert kept_quantity("debye_temperature", "25 °C", "9 °F").uncertainty == pytest.approx(5.0)
    with pytest.raises(InvalidInputError, match="say it in K"):
        kept_quantity("debye_temperature", "25 °C", "5 %")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), [1.0], None, "5 5 GPa"])
def test_what_is_not_one_number_is_refused(bad) -> None:
    with pytest.raises(InvalidInputError, match=r"bulk_modulus|not a unit"):
        kept_quantity("bulk_modulus", bad)


def test_a_negative_width_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="not a number >= 0"):
        kept_quantity("bulk_modulus", 5.0, -1.0)


def test_converted_numbers_are_equal_however_they_were_stated() -> None:
    stated = [("171 GPa", None), (1710, "kbar"), (171e9, "Pa"), ("171000 MPa", None), (0.171, "TPa")]
    assert {to_kept_unit("bulk_modulus", value, unit) for value, unit in stated} == {171.0}


def test_arrays_are_converted_and_photons_by_wavelength() -> None:
    energy = convert(np.array([1239.841984, 620.0]), "nm", "eV", photon=True)
    assert energy == pytest.approx([1.0, 1239.841984 / 620])
    assert convert(np.array([1.0, 2.0]), "m", "Å") == pytest.approx([1e10, 2e10])
    with pytest.raises(InvalidInputError, match="cannot be converted"):
        convert(1.0, "nm", "eV")


@given(st.text(st.sampled_from("mKegV*/^()1290.% -+°CμÅ³⁻¹,[]'\"\\_"), max_size=20) | st.text(max_size=20))
@settings(max_examples=400, deadline=2000)
def test_no_text_does_more_than_be_refused(text: str) -> None:
    compatible(text, "GPa")
    for read in (parse_quantity, lambda one: convert(1.0, one, "GPa")):
        try:
            read(text)
        except InvalidInputError:
            continue


@pytest.mark.parametrize(
    "bomb", ["m**9**9**9", "m^99999999", "9**99**99", "10**10**10", "(((m**99)**99)**99)**99"]
)
def test_powers_of_powers_end_at_once(bomb: str) -> None:
    assert not compatible(bomb, "GPa")


def test_pint_is_loaded_when_something_is_converted() -> None:
    code = "import sys, nanoos_lab.units as u; u.convert(1.0, 'GPa', 'GPa'); assert 'pint' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
