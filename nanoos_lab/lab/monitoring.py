"""What is going on with runs, as one value that any display draws: the widget, the terminal, a still table.

A snapshot is read from the store, and from the attempt folders of what is under way, in a few queries however many
runs there are. Nothing of it lives in a kernel: another one shows the same. Times are moments, not ages, so that a
snapshot in which nothing happened equals the one before.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import NanoOSError
from nanoos_lab.lab import details, waiting
from nanoos_lab.store import runs as run_rows
from nanoos_lab.store.schema import FINAL_STATES, RunState
from nanoos_lab.widgets.live import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.store.database import Scope
    from nanoos_lab.store.schema import AttemptRow, RunRow
    from nanoos_lab.widgets import RunMonitor

SHOWN = 500
"""How many runs a monitor shows in rows; all are counted."""
LOG_CHARACTERS = 8000
_GROUPS, _FAILURES_READ, _NAMED = 8, 500, 200
_FAILED = (RunState.FAILED.value, RunState.LOST.value)
_SCHEDULED = frozenset({"slurm", "ssh"})
"""Executors whose handle of a worker is the id of a job."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
"""What terminals take for colours and cursors (ECMA-48, sections 5.4 and 5.6)."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|\b[0-9a-f]{12}\b|[-−+]?\d[\d.,]*")
"""What differs between failures of one cause: names in quotes, ids, numbers."""


def runs_source(lab: Workspace, filters: Mapping[str, Any], *, limit: int = SHOWN) -> Source:
    """Return runs as something to look at again and again.

    Args:
        lab: The lab.
        filters: As for :func:`take_snapshot`.
        limit: At most so many rows.
    """
    return Source(
        key=("runs", id(lab), repr(sorted(filters.items())), limit),
        read=lambda: take_snapshot(lab, filters, limit=limit),
        detail=lambda asked: look_closer(lab, str(asked.get("run", ""))),
        act=lambda verb, what: act(lab, verb, what["runs"]),
    )


def watch_runs(lab: Workspace, filters: Mapping[str, Any]) -> RunMonitor:
    """Return a widget that keeps showing how runs stand.

    Args:
        lab: The lab.
        filters: As for :func:`take_snapshot`.
    """
    from nanoos_lab.widgets.monitor import RunMonitor  # noqa: PLC0415 - widgets are an extra

    return RunMonitor(runs_source(lab, filters))


def take_snapshot(lab: Workspace, filters: Mapping[str, Any], *, limit: int = SHOWN) -> dict[str, Any]:
    """Return what is going on, as JSON values.

    Args:
        lab: The lab.
        filters: Which runs: ``task``, ``state``, ``batch``, ``structure``, ``parent``; or ``run``, a single one's id.
        limit: At most so many rows: unfinished runs first, then those that failed, then the newest.

    Returns:
        ``counts`` by state, ``total``, ``unfinished``, ``rows`` and ``failures``.
    """
    with lab.store.read() as session:
        scope = lab.store.scope
        if "run" in filters:
            found = run_rows.get_runs(session, scope, [filters["run"]])
            counts = {row.state: 1 for row in found}
            failed = [row for row in found if row.state in _FAILED]
        else:
            counts = run_rows.count_states(session, scope, **filters)
            found, failed = _rows(session, scope, filters, counts, limit)
        attempts = run_rows.current_attempts(session, scope, [row.id for row in found])
    inputs = lab.input_rows([row.id for row in found])
    rows = [_row(lab, row, attempts.get(row.id), details.names_of(inputs[row.id])) for row in found]
    unfinished = sum(count for state, count in counts.items() if RunState(state) not in FINAL_STATES)
    return {
        "kind": "runs", "at": time.time(), "counts": counts, "total": sum(counts.values()),
        "unfinished": unfinished, "rows": rows, "failures": group_failures(failed),
    }  # fmt: skip


def _rows(
    session: Session, scope: Scope, filters: Mapping[str, Any], counts: Mapping[str, int], limit: int
) -> tuple[list[RunRow], list[RunRow]]:
    """Return the runs that are shown, and those that failed."""

    def ask(states: Iterable[str], at_most: int) -> list[RunRow]:
        wanted = sorted(set(states) & set(counts))
        if not wanted or at_most <= 0:
            return []
        return run_rows.find_runs(session, scope, limit=at_most, **{**filters, "state": wanted})

    found = ask((s.value for s in RunState if s not in FINAL_STATES), limit)
    failed = ask(_FAILED, _FAILURES_READ)
    found += failed[: max(0, limit - len(found))]
    others = (s.value for s in FINAL_STATES if s.value not in _FAILED)
    return found + ask(others, limit - len(found)), failed


def _row(lab: Workspace, row: RunRow, attempt: AttemptRow | None, what: str) -> dict[str, Any]:
    state = RunState(row.state)
    shown: dict[str, Any] = {
        "id": row.id, "task": row.task, "what": what, "state": state.value, "profile": row.profile,
        "attempt": row.attempt, "created_at": row.created_at, "started_at": row.started_at,
        "finished_at": row.finished_at, "fraction": 1.0 if state is RunState.COMPLETED else None,
        "message": details.one_line(row), "place": "", "again_at": None, "resources": row.resources, "used": {},
        "can": ["retry"] if state.final and state is not RunState.COMPLETED else [],
    }  # fmt: skip
    if attempt is not None:
        shown["place"] = _place(attempt)
        usage = attempt.usage or {}
        shown["used"] = {name: usage[name] for name in ("max_rss_bytes", "cpu_s") if usage.get(name)}
    if not state.final:
        shown["can"] = [] if row.cancel_requested else ["cancel"]
        shown |= _under_way(lab, row, attempt)
    return shown


def _place(attempt: AttemptRow) -> str:
    """Return where an attempt is or was worked on, and as which job."""
    worker, usage = attempt.worker or {}, attempt.usage or {}
    where = worker.get("node") or usage.get("node") or worker.get("host") or ""
    job = f"job {attempt.job_id}" if attempt.job_id and attempt.executor in _SCHEDULED else ""
    return " ".join(filter(None, [str(where)[:60], job]))


def _under_way(lab: Workspace, row: RunRow, attempt: AttemptRow | None) -> dict[str, Any]:
    if row.cancel_requested:
        return {"message": "asked to stop"}
    if row.state == RunState.RUNNING:
        said = lab.engine.progress(row.id)
        return {"fraction": said.fraction, "message": said.message}
    if attempt is not None and attempt.reason and row.state != RunState.PENDING:
        return {"message": waiting.explain(attempt.reason)}
    return {"message": "", "again_at": row.not_before if row.not_before > time.time() + 1 else None}


def group_failures(rows: Iterable[RunRow]) -> list[dict[str, Any]]:
    """Return what went wrong, alike causes together, the most frequent first.

    Args:
        rows: Runs that failed or were lost.
    """
    groups: dict[tuple[str, str], list[RunRow]] = {}
    for row in rows:
        error = row.error or {}
        message = str(error.get("message") or "no reason was recorded")
        cause = _PARTICULAR.sub("…", message.partition("\n")[0])[:160]
        groups.setdefault((str(error.get("type", "")), cause), []).append(row)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))[:_GROUPS]
    return [_group(kind, members) for (kind, _), members in ordered]


def _group(kind: str, rows: Sequence[RunRow]) -> dict[str, Any]:
    """Return runs of one cause; an error's message ends in what to do, so all of one is kept."""
    message = str((rows[0].error or {}).get("message") or "no reason was recorded")
    return {
        "type": kind, "message": message.partition("\n")[0][:300], "whole": clean_log(message)[:2000],
        "count": len(rows), "runs": [row.id for row in rows[:_NAMED]],
    }  # fmt: skip


