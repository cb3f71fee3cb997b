from __future__ import annotations

import functools

import numpy as np
import pytest

from nanoos_lab.ml.gnn.bundle import load_bundle
from nanoos_lab.ml.gnn.geometry import KINDS, LEAST_CRYSTALS, Usual, shortest, usual_of
from nanoos_lab.ml.graphs import build_graphs
from nanoos_lab.testing import crystal as fresh_crystal
from nanoos_lab.testing import rattled

crystal = functools.cache(fresh_crystal)


def scaled(formula, part):
    made = crystal(formula).copy()
    made.scale_lattice(made.volume * part)
    return made


def asked(structures):
    return build_graphs(structures), np.array([s.volume / len(s) for s in structures])


def test_the_shortest_distance_of_each_pair_is_found():
    where, pairs, lengths = shortest(build_graphs([crystal("Cu"), crystal("MgO")]))
    found = {
        (int(w), int(p) // KINDS, int(p) % KINDS): d for w, p, d in zip(where, pairs, lengths, strict=True)
    }
    assert found[0, 29, 29] == pytest.approx(2.56, abs=0.05)
    assert found[1, 8, 12] == pytest.approx(2.12, abs=0.03)
    assert found[1, 12, 12] == pytest.approx(2.12 * np.sqrt(2), abs=0.05)
    assert len(found) == 4


def test_what_is_usual_is_learned_and_what_is_not_is_said():
    training = [rattled(crystal(f), displacement=0.02, seed=k) for k in range(25) for f in ("MgO", "NaCl")]
    usual = usual_of(*asked(training))
    assert set(usual.volumes) == {"O", "Na", "Mg", "Cl"}
    assert usual.least < 1.0 < usual.most
    assert usual.closest["O-Mg"] == pytest.approx(2.0, abs=0.1)
    assert "Cl-Mg" not in usual.closest
    plain, tight = usual.doubts(*asked([crystal("MgO"), scaled("MgO", 0.6)]))
    assert plain == []
    assert len(tight) == 2
    assert "times what its elements usually take" in tight[0]
    assert tight[1].startswith("O and ")
    assert "the least in training" in tight[1]


def test_a_pair_that_training_hardly_held_is_judged_by_radii():
    few = [crystal("GaAs")] * (LEAST_CRYSTALS - 1)
    usual = usual_of(*asked(few))
    assert usual.closest == {}
    free = usual.model_copy(update={"least": 0.0, "most": 9.0})
    fair, tight = free.doubts(*asked([crystal("GaAs"), scaled("GaAs", 0.4)]))
    assert fair == []
    assert tight == ["Ga and As at 1.80 Å, nearer than the two atoms' radii allow"]


@pytest.mark.parametrize(
    ("formula", "part"),
    [("MgO", 0.6), ("Si", 0.6), ("NaCl", 0.6), ("SrTiO3", 0.6), ("Cu", 0.6), ("TiO2", 0.45), ("GaAs", 0.45)],
)
def test_the_shipped_one_tells_a_squeezed_cell(formula, part):
    usual = load_bundle("fast").domain.usual
    assert isinstance(usual, Usual)
    fair, tight = usual.doubts(*asked([crystal(formula), scaled(formula, part)]))
    assert fair == []
    assert tight
