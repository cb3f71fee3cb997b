"""The worker service: drives runs, retries and collecting with no notebook open."""

from __future__ import annotations

from nanoos_lab.service.worker import Worker

__all__ = ["Worker"]
