from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.ml.domain import Cloud, doubts
from nanoos_lab.potentials import chgnet
from nanoos_lab.testing import crystal, rattled


def doubts_about(structure):
    return doubts(chgnet.evaluate([structure], "efs")[0], structure.composition)


def test_distances_are_in_units_of_the_scatter():
    rng = np.random.default_rng(0)
    cloud = Cloud.fit(rng.normal(size=(20000, 3)) * [1.0, 10.0, 0.1] + [5.0, 0.0, 0.0])
    assert cloud.distance(np.array([[6.0, 0, 0], [5.0, 30.0, 0]])) == pytest.approx([1.0, 3.0], rel=0.03)


@pytest.mark.parametrize("formula", ["MgO", "Cu", "SrTiO3", "GaAs"])
def test_common_crystals_are_inside(formula):
    assert doubts_about(crystal(formula)) == ()


def test_forces_and_pressure_raise_doubts():
    assert any("eV/Å" in d for d in doubts_about(rattled(crystal("MgO"), displacement=0.3)))
    squeezed = crystal("MgO")
    squeezed.scale_lattice(squeezed.volume * 0.8)
    assert any("GPa" in d for d in doubts_about(squeezed))


def test_an_element_without_calibration_compounds_raises_doubts():
    helium = Structure(
        Lattice.hexagonal(3.0, 4.9), ["He", "He"], [[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]]
    )
    assert any("hardly any He compound" in d for d in doubts_about(helium))
