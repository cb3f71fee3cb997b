"""What is going on with runs, as one value that any display draws: the widget, the terminal, a still table.

A snapshot is read from the store, and from the attempt folders of what is under way, in a few queries however many
runs there are. Nothing of it lives in a kernel: another one shows the same.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import numbers
from nanoos_lab.errors import NanoOSError
from nanoos_lab.lab import details, waiting
from nanoos_lab.store import runs as run_rows
from nanoos_lab.store.schema import FINAL_STATES, RunState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.store.schema import AttemptRow, RunRow

SHOWN = 100
"""How many runs a monitor shows in rows; all are counted."""
LOG_CHARACTERS = 4000
_SCHEDULED = frozenset({"slurm", "ssh"})
"""Executors whose handle of a worker is the id of a job."""


def take_snapshot(
    lab: Workspace, filters: Mapping[str, Any], *, log_of: str = "", limit: int = SHOWN
) -> dict[str, Any]:
    """Return what is going on, as JSON values.

    Args:
        lab: The lab.
        filters: Which runs: ``task``, ``state``, ``batch``, ``structure``, ``parent``.
        log_of: The run whose log's end is wanted.
        limit: At most so many rows, unfinished runs first, then the newest.

    Returns:
        ``counts`` by state, ``total``, ``unfinished``, ``rows`` and, where asked for, ``log``.
    """
    with lab.store.read() as session:
        scope = lab.store.scope
        counts = run_rows.count_states(session, scope, **filters)
        states = filters.get("state")
        wanted = dict(filters)
        found: list[RunRow] = []
        if states is None:
            wanted["state"] = [state.value for state in RunState if state not in FINAL_STATES]
            found = run_rows.find_runs(session, scope, limit=limit, **wanted)
            wanted["state"] = [state.value for state in FINAL_STATES]
        found += run_rows.find_runs(session, scope, limit=max(0, limit - len(found)), **wanted)
        attempts = run_rows.current_attempts(session, scope, [row.id for row in found])
    inputs = lab.input_rows([row.id for row in found])
    rows = [_row(lab, row, attempts.get(row.id), details.names_of(inputs[row.id])) for row in found]
    unfinished = sum(count for state, count in counts.items() if RunState(state) not in FINAL_STATES)
    snapshot = {
        "at": time.time(), "counts": counts, "total": sum(counts.values()), "unfinished": unfinished, "rows": rows,
        "failures": _failures(found),
    }  # fmt: skip
    if log_of:
        snapshot["log"] = {"run": log_of, "text": lab.engine.log(log_of, LOG_CHARACTERS)}
    return snapshot


def _row(lab: Workspace, row: RunRow, attempt: AttemptRow | None, what: str) -> dict[str, Any]:
    state = RunState(row.state)
    shown: dict[str, Any] = {
        "id": row.id, "task": row.task, "what": what, "state": state.value, "profile": row.profile,
        "attempt": row.attempt, "created_at": row.created_at, "started_at": row.started_at,
        "finished_at": row.finished_at, "elapsed": numbers.duration(details.elapsed_s(row)),
        "fraction": 1.0 if state is RunState.COMPLETED else None, "message": details.one_line(row), "place": "",
        "can": ["retry"] if state.final and state is not RunState.COMPLETED else [],
    }  # fmt: skip
    if attempt is not None:
        shown["place"] = _place(attempt)
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
    waits = row.not_before - time.time()
    return {"message": f"tried again in {numbers.duration(waits)}" if waits > 1 else ""}


def _failures(rows: Sequence[RunRow]) -> list[dict[str, Any]]:
    """Return what went wrong, alike causes together, the most frequent first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.error and row.state in {RunState.FAILED, RunState.LOST}:
            message = str(row.error.get("message", "")).partition("\n")[0]
            groups.setdefault((str(row.error.get("type", "")), message[:120]), []).append(row.id)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return [{"type": kind, "message": said, "runs": ids} for (kind, said), ids in ordered[:5]]


def act(lab: Workspace, verb: str, run_id: str) -> str:
    """Do what a button asks for, and return a line that says what came of it.

    Args:
        lab: The lab.
        verb: ``cancel`` or ``retry``.
        run_id: The run.
    """
    try:
        if verb == "cancel":
            lab.cancel(run_id)
            return f"{run_id}: asked to stop"
        if verb == "retry":
            lab.retry(run_id)
            return f"{run_id}: tried again"
    except NanoOSError as error:
        return str(error)
    return f"{verb!r} is nothing that can be done to a run"
