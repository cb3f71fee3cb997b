"""What a task is: a named, typed, pure unit of work.

A task takes structures (or other inputs) by name, parameters as a pydantic model and a
:class:`Context`, and returns an :class:`Outcome`. It knows no store, no run and no database, so the same
task is called from a script, a notebook, a worker process or a cluster node.

Example:
    >>> class Empty(Params):
    ...     "No parameters."
    >>> @task("count", version="1")
    ... def count(inputs, params: Empty, context: Context) -> Outcome:
    ...     "Count sites."
    ...     return Outcome(summary={"sites": len(inputs["structure"])})
    >>> count.name
    'count'
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.plugins import Registry

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.properties import ArrayEstimate, PropertyEstimate

JSONValue = Any
"""A value that ``json.dumps`` writes; named for readers, checked when it is written."""


class Params(BaseModel):
    """Base of all task parameters: unknown names are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Context(Protocol):
    """What a running task may ask of the world around it."""

    @property
    def folder(self) -> Path:
        """A folder of the task's own, for files it leaves as artifacts."""

    def progress(self, fraction: float | None, message: str = "") -> None:
        """Report progress; also the place where a cancelled task stops.

        Args:
            fraction: Done part, 0 to 1, or None where it is not known.
            message: A short line for people.

        Raises:
            RunCancelledError: The run was asked to stop.
        """


@dataclass(frozen=True)
class Outcome:
    """What a task returns; every part may be empty."""

    values: Mapping[str, tuple[PropertyEstimate | ArrayEstimate, ...]] = field(default_factory=dict)
    """Estimates by subject: the name of an input structure, or of one in ``structures``."""
    structures: Mapping[str, Any] = field(default_factory=dict)
    """New pymatgen structures by name; each is stored as derived from the input ``structure``."""
    artifacts: Mapping[str, Path] = field(default_factory=dict)
    """Files inside the context's folder, by name."""
    summary: Mapping[str, JSONValue] = field(default_factory=dict)
    """A few small JSON values that tell how it went, for displays."""
    converged: bool = True
    """False where the procedure ended at a limit before its tolerance; never an exception."""
    messages: tuple[str, ...] = ()
    """Sentences that the user must read, such as why it did not converge."""


@dataclass(frozen=True)
class Step:
    """A part of what a task is going to do."""

    what: str
    """In words, such as ``"relaxation at each of 7 volumes"``."""
    calls: int
    """How often the calculator is likely to be asked."""
    most: int | None = None
    """How often at most; None where ``calls`` is exact."""
    scale: float = 1.0
    """How many times as many atoms as the structure has are evaluated at once, such as in a supercell."""


@dataclass(frozen=True)
class Plan:
    """What a task is going to do, said before it does anything."""

    steps: tuple[Step, ...] = ()
    states: tuple[str, ...] = ()
    """The properties it will state."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """What it imports besides its calculator: the extra that brings it, by import name."""

    @property
    def calls(self) -> int:
        """How often the calculator is likely to be asked in all."""
        return sum(step.calls for step in self.steps)

    @property
    def weight(self) -> float:
        """The same, each call counted by how many times as many atoms as the structure has it evaluates."""
        return sum(step.calls * step.scale for step in self.steps)

    @property
    def most(self) -> int:
        """How often it is asked at most."""
        return sum(step.calls if step.most is None else step.most for step in self.steps)


P = TypeVar("P", bound=Params)
TaskFunction = Callable[[Mapping[str, Any], P, Context], Outcome]
Identity = Callable[[P], Mapping[str, JSONValue]]
Planner = Callable[[Mapping[str, Any], P], Plan]


@dataclass(frozen=True)
class Task(Generic[P]):
    """A task as the registry holds it."""

    name: str
    version: str
    """Raised whenever the same inputs and parameters would give another result."""
    function: TaskFunction[P]
    params_model: type[P]
    identity: Identity[P]
    """What the result depends on besides inputs and parameters: weights, codes, package versions, seed."""
    doc: str
    """First line of the function's docstring."""
    resumable: bool = False
    """Whether it saves where it is in ``context.folder`` and goes on from there when begun again."""
    plan: Planner[P] | None = None
    """Says what it is going to do with inputs and parameters, without doing any of it."""

    def parse_params(self, params: Mapping[str, Any]) -> P:
        """Validate parameters.

        Args:
            params: Values by name.

        Raises:
            InvalidInputError: A name is unknown or a value is refused; the message says which and why.
        """
        try:
            return self.params_model(**params)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, e['loc']))}={e['input']!r}: {e['msg']}" for e in error.errors()
            )
            known = ", ".join(self.params_model.model_fields) or "none"
            raise InvalidInputError(
                f"task {self.name!r} refuses its parameters: {problems} (parameters: {known})"
            ) from None

    def __call__(self, inputs: Mapping[str, Any], params: P, context: Context) -> Outcome:
        """Do the work."""
        return self.function(inputs, params, context)


def _no_identity(_params: Params) -> Mapping[str, JSONValue]:
    return {}


def task(
    name: str,
    *,
    version: str,
    identity: Identity[Any] = _no_identity,
    resumable: bool = False,
    plan: Planner[Any] | None = None,
) -> Callable[[TaskFunction[P]], Task[P]]:
    """Turn a function ``(inputs, params, context) -> Outcome`` into a :class:`Task`.

    The parameter model is read from the annotation of the second argument. Nothing is registered:
    list the task under the entry points ``nanoos_lab.tasks``, or pass it to ``TASKS.register``.

    Args:
        name: The task's name.
        version: Its version.
        identity: Maps parameters to what else the result depends on.
        resumable: Whether the task saves where it is in ``context.folder``, and goes on from there when it is begun
            again in the same folder.
        plan: Maps inputs and parameters to what the task is going to do with them, in no time.

    Returns:
        A decorator.
    """

    def wrap(function: TaskFunction[P]) -> Task[P]:
        model = _params_model(function)
        doc = (inspect.getdoc(function) or "").partition("\n")[0]
        return Task(name, version, function, model, identity, doc, resumable, plan)

    return wrap


def _params_model(function: Callable[..., Any]) -> Any:  # noqa: ANN401 - a class found by annotation
    second = list(inspect.signature(function).parameters)[1]
    annotation = function.__annotations__[second]
    if isinstance(annotation, str):
        # Only this annotation is resolved: the others may name things imported for type checkers alone.
        holder = type("_Holder", (), {"__annotations__": {second: annotation}})
        annotation = get_type_hints(holder, function.__globals__, _caller_locals(annotation))[second]
    return annotation


def _caller_locals(name: str) -> Mapping[str, Any]:
    """Return the locals of the nearest caller that defines ``name``: a model made inside a function."""
    frame = inspect.currentframe()
    while frame is not None:
        if name in frame.f_locals:
            return {name: frame.f_locals[name]}
        frame = frame.f_back
    return {}


TASKS: Registry[Task[Any]] = Registry("tasks", "task")
