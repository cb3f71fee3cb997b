"""The nudged elastic band: images between two ends, relaxed across the path and held apart by springs along it.

The band and its optimiser are ASE's; every answer comes from one engine, asked in a fixed order, so that a band that
was interrupted goes on from what was answered before.

Source: G. Henkelman and H. Jónsson, J. Chem. Phys. 113, 9978 (2000), doi:10.1063/1.1323224; with B. P. Uberuaga,
J. Chem. Phys. 113, 9901 (2000), doi:10.1063/1.1329672; S. Smidstrup et al., J. Chem. Phys. 140, 214106 (2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import OutOfDomainError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.simulate.deform import FloatArray, Response
    from nanoos_lab.simulate.descent import Engine
    from nanoos_lab.simulate.neb_ends import Ends

    Report = Callable[[float | None, str], None]

_LOOSE = 5.0
"""The band is relaxed to so many times the tolerance before its highest image climbs."""


@dataclass(frozen=True)
class Band:
    """Images along a path, the ends among them."""

    responses: tuple[Response, ...]
    residual: float
    """Largest force across the path, eV/Å."""
    converged: bool
    steps: int
    force_calls: int
    reason: str
    """Why it is not converged; empty where it is."""

    @property
    def energies(self) -> FloatArray:
        """Total energies in eV."""
        return np.array([r.energy for r in self.responses])

    @property
    def top(self) -> int:
        """Index of the highest image."""
        return int(self.energies.argmax())

    @property
    def distances(self) -> FloatArray:
        """Length of the path up to each image, over all atoms, Å."""
        positions = np.array([r.positions for r in self.responses])
        return np.append(0.0, np.cumsum(np.linalg.norm(np.diff(positions, axis=0), axis=(1, 2))))

    def curve(self, points: int = 101) -> FloatArray:
        """Return a smooth curve through the images: distance in Å and energy in eV, shape (points, 2).

        Cubic pieces with the energies and the forces along the path.

        Args:
            points: How many.
        """
        from scipy.interpolate import CubicHermiteSpline  # noqa: PLC0415 - only where it is drawn

        at, positions = self.distances, np.array([r.positions for r in self.responses])
        tangents = np.gradient(positions, at, axis=0)
        tangents /= np.linalg.norm(tangents, axis=(1, 2))[:, None, None]
        slopes = [-float(np.sum(r.forces * t)) for r, t in zip(self.responses, tangents, strict=True)]
        spline: Any = CubicHermiteSpline(at, self.energies, slopes)  # type: ignore[no-untyped-call]
        x = np.unique(np.append(np.linspace(0.0, at[-1], points), at))
        return np.column_stack([x, spline(x)])


class _TooCloseError(Exception):
    """A geometry must not be evaluated."""


def relax_band(
    engine: Engine,
    numbers: FloatArray,
    ends: Ends,
    *,
    images: int,
    climb: bool,
    spring: float,
    fmax: float,
    max_steps: int,
    say: Report,
) -> Band:
    """Relax a band between two ends.

    Args:
        engine: What gives energies and forces.
        numbers: Atomic numbers, shape (n,).
        ends: The ends, with their atoms in one order.
        images: Number of images between them.
        climb: Whether the highest image climbs to the saddle.
        spring: Force constant of the springs in eV/Å².
        fmax: Tolerance in eV/Å.
        max_steps: Most steps.
        say: Takes progress.
    """
    calls = _Calls(engine, np.array(ends.initial.lattice.matrix))
    chain = _chain(calls, numbers, ends, images=images)
    course = _Course(chain, calls, spring, max_steps, say)
    reason = ""
    try:
        if climb:
            course.run(_LOOSE * fmax, climb=False)
        converged = course.run(fmax, climb=climb)
        if not converged:
            left = f"{course.residual:.3g} eV/Å are left across the path, not {fmax:g}"
            reason = f"{max_steps} steps were not enough: {left}"
    except (_TooCloseError, OutOfDomainError) as error:
        converged, reason = False, str(error)
    last = tuple(calls.known(image.get_positions()) for image in chain)
    return Band(last, course.residual, converged, course.steps, calls.count, reason)


class _Calls:
    """The engine, asked by positions alone; the last answers are kept."""

    def __init__(self, engine: Engine, cell: FloatArray) -> None:
        self.engine, self.cell, self.count = engine, cell, 0
        self._known: dict[bytes, Response] = {}

    def __call__(self, positions: FloatArray) -> Response:
        positions = np.array(positions)
        if trouble := self.engine.trouble(positions, self.cell):
            raise _TooCloseError(trouble)
        self.count += 1
        response = self.engine(positions, self.cell)
        self._known[positions.tobytes()] = response
        return response

    def known(self, positions: FloatArray) -> Response:
        """Return an answer, asking only for one that is not known."""
        found = self._known.get(np.array(positions).tobytes())
        return self(positions) if found is None else found


def _chain(calls: _Calls, numbers: FloatArray, ends: Ends, *, images: int) -> list[Any]:
    """Return images as ASE atoms, interpolated by pair distances, the ends with what is known of them."""
    from ase import Atoms  # noqa: PLC0415 - keeps ASE out of the import
    from ase.calculators.singlepoint import SinglePointCalculator  # noqa: PLC0415
    from ase.mep import NEB  # noqa: PLC0415

    from nanoos_lab.simulate.neb_ase import EngineCalculator  # noqa: PLC0415

    first, last = (np.array(s.cart_coords) for s in (ends.initial, ends.final))
    chain: list[Any] = [
        Atoms(numbers, positions=first + (last - first) * part, cell=calls.cell, pbc=True)
        for part in np.linspace(0.0, 1.0, images + 2)
    ]
    NEB(chain, method="improvedtangent").interpolate("idpp", mic=True)  # type: ignore[no-untyped-call]
    for end in (chain[0], chain[-1]):
        response = calls(end.get_positions())
        end.calc = SinglePointCalculator(end, energy=response.energy, forces=response.forces)  # type: ignore[no-untyped-call]
    for image in chain[1:-1]:
        image.calc = EngineCalculator(calls)
    return chain


class _Course:
    """The optimisation of one chain, in one or two stages."""

    def __init__(self, chain: list[Any], calls: _Calls, spring: float, max_steps: int, say: Report) -> None:
        self.chain, self.calls, self.spring, self.say = chain, calls, spring, say
        self.max_steps, self.steps, self.residual = max_steps, 0, float("inf")

    def run(self, fmax: float, *, climb: bool) -> bool:
        """Relax to a tolerance and return whether it was reached."""
        from ase.mep import NEB  # noqa: PLC0415 - keeps ASE out of the import
        from ase.optimize import FIRE  # noqa: PLC0415

        band: Any = NEB(self.chain, k=self.spring, climb=climb, method="improvedtangent")  # type: ignore[no-untyped-call]
        optimizer: Any = FIRE(band, logfile=None)

        def told() -> None:
            self.residual = float(band.get_residual())
            energies = [image.get_potential_energy() for image in self.chain]
            height = max(energies) - energies[0]
            words = "climbing, " if climb else ""
            self.say(
                min(0.99, self.steps / self.max_steps),
                f"step {self.steps}: {words}highest image {height:.3f} eV, residual {self.residual:.3f} eV/Å",
            )
            self.steps += 1

        optimizer.attach(told)
        left = self.max_steps - self.steps
        return bool(optimizer.run(fmax=fmax, steps=max(left, 0)))
