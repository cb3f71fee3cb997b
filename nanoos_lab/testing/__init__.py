"""Checks for those who add a calculator or a predictor, and a few crystals to try them on.

Each check runs everything, then raises one :class:`ConformanceError` that lists all that failed; it returns the
measured deviations where nothing did. Use them in your own test suite::

    from nanoos_lab.testing import CRYSTALS, check_calculator, crystal

    def test_my_calculator_holds_together():
        check_calculator(MyCalculator(), [crystal("Si"), crystal("MgO")])
        check_options("mine", variations={"cutoff_ev": 300.0})
        check_interruption("mine", crystal("Si"))
"""

from __future__ import annotations

from nanoos_lab.testing.calculator import CalculatorReport, check_calculator, check_options
from nanoos_lab.testing.crystals import CRYSTALS, crystal, rattled
from nanoos_lab.testing.findings import ConformanceError
from nanoos_lab.testing.places import check_interruption
from nanoos_lab.testing.predictor import check_predictor

__all__ = [
    "CRYSTALS",
    "CalculatorReport",
    "ConformanceError",
    "check_calculator",
    "check_interruption",
    "check_options",
    "check_predictor",
    "crystal",
    "rattled",
]
