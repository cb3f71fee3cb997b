"""Preflight: what a run will cost and what is missing, said before anything runs.

Nothing is recorded and nothing is computed, unless one evaluation is asked for to measure how long it takes. What
would make the run fail is a problem, what a person may want to know first a warning.
"""

from __future__ import annotations

import importlib.util
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import CalculatorError, MissingExtraError, NanoOSError, PreflightError
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.runs.executors import EXECUTORS
from nanoos_lab.runs.submission import make_order
from nanoos_lab.simulate.params import SimulationParams
from nanoos_lab.store import accounting
from nanoos_lab.store import runs as run_rows
from nanoos_lab.tasks import TASKS, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

    from nanoos_lab.calculators import Calculator
    from nanoos_lab.lab.accounting import Accounting
    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.settings import Profile, Resources
    from nanoos_lab.tasks import Step, Task

_ELSEWHERE = frozenset({"slurm", "ssh"})
"""Executors whose work runs on other machines: what is missing here may be there."""
_HOUR_S = 3600.0
_LONG_S = 20.0
"""An evaluation that took so long is not repeated to leave out the loading."""


@dataclass(frozen=True)
class Preflight:
    """What is known of a run before it is asked for."""

    task: str
    where: str
    """The profile."""
    structures: tuple[str, ...]
    """Their names."""
    steps: tuple[Step, ...]
    """What it is going to do, for all structures together; empty where the task does not say."""
    calls: int | None
    """How often the calculator is likely to be asked; None where that is not known."""
    most: int | None
    """How often at most."""
    seconds_per_call: float | None
    seconds: float | None
    """Of all of it, one structure after another; None where nothing is known."""
    basis: str
    """What the time rests on, in words."""
    problems: tuple[str, ...]
    """Why it would fail, each with what to do."""
    warnings: tuple[str, ...]
    """What a person may want to know first."""
    reused: str | None = None
    """Id of an identical run, which would be handed back at no cost."""

    @property
    def ok(self) -> bool:
        """Whether nothing is known that would make it fail."""
        return not self.problems

    def require(self) -> Preflight:
        """Return it where nothing is missing.

        Raises:
            PreflightError: It would fail; the message lists every reason with what to do.
        """
        if self.problems:
            listed = "\n".join(f"- {problem}" for problem in self.problems)
            raise PreflightError(f"{self.title()} would fail:\n{listed}")
        return self

    def title(self) -> str:
        """Return task, structures and place in a line."""
        names = ", ".join(self.structures[:3]) + (", …" if len(self.structures) > 3 else "")  # noqa: PLR2004 - fits
        return " ".join(filter(None, [self.task, f"of {names}" if names else "", f"on {self.where}"]))

    def cost(self) -> str:
        """Say what it takes."""
        if self.reused:
            return f"nothing: run {self.reused} is the same and is handed back"
        parts = []
        if self.calls is not None:
            most = f" (at most {self.most})" if self.most != self.calls else ""
            about = "about " if most else ""
            parts.append(f"{about}{self.calls} evaluation{'s' if self.calls != 1 else ''}{most}")
        if self.seconds_per_call is not None:
            parts.append(f"{numbers.duration(self.seconds_per_call)} each")
        if self.seconds is None:
            return ", ".join([*parts, f"time not known: {self.basis}"])
        return ", ".join([*parts, f"about {numbers.duration(self.seconds)} in all; from {self.basis}"])

    def _cells(self) -> list[tuple[str, str]]:
        return [
            (s.what, f"{s.calls}" if s.most is None else f"about {s.calls}, at most {s.most}")
            for s in self.steps
        ]

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        steps = text.table(("step", "evaluations"), self._cells()) if self.steps else None
        return text.stack(
            f"{self.title()}: {'ok' if self.ok else 'will fail'}",
            f"cost: {self.cost()}",
            *(f"will fail: {problem}" for problem in self.problems),
            *(f"note: {warning}" for warning in self.warnings),
            steps,
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        verdict = html.note("ok: nothing is missing", tone="good") if self.ok else html.Markup()
        bad = [html.note(f"will fail: {problem}", tone="bad") for problem in self.problems]
        steps = [html.table(("Step", "Evaluations"), self._cells(), numeric=["Evaluations"])]
        page = html.block(
            verdict,
            *bad,
            html.Markup("<p><b>Cost</b>: {}</p>").format(self.cost()),
            *(steps if self.steps else []),
            *(html.note(warning, tone="warn") for warning in self.warnings),
            title=f"Preflight: {self.title()}",
        )
        return {"text/html": page, "text/plain": repr(self)}


class Inspection:
    """Looks at one order from all sides; every side adds what it finds.

    Args:
        lab: The open lab.
        records: The structures.
        where: Name of the profile, or None for the default.
        params: The task's parameters.
    """

    def __init__(
        self,
        lab: Accounting,
        records: Sequence[StructureRecord],
        where: str | None,
        params: Mapping[str, Any],
    ) -> None:
        self.lab, self.records, self.where, self.given = lab, records, where, dict(params)
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def look(self, name: str, *, resources: Resources | None, measure: bool) -> Preflight:
        """Return what is found.

        Args:
            name: The task's name.
            resources: Instead of the profile's.
            measure: Whether to evaluate the calculator once, here, to see how long it takes.

        Raises:
            UnknownNameError: No such task.
            InvalidInputError: The parameters are refused.
        """
        task = TASKS.get(name)
        params = task.parse_params(self.given)
        profile = self._profile()
        calculator = self._calculator(params, profile)
        plan = self._plan(task, params, profile)
        if calculator is not None and plan is not None:
            self._limits(calculator, plan)
        reused = self._known(task, profile)
        per_call, basis = self._per_call(calculator, params, measure=measure)
        calls = None if plan is None else plan.calls
        seconds = None if plan is None or per_call is None else plan.weight * per_call
        if plan is not None and any(step.scale != 1.0 for step in plan.steps):
            basis += ", in proportion to the atoms of its supercells"
        if seconds is None:
            seconds, basis = self._whole(name, params, basis)
        if profile is not None:
            self._walltime(resources or profile.resources, seconds, plan, per_call)
        return Preflight(
            task=name,
            where=profile.name if profile else str(self.where),
            structures=tuple(record.name for record in self.records),
            steps=() if plan is None else plan.steps,
            calls=calls,
            most=None if plan is None else plan.most,
            seconds_per_call=per_call,
            seconds=seconds,
            basis=basis,
            problems=tuple(dict.fromkeys(self.problems)),
            warnings=tuple(dict.fromkeys(self.warnings)),
            reused=reused,
        )

    def _profile(self) -> Profile | None:
        try:
            profile = self.lab.settings.profile(self.where)
            EXECUTORS.get(profile.executor)
        except NanoOSError as error:
            self.problems.append(str(error))
            return None
        command = {"slurm": "sbatch", "ssh": "ssh"}.get(profile.executor)
        if command and shutil.which(command) is None:
            self.problems.append(
                f"the profile {profile.name!r} needs the command {command!r}, which is not on the PATH here"
            )
        return profile

    def _absent(self, what: str, profile: Profile | None) -> None:
        """Note that something is not here: a problem where the work is done here."""
        if profile is not None and profile.executor in _ELSEWHERE:
            there = f"whether it is there says: nanoos doctor --profile {profile.name}"
            self.warnings.append(f"not on this machine, where the work is not done: {what} ({there})")
        else:
            self.problems.append(what)

    def _calculator(self, params: Any, profile: Profile | None) -> Calculator | None:  # noqa: ANN401 - any model
        if not isinstance(params, SimulationParams):
            return None
        try:
            calculator = params.chosen()
        except NanoOSError as error:
            self.problems.append(str(error))
            return None
        if absent := calculator.available():
            self._absent(absent, profile)
        for record in self.records:
            try:
                calculator.check(record.structure)
            except CalculatorError as error:
                self._absent(str(error), profile)
            except NanoOSError as error:
                self.problems.append(f"{record.name}: {error}")
        if calculator.synthetic:
            self.warnings.append(
                f"{calculator.name} is synthetic: its numbers mean nothing about real materials"
            )
        return calculator

    def _plan(self, task: Task[Any], params: Any, profile: Profile | None) -> Plan | None:  # noqa: ANN401
        if task.plan is None:
            return None
        try:
            plans = [task.plan({"structure": record.structure}, params) for record in self.records]
        except NanoOSError as error:
            self.problems.append(str(error))
            return None
        first = plans[0] if plans else task.plan({}, params)
        for package, extra in first.packages.items():
            if importlib.util.find_spec(package) is None:
                self._absent(str(MissingExtraError(package, extra, f"the task {task.name!r}")), profile)
        return Plan(tuple(step for plan in plans for step in plan.steps), first.states, first.packages)

    def _limits(self, calculator: Calculator, plan: Plan) -> None:
        for name in plan.states:
            if name in calculator.known_limits:
                label = VOCABULARY[name].label if name in VOCABULARY else name
                self.warnings.append(f"{label}: {calculator.known_limits[name]}")

    def _known(self, task: Task[Any], profile: Profile | None) -> str | None:
        """Return the id of a run that would be handed back."""
        if profile is None or len(self.records) != 1:
            return None
        try:
            order = make_order(task, self.given, profile, inline=True)
        except CalculatorError as error:
            self._absent(str(error), profile)
            return None
        except NanoOSError as error:
            self.problems.append(str(error))
            return None
        key = order.key({"structure": self.records[0].row})
        with self.lab.store.read() as session:
            found = run_rows.find_active(session, self.lab.store.scope, [key])
        return found[key].id if key in found else None

    def _per_call(
        self,
        calculator: Calculator | None,
        params: Any,  # noqa: ANN401
        *,
        measure: bool,
    ) -> tuple[float | None, str]:
        if calculator is None or not self.records:
            return None, "nothing that was counted has run here"
        largest = max(self.records, key=lambda record: record.row.n_sites)
        if measure and not self.problems:
            return _measured(calculator, largest.structure), "one evaluation measured here"
        with self.lab.store.read() as session:
            found = accounting.seconds_per_call(
                session, self.lab.store.scope, params.calculator, largest.row.n_sites, options=params.options
            )
        if found is None:
            return (
                None,
                f"no run with {params.calculator} has finished here; measure=True evaluates it once to see",
            )
        return found.seconds, found.basis

    def _whole(self, name: str, params: Any, basis: str) -> tuple[float | None, str]:  # noqa: ANN401
        """Return the time of all of it from earlier runs of the task, where its parts do not tell."""
        cost = self.lab.estimate(
            name, list(self.records), on=None, calculator=getattr(params, "calculator", None)
        ).cost
        return (None, basis) if cost is None else (cost.seconds, cost.basis)

    def _walltime(
        self, resources: Resources, seconds: float | None, plan: Plan | None, per_call: float | None
    ) -> None:
        if resources.walltime_hours is None:
            return
        limit = resources.walltime_hours * _HOUR_S / max(1, len(self.records))
        worst = None if plan is None or per_call is None else plan.most * per_call
        granted = numbers.duration(limit)
        for length, words in ((seconds, "it is likely to take"), (worst, "it may take as long as")):
            if length is not None and length > limit:
                self.warnings.append(
                    f"{words} {numbers.duration(length)}, and is given {granted}: raise walltime_hours"
                )
                return


def _measured(calculator: Calculator, structure: Any) -> float:  # noqa: ANN401 - pymatgen's Structure
    """Return the seconds that an evaluation takes, once everything is loaded."""
    from nanoos_lab.simulate.engine import StructureEngine  # noqa: PLC0415 - ASE is heavy

    engine = StructureEngine(structure, calculator)
    positions, cell = engine.start
    took = []
    for stretch in (1.0, 1.001):  # the first one also loads what there is to load
        started = time.perf_counter()
        engine(positions * stretch, cell * stretch)
        took.append(time.perf_counter() - started)
        if took[0] > _LONG_S:
            break
    return took[-1]
