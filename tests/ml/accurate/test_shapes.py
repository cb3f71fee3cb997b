from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.ml.accurate.shapes import FAR, shape_rows
from nanoos_lab.ml.graphs import build_graphs
from nanoos_lab.testing import crystal

NEAREST, CLOSEST, SOFT, COUNT, FILLED, DENSITY = 0, 4, 8, 12, 16, 17


def rows(*structures):
    return shape_rows(build_graphs(structures), np.array([s.volume / len(s) for s in structures]))


def test_rock_salt_and_diamond_are_told_by_their_neighbours():
    salt, diamond = crystal("MgO"), crystal("Si")
    found = rows(salt, diamond)
    assert found[:, COUNT] == pytest.approx([6.0, 4.0])
    assert found[:, NEAREST] == pytest.approx(
        [salt.get_distance(0, 1) if len(salt) == 2 else min(salt.distance_matrix[0][1:]), 2.35], abs=0.05
    )
    assert found[:, NEAREST + 3] == pytest.approx(0.0, abs=1e-6)  # no scatter: all atoms are alike
    assert found[1, CLOSEST] == pytest.approx(found[1, NEAREST] / (2 * 1.1))  # silicon's radius
    assert np.all(found[:, SOFT] >= found[:, COUNT])


def test_density_and_filling_follow_the_volume():
    base = crystal("MgO")
    wide = base.copy()
    wide.scale_lattice(base.volume * 1.1)
    small, large = rows(base, wide)
    assert small[DENSITY] - large[DENSITY] == pytest.approx(np.log(1.1))
    assert small[FILLED] / large[FILLED] == pytest.approx(1.1)
    assert np.exp(small[DENSITY]) * 1.66054 == pytest.approx(float(base.density), rel=1e-3)


def test_a_doubled_cell_and_another_order_of_atoms_change_nothing():
    base = crystal("TiO2")
    turned = Structure.from_sites(base.sites[::-1])
    assert np.allclose(rows(base, turned), rows(base * (2, 1, 1), base), atol=1e-5)


def test_atoms_without_neighbours_have_far_ones():
    alone = Structure(Lattice.cubic(20.0), ["Ar"], [[0, 0, 0]])
    found = rows(alone, crystal("MgO"))
    assert found[0, [NEAREST, CLOSEST]] == pytest.approx(FAR)
    assert np.isfinite(found).all()
