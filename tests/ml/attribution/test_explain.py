"""Contributions add up, are exact where they say so, and Shapley values are those of the definition."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.errors import CalculatorError, InvalidInputError, UnknownNameError
from nanoos_lab.ml.attribution import Attribution, explain
from nanoos_lab.ml.attribution.shapley import COMMON
from nanoos_lab.properties import Method, Origin, PropertyEstimate

PEROVSKITE = Structure.from_spacegroup(
    "Pm-3m", Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0]]
)


class Made:
    """A predictor whose value is a known function of the elements."""

    name, version, synthetic, properties = "made", "1", False, ("band_gap",)

    def __init__(self, function, refuse=()):
        self.function, self.refuse = function, set(refuse)

    def check(self, structure):
        pass

    def predict(self, structures, _properties=None):
        answers = []
        for structure in structures:
            symbols = {s.specie.symbol for s in structure}
            if symbols & self.refuse - {"Sr", "Ti", "O"}:
                raise InvalidInputError("refused")
            value = self.function(structure)
            answers.append(
                (
                    PropertyEstimate(
                        property="band_gap", value=value, origin=Origin.PREDICTED, method=Method(name="made")
                    ),
                )
            )
        return answers


def _mass(structure):
    return sum(float(site.specie.atomic_mass) for site in structure)


def _product(structure):
    return float(np.prod([s.specie.Z / 10 for s in structure]))


def test_of_a_sum_over_atoms_each_element_gets_its_own_part():
    found = explain(PEROVSKITE, "band_gap", Made(_mass), draws=40)
    for symbol, count in (("Sr", 1), ("Ti", 1), ("O", 3)):
        own = count * float(next(s for s in PEROVSKITE if s.specie.symbol == symbol).specie.atomic_mass)
        mean = own - found.elements[symbol]
        assert 0 < mean < count * 250
    assert found.missing == pytest.approx(0, abs=1e-9)


def test_shapley_values_are_means_over_all_orders():
    drawn = []

    def watched(structure):
        drawn.append(structure)
        return _product(structure)

    found = explain(PEROVSKITE, "band_gap", Made(watched), draws=4, seed=3)
    worth = {tuple(s.specie.symbol for s in structure): _product(structure) for structure in drawn}
    whole = ("Sr", "Ti", "O", "O", "O")
    absent = [key for key in worth if not {"Sr", "Ti", "O"} & set(key)]
    assert len(absent) == 4
    means = {p: [] for p in ("Sr", "Ti", "O")}
    for key in absent:
        place = dict(zip(whole, key, strict=True))
        for order in permutations(means):
            now = dict(place)
            for player in order:
                before = worth[tuple(now[s] for s in whole)]
                now[player] = player
                means[player].append(worth[tuple(now[s] for s in whole)] - before)
    for player, changes in means.items():
        assert found.elements[player] == pytest.approx(np.mean(changes), rel=1e-9)
    assert found.baseline == pytest.approx(np.mean([worth[key] for key in absent]))
    assert found.sites[2] == found.sites[3] == pytest.approx(found.elements["O"] / 3)
    assert (found.way, found.by_site, found.draws) == ("Shapley values of elements", False, 4)


def test_the_same_seed_gives_the_same_and_refused_draws_are_left_out():
    one, two = (explain(PEROVSKITE, "band_gap", Made(_mass), draws=8, seed=1) for _ in range(2))
    assert one.elements == two.elements
    fewer = explain(PEROVSKITE, "band_gap", Made(_mass, refuse=["Ba", "La", "Na", "K"]), draws=16)
    assert 4 <= fewer.draws < 16
    with pytest.raises(InvalidInputError, match="answers only 0 of 5 draws"):
        explain(PEROVSKITE, "band_gap", Made(_mass, refuse=COMMON), draws=5)


def test_what_cannot_be_explained_is_refused():
    with pytest.raises(UnknownNameError, match="bulk_modulus"):
        explain(PEROVSKITE, "bulk_modulus", Made(_mass))
    with pytest.raises(InvalidInputError, match="draws=2"):
        explain(PEROVSKITE, "band_gap", Made(_mass), draws=2)
    many = Structure(
        Lattice.cubic(9), ["H", "Li", "B", "N", "F", "Na", "Mg"], [[k / 7, 0, 0] for k in range(7)]
    )
    with pytest.raises(InvalidInputError, match="7 elements make 128 coalitions"):
        explain(many, "band_gap", Made(_mass))


def test_contributions_that_do_not_add_up_are_refused():
    estimate = PropertyEstimate(
        property="band_gap", value=2.0, origin=Origin.PREDICTED, method=Method(name="made")
    )
    with pytest.raises(CalculatorError, match="do not add up"):
        Attribution(estimate, "sum over sites", {"O": 1.0}, {}, (1.0,), 0.0, "")


def test_the_networks_own_terms_are_exact_where_they_are_of_the_value():
    pytest.importorskip("onnxruntime")
    from nanoos_lab.ml import get_predictor

    model = get_predictor("nanoos-gnn")
    found = explain(PEROVSKITE, "formation_energy", model)
    assert (found.way, found.by_site, found.baseline, dict(found.errors)) == ("sum over sites", True, 0.0, {})
    assert sum(found.sites) == pytest.approx(found.estimate.value, abs=1e-4)
    assert found.sites[2:] == pytest.approx([found.sites[2]] * 3, abs=1e-3), "equivalent sites"
    gap = explain(PEROVSKITE, "band_gap", model, draws=4)
    assert gap.way == "Shapley values of elements"
    assert gap.baseline + sum(gap.elements.values()) == pytest.approx(gap.estimate.value, abs=1e-6)
