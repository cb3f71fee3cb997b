"""A cluster that is reached by ssh: one connection, opened when it is needed, and since when there is none."""

from __future__ import annotations

import logging
import threading
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from nanoos_lab.runs.executors import StartError, Verdict
from nanoos_lab.runs.slurm.commands import BusyError, SchedulerError
from nanoos_lab.runs.slurm.scheduler import Scheduler
from nanoos_lab.runs.ssh.connection import Connection, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.runs.ssh.wire import Message
    from nanoos_lab.settings import SshSettings

FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 30.0
"""Between two attempts to reach a cluster: it doubles."""
IDLE_S = 120.0
"""After so long a connection that nobody needs is closed."""
_log = logging.getLogger(__name__)


class Cluster:
    """One cluster.

    Args:
        settings: Where it is.
    """

    def __init__(self, settings: SshSettings) -> None:
        self.settings = settings
        self.scheduler = Scheduler(self.run)
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._failure: UnreachableError | None = None
        self._failures = 0
        self._next_at = self._used_at = -1e9
        self._lost_at = 0.0
        self._known = False
        """Whether it was ever reached: then a failure is its own or the network's, and passes."""
        self._idling: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where it is, in one line."""
        return f"{self.settings.host}:{self.settings.folder}"

    # ------------------------------------------------------------------ ask

    def ask(self, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> Message:
        """Ask the agent there and return its answer.

        Args:
            header: What is asked.
            blobs: Bytes that go with it.

        Raises:
            UnreachableError: It cannot be reached, or the connection broke: what was asked may have been done.
            SchedulerError: The scheduler there refused or did not answer.
            StartError: Its file system refused.
        """
        with self._lock:
            connection = self._connected()
            try:
                answer = connection.ask(header, blobs)
            except UnreachableError as error:
                self._drop()
                raise self._away(error) from error
            except BaseException:
                self._drop()  # interrupted in the middle: the rest of the answer would be taken for the next one
                raise
            self._used_at = time.monotonic()
        if "error" in answer.header:
            raise self._refusal(answer.header)
        return answer

    def run(self, words: Sequence[str]) -> str:
        """Run a command of the scheduler there and return what it prints.

        Args:
            words: The command.

        Raises:
            SchedulerError: It is not there, does not answer in time, or refuses.
        """
        try:
            return str(self.ask({"op": "command", "words": list(words)}).header.get("output"))
        except SchedulerError:
            raise
        except StartError as error:
            raise SchedulerError(str(error), Verdict.FREE) from error

    def reach(self) -> None:
        """Make sure that there is a connection, if it is time to try.

        Raises:
            UnreachableError: There is none.
        """
        with self._lock:
            before = self._connection
            after = self._connected()
        if before is not after:
            self.scheduler.ask_soon()

    def _connected(self) -> Connection:
        """Return the connection, made anew where there is none; the lock is held."""
        if self._connection is not None and not self._connection.alive:
            self._drop()
        if self._connection is None:
            if self._failure is not None and time.monotonic() < self._next_at:
                raise self._failure
            try:
                self._connection = Connection(self.settings)
            except (UnreachableError, OSError) as error:
                raise self._away(error) from error
            if self._failures:
                _log.warning("%s is reached again", self.settings.host)
            self._failure, self._failures, self._known = None, 0, True
            self._used_at = time.monotonic()
            self._watch()
        return self._connection

    def _away(self, error: Exception) -> UnreachableError:
        """Note that it cannot be reached, and return what is to be said of it; the lock is held."""
        if not self._failures:
            self._lost_at = time.time()
            _log.warning(
                "%s cannot be reached, and what runs there is left as it is: %s", self.settings.host, error
            )
        pause = min(FIRST_PAUSE_S * 2**self._failures, LAST_PAUSE_S)
        self._failures = min(self._failures + 1, 30)
        self._next_at = time.monotonic() + pause
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self._lost_at))
        verdict = error.verdict if isinstance(error, UnreachableError) and not self._known else Verdict.FREE
        self._failure = UnreachableError(f"not reached since {since}: {error}", verdict)
        return self._failure

    def _refusal(self, said: dict[str, Any]) -> StartError:
        words = f"on {self.settings.host}: {str(said['error'])[:4000]}"
        if "verdict" not in said:
            advice = f"; free some space below {self.settings.folder} or mend it, then retry"
            return StartError(words + advice, Verdict.CHARGED)
        kind = BusyError if said.get("busy") else SchedulerError
        return kind(words, Verdict(said["verdict"]))

    # ------------------------------------------------------------------ the connection's end

    def close(self) -> None:
        """End the connection; the next question opens another one."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _watch(self) -> None:
        """See to it that a connection which nobody needs is closed; the lock is held."""
        if self._idling is None or not self._idling.is_alive():
            self._idling = threading.Thread(target=self._idle, name="nanoos-ssh-idle", daemon=True)
            self._idling.start()

    def _idle(self) -> None:
        woken = threading.Event()
        while True:
            woken.wait(IDLE_S / 4)
            with self._lock:
                if time.monotonic() - self._used_at > IDLE_S:
                    self._drop()
                if self._connection is None:
                    self._idling = None
                    return


@cache
def cluster_of(settings: SshSettings) -> Cluster:
    """Return the cluster of a profile, one for all profiles of this process that reach it alike.

    Args:
        settings: Where it is.
    """
    return Cluster(settings)
