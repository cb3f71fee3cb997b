from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.errors import OutOfDomainError
from nanoos_lab.ml.stiffness import single_shot_stiffness
from nanoos_lab.potentials.birch_murnaghan import birch_murnaghan_energy
from nanoos_lab.testing import crystal


def energies_with_minimum_at(factor):
    calls = []

    def energies(structures):
        calls.append(len(structures))
        volume = crystal("Cu").volume * factor
        volumes = np.array([s.volume for s in structures])
        return birch_murnaghan_energy(volumes, np.array([-4.0, volume, 140.0, 5.0]))

    energies.calls = calls
    return energies


def test_seven_energies_are_enough_near_the_minimum():
    energies = energies_with_minimum_at(1.02)
    answer = single_shot_stiffness(crystal("Cu"), energies)
    assert answer.bulk_modulus == pytest.approx(140.0, rel=1e-3)
    assert answer.volume_offset == pytest.approx(0.02, abs=1e-4)
    assert energies.calls == [7]


def test_the_window_is_widened_once():
    energies = energies_with_minimum_at(0.85)
    answer = single_shot_stiffness(crystal("Cu"), energies)
    assert answer.bulk_modulus == pytest.approx(140.0, rel=1e-3)
    assert energies.calls == [7, 13]


def test_no_minimum_is_refused():
    with pytest.raises(OutOfDomainError, match="no bulk modulus of Cu"):
        single_shot_stiffness(crystal("Cu"), energies_with_minimum_at(0.5))
