"""The course of a training, kept up to date: its curves as a picture that is drawn anew, and the run below them.

The picture is drawn in Python and sent where it changed; what a notebook keeps of it needs neither kernel nor script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import MissingExtraError
from nanoos_lab.widgets.live import CELL, Feed, Viewer
from nanoos_lab.widgets.monitor import RunMonitor

try:
    from ipywidgets.widgets.widget_box import VBox
    from ipywidgets.widgets.widget_string import HTML
except ImportError as error:
    raise MissingExtraError("ipywidgets", "notebook", "The monitor of a training") from error

if TYPE_CHECKING:
    from nanoos_lab.widgets.live import Source


class TrainingMonitor(VBox):
    """Curves of a training and how its run stands, kept up to date.

    Args:
        course: The curves, as :meth:`nanoos_lab.lab.modelling.runs.TrainingRun.source` gives them.
        run: The run, as of a run monitor.

    Example:
        >>> run.monitor()  # doctest: +SKIP
    """

    def __init__(self, course: Source, run: Source) -> None:
        self.picture = HTML()
        self.panel = RunMonitor(run)
        super().__init__([self.picture, self.panel])
        CELL.attend()
        self._link = _Link(self)
        self.feed = Feed.of(course)
        self.feed.join(self._link)

    def show(self, feed: Feed) -> None:
        """Draw what the feed last saw; nothing is sent that is shown already.

        Args:
            feed: What is looked at.
        """
        payload = feed.value.get("payload", {})
        drawn = str(payload.get("picture", "")) or "<p>no epoch has ended yet</p>"
        drawn += str(payload.get("comparison", ""))  # once it has ended: whether it paid
        if drawn != self.picture.value:
            self.picture.value = drawn

    @property
    def attentive(self) -> bool:
        """Whether anybody is there to see it: the panel's page says so for both."""
        return self.panel.attentive

    def close(self) -> None:
        """Stop looking, and take the widget away."""
        if hasattr(self, "feed"):  # not where the constructor failed: Python then calls this too
            self.feed.leave(self._link)
        if hasattr(self, "panel"):
            self.panel.close()
        super().close()

    def __repr__(self) -> str:
        return f"<TrainingMonitor: {self.feed.value.get('payload', {}).get('title', '')}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget; what needs no kernel comes from the run that shows itself."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/plain": repr(self)}


class _Link(Viewer):
    """A widget as a viewer: widgets hash by what they hold, and feeds need who they are."""

    def __init__(self, monitor: TrainingMonitor) -> None:
        self._monitor = monitor

    def take(self, feed: Feed) -> None:
        """Hand it over.

        Args:
            feed: What is looked at.
        """
        self._monitor.show(feed)

    @property
    def attentive(self) -> bool:
        """Whether anybody is there to see it."""
        return self._monitor.attentive
