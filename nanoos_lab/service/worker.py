"""The loop of ``nanoos worker``: submit what waits, look after what runs, collect what has ended.

Any number of workers may run for one project, on any of its hosts: one holds the lease and works, the others stand
by and take over within half a minute when it dies. While a worker holds the lease, notebooks leave runs
elsewhere to it and only look. Nothing depends on a worker: without one, notebooks and commands drive.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanoos_lab.errors import LeaseLostError, StoreError
from nanoos_lab.store.leases import LEASE_S, return_lease, take_lease

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.leases import Lease

_log = logging.getLogger(__name__)
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.1, 5.0
_RENEWALS = 3
"""A lease is renewed when this part of it is over."""


@dataclass
class Tally:
    """What a worker has done since it began."""

    changed: int = 0
    """How many runs it moved along."""
    leading: bool = False
    """Whether it holds the lease just now."""
    problem: str = ""
    """What went wrong at the last look, if anything did."""


class Worker:
    """Looks after the runs of one project until it is told to stop.

    Args:
        store: The open store.
        runs: The project's runs, which do not drive by themselves (``drive=False``).
        holder: A name that no other process has, such as the presence token.
        on_change: Called with the tally after every look that changed something, or when the lease came or went.
        lease_s: After so long without a sign of life of this worker, another one takes over.

    Example:
        >>> Worker(store, Runs(store, settings, drive=False), "night shift").run()  # doctest: +SKIP
    """

    def __init__(
        self,
        store: Store,
        runs: Runs,
        holder: str,
        *,
        on_change: Callable[[Tally], None] | None = None,
        lease_s: float = LEASE_S,
    ) -> None:
        self._store, self._runs, self._holder, self._lease_s = store, runs, holder, lease_s
        self._on_change = on_change or (lambda _: None)
        self._stopping = threading.Event()
        self._lease: Lease | None = None
        self.tally = Tally()

    def stop(self) -> None:
        """Stop after the look that is under way; may be called from a signal handler or another thread."""
        self._stopping.set()

    def run(self, *, until_idle: bool = False) -> Tally:
        """Work until told to stop.

        Args:
            until_idle: Stop as soon as nothing is left to look after.
        """
        pause, longest = _FIRST_PAUSE_S, min(_LAST_PAUSE_S, self._lease_s / _RENEWALS)
        try:
            while not self._stopping.is_set():
                changed = self._look()
                if (
                    until_idle
                    and self.tally.leading
                    and not changed
                    and not self._runs.unfinished_elsewhere()
                ):
                    break
                pause = _FIRST_PAUSE_S if changed else min(pause * 1.5, longest)
                self._stopping.wait(pause)
        finally:
            self._leave()
        return self.tally

    def _look(self) -> int:
        led = self.tally.leading
        try:
            changed = self._runs.step(lease=self._lease) if self._lead() else 0
            self.tally.problem = ""
        except LeaseLostError as error:
            self._lease, changed = None, 0
            _log.info("%s", error)
        except StoreError as error:  # the database is away or the disk full: the runs depend on trying again
            if str(error) != self.tally.problem:
                _log.warning("looking after runs failed; trying again until it works: %s", error)
            self.tally.problem, changed = str(error), 0
        self.tally.leading = self._lease is not None
        self.tally.changed += changed
        if changed or led != self.tally.leading:
            self._on_change(self.tally)
        return changed

    def _lead(self) -> bool:
        """Take the lease or renew it in good time; return whether it is ours."""
        fresh_s = self._lease_s * (1 - 1 / _RENEWALS)
        if self._lease is not None and self._lease.until - time.time() > fresh_s:
            return True
        with self._store.write() as session:
            self._lease = take_lease(
                session, self._store.scope, self._runs.lease_name, self._holder, seconds=self._lease_s
            )
        return self._lease is not None

    def _leave(self) -> None:
        if self._lease is None:
            return
        try:
            with self._store.write() as session:
                return_lease(session, self._store.scope, self._lease)
        except StoreError as error:
            _log.info("the lease ends by itself: %s", error)
        self._lease, self.tally.leading = None, False
