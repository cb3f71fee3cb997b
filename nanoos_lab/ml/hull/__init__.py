"""Energy above hull: how far a compound lies above the best mixture of competing phases, and which mixture.

Pure: competing phases come in as values. A hull is of one method; what states another method is refused unless
the caller asks for the mixture, which the answer then says.

Example:
    >>> from nanoos_lab.ml.hull import CompetingSet, Hulls, Phase
    >>> known = CompetingSet.of([Phase("Li2O", -2.06), Phase("Fe2O3", -1.65)], source="a table", method="PBE")
    >>> found = Hulls(known, ends="reference").place(Phase("LiFeO2", -1.80))
    >>> found.words, round(found.distance, 4)
    ('0.5 Fe2O3 + 0.5 Li2O', 0.0037)
"""

from __future__ import annotations

from nanoos_lab.ml.hull.phases import CompetingSet, Phase
from nanoos_lab.ml.hull.placing import Ends, Hulls, Part, Placement
from nanoos_lab.ml.hull.reading import read_competing

__all__ = ["CompetingSet", "Ends", "Hulls", "Part", "Phase", "Placement", "read_competing"]
