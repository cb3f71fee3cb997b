"""What runs took, summed, and what further ones are likely to take.

The time of an attempt is what its worker stated, or what the scheduler did where that is known (``attempt.usage``);
CPU and GPU hours are what was set aside for it, as clusters count them, whether it was kept busy or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from nanoos_lab.errors import LimitExceededError
from nanoos_lab.store.schema import AttemptRow, RunInputRow, RunRow, RunState, StructureRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

FROM_SCHEDULER = "slurm"
"""``source`` of a usage that a scheduler's accounts told; a worker's own word has ``worker``."""
_HOUR_S = 3600.0
_FROM = 5
"""From so many earlier runs on, of different sizes, a power law is fitted."""
_SPREAD = 2.0
"""Where a single size was seen, how far the estimate may be off, as a factor."""


@dataclass(frozen=True)
class Usage:
    """What some attempts took together."""

    who: str
    """The person, the task or the project they are summed for."""
    runs: int
    elapsed_hours: float
    cpu_hours: float
    gpu_hours: float
    max_rss_bytes: int | None
    """The most memory that any one of them had at once, where that is known."""


@dataclass(frozen=True)
class CallEstimate:
    """How long one evaluation of a calculator is likely to take."""

    seconds: float
    basis: str
    """What it rests on, in words."""


@dataclass(frozen=True)
class CostEstimate:
    """What runs that are not begun yet are likely to take."""

    runs: int
    seconds: float
    """Of all of them one after another, the likeliest."""
    low_seconds: float
    high_seconds: float
    cpu_hours: float
    gpu_hours: float
    samples: int
    """How many earlier runs it rests on."""
    basis: str
    """What it rests on, in words."""


def usage_of_project(
    session: Session, scope: Scope, *, by: str = "person", since: float | None = None, run: str | None = None
) -> list[Usage]:
    """Return what the project's attempts took, the greatest first.

    Args:
        session: An open session.
        scope: The project.
        by: ``person``, ``task`` or ``profile``.
        since: Only attempts that began after this moment, in seconds since 1970.
        run: Only the attempts of this run.
    """
    column = {"person": RunRow.author, "task": RunRow.task, "profile": RunRow.profile}[by]
    query = (
        select(
            column,
            RunRow.id,
            RunRow.resources,
            AttemptRow.started_at,
            AttemptRow.finished_at,
            AttemptRow.usage,
        )
        .join(AttemptRow, and_(AttemptRow.project_id == RunRow.project_id, AttemptRow.run_id == RunRow.id))
        .where(
            RunRow.project_id == scope.project_id,
            or_(AttemptRow.started_at.is_not(None), AttemptRow.usage.is_not(None)),
        )
    )
    if since is not None:
        query = query.where(func.coalesce(AttemptRow.started_at, AttemptRow.created_at) >= since)
    if run is not None:
        query = query.where(RunRow.id == run)
    groups: dict[str, _Sum] = {}
    for who, one, resources, started, finished, usage in session.execute(query):
        groups.setdefault(who, _Sum()).add(one, resources, started, finished, usage or {})
    found = [one.usage(who) for who, one in groups.items()]
    return sorted(found, key=lambda usage: (-usage.cpu_hours - usage.gpu_hours, usage.who))


class Unaccounted(NamedTuple):
    """An attempt that ended, of which no scheduler's accounts have told yet what it took."""

    run_id: str
    number: int
    profile: str
    executor: str
    folder: str
    """Shared by the attempts that one job worked on."""
    job_id: str
    created_at: float
    started_at: float | None
    finished_at: float
    usage: dict[str, Any] | None
    """What its worker said of it."""


