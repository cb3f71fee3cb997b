"""A daemon thread that looks after runs elsewhere while there are any."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.05, 1.0
_log = logging.getLogger(__name__)


class Driver:
    """Calls ``step`` again and again while something is unfinished, the less often the less happens.

    Args:
        step: Moves runs along and returns how many changed.
        unfinished: Whether there is anything to look after.
    """

    def __init__(self, step: Callable[[], int], unfinished: Callable[[], bool]) -> None:
        self._step, self._unfinished = step, unfinished
        self._lock = threading.Lock()
        self._woken, self._stopped = threading.Event(), False
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Look now, from the thread; it is started where it does not run."""
        with self._lock:
            self._woken.set()
            if not self._stopped and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._drive, name="nanoos-driver", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        with self._lock:
            self._stopped = True
            self._woken.set()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _drive(self) -> None:
        pause, failing = _FIRST_PAUSE_S, False
        while not self._stopped:
            self._woken.clear()
            try:
                changed, failing = self._step(), False
                if not changed and not self._unfinished():
                    with self._lock:
                        if not self._woken.is_set():
                            self._thread = None
                            return
            except Exception:  # noqa: BLE001 - store or disk failed: the runs depend on trying again
                if not failing:
                    _log.exception("looking after runs failed; trying again until it works")
                changed, failing = 0, True
            pause = _FIRST_PAUSE_S if changed else min(pause * 1.5, _LAST_PAUSE_S)
            if self._woken.wait(pause):
                pause = _FIRST_PAUSE_S
