"""How long a database that went away is asked again before its user is told."""

from __future__ import annotations

import threading
import time

PATIENCE_S = 20.0
"""How long a server that was there a moment ago may be away: a restart with recovery takes seconds."""
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.02, 1.0


class Patience:
    """The patience of one open store, shared by its threads, so that they do not wait one after another.

    Args:
        seconds: How long one absence is borne.
    """

    def __init__(self, seconds: float = PATIENCE_S) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._since: float | None = None
        self._last = 0.0

    def bears(self, tries: int) -> bool:
        """Wait a moment after a failure; False, at once, where it has gone on for too long.

        Args:
            tries: How often the caller has failed in a row; the pauses grow with it.
        """
        pause = min(_FIRST_PAUSE_S * 2 ** min(tries, 10), _LAST_PAUSE_S)
        now = time.monotonic()
        with self._lock:
            if self._since is None or now - self._last > self.seconds:
                self._since = now  # another absence than the last one that was noticed
            self._last = now
            if now + pause > self._since + self.seconds:
                return False
        time.sleep(pause)
        return True

    def rewarded(self) -> None:
        """Take note that the database answers."""
        self._since = None
