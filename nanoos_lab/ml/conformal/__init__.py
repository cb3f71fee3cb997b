"""Half widths for models that know two things of their own doubt: how far members differ, and metal or not.

A band gap is the hard case. Nine intervals of ten can hold over all crystals while hardly seven of ten hold for
nonmetals, because metals are easy. So the scores are binned by the probability of being a nonmetal, and the
bins at both ends are widened or narrowed until nine of ten hold among the nonmetals and among the metals of the
calibration rows.

Source: V. Vovk et al., Algorithmic Learning in a Random World (Springer 2005), chapter 4 (label-conditional);
J. Lei et al., J. Am. Stat. Assoc. 113, 1094 (2018), doi:10.1080/01621459.2017.1307116 (scaled scores).
"""

from __future__ import annotations

from nanoos_lab.ml.conformal.fit import Held, fit_rule
from nanoos_lab.ml.conformal.rule import Band, Rule, factor_words

__all__ = ["Band", "Held", "Rule", "factor_words", "fit_rule"]
