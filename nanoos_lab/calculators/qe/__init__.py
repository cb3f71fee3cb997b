"""Quantum ESPRESSO's pw.x as a calculator: plane waves and pseudopotentials that the user has installed.

Importing this module starts nothing and loads nothing heavy.
"""

from __future__ import annotations

from nanoos_lab.calculators.qe.calculator import QECalculator
from nanoos_lab.calculators.qe.options import QEOptions

__all__ = ["QECalculator", "QEOptions"]