def unaccounted_attempts(
    session: Session, scope: Scope, executors: Collection[str], *, since: float
) -> list[Unaccounted]:
    """Return the attempts that a scheduler may be asked about, where no other one of their job is under way.

    Args:
        session: An open session.
        scope: The project, and whose runs are carried on here.
        executors: Only attempts by these.
        since: Only attempts that ended after this moment, in seconds since 1970.
    """
    under_way = select(AttemptRow.folder).where(
        AttemptRow.project_id == scope.project_id, AttemptRow.ended.is_(None)
    )
    known = AttemptRow.usage["source"].as_string()
    query = (
        select(
            AttemptRow.run_id, AttemptRow.number, RunRow.profile, AttemptRow.executor, AttemptRow.folder,
            AttemptRow.job_id, AttemptRow.created_at, AttemptRow.started_at, AttemptRow.finished_at, AttemptRow.usage,
        )
        .join(RunRow, and_(RunRow.project_id == AttemptRow.project_id, RunRow.id == AttemptRow.run_id))
        .where(
            AttemptRow.project_id == scope.project_id,
            AttemptRow.executor.in_(list(executors)),
            AttemptRow.job_id.is_not(None),
            AttemptRow.ended.is_not(None),
            AttemptRow.finished_at > since,
            or_(AttemptRow.usage.is_(None), known.is_(None), known != FROM_SCHEDULER),
            AttemptRow.folder.not_in(under_way),
        )
        .order_by(AttemptRow.folder, AttemptRow.run_id, AttemptRow.number)
    )  # fmt: skip
    if scope.looks_after is not None:
        query = query.where(RunRow.author == scope.looks_after)
    return [Unaccounted._make(row) for row in session.execute(query)]


class _Sum:
    """A sum in the making."""

    def __init__(self) -> None:
        self.runs: set[str] = set()
        self.elapsed_s = self.cpu_s = self.gpu_s = 0.0
        self.max_rss: int | None = None

    def add(
        self,
        run: str,
        resources: Mapping[str, Any],
        started: float | None,
        finished: float | None,
        usage: Mapping[str, Any],
    ) -> None:
        own = 0.0 if started is None else max(0.0, (finished or started) - started)
        elapsed = float(usage.get("elapsed_s", own))
        self.runs.add(run)
        self.elapsed_s += elapsed
        self.cpu_s += elapsed * int(usage.get("cpus", resources.get("cpus", 1)))
        self.gpu_s += elapsed * int(usage.get("gpus", resources.get("gpus", 0)))
        rss = usage.get("max_rss_bytes")
        if rss is not None:
            self.max_rss = max(self.max_rss or 0, int(rss))

    def usage(self, who: str) -> Usage:
        elapsed, cpu, gpu = (part / _HOUR_S for part in (self.elapsed_s, self.cpu_s, self.gpu_s))
        return Usage(who, len(self.runs), elapsed, cpu, gpu, self.max_rss)


def estimate_cost(
    session: Session,
    scope: Scope,
    task: str,
    sizes: Sequence[int],
    *,
    resources: Mapping[str, Any],
    calculator: str | None = None,
) -> CostEstimate | None:
    """Estimate what runs will take from earlier ones of the task, by the number of atoms.

    Where sizes differ, ``log t = a + b log n`` is fitted by least squares; the range is two standard deviations of its
    residuals. Where they do not, time is taken to grow with the number of atoms.

    Args:
        session: An open session.
        scope: The project.
        task: The task's name.
        sizes: Number of atoms of each structure.
        resources: ``cpus`` and ``gpus`` that each run sets aside.
        calculator: Only earlier runs with this parameter ``calculator``.

    Returns:
        The estimate, or None where no such run has finished here.
    """
    known = list(_earlier(session, scope, task, calculator))
    if not known or not sizes:
        return None
    law = _fit(known)
    middle = sum(law.seconds(n) for n in sizes)
    cpus, gpus = int(resources.get("cpus", 1)), int(resources.get("gpus", 0))
    words = f"{len(known)} earlier runs of {task}" + (f" with {calculator}" if calculator else "")
    smallest, largest = min(n for n, _ in known), max(n for n, _ in known)
    if max(sizes) > 2 * largest or min(sizes) < smallest / 2:
        words += f", of {smallest} to {largest} atoms: these sizes lie outside"
    return CostEstimate(
        len(sizes), middle, middle / law.factor, middle * law.factor, middle * cpus / _HOUR_S, middle * gpus / _HOUR_S,
        len(known), words,
    )  # fmt: skip


def seconds_per_call(
    session: Session, scope: Scope, calculator: str, n_sites: int, *, options: Mapping[str, Any] | None = None
) -> CallEstimate | None:
    """Estimate how long a calculator takes for one evaluation, from the runs here that counted theirs.

    Args:
        session: An open session.
        scope: The project.
        calculator: Its name.
        n_sites: Number of atoms.
        options: Only earlier runs with these options of the calculator, where there are any such.

    Returns:
        The estimate, or None where no run with this calculator has finished here.
    """
    found = [
        (n, seconds / calls, params.get("options") or {})
        for n, seconds, params, summary in _finished(session, scope)
        if params.get("calculator") == calculator and (calls := _calls(summary)) > 0
    ]
    alike = [one for one in found if one[2] == dict(options or {})]
    known = [(n, seconds) for n, seconds, _ in alike or found]
    if not known:
        return None
    words = f"{len(known)} earlier run{'s' if len(known) > 1 else ''} with {calculator}"
    return CallEstimate(_fit(known).seconds(n_sites), words + ("" if alike else ", with other options"))


