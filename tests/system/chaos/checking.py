"""What must be true of a lab after any number of deaths."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.store import runs as rows
from nanoos_lab.store.artifacts import artifacts_of
from nanoos_lab.store.events import events_of
from nanoos_lab.store.schema import AttemptRow, RunRow, RunState

if TYPE_CHECKING:
    from nanoos_lab.store.database import Store


def workers_of(root: Path) -> list[int]:
    """Return the process ids of the workers of this lab, also of those that have not claimed a folder yet."""
    found = []
    mark = str(root).encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"nanoos_lab.runs.worker" in command and mark in command:
                found.append(int(entry.name))
    return found


def await_workers(root: Path) -> None:
    """Wait until the last worker of this lab has gone, so that nothing is written after it is counted."""
    end = time.monotonic() + 60
    while workers_of(root):
        assert time.monotonic() < end, "a worker stayed for a minute after its last run had ended"
        time.sleep(0.005)


def false_states(store: Store) -> list[str]:
    """Return the runs whose recorded state is not so, when no other process is in play but workers."""
    wrong = []
    with store.read() as session:
        flights = rows.in_flight(session, store.scope)
    for flight in flights:
        folder = AttemptFolder(store.scope.files / flight.folder)
        alive = folder.worker_alive()
        done = flight.id in folder.outcomes()
        if not alive and not done and flight.id in unfinished(store, [flight.id]):
            wrong.append(f"{flight.id} {flight.state}")
    return wrong


def unfinished(store: Store, ids: list[str]) -> dict[str, str]:
    with store.read() as session:
        return rows.unfinished_among(session, store.scope, ids)


def lines(path: Path) -> list[str]:
    """Return the whole lines of a file that may not exist."""
    return path.read_text().splitlines() if path.exists() else []


def check_each_once(store: Store, ended: list[RunRow], journal: list[str]) -> tuple[list[str], int]:
    """Return what was done or recorded twice, and the number of attempts.

    A job that its scheduler put back works for the same attempt again: each time counts by itself.
    """
    doubled = []
    worked = Counter(line.split()[0] for line in journal)
    again = Counter(line.split()[0] for line in journal if not line.endswith("/0"))
    pids = {tuple(line.split()[:2]) for line in journal}
    with store.read() as session:
        every = list(session.scalars(select(AttemptRow)))
        for run in ended:
            mine = [attempt for attempt in every if attempt.run_id == run.id]
            completed = [attempt.number for attempt in mine if attempt.ended == RunState.COMPLETED]
            if completed != [run.attempt] or max(attempt.number for attempt in mine) != run.attempt:
                doubled.append(f"{run.id}: attempts {completed} completed, it stands at {run.attempt}")
            if len(events_of(session, store.scope, run.id, kind="run.completed")) != 1:
                doubled.append(f"{run.id}: not exactly one completion in the journal of events")
            if len(artifacts_of(session, store.scope, run.id)) != 1:
                doubled.append(f"{run.id}: not exactly one result")
            began = [attempt for attempt in mine if attempt.started_at is not None]
            if not 1 <= worked[run.id] <= len(began) + again[run.id]:
                doubled.append(
                    f"{run.id}: worked {worked[run.id]} times, {len(began)} attempts of {len(mine)} began: "
                    + "; ".join(f"{a.number} {a.executor} {a.ended} {a.started_at} {a.reason}" for a in mine)
                )
            if run.summary["double"] != 2 * run.params["index"]:
                doubled.append(f"{run.id}: a foreign result")
            if (run.id, str(run.summary["pid"])) not in pids:
                doubled.append(f"{run.id}: its result is not one that was worked")
    return doubled, len(every)
