from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.ml.gnn.opinion import NONMETAL, TARGETS, blended, opinion_of


def said(*columns):
    """Members that say the same of every target."""
    return np.stack([np.full((1, len(TARGETS)), c, dtype=np.float32) for c in columns])


def test_a_logit_becomes_a_probability():
    opinion = opinion_of(said(0.0, 0.0))
    assert opinion.nonmetal == pytest.approx([0.5])
    assert opinion.column("gap")[0] == pytest.approx([0.0])


def test_sources_are_weighted_and_one_without_weight_may_be_silent():
    sources = {"heads": said(1.0, 3.0), "trees": said(4.0), "machines": said(np.nan)}
    weights = {t: {"heads": 0.75, "trees": 0.25, "machines": 0.0} for t in TARGETS}
    opinion = blended(sources, weights)
    values, spreads = opinion.column("log_k")
    assert values == pytest.approx([0.75 * 2.0 + 0.25 * 4.0])
    within, between = 0.75 * 2.0, 0.75 * 0.5**2 + 0.25 * 1.5**2
    assert spreads == pytest.approx([np.sqrt(within + between)])
    assert 0.5 < opinion.values[0, NONMETAL] < 1.0


def test_more_members_make_no_wider_spread():
    rng = np.random.default_rng(0)
    weights = {t: {"heads": 1.0} for t in TARGETS}
    spreads = []
    for members in (2, 5):
        drawn = rng.normal(size=(members, 4000, len(TARGETS))).astype(np.float32)
        spreads.append(np.sqrt((blended({"heads": drawn}, weights).column("gap")[1] ** 2).mean()))
    assert spreads == pytest.approx([1.0, 1.0], abs=0.03)
