"""The run monitor: states, progress, places and logs of runs, with buttons to stop and to try again.

Everything it shows comes from its source, so a monitor made again in another kernel shows the same. It looks while
something is unfinished and somebody has it open, and not more often than every second.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from nanoos_lab.display import html
from nanoos_lab.errors import MissingExtraError, StoreError

try:
    import anywidget
except ImportError as error:
    raise MissingExtraError("anywidget", "notebook", "The run monitor") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 5.0
_HEADERS = ("run", "task", "on", "state", "progress", "elapsed", "where", "")
_log = logging.getLogger(__name__)


class RunMonitor(anywidget.AnyWidget):
    """Runs as they stand, kept up to date.

    Args:
        source: Given a run whose log is wanted, or an empty text, returns what is going on.
        act: Given ``cancel`` or ``retry`` and a run, does it and returns what came of it.

    Example:
        >>> lab.runs(live=True)  # doctest: +SKIP
    """

    _esm = Path(__file__).parent / "static" / "run-monitor.js"

    snapshot = traitlets.Dict(read_only=True).tag(sync=True)
    """What was going on when it was last looked at."""
    selected = traitlets.Unicode().tag(sync=True)
    """The run whose log is shown."""
    said = traitlets.Unicode(read_only=True).tag(sync=True)
    """What came of the last button."""

    def __init__(self, source: Callable[[str], Mapping[str, Any]], act: Callable[[str, str], str]) -> None:
        super().__init__()
        self._source, self._act = source, act
        self._turn, self._wake = threading.Lock(), threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self.on_msg(self._hear)
        self.look()

    def look(self) -> None:
        """Look now; where something is unfinished, go on looking in the background."""
        with self._turn:
            snapshot = dict(self._source(self.selected))
            self.set_trait("snapshot", snapshot)
        if snapshot.get("unfinished") and not self._closed:
            self._watch()

    def close(self) -> None:
        """Stop looking, and take the widget away."""
        self._closed = True
        self._wake.set()
        super().close()

    def _watch(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._keep_looking, name="nanoos-monitor", daemon=True)
            self._thread.start()

    def _keep_looking(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._closed:
            if self._wake.wait(pause):
                self._wake.clear()
                pause = FIRST_PAUSE_S
            before = self.snapshot.get("rows")
            try:
                with self._turn:
                    snapshot = dict(self._source(self.selected))
                    self.set_trait("snapshot", snapshot)
            except (
                StoreError
            ) as error:  # the database is away or was closed: what is shown stays, and says so
                self.set_trait("said", f"not up to date: {error}")
                pause = LAST_PAUSE_S
                continue
            if not snapshot.get("unfinished"):
                return
            same = before == snapshot.get("rows")
            pause = min(pause * 1.3, LAST_PAUSE_S) if same else FIRST_PAUSE_S

    @traitlets.observe("selected")
    def _show_log(self, _change: Any) -> None:  # noqa: ANN401 - a traitlets Bunch
        self.look()

    def _hear(self, _widget: Any, content: Any, _buffers: Any) -> None:  # noqa: ANN401 - Jupyter's protocol
        if not isinstance(content, dict):
            return
        verb, run = str(content.get("verb", "")), str(content.get("run", ""))
        known = {row["id"]: row for row in self.snapshot.get("rows", ())}
        if run in known and verb in known[run]["can"]:
            self.set_trait("said", self._act(verb, run))
            self._wake.set()
            self.look()

    def __repr__(self) -> str:
        return f"<RunMonitor: {self.snapshot['total']} runs, {_counts(self.snapshot)}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:  # noqa: ANN401 - Jupyter's protocol
        """Add the still table, for places that cannot show a widget."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data["text/plain"] = repr(self)
            data["text/html"] = still(self.snapshot)
        return bundle


def still(snapshot: Mapping[str, Any]) -> str:
    """Return a snapshot as a table that needs no script.

    Args:
        snapshot: As a monitor's source gives it.
    """
    rows = [
        (
            row["id"], row["task"], row["what"], html.badge(row["state"]), html.bar(row["fraction"]), row["elapsed"],
            row["place"], row["message"],
        )
        for row in snapshot["rows"]
    ]  # fmt: skip
    return html.block(
        html.table(_HEADERS, rows, numeric=("elapsed",)),
        title=f"{snapshot['total']} runs: {_counts(snapshot)}",
    )


def _counts(snapshot: Mapping[str, Any]) -> str:
    return ", ".join(f"{n} {state.lower()}" for state, n in snapshot["counts"].items()) or "none yet"
