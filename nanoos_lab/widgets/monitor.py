"""The run monitor: states, progress, places, resources and logs of runs, with buttons to stop and to try again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.widgets.live_display import STATIC, LiveDisplay

if TYPE_CHECKING:
    from collections.abc import Mapping


class RunMonitor(LiveDisplay):
    """Runs as they stand, kept up to date.

    Args:
        source: What is looked at, as :func:`nanoos_lab.lab.monitoring.runs_source` makes it.

    Example:
        >>> lab.runs(live=True)  # doctest: +SKIP
    """

    _esm = STATIC / "run-monitor.js"

    @property
    def snapshot(self) -> dict[str, Any]:
        """What was going on when anything last changed."""
        return dict(self.data)

    @property
    def selected(self) -> str:
        """The run whose log is shown; empty for none."""
        return str(self.asked.get("run", ""))

    @selected.setter
    def selected(self, run: str) -> None:
        self.asked = {"run": run} if run else {}

    def obey(self, verb: str, what: Mapping[str, Any]) -> None:
        """Act on those of the named runs that can be acted on so; others were never shown a button.

        Args:
            verb: ``cancel`` or ``retry``.
            what: ``runs``: their ids.
        """
        named = what.get("runs")
        able = {row["id"] for row in self.data.get("rows", ()) if verb in row["can"]}
        if verb == "retry":
            able |= {run for group in self.data.get("failures", ()) for run in group["runs"]}
        runs = [run for run in named if run in able] if isinstance(named, list) else []
        if runs:
            super().obey(verb, {"runs": runs})
