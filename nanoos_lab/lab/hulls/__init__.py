"""Energies above hull of stored structures, as the lab's verb gives them.

Nothing is guessed: candidates and competing phases are of one method, or the caller asked for the mixture. The
competing set itself is kept as a file by its hash, which every stored value names.
"""

from __future__ import annotations

from nanoos_lab.lab.hulls.records import HullRecord, HullSet
from nanoos_lab.lab.hulls.verb import Stability

__all__ = ["HullRecord", "HullSet", "Stability"]
