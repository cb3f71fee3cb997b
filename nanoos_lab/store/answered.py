"""Which structures a finished run of a task has answered for already, whichever set it was asked about.

A set is one run, so its key says nothing of a single structure; its inputs do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from nanoos_lab.store.rows import chunks
from nanoos_lab.store.schema import RunInputRow, RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Answered:
    """The run that answered for a structure, and the structure's place among its inputs."""

    run: str
    position: int
    """From 0 in a set; -1 where the run had this structure alone."""


def answered(
    session: Session,
    scope: Scope,
    structure_ids: Sequence[str],
    *,
    task: str,
    version: str,
    params: Mapping[str, Any],
    identity: Mapping[str, Any],
) -> dict[str, Answered]:
    """Return who answered for structures, by structure; the oldest run where there are several.

    Args:
        session: An open session.
        scope: The project.
        structure_ids: Full ids.
        task: The task's name.
        version: Its version.
        params: Its parameters, as JSON.
        identity: What else its results depend on, as JSON.
    """
    same = and_(RunRow.project_id == RunInputRow.project_id, RunRow.id == RunInputRow.run_id)
    query = (
        select(RunInputRow.structure_id, RunRow.id, RunInputRow.position)
        .join(RunRow, same)
        .where(
            RunInputRow.project_id == scope.project_id,
            RunInputRow.name.in_(("structure", "structures")),
            RunRow.task == task,
            RunRow.task_version == version,
            RunRow.state == RunState.COMPLETED,
        )
        .order_by(RunRow.created_at, RunRow.id)
    )
    params, identity = (
        json.loads(json.dumps(given)) for given in (params, identity)
    )  # as a database gives it back
    like: dict[str, bool] = {}
    found: dict[str, Answered] = {}
    for part in chunks(structure_ids):
        asked = session.execute(query.where(RunInputRow.structure_id.in_(part))).all()
        like |= _alike(session, scope, {run for _, run, _ in asked} - like.keys(), params, identity)
        for structure, run, position in asked:
            if like[run]:
                found.setdefault(structure, Answered(run, position - 1))
    return found


def _alike(
    session: Session,
    scope: Scope,
    runs: set[str],
    params: Mapping[str, Any],
    identity: Mapping[str, Any],
) -> dict[str, bool]:
    """Tell which runs were asked the same of the same model."""
    query = select(RunRow.id, RunRow.params, RunRow.identity).where(RunRow.project_id == scope.project_id)
    return {
        run: (theirs == params and who == identity)
        for part in chunks(sorted(runs))
        for run, theirs, who in session.execute(query.where(RunRow.id.in_(part)))
    }
