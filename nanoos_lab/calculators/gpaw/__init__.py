"""GPAW, a density functional code that is a Python package, in this process.

Importing this room imports no GPAW: it loads with the first energy.
"""

from __future__ import annotations

from nanoos_lab.calculators.gpaw.calculator import GPAWCalculator
from nanoos_lab.calculators.gpaw.options import GPAWOptions

__all__ = ["GPAWCalculator", "GPAWOptions"]
