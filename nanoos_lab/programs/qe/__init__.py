"""Quantum ESPRESSO's pw.x: its input, what it prints while it works, and what it leaves behind."""

from __future__ import annotations

from nanoos_lab.programs.qe.failures import Failure, find_failure
from nanoos_lab.programs.qe.input import PwInput
from nanoos_lab.programs.qe.result import PwResult, read_result
from nanoos_lab.programs.qe.text import Progress, PwText, read_text
from nanoos_lab.programs.qe.version import version_of

__all__ = [
    "Failure",
    "Progress",
    "PwInput",
    "PwResult",
    "PwText",
    "find_failure",
    "read_result",
    "read_text",
    "version_of",
]
