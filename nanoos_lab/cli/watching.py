"""Runs as they stand, drawn again and again in a terminal until all have ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import numbers, text
from nanoos_lab.lab.monitoring import take_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console, RenderableType

    from nanoos_lab.lab import Lab

_PAUSE_S = 1.0
_BAR = 12
_HEADERS = ("run", "task", "on", "state", "progress", "elapsed", "where", "")


def watch_runs(
    lab: Lab,
    filters: Mapping[str, Any],
    *,
    limit: int,
    console: Console | None = None,
    pause_s: float = _PAUSE_S,
) -> None:
    """Show runs until all have ended or the user has seen enough; an interrupt stops the watching, not the runs.

    Args:
        lab: The lab.
        filters: As for ``lab.runs``.
        limit: At most so many rows.
        console: Where to draw; by default this terminal.
        pause_s: Seconds between two looks.
    """
    from rich.console import Console  # noqa: PLC0415 - rich loads when something is drawn
    from rich.live import Live  # noqa: PLC0415

    snapshot = take_snapshot(lab, filters, limit=limit)
    with Live(draw(snapshot), console=console or Console(highlight=False), auto_refresh=False) as live:
        try:
            while snapshot["unfinished"]:
                time.sleep(pause_s)
                snapshot = take_snapshot(lab, filters, limit=limit)
                live.update(draw(snapshot), refresh=True)
        except KeyboardInterrupt:
            live.update(draw(snapshot), refresh=True)


def draw(snapshot: Mapping[str, Any]) -> RenderableType:
    """Return a snapshot as a table for a terminal.

    Args:
        snapshot: As :func:`nanoos_lab.lab.monitoring.take_snapshot` gives it.
    """
    counts = ", ".join(f"{n} {state.lower()}" for state, n in snapshot["counts"].items())
    rows = [
        (
            row["id"], row["task"], row["what"], row["state"], _bar(row["fraction"]), _elapsed(row),
            row["place"] or row["profile"], row["message"],
        )
        for row in snapshot["rows"]
    ]  # fmt: skip
    title = f"{snapshot['total']} runs: {counts}" if counts else "no runs"
    wrong = [f"{f['count']} × {f['type'] or 'failed'}: {f['message']}" for f in snapshot["failures"]]
    return text.stack(text.table(_HEADERS, rows, numeric=("elapsed",), title=title), *wrong)


def _elapsed(row: Mapping[str, Any]) -> str:
    started, finished = row["started_at"], row["finished_at"]
    return numbers.duration(None if started is None else max((finished or time.time()) - started, 0.0))


def _bar(fraction: float | None) -> str:
    if fraction is None:
        return ""
    done = round(_BAR * fraction)
    return "━" * done + "╌" * (_BAR - done)
