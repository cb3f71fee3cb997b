"""How often intervals held, in words."""

from __future__ import annotations

import pytest

from nanoos_lab.ml.gnn.bundle import Figures, load_bundle
from nanoos_lab.ml.trust import QUARTERS, coverage_words, words_of


def _figures(coverage, n=1000):
    return Figures(n=n, mae=0.1, rmse=0.1, median=0.1, r2=0.9, bias=0.0, coverage=coverage)


@pytest.mark.parametrize(("name", "tier"), [("nanoos-gnn", "fast"), ("nanoos-gnn-accurate", "accurate")])
def test_the_shipped_figures_are_told(name, tier):
    bundle = load_bundle(tier)
    said = coverage_words(name, bundle.version, "formation_energy").replace("\N{NO-BREAK SPACE}", "")
    figures = next(s.figures for s in bundle.stated if s.property == "formation_energy")
    assert f"{figures['test'].coverage:.0%} of {figures['test'].n:,} rows" in said
    assert f"{figures['unseen'].coverage:.0%} in chemical systems never shown" in said
    assert "from near to far" in said


def test_nothing_is_said_of_what_is_not_known():
    version = load_bundle("fast").version
    assert coverage_words("nanoos-gnn", "0.0.1", "formation_energy") == ""
    assert coverage_words("nanoos-gnn", version, "density") == ""
    assert coverage_words("CHGNet", "0.3.0", "formation_energy") == ""
    assert words_of({}) == ""


def test_quarters_by_distance_go_before_halves():
    figures = {"test": _figures(0.9)} | {
        q: _figures(c) for q, c in zip(QUARTERS, (0.95, 0.92, 0.9, 0.84), strict=True)
    }
    figures |= {"near": _figures(0.5), "far": _figures(0.5)}
    said = words_of(figures).replace("\N{NO-BREAK SPACE}", "")
    assert said.endswith("by quarters from near to far from the training data 95%, 92%, 90%, 84%")
