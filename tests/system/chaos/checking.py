"""What must be true of a lab after any number of deaths."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.store import runs as rows
from nanoos_lab.store.artifacts import artifacts_of
from nanoos_lab.store.events import events_of
from nanoos_lab.store.schema import AttemptRow, RunRow, RunState

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.store.database import Store


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
    """Return what was done or recorded twice, and the number of attempts."""
    doubled = []
    worked = Counter(line.split()[0] for line in journal)
    pids = {tuple(line.split()) for line in journal}
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
            if not 1 <= worked[run.id] <= len(mine):
                doubled.append(f"{run.id}: worked {worked[run.id]} times in {len(mine)} attempts")
            if run.summary["double"] != 2 * run.params["index"]:
                doubled.append(f"{run.id}: a foreign result")
            if (run.id, str(run.summary["pid"])) not in pids:
                doubled.append(f"{run.id}: its result is not one that was worked")
    return doubled, len(every)
