"""From what a user asks for to the rows that record it."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.runs.attempts.parent import current_run_id
from nanoos_lab.runs.attempts.reference import reference_of, require_reference
from nanoos_lab.runs.keys import run_key
from nanoos_lab.store import accounting
from nanoos_lab.store import run_changes as changes
from nanoos_lab.store import runs as rows
from nanoos_lab.store.runs import InputEdge
from nanoos_lab.store.schema import RunRow, RunState, StructureRow, new_id
from nanoos_lab.tasks import TASKS, Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.settings import Profile, ProjectLimits, Resources, RetryPolicy
    from nanoos_lab.store.database import Scope, Store
    from nanoos_lab.store.schema import BatchRow

    Inputs = Mapping[str, StructureRow | Sequence[StructureRow]]
    Wanted = tuple["Order", Inputs, str]


@dataclass(frozen=True)
class Order:
    """One task with its parameters, checked, as it is asked for on any number of inputs."""

    task: Task[Any]
    params: Any
    """The validated parameters."""
    params_json: dict[str, Any]
    identity: dict[str, Any]
    profile: Profile
    resources: Resources
    retry: RetryPolicy
    reference: str
    priority: int
    label: str

    def key(self, inputs: Inputs) -> str:
        """Return the run key of this order on some inputs.

        Args:
            inputs: Structures by name.
        """
        digests: dict[str, str | list[str]] = {
            name: given.digest if isinstance(given, StructureRow) else [one.digest for one in given]
            for name, given in inputs.items()
        }
        return run_key(self.task.name, self.task.version, digests, self.params_json, self.identity)

    def row(
        self, scope: Scope, key: str, *, force: bool, owner: str, parent_id: str | None
    ) -> dict[str, Any]:
        """Return the columns of a new run.

        Args:
            scope: Project and author.
            key: Its run key.
            force: Whether it is run beside an identical one.
            owner: Presence token of this process.
            parent_id: The run inside which it is asked for.
        """
        return {
            "id": new_id(),
            "project_id": scope.project_id,
            "parent_id": parent_id,
            "task": self.task.name,
            "task_version": self.task.version,
            "task_reference": self.reference,
            "params": self.params_json,
            "identity": self.identity,
            "key": key,
            "active_key": None if force else key,
            "state": RunState.PENDING,
            "profile": self.profile.name,
            "executor": self.profile.executor,
            "priority": self.priority,
            "resources": self.resources.model_dump(),
            "retry": self.retry.model_dump(),
            "attempt": 0,
            "not_before": 0.0,
            "cancel_requested": False,
            "owner": owner,
            "label": self.label,
            "author": scope.author,
            "created_at": time.time(),
        }


def make_order(
    task: str | Task[Any],
    params: Mapping[str, Any],
    profile: Profile,
    *,
    inline: bool,
    resources: Resources | None = None,
    retry: RetryPolicy | None = None,
    priority: int = 0,
    label: str = "",
) -> Order:
    """Check what is asked for; nothing is recorded yet.

    Args:
        task: A task, or its name.
        params: Parameters by name.
        profile: Where to run.
        inline: Whether that is inside this process.
        resources: Instead of the profile's.
        retry: Instead of the profile's.
        priority: Higher goes first.
        label: A word of the user's own.

    Raises:
        UnknownNameError: No such task.
        InvalidInputError: The parameters are refused, or a worker could not find the task.
    """
    found = TASKS.get(task) if isinstance(task, str) else task
    parsed = found.parse_params(params)
    return Order(
        task=found,
        params=parsed,
        params_json=parsed.model_dump(mode="json"),
        identity=dict(found.identity(parsed)),
        profile=profile,
        resources=resources or profile.resources,
        retry=retry or profile.retry,
        reference=reference_of(found) if inline else require_reference(found, profile.name),
        priority=priority,
        label=label,
    )


def edges_of(inputs: Inputs) -> list[InputEdge]:
    """Return the provenance edges of a run's inputs.

    Args:
        inputs: Structures by name.

    Raises:
        InvalidInputError: An input is not a stored structure, or a set is empty.
    """
    edges = []
    for name, given in inputs.items():
        if isinstance(given, StructureRow):
            edges.append(InputEdge(name, 0, given.id))
            continue
        many = list(given)
        if not many or not all(isinstance(one, StructureRow) for one in many):
            raise InvalidInputError(
                f"the input {name!r} must be a stored structure or a non-empty list of them, not {given!r:.100}"
            )
        edges += [InputEdge(name, position, one.id) for position, one in enumerate(many, start=1)]
    return edges


def edges_with_rows(inputs: Inputs) -> list[tuple[InputEdge, StructureRow]]:
    """Return the edges of a run's inputs with the structures at their ends."""
    flat = [
        row for given in inputs.values() for row in ([given] if isinstance(given, StructureRow) else given)
    ]
    return list(zip(edges_of(inputs), flat, strict=True))


