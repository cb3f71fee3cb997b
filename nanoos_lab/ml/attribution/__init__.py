"""Attributions: what each element, or each site, adds to a prediction.

Two methods, and the answer names which it is. *Sum over sites*: a model whose readout is a sum tells what each
site adds; nothing is approximated. *Shapley values of elements*, for any model that can only be asked: the elements
of a crystal are players, an absent one is replaced by others drawn from a fixed background, and each player gets
its mean marginal change over all orders. Both add up to the value minus a baseline, which is checked. Both speak of
the model, not of nature.
"""

from __future__ import annotations

from nanoos_lab.ml.attribution.answer import Attribution
from nanoos_lab.ml.attribution.explain import explain

__all__ = ["Attribution", "explain"]
