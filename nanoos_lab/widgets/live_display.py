"""The widget of live displays: a snapshot that keeps up with its source, and what its reader asks for."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from nanoos_lab.errors import MissingExtraError, NanoOSError
from nanoos_lab.widgets.live import ATTENTION_S, CELL, MIME_TYPE, Feed, Source, Viewer, payload, still_bundle

try:
    import anywidget
except ImportError as error:
    raise MissingExtraError("anywidget", "notebook", "A live display") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STATIC = Path(__file__).parent / "static"


class LiveDisplay(anywidget.AnyWidget):
    """A snapshot that keeps up with its source.

    Args:
        source: What it shows.
        options: Further traits.
    """

    data = traitlets.Dict(read_only=True).tag(sync=True)
    """What was there when anything last changed."""
    beat = traitlets.Float(read_only=True).tag(sync=True)
    """When it was last looked at, in seconds since 1970."""
    problem = traitlets.Unicode(read_only=True).tag(sync=True)
    """Why the last look failed; empty where it did not."""
    asked = traitlets.Dict().tag(sync=True)
    """What the reader wants to see closer; the source knows the words."""
    detail = traitlets.Dict(read_only=True).tag(sync=True)
    """What was asked for."""
    said = traitlets.Unicode(read_only=True).tag(sync=True)
    """What came of the last button."""

    def __init__(self, source: Source, **options: Any) -> None:
        super().__init__(**options)
        CELL.attend()
        self._seen, self._closed = time.monotonic(), False
        self._viewer = _Link(self)
        self._feed = Feed.of(source)
        self.on_msg(self._hear)
        self._feed.join(self._viewer)

    @property
    def feed(self) -> Feed:
        """What reads its source."""
        return self._feed

    def follow(self, source: Source) -> None:
        """Show another source from now on.

        Args:
            source: What it shows.
        """
        self._feed.leave(self._viewer)
        self._feed = Feed.of(source)
        self._feed.join(self._viewer)

    def look(self) -> None:
        """Look now."""
        self._feed.look()

    def close(self) -> None:
        """Stop looking, and take the widget away."""
        self._closed = True
        if hasattr(self, "_feed"):
            self._feed.leave(self._viewer)
        super().close()

    def take(self, feed: Feed) -> None:
        """Take over what the feed last saw; nothing is sent that is shown already.

        Args:
            feed: What is looked at.
        """
        if self._closed or feed is not self._feed:
            return
        if feed.value is not self._shown:
            self._shown = feed.value
            if not _same(self.data, feed.value):
                self.set_trait("data", payload(feed.value))
        self.set_trait("beat", feed.at)
        self.set_trait("problem", feed.problem)
        if self.asked and not feed.problem:
            self.set_trait("detail", dict(feed.source.detail(self.asked)))

    @property
    def attentive(self) -> bool:
        """Whether anybody is there to see it."""
        return not self._closed and (CELL.busy or time.monotonic() - self._seen < ATTENTION_S)

    _shown: Any = None

    @traitlets.observe("asked")
    def _look_closer(self, change: Any) -> None:  # noqa: ANN401 - a traitlets Bunch
        if not change.new:
            self.set_trait("detail", {})
        elif hasattr(self, "_feed"):
            self._seen = time.monotonic()
            self._feed.wake()

    def _hear(self, _widget: Any, content: Any, _buffers: Any) -> None:  # noqa: ANN401 - Jupyter's protocol
        if not isinstance(content, dict) or not isinstance(verb := content.get("verb"), str):
            return
        self._seen = time.monotonic()
        if verb == "here":
            self._feed.wake()
        else:
            self.obey(verb, content)

    def obey(self, verb: str, what: Mapping[str, Any]) -> None:
        """Do what a button asks for in the background, so that the kernel stays free, and say what came of it.

        Args:
            verb: What to do.
            what: The rest of the message.
        """
        self.beside(lambda: self._act(verb, what))

    def _act(self, verb: str, what: Mapping[str, Any]) -> None:
        try:
            said = self._feed.source.act(verb, what)
        except NanoOSError as error:
            said = str(error)
        self.set_trait("said", said)
        self._feed.wake()

    def beside(self, work: Callable[[], None]) -> threading.Thread:
        """Do something in a thread of its own, and return that.

        Args:
            work: What to do.
        """
        thread = threading.Thread(target=work, name="nanoos-display", daemon=True)
        thread.start()
        return thread

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {still_bundle(self.saved())['text/plain']}>"

    def saved(self) -> dict[str, Any]:
        """Return the snapshot as a notebook keeps it for the time without a kernel."""
        return dict(self.data)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:  # noqa: ANN401 - Jupyter's protocol
        """Add the snapshot itself, its still table and a line, for places that cannot show a widget."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data |= {**still_bundle(self.saved()), "text/plain": repr(self)}
        return bundle


class _Link(Viewer):
    """A widget as a viewer: widgets hash by what they hold, and feeds need who they are."""

    def __init__(self, display: LiveDisplay) -> None:
        self._display = display

    def take(self, feed: Feed) -> None:
        """Hand it over.

        Args:
            feed: What is looked at.
        """
        self._display.take(feed)

    @property
    def attentive(self) -> bool:
        """Whether anybody is there to see it."""
        return self._display.attentive


def _same(shown: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return bool(shown) and {**shown, "at": 0} == {**payload(value), "at": 0}


__all__ = ["MIME_TYPE", "STATIC", "LiveDisplay"]
