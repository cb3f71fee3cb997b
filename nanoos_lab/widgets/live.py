"""What every live display stands on: one polite reader for all who look at the same thing.

A :class:`Source` says how a thing is read and what can be done to it. A :class:`Feed` reads it in the background: once
for all displays of a process that show it, more slowly while nothing changes, and not at all when it has finished or
nobody looks. A :class:`LiveDisplay` is what a notebook shows: the last look as plain JSON, which the browser draws by
the same function with and without a kernel. Nothing lives in a display: made again from the same source, in whatever
kernel, it shows the same. This module knows neither runs nor a store.
"""

from __future__ import annotations

import importlib
import threading
import time
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from nanoos_lab.errors import NanoOSError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

MIME_TYPE = "application/vnd.nanoos.monitor+json"
SCHEMA, VERSION = "nanoos.monitor", 1

FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 5.0
"""Between two looks: while things change, and when nothing has for a while."""
SHARE = 0.1
"""Of the time, that looking may take at most."""
ATTENTION_S = 40.0
"""For so long a display counts as looked at after its page last said so; pages say it every 15 s."""


class Still(NamedTuple):
    """How a kind of snapshot is shown where no script runs."""

    html: Callable[[Mapping[str, Any]], str]
    text: Callable[[Mapping[str, Any]], str]


_HOMES = {"runs": "nanoos_lab.widgets.monitor_still", "batch": "nanoos_lab.widgets.batch_still"}
"""The module of each kind of snapshot, with ``still`` and ``still_line``; a further monitor adds its own line."""


def still_of(kind: str) -> Still:
    """Return how a kind of snapshot is shown where no script runs.

    Args:
        kind: The snapshot's.

    Raises:
        UnknownNameError: There is no such kind.
    """
    if kind not in _HOMES:
        raise UnknownNameError("kind of monitor", kind, _HOMES)
    home = importlib.import_module(_HOMES[kind])
    return Still(home.still, home.still_line)


@dataclass(frozen=True)
class Source:
    """A thing that can be looked at again and again."""

    key: Hashable
    """Two sources of one key show the same: they are read once for both."""
    read: Callable[[], Mapping[str, Any]]
    """Returns what is there, as JSON with ``kind`` and ``unfinished``."""
    detail: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _asked: {}
    """Given what one reader wants to see closer, returns it."""
    act: Callable[[str, Mapping[str, Any]], str] = lambda verb, _what: f"nothing here can {verb}"
    """Does what a button asks for, and returns what came of it."""


def payload(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a snapshot as the JSON of :data:`MIME_TYPE`.

    Args:
        data: As a source reads it.
    """
    return {"schema": SCHEMA, "version": VERSION, **data}


def still_bundle(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a snapshot as the MIME types that need no kernel: our own, HTML and text.

    Args:
        data: As a source reads it.
    """
    still = still_of(data["kind"])
    return {MIME_TYPE: payload(data), "text/html": still.html(data), "text/plain": still.text(data)}


class Feed:
    """Reads one source for all viewers in this process.

    Args:
        source: What is read.
    """

    _all: ClassVar[weakref.WeakValueDictionary[Hashable, Feed]] = weakref.WeakValueDictionary()
    _registry = threading.Lock()

    def __init__(self, source: Source) -> None:
        self.source = source
        self.value: Mapping[str, Any] = {}
        self.at = 0.0
        """When it was last read, in seconds since 1970."""
        self.problem = ""
        """Why the last look failed; empty where it did not."""
        self.looks = 0
        self._viewers: weakref.WeakSet[Viewer] = weakref.WeakSet()
        self._turn, self._wake = threading.RLock(), threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, source: Source) -> Feed:
        """Return the feed of a source: the one that others look at already, where there is one.

        Args:
            source: What is read.
        """
        with cls._registry:
            feed = cls._all.get(source.key)
            if feed is None:
                cls._all[source.key] = feed = cls(source)
            return feed

    @property
    def unfinished(self) -> bool:
        """Whether there is more to come."""
        return bool(self.value.get("unfinished"))

    @property
    def watching(self) -> bool:
        """Whether it is read in the background."""
        with self._turn:
            return self._thread is not None

    def join(self, viewer: Viewer) -> None:
        """Show a viewer what there is, and go on.

        Args:
            viewer: Who looks.

        Raises:
            NanoOSError: It cannot be read.
        """
        with self._turn:
            self._viewers.add(viewer)
            if not self.looks:
                self._read()
            viewer.take(self)
        if self.unfinished:
            self.wake()

    def leave(self, viewer: Viewer) -> None:
        """Show a viewer no more.

        Args:
            viewer: Who looked.
        """
        self._viewers.discard(viewer)
        self._wake.set()

    def look(self) -> bool:
        """Look now, tell all viewers, and return whether anything is different."""
        with self._turn:
            before, problem = self.value, self.problem
            try:
                self._read()
            except NanoOSError as error:  # the store is away or was closed: what is shown stays, and says so
                self.problem = str(error)
            for viewer in list(self._viewers):
                viewer.take(self)
            return not alike(before, self.value) or problem != self.problem

    def wake(self) -> None:
        """Look soon, and go on looking while there is more to come and somebody looks."""
        with self._turn:
            self._wake.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_looking, name="nanoos-monitor", daemon=True)
                self._thread.start()

    def _read(self) -> None:
        self.value = self.source.read()
        self.at, self.problem = time.time(), ""
        self.looks += 1

    def _keep_looking(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            woken = self._wake.wait(pause)
            self._wake.clear()
            if not self._goes_on(asked=woken):
                return
            began = time.monotonic()
            changed = self.look()
            took = time.monotonic() - began
            pause = FIRST_PAUSE_S if changed or woken else min(pause * 1.3, LAST_PAUSE_S)
            pause = max(pause, took / SHARE)

    def _goes_on(self, *, asked: bool) -> bool:
        with self._turn:
            if (asked or self.unfinished or self.problem) and any(v.attentive for v in self._viewers):
                return True
            self._thread = None
            return False


class Viewer:
    """Somebody who looks at a feed."""

    def take(self, feed: Feed) -> None:
        """Take over what the feed last saw.

        Args:
            feed: What is looked at.
        """
        raise NotImplementedError

    @property
    def attentive(self) -> bool:
        """Whether anybody is there to see it."""
        return True


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two snapshots show the same but for when they were taken.

    Args:
        one: A snapshot.
        other: A snapshot.
    """
    return {**one, "at": 0} == {**other, "at": 0}


class _Cell:
    """Whether this kernel is at work on a cell: then pages cannot say that somebody looks, but somebody may."""

    def __init__(self) -> None:
        self._shell: Any = None
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a cell runs."""
        return self._busy

    def attend(self) -> None:
        """Listen to the shell, where there is one; what calls this runs in a cell."""
        import sys  # noqa: PLC0415 - IPython only where it is loaded already

        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if shell is None or shell is self._shell:
            return
        self._shell, self._busy = shell, True
        shell.events.register("pre_execute", self._begin)
        shell.events.register("post_execute", self._end)

    def _begin(self) -> None:
        self._busy = True

    def _end(self) -> None:
        self._busy = False


CELL = _Cell()

__all__ = [
    "CELL", "MIME_TYPE", "Feed", "Source", "Still", "Viewer", "alike", "payload", "still_bundle", "still_of",
]  # fmt: skip