def look_closer(lab: Workspace, run_id: str) -> dict[str, Any]:
    """Return the end of a run's log and what ended it, or nothing where there is no such run.

    Args:
        lab: The lab.
        run_id: Its full id.
    """
    rows = lab.run_rows([run_id]) if run_id else []
    if not rows:
        return {}
    error = rows[0].error if rows[0].state != RunState.COMPLETED else None
    return {
        "run": run_id, "log": clean_log(lab.engine.log(run_id, LOG_CHARACTERS)),
        "error": clean_log(str((error or {}).get("message") or ""))[:4000],
    }  # fmt: skip


def clean_log(text: str) -> str:
    """Return what a program wrote to a terminal as plain text: no colours, and of an overwritten line its last state.

    Args:
        text: What it wrote.
    """
    lines = _ESCAPES.sub("", text).replace("\r\n", "\n").split("\n")
    return "\n".join(_CONTROLS.sub("", line.rstrip("\r").rpartition("\r")[2]) for line in lines)


def act(lab: Workspace, verb: str, runs: Sequence[str]) -> str:
    """Do what a button asks for, and return a line that says what came of it.

    Args:
        lab: The lab.
        verb: ``cancel`` or ``retry``.
        runs: The runs.
    """
    change, done = {"cancel": (lab.cancel, "asked to stop"), "retry": (lab.retry, "tried again")}.get(
        verb, (None, "")
    )
    if change is None:
        return f"{verb!r} is nothing that can be done to a run"
    problems = []
    for run in runs:
        try:
            change(run)
        except NanoOSError as error:
            problems.append(str(error))
    who = runs[0] if len(runs) == 1 else f"{len(runs) - len(problems)} of {len(runs)} runs"
    return "; ".join(([] if len(problems) == len(runs) else [f"{who}: {done}"]) + problems[:3])