def record(
    store: Store,
    wanted: Sequence[Wanted],
    *,
    owner: str,
    force: bool = False,
    parent_id: str | None = None,
    batch: BatchRow | None = None,
    limits: ProjectLimits | None = None,
) -> list[tuple[RunRow, bool]]:
    """Record the runs that are not there yet, in one transaction; return each with whether it was there.

    Args:
        store: The open store.
        wanted: Orders with their inputs and keys.
        owner: Presence token of this process.
        force: Whether to record them beside identical ones.
        parent_id: The run inside which they are asked for.
        batch: A batch they make, to be recorded with them.
        limits: What the project may use in all.

    Raises:
        LimitExceededError: The project would use more than it may; then nothing was recorded.
        UnknownNameError: There is no such parent.
        InvalidInputError: An input is not a stored structure.
    """
    scope, tries = store.scope, itertools.count()
    edges = {key: edges_of(inputs) for _, inputs, key in wanted}
    ids = {key: new_id() for key in edges}

    def work(session: Session) -> list[tuple[RunRow, bool]]:
        mine: dict[str, RunRow] = {}
        if next(tries):  # what the first try stored, whose end was not heard of, is found by its ids
            mine = {run.key: run for run in rows.get_runs(session, scope, list(ids.values()))}
            if batch is not None and (members := rows.runs_of_batch(session, scope, batch.id)):
                return members
        parent = _parent(session, scope, parent_id)
        active = {} if force else rows.find_active(session, scope, edges)
        # What another person has not finished yet, nobody here can carry on: it is not waited for.
        known = {
            k: run for k, run in active.items() if RunState(run.state).final or scope.carries_on(run.author)
        } | mine
        fresh: dict[str, dict[str, Any]] = {}
        for order, _, key in wanted:
            if key not in known:
                beside = force or key in active
                row = order.row(scope, key, force=beside, owner=owner, parent_id=parent)
                fresh[key] = row | {"id": ids[key]}
                known[key] = RunRow(**fresh[key])
        if limits is not None and fresh:
            _check_limits(session, scope, limits, [one for one in wanted if one[2] in fresh])
        if fresh:
            changes.insert_runs(session, scope, list(fresh.values()), [edges[key] for key in fresh])
        result = [(known[key], known[key].id != ids[key]) for _, _, key in wanted]
        if batch is not None:
            changes.insert_batch(session, scope, batch, [(run.id, reused) for run, reused in result])
        return result

    return store.ensure(work)


def _check_limits(session: Session, scope: Scope, limits: ProjectLimits, wanted: Sequence[Wanted]) -> None:
    """Refuse what would go over the project's limits, by earlier runs' times or, without any, by the time asked for."""
    order = wanted[0][0]
    sizes = [sum(row.n_sites for _, row in edges_with_rows(inputs)) for _, inputs, _ in wanted]
    cost = accounting.estimate_cost(
        session, scope, order.task.name, sizes, resources=order.resources.model_dump(),
        calculator=order.params_json.get("calculator"),
    )  # fmt: skip
    hours = (order.resources.walltime_hours or 0.0) * len(wanted)
    accounting.check_limits(
        session,
        scope,
        {name: limit for name, limit in limits.model_dump().items() if limit is not None},
        cpu_hours=cost.cpu_hours if cost else hours * order.resources.cpus,
        gpu_hours=cost.gpu_hours if cost else hours * order.resources.gpus,
    )


def _parent(session: Session, scope: Scope, parent_id: str | None) -> str | None:
    """Return the run inside which something is asked for, if this project knows it."""
    parent = parent_id or current_run_id()
    if parent is None or rows.get_run(session, scope, parent) is not None:
        return parent
    if parent_id is not None:
        raise UnknownNameError("run", parent_id, hint="Give the full id of the run it belongs to.")
    return None
