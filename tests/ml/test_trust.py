"""How often intervals held, in words."""

from __future__ import annotations

import pytest

from nanoos_lab.ml.gnn.bundle import Figures, load_bundle
from nanoos_lab.ml.trust import QUARTERS, coverage_words, learned_words, near_words, words_of


def _figures(coverage, n=1000):
    return Figures(n=n, mae=0.1, rmse=0.1, median=0.1, r2=0.9, bias=0.0, coverage=coverage)


def _plain(words):
    return words.replace("\N{NO-BREAK SPACE}", "")


@pytest.mark.parametrize(("name", "tier"), [("nanoos-gnn", "fast"), ("nanoos-gnn-accurate", "accurate")])
def test_the_shipped_figures_are_told(name, tier):
    bundle = load_bundle(tier)
    said = _plain(coverage_words(name, bundle.version, "formation_energy"))
    figures = next(s.figures for s in bundle.stated if s.property == "formation_energy")
    assert f"{figures['test'].coverage:.0%} of {figures['test'].n:,} rows" in said
    assert f"{figures['unseen'].coverage:.0%} in chemical systems never shown" in said


def test_of_what_is_learned_as_a_logarithm_the_unit_of_the_interval_counts():
    figures = {"test": _figures(0.8), "test_linear": _figures(0.9), "unseen": _figures(0.7)}
    assert _plain(words_of(figures)).startswith("Held for 90% of 1,000 rows")
    assert "70% in chemical systems" in _plain(words_of(figures)), "where nothing else is known"


def test_nothing_is_said_of_what_is_not_known():
    version = load_bundle("fast").version
    assert coverage_words("nanoos-gnn", "0.0.1", "formation_energy") == ""
    assert coverage_words("nanoos-gnn", version, "density") == ""
    assert coverage_words("CHGNet", "0.3.0", "formation_energy") == ""
    assert words_of({}) == ""


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (0.0, "in the nearest quarter by distance from the training data, where it held for 95% of 1,000"),
        (5.0, "in the nearest quarter by distance from the training data, where it held for 95% of 1,000"),
        (5.1, "in the second quarter by distance from the training data, where it held for 92% of 1,000"),
        (99.0, "in the farthest quarter by distance from the training data, where it held for 84% of 1,000"),
    ],
)
def test_a_crystal_is_told_how_often_it_held_at_its_own_distance(distance, said):
    figures = {q: _figures(c) for q, c in zip(QUARTERS, (0.95, 0.92, 0.9, 0.84), strict=True)}
    assert _plain(near_words(figures, (5.0, 8.0, 11.0), distance)) == said
    assert near_words(figures, (), distance) == "", "edges were not kept"
    assert near_words({}, (5.0, 8.0, 11.0), distance) == ""


@pytest.mark.parametrize("tier", ["fast", "accurate"])
def test_the_shipped_edges_part_the_quarters_inside_the_domain(tier):
    bundle = load_bundle(tier)
    for one in bundle.stated:
        assert list(one.edges) == sorted(one.edges)
        assert len(one.edges) == len(QUARTERS) - 1
        assert 0 < one.edges[0] < one.edges[-1] < bundle.domain.limit


def test_a_gap_that_was_learned_from_pbe_is_said_to_be_one():
    assert "PBE" in learned_words("nanoos-gnn", "band_gap")
    assert learned_words("nanoos-gnn", "bulk_modulus") == ""
    assert learned_words("CHGNet", "band_gap") == ""
