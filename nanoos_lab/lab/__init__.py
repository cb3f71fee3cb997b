"""The lab: the one object a notebook holds. It joins the store, the runs and the displays."""

from __future__ import annotations

from nanoos_lab.lab.core import Lab

__all__ = ["Lab"]
