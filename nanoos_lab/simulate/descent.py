"""Relaxation of a crystal by a quasi-Newton method that starts from a spring network.

Limited-memory BFGS over :class:`~nanoos_lab.simulate.deform.Deformation`, whose inverse Hessian starts as
that of the spring network and is rescaled to the last step, with a trust radius and rejection of steps that
go uphill. It stops by the criterion of ASE's cell filters: no force on an atom and no row of the virial per
atom above ``fmax``.

Source: J. Nocedal and S. J. Wright, Numerical Optimization, 2nd ed., algorithms 7.4 and 7.5.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nanoos_lab.errors import OutOfDomainError
from nanoos_lab.simulate.deform import CellFreedom, Deformation, Response
from nanoos_lab.simulate.springs import spring_solver

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.simulate.deform import FloatArray

MAX_MOVE_ANGSTROM = 0.2
"""Longest move of an atom in one step."""
MAX_STRAIN = 0.05
"""Largest component of the strain in one step."""
SMALLEST_RADIUS = 1e-4
"""Fraction of the largest step at which further shrinking is pointless."""
UPHILL_EV_PER_ATOM = 1e-4
"""A step that raises the energy by more is taken back."""
MEMORY = 60
_SCALE_RANGE = (0.1, 10.0)
_CURVATURE = 1e-10


class Engine(Protocol):
    """What gives the response of a geometry."""

    def __call__(self, positions: FloatArray, cell: FloatArray) -> Response:
        """Evaluate energy, forces and stress.

        Args:
            positions: Å, shape (n, 3).
            cell: Row vectors in Å, shape (3, 3).
        """

    def trouble(self, positions: FloatArray, cell: FloatArray) -> str | None:
        """Return why a geometry must not be evaluated, or None.

        Args:
            positions: Å, shape (n, 3).
            cell: Row vectors in Å, shape (3, 3).
        """


@dataclass(frozen=True)
class Descent:
    """How a relaxation went."""

    first: Response
    last: Response
    converged: bool
    force_calls: int
    energies: tuple[float, ...]
    """Total energy after each accepted step, the start included, eV."""
    residuals: tuple[float, ...]
    """What is compared with ``fmax``, after each accepted step."""
    reason: str
    """Why it stopped, in a sentence; empty where it converged."""


def descend(
    engine: Engine,
    numbers: FloatArray,
    start: tuple[FloatArray, FloatArray],
    *,
    freedom: CellFreedom,
    fmax: float,
    max_steps: int,
    report: Callable[[int, Response, float], None],
) -> Descent:
    """Relax a geometry.

    Args:
        engine: What gives energies and forces.
        numbers: Atomic numbers, shape (n,).
        start: Positions, shape (n, 3), and cell, shape (3, 3), in Å.
        freedom: What of the cell may change.
        fmax: Tolerance in eV/Å for forces and in eV for the virial per atom.
        max_steps: Most evaluations after the first.
        report: Called with step number, response and residual after each evaluation.

    Returns:
        The descent, converged or not; the last response is the best geometry found.
    """
    coordinates = Deformation(*start, freedom)
    walk = _Walk(coordinates, engine, residual_of(freedom))
    memory = _Memory(spring_solver(numbers, coordinates))
    reason = ""
    report(0, walk.response, walk.residual)
    while walk.residual >= fmax:
        if walk.calls > max_steps:
            reason = (
                f"{max_steps} steps were not enough: the residual is {walk.residual:.3g} eV/Å, not {fmax:g}"
            )
            break
        reason = walk.step(memory, fmax)
        if reason:
            break
        report(walk.calls - 1, walk.response, walk.residual)
    return Descent(
        first=walk.first,
        last=walk.response,
        converged=walk.residual < fmax,
        force_calls=walk.calls,
        energies=tuple(walk.energies),
        residuals=tuple(walk.residuals),
        reason=reason,
    )


def residual_of(freedom: CellFreedom) -> Callable[[Response], float]:
    """Return the function that measures how far a response is from equilibrium.

    Args:
        freedom: What of the cell may change.
    """
    return lambda response: max(response.largest_force, response.virial_per_atom(freedom))


class _Memory:
    """The inverse Hessian: steps and gradient differences over the spring network."""

    def __init__(self, solve: Callable[[FloatArray], FloatArray]) -> None:
        self.solve = solve
        self.pairs: deque[tuple[FloatArray, FloatArray, float]] = deque(maxlen=MEMORY)
        self.scale = 1.0

    def add(self, step: FloatArray, change: FloatArray) -> None:
        curvature = float(step @ change)
        if curvature <= _CURVATURE:
            return
        self.pairs.append((step, change, curvature))
        self.scale = float(np.clip(curvature / (change @ self.solve(change)), *_SCALE_RANGE))

    def direction(self, gradient: FloatArray) -> FloatArray:
        q = gradient.copy()
        factors = []
        for step, change, curvature in reversed(self.pairs):
            factor = float(step @ q) / curvature
            factors.append(factor)
            q -= factor * change
        z = self.scale * self.solve(q)
        for (step, change, curvature), factor in zip(self.pairs, reversed(factors), strict=True):
            z += step * (factor - float(change @ z) / curvature)
        if float(z @ gradient) <= 0.0:
            self.pairs.clear()
            z = self.solve(gradient)
        return -z


@dataclass
class _Walk:
    """Where the descent stands."""

    coordinates: Deformation
    engine: Engine
    measure: Callable[[Response], float]
    radius: float = 1.0
    calls: int = 1
    energies: list[float] = field(default_factory=list)
    residuals: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.x = np.zeros(self.coordinates.size)
        self._accept(self.x, self.engine(*self.coordinates.geometry(self.x)))
        self.first = self.response

    def _accept(self, x: FloatArray, response: Response) -> None:
        self.x, self.response = x, response
        self.gradient = self.coordinates.gradient(x, response)
        self.residual = self.measure(response)
        self.energies.append(response.energy)
        self.residuals.append(self.residual)

    def _limited(self, step: FloatArray) -> FloatArray:
        split = 3 * self.coordinates.n_atoms
        longest = float(np.sqrt((step[:split].reshape(-1, 3) ** 2).sum(axis=1)).max())
        strain = float(np.abs(step[split:]).max(initial=0.0))
        excess = max(longest / MAX_MOVE_ANGSTROM, strain / MAX_STRAIN) / self.radius
        return step / max(excess, 1.0)

    def step(self, memory: _Memory, fmax: float) -> str:
        """Try one step; return why the descent must end, or nothing."""
        step = self._limited(memory.direction(self.gradient))
        x = self.x + step
        geometry = self.coordinates.geometry(x)
        if trouble := self.engine.trouble(*geometry):
            return trouble
        try:
            response = self.engine(*geometry)
        except OutOfDomainError as error:
            return str(error)
        self.calls += 1
        if not np.isfinite(response.energy):
            return "the calculator returned an energy that is not a finite number"
        memory.add(step, self.coordinates.gradient(x, response) - self.gradient)
        uphill = response.energy - self.response.energy > UPHILL_EV_PER_ATOM * self.coordinates.n_atoms
        if uphill and self.measure(response) >= fmax:
            self.radius *= 0.5
            small = self.radius < SMALLEST_RADIUS
            return "energies and forces no longer agree at this step size" if small else ""
        self.radius = min(1.0, 1.5 * self.radius)
        self._accept(x, response)
        return ""
