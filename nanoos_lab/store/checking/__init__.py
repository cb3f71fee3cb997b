"""Whether a lab is as it should be: its schema, its references, its security, its files; and mending what can be."""

from __future__ import annotations

from nanoos_lab.store.checking.checks import check
from nanoos_lab.store.checking.findings import Checked, Finding

__all__ = ["Checked", "Finding", "check"]
