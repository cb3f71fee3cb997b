from __future__ import annotations

import numpy as np
import pytest
from ase import units
from ase.eos import EquationOfState
from hypothesis import given
from hypothesis import strategies as st

from nanoos_lab.errors import EquationOfStateError
from nanoos_lab.potentials.birch_murnaghan import birch_murnaghan_energy, fit_birch_murnaghan


def volumes_around(volume: float, reach: float = 0.06, count: int = 7) -> np.ndarray:
    return volume * np.linspace(1 - reach, 1 + reach, count)


@given(
    energy=st.floats(-500, 10),
    volume=st.floats(5, 500),
    modulus=st.floats(2, 500),
    derivative=st.floats(1, 9),
)
def test_exact_data_give_back_their_parameters(energy, volume, modulus, derivative):
    v = volumes_around(volume * 1.01)
    fit = fit_birch_murnaghan(v, birch_murnaghan_energy(v, np.array([energy, volume, modulus, derivative])))
    assert fit.volume == pytest.approx(volume, rel=1e-6)
    assert fit.bulk_modulus == pytest.approx(modulus, rel=1e-4)
    assert fit.derivative == pytest.approx(derivative, abs=0.02)
    assert fit.energy == pytest.approx(energy, abs=1e-7 * max(1.0, abs(energy)))
    assert np.allclose(
        fit.energy_at(v), birch_murnaghan_energy(v, np.array([energy, volume, modulus, derivative]))
    )


def test_it_agrees_with_ase():
    v = volumes_around(40.0, count=9)
    e = 0.02 * (v / 40 - 1) ** 2 * 40 - 0.3 * (v / 40 - 1) ** 3 - 11.0
    fit = fit_birch_murnaghan(v, e)
    volume, energy, modulus = EquationOfState(v, e, eos="birchmurnaghan").fit(warn=False)
    assert fit.volume == pytest.approx(volume, rel=1e-6)
    assert fit.energy == pytest.approx(energy, abs=1e-8)
    assert fit.bulk_modulus == pytest.approx(modulus / units.GPa, rel=1e-4)


def test_standard_errors_cover_the_scatter_of_noisy_fits():
    rng = np.random.default_rng(7)
    v = volumes_around(16.0, count=11)
    exact = birch_murnaghan_energy(v, np.array([-8.0, 16.0, 150.0, 4.5]))
    fits = [fit_birch_murnaghan(v, exact + rng.normal(0, 1e-4, len(v))) for _ in range(400)]
    for name in ("energy", "volume", "bulk_modulus", "derivative"):
        scatter = np.std([getattr(f, name) for f in fits])
        stated = np.sqrt(np.mean([getattr(f, f"{name}_error") ** 2 for f in fits]))
        assert stated == pytest.approx(scatter, rel=0.15), name


@pytest.mark.parametrize(("shift", "where"), [(0.85, "below"), (1.15, "above")])
def test_a_minimum_outside_is_refused_with_its_place(shift, where):
    v = volumes_around(30.0)
    with pytest.raises(EquationOfStateError, match=rf"Å³ {where} the sampled 28.20 to 31.80"):
        fit_birch_murnaghan(v, birch_murnaghan_energy(v, np.array([-1.0, 30.0 * shift, 100.0, 4.0])))


@pytest.mark.parametrize(
    ("volumes", "energies", "words"),
    [
        ([1, 2, 3, 4], [1, 0, 0, 1], "at least 5 volumes"),
        ([1, 2, 3, 4, 5], [1, 0, 0, 1], "5 volumes and 4 energies"),
        ([1, 3, 2, 4, 5], [1, 0, 0, 1, 2], "strictly increasing"),
        ([1, 2, 3, 4, 5], [1, 0, np.nan, 1, 2], "finite"),
        ([1, 2, 3, 4, 5], [2, 2, 2, 2, 2], "no minimum"),
    ],
)
def test_points_that_carry_no_fit_are_refused(volumes, energies, words):
    with pytest.raises(EquationOfStateError, match=words):
        fit_birch_murnaghan(np.array(volumes, float), np.array(energies, float))
