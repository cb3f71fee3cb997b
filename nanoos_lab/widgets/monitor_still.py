"""A snapshot of runs where no script runs: a table, and what went wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers
from nanoos_lab.display.look import look

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADERS = ("run", "task", "on", "state", "progress", "elapsed", "where", "")
_STILL_ROWS = 60


def still(data: Mapping[str, Any]) -> str:
    """Return a snapshot of runs as a table that needs no script.

    Args:
        data: As a monitor's source gives it.
    """
    rows = [
        (
            row["id"], row["task"], row["what"], state_badge(row["state"]), html.bar(row["fraction"]),
            elapsed(row, data["at"]), row["place"] or row["profile"], row["message"],
        )
        for row in data["rows"][:_STILL_ROWS]
    ]  # fmt: skip
    parts: list[str] = [_as_of(data)]
    if rows:
        parts.append(html.table(_HEADERS, rows, numeric=("elapsed",)))
    if (more := data["total"] - len(rows)) > 0:
        parts.append(html.note(f"{more} more are not in this table", tone="idle"))
    parts += [failure_note(group) for group in data["failures"]]
    return html.block(*parts, title=_title(data))


def state_badge(state: str) -> html.Markup:
    """Return a run's state by symbol, word and colour.

    Args:
        state: Its name.
    """
    sign = look().states.get(state)
    return html.Markup('<span class="badge {}">{} {}</span>').format(
        sign.tone if sign else "idle", sign.symbol if sign else "", state
    )


def failure_note(group: Mapping[str, Any]) -> html.Markup:
    """Return what went wrong with some runs in a sentence that must be read.

    Args:
        group: Runs of one cause.
    """
    return html.note(f"{group['count']} × {group['type'] or 'failed'}: {group['message']}", tone="bad")


def elapsed(row: Mapping[str, Any], at: float) -> str:
    """Return how long a run has taken, in words.

    Args:
        row: Its row in a snapshot.
        at: When the snapshot was taken.
    """
    if row["started_at"] is None:
        return "–"
    return numbers.duration(max((row["finished_at"] or at) - row["started_at"], 0.0))


def moment(at: float) -> str:
    """Return a time as people of this place write it down.

    Args:
        at: Seconds since 1970.
    """
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def _as_of(data: Mapping[str, Any]) -> html.Markup:
    if data["unfinished"]:
        return html.note(
            f"Not live: as of {moment(data['at'])}, {data['unfinished']} not finished.", tone="warn"
        )
    return html.Markup('<p class="sub">as of {}</p>').format(moment(data["at"]))


def _title(data: Mapping[str, Any]) -> str:
    runs = "1 run" if data["total"] == 1 else f"{data['total']} runs"
    return f"{runs}: {counts_text(data)}" if data["total"] else "No runs yet"


def counts_text(data: Mapping[str, Any]) -> str:
    """Return how many are in each state, in words.

    Args:
        data: A snapshot.
    """
    return ", ".join(f"{n} {state.lower()}" for state, n in data["counts"].items()) or "none yet"


def still_line(data: Mapping[str, Any]) -> str:
    """Return how many runs there are and how they stand.

    Args:
        data: A snapshot.
    """
    return f"{data['total']} runs, {counts_text(data)}"