def _calls(summary: Mapping[str, Any] | None) -> int:
    """Return how often a run asked its calculator; one that has no word of it did it once if it states an energy."""
    said = (summary or {}).get("force_calls")
    return int(said) if said is not None else int("energy" in (summary or {}))


@dataclass(frozen=True)
class _Law:
    intercept: float
    exponent: float
    factor: float

    def seconds(self, n_sites: int) -> float:
        return math.exp(self.intercept + self.exponent * math.log(max(n_sites, 1)))


def _fit(known: Sequence[tuple[int, float]]) -> _Law:
    points = [(math.log(max(n, 1)), math.log(max(t, 1e-3))) for n, t in known]
    mean_x, mean_y = (sum(column) / len(points) for column in zip(*points, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if len(points) < _FROM or spread < 1e-9:  # noqa: PLR2004 - all of one size
        residuals = [y - x - (mean_y - mean_x) for x, y in points]
        return _Law(mean_y - mean_x, 1.0, _factor(residuals, minimum=_SPREAD))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    slope = min(max(slope, 0.0), 4.0)  # noise may not make large cells cheap, nor absurdly dear
    residuals = [y - mean_y - slope * (x - mean_x) for x, y in points]
    return _Law(mean_y - slope * mean_x, slope, _factor(residuals, minimum=1.1))


def _factor(residuals: Iterable[float], *, minimum: float) -> float:
    values = list(residuals)
    deviation = math.sqrt(sum(r * r for r in values) / max(1, len(values) - 1))
    return max(minimum, math.exp(min(2 * deviation, 5.0)))


def _earlier(
    session: Session, scope: Scope, task: str, calculator: str | None
) -> Iterable[tuple[int, float]]:
    for n_sites, seconds, params, _ in _finished(session, scope, task):
        if calculator is None or params.get("calculator") == calculator:
            yield n_sites, seconds


def _finished(
    session: Session, scope: Scope, task: str | None = None
) -> Iterable[tuple[int, float, Mapping[str, Any], Mapping[str, Any] | None]]:
    """Give atoms, seconds, parameters and summary of the latest runs, of one task or of all."""
    query = (
        select(StructureRow.n_sites, RunRow.started_at, RunRow.finished_at, RunRow.params, RunRow.summary)
        .join(RunInputRow, and_(RunInputRow.project_id == RunRow.project_id, RunInputRow.run_id == RunRow.id))
        .join(
            StructureRow,
            and_(
                StructureRow.project_id == RunInputRow.project_id, StructureRow.id == RunInputRow.structure_id
            ),
        )
        .where(
            RunRow.project_id == scope.project_id,
            RunRow.state == RunState.COMPLETED,
            RunRow.started_at.is_not(None),
            RunRow.finished_at.is_not(None),
            RunInputRow.position == 0,
        )
        .order_by(RunRow.finished_at.desc())
        .limit(1000)
    )
    if task is not None:
        query = query.where(RunRow.task == task)
    for n_sites, started, finished, params, summary in session.execute(query):
        yield n_sites, max(0.0, finished - started), params, summary


def check_limits(
    session: Session, scope: Scope, limits: Mapping[str, float], *, cpu_hours: float, gpu_hours: float
) -> None:
    """Refuse work that would take the project over its limits.

    Args:
        session: An open session.
        scope: The project.
        limits: ``cpu_hours`` and ``gpu_hours`` that the project may use in all; one that is absent is none.
        cpu_hours: What is asked for now.
        gpu_hours: What is asked for now.

    Raises:
        LimitExceededError: It would be over; the message has the figures.
    """
    if not limits:
        return
    used = usage_of_project(session, scope)
    asked = {"cpu_hours": cpu_hours, "gpu_hours": gpu_hours}
    for name, limit in limits.items():
        spent = sum(getattr(usage, name) for usage in used)
        if spent + asked[name] > limit:
            words = name.replace("_hours", "").upper()
            raise LimitExceededError(
                f"the project {scope.project!r} has used {spent:.3g} of its {limit:.3g} {words}-hours, and this asks "
                f"for {asked[name]:.3g} more: ask for less, or have its limit raised in settings.toml under [limits]"
            )
