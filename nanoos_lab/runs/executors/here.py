"""The executor ``here``: one daemon thread of this process, one piece of work after another.

The main thread only waits, so that an interrupt frees it without touching the work. What is queued here does
not survive the process; what is recorded does.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.settings import Profile

_Ticket = tuple[int, int, float, "Callable[[], None]"]


class HereExecutor:
    """Works on one daemon thread.

    Args:
        profile: The profile it serves.
    """

    inline: ClassVar[Literal[True]] = True

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._queue: list[_Ticket] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def enqueue(self, work: Callable[[], None], *, priority: int = 0, not_before: float = 0.0) -> None:
        """Do this when its turn has come: the most urgent first, then the oldest.

        Args:
            work: What to do; it handles its own errors.
            priority: Higher goes first.
            not_before: Not before this time, in seconds since 1970.
        """
        with self._changed:
            heapq.heappush(self._queue, (-priority, next(self._count), not_before, work))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="nanoos-here", daemon=True)
                self._thread.start()
            self._changed.notify()

    def work_one(self) -> bool:
        """Where the caller is itself work of this executor: do the next piece of it.

        Returns:
            Whether something was done.
        """
        if threading.current_thread() is not self._thread:
            return False
        with self._changed:
            work = self._take(time.time())
        if work is not None:
            work()
        return work is not None

    def stop(self) -> None:
        """Finish what is being done and begin nothing more."""
        with self._changed:
            self._stopped = True
            self._queue.clear()
            self._changed.notify_all()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (work := self._take(time.time())) is None:
                    self._changed.wait(self._pause())
                if self._stopped:
                    return
            if work is not None:
                work()
            del work  # while waiting, keep nothing of the last one alive

    def _take(self, now: float) -> Callable[[], None] | None:
        """Return the first work that may begin now, if any; the lock is held."""
        late = []
        found = None
        while self._queue and found is None:
            ticket = heapq.heappop(self._queue)
            if ticket[2] <= now:
                found = ticket[3]
            else:
                late.append(ticket)
        for ticket in late:
            heapq.heappush(self._queue, ticket)
        return found

    def _pause(self) -> float | None:
        """Return the seconds until something may begin, None for as long as it takes; the lock is held."""
        if not self._queue:
            return None
        return max(0.001, min(ticket[2] for ticket in self._queue) - time.time())
